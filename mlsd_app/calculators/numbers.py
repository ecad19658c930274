"""Numbers that people typed, or have not typed yet."""

from __future__ import annotations

import math
import sys

Number = float | None

SECONDS_A_DAY = 86_400
LARGEST = sys.float_info.max
ALL_WHOLE = 2.0**53  # from here on every float is a whole number
NOISE = 1e-12  # relative; what floats add to round decimals, as in 3 * 0.1


def finite(number: Number) -> Number:
    """The number as a float; ``None`` when it is missing or no finite float can hold it."""
    return None if number is None or not abs(number) <= LARGEST else float(number)


def known(*numbers: Number) -> tuple[float, ...] | None:
    """All of them as floats; ``None`` when one of them is missing."""
    floats = [number for number in map(finite, numbers) if number is not None]
    return tuple(floats) if len(floats) == len(numbers) else None


def answer(value: float) -> Number:
    """``None`` where absurd inputs leave no number, as infinity times zero."""
    return None if math.isnan(value) else value


def rounded_up(value: float) -> float:
    """The next whole number, as a float; noise just above a whole number does not count."""
    if not abs(value) < ALL_WHOLE:
        return value
    return float(math.ceil(value - abs(value) * NOISE))


def ratio(numerator: float, denominator: float) -> Number:
    """``None`` where there is nothing to divide by."""
    return answer(numerator / denominator) if denominator else None


def is_at_most(value: Number, limit: Number) -> bool | None:
    """Whether ``value`` keeps ``limit``; noise just above it does not count.

    ``None`` when either is missing. Two of opposite sense may be turned round: at least is at most.
    """
    if value is None or limit is None or math.isnan(value) or math.isnan(limit):
        return None
    return value <= limit or value <= limit + abs(limit) * NOISE
