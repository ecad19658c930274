"""A figure being drawn: shapes and words in user units, written as SVG attributes only.

One user unit is a point on paper. The page's policy forbids inline styles, so every property is a
presentation attribute.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

from mlsd_app.figures.lettering import Face, clipped, measure, one_line
from mlsd_app.figures.palette import Palette

PRINT_WIDTH = 470.55  # the block of 166 mm
WIDE = 430.0  # on a page
NARROW = 230.0  # on a phone
DASHES = "2 1.6"
TITLE_LIMIT = 900  # characters of a text alternative
LARGEST = 1e6  # no coordinate is larger; a drawing keeps far below

Anchor = Literal["start", "middle", "end"]
Way = Literal["right", "left", "down", "up"]

_TIPS: dict[Way, tuple[tuple[float, float], tuple[float, float]]] = {
    "right": ((-1.6, -0.8), (-1.6, 0.8)),
    "left": ((1.6, -0.8), (1.6, 0.8)),
    "down": ((-0.8, -1.6), (0.8, -1.6)),
    "up": ((-0.8, 1.6), (0.8, 1.6)),
}


class Canvas:
    """Collects the shapes of one figure of ``width`` user units."""

    def __init__(self, palette: Palette, width: float) -> None:
        self.palette = palette
        self.width = width
        self._parts: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float = 7,
        *,
        anchor: Anchor = "start",
        fill: str = "",
        face: Face = Face.SANS,
        room: float | None = None,
        turned: bool = False,
    ) -> float:
        """Write ``words`` with their base line at ``y``; clipped to ``room``. Answers the width."""
        if room is not None:
            words = clipped(words, size, room, face)
        family = self.palette.mono if face is Face.MONO else self.palette.sans
        weight = ' font-weight="600"' if face is Face.BOLD else ""
        turn = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turned else ""
        self._parts.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-family="{family}" font-size="{_n(size)}"{weight}'
            f' text-anchor="{anchor}" fill="{fill or self.palette.ink}"{turn}>{escape(words)}'
            "</text>"
        )
        return measure(words, size, face)

    def clear(self, x: float, y: float, width: float, size: float) -> None:
        """Paper under words of ``size`` to come at (``x``, ``y``), so that no line runs through."""
        self.bar(x - 1, y - size, width + 2, size * 1.3, self.palette.paper)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "",
        stroke: str = "",
        weight: float = 0.6,
        dashed: bool = False,
        radius: float = 1.4,
    ) -> None:
        """A rectangle; ``fill`` and ``stroke`` may be ``"none"``."""
        dashes = f' stroke-dasharray="{DASHES}"' if dashed else ""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}"'
            f' height="{_n(max(height, 0))}" rx="{_n(radius)}"'
            f' fill="{fill or self.palette.paper}" stroke="{stroke or self.palette.ink}"'
            f' stroke-width="{_n(weight)}"{dashes}/>'
        )

    def bar(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """A filled rectangle without an outline."""
        self._parts.append(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(width, 0))}"'
            f' height="{_n(max(height, 0))}" fill="{fill}"/>'
        )

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        stroke: str = "",
        weight: float = 0.6,
        dashed: bool = False,
    ) -> None:
        dashes = f' stroke-dasharray="{DASHES}"' if dashed else ""
        self._parts.append(
            f'<line x1="{_n(start[0])}" y1="{_n(start[1])}" x2="{_n(end[0])}" y2="{_n(end[1])}"'
            f' stroke="{stroke or self.palette.ink}" stroke-width="{_n(weight)}"{dashes}/>'
        )

    def route(
        self,
        points: Sequence[tuple[float, float]],
        *,
        stroke: str = "",
        weight: float = 0.7,
        dashed: bool = False,
    ) -> None:
        """A line through ``points``."""
        dashes = f' stroke-dasharray="{DASHES}"' if dashed else ""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._parts.append(
            f'<polyline points="{path}" fill="none" stroke="{stroke or self.palette.ink}"'
            f' stroke-width="{_n(weight)}"{dashes}/>'
        )

    def curve(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        stroke: str,
        *,
        dashed: bool = False,
    ) -> None:
        """A line that leaves and arrives level."""
        dashes = f' stroke-dasharray="{DASHES}"' if dashed else ""
        middle = _n((start[0] + end[0]) / 2)
        self._parts.append(
            f'<path d="M{_n(start[0])} {_n(start[1])} C{middle} {_n(start[1])} {middle}'
            f' {_n(end[1])} {_n(end[0])} {_n(end[1])}" fill="none" stroke="{stroke}"'
            f' stroke-width="0.65"{dashes}/>'
        )

    def tip(self, x: float, y: float, way: Way, fill: str = "", size: float = 2.6) -> None:
        """The head of an arrow that points to (``x``, ``y``)."""
        points = " ".join(f"{_n(x + dx * size)},{_n(y + dy * size)}" for dx, dy in _TIPS[way])
        self._parts.append(
            f'<polygon points="{_n(x)},{_n(y)} {points}" fill="{fill or self.palette.ink}"/>'
        )

    def arrow(
        self,
        points: Sequence[tuple[float, float]],
        way: Way,
        *,
        stroke: str = "",
        weight: float = 0.7,
        dashed: bool = False,
    ) -> None:
        """A line through ``points`` with a head at the last of them."""
        x, y = points[-1]
        short = {"right": (-3, 0), "left": (3, 0), "down": (0, -3), "up": (0, 3)}[way]
        end = (x + short[0], y + short[1])
        self.route([*points[:-1], end], stroke=stroke, weight=weight, dashed=dashed)
        self.tip(x, y, way, stroke)

    def svg(self, height: float, title: str, prefix: str, *, role: str = "img") -> str:
        """The figure as inline SVG; ``title`` is its alternative, ``prefix`` starts its ids.

        A figure with links in it has another ``role`` than a picture.
        """
        title = one_line(title)
        if len(title) > TITLE_LIMIT:
            title = title[: TITLE_LIMIT - 1].rstrip() + "…"
        scale = self.palette.millimetres
        size = (
            f'width="{_n(self.width * scale)}mm" height="{_n(height * scale)}mm"'
            if scale
            else 'width="100%"'
        )
        name = escape(prefix)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_n(self.width)} {_n(height)}"'
            f' {size} role="{role}" aria-labelledby="{name}-title">'
            f'<title id="{name}-title">{escape(title)}</title>'
            f"{''.join(self._parts)}</svg>"
        )


def _n(value: float) -> str:
    """A coordinate with two decimals at most; what is no number stands at the origin."""
    if not -LARGEST < value < LARGEST:
        value = 0.0
    return f"{value:.2f}".rstrip("0").rstrip(".")
