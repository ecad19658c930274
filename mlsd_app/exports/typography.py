"""What a compositor does to words: quotation marks, minus signs, spaces that must not break.

Works on safe HTML and touches only the text between tags, never code or drawings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

THIN = "\u202f"  # narrow, and never a line break
BREAK = "\u200b"  # where a long identifier may break
UNBROKEN = 16  # characters of an identifier that stays on a line

_TAG = re.compile(r"""<(/?+)([a-zA-Z][a-zA-Z0-9]*+)(?:[^<>"']|"[^"]*+"|'[^']*+')*+>""")
_LITERAL = frozenset({"a", "code", "pre", "svg"})
_UNITS = "%|ms|s|min|h|d|days|GB|TB|MB|kB|M|bn|k|bps|USD|EUR|GPU|GPUs|CPU"

_OPENING = re.compile(r"(^|[\s(\[{\u2013\u2014/])([\"'])(?=\S)")
_ABBREVIATED = re.compile(r"'(?=\d\ds?\b)")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_BEFORE_UNIT = re.compile(rf"(?<=\d) (?=(?:{_UNITS})(?![\w-]))")
_ARROW = re.compile(r"(?<=\s)-+>(?=\s)")
_MINUS = re.compile(r"(?<![\w.\u2013-])-(?=\d)")


def tidy(text: str) -> str:
    """Plain ``text`` with the marks that print uses."""
    text = _ABBREVIATED.sub("\u2019", text)
    text = _OPENING.sub(_opened, text)
    text = text.replace('"', "\u201d").replace("'", "\u2019").replace("...", "\u2026")
    text = _ARROW.sub("\u2192", text)
    text = _THOUSANDS.sub(THIN, text)
    text = _BEFORE_UNIT.sub(THIN, text)
    return _MINUS.sub("\u2212", text)


def _opened(found: re.Match[str]) -> str:
    return found[1] + ("\u201c" if found[2] == '"' else "\u2018")


def in_text(
    html: str, words: Callable[[str], str], code: Callable[[str], str] | None = None
) -> str:
    """Replace each run of text in ``html``: ``words`` takes plain text and answers HTML.

    Text of a ``code`` element goes through ``code`` where that is given; other code, links,
    drawings and all tags stay as they are.
    """
    out: list[str] = []
    literal: list[str] = []
    end = 0

    def emit(text: str) -> None:
        if not text:
            return
        if not literal:
            out.append(words(unescape(text)))
        elif code is not None and literal == ["code"]:
            out.append(code(unescape(text)))
        else:
            out.append(text)

    for tag in _TAG.finditer(html):
        emit(html[end : tag.start()])
        name = tag[2].lower()
        if name in _LITERAL:
            if not tag[1]:
                literal.append(name)
            elif name in literal:
                del literal[literal.index(name) :]
        out.append(tag[0])
        end = tag.end()
    emit(html[end:])
    return "".join(out)


def breakable(identifier: str) -> str:
    """An identifier as HTML; a long one may break after its underscores and dots."""
    if len(identifier) <= UNBROKEN:
        return escape(identifier, quote=False)
    return re.sub(r"(?<=[_./-])(?=\w)", BREAK, escape(identifier, quote=False))


def capitalised(text: str) -> str:
    """``text`` with a capital, unless its first word is a name with a shape of its own."""
    first = re.match(r"[^\W\d_]+(?![\w./<])", text)
    return text[0].upper() + text[1:] if first and first[0].islower() else text


def is_ended(text: str) -> bool:
    """Whether ``text`` needs no full stop, or has nothing that one could end."""
    text = text.rstrip()
    return not text or text[-1] in ".!?:\u2026"
