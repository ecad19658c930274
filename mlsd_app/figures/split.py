"""Training, validation and test in time."""

from __future__ import annotations

from math import sqrt

from mlsd_app.figures.amounts import amount, drawable
from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import Face, measure
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.stages.conditions import splits_by_time
from mlsd_app.stages.design import Design

_TOP = 3.0
_TALL = 20.0


def split_timeline(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "split"
) -> str:
    """The parts of a split by time. Widths grow with the square root of the days."""
    if not splits_by_time(design):
        return ""
    data = design.data
    stated = (
        ("train", data.training_window_days),
        ("gap", data.split.gap_days),
        ("validation", data.split.val_days),
        ("gap", data.split.gap_days),
        ("test", data.split.test_days),
    )
    parts = [(name, days) for name, value in stated if (days := drawable(value))]
    if sum(name != "gap" for name, _ in parts) < 2:
        return ""
    canvas = Canvas(palette, width)
    fills = {"train": palette.pale, "validation": palette.mid, "test": palette.accent}
    inks = {"test": palette.paper}
    whole = sum(sqrt(days) for _, days in parts)
    x = 0.5
    for name, days in parts:
        wide = (width - 1) * sqrt(days) / whole
        is_gap = name == "gap"
        canvas.box(
            x, _TOP, wide, _TALL, fill=fills.get(name, palette.paper), weight=0.5, dashed=is_gap
        )
        face = Face.SANS if is_gap else Face.BOLD
        middle = x + wide / 2
        if measure(name, 7, face) < wide - 2:
            ink = inks.get(name, palette.ink)
            canvas.text(middle, _TOP + 12.7, name, 7, anchor="middle", fill=ink, face=face)
        words = amount(days, "d")
        if measure(words, 6.6) < wide + 4:
            canvas.text(middle, _TOP + 30, words, 6.6, anchor="middle", fill=palette.soft)
        x += wide
    canvas.arrow([(0.5, 42), (width - 1, 42)], "right", stroke=palette.soft, weight=0.5)
    canvas.text(0.5, 51, "earlier", 6.4, fill=palette.soft)
    canvas.text(width - 1, 51, "later", 6.4, anchor="end", fill=palette.soft)
    said = ", then ".join(f"{name} {amount(days, 'days')}" for name, days in parts)
    return canvas.svg(53, f"Split by time: {said}.", prefix)
