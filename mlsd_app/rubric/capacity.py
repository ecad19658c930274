"""Whether the request path carries what was promised.

An unknown number never counts in favour: each function answers ``False`` until all are given.
"""

from __future__ import annotations

from mlsd_app.calculators.capacity import (
    NO_FALLBACK,
    are_enough,
    availability_pct,
    cost_month,
    fits_budget,
    keeps_promise,
    replicas_after_zone_loss,
    replicas_needed,
    without_fallback,
)
from mlsd_app.calculators.latency import keeps_limit, path_p99_ms
from mlsd_app.rubric.reading import every
from mlsd_app.stages.design import Design
from mlsd_app.stages.serving import Component


def path_fits_the_limit(design: Design) -> bool:
    """Whether every component has its p99 and those on the critical path keep the limit."""
    components, limit = design.serving.components, design.framing.latency_slo_ms
    fits = keeps_limit(path_p99_ms(components), limit)
    return fits is True and all(row.p99_ms is not None for row in components)


def replicas_carry_the_peak(design: Design) -> bool:
    """Whether each component has the replicas that it needs at its planned use."""
    peak = design.framing.peak_qps
    return every(
        design.serving.components,
        lambda row: are_enough(row.replicas, replicas_needed(peak, row)) is True,
    )


def a_lost_zone_is_carried(design: Design) -> bool:
    """Whether what is left without one zone still holds the peak, at full use."""
    peak, zones = design.framing.peak_qps, design.serving.zones

    def carries(row: Component) -> bool:
        left = replicas_after_zone_loss(row.replicas, zones)
        return are_enough(left, replicas_needed(peak, row, utilisation=1)) is True

    return every(design.serving.components, carries)


def parts_are_as_available_as_promised(design: Design) -> bool:
    """Whether the critical components that have no fallback reach the promise together."""
    promise = design.framing.availability_slo_pct
    alone = without_fallback(design.serving.components)
    if promise is None or not any(row.critical for row in design.serving.components):
        return False
    if any(row.availability_pct is None for row in alone):
        return False
    return not alone or keeps_promise(availability_pct(alone), promise) is True


def has_fallback(component: Component) -> bool:
    return component.fallback_kind not in NO_FALLBACK


def costs_fit_the_budget(design: Design) -> bool:
    """Whether every component has a cost and all of them stay within the monthly budget."""
    serving, budget = design.serving, design.framing.cost_budget_month
    cost = cost_month(serving.components, serving.other_cost_month)
    fits = fits_budget(cost, budget)
    return fits is True and every(serving.components, lambda row: row.cost_month is not None)
