"""Checks of stage 2 against the others: do the metrics fit the task, the labels and the people?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.experiment import (
    is_large_enough,
    units_available_per_arm,
    units_needed_per_arm,
)
from mlsd_app.calculators.numbers import SECONDS_A_DAY, finite, is_at_most, known
from mlsd_app.checklist.reading import (
    called,
    families,
    of_kind,
    population,
    rarest_label,
)
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import (
    ALLOWED_FAMILIES,
    PROBABILITY_FAMILIES,
    SEE_RARE_CLASSES,
    STORED_FEATURES,
)
from mlsd_app.checklist.wording import about, listed, number, span
from mlsd_app.stages.conditions import RARE_CLASS_PCT, answers_online, uses_personal_data
from mlsd_app.stages.design import Design
from mlsd_app.stages.metrics import Metric
from mlsd_app.stages.reading import by_id, main_label
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS, PERCENT
from mlsd_app.stages.words import ML_TASKS

VERY_RARE_CLASS_PCT = 1  # percent of positives; below it the false positive rate hides everything


@check(
    "metrics.accuracy-of-a-rare-class",
    ref="metrics.E004",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows", "data.labels"),
    message="Accuracy on a rare class says nothing.",
    hint='Always answering "no" scores 100 - positive_rate [%]; use PR-AUC or recall at a '
    "precision or alert budget.",
    source="Saito and Rehmsmeier, The Precision-Recall Plot Is More Informative (2015)",
    failing={
        "metrics.rows": [{"id": "acc", "kind": "offline", "family": "accuracy"}],
        "data.labels": [{"id": "fraud", "positive_rate_pct": 0.12}],
    },
    passing={
        "metrics.rows": [{"id": "pr_auc", "kind": "offline", "family": "pr_auc"}],
        "data.labels": [{"id": "fraud", "positive_rate_pct": 0.12}],
    },
)
def accuracy_of_a_rare_class(design: Design) -> Iterator[Hit]:
    """A model that never finds anything reaches an accuracy that looks like success, so the number
    can neither choose a model nor stop one.
    """
    offline = of_kind(design.metrics.rows, "offline")
    rarest = rarest_label(design.data)
    if rarest is None or {row.family for row in offline} != {"accuracy"}:
        return
    label, rate = rarest
    if rate < RARE_CLASS_PCT:
        yield Hit(
            "metrics.rows",
            f"Accuracy is the only offline metric, and {number(rate, PERCENT)} of {called(label)} "
            f'is positive: always answering "no" scores {about(100 - rate, PERCENT)}.',
            (label.at("positive_rate_pct"),),
        )


@check(
    "metrics.chain-to-kpi-broken",
    ref="metrics.E009",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows", "framing.business_kpi"),
    message="The chain from offline metric to business KPI is broken.",
    hint="offline -> online -> KPI, each link with a reason it could fail.",
    source="Rules of Machine Learning 12 and 13; ML Test Score, model 2",
    failing={
        "framing.business_kpi": "Share of monthly users active on 15 or more days",
        "metrics.rows": [
            {"id": "ndcg_20", "kind": "offline", "role": "primary", "proxy_for": "watch_min"},
        ],
    },
    passing={
        "framing.business_kpi": "Share of monthly users active on 15 or more days",
        "metrics.rows": [
            {"id": "ndcg_20", "kind": "offline", "role": "primary", "proxy_for": "watch_min"},
            {"id": "watch_min", "kind": "online", "role": "primary", "proxy_for": "kpi"},
        ],
    },
)
def chain_to_kpi_broken(design: Design) -> Iterator[Hit]:
    """An offline gain matters only through the number the business reports. Where a link is
    missing, nobody can say whether the gain was worth it.
    """
    rows = by_id(design.metrics.rows)
    kpi = {"kpi", design.framing.business_kpi.strip() or "kpi"}
    breaks: dict[str, str] = {}
    for primary in design.metrics.rows:
        if primary.kind == "offline" and primary.role == "primary":
            row, says = _end_of_chain(primary, rows, kpi)
            if says:
                breaks.setdefault(row.at("proxy_for"), says)
    for address, says in breaks.items():
        yield Hit(address, says, ("framing.business_kpi",))


def _end_of_chain(row: Metric, rows: dict[str, Metric], kpi: set[str]) -> tuple[Metric, str]:
    """The last metric that can be reached, and why it is not the KPI; ``""`` when it is."""
    passed = [row]
    while row.proxy_for.strip() not in kpi:
        following = rows.get(row.proxy_for)
        if following is None:
            why = f"{row.proxy_for}, which is no metric" if row.proxy_for else "nothing"
            return row, f"The chain to the KPI ends at {called(row)}, which stands in for {why}."
        if following in passed:
            return row, f"The chain to the KPI goes in a circle at {called(row)}."
        passed.append(following)
        row = following
    return row, ""


@check(
    "metrics.do-not-fit-the-task",
    ref="metrics.E011",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows", "framing.ml_task"),
    message="The offline metrics do not fit the task.",
    hint="Ranking wants NDCG, recall@k or log-loss; regression wants an error or quantile loss; "
    "rare classes want PR measures.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={
        "framing.ml_task": "ranking",
        "metrics.rows": [{"id": "rmse", "kind": "offline", "family": "rmse"}],
    },
    passing={
        "framing.ml_task": "ranking",
        "metrics.rows": [{"id": "ndcg_20", "kind": "offline", "family": "ndcg"}],
    },
)
def do_not_fit_the_task(design: Design) -> Iterator[Hit]:
    """A metric of another task rewards what the decision does not use: an order is not better
    because its scores are closer to something.
    """
    task = design.framing.ml_task
    allowed = ALLOWED_FAMILIES.get(task)
    stated = families(of_kind(design.metrics.rows, "offline"))
    if allowed and stated and not stated & allowed:
        yield Hit(
            "metrics.rows",
            f"{listed(sorted(stated))} {'does' if len(stated) == 1 else 'do'} not fit the task: "
            f"{ML_TASKS.get(task, task).lower()}.",
            ("framing.ml_task",),
        )


@check(
    "metrics.roc-auc-flatters",
    ref="metrics.W012",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows", "data.labels"),
    message="ROC-AUC flatters under strong imbalance.",
    hint="Add PR-AUC or recall at the review budget.",
    source="Saito and Rehmsmeier, The Precision-Recall Plot Is More Informative (2015)",
    failing={
        "metrics.rows": [{"id": "auc", "kind": "offline", "family": "roc_auc"}],
        "data.labels": [{"id": "fraud", "positive_rate_pct": 0.12}],
    },
    passing={
        "metrics.rows": [
            {"id": "auc", "kind": "offline", "family": "roc_auc"},
            {"id": "pr_auc", "kind": "offline", "family": "pr_auc"},
        ],
        "data.labels": [{"id": "fraud", "positive_rate_pct": 0.12}],
    },
)
def roc_auc_flatters(design: Design) -> Iterator[Hit]:
    """With one positive in a thousand, a false positive rate of 1 % buries each find under ten
    false alarms, and the curve still looks excellent.
    """
    stated = families(of_kind(design.metrics.rows, "offline"))
    rarest = rarest_label(design.data)
    if rarest is None or "roc_auc" not in stated or stated & SEE_RARE_CLASSES:
        return
    label, rate = rarest
    if rate < VERY_RARE_CLASS_PCT:
        yield Hit(
            "metrics.rows",
            "ROC-AUC is the only offline metric without a threshold, "
            f"and only {number(rate, PERCENT)} of {called(label)} is positive.",
            (label.at("positive_rate_pct"),),
        )


@check(
    "metrics.probability-not-checked",
    ref="metrics.W013",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows", "framing.decision_uses_probability"),
    message="Decisions use a probability nobody checks.",
    hint="Add a calibration error, overall and per slice.",
    source="Guo et al., On Calibration of Modern Neural Networks (2017)",
    failing={
        "framing.decision_uses_probability": True,
        "metrics.rows": [{"id": "ndcg_20", "kind": "offline", "family": "ndcg"}],
    },
    passing={
        "framing.decision_uses_probability": True,
        "metrics.rows": [{"id": "ece", "kind": "offline", "family": "calibration"}],
    },
)
def probability_not_checked(design: Design) -> Iterator[Hit]:
    """An order can be perfect while every probability is twice too high. A decision that multiplies
    it by money is then wrong by the same factor.
    """
    stated = families(of_kind(design.metrics.rows, "offline"))
    if design.framing.decision_uses_probability and not stated & PROBABILITY_FAMILIES:
        yield Hit("metrics.rows", also=("framing.decision_uses_probability",))


@check(
    "metrics.latency-no-guardrail",
    ref="metrics.W016",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="metrics.rows",
    reads=("metrics.rows", "framing.timeliness"),
    message="Latency is not a guardrail although there is an SLO.",
    hint="A better model that is slower can still lose.",
    source="Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 5",
    failing={"framing.timeliness": "online"},
    passing={
        "framing.timeliness": "online",
        "metrics.rows": [{"id": "g_latency", "kind": "guardrail", "family": "latency"}],
    },
)
def latency_no_guardrail(design: Design) -> Iterator[Hit]:
    """People leave slow pages. An experiment that does not watch latency books that loss on the
    model's quality.
    """
    guarded = families(of_kind(design.metrics.rows, "guardrail"))
    if answers_online(design) and "latency" not in guarded:
        yield Hit("metrics.rows", also=("framing.timeliness",))


@check(
    "metrics.no-fairness-metric",
    ref="metrics.W018",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows", "framing.personal_data", "framing.risk_class"),
    message="No fairness metric for a system that affects people.",
    hint="Compare error rates across groups, with a bound.",
    source="ML Test Score, model 7; Model Cards for Model Reporting",
    failing={"framing.personal_data": True, "framing.risk_class": "high"},
    passing={
        "framing.personal_data": True,
        "framing.risk_class": "high",
        "metrics.rows": [{"id": "g_fair", "kind": "guardrail", "family": "fairness"}],
    },
)
def no_fairness_metric(design: Design) -> Iterator[Hit]:
    """Groups that are rare in the data pay for the mean. Nobody sees it until somebody compares
    them.
    """
    risky = design.framing.risk_class in {"medium", "high"}
    if uses_personal_data(design) and risky and "fairness" not in families(design.metrics.rows):
        yield Hit("metrics.rows", also=("framing.personal_data", "framing.risk_class"))


@check(
    "metrics.experiment-too-small",
    ref="metrics.E019",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="metrics.ab.mde_relative_pct",
    reads=("metrics.ab",),
    message="The experiment cannot see the effect it looks for.",
    hint="Raise MDE, duration or traffic, use a less noisy metric or variance reduction.",
    source="Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 17",
    failing={
        "metrics.ab.metric_type": "mean",
        "metrics.ab.mean": 42,
        "metrics.ab.sd": 60,
        "metrics.ab.mde_relative_pct": 0.5,
        "metrics.ab.alpha": 0.05,
        "metrics.ab.power": 0.8,
        "metrics.ab.treatment_pct": 5,
        "metrics.ab.eligible_units": 1_000_000,
    },
    passing={
        "metrics.ab.metric_type": "mean",
        "metrics.ab.mean": 42,
        "metrics.ab.sd": 60,
        "metrics.ab.mde_relative_pct": 0.5,
        "metrics.ab.alpha": 0.05,
        "metrics.ab.power": 0.8,
        "metrics.ab.treatment_pct": 5,
        "metrics.ab.eligible_units": 200_000_000,
    },
)
def experiment_too_small(design: Design) -> Iterator[Hit]:
    """Below the size, a null result says nothing about the model and a positive one is mostly
    luck.
    """
    plan = design.metrics.ab
    needed = units_needed_per_arm(plan)
    available = units_available_per_arm(plan.eligible_units, plan.treatment_pct)
    if needed is not None and available is not None and not is_large_enough(needed, available):
        yield Hit(
            "metrics.ab.mde_relative_pct",
            f"Each arm needs {about(needed)} units to see the effect; "
            f"the treatment has {about(available)}.",
            ("metrics.ab.eligible_units", "metrics.ab.treatment_pct"),
        )


@check(
    "metrics.requests-remember-the-user",
    ref="metrics.W022",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="metrics.ab.unit",
    reads=("metrics.ab", "features.rows"),
    message="Requests of one user land in both arms while features remember both.",
    hint="Randomise by user (or by cluster for marketplaces).",
    source="Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 14",
    failing={
        "metrics.ab.unit": "request",
        "features.rows": [{"id": "recent_watches", "entity": "user", "kind": "streaming"}],
    },
    passing={
        "metrics.ab.unit": "user",
        "features.rows": [{"id": "recent_watches", "entity": "user", "kind": "streaming"}],
    },
)
def requests_remember_the_user(design: Design) -> Iterator[Hit]:
    """What one arm shows changes the history that the other arm reads, so the arms are no longer
    apart and the difference shrinks.
    """
    remembering = [
        row
        for row in design.features.rows
        if row.entity.strip().casefold() == "user" and row.kind in STORED_FEATURES
    ]
    if design.metrics.ab.unit == "request" and remembering:
        yield Hit(
            "metrics.ab.unit",
            "Requests of one user land in both arms, while "
            f"{listed(called(row) for row in remembering)} remember both.",
            tuple(row.at("entity") for row in remembering),
        )


@check(
    "metrics.more-units-than-exist",
    ref="metrics.E023",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="metrics.ab.eligible_units",
    reads=("metrics.ab", "framing.scale"),
    message="The test counts more units than exist.",
    hint="Unique units [1] must not exceed the population of stage 1.",
    source="Arithmetic",
    failing={
        "framing.scale": [{"entity": "user", "count": 300_000_000}],
        "metrics.ab.unit_entity": "user",
        "metrics.ab.eligible_units": 1_680_000_000,
    },
    passing={
        "framing.scale": [{"entity": "user", "count": 300_000_000}],
        "metrics.ab.unit_entity": "user",
        "metrics.ab.eligible_units": 200_000_000,
    },
)
def more_units_than_exist(design: Design) -> Iterator[Hit]:
    """Daily units times days counts the same people again every day. The experiment is planned with
    a crowd that is not there.
    """
    scale = population(design)
    given = known(design.metrics.ab.eligible_units, scale.count if scale else None)
    if scale and given and given[0] > given[1]:
        yield Hit(
            "metrics.ab.eligible_units",
            f"The test counts {number(given[0])} units, but there are {number(given[1])} "
            f"of {called(scale)}.",
            (scale.at("count"),),
        )


@check(
    "metrics.read-before-labels-are-final",
    ref="metrics.E027",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.ab.readout_lag_days",
    reads=("metrics.ab", "metrics.rows", "data.labels"),
    message="The experiment is read before its labels are final.",
    hint="read-out lag [d] >= label delay [s] / 86400; use an early proxy for stopping only.",
    source="A fault seen in published designs; arithmetic",
    failing={
        "metrics.rows": [{"id": "loss_card", "label_based": True}],
        "metrics.ab.primary_metric": "loss_card",
        "metrics.ab.readout_lag_days": 7,
        "data.labels": [{"id": "confirmed_fraud", "main": True, "delay_s": 3_888_000}],
    },
    passing={
        "metrics.rows": [{"id": "loss_card", "label_based": True}],
        "metrics.ab.primary_metric": "loss_card",
        "metrics.ab.readout_lag_days": 45,
        "data.labels": [{"id": "confirmed_fraud", "main": True, "delay_s": 3_888_000}],
    },
)
def read_before_labels_are_final(design: Design) -> Iterator[Hit]:
    """Read too early, the newest days look good because their bad outcomes have not arrived. Both
    arms then look alike, or the faster one wins.
    """
    read = by_id(design.metrics.rows).get(design.metrics.ab.primary_metric)
    label = main_label(design.data)
    if read is None or label is None or not read.label_based:
        return
    lag, delay = finite(design.metrics.ab.readout_lag_days), finite(label.delay_s)
    if lag is None or delay is None:
        return
    if not is_at_most(delay, lag * SECONDS_A_DAY):
        yield Hit(
            "metrics.ab.readout_lag_days",
            f"{called(read)} is read after {number(lag, DAYS)}, "
            f"but {called(label)} is final only after {span(delay)}.",
            (label.at("delay_s"),),
        )
