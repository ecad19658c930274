"""Marks in HTML that is set already: where words of an answer ended up, and a mark behind them.

Nothing of the HTML changes: without its marks it is what it was. Print changes what people wrote,
by its quotation marks, spaces and breaks, so words are found by their letters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import NamedTuple

# A tag, a reference to a character, or a character.
_PIECE = re.compile(
    r"""<(/?+)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)>"""
    r"|&(?:\#\d{1,8}|\#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});|.",
    re.DOTALL,
)
_VALUE = re.compile(r'\bvalue="([^"]*+)"')
_NOTICE = re.compile(r'\bclass="markup-notice"')
_WHOLE = frozenset({"a", "code", "data"})  # no mark stands inside them

# What print, or Markdown, writes in another way or leaves out.
_LOOSE = frozenset("-\u2212>\u2192\"'\u201c\u201d\u2018\u2019.\u2026;*_`\u200b\u2060")
_REST_OF_WORD = re.compile(r"\w{0,24}(?!\w)(?:[.,;:!?%)\]}\u201d\u2019\u00bb\u2026\"']{0,4})")
_ENDS = re.compile(r"(?=</(?:p|li|h[1-6]|blockquote|pre|td|th)>)")
_HEAD = re.compile(r'<p(?: class="q1")?><span class="q">[^<]*</span>')
_BLOCK = re.compile(r"<(?:p|ul|ol|pre|blockquote|table|figure|h[1-6]|hr)\b")


class _Letters(NamedTuple):
    """What can be told of a text, and for each character of it a position."""

    folded: str
    ends: list[int]


def offset_after(html: str, text: str, end: int) -> int | None:
    """Where in ``html``, which shows ``text``, a mark stands behind the characters up to ``end``.

    What may stand before the text is a head. ``None`` where ``html`` does not show that text.
    """
    shown, written = _letters_of(html), _folded(text)
    start = len(shown.folded) - len(written.folded)
    if start < 0 or not shown.folded.endswith(written.folded):
        return None
    upto = bisect_right(written.ends, end)
    if not upto:
        return None
    return _after_word(html, shown.ends[start + upto - 1])


def offset_after_words(html: str, words: str) -> int | None:
    """Where a mark stands behind ``words``, if they are in ``html`` once."""
    shown, sought = _letters_of(html).folded, _folded(words).folded
    if not sought or shown.count(sought) != 1:
        return None
    return _after_word(html, _letters_of(html).ends[shown.index(sought) + len(sought) - 1])


def offset_of_answer(html: str) -> int:
    """Where a mark stands that is about all of it: behind its head, or else its first paragraph."""
    if head := _HEAD.match(html):
        return head.end()
    if not _BLOCK.match(html):
        return len(html)
    found = _ENDS.search(html)
    return found.start() if found else len(html)


def marked(html: str, marks: Mapping[int, str]) -> str:
    """``html`` with ``marks`` at their offsets."""
    parts: list[str] = []
    done = 0
    for offset, mark in sorted(marks.items()):
        parts += html[done:offset], mark
        done = offset
    return "".join((*parts, html[done:]))


def _after_word(html: str, offset: int) -> int:
    """Behind the word that ends at ``offset`` or goes on there, and the marks that close it."""
    rest = _REST_OF_WORD.match(html, offset)
    return rest.end() if rest else offset


@lru_cache(maxsize=64)
def _letters_of(html: str) -> _Letters:
    folded: list[str] = []
    ends: list[int] = []
    for text, end in _shown(html):
        letters = _fold(text)
        folded.append(letters)
        ends += [end] * len(letters)
    return _Letters("".join(folded), ends)


class _Held:
    """An element without places for marks in it: what it shows counts at its end."""

    def __init__(self, tag: str, text: str | None) -> None:
        self.tag = tag
        self.depth = 1
        self._is_given = text is not None
        self._parts = [text or ""]

    def see(self, piece: re.Match[str]) -> None:
        if not piece[2]:
            self._parts.append("" if self._is_given else unescape(piece[0]))
        elif piece[2].lower() == self.tag:
            self.depth += -1 if piece[1] else 1

    @property
    def text(self) -> str:
        return "".join(self._parts)


def _held_by(piece: re.Match[str]) -> _Held | None:
    """What the opening tag ``piece`` begins, if no mark may stand in it."""
    tag = piece[2].lower()
    if tag == "figure" or _NOTICE.search(piece[3]):
        return _Held(tag, "")
    if tag == "data" and (value := _VALUE.search(piece[3])):
        return _Held(tag, f"[[{unescape(value[1])}]]")
    return _Held(tag, None) if tag in _WHOLE else None


def _shown(html: str) -> Iterator[tuple[str, int]]:
    """What ``html`` shows, piece by piece, each with the offset behind it."""
    held: _Held | None = None
    for piece in _PIECE.finditer(html):
        if held is not None:
            held.see(piece)
            if not held.depth:
                yield held.text, piece.end()
                held = None
        elif not piece[2]:
            yield unescape(piece[0]), piece.end()
        elif not piece[1]:
            held = _held_by(piece)
    if held is not None:
        yield held.text, len(html)


def _folded(text: str) -> _Letters:
    """The letters of plain ``text``, each with the position behind it."""
    folded: list[str] = []
    ends: list[int] = []
    for position, character in enumerate(text, start=1):
        for letter in _fold(character):
            folded.append(letter)
            ends.append(position)
    return _Letters("".join(folded), ends)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text).casefold()
    return "".join(one for one in decomposed if not one.isspace() and one not in _LOOSE)
