"""Words of people as they may stand in a line, in a header, and in a mail."""

from __future__ import annotations

import re

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
LONGEST_TEXT = 2000  # characters of a comment that stand in a notice


def shortened(words: str, limit: int) -> str:
    """At most ``limit`` characters, with a sign where the rest is left out."""
    return words if len(words) <= limit else f"{words[: limit - 1].rstrip()}…"


def one_line(words: str, limit: int) -> str:
    """``words`` without line breaks or anything else that a header or a line cannot hold."""
    return shortened(" ".join(CONTROLS.sub(" ", words).split()), limit)


def excerpt(text: str) -> str:
    """As much of ``text`` as a notice carries, with its lines."""
    lines = CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return shortened(lines, LONGEST_TEXT)
