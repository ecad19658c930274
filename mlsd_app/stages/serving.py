"""Stage 6: the answer in time, also on a bad day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import (
    IF_BATCHES,
    IF_LARGE_CATALOGUE,
    IF_LIVE_FEATURES,
    IF_REQUEST_PATH,
)
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    deeper,
    flag,
    line,
    quantity,
    reference,
    table,
    text,
)
from mlsd_app.stages.units import CURRENCY_PER_MONTH, HOURS, MS, PERCENT, SECONDS, SHARE


@dataclass(frozen=True, slots=True)
class Component(Row):
    """A part of the request path: one line of the latency budget."""

    TABLE: ClassVar[str] = "serving.components"
    id: str = line("Component", help="A short name that other stages refer to.", example="scoring")
    critical: bool | None = flag(
        "The request fails without it",
        depth=Depth.FULL,
        help="Only critical components count towards the latency of the path.",
    )
    group: float | None = quantity(
        "Step",
        low=0,
        high=1000,
        whole=True,
        depth=Depth.FULL,
        help="Its place on the path; components with the same number run in parallel.",
        example="3",
    )
    model: str = reference(
        "Model it serves",
        "model.candidates",
        depth=Depth.FULL,
        help="Only for a component that scores.",
    )
    items: float | None = quantity(
        "Items a request",
        low=0,
        depth=Depth.FULL,
        help="Only for a component that scores: how many it scores for one request.",
        example="200",
    )
    parallelism: float | None = quantity(
        "Batches at once",
        low=1,
        depth=Depth.FULL,
        help="Only for a component that scores: how many batches of one request run in parallel.",
        example="1",
    )
    p99_ms: float | None = quantity(
        "p99",
        MS,
        low=0,
        help="For one call, at the 99th percentile; the path adds them up.",
        example="20 ms",
    )
    service_ms: float | None = quantity(
        "Mean",
        MS,
        low=0,
        help="The mean, not the p99, time a call keeps one place busy; replicas follow from it.",
        example="8 ms",
    )
    concurrency: float | None = quantity(
        "In parallel", low=0, help="Calls that one replica handles at the same time.", example="8"
    )
    utilisation: float | None = quantity(
        "Planned use",
        SHARE,
        low=0,
        high=1,
        depth=Depth.FULL,
        help="How full a replica may run at peak; the rest absorbs bursts.",
        example="0.6",
    )
    replicas: float | None = quantity(
        "Replicas", low=0, whole=True, help="In all zones together.", example="9"
    )
    qps_multiplier: float | None = quantity(
        "Calls a request",
        low=0,
        depth=Depth.FULL,
        help="How often a request calls it; calls one after another are steps of their own.",
        example="1",
    )
    timeout_ms: float | None = quantity(
        "Timeout",
        MS,
        low=0,
        help="When it gives up; within the latency limit, or the fallback comes too late.",
        example="30 ms",
    )
    fallback_kind: str = choice(
        "Kind of fallback",
        {
            "none": "None",
            "default": "Default",
            "cache": "Cache",
            "rule": "Rule",
            "degraded_model": "Simpler model",
            "skip": "Skip",
        },
        depth=Depth.FULL,
    )
    fallback: str = line(
        "Falls back to", depth=Depth.FULL, example="What people get when it fails or is late"
    )
    availability_pct: float | None = quantity(
        "Availability", PERCENT, low=0, high=100, depth=Depth.FULL, example="99.95"
    )
    cost_month: float | None = quantity(
        "Cost a month",
        CURRENCY_PER_MONTH,
        low=0,
        help="All its replicas together.",
        example="4k",
    )


@dataclass(frozen=True, slots=True)
class FunnelStep(Row):
    """One narrowing of the catalogue."""

    TABLE: ClassVar[str] = "serving.funnel"
    stage: str = line("Step", example="retrieval")
    component: str = reference("Component", "serving.components")
    items_in: float | None = quantity(
        "Items in", low=0, help="What the step before lets out.", example="2M"
    )
    items_out: float | None = quantity("Items out", low=0, example="300")


@dataclass(frozen=True, slots=True)
class Serving:
    """How an answer is made in time, and what happens when a part of it fails."""

    mode: str = choice(
        "Served",
        {"online": "Online", "batch": "Batch", "hybrid": "Hybrid", "streaming": "Streaming"},
        required=True,
        help="Hybrid: prepared in a batch, finished on request.",
    )
    mode_reason: str = text(
        "Reason",
        required=True,
        example="The number that decides, and what the other way would lose",
    )
    batch_interval_h: float | None = quantity(
        "A batch every", HOURS, low=0, required=True, example="24 h", **IF_BATCHES
    )
    batch_duration_h: float | None = quantity(
        "A batch takes",
        HOURS,
        low=0,
        required=True,
        help="Less than the time to the next one.",
        example="3 h",
        **IF_BATCHES,
    )
    components: tuple[Component, ...] = table(
        "Components on the request path",
        Component,
        required=True,
        row_name="component",
        **IF_REQUEST_PATH,
    )
    zones: float | None = quantity("Zones", low=1, high=100, whole=True, required=True, example="3")
    funnel: tuple[FunnelStep, ...] = table(
        "Funnel", FunnelStep, required=True, row_name="step", **IF_LARGE_CATALOGUE
    )
    cache_ttl_s: float | None = quantity("A cached answer lives", SECONDS, low=0, example="2 min")
    other_cost_month: float | None = quantity(
        "Other cost a month", CURRENCY_PER_MONTH, low=0, example="6k"
    )
    missing_feature_policy: str = text(
        "Missing features",
        required=True,
        example="The value used instead, how the model is told, and how it met that in training",
        **IF_LIVE_FEATURES,
    )
    degradation_ladder: str = text(
        "Degradation ladder",
        required=True,
        example="Step by step: what triggers it, what people still get, when it was last tried",
    )
    autoscaling: str = text(
        "Autoscaling", required=True, example="The signal, the limit and the warm-up time"
    )
    security: str = text(
        "Security", required=True, example="Who may call, how often, and which attack is expected"
    )


SERVING = Stage(
    "serving",
    6,
    "Serving",
    "The answer in time, also on a bad day.",
    Serving,
    (
        ask(
            "How is the answer served, and why not the other way?",
            "mode mode_reason batch_interval_h batch_duration_h",
            help="Let freshness and latency decide; say what precomputing would lose.",
        ),
        ask(
            "Which components does a request pass?",
            "components",
            help="In the order of the path; the same step number means in parallel.",
        ),
        ask(
            "What else must be paid for each month?",
            "other_cost_month",
            help="Training, storage, streams, batches: what no component's cost contains.",
        ),
        ask(
            "Over how many zones is it spread?",
            "zones",
            help="Without one of them, the others must still carry the peak.",
        ),
        ask(
            "How does the catalogue narrow down?",
            "funnel",
            help="Millions, hundreds, tens; the first step starts with the catalogue of Framing.",
        ),
        ask(
            "How long may a cached answer live?",
            "cache_ttl_s",
            help="No longer than the freshness in Framing; leave it empty without a cache.",
        ),
        ask(
            "What happens when a feature is missing?",
            "missing_feature_policy",
            help="Live features do go missing, and the model has to have seen it.",
        ),
        deeper("A bad day", "What gives way first, and what next?", "degradation_ladder"),
        deeper("A bad day", "On what signal does it scale out?", "autoscaling"),
        deeper("A bad day", "Who may call it, and what stops abuse?", "security"),
    ),
)
