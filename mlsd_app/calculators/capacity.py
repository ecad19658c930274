"""Formulas D and F: how many replicas the peak needs, and how often all parts are up."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from mlsd_app.calculators.numbers import (
    Number,
    answer,
    finite,
    is_at_most,
    known,
    ratio,
    rounded_up,
)
from mlsd_app.stages.serving import Component

NO_FALLBACK = frozenset({"", "none"})


def in_flight(peak_qps: Number, component: Component) -> Number:
    """Requests [1] inside a component at peak: arrival rate [1/s] x mean time in service [s].

    The mean, not the p99. A request calls it once unless ``qps_multiplier`` [1] says otherwise.
    Source: Little, A Proof for the Queuing Formula L = lambda W (1961).
    """
    calls = 1 if component.qps_multiplier is None else component.qps_multiplier
    given = known(peak_qps, calls, component.service_ms)
    return answer(given[0] * given[1] * given[2] / 1000) if given else None


def replicas_needed(
    peak_qps: Number, component: Component, *, utilisation: Number = None
) -> Number:
    """Formula D: replicas [1] = ceil(in flight / (concurrency x utilisation)).

    ``utilisation`` [1] is the component's planned one unless it is given.
    """
    share = component.utilisation if utilisation is None else utilisation
    given = known(in_flight(peak_qps, component), component.concurrency, share)
    replicas = ratio(given[0], given[1] * given[2]) if given else None
    return None if replicas is None else rounded_up(replicas)


def replicas_after_zone_loss(replicas: Number, zones: Number) -> Number:
    """Replicas [1] left when the zone that holds most of them is lost."""
    given = known(replicas, zones)
    lost = ratio(given[0], given[1]) if given else None
    return None if given is None or lost is None else answer(given[0] - rounded_up(lost))


def are_enough(replicas: Number, needed: Number) -> bool | None:
    """Whether ``replicas`` are as many as are ``needed``; ``None`` when either is unknown."""
    return is_at_most(needed, replicas)


def without_fallback(components: Sequence[Component]) -> tuple[Component, ...]:
    """The critical components whose failure is a failure of the request."""
    return tuple(row for row in components if row.critical and row.fallback_kind in NO_FALLBACK)


def availability_pct(components: Sequence[Component]) -> Number:
    """Formula F: availability [%] of the path, 100 x the product over its critical components.

    A fallback takes a component out of the product, so nothing but fallbacks gives 100. ``None``
    without any component.
    """
    shares = [
        share / 100
        for component in without_fallback(components)
        if (share := finite(component.availability_pct)) is not None
    ]
    return answer(100 * prod(shares)) if components else None


def keeps_promise(reached_pct: Number, promised_pct: Number) -> bool | None:
    """Whether the path is as available as promised."""
    return is_at_most(finite(promised_pct), reached_pct)


def cost_month(components: Sequence[Component], other_cost_month: Number) -> Number:
    """Cost a month [currency] of what is stated; ``None`` when nothing is."""
    costs = [
        cost
        for stated in (*(component.cost_month for component in components), other_cost_month)
        if (cost := finite(stated)) is not None
    ]
    return answer(sum(costs)) if costs else None


def fits_budget(cost: Number, budget: Number) -> bool | None:
    """Whether the cost of a month stays within its budget; ``None`` when either is unknown."""
    return is_at_most(cost, finite(budget))
