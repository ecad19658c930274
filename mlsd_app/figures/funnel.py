"""How the catalogue narrows down to what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

from mlsd_app.figures.amounts import brief, drawable, number
from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import Face, measure
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.stages.design import Design

_ROW = 21.0
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Level:
    name: str
    items: float
    component: str = ""


def funnel(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "funnel"
) -> str:
    """One bar for what enters and one for what each step lets out; lengths are logarithmic."""
    levels = _levels(design)
    if len(levels) < 2:
        return ""
    canvas = Canvas(palette, width)
    is_narrow = width < 300
    names = 60.0 if is_narrow else 82.0
    longest = width - names - (52 if is_narrow else 150)
    # A bar of one item still shows, and the longest fills its room.
    most = max(log10(max(level.items, 1) * 10) for level in levels)
    for index, level in enumerate(levels):
        y = index * _ROW
        wide = longest * log10(max(level.items, 1) * 10) / most
        is_last = index == len(levels) - 1
        fill = palette.accent if is_last else palette.mid if index else palette.pale
        canvas.text(0, y + 12.5, level.name, 7.4, room=names - 6)
        canvas.box(names, y + 2, wide, 15, fill=fill, weight=0.4, radius=0)
        words = brief(level.items)
        canvas.text(names + wide + 5, y + 12.5, words, 7.6, face=Face.BOLD)
        room = width - names - wide - measure(words, 7.6, Face.BOLD) - 24
        if level.component and room > 30:
            canvas.text(
                width, y + 12.5, f"by {level.component}", 6.5, anchor="end", fill=palette.soft,
                face=Face.MONO, room=room,
            )  # fmt: skip
    said = ", ".join(f"{level.name} {number(level.items)} items" for level in levels)
    title = f"Funnel: {said}. Bar length is logarithmic."
    return canvas.svg(_ROW * len(levels), title, prefix)


def _levels(design: Design) -> Sequence[_Level]:
    steps = design.serving.funnel[:_SHOWN]
    if not steps:
        return []
    entering = drawable(steps[0].items_in)
    if entering is None:
        entering = drawable(design.framing.catalogue_size)
    levels = [] if entering is None else [_Level("catalogue", entering)]
    for index, step in enumerate(steps, start=1):
        leaving = drawable(step.items_out)
        if leaving is not None:
            levels.append(_Level(step.stage or f"step {index}", leaving, step.component))
    return levels
