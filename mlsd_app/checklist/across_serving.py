"""Checks of stage 6 against the others: is it in time, fresh, and the model that was chosen?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.latency import (
    critical_path,
    keeps_limit,
    leaves_headroom,
    path_p99_ms,
    scores_in_time,
    scorings,
)
from mlsd_app.calculators.numbers import finite, is_at_most, known
from mlsd_app.checklist.reading import called, is_blank
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import LIVE_FEATURES
from mlsd_app.checklist.wording import about, listed, number, span
from mlsd_app.stages.conditions import LARGE_CATALOGUE, answers_online
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import HOURS, MS

SECONDS_AN_HOUR = 3_600
FEWEST_FUNNEL_STEPS = 2
CATALOGUE_TOLERANCE = 2  # factor


@check(
    "serving.latency-over-budget",
    ref="serving.E003",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "framing.latency_slo_ms"),
    message="The component p99s do not fit in the latency SLO.",
    hint="Sum of p99s is a safe upper bound of the path's p99; parallel calls count once.",
    source="Dean and Barroso, The Tail at Scale (2013)",
    failing={
        "framing.latency_slo_ms": 80,
        "serving.components": [
            {"id": "features", "critical": True, "group": 1, "p99_ms": 40},
            {"id": "ranking", "critical": True, "group": 2, "p99_ms": 55},
        ],
    },
    passing={
        "framing.latency_slo_ms": 80,
        "serving.components": [
            {"id": "features", "critical": True, "group": 1, "p99_ms": 40},
            {"id": "lookup", "critical": True, "group": 1, "p99_ms": 55},
        ],
    },
)
def latency_over_budget(design: Design) -> Iterator[Hit]:
    """Every part may keep its own promise and the whole still break its one. The budget is where
    that shows before anybody waits.
    """
    path, limit = path_p99_ms(design.serving.components), finite(design.framing.latency_slo_ms)
    if path is not None and limit is not None and not keeps_limit(path, limit):
        yield Hit(
            "serving.components",
            f"{about(path, MS)} of p99 in serving against {number(limit, MS)} in framing: "
            f"{_steps(design)}.",
            ("framing.latency_slo_ms",),
        )


def _steps(design: Design) -> str:
    """ranking 55 ms and features 40 ms: what the path consists of, the slowest first."""
    path = sorted(critical_path(design.serving.components), key=lambda c: -(c.p99_ms or 0))
    return listed(f"{called(row)} {number(row.p99_ms or 0, MS)}" for row in path)


@check(
    "serving.no-latency-headroom",
    ref="serving.W004",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "framing.latency_slo_ms"),
    message="No headroom in the latency budget.",
    hint="Keep 10 % for the network, retries and growth.",
    source="Interview practice",
    failing={
        "framing.latency_slo_ms": 100,
        "serving.components": [{"id": "ranking", "critical": True, "p99_ms": 95}],
    },
    passing={
        "framing.latency_slo_ms": 100,
        "serving.components": [{"id": "ranking", "critical": True, "p99_ms": 78}],
    },
)
def no_latency_headroom(design: Design) -> Iterator[Hit]:
    """A budget that is spent to the last millisecond is broken by the first retry."""
    path, limit = path_p99_ms(design.serving.components), finite(design.framing.latency_slo_ms)
    if path is not None and limit is not None and not leaves_headroom(path, limit):
        yield Hit(
            "serving.components",
            f"{about(path, MS)} of p99 in serving leave too little of the "
            f"{number(limit, MS)} in framing.",
            ("framing.latency_slo_ms",),
        )


@check(
    "serving.batch-older-than-allowed",
    ref="serving.E007",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.batch_interval_h",
    reads=("serving.mode", "serving.batch_interval_h", "framing.freshness_requirement_s"),
    message="Precomputed results are older than allowed.",
    hint="interval [h] x 3600 <= freshness [s], or score online.",
    source="Arithmetic",
    failing={
        "serving.mode": "batch",
        "serving.batch_interval_h": 24,
        "framing.freshness_requirement_s": 60,
    },
    passing={
        "serving.mode": "batch",
        "serving.batch_interval_h": 24,
        "framing.freshness_requirement_s": 86_400,
    },
)
def batch_older_than_allowed(design: Design) -> Iterator[Hit]:
    """An answer computed last night cannot know what happened this morning, whatever the model."""
    every = finite(design.serving.batch_interval_h)
    required = finite(design.framing.freshness_requirement_s)
    if design.serving.mode != "batch" or every is None or required is None:
        return
    if not is_at_most(every * SECONDS_AN_HOUR, required):
        yield Hit(
            "serving.batch_interval_h",
            f"A batch every {number(every, HOURS)} in serving "
            f"against a freshness of {span(required)} in framing.",
            ("framing.freshness_requirement_s",),
        )


@check(
    "serving.timeout-over-budget",
    ref="serving.E010",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "framing.latency_slo_ms"),
    message="A timeout is longer than the SLO.",
    hint="A fallback only helps if it fires in time.",
    source="Site Reliability Engineering, chapter 22",
    failing={
        "framing.latency_slo_ms": 100,
        "serving.components": [{"id": "ranking", "timeout_ms": 500}],
    },
    passing={
        "framing.latency_slo_ms": 100,
        "serving.components": [{"id": "ranking", "timeout_ms": 30}],
    },
)
def timeout_over_budget(design: Design) -> Iterator[Hit]:
    """A caller that waits longer than everybody may wait has no time left for its fallback."""
    limit = finite(design.framing.latency_slo_ms)
    for row in design.serving.components:
        timeout = finite(row.timeout_ms)
        if timeout is not None and limit is not None and timeout > limit:
            yield Hit(
                row.at("timeout_ms"),
                f"{called(row)} waits {number(timeout, MS)}, "
                f"against {number(limit, MS)} for the whole answer in framing.",
                ("framing.latency_slo_ms",),
            )


@check(
    "serving.funnel-of-another-catalogue",
    ref="serving.W012",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.funnel",
    reads=("serving.funnel", "framing.catalogue_size"),
    message="The funnel starts with another catalogue than stage 1.",
    hint="Same number in both places.",
    source="Consistency",
    failing={
        "framing.catalogue_size": 10_000_000,
        "serving.funnel": [{"stage": "retrieval", "items_in": 1_000_000}],
    },
    passing={
        "framing.catalogue_size": 10_000_000,
        "serving.funnel": [{"stage": "retrieval", "items_in": 10_000_000}],
    },
)
def funnel_of_another_catalogue(design: Design) -> Iterator[Hit]:
    """Memory and latency of retrieval grow with the catalogue, so one of the two plans is for
    another system.
    """
    for first in design.serving.funnel[:1]:
        given = known(first.items_in, design.framing.catalogue_size)
        if given is None:
            continue
        items, size = given
        if not size / CATALOGUE_TOLERANCE <= items <= size * CATALOGUE_TOLERANCE:
            yield Hit(
                first.at("items_in"),
                f"The funnel starts with {number(items)} items, "
                f"against a catalogue of {number(size)} in framing.",
                ("framing.catalogue_size",),
            )


@check(
    "serving.scoring-over-budget",
    ref="serving.E013",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "serving.funnel", "model.candidates"),
    message="The model cannot score that many items in its budget.",
    hint="Fewer candidates, larger batches, cheaper model.",
    source="Arithmetic",
    failing={
        "model.candidates": [{"id": "transformer", "infer_ms": 21, "batch_size": 250}],
        "serving.components": [
            {"id": "ranking", "model": "transformer", "items": 500, "parallelism": 1, "p99_ms": 25}
        ],
    },
    passing={
        "model.candidates": [{"id": "mt_dnn", "infer_ms": 6, "batch_size": 250}],
        "serving.components": [
            {"id": "ranking", "model": "mt_dnn", "items": 500, "parallelism": 1, "p99_ms": 25}
        ],
    },
)
def scoring_over_budget(design: Design) -> Iterator[Hit]:
    """The budget of the component holds only for the items it was made for; each batch more is
    another run of the model.
    """
    for scoring in scorings(design):
        row, model, takes = scoring.component, scoring.model, scoring.takes_ms
        budget = finite(row.p99_ms)
        if takes is None or budget is None or scores_in_time(takes, budget):
            continue
        yield Hit(
            row.at("p99_ms"),
            f"{called(model)} takes {about(takes, MS)} for {number(scoring.items or 0)} items, "
            f"against {number(budget, MS)} of p99 for {called(row)}.",
            (model.at("infer_ms"),),
        )


@check(
    "serving.missing-features-unruled",
    ref="serving.E016",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.missing_feature_policy",
    reads=("features.rows", "serving.missing_feature_policy"),
    message="No rule for missing real-time features.",
    hint="Default plus a missing flag, seen in training too.",
    source="Interview practice",
    failing={"features.rows": [{"id": "recent_watches", "kind": "streaming"}]},
    passing={
        "features.rows": [{"id": "recent_watches", "kind": "streaming"}],
        "serving.missing_feature_policy": "Default plus a missing flag, seen in training.",
    },
)
def missing_features_unruled(design: Design) -> Iterator[Hit]:
    """Streams stop. Without a rule each component invents a value, and the model has seen none of
    them.
    """
    live = [row for row in design.features.rows if row.kind in LIVE_FEATURES]
    if live and is_blank(design.serving.missing_feature_policy):
        yield Hit(
            "serving.missing_feature_policy",
            f"Nothing says what happens when {listed(called(row) for row in live)} "
            f"{'is' if len(live) == 1 else 'are'} missing.",
            tuple(row.at("kind") for row in live),
        )


@check(
    "serving.batch-reads-live-features",
    ref="serving.W017",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.mode",
    reads=("serving.mode", "features.rows"),
    message="Batch scoring cannot use request-time features.",
    hint="Switch to hybrid: precompute candidates, rank online.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={
        "serving.mode": "batch",
        "features.rows": [{"id": "request_context", "kind": "request_time"}],
    },
    passing={
        "serving.mode": "hybrid",
        "features.rows": [{"id": "request_context", "kind": "request_time"}],
    },
)
def batch_reads_live_features(design: Design) -> Iterator[Hit]:
    """At night there is no request to read from, so the features that carry the moment are empty
    for everybody.
    """
    live = [row for row in design.features.rows if row.kind in LIVE_FEATURES]
    if design.serving.mode == "batch" and live:
        yield Hit(
            "serving.mode",
            f"Batch scoring cannot use {listed(called(row) for row in live)}.",
            tuple(row.at("kind") for row in live),
        )


@check(
    "serving.cache-outlives-freshness",
    ref="serving.W018",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.cache_ttl_s",
    reads=("serving.cache_ttl_s", "framing.freshness_requirement_s"),
    message="The cache outlives the freshness requirement.",
    hint="ttl [s] <= freshness [s].",
    source="Arithmetic",
    failing={"serving.cache_ttl_s": 600, "framing.freshness_requirement_s": 60},
    passing={"serving.cache_ttl_s": 30, "framing.freshness_requirement_s": 60},
)
def cache_outlives_freshness(design: Design) -> Iterator[Hit]:
    """A cached answer is as old as its cache allows, however fresh the features behind it are."""
    lives = finite(design.serving.cache_ttl_s)
    required = finite(design.framing.freshness_requirement_s)
    if lives is not None and required is not None and lives > required:
        yield Hit(
            "serving.cache_ttl_s",
            f"A cached answer lives {span(lives)} in serving "
            f"against a freshness of {span(required)} in framing.",
            ("framing.freshness_requirement_s",),
        )


@check(
    "serving.chosen-model-not-served",
    ref="serving.E019",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("framing.timeliness", "model.chosen", "serving.components"),
    message="The chosen model is not served by any component.",
    hint="Link the scoring component to the model.",
    source="Consistency",
    failing={
        "framing.timeliness": "online",
        "model.chosen": "mt_dnn",
        "serving.components": [{"id": "ranking", "model": "gbdt_ranker"}],
    },
    passing={
        "framing.timeliness": "online",
        "model.chosen": "mt_dnn",
        "serving.components": [{"id": "ranking", "model": "mt_dnn"}],
    },
)
def chosen_model_not_served(design: Design) -> Iterator[Hit]:
    """Latency, replicas and cost of this stage are then those of another model."""
    chosen = design.model.chosen
    served = {row.model for row in design.serving.components}
    if answers_online(design) and chosen and chosen not in served:
        yield Hit("serving.components", f"No component serves {chosen}.", ("model.chosen",))


@check(
    "serving.catalogue-in-one-stage",
    ref="serving.E020",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.funnel",
    reads=(
        "framing.category",
        "framing.catalogue_size",
        "framing.timeliness",
        "serving.funnel",
    ),
    message="A large catalogue is scored in one stage.",
    hint="Retrieval first, ranking second.",
    source="Covington, Adams and Sargin, Deep Neural Networks for YouTube Recommendations (2016)",
    failing={
        "framing.category": "recommender",
        "framing.catalogue_size": 10_000_000,
        "framing.timeliness": "online",
        "serving.funnel": [{"stage": "ranking", "items_in": 10_000_000, "items_out": 20}],
    },
    passing={
        "framing.category": "recommender",
        "framing.catalogue_size": 10_000_000,
        "framing.timeliness": "online",
        "serving.funnel": [
            {"stage": "retrieval", "items_in": 10_000_000, "items_out": 500},
            {"stage": "ranking", "items_in": 500, "items_out": 20},
        ],
    },
)
def catalogue_in_one_stage(design: Design) -> Iterator[Hit]:
    """No model that is worth having scores ten million items within one request. A cheap first
    stage pays for a good second one.
    """
    framing, steps = design.framing, len(design.serving.funnel)
    size = finite(framing.catalogue_size) or 0
    chosen_from_many = framing.category in {"recommender", "search"} and size > LARGE_CATALOGUE
    if chosen_from_many and answers_online(design) and steps < FEWEST_FUNNEL_STEPS:
        how = "in one step" if steps else "without a funnel"
        yield Hit(
            "serving.funnel",
            f"{number(size)} items are scored online {how}.",
            ("framing.catalogue_size",),
        )
