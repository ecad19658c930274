"""How messages say numbers, times and lists."""

from __future__ import annotations

from collections.abc import Iterable

from mlsd_app.stages.units import DAYS, HOURS, MINUTES, SECONDS
from mlsd_app.stages.wording import LARGEST_SHOWN, about, number

__all__ = ["about", "count", "listed", "number", "span"]

SPANS = ((86_400, DAYS), (3_600, HOURS), (60, MINUTES))


def span(seconds: float) -> str:
    """A duration in the largest unit that it fills: 45 d, 25 h, 90 s."""
    if abs(seconds) < LARGEST_SHOWN:
        for size, unit in SPANS:
            if abs(seconds) >= 2 * size or (seconds and seconds % size == 0):
                return about(seconds / size, unit)
    return about(seconds, SECONDS)


def listed(words: Iterable[str]) -> str:
    """a; a and b; a, b and c."""
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def count(how_many: int, noun: str) -> str:
    """1 metric, 3 metrics."""
    return f"{how_many} {noun}" if how_many == 1 else f"{how_many} {noun}s"
