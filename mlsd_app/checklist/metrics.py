"""Checks of stage 2: would the numbers say whether it works, and would anybody believe them?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import finite
from mlsd_app.checklist.reading import (
    called,
    entries,
    ids,
    is_blank,
    length,
    of_kind,
    primary_online,
)
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.wording import count, listed, number
from mlsd_app.stages.conditions import can_experiment, is_classification
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS

SHORTEST_GAP = 80  # characters; less holds no concrete way in which the two part
FEWEST_SLICES = 2
DAYS_OF_A_WEEK = 7
USUAL_POWER = 0.8
LENIENT_ALPHA = 0.1
WISHES = {"quality", "performance", "good results"}  # names that no two people compute alike


@check(
    "metrics.no-offline-metric",
    ref="metrics.E001",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="No offline metric.",
    hint="Choose one that matches the task and one that matches the decision.",
    source="Interview practice",
    failing={"metrics.rows": [{"id": "watch_min", "kind": "online"}]},
    passing={"metrics.rows": [{"id": "ndcg_20", "kind": "offline"}]},
)
def no_offline_metric(design: Design) -> bool:
    """Experiments are slow and few; without a number on past data, nobody can tell which model
    deserves one.
    """
    return not of_kind(design.metrics.rows, "offline")


@check(
    "metrics.no-online-metric",
    ref="metrics.E002",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="No online metric.",
    hint="Name the number an experiment would read.",
    source="ML Test Score, model 2",
    failing={"metrics.rows": [{"id": "ndcg_20", "kind": "offline"}]},
    passing={"metrics.rows": [{"id": "watch_min", "kind": "online"}]},
)
def no_online_metric(design: Design) -> bool:
    """Offline numbers are about the past of another system. Only what people do with this one shows
    whether it works.
    """
    return not of_kind(design.metrics.rows, "online")


@check(
    "metrics.no-guardrail",
    ref="metrics.W003",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="No guardrail metric.",
    hint="What must not get worse while the primary improves?",
    source="ml-design-docs template (Eugene Yan), 5.4",
    failing={"metrics.rows": [{"id": "watch_min", "kind": "online"}]},
    passing={"metrics.rows": [{"id": "g_reports", "kind": "guardrail"}]},
)
def no_guardrail(design: Design) -> bool:
    """Any single number can be bought at the cost of another. A guardrail names the price that
    nobody may pay.
    """
    return not of_kind(design.metrics.rows, "guardrail")


@check(
    "metrics.direction-not-stated",
    ref="metrics.W005",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="A metric has no direction.",
    hint="Up or down; else it cannot gate anything.",
    source="Experiment practice",
    failing={"metrics.rows": [{"id": "ndcg_20"}]},
    passing={"metrics.rows": [{"id": "ndcg_20", "direction": "up"}]},
)
def direction_not_stated(design: Design) -> Iterator[Hit]:
    """A gate compares two values, and needs to know which of them is the better one."""
    for row in design.metrics.rows:
        if not row.direction:
            yield Hit(row.at("direction"), f"{called(row)} has no direction.")


@check(
    "metrics.primary-without-from-and-to",
    ref="metrics.W006",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="The primary online metric has no from-to pair.",
    hint="Take the current system's value as baseline.",
    source="Experiment practice",
    failing={"metrics.rows": [{"id": "watch_min", "kind": "online", "role": "primary"}]},
    passing={
        "metrics.rows": [
            {"id": "watch_min", "kind": "online", "role": "primary", "baseline": 42, "target": 42.6}
        ]
    },
)
def primary_without_from_and_to(design: Design) -> Iterator[Hit]:
    """The distance from baseline to target decides how many people the experiment needs."""
    for row in primary_online(design.metrics):
        if row.baseline is None:
            yield Hit(row.at("baseline"), f"{called(row)}, the primary metric, has no baseline.")
        if row.target is None:
            yield Hit(row.at("target"), f"{called(row)}, the primary metric, has no target.")


@check(
    "metrics.target-against-direction",
    ref="metrics.E007",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="A target contradicts its direction.",
    hint="Swap sign, direction or numbers.",
    source="A fault seen in published designs",
    failing={
        "metrics.rows": [
            {"id": "ndcg_20", "kind": "offline", "direction": "up", "baseline": 0.42, "target": 0.4}
        ]
    },
    passing={
        "metrics.rows": [
            {"id": "ndcg_20", "kind": "offline", "direction": "up", "baseline": 0.4, "target": 0.42}
        ]
    },
)
def target_against_direction(design: Design) -> Iterator[Hit]:
    """A target worse than the baseline lets every model pass. Guardrails are excepted: theirs is
    how much worse is still bearable.
    """
    for row in design.metrics.rows:
        if row.kind == "guardrail" or row.baseline is None or row.target is None:
            continue
        up, down = row.direction == "up", row.direction == "down"
        if (up and row.target < row.baseline) or (down and row.target > row.baseline):
            yield Hit(
                row.at("target"),
                f"{called(row)} should go {row.direction}, but its target {number(row.target)} "
                f"is worse than its baseline {number(row.baseline)}.",
            )


@check(
    "metrics.stands-in-for-nothing",
    ref="metrics.W008",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="A metric is tied to nothing.",
    hint="Every metric names the metric or KPI it stands in for.",
    source="Rules of Machine Learning 12 and 13",
    failing={"metrics.rows": [{"id": "watch_min", "kind": "online"}]},
    passing={"metrics.rows": [{"id": "watch_min", "kind": "online", "proxy_for": "kpi"}]},
)
def stands_in_for_nothing(design: Design) -> Iterator[Hit]:
    """A number that stands in for nothing can rise for years without anybody gaining from it."""
    for row in design.metrics.rows:
        if row.kind in {"offline", "online"} and not row.proxy_for:
            yield Hit(row.at("proxy_for"), f"{called(row)} stands in for nothing.")


@check(
    "metrics.gap-not-discussed",
    ref="metrics.W010",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.offline_online_gap",
    reads=("metrics.offline_online_gap",),
    message="The offline to online gap is not discussed.",
    hint="Give one concrete way the offline number rises and the online number falls.",
    source="ML Test Score, model 2",
    failing={"metrics.offline_online_gap": "They may differ a little."},
    passing={
        "metrics.offline_online_gap": "NDCG is computed on videos the old system chose to show, so "
        "a model can copy its order better and still lose watch minutes on new videos."
    },
)
def gap_not_discussed(design: Design) -> bool:
    """Every offline set was chosen by an older system. Whoever cannot say how it misleads will be
    surprised by the experiment.
    """
    return length(design.metrics.offline_online_gap) < SHORTEST_GAP


@check(
    "metrics.not-one-primary",
    ref="metrics.W014",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="No online metric is the primary one.",
    hint="Several primaries means no decision rule.",
    source="Experiment practice",
    failing={
        "metrics.rows": [
            {"id": "watch_min", "kind": "online", "role": "primary"},
            {"id": "long_view", "kind": "online", "role": "primary"},
        ]
    },
    passing={
        "metrics.rows": [
            {"id": "watch_min", "kind": "online", "role": "primary"},
            {"id": "long_view", "kind": "online", "role": "secondary"},
        ]
    },
)
def not_one_primary(design: Design) -> Iterator[Hit]:
    """When two primaries disagree, the experiment is decided by taste after the fact."""
    primaries = primary_online(design.metrics)
    if not primaries:
        yield Hit("metrics.rows")
    elif len(primaries) > 1:
        yield Hit(
            "metrics.rows",
            f"{count(len(primaries), 'online metric')} are primary: "
            f"{listed(called(row) for row in primaries)}. There must be exactly one.",
        )


@check(
    "metrics.guardrail-without-bound",
    ref="metrics.W015",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="A guardrail has no bound.",
    hint="State the largest harm you would accept.",
    source="ml-design-docs template (Eugene Yan), 5.4",
    failing={"metrics.rows": [{"id": "g_reports", "kind": "guardrail"}]},
    passing={"metrics.rows": [{"id": "g_reports", "kind": "guardrail", "bound": 1.95}]},
)
def guardrail_without_bound(design: Design) -> Iterator[Hit]:
    """Without a bound, how much harm is too much gets decided when a launch is at stake."""
    for row in of_kind(design.metrics.rows, "guardrail"):
        if row.bound is None:
            yield Hit(row.at("bound"), f"The guardrail {called(row)} has no bound.")


@check(
    "metrics.only-global",
    ref="metrics.W017",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.slices",
    reads=("metrics.slices",),
    message="Metrics are only global.",
    hint="Name at least two segments that could hide harm "
    "(new users, small merchants, a language).",
    source="ML Test Score, model 6; Model Cards for Model Reporting",
    failing={"metrics.slices": ["new users"]},
    passing={"metrics.slices": ["new users", "small creators"]},
)
def only_global(design: Design) -> bool:
    """A good mean is compatible with ruin for a tenth of the people behind it."""
    return entries(design.metrics.slices) < FEWEST_SLICES


@check(
    "metrics.partial-weeks",
    ref="metrics.W020",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="metrics.ab.duration_days",
    reads=("metrics.ab",),
    message="The test does not cover whole weeks.",
    hint="Weekdays differ; run full weeks.",
    source="Experiment practice",
    failing={"metrics.ab.duration_days": 10},
    passing={"metrics.ab.duration_days": 14},
)
def partial_weeks(design: Design) -> Iterator[Hit]:
    """Weekends have other people and other habits. A test that holds one weekend in ten days weighs
    them differently from the year it speaks for.
    """
    days = finite(design.metrics.ab.duration_days)
    if days is not None and (days < DAYS_OF_A_WEEK or days % DAYS_OF_A_WEEK):
        yield Hit(
            "metrics.ab.duration_days",
            f"A test of {number(days, DAYS)} does not cover whole weeks.",
        )


@check(
    "metrics.experiment-reads-another-metric",
    ref="metrics.E021",
    severity=Severity.ERROR,
    signal=Signal.S2,
    at="metrics.ab.primary_metric",
    reads=("metrics.rows", "metrics.ab"),
    message="The experiment names no primary metric.",
    hint="One primary metric through stages 2 and 7.",
    source="Experiment practice",
    failing={
        "metrics.rows": [{"id": "watch_min", "kind": "online", "role": "primary"}],
        "metrics.ab.primary_metric": "clicks",
    },
    passing={
        "metrics.rows": [{"id": "watch_min", "kind": "online", "role": "primary"}],
        "metrics.ab.primary_metric": "watch_min",
    },
)
def experiment_reads_another_metric(design: Design) -> Iterator[Hit]:
    """An experiment sized and stopped on another number answers a question nobody asked."""
    primaries = primary_online(design.metrics)
    read = design.metrics.ab.primary_metric
    if not primaries or read in ids(primaries):
        return
    if read:
        yield Hit(
            "metrics.ab.primary_metric",
            f"The experiment reads {read}, but the primary online metric is "
            f"{listed(called(row) for row in primaries)}.",
        )
    elif can_experiment(design):
        yield Hit("metrics.ab.primary_metric")


@check(
    "metrics.lenient-error-rates",
    ref="metrics.W024",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="metrics.ab.alpha",
    reads=("metrics.ab",),
    message="Error rates are lenient.",
    hint="0.05 and 0.8 are the usual floor; explain a deviation.",
    source="Experiment practice",
    failing={"metrics.ab.alpha": 0.2, "metrics.ab.power": 0.8},
    passing={"metrics.ab.alpha": 0.05, "metrics.ab.power": 0.8},
)
def lenient_error_rates(design: Design) -> Iterator[Hit]:
    """A lenient alpha ships noise, a low power buries true gains; both make the experiment cheaper
    than it is.
    """
    alpha, power = design.metrics.ab.alpha, design.metrics.ab.power
    if alpha is not None and alpha > LENIENT_ALPHA:
        yield Hit("metrics.ab.alpha", f"An alpha of {number(alpha)} lets through too much noise.")
    if power is not None and power < USUAL_POWER:
        yield Hit("metrics.ab.power", f"A power of {number(power)} misses too many true effects.")


@check(
    "metrics.no-operating-point",
    ref="metrics.W025",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="metrics.operating_point",
    reads=("framing.ml_task", "metrics.operating_point"),
    message="No operating point.",
    hint="Derive the threshold from costs or from the review capacity.",
    source="Elkan, The Foundations of Cost-Sensitive Learning (2001)",
    failing={"framing.ml_task": "binary_classification"},
    passing={
        "framing.ml_task": "binary_classification",
        "metrics.operating_point": "The threshold at which 6 000 posts a day go to review.",
    },
)
def no_operating_point(design: Design) -> bool:
    """A classifier acts at one threshold; its quality at all the others is of no use to anybody."""
    return is_classification(design) and is_blank(design.metrics.operating_point)


@check(
    "metrics.only-a-word",
    ref="metrics.W026",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="metrics.rows",
    reads=("metrics.rows",),
    message="A metric is only a word.",
    hint="Give a formula or a known name.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={"metrics.rows": [{"id": "q", "name": "Quality", "family": "business_rate"}]},
    passing={
        "metrics.rows": [
            {"id": "q", "name": "Long views per impression", "family": "business_rate"}
        ]
    },
)
def only_a_word(design: Design) -> Iterator[Hit]:
    """Two teams that measure "quality" measure two things, and both will report a gain."""
    for row in design.metrics.rows:
        if is_blank(row.family):
            yield Hit(row.at("family"), f"{called(row)} has no family, so it has no formula.")
        if " ".join(row.name.casefold().split()) in WISHES:
            yield Hit(row.at("name"), f"{called(row)} is only a word: {row.name.strip()}.")
