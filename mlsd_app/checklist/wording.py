"""How messages say numbers, times and lists."""

from __future__ import annotations

from collections.abc import Iterable

from mlsd_app.stages import quantities
from mlsd_app.stages.units import DAYS, HOURS, MINUTES, NUMBER, SECONDS, Unit

LARGEST_SHOWN = 1e300
SPANS = ((86_400, DAYS), (3_600, HOURS), (60, MINUTES))


def number(value: float, unit: Unit = NUMBER) -> str:
    """A stated number as the page shows it: 600 M/day, 20 000/s, 0.2 %."""
    if abs(value) < LARGEST_SHOWN:
        return quantities.show(value, unit)
    if value > 0:
        return f"more than {quantities.show(LARGEST_SHOWN, unit)}"
    return f"less than {quantities.show(-LARGEST_SHOWN, unit)}" if value < 0 else "no number"


def about(value: float, unit: Unit = NUMBER) -> str:
    """A computed number to four significant digits: 6944/s, 1.116 bn, 0.02118."""
    return number(float(f"{value:.4g}") if abs(value) < LARGEST_SHOWN else value, unit)


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
