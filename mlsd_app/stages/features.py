"""Stage 4: a data problem before a model input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import IF_PARITY_TEST
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    choices,
    deeper,
    flag,
    line,
    quantity,
    reference,
    references,
    table,
    text,
)
from mlsd_app.stages.units import DAYS, SECONDS


@dataclass(frozen=True, slots=True)
class Feature(Row):
    """A value the model reads, and how it is the same in training and in serving."""

    TABLE: ClassVar[str] = "features.rows"
    id: str = line("Feature", help="A short name that other stages refer to.", example="orders_30d")
    entity: str = line("Entity", help="What it describes.", example="user")
    kind: str = choice(
        "Computed",
        {"batch": "Batch", "streaming": "Streaming", "request_time": "At request"},
    )
    sources: tuple[str, ...] = references("Sources", "data.sources", depth=Depth.FULL)
    freshness_s: float | None = quantity(
        "At most old",
        SECONDS,
        low=0,
        help="Age of the value when it is served; never below the lag of its slowest source.",
        example="1 h",
    )
    window_days: float | None = quantity(
        "Window",
        DAYS,
        low=0,
        depth=Depth.FULL,
        help="How far back it looks; 0 when it does not.",
        example="30",
    )
    available_at_prediction: str = choice(
        "Known in time",
        {"yes": "Yes", "no": "No", "unknown": "Not checked"},
        depth=Depth.FULL,
        help="Whether the value exists when the prediction is made.",
    )
    point_in_time: str = choice(
        "Point in time",
        {
            "as_of_join": "As-of join",
            "logged_at_serving": "Logged as served",
            "snapshot": "Snapshot",
            "not_needed": "Not needed",
            "none": "Nothing",
        },
        help="What gives a training row the value of its own moment, and not today's.",
    )
    derives_from_label: bool | None = flag(
        "Made from labels",
        depth=Depth.FULL,
        help="Then only labels that were final before the prediction may count.",
    )
    fetch_component: str = reference(
        "Read by",
        "serving.components",
        help="The component of Serving that fetches it within the latency limit.",
    )
    missing_default: str = line(
        "If missing", help="What is served instead; train with it too.", example="A prior or a flag"
    )
    owner: str = line("Owner", depth=Depth.FULL, example="Who repairs it, and may delete it")
    transform: str = choice(
        "Transform code",
        {"shared": "Shared", "separate": "Separate"},
        depth=Depth.FULL,
        help="Separate: training and serving each have their own implementation.",
    )
    sensitive: bool | None = flag(
        "Sensitive",
        depth=Depth.FULL,
        help="A protected trait, or something that gives one away.",
    )
    justification: str = line(
        "Why it is needed",
        depth=Depth.FULL,
        help="For sensitive features only.",
        example="What is lost without it, and the test that shows no harm",
    )
    critical: bool | None = flag(
        "Critical", depth=Depth.FULL, help="The model is useless or harmful when it is wrong."
    )


@dataclass(frozen=True, slots=True)
class Features:
    """The values the model reads, and what keeps them equal in training and in serving."""

    rows: tuple[Feature, ...] = table("Features", Feature, required=True, row_name="feature")
    skew_prevention: tuple[str, ...] = choices(
        "Against skew",
        {
            "shared transform": "Shared transform code",
            "logged features": "Features logged as served",
            "parity test": "Parity test",
        },
        free=True,
        required=True,
    )
    parity_test: str = text(
        "Parity test",
        required=True,
        example="How many requests are replayed, which difference fails, and what it blocks",
        **IF_PARITY_TEST,
    )
    encoding: str = text(
        "Encoding",
        required=True,
        example="Counts, categories, text and times: what each is turned into",
    )
    normaliser_fit_on: str = choice(
        "Scaling fitted on",
        {"train": "Training data", "all": "All data", "n/a": "No scaling"},
        required=True,
    )
    versioning: str = text(
        "Versions", example="Where a version is recorded, and how an old one is filled in again"
    )


FEATURES = Stage(
    "features",
    4,
    "Features",
    "A data problem before a model input.",
    Features,
    (
        ask(
            "Which few features carry the decision?",
            "rows",
            help="About two for each entity; in an interview 4 to 15 in all.",
        ),
        ask(
            "What keeps training and serving the same?",
            "skew_prevention",
            help="One transform for both, values logged as served, or a test that compares them.",
        ),
        ask("How is it tested that both compute the same value?", "parity_test"),
        ask(
            "How do values become numbers?",
            "encoding normaliser_fit_on",
            help="Whatever is fitted, fit it on training data and apply it elsewhere.",
        ),
        deeper("Over time", "How does a feature change without rewriting the past?", "versioning"),
    ),
)
