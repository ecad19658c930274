"""Checks of capacity against the other stages: do load, promise and budget fit the components?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.capacity import (
    are_enough,
    availability_pct,
    cost_month,
    fits_budget,
    keeps_promise,
    replicas_after_zone_loss,
    replicas_needed,
    without_fallback,
)
from mlsd_app.calculators.numbers import finite
from mlsd_app.checklist.reading import called
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.wording import about, listed, number
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import CURRENCY_PER_MONTH, PER_SECOND, PERCENT

THREE_NINES_PCT = 99.9  # availability that one replica does not reach
FEWEST_REPLICAS = 2


@check(
    "serving.too-few-replicas",
    ref="serving.E005",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "framing.peak_qps"),
    message="Not enough replicas for the peak load.",
    hint="Little's law: in flight = QPS x service time [s]; divide by concurrency x utilisation.",
    source="Little's law",
    failing={
        "framing.peak_qps": 20_000,
        "serving.components": [
            {
                "id": "ranking",
                "service_ms": 13,
                "concurrency": 4,
                "utilisation": 0.6,
                "replicas": 60,
            }
        ],
    },
    passing={
        "framing.peak_qps": 20_000,
        "serving.components": [
            {
                "id": "ranking",
                "service_ms": 13,
                "concurrency": 4,
                "utilisation": 0.6,
                "replicas": 180,
            }
        ],
    },
)
def too_few_replicas(design: Design) -> Iterator[Hit]:
    """Above the planned use queues grow faster than anybody scales, and the p99 of the budget is
    gone first.
    """
    peak = finite(design.framing.peak_qps)
    for row in design.serving.components:
        needed, replicas = replicas_needed(peak, row), finite(row.replicas)
        if peak is None or needed is None or replicas is None:
            continue
        if not are_enough(replicas, needed):
            yield Hit(
                row.at("replicas"),
                f"{called(row)} has {number(replicas)} replicas, but {number(peak, PER_SECOND)} "
                f"at peak need {about(needed)}.",
                ("framing.peak_qps",),
            )


@check(
    "serving.zone-loss-overloads",
    ref="serving.W006",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "serving.zones", "framing.peak_qps"),
    message="Losing one zone overloads a component.",
    hint="Capacity without one zone must still carry the peak.",
    source="Little's law; Site Reliability Engineering, chapter 22",
    failing={
        "framing.peak_qps": 20_000,
        "serving.zones": 2,
        "serving.components": [
            {"id": "ranking", "service_ms": 13, "concurrency": 4, "replicas": 110}
        ],
    },
    passing={
        "framing.peak_qps": 20_000,
        "serving.zones": 3,
        "serving.components": [
            {"id": "ranking", "service_ms": 13, "concurrency": 4, "replicas": 180}
        ],
    },
)
def zone_loss_overloads(design: Design) -> Iterator[Hit]:
    """Zones fail, and the load of the lost one arrives at the others in the same second."""
    peak = design.framing.peak_qps
    for row in design.serving.components:
        left = replicas_after_zone_loss(row.replicas, design.serving.zones)
        filled = replicas_needed(peak, row, utilisation=1)
        if left is not None and filled is not None and not are_enough(left, filled):
            yield Hit(
                row.at("replicas"),
                f"Without one zone {called(row)} keeps {about(left)} replicas, "
                f"but the peak fills {about(filled)}.",
                ("serving.zones", "framing.peak_qps"),
            )


@check(
    "serving.over-cost-budget",
    ref="serving.E014",
    severity=Severity.ERROR,
    signal=Signal.S6,
    at="serving.components",
    reads=("serving.components", "serving.other_cost_month", "framing.cost_budget_month"),
    message="Serving costs more than the budget.",
    hint="Replicas x price; look at fan-out first.",
    source="ml-design-docs template (Eugene Yan), 6.7",
    failing={
        "framing.cost_budget_month": 300_000,
        "serving.components": [{"id": "ranking", "cost_month": 270_000}],
        "serving.other_cost_month": 60_000,
    },
    passing={
        "framing.cost_budget_month": 450_000,
        "serving.components": [{"id": "ranking", "cost_month": 270_000}],
        "serving.other_cost_month": 60_000,
    },
)
def over_cost_budget(design: Design) -> Iterator[Hit]:
    """A system that costs more than it may is switched off, or cut down by somebody who does not
    know which part mattered.
    """
    budget = finite(design.framing.cost_budget_month)
    cost = cost_month(design.serving.components, design.serving.other_cost_month)
    if budget is not None and cost is not None and not fits_budget(cost, budget):
        yield Hit(
            "serving.components",
            f"{about(cost, CURRENCY_PER_MONTH)} a month in serving "
            f"against {number(budget, CURRENCY_PER_MONTH)} in framing.",
            ("serving.other_cost_month", "framing.cost_budget_month"),
        )


@check(
    "serving.single-replica",
    ref="serving.W015",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "framing.availability_slo_pct"),
    message="A single replica cannot meet the availability SLO.",
    hint="Two per zone at least.",
    source="Site Reliability Engineering, chapter 3",
    failing={
        "framing.availability_slo_pct": 99.9,
        "serving.components": [{"id": "policy", "critical": True, "replicas": 1}],
    },
    passing={
        "framing.availability_slo_pct": 99.9,
        "serving.components": [{"id": "policy", "critical": True, "replicas": 9}],
    },
)
def single_replica(design: Design) -> Iterator[Hit]:
    """Every release and every reboot of the only replica is an outage; three nines leave 43 minutes
    a month for all of them.
    """
    promised = finite(design.framing.availability_slo_pct)
    if promised is None or promised < THREE_NINES_PCT:
        return
    for row in design.serving.components:
        replicas = finite(row.replicas)
        if row.critical and replicas is not None and replicas < FEWEST_REPLICAS:
            yield Hit(
                row.at("replicas"),
                f"{called(row)} is critical and has no more than {number(replicas)} replica, "
                f"against {number(promised, PERCENT)} of availability in framing.",
                ("framing.availability_slo_pct",),
            )


@check(
    "serving.less-available-than-promised",
    ref="serving.E021",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components", "framing.availability_slo_pct"),
    message="The parts are less available than the promise.",
    hint="Serial availability multiplies; a fallback takes a part out of the product.",
    source="Arithmetic; Site Reliability Engineering, chapter 3",
    failing={
        "framing.availability_slo_pct": 99.9,
        "serving.components": [
            {"id": "features", "critical": True, "availability_pct": 99.9},
            {"id": "ranking", "critical": True, "availability_pct": 99.9},
        ],
    },
    passing={
        "framing.availability_slo_pct": 99.9,
        "serving.components": [
            {
                "id": "features",
                "critical": True,
                "availability_pct": 99.9,
                "fallback_kind": "default",
            },
            {"id": "ranking", "critical": True, "availability_pct": 99.9},
        ],
    },
)
def less_available_than_promised(design: Design) -> Iterator[Hit]:
    """Two parts that are each up 99.9 % of the time are both up 99.8 % of it. Only a fallback buys
    a nine back.
    """
    promised = finite(design.framing.availability_slo_pct)
    reached = availability_pct(design.serving.components)
    if promised is None or reached is None or keeps_promise(reached, promised):
        return
    parts = [called(row) for row in without_fallback(design.serving.components)]
    where = listed(parts) if parts else "fallbacks alone"
    yield Hit(
        "serving.components",
        f"{number(round(reached, 4), PERCENT)} of availability in serving, from {where}, "
        f"against {number(promised, PERCENT)} in framing.",
        ("framing.availability_slo_pct",),
    )
