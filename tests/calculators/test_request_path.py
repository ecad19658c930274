"""Formulas C to F, against the arithmetic of the worked designs and against properties."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.calculators.capacity import (
    availability_pct,
    cost_month,
    in_flight,
    replicas_after_zone_loss,
    replicas_needed,
)
from mlsd_app.calculators.latency import critical_path, path_p99_ms, scoring_ms
from mlsd_app.calculators.load import average_qps
from mlsd_app.stages.serving import Component

PARTS = (
    Component(id="gateway", critical=True, group=1, p99_ms=4),
    Component(id="features", critical=True, group=2, p99_ms=15),
    Component(id="lookup", critical=True, group=2, p99_ms=18),
    Component(id="rules", critical=True, group=2, p99_ms=5),
    Component(id="scoring", critical=True, group=3, p99_ms=8),
    Component(id="spare", critical=False, group=3, p99_ms=400),
    Component(id="log", critical=True, p99_ms=10),
    Component(id="unsaid", critical=True),
)
RANKING = Component(
    id="ranking", service_ms=13, concurrency=4, utilisation=0.6, replicas=180, qps_multiplier=1
)


def test_the_slowest_of_each_step_makes_the_path() -> None:
    assert [part.id for part in critical_path(PARTS)] == ["gateway", "lookup", "scoring", "log"]
    assert path_p99_ms(PARTS) == 40
    assert path_p99_ms(PARTS[-1:]) is None
    assert path_p99_ms(()) is None


@given(st.permutations(PARTS))
def test_the_order_of_rows_does_not_change_the_path(parts: list[Component]) -> None:
    assert path_p99_ms(parts) == 40


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_a_slower_part_never_shortens_the_path(first: float, second: float) -> None:
    quick, slow = sorted((first, second))
    parts = [replace(part, p99_ms=slow) if part.id == "rules" else part for part in PARTS]
    quicker = [replace(part, p99_ms=quick) if part.id == "rules" else part for part in PARTS]
    assert (path_p99_ms(parts) or 0) >= (path_p99_ms(quicker) or 0)


def test_average_load() -> None:
    assert average_qps(600_000_000) == pytest.approx(6_944.44, abs=0.01)
    assert average_qps(None) is None


def test_replicas_of_the_worked_example() -> None:
    assert in_flight(20_000, RANKING) == 260
    assert replicas_needed(20_000, RANKING) == 109
    assert replicas_needed(20_000, RANKING, utilisation=1) == 65
    assert replicas_after_zone_loss(180, 3) == 120
    assert replicas_after_zone_loss(100, 3) == 66
    assert replicas_after_zone_loss(5, 1) == 0


def test_a_request_calls_once_unless_it_is_said_otherwise() -> None:
    assert in_flight(1000, Component(service_ms=10)) == 10
    assert in_flight(1000, Component(service_ms=10, qps_multiplier=0.6)) == 6
    assert in_flight(1000, Component(service_ms=10, qps_multiplier=0)) == 0


@given(st.integers(1, 10_000), st.sampled_from([0.1, 0.3, 0.6, 0.7]))
def test_noise_of_decimals_needs_no_replica_more(replicas: int, share: float) -> None:
    full = Component(service_ms=1000 * replicas * share, concurrency=1, utilisation=share)
    assert replicas_needed(1, full) == replicas


@given(st.floats(1, 1e5), st.floats(0.1, 1e3), st.floats(1, 64), st.floats(0.1, 1))
def test_the_replicas_needed_are_enough_and_not_one_too_many(
    peak: float, service: float, concurrency: float, share: float
) -> None:
    component = Component(service_ms=service, concurrency=concurrency, utilisation=share)
    needed = replicas_needed(peak, component)
    assert needed is not None
    busy = peak * service / 1000
    assert needed * concurrency * share >= busy * (1 - 1e-6)
    assert (needed - 1) * concurrency * share < busy


@pytest.mark.parametrize(
    ("items", "batch", "at_once", "takes"),
    [(500, 250, 1, 12), (501, 250, 1, 18), (501, 250, None, 18), (500, 250, 2, 6), (0, 250, 1, 0)],
)
def test_scoring_time(items: float, batch: float, at_once: float | None, takes: float) -> None:
    assert scoring_ms(items=items, batch_size=batch, infer_ms=6, parallelism=at_once) == takes


@pytest.mark.parametrize(
    ("batch", "at_once"), [(0, 1), (250, 0), (None, 1), (math.nan, 1), (250, math.inf)]
)
def test_some_scoring_has_no_time(batch: float | None, at_once: float) -> None:
    assert scoring_ms(items=500, batch_size=batch, infer_ms=6, parallelism=at_once) is None


def test_availability_is_a_product_over_what_has_no_fallback() -> None:
    parts = [
        Component(critical=True, availability_pct=99.9),
        Component(critical=True, availability_pct=99.5, fallback_kind="none"),
        Component(critical=True, availability_pct=50, fallback_kind="cache"),
        Component(critical=False, availability_pct=50),
        Component(critical=True),
    ]
    assert availability_pct(parts) == pytest.approx(99.4005)
    assert availability_pct(parts[2:3]) == 100
    assert availability_pct(()) is None


def test_cost_is_the_sum_of_what_is_stated() -> None:
    parts = [Component(cost_month=100), Component(), Component(cost_month=50)]
    assert cost_month(parts, 30) == 180
    assert cost_month(parts, None) == 150
    assert cost_month([Component()], None) is None
