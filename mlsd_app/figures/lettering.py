"""How wide words are in the faces of the figures, read from the fonts themselves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

_FONTS = Path(__file__).resolve().parents[2] / "static" / "print" / "fonts"
ELLIPSIS = "…"
REMEMBERED = 4096  # widths; a picture is drawn again with nearly the same words
_SPACES = re.compile(r"[ \t-\r\x1c-\x1f\x85\u2028\u2029]+")


class Face(StrEnum):
    """A face of the figures; the value is the file it comes from."""

    SANS = "Inter_400Regular.ttf"
    BOLD = "Inter_600SemiBold.ttf"
    MONO = "JetBrainsMono_400Regular.ttf"


class _Widths(NamedTuple):
    by_character: Mapping[int, float]  # in ems
    unknown: float


@cache
def _widths(face: Face) -> _Widths:
    with TTFont(_FONTS / face, lazy=True) as font:
        em = font["head"].unitsPerEm
        advances = font["hmtx"].metrics
        widths = {code: advances[name][0] / em for code, name in font.getBestCmap().items()}
    return _Widths(widths, 1.0)


@lru_cache(REMEMBERED)
def measure(words: str, size: float, face: Face = Face.SANS) -> float:
    """Width of ``words`` in user units; a character that the face lacks counts as one em."""
    widths = _widths(face)
    return sum(widths.by_character.get(ord(one), widths.unknown) for one in words) * size


def one_line(words: str) -> str:
    """``words`` without line breaks; spaces that hold words together stay as they are."""
    return _SPACES.sub(" ", words).strip(" ")


def clipped(words: str, size: float, room: float, face: Face = Face.SANS) -> str:
    """``words`` on one line, cut with an ellipsis where they exceed ``room``."""
    words = one_line(words)
    if measure(words, size, face) <= room:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(words[:middle] + ELLIPSIS, size, face) <= room:
            low = middle
        else:
            high = middle - 1
    return words[:low].rstrip(" ,;_-") + ELLIPSIS


def wrapped(words: str, size: float, room: float, lines: int, face: Face = Face.SANS) -> list[str]:
    """``words`` on at most ``lines`` lines; the last one is clipped when something is left."""
    broken: list[str] = []
    rest = one_line(words).split(" ") if words.strip() else []
    while rest and len(broken) < lines - 1:
        taken = 1
        while taken < len(rest) and measure(" ".join(rest[: taken + 1]), size, face) <= room:
            taken += 1
        broken.append(clipped(" ".join(rest[:taken]), size, room, face))
        rest = rest[taken:]
    if rest:
        broken.append(clipped(" ".join(rest), size, room, face))
    return broken
