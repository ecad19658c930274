"""Stage 2: say how we would know, offline and online."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import IF_EXPERIMENT, IF_MEANS, IF_RATES, OF_CLASSIFIERS
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    deeper,
    flag,
    group,
    line,
    lines,
    quantity,
    reference,
    table,
    text,
)
from mlsd_app.stages.units import DAYS, PERCENT, SHARE
from mlsd_app.stages.words import UP_DOWN

FAMILIES = {
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "macro_f1": "Macro F1",
    "pr_auc": "PR-AUC",
    "roc_auc": "ROC-AUC",
    "log_loss": "Log-loss",
    "calibration": "Calibration error",
    "brier": "Brier score",
    "ndcg": "NDCG",
    "map": "Mean average precision",
    "mrr": "Mean reciprocal rank",
    "precision_at_k": "Precision at k",
    "recall_at_k": "Recall at k",
    "rmse": "Root mean squared error",
    "mae": "Mean absolute error",
    "mape": "Mean absolute percentage error",
    "wape": "Weighted absolute percentage error",
    "quantile": "Quantile loss",
    "r2": "R squared",
    "bias": "Bias (mean signed error)",
    "crps": "CRPS (error of a whole forecast distribution)",
    "groundedness": "Groundedness",
    "faithfulness": "Faithfulness",
    "exact_match": "Exact match",
    "human_rating": "Rating by people",
    "win_rate": "Win rate",
    "business_mean": "Business metric, a mean",
    "business_rate": "Business metric, a rate",
    "latency": "Latency",
    "diversity": "Diversity",
    "fairness": "Fairness between groups",
}


@dataclass(frozen=True, slots=True)
class Metric(Row):
    """One number that says whether the system works."""

    TABLE: ClassVar[str] = "metrics.rows"
    id: str = line("Id", help="A short name that other stages refer to.", example="watch_time")
    name: str = line("What it measures", example="The quantity, over whom and over how long")
    kind: str = choice(
        "Kind",
        {"offline": "Offline", "online": "Online", "guardrail": "Guardrail"},
        help="A guardrail is what must not get worse while the primary metric improves.",
    )
    role: str = choice(
        "Role",
        {
            "primary": "Primary",
            "secondary": "Secondary",
            "diagnostic": "Diagnostic",
            "guardrail": "Guardrail",
        },
        depth=Depth.FULL,
        help="One offline and one online metric are primary: those two decide.",
    )
    family: str = choice("Family", FAMILIES, free=True, depth=Depth.FULL)
    direction: str = choice("Better is", UP_DOWN, depth=Depth.FULL)
    baseline: float | None = quantity("Today", help="What the current system scores.")
    target: float | None = quantity("Goal", help="Not for guardrails; they have a bound.")
    bound: float | None = quantity(
        "Bound", help="For guardrails only: the worst value you would accept."
    )
    unit: str = line("Unit", depth=Depth.FULL, example="minutes")
    proxy_for: str = reference(
        "Stands in for",
        "metrics.rows",
        ref_words={"kpi": "the KPI"},
        help="The next link of the chain: offline metric, online metric, KPI. Not for guardrails.",
    )
    label_based: bool | None = flag(
        "Needs labels",
        depth=Depth.FULL,
        help="Yes when it can be read only after the labels are final.",
    )
    slice: str = line(
        "Slice", depth=Depth.FULL, help="Only when it is measured on a part of the traffic."
    )


@dataclass(frozen=True, slots=True)
class Experiment:
    """The plan of the online experiment; its size follows from it (formula A)."""

    unit: str = choice(
        "Randomised by",
        {
            "user": "User",
            "session": "Session",
            "request": "Request",
            "region": "Region",
            "time": "Time",
        },
        required=True,
        help="The user, unless people influence each other; then a region, or stretches of time.",
        **IF_EXPERIMENT,
    )
    unit_entity: str = line(
        "Counted in Scale as",
        required=True,
        help="The entity of Framing's scale that is one unit.",
        example="user",
        **IF_EXPERIMENT,
    )
    primary_metric: str = reference(
        "Decided by",
        "metrics.rows",
        required=True,
        help="The primary online metric.",
        **IF_EXPERIMENT,
    )
    metric_type: str = choice(
        "Kind of metric",
        {"mean": "Mean", "proportion": "Proportion"},
        required=True,
        help="A mean for each unit, or the share of units for which something happened.",
        **IF_EXPERIMENT,
    )
    mean: float | None = quantity(
        "Mean today",
        required=True,
        help="Of one unit, in the metric's unit.",
        example="20",
        **IF_MEANS,
    )
    sd: float | None = quantity(
        "Standard deviation",
        low=0,
        required=True,
        help="Between units, in the metric's unit.",
        example="35",
        **IF_MEANS,
    )
    rate: float | None = quantity(
        "Share today",
        SHARE,
        low=0,
        high=1,
        required=True,
        help="Between 0 and 1.",
        example="0.04",
        **IF_RATES,
    )
    mde_relative_pct: float | None = quantity(
        "Smallest effect to see",
        PERCENT,
        low=0,
        required=True,
        help="Relative to today's value.",
        example="1",
        **IF_EXPERIMENT,
    )
    alpha: float | None = quantity(
        "Alpha",
        SHARE,
        low=0,
        high=1,
        required=True,
        help="Chance of a false alarm, both sides together.",
        example="0.05",
        **IF_EXPERIMENT,
    )
    power: float | None = quantity(
        "Power",
        SHARE,
        low=0,
        high=1,
        required=True,
        help="Chance to see an effect that is there.",
        example="0.8",
        **IF_EXPERIMENT,
    )
    arms: float | None = quantity(
        "Arms",
        low=2,
        high=100,
        whole=True,
        required=True,
        help="The control counts as one.",
        example="2",
        **IF_EXPERIMENT,
    )
    treatment_pct: float | None = quantity(
        "Share in each arm",
        PERCENT,
        low=0,
        high=100,
        required=True,
        help="Of all eligible units; the control gets as many.",
        example="10",
        **IF_EXPERIMENT,
    )
    eligible_units: float | None = quantity(
        "Unique units",
        low=0,
        required=True,
        help="Over the whole test; not units a day times days, for people come back.",
        example="3M",
        **IF_EXPERIMENT,
    )
    daily_units: float | None = quantity(
        "Units a day", low=0, required=True, example="800k", **IF_EXPERIMENT
    )
    duration_days: float | None = quantity(
        "Duration",
        DAYS,
        low=0,
        required=True,
        help="Whole weeks, because weekdays differ.",
        example="14",
        **IF_EXPERIMENT,
    )
    readout_lag_days: float | None = quantity(
        "Read-out lag",
        DAYS,
        low=0,
        required=True,
        help="Days between the end and the reading: at least the label delay.",
        example="2",
        **IF_EXPERIMENT,
    )
    stop_rule: str = line(
        "Stop rule",
        required=True,
        example="What ends it early, and that nothing else does",
        **IF_EXPERIMENT,
    )
    variance_reduction: str = line(
        "Noise reduced by",
        example="The covariate from before the test, and whether the size counts on it",
        **IF_EXPERIMENT,
    )
    not_possible: str = line(
        "Why no experiment is possible",
        help="An answer here replaces the experiment.",
        example="What forbids it, and the evidence you would use instead",
    )


@dataclass(frozen=True, slots=True)
class Metrics:
    """How success is measured, and the chain from the offline number to the KPI."""

    rows: tuple[Metric, ...] = table("Metrics", Metric, required=True, row_name="metric")
    offline_online_gap: str = text(
        "Gap between offline and online",
        required=True,
        example="One concrete way in which they disagree, why, and how you would notice",
    )
    operating_point: str = text(
        "Operating point",
        required=True,
        example="The threshold, and the costs or the review capacity it follows from",
        **OF_CLASSIFIERS,
    )
    slices: tuple[str, ...] = lines(
        "Slices",
        required=True,
        example="A group that is small, new or easily harmed, and how it is recognised",
    )
    ab: Experiment = group(Experiment)


METRICS = Stage(
    "metrics",
    2,
    "Metrics",
    "Say how we would know, offline and online.",
    Metrics,
    (
        ask(
            "Which numbers say that it works, offline and online?",
            "rows",
            help="One primary offline, one primary online, and guardrails; each stands in for the "
            "next, up to the KPI.",
        ),
        ask(
            "How could the offline number rise and the online number fall?",
            "offline_online_gap",
            help="One concrete way, and what evidence you have about it.",
        ),
        ask(
            "Where is the cut, and why there?",
            "operating_point",
            help="From the two error costs in Framing, or from how many cases people can review.",
        ),
        ask(
            "Which groups could an average hide?",
            "slices",
            help="Two at least; metrics and monitors are read for each of them.",
        ),
        ask(
            "Which experiment would show it, and is it large enough?",
            "ab.unit ab.unit_entity ab.primary_metric ab.metric_type ab.mean ab.sd ab.rate "
            "ab.mde_relative_pct ab.alpha ab.power ab.arms ab.treatment_pct ab.eligible_units "
            "ab.daily_units ab.duration_days ab.readout_lag_days",
            help="The size that is needed is computed from these numbers.",
        ),
        deeper(
            "Reading the experiment",
            "When does it stop, and how is noise reduced?",
            "ab.stop_rule ab.variance_reduction",
        ),
        deeper(
            "Reading the experiment",
            "Is no experiment possible, and what stands in for it?",
            "ab.not_possible",
        ),
    ),
)
