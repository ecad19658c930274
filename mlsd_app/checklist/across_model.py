"""Checks of stage 5 against the others: is the choice worth it, in time, and in time to retrain?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import SECONDS_A_DAY, finite, is_at_most
from mlsd_app.checklist.reading import (
    called,
    chosen_candidate,
    families,
    ids,
    is_blank,
    latest_label,
    of_kind,
    sides,
)
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import ALLOWED_LOSSES, GROUNDING_FAMILIES, NETWORKS
from mlsd_app.checklist.wording import listed, number, span
from mlsd_app.stages.conditions import (
    answers_online,
    explains_each_decision,
    matches_two_sides,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import by_id
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS, HOURS, MS
from mlsd_app.stages.words import ML_TASKS

FEWEST_ROWS_FOR_A_NETWORK = 100_000
HOURS_A_DAY = 24


@check(
    "model.no-better-than-baseline",
    ref="model.E005",
    severity=Severity.ERROR,
    signal=Signal.S6,
    at="model.candidates",
    reads=("model.candidates", "model.chosen", "metrics.rows"),
    message="The chosen model is not better than the baseline.",
    hint="gain = score_chosen - score_baseline (sign by direction); keep the baseline if <= 0.",
    source="ML Test Score, model 5",
    failing={
        "metrics.rows": [{"id": "ndcg_20", "kind": "offline", "direction": "up"}],
        "model.candidates": [
            {"id": "gbdt", "role": "baseline", "metric": "ndcg_20", "score": 0.41},
            {"id": "dnn", "role": "candidate", "metric": "ndcg_20", "score": 0.4},
        ],
        "model.chosen": "dnn",
    },
    passing={
        "metrics.rows": [{"id": "ndcg_20", "kind": "offline", "direction": "up"}],
        "model.candidates": [
            {"id": "gbdt", "role": "baseline", "metric": "ndcg_20", "score": 0.41},
            {"id": "dnn", "role": "candidate", "metric": "ndcg_20", "score": 0.424},
        ],
        "model.chosen": "dnn",
    },
)
def no_better_than_baseline(design: Design) -> Iterator[Hit]:
    """A model that costs more and scores no better is worse. The baseline is already there, cheaper
    and better understood.
    """
    chosen = chosen_candidate(design.model)
    if chosen is None or chosen.role == "baseline":
        return
    gate, reached = by_id(design.metrics.rows).get(chosen.metric), finite(chosen.score)
    sign = {"up": 1, "down": -1}.get(gate.direction if gate else "")
    baselines = [
        (score, row)
        for row in design.model.candidates
        if row.role == "baseline" and row.metric == chosen.metric
        if (score := finite(row.score)) is not None
    ]
    if gate is None or sign is None or reached is None or not baselines:
        return
    best, baseline = max(baselines, key=lambda pair: sign * pair[0])
    if sign * reached <= sign * best:
        yield Hit(
            chosen.at("score"),
            f"{called(chosen)} reaches {number(reached)} in {called(gate)}, "
            f"no better than {number(best)} of the baseline {called(baseline)}.",
            (baseline.at("score"), gate.at("direction")),
        )


@check(
    "model.metric-unknown",
    ref="model.E006",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="model.candidates",
    reads=("model.candidates", "metrics.rows"),
    message="Models are compared on a metric stage 2 does not know.",
    hint="Use the primary offline metric.",
    source="Consistency",
    failing={
        "metrics.rows": [{"id": "ndcg_20", "kind": "offline"}],
        "model.candidates": [{"id": "dnn", "metric": "auc"}],
    },
    passing={
        "metrics.rows": [{"id": "ndcg_20", "kind": "offline"}],
        "model.candidates": [{"id": "dnn", "metric": "ndcg_20"}],
    },
)
def metric_unknown(design: Design) -> Iterator[Hit]:
    """A comparison on another number chooses another model than the one stage 2 asks for."""
    offline = ids(of_kind(design.metrics.rows, "offline"))
    for row in design.model.candidates:
        if row.metric not in offline:
            known_by = "which is no offline metric of stage 2"
            yield Hit(
                row.at("metric"),
                f"{called(row)} is compared on {row.metric}, {known_by}."
                if row.metric
                else f"{called(row)} is compared on no metric.",
                ("metrics.rows",),
            )


@check(
    "model.slower-than-the-budget",
    ref="model.E007",
    severity=Severity.ERROR,
    signal=Signal.S6,
    at="model.candidates",
    reads=(
        "model.candidates",
        "model.chosen",
        "framing.timeliness",
        "framing.latency_slo_ms",
    ),
    message="The model alone is slower than the whole budget.",
    hint="Distil, cut candidates, precompute, or choose another family.",
    source="Arithmetic",
    failing={
        "framing.timeliness": "online",
        "framing.latency_slo_ms": 100,
        "model.candidates": [{"id": "dnn", "infer_ms": 140}],
        "model.chosen": "dnn",
    },
    passing={
        "framing.timeliness": "online",
        "framing.latency_slo_ms": 100,
        "model.candidates": [{"id": "dnn", "infer_ms": 6}],
        "model.chosen": "dnn",
    },
)
def slower_than_the_budget(design: Design) -> Iterator[Hit]:
    """One batch takes longer than everybody may wait, before anything was fetched or sent."""
    chosen, limit = chosen_candidate(design.model), design.framing.latency_slo_ms
    if chosen is None or chosen.infer_ms is None or limit is None:
        return
    if answers_online(design) and chosen.infer_ms > limit:
        yield Hit(
            chosen.at("infer_ms"),
            f"{called(chosen)} takes {number(chosen.infer_ms, MS)} for a batch, "
            f"against {number(limit, MS)} for the whole answer in framing.",
            ("framing.latency_slo_ms",),
        )


@check(
    "model.cannot-be-explained",
    ref="model.W008",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="model.explanation",
    reads=(
        "framing.interpretability_need",
        "model.candidates",
        "model.chosen",
        "model.explanation",
    ),
    message="Decisions must be explained, the model cannot.",
    hint="Reason codes, additive explanations, or a simpler family.",
    source="Lundberg and Lee, A Unified Approach to Interpreting Model Predictions (2017)",
    failing={
        "framing.interpretability_need": "per_decision",
        "model.candidates": [{"id": "card_sequence", "interpretability": "low"}],
        "model.chosen": "card_sequence",
    },
    passing={
        "framing.interpretability_need": "per_decision",
        "model.candidates": [{"id": "card_sequence", "interpretability": "low"}],
        "model.chosen": "card_sequence",
        "model.explanation": "Additive attributions mapped to twelve reason codes.",
    },
)
def cannot_be_explained(design: Design) -> Iterator[Hit]:
    """Somebody at a desk has to tell a person why. Without a method, that somebody makes it up."""
    chosen = chosen_candidate(design.model)
    if chosen is None or chosen.interpretability != "low":
        return
    if explains_each_decision(design) and is_blank(design.model.explanation):
        yield Hit(
            "model.explanation",
            f"Each decision must be explained, but {called(chosen)} is hard to interpret.",
            ("framing.interpretability_need", chosen.at("interpretability")),
        )


@check(
    "model.labels-later-than-training",
    ref="model.W009",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="model.delayed_label_handling",
    reads=("data.labels", "monitoring.retrain", "model.delayed_label_handling"),
    message="Labels arrive later than the model is retrained.",
    hint="Retrain on matured rows only, weight fake negatives, or slow down.",
    source="Chapelle, Modeling Delayed Feedback in Display Advertising (2014)",
    failing={
        "data.labels": [{"id": "confirmed_fraud", "delay_s": 3_888_000}],
        "monitoring.retrain.cadence_days": 7,
    },
    passing={
        "data.labels": [{"id": "confirmed_fraud", "delay_s": 3_888_000}],
        "monitoring.retrain.cadence_days": 7,
        "model.delayed_label_handling": "Rows younger than 45 days get fake-negative weights.",
    },
)
def labels_later_than_training(design: Design) -> Iterator[Hit]:
    """The newest rows are negatives only because nobody has complained yet. A model that trains on
    them unlearns exactly the newest pattern.
    """
    latest, cadence = latest_label(design.data), finite(design.monitoring.retrain.cadence_days)
    if latest is None or cadence is None or not is_blank(design.model.delayed_label_handling):
        return
    label, delay = latest
    if not is_at_most(delay, cadence * SECONDS_A_DAY):
        yield Hit(
            "model.delayed_label_handling",
            f"{called(label)} is final after {span(delay)}, "
            f"but training runs every {number(cadence, DAYS)}.",
            (label.at("delay_s"), "monitoring.retrain.cadence_days"),
        )


@check(
    "model.cold-start-open",
    ref="model.W011",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="model.cold_start",
    reads=("framing.category", "model.cold_start"),
    message="Cold start is open for users or items.",
    hint="New user: popularity, context; new item: content, exploration.",
    source="Schein et al., Methods and Metrics for Cold-Start Recommendations (2002)",
    failing={
        "framing.category": "recommender",
        "model.cold_start": [{"entity": "user", "strategy": "country popularity"}],
    },
    passing={
        "framing.category": "recommender",
        "model.cold_start": [
            {"entity": "user", "strategy": "country popularity"},
            {"entity": "item", "strategy": "content embedding and exploration"},
        ],
    },
)
def cold_start_open(design: Design) -> Iterator[Hit]:
    """Growth consists of newcomers, and they are the ones about whom the model knows nothing."""
    described = sides(row.entity for row in design.model.cold_start)
    absent = [f"new {side}s" for side in ("user", "item") if side not in described]
    if matches_two_sides(design) and absent:
        yield Hit(
            "model.cold_start",
            f"Nothing is said about {listed(absent)}.",
            ("framing.category",),
        )


@check(
    "model.loss-does-not-fit",
    ref="model.E012",
    severity=Severity.ERROR,
    signal=Signal.S1,
    at="model.loss",
    reads=("framing.ml_task", "model.loss"),
    message="The loss does not fit the task.",
    hint="Probability -> log-loss; order -> pairwise or listwise; "
    "quantity -> squared, absolute, quantile.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={"framing.ml_task": "ranking", "model.loss": "squared"},
    passing={"framing.ml_task": "ranking", "model.loss": "pairwise"},
)
def loss_does_not_fit(design: Design) -> Iterator[Hit]:
    """Training gets what it is asked for. A loss of another task asks for something that the
    decision does not use.
    """
    task, loss = design.framing.ml_task, design.model.loss
    allowed = ALLOWED_LOSSES.get(task)
    if allowed and loss not in allowed:
        called_task = ML_TASKS.get(task, task).lower()
        yield Hit(
            "model.loss",
            f"{loss} does not fit the task: {called_task}."
            if loss
            else f"No loss is chosen for the task: {called_task}.",
            ("framing.ml_task",),
        )


@check(
    "model.too-few-rows",
    ref="model.W014",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="model.candidates",
    reads=("model.candidates", "model.chosen", "data.rows_train"),
    message="Too few rows for a network from scratch.",
    hint="Pretrained features or trees.",
    source="Grinsztajn et al., Why Do Tree-Based Models Still Outperform Deep Learning (2022)",
    failing={
        "data.rows_train": 20_000,
        "model.candidates": [{"id": "cnn", "family": "deep", "pretrained": False}],
        "model.chosen": "cnn",
    },
    passing={
        "data.rows_train": 20_000,
        "model.candidates": [{"id": "cnn", "family": "deep", "pretrained": True}],
        "model.chosen": "cnn",
    },
)
def too_few_rows(design: Design) -> Iterator[Hit]:
    """A network with more weights than rows learns the rows. Trees, or features that others have
    trained, need far fewer.
    """
    chosen, rows = chosen_candidate(design.model), design.data.rows_train
    if chosen is None or rows is None or chosen.family not in NETWORKS or chosen.pretrained:
        return
    if rows < FEWEST_ROWS_FOR_A_NETWORK:
        yield Hit(
            chosen.at("pretrained"),
            f"{called(chosen)} is a network from scratch, on {number(rows)} rows.",
            ("data.rows_train",),
        )


@check(
    "model.training-outlasts-its-interval",
    ref="model.E019",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="model.training.duration_h",
    reads=("model.training", "monitoring.retrain"),
    message="Training takes longer than the retraining interval.",
    hint="duration [h] < cadence [d] x 24 [h/d].",
    source="Arithmetic",
    failing={"model.training.duration_h": 30, "monitoring.retrain.cadence_days": 1},
    passing={"model.training.duration_h": 5, "monitoring.retrain.cadence_days": 1},
)
def training_outlasts_its_interval(design: Design) -> Iterator[Hit]:
    """The next run starts before the last one ends, so the cadence is a wish and the model is older
    than the design says.
    """
    takes = finite(design.model.training.duration_h)
    cadence = finite(design.monitoring.retrain.cadence_days)
    if takes is None or cadence is None:
        return
    if is_at_most(cadence * HOURS_A_DAY, takes):
        yield Hit(
            "model.training.duration_h",
            f"Training takes {number(takes, HOURS)}, but starts every {number(cadence, DAYS)}.",
            ("monitoring.retrain.cadence_days",),
        )


@check(
    "model.grounding-not-measured",
    ref="model.E021",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="model.candidates",
    reads=("framing.category", "metrics.rows"),
    message="A generator without a groundedness metric.",
    hint="Check answers against the retrieved passages on a frozen set.",
    source="ML-SystemDesign/MLSystemDesign, modern AI checklist",
    failing={"framing.category": "llm_rag"},
    passing={
        "framing.category": "llm_rag",
        "metrics.rows": [{"id": "grounded", "kind": "offline", "family": "groundedness"}],
    },
)
def grounding_not_measured(design: Design) -> Iterator[Hit]:
    """Fluent answers that the passages do not support are the typical failure, and no measure of
    fluency sees them.
    """
    measured = families(design.metrics.rows) & GROUNDING_FAMILIES
    if design.framing.category == "llm_rag" and not measured:
        yield Hit("model.candidates", also=("framing.category", "metrics.rows"))
