"""The values an SVG attribute may have: read strictly, written short.

Whatever does not fit its grammar, is not finite, or is out of proportion is ``None`` or empty.
"""

from __future__ import annotations

import re

LARGEST_LENGTH = 50_000.0  # user units

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NUMBERS = re.compile(_NUMBER)
_LENGTH = re.compile(rf"({_NUMBER})(px|em)?")
_PATH = re.compile(rf"[\sMmLlHhVvCcSsQqTtAaZz,]*+(?:{_NUMBER}[\sMmLlHhVvCcSsQqTtAaZz,]*+)*+")
_LIST = re.compile(rf"[\s,]*+(?:{_NUMBER}[\s,]*+)*+")
_TRANSFORM = re.compile(
    rf"(?:\s*(?:matrix|translate|scale|rotate|skewX|skewY)\(\s*{_NUMBER}(?:(?:px|deg)?[\s,]+"
    rf"{_NUMBER})*+(?:px|deg)?\s*\)[\s,]*)++"
)
_UNIT = re.compile(r"(?<=\d)(?:px|deg)")
_REFERENCE = re.compile(r"""url\(["']?#([^"')]+)["']?\)""")


def number(text: str) -> float | None:
    """A number, with or without ``px``."""
    match = _LENGTH.fullmatch(text.strip())
    return float(match[1]) if match and match[2] != "em" else None


def length(text: str, font_size: float) -> float | None:
    """A length in user units."""
    match = _LENGTH.fullmatch(text.strip())
    if match is None:
        return None
    units = float(match[1]) * (font_size if match[2] == "em" else 1)
    return units if abs(units) <= LARGEST_LENGTH else None


def numbers(text: str) -> list[float]:
    """Numbers between spaces or commas; none at all when anything else is there."""
    return [float(n) for n in _NUMBERS.findall(text)] if _LIST.fullmatch(text) else []


def path(text: str) -> str:
    return _rounded(text) if _PATH.fullmatch(text) else ""


def points(text: str) -> str:
    return _rounded(text) if _LIST.fullmatch(text) else ""


def transform(text: str) -> str:
    """An SVG transform; of CSS the same functions, with their units taken off."""
    return _rounded(_UNIT.sub("", text)).strip() if _TRANSFORM.fullmatch(text) else ""


def reference(text: str) -> str | None:
    """The id that ``url(#id)`` points at."""
    match = _REFERENCE.fullmatch(text)
    return match[1] if match else None


def short(value: float) -> str:
    """Two decimals are finer than any screen."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _rounded(text: str) -> str:
    if any(abs(float(n)) > LARGEST_LENGTH for n in _NUMBERS.findall(text)):
        return ""
    return re.sub(r"\s+", " ", _NUMBERS.sub(lambda m: short(float(m[0])), text))
