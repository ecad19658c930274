"""The blueprint, where it is written as a chain of roles: ``data -> training -> serving``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import wrapped
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.stages.design import Design

_ARROW = re.compile(r"\s*(?:-+>|→|⇒|=>)\s*")
_MARKUP = re.compile(r"[`*_#\[\]|<]|\n\s*\n")
_LONGEST_ROLE = 60  # characters
_MOST_ROLES = 16
_GAP = 15.0
_TALL = 26.0
_PITCH = 44.0
_LANE = 12.0  # room on the left for the way back


def roles(text: str) -> Sequence[str]:
    """The roles of a blueprint that is nothing but a chain; empty when it is anything else."""
    if _MARKUP.search(text.strip()):
        return []
    parts = [" ".join(part.split()) for part in _ARROW.split(text.strip().rstrip("."))]
    is_chain = 3 <= len(parts) <= _MOST_ROLES
    return parts if is_chain and all(0 < len(p) <= _LONGEST_ROLE for p in parts) else []


def blueprint(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "blueprint"
) -> str:
    """The roles in rows that turn back and forth, with the arrow that closes the loop."""
    parts = roles(design.framing.blueprint)
    if not parts:
        return ""
    canvas = Canvas(palette, width)
    most = 2 if width < 300 else 5
    rows = -(-len(parts) // most)
    rows += rows % 2  # an even number of rows ends on the left, below the start
    across = -(-len(parts) // rows)
    left = 0.5 if rows == 2 else _LANE
    wide = (width - 0.5 - left - _GAP * (across - 1)) / across
    places = []
    for index, words in enumerate(parts):
        row, column = divmod(index, across)
        column = column if row % 2 == 0 else across - 1 - column
        x, y = left + column * (wide + _GAP), 0.5 + row * _PITCH
        places.append((x, y))
        is_end = index in {0, len(parts) - 1}
        canvas.box(x, y, wide, _TALL, fill=palette.pale if is_end else palette.paper)
        lines = wrapped(words, 7.2, wide - 8, 2)
        first = y + 15.4 - 4.3 * (len(lines) - 1)
        for place, line in enumerate(lines):
            canvas.text(x + wide / 2, first + 8.6 * place, line, 7.2, anchor="middle")
    for (x, y), (next_x, next_y) in pairwise(places):
        if next_y > y:
            canvas.arrow([(x + wide / 2, y + _TALL), (x + wide / 2, next_y)], "down")
        elif next_x > x:
            canvas.arrow([(x + wide, y + _TALL / 2), (next_x, y + _TALL / 2)], "right")
        else:
            canvas.arrow([(x, y + _TALL / 2), (next_x + wide, y + _TALL / 2)], "left")
    _close(canvas, places, wide)
    title = f"Blueprint: {' to '.join(parts)}, and back to the start."
    return canvas.svg(places[-1][1] + _TALL + 1, title, prefix)


def _close(canvas: Canvas, places: Sequence[tuple[float, float]], wide: float) -> None:
    """The arrow from the last role to the first: between two rows, or left of more."""
    (x, y), (first_x, first_y) = places[-1], places[0]
    if y - first_y > _PITCH:
        middle = _TALL / 2
        points = [(x, y + middle), (2.0, y + middle), (2.0, first_y + middle)]
        points.append((first_x, first_y + middle))
        canvas.arrow(points, "right", stroke=canvas.palette.accent, weight=0.9)
        return
    lane, turn = first_x + wide / 2, y - (_PITCH - _TALL) / 2
    points = [(x + wide / 2, y), (x + wide / 2, turn), (lane, turn), (lane, first_y + _TALL)]
    canvas.arrow(points, "up", stroke=canvas.palette.accent, weight=0.9)
