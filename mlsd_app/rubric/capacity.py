"""Whether the request path carries what was promised.

An unknown number never counts in favour: each function answers ``False`` until all are given.
"""

from __future__ import annotations

from mlsd_app.calculators.capacity import (
    NO_FALLBACK,
    availability_pct,
    cost_month,
    replicas_after_zone_loss,
    replicas_needed,
)
from mlsd_app.calculators.latency import path_p99_ms
from mlsd_app.rubric.reading import every
from mlsd_app.stages.design import Design
from mlsd_app.stages.serving import Component


def path_fits_the_limit(design: Design) -> bool:
    """Whether every component has its p99 and those on the critical path keep the limit."""
    components, limit = design.serving.components, design.framing.latency_slo_ms
    path = path_p99_ms(components)
    if path is None or limit is None:
        return False
    return path <= limit and all(row.p99_ms is not None for row in components)


def replicas_carry_the_peak(design: Design) -> bool:
    """Whether each component has the replicas that it needs at its planned use."""
    peak = design.framing.peak_qps
    return every(
        design.serving.components,
        lambda row: _is_enough(row.replicas, replicas_needed(peak, row)),
    )


def a_lost_zone_is_carried(design: Design) -> bool:
    """Whether what is left without one zone still holds the peak, at full use."""
    peak, zones = design.framing.peak_qps, design.serving.zones

    def carries(row: Component) -> bool:
        left = replicas_after_zone_loss(row.replicas, zones)
        return _is_enough(left, replicas_needed(peak, row, utilisation=1))

    return every(design.serving.components, carries)


def parts_are_as_available_as_promised(design: Design) -> bool:
    """Whether the critical components that have no fallback reach the promise together."""
    promise = design.framing.availability_slo_pct
    alone = [row for row in design.serving.components if row.critical and not has_fallback(row)]
    if promise is None or not any(row.critical for row in design.serving.components):
        return False
    if any(row.availability_pct is None for row in alone):
        return False
    return not alone or _is_enough(availability_pct(alone), promise)


def has_fallback(component: Component) -> bool:
    return component.fallback_kind not in NO_FALLBACK


def costs_fit_the_budget(design: Design) -> bool:
    """Whether every component has a cost and all of them stay within the monthly budget."""
    serving, budget = design.serving, design.framing.cost_budget_month
    cost = cost_month(serving.components, serving.other_cost_month)
    if cost is None or budget is None:
        return False
    return cost <= budget and every(serving.components, lambda row: row.cost_month is not None)


def _is_enough(there: float | None, needed: float | None) -> bool:
    return there is not None and needed is not None and there >= needed
