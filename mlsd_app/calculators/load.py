"""The load of a service."""

from __future__ import annotations

from mlsd_app.calculators.numbers import SECONDS_A_DAY, Number, finite


def average_qps(daily_requests: Number) -> Number:
    """Average load [1/s] of ``daily_requests`` [1/d] spread evenly; the peak lies above it."""
    daily = finite(daily_requests)
    return None if daily is None else daily / SECONDS_A_DAY
