"""The colours of a diagram: a handful of roles, each with a value for the screen and for paper.

Whatever a diagram asks for ends as one of these roles, so that it follows dark mode, keeps its
contrast and prints in the report's own inks.
"""

from __future__ import annotations

import colorsys
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from tinycss2.color3 import RGBA, parse_color


class Theme(StrEnum):
    """Where the HTML is going."""

    SCREEN = "screen"
    PRINT = "print"


class Paint(NamedTuple):
    """One role's colour: a CSS variable for the page, hex for the PDF."""

    screen: str
    print: str

    def on(self, theme: Theme) -> str:
        return self.screen if theme is Theme.SCREEN else self.print


INK = Paint("var(--ink)", "#17201f")
SOFT = Paint("var(--ink-2)", "#5b6468")
HAIR = Paint("var(--line-2)", "#c6cccb")
ACCENT = Paint("var(--accent)", "#0b5a58")
PALE = Paint("var(--accent-soft)", "#e6efee")
CANVAS = Paint("var(--canvas)", "#f4f6f5")
PAPER = Paint("var(--paper)", "#ffffff")
ON_INK = Paint("var(--paper)", "#fefefe")  # for the few words on a dark ground
TINT_1 = Paint("var(--fig-1)", "#cfe0de")
TINT_2 = Paint("var(--fig-2)", "#b7cfcd")
TINT_3 = Paint("var(--fig-3)", "#9fb8b6")
ERROR = Paint("var(--error)", "#8c1d18")
ERROR_SOFT = Paint("var(--error-soft)", "#f6e4e2")
WARNING = Paint("var(--warning)", "#7a5000")
WARNING_SOFT = Paint("var(--warning-soft)", "#f6ecd6")
HINT = Paint("var(--hint)", "#34509b")
HINT_SOFT = Paint("var(--hint-soft)", "#e8ecf7")
PASS = Paint("var(--pass)", "#23673a")
PASS_SOFT = Paint("var(--pass-soft)", "#e3f0e6")

PALETTE = (
    INK, SOFT, HAIR, ACCENT, PALE, CANVAS, PAPER, ON_INK, TINT_1, TINT_2, TINT_3,
    ERROR, ERROR_SOFT, WARNING, WARNING_SOFT, HINT, HINT_SOFT, PASS, PASS_SOFT,
)  # fmt: skip
_BY_HEX = {paint.print: paint for paint in PALETTE}
_LEGIBLE = {INK, SOFT, ACCENT, ON_INK}

# Upper end of each hue in degrees, and the strong and the pale paint that stand for it.
_HUES = (
    (20, ERROR, ERROR_SOFT),
    (70, WARNING, WARNING_SOFT),
    (155, PASS, PASS_SOFT),
    (200, ACCENT, PALE),
    (320, HINT, HINT_SOFT),
    (360, ERROR, ERROR_SOFT),
)
_GREY = 0.12  # below this saturation a colour has no hue worth keeping

TypeOfUse = Literal["text", "fill", "stroke"]


@lru_cache(maxsize=1024)
def paint_for(colour: str, use: TypeOfUse) -> Paint | None:
    """The role that stands for a CSS colour; ``None`` when nothing is to be painted.

    Colours of our own Mermaid theme come back as they are. A colour somebody chose keeps its hue
    only: pale where it fills, strong where it draws, and ink where it is text, so that every
    label can be read on every fill.
    """
    rgba = parse_color(colour)
    if rgba is None or rgba == "currentColor":
        return INK if use != "stroke" else SOFT
    if rgba.alpha <= 0:
        return None
    own = _BY_HEX.get(_hex(rgba))
    if use == "text":
        return own if own in _LEGIBLE else INK
    return own or _nearest(rgba, use)


def _nearest(rgba: RGBA, use: TypeOfUse) -> Paint:
    hue, lightness, saturation = colorsys.rgb_to_hls(*(min(max(c, 0), 1) for c in rgba[:3]))
    if saturation < _GREY or not 0.04 < lightness < 0.99:
        if use == "fill":
            return PAPER if lightness > 0.97 else CANVAS
        return HAIR if lightness > 0.7 else SOFT if lightness > 0.3 else INK
    strong, pale = next((s, p) for end, s, p in _HUES if hue * 360 <= end)
    return pale if use == "fill" else strong


def _hex(rgba: RGBA) -> str:
    return "#" + "".join(f"{round(min(max(c, 0), 1) * 255):02x}" for c in rgba[:3])
