"""Where the checks of stage 6 begin to fire, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places

RANKING: dict[str, Any] = {
    "id": "ranking",
    "critical": True,
    "service_ms": 13,
    "concurrency": 4,
    "utilisation": 0.6,
    "replicas": 180,
    "qps_multiplier": 1,
}  # 260 in flight at 20 000/s: 109 replicas as planned, 65 when full


def components(*given: dict[str, Any]) -> Example:
    return {"serving.components": list(given)}


def funnel(*steps: tuple[float | None, float | None]) -> Example:
    cells: list[dict[str, Any]] = [
        {key: value for key, value in zip(("items_in", "items_out"), step, strict=True) if value}
        for step in steps
    ]
    return {"serving.funnel": cells}


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("mode-not-decided", {}, ["mode", "mode_reason"]),
        ("mode-not-decided", {"serving.mode": "batch", "serving.mode_reason": "x" * 19},
         ["mode_reason"]),
        ("mode-not-decided", {"serving.mode": "batch", "serving.mode_reason": "x" * 20}, []),
        ("no-components", {"serving.mode": "hybrid"}, ["components"]),
        ("no-components", {"serving.mode": "batch"}, []),
        ("no-components", {}, []),
        ("batch-overruns",
         {"serving.mode": "hybrid", "serving.batch_interval_h": 4, "serving.batch_duration_h": 4},
         ["batch_duration_h"]),
        ("batch-overruns",
         {"serving.mode": "online", "serving.batch_interval_h": 4, "serving.batch_duration_h": 9},
         []),
        ("batch-overruns", {"serving.mode": "batch", "serving.batch_duration_h": 9}, []),
        ("critical-without-fallback", components({"critical": True}, {"critical": False}, {}),
         ["components/1.fallback_kind"]),
        ("critical-without-fallback", components({"critical": True, "fallback_kind": "skip"}), []),
        ("funnel-broken", {}, []),
        ("funnel-broken", funnel((10, 10), (10, 5)), ["funnel/1.items_out"]),
        ("funnel-broken", funnel((10, 5), (None, 2)), []),
        ("funnel-broken", funnel((10, 5), (4, 9)), ["funnel/2.items_out", "funnel/2.items_in"]),
        ("funnel-of-another-catalogue", {"framing.catalogue_size": 100, **funnel((49, 5))},
         ["funnel/1.items_in"]),
        ("funnel-of-another-catalogue", {"framing.catalogue_size": 100, **funnel((50, 5))}, []),
        ("funnel-of-another-catalogue", {"framing.catalogue_size": 100, **funnel((200, 5))}, []),
        ("funnel-of-another-catalogue", {"framing.catalogue_size": 100, **funnel((201, 5))},
         ["funnel/1.items_in"]),
        ("funnel-of-another-catalogue", funnel((201, 5)), []),
        ("funnel-of-another-catalogue", {"framing.catalogue_size": 100, **funnel((None, 5))}, []),
        ("chosen-model-not-served", {"framing.timeliness": "online"}, []),
        ("chosen-model-not-served", {"framing.timeliness": "online", "model.chosen": "a"},
         ["components"]),
        ("chosen-model-not-served", {"framing.timeliness": "batch", "model.chosen": "a"}, []),
        ("batch-reads-live-features",
         {"serving.mode": "batch", "features.rows": [{"kind": "batch"}]}, []),
        ("missing-features-unruled", {"features.rows": [{"kind": "batch"}]}, []),
        ("cache-outlives-freshness",
         {"serving.cache_ttl_s": 60, "framing.freshness_requirement_s": 60}, []),
        ("cache-outlives-freshness", {"serving.cache_ttl_s": 60}, []),
        ("batch-older-than-allowed",
         {"serving.mode": "batch", "serving.batch_interval_h": 1,
          "framing.freshness_requirement_s": 3600}, []),
        ("batch-older-than-allowed",
         {"serving.mode": "hybrid", "serving.batch_interval_h": 24,
          "framing.freshness_requirement_s": 60}, []),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"serving.{name}", example) == [f"serving.{place}" for place in expected]


@pytest.mark.parametrize(
    ("limit", "over", "tight"),
    [(78, False, True), (77.9, True, True), (86.6, False, True), (86.7, False, False)],
)
def test_parallel_components_count_once_and_only_critical_ones(
    limit: float, *, over: bool, tight: bool
) -> None:
    example = {
        "framing.latency_slo_ms": limit,
        **components(
            {"id": "gateway", "critical": True, "group": 1, "p99_ms": 5},
            {"id": "features", "critical": True, "group": 2, "p99_ms": 12},
            {"id": "lookup", "critical": True, "group": 2, "p99_ms": 18},
            {"id": "ranking", "critical": True, "group": 3, "p99_ms": 55},
            {"id": "logging", "critical": False, "group": 4, "p99_ms": 500},
            {"id": "unknown", "critical": True, "group": 5},
        ),
    }
    assert bool(places("serving.latency-over-budget", example)) is over
    assert bool(places("serving.no-latency-headroom", example)) is tight


def test_the_message_names_both_ends() -> None:
    (finding,) = found(
        "serving.latency-over-budget",
        {
            "framing.latency_slo_ms": 80,
            **components(
                {"id": "features", "critical": True, "p99_ms": 40},
                {"id": "ranking", "critical": True, "p99_ms": 55},
            ),
        },
    )
    assert finding.also == ("framing.latency_slo_ms",)
    assert finding.message.replace("\u202f", " ") == (
        "95 ms of p99 in serving against 80 ms in framing: ranking 55 ms and features 40 ms."
    )


def test_a_budget_of_nothing_is_not_exceeded() -> None:
    for name in ("latency-over-budget", "no-latency-headroom", "less-available-than-promised"):
        limits: Example = {"framing.latency_slo_ms": 0, "framing.availability_slo_pct": 100}
        assert not places(f"serving.{name}", limits)


@pytest.mark.parametrize(
    ("changed", "few", "zone"),
    [
        ({}, False, False),
        ({"replicas": 109}, False, False),
        ({"replicas": 108}, True, False),
        ({"replicas": 97}, True, True),
        ({"replicas": 98}, True, False),
        ({"qps_multiplier": 2}, True, True),
        ({"qps_multiplier": None}, False, False),
        ({"utilisation": 0}, False, False),
        ({"utilisation": None}, False, False),
        ({"concurrency": 0}, False, False),
        ({"service_ms": None}, False, False),
        ({"replicas": None}, False, False),
        ({"replicas": 0}, True, True),
    ],
)
def test_replicas_carry_the_peak(changed: dict[str, Any], *, few: bool, zone: bool) -> None:
    cells = {key: value for key, value in {**RANKING, **changed}.items() if value is not None}
    example = {"framing.peak_qps": 20_000, "serving.zones": 3, **components(cells)}
    assert bool(places("serving.too-few-replicas", example)) is few
    assert bool(places("serving.zone-loss-overloads", example)) is zone


def test_without_a_peak_or_zones_nothing_is_overloaded() -> None:
    broken = components({**RANKING, "replicas": 1})
    assert not places("serving.too-few-replicas", broken)
    assert not places("serving.zone-loss-overloads", {"framing.peak_qps": 20_000, **broken})


def test_round_decimals_need_no_replica_more() -> None:
    three_tenths = {"service_ms": 300, "concurrency": 1, "utilisation": 0.1, "replicas": 3}
    assert not places(
        "serving.too-few-replicas", {"framing.peak_qps": 1, **components(three_tenths)}
    )


MODEL: Example = {"model.candidates": [{"id": "dnn", "infer_ms": 6, "batch_size": 250}]}
SCORING: dict[str, Any] = {"id": "rank", "model": "dnn", "items": 501, "p99_ms": 18}


@pytest.mark.parametrize(
    ("changed", "fires"),
    [
        ({}, False),
        ({"p99_ms": 17.9}, True),
        ({"items": 500, "p99_ms": 12}, False),
        ({"parallelism": 3, "p99_ms": 6}, False),
        ({"parallelism": 0, "p99_ms": 6}, False),
        ({"model": "gone", "p99_ms": 1}, False),
        ({"model": "", "p99_ms": 1}, False),
        ({"p99_ms": None}, False),
    ],
)
def test_scoring_fits_into_its_component(changed: dict[str, Any], *, fires: bool) -> None:
    cells = {key: value for key, value in {**SCORING, **changed}.items() if value is not None}
    assert bool(places("serving.scoring-over-budget", {**MODEL, **components(cells)})) is fires


def test_items_come_from_the_funnel_where_the_component_does_not_say() -> None:
    component = {key: value for key, value in SCORING.items() if key != "items"}
    example = {**MODEL, **components({**component, "p99_ms": 12})}
    name = "serving.scoring-over-budget"
    assert not places(name, example)
    assert places(name, {**example, "serving.funnel": [{"component": "rank", "items_in": 501}]})
    assert not places(name, {**example, "serving.funnel": [{"component": "rank", "items_in": 500}]})


def test_everything_that_costs_is_summed() -> None:
    name = "serving.over-cost-budget"
    costs = {
        **components({"cost_month": 100}, {"cost_month": 50}, {}),
        "serving.other_cost_month": 30,
    }
    assert places(name, {**costs, "framing.cost_budget_month": 179})
    assert not places(name, {**costs, "framing.cost_budget_month": 180})
    assert not places(name, costs)
    assert not places(name, {"framing.cost_budget_month": 0})
    assert places(name, {"serving.other_cost_month": 1, "framing.cost_budget_month": 0})


def test_what_floats_add_to_decimals_is_no_finding() -> None:
    costs = {**components({"cost_month": 0.1}, {"cost_month": 0.2})}
    assert not places("serving.over-cost-budget", {**costs, "framing.cost_budget_month": 0.3})
    assert places("serving.over-cost-budget", {**costs, "framing.cost_budget_month": 0.299})
    path = components({"critical": True, "p99_ms": 1.1}, {"critical": True, "p99_ms": 2.2})
    assert not places("serving.latency-over-budget", {**path, "framing.latency_slo_ms": 3.3})
    batch: Example = {"serving.mode": "batch", "serving.batch_interval_h": 1.1}
    older = "serving.batch-older-than-allowed"
    assert not places(older, {**batch, "framing.freshness_requirement_s": 3960})
    assert places(older, {**batch, "framing.freshness_requirement_s": 3959.9})


def test_one_replica_keeps_no_three_nines() -> None:
    name = "serving.single-replica"
    parts = components(
        {"critical": True, "replicas": 1}, {"critical": False, "replicas": 1}, {"critical": True}
    )
    promised: Example = {"framing.availability_slo_pct": 99.9}
    assert places(name, {**parts, **promised}) == ["serving.components/1.replicas"]
    assert not places(name, {**parts, "framing.availability_slo_pct": 99.8})
    assert not places(name, parts)


@pytest.mark.parametrize(
    ("parts", "promised", "fires"),
    [
        ([(99.9, "none")], 99.9, False),
        ([(99.9, ""), (99.9, "none")], 99.9, True),
        ([(99.9, ""), (99.9, "cache")], 99.9, False),
        ([(99.9, ""), (99.9, "none")], 99.8, False),
        ([(50, "rule")], 100, False),
        ([(None, "")], 99.9, False),
        ([(50, "rule")], 101, True),  # more than everything is always too much
    ],
)
def test_availability_multiplies_where_there_is_no_fallback(
    parts: list[tuple[float | None, str]], promised: float, *, fires: bool
) -> None:
    cells: list[dict[str, Any]] = [
        {"critical": True, "fallback_kind": kind} | ({"availability_pct": pct} if pct else {})
        for pct, kind in parts
    ]
    example = {
        "framing.availability_slo_pct": promised,
        **components(*cells, {"availability_pct": 1, "critical": False}),
    }
    assert bool(places("serving.less-available-than-promised", example)) is fires


@pytest.mark.parametrize(
    ("category", "size", "timeliness", "steps", "fires"),
    [
        ("recommender", 10_001, "online", 1, True),
        ("search", 10_001, "online", 0, True),
        ("search", 10_000, "online", 0, False),
        ("ads", 10_001, "online", 0, False),
        ("search", 10_001, "batch", 0, False),
        ("search", 10_001, "online", 2, False),
    ],
)
def test_a_large_catalogue_wants_a_funnel(
    category: str, size: int, timeliness: str, steps: int, *, fires: bool
) -> None:
    example: Example = {
        "framing.category": category,
        "framing.catalogue_size": size,
        "framing.timeliness": timeliness,
        "serving.funnel": [{"stage": "step"}] * steps,
    }
    assert bool(places("serving.catalogue-in-one-stage", example)) is fires
