"""The load of a service."""

from __future__ import annotations

from mlsd_app.calculators.numbers import SECONDS_A_DAY, Number, finite, is_at_most
from mlsd_app.stages.framing import Framing


def average_qps(daily_requests: Number) -> Number:
    """Average load [1/s] of ``daily_requests`` [1/d] spread evenly; the peak lies above it."""
    daily = finite(daily_requests)
    return None if daily is None else daily / SECONDS_A_DAY


def average_load(framing: Framing) -> Number:
    """The stated average load [1/s], else the one that follows from the requests of a day."""
    given = finite(framing.avg_qps)
    return average_qps(framing.daily_requests) if given is None else given


def covers_average(peak_qps: Number, average: Number) -> bool | None:
    """Whether the peak load lies at or above the average one, as every peak does; both in 1/s."""
    return is_at_most(average, finite(peak_qps))
