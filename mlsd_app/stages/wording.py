"""How sentences and formulas say a number, whatever its size."""

from __future__ import annotations

from mlsd_app.stages import quantities
from mlsd_app.stages.units import NUMBER, Unit

LARGEST_SHOWN = 1e300


def number(value: float, unit: Unit = NUMBER) -> str:
    """A stated number as the page shows it: 600 M/day, 20 000/s, 0.2 %."""
    if abs(value) < LARGEST_SHOWN:
        return quantities.show(value, unit)
    if value > 0:
        return f"more than {quantities.show(LARGEST_SHOWN, unit)}"
    return f"less than {quantities.show(-LARGEST_SHOWN, unit)}" if value < 0 else "no number"


def about(value: float, unit: Unit = NUMBER, digits: int = 4) -> str:
    """A computed number to ``digits`` significant digits: 6944/s, 1.116 bn, 0.02118."""
    is_shown = abs(value) < LARGEST_SHOWN
    return number(float(f"{value:.{digits}g}") if is_shown else value, unit)
