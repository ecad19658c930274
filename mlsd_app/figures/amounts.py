"""Numbers in figures: which of them can be drawn, and how they are written."""

from __future__ import annotations

from mlsd_app.calculators.numbers import finite
from mlsd_app.stages import quantities
from mlsd_app.stages.quantities import THIN
from mlsd_app.stages.units import NUMBER

LARGEST = 1e15  # beyond it a number is a slip of the keyboard, and nothing is drawn to its scale

_DAY = 86_400
_LONG = ((_DAY, "d"), (3600, "h"), (60, "min"))


def drawable(value: float | None) -> float | None:
    """``value`` if a length can stand for it: stated, not negative, not absurd."""
    return float(value) if value is not None and 0 <= value <= LARGEST else None


def number(value: float) -> str:
    """A plain number as it is printed: ``20 000``, ``1.116 bn``; a dash for what is no number."""
    if finite(value) is None:
        return "\u2013"
    return quantities.show(_rounded(value), NUMBER)


def brief(value: float) -> str:
    """A number where room is scarce, to four significant digits."""
    return number(float(f"{value:.4g}")) if abs(value) >= 1e-4 or value == 0 else number(0)


def amount(value: float, unit: str) -> str:
    """A number with its unit, never broken over two lines."""
    return f"{number(value)}{THIN}{unit}" if unit else number(value)


def duration(seconds: float) -> str:
    """A time in the largest unit that says it exactly: 24 h, 30 d, 90 s, 250 ms."""
    if not 0 < seconds <= LARGEST:
        return amount(seconds, "s")
    if seconds < 1:
        return amount(seconds * 1000, "ms")
    for size, unit in _LONG:
        if seconds % size == 0 and (unit != "d" or seconds >= 2 * _DAY):
            return amount(seconds / size, unit)
    return amount(seconds, "s")


def _rounded(value: float) -> float:
    """Without the noise that arithmetic adds to decimals."""
    rounded = float(f"{value:.10g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < LARGEST else rounded
