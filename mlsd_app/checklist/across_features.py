"""Checks of stage 4 against the others: can the sources and the request path deliver them?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import finite
from mlsd_app.checklist.reading import called, ids, sides, sources_of
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import STORED_FEATURES
from mlsd_app.checklist.wording import listed, number, span
from mlsd_app.stages.conditions import matches_two_sides
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import by_id
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS

ON_REQUEST = frozenset({"online", "hybrid"})


@check(
    "features.fresher-than-its-source",
    ref="features.E004",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows", "data.sources"),
    message="A feature claims to be fresher than its source.",
    hint="freshness [s] >= ingestion lag [s] of the slowest source + compute time [s].",
    source="Arithmetic",
    failing={
        "data.sources": [{"id": "user_profile", "ingestion_lag_s": 21_600}],
        "features.rows": [{"id": "country", "sources": ["user_profile"], "freshness_s": 3_600}],
    },
    passing={
        "data.sources": [{"id": "user_profile", "ingestion_lag_s": 21_600}],
        "features.rows": [{"id": "country", "sources": ["user_profile"], "freshness_s": 90_000}],
    },
)
def fresher_than_its_source(design: Design) -> Iterator[Hit]:
    """A value cannot be younger than what it is made from. The feature is stale in production and
    fresh only in the design.
    """
    sources = by_id(design.data.sources)
    for row in design.features.rows:
        freshness = finite(row.freshness_s)
        lags = [
            (lag, source)
            for source in sources_of(row, sources)
            if (lag := finite(source.ingestion_lag_s)) is not None
        ]
        if freshness is None or not lags:
            continue
        lag, slowest = max(lags, key=lambda pair: pair[0])
        if freshness < lag:
            yield Hit(
                row.at("freshness_s"),
                f"{called(row)} is said to be at most {span(freshness)} old, "
                f"but {called(slowest)} arrives after {span(lag)}.",
                (slowest.at("ingestion_lag_s"),),
            )


@check(
    "features.source-not-described",
    ref="features.E005",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows", "data.sources"),
    message="A feature uses data nobody described.",
    hint="Add the source in stage 3.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={
        "data.sources": [{"id": "playback_events"}],
        "features.rows": [{"id": "mood", "sources": ["diary"]}],
    },
    passing={
        "data.sources": [{"id": "playback_events"}],
        "features.rows": [{"id": "affinity_28d", "sources": ["playback_events"]}],
    },
)
def source_not_described(design: Design) -> Iterator[Hit]:
    """Data without owner, lag and retention may be late, forbidden or gone, and nobody planned for
    any of it.
    """
    known = ids(design.data.sources)
    for row in design.features.rows:
        unknown = [name for name in row.sources if name not in known]
        if unknown:
            yield Hit(
                row.at("sources"),
                f"{called(row)} reads {listed(unknown)}, which stage 3 does not describe.",
                ("data.sources",),
            )


@check(
    "features.stream-from-batches",
    ref="features.E009",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows", "data.sources"),
    message="A streaming feature is fed by batch sources only.",
    hint="Change the kind or add a stream.",
    source="Consistency",
    failing={
        "data.sources": [{"id": "user_profile", "kind": "batch"}],
        "features.rows": [{"id": "country", "kind": "streaming", "sources": ["user_profile"]}],
    },
    passing={
        "data.sources": [{"id": "playback_events", "kind": "stream"}],
        "features.rows": [{"id": "recent", "kind": "streaming", "sources": ["playback_events"]}],
    },
)
def stream_from_batches(design: Design) -> Iterator[Hit]:
    """A stream over nightly tables is a nightly feature with a stream's cost."""
    sources = by_id(design.data.sources)
    for row in design.features.rows:
        read = sources_of(row, sources) if row.kind == "streaming" else []
        if read and all(source.kind == "batch" for source in read):
            yield Hit(
                row.at("kind"),
                f"{called(row)} is streaming, but reads batches only: "
                f"{listed(called(source) for source in read)}.",
                tuple(source.at("kind") for source in read),
            )


@check(
    "features.window-beyond-retention",
    ref="features.W010",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows", "data.sources"),
    message="The aggregation window exceeds retention.",
    hint="window [d] <= retention [d], or keep running aggregates.",
    source="Arithmetic",
    failing={
        "data.sources": [{"id": "impressions", "retention_days": 90}],
        "features.rows": [{"id": "rate_180d", "sources": ["impressions"], "window_days": 180}],
    },
    passing={
        "data.sources": [{"id": "impressions", "retention_days": 90}],
        "features.rows": [{"id": "rate_7d", "sources": ["impressions"], "window_days": 7}],
    },
)
def window_beyond_retention(design: Design) -> Iterator[Hit]:
    """The aggregate cannot be computed again after a fault, nor filled in for the past, since its
    oldest events are deleted.
    """
    sources = by_id(design.data.sources)
    for row in design.features.rows:
        window = finite(row.window_days)
        kept = [
            (days, source)
            for source in sources_of(row, sources)
            if (days := finite(source.retention_days)) is not None
        ]
        if window is None or not kept:
            continue
        days, shortest = min(kept, key=lambda pair: pair[0])
        if window > days:
            yield Hit(
                row.at("window_days"),
                f"{called(row)} looks back {number(window, DAYS)}, "
                f"but {called(shortest)} is kept for {number(days, DAYS)}.",
                (shortest.at("retention_days"),),
            )


@check(
    "features.not-read-by-anything",
    ref="features.E013",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="features.rows",
    reads=("features.rows", "serving.mode"),
    message="A served feature has no way to be read.",
    hint="Point it to a component of the latency budget.",
    source="Consistency",
    failing={
        "serving.mode": "online",
        "features.rows": [{"id": "affinity_28d", "kind": "batch"}],
    },
    passing={
        "serving.mode": "online",
        "serving.components": [{"id": "user_features"}],
        "features.rows": [
            {"id": "affinity_28d", "kind": "batch", "fetch_component": "user_features"}
        ],
    },
)
def not_read_by_anything(design: Design) -> Iterator[Hit]:
    """A read that no component makes takes no time in the budget, and takes it in production."""
    if design.serving.mode not in ON_REQUEST:
        return
    for row in design.features.rows:
        if row.kind in STORED_FEATURES and not row.fetch_component:
            yield Hit(
                row.at("fetch_component"),
                f"{called(row)} is served, but no component reads it.",
                ("serving.mode",),
            )


@check(
    "features.read-by-an-unknown-component",
    ref="features.E014",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="features.rows",
    reads=("features.rows", "serving.components"),
    message="The read component does not exist in stage 6.",
    hint="Add the component with its p99.",
    source="Consistency",
    failing={
        "serving.components": [{"id": "gateway"}],
        "features.rows": [{"id": "affinity_28d", "fetch_component": "user_features"}],
    },
    passing={
        "serving.components": [{"id": "user_features"}],
        "features.rows": [{"id": "affinity_28d", "fetch_component": "user_features"}],
    },
)
def read_by_an_unknown_component(design: Design) -> Iterator[Hit]:
    """Time, replicas and fallback are planned for components; a reader outside the plan has none of
    them.
    """
    known = ids(design.serving.components)
    for row in design.features.rows:
        if row.fetch_component and row.fetch_component not in known:
            yield Hit(
                row.at("fetch_component"),
                f"{called(row)} is read by {row.fetch_component}, which stage 6 does not have.",
                ("serving.components",),
            )


@check(
    "features.one-side-missing",
    ref="features.W019",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("framing.category", "features.rows"),
    message="One side of the pair has no features.",
    hint="User, item, cross and context.",
    source="alirezadir/Machine-Learning-Interviews, nine-step template",
    failing={
        "framing.category": "recommender",
        "features.rows": [{"id": "affinity_28d", "entity": "user"}],
    },
    passing={
        "framing.category": "recommender",
        "features.rows": [
            {"id": "affinity_28d", "entity": "user"},
            {"id": "age_hours", "entity": "item"},
        ],
    },
)
def one_side_missing(design: Design) -> Iterator[Hit]:
    """A match needs both sides. Without features of the user everybody gets the same list, without
    those of the item all of them look alike.
    """
    described = sides(row.entity for row in design.features.rows)
    pair = {"the user or query": {"user", "query"}, "the item": {"item"}}
    absent = [side for side, names in pair.items() if not described & names]
    if matches_two_sides(design) and absent:
        yield Hit("features.rows", f"No feature describes {listed(absent)}.", ("framing.category",))


@check(
    "features.source-for-training-only",
    ref="features.E020",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows", "data.sources"),
    message="A served feature relies on a training-only source.",
    hint="Serve the source or drop the feature.",
    source="ML Test Score, monitoring 3",
    failing={
        "data.sources": [{"id": "survey", "feeds": "training"}],
        "features.rows": [{"id": "satisfaction", "sources": ["survey"]}],
    },
    passing={
        "data.sources": [{"id": "playback_events", "feeds": "both"}],
        "features.rows": [{"id": "affinity_28d", "sources": ["playback_events"]}],
    },
)
def source_for_training_only(design: Design) -> Iterator[Hit]:
    """The value exists in training and is missing in every request: the model learns to lean on
    what it will never get.
    """
    sources = by_id(design.data.sources)
    for row in design.features.rows:
        unserved = [s for s in sources_of(row, sources) if s.feeds == "training"]
        if unserved:
            yield Hit(
                row.at("sources"),
                f"{called(row)} reads {listed(called(source) for source in unserved)}, "
                "which only training has.",
                tuple(source.at("feeds") for source in unserved),
            )


@check(
    "features.none-fresh-enough",
    ref="features.W021",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows", "framing.freshness_requirement_s"),
    message="No feature meets the freshness requirement.",
    hint="Either a streaming feature or a softer requirement.",
    source="Rules of Machine Learning 8",
    failing={
        "framing.freshness_requirement_s": 60,
        "features.rows": [{"id": "affinity_28d", "freshness_s": 86_400}],
    },
    passing={
        "framing.freshness_requirement_s": 60,
        "features.rows": [{"id": "recent_watches", "freshness_s": 30}],
    },
)
def none_fresh_enough(design: Design) -> Iterator[Hit]:
    """If no input changes within the required time, the answer cannot change either."""
    required = finite(design.framing.freshness_requirement_s)
    ages = [
        (age, called(row))
        for row in design.features.rows
        if (age := finite(row.freshness_s)) is not None
    ]
    if required is None or not ages:
        return
    age, name = min(ages)
    if age > required:
        yield Hit(
            "features.rows",
            f"The freshest feature, {name}, is {span(age)} old; framing asks for {span(required)}.",
            ("framing.freshness_requirement_s",),
        )
