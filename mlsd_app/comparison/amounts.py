"""What changed in a number, as people say it."""

from __future__ import annotations

import math

from mlsd_app.stages import values
from mlsd_app.stages.fields import Field
from mlsd_app.stages.quantities import THIN
from mlsd_app.stages.units import PERCENT

MANIFOLD = 2.0  # from here on a change is said as a factor


def difference(field: Field, before: float, after: float) -> str:
    """``33 % less``, ``10 times as much``; percentages change by points.

    Nothing where a ratio says nothing, as from zero.
    """
    if not (math.isfinite(before) and math.isfinite(after)):
        return ""
    direction = "more" if after > before else "less"
    if values.unit_of(field) == PERCENT:
        points = float(f"{abs(after - before):.3g}")
        return f"{points:g} points {direction}"
    if before == 0 or (before < 0) != (after < 0):
        return ""
    ratio = abs(after / before)
    if not math.isfinite(ratio):
        return ""
    if ratio >= MANIFOLD:
        return f"{ratio:.3g} times as much" if ratio < 1e6 else ""
    part = abs(ratio - 1) * 100
    grows = "more" if ratio > 1 else "less"
    return f"{part:.0f}{THIN}% {grows}" if part >= 1 else f"{part:.2g}{THIN}% {grows}"
