"""Marks in HTML that is set already: where words of an answer ended up, a line below them and a
mark behind them.

Nothing of the HTML changes: without its marks it is what it was. Print changes what people wrote,
by its quotation marks, spaces and breaks, so words are found by their letters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from html import unescape
from typing import NamedTuple

_TAG = re.compile(r"""<(/?+)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)>""")
# A tag, a reference to a character, or a character.
_PIECE = re.compile(
    _TAG.pattern + r"|&(?:\#\d{1,8}|\#[xX][0-9a-fA-F]{1,7}|[a-zA-Z][a-zA-Z0-9]{1,31});|.",
    re.DOTALL,
)
_VALUE = re.compile(r'\bvalue="([^"]*+)"')
_NOTICE = re.compile(r'\bclass="markup-notice"')
_WHOLE = frozenset({"a", "code", "data"})  # no mark stands inside them
_DRAWN = frozenset({"figure", "svg"})

# What print, or Markdown, writes in another way or leaves out.
_LOOSE = frozenset("-\u2212>\u2192\"'\u201c\u201d\u2018\u2019.\u2026;*_`\u200b\u2060")
_START_OF_WORD = re.compile(r"(?<!\w)\w{1,24}\Z")
_REST_OF_WORD = re.compile(r"(\w{0,24})(?!\w)[.,;:!?%)\]}\u201d\u2019\u00bb\u2026\"']{0,4}")
_ENDS = re.compile(r"(?=</(?:p|li|h[1-6]|blockquote|pre|td|th)>)")
_HEAD = re.compile(r'<p(?: class="q1")?><span class="q">[^<]*</span>')
_BLOCK = re.compile(r"<(?:p|ul|ol|pre|blockquote|table|figure|h[1-6]|hr)\b")
_IN_LINE = frozenset({"a", "b", "code", "data", "del", "em", "i", "s", "span", "strong"})


class Words(NamedTuple):
    """Where words are in HTML, whole words always, and where a mark behind them stands."""

    start: int
    end: int
    after: int


class _Letters(NamedTuple):
    """What can be told of a text, and for each character of it where it begins and ends, and where
    a mark behind it stands.
    """

    folded: str
    starts: list[int]
    ends: list[int]
    after: list[int]


def words_at(html: str, text: str, start: int, end: int) -> Words | None:
    """Where in ``html``, which shows ``text``, its characters from ``start`` up to ``end`` are.

    What may stand before the text is a head. ``None`` where ``html`` does not show that text.
    """
    shown, written = _letters_of(html), _folded(text)
    head = len(shown.folded) - len(written.folded)
    if head < 0 or not shown.folded.endswith(written.folded):
        return None
    first, upto = bisect_right(written.ends, start), bisect_right(written.ends, end)
    return _words(html, head + first, head + upto) if upto else None


def words_found(html: str, words: str) -> Words | None:
    """Where ``words`` are, if they are in ``html`` once."""
    shown, sought = _letters_of(html).folded, _folded(words).folded
    if not sought or shown.count(sought) != 1:
        return None
    first = shown.index(sought)
    return _words(html, first, first + len(sought))


def offset_of_answer(html: str) -> int:
    """Where a mark stands that is about all of it: behind its head, or else its first paragraph."""
    if head := _HEAD.match(html):
        return head.end()
    if not _BLOCK.match(html):
        return len(html)
    found = _ENDS.search(html)
    return found.start() if found else len(html)


def marked(html: str, marks: Mapping[int, str], lined: Iterable[Words] = ()) -> str:
    """``html`` with ``marks`` at their offsets, and a line below the words of ``lined``."""
    put = [(offset, 1, mark) for offset, mark in marks.items()]
    for start, end in _runs(html, _together(lined)):
        cuts = [start, *(at for at in sorted(marks) if start < at < end), end]
        put += [(at, 2, "<mark>") for at in cuts[:-1]]
        put += [(at, 0, "</mark>") for at in cuts[1:]]
    parts: list[str] = []
    done = 0
    for offset, _, mark in sorted(put):
        parts += html[done:offset], mark
        done = offset
    return "".join((*parts, html[done:]))


def _together(lined: Iterable[Words]) -> list[tuple[int, int]]:
    """Ranges that do not meet, in order."""
    ranges: list[tuple[int, int]] = []
    for start, end, _ in sorted(lined):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = ranges[-1][0], max(end, ranges[-1][1])
        elif start < end:
            ranges.append((start, end))
    return ranges


def _runs(html: str, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches of text in ``ranges`` between tags."""
    if not (waiting := list(ranges)):
        return
    for start, end in _texts(html):
        for first, last in waiting:
            if (begin := max(start, first)) < (stop := min(end, last)):
                yield begin, stop


def _texts(html: str) -> Iterator[tuple[int, int]]:
    """All text between tags, but in drawings and notices, and the spaces between blocks."""
    held: _Held | None = None
    done, is_in_line = 0, True
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        is_spaces = not html[done : tag.start()].strip()
        if held is None and (not is_spaces or (is_in_line and name in _IN_LINE)):
            yield done, tag.start()
        done, is_in_line = tag.end(), name in _IN_LINE
        if held is not None:
            held.see(tag)
            held = held if held.depth else None
        elif not tag[1] and _is_no_text(tag):
            held = _Held(name)
    if html[done:].strip():
        yield done, len(html)


def _words(html: str, first: int, upto: int) -> Words:
    """From letter number ``first`` of ``html`` up to another; nothing is lined between no two."""
    shown = _letters_of(html)
    at = shown.after[upto - 1]
    rest = _REST_OF_WORD.match(html, at)
    after = rest.end() if rest else at
    if first >= upto:
        return Words(after, after, after)
    start, end = shown.starts[first], shown.ends[upto - 1]
    if before := _START_OF_WORD.search(html, max(0, start - 25), start):
        start = before.start()
    if rest := _REST_OF_WORD.match(html, end):
        end = rest.end(1)
    return Words(start, end, after)


@lru_cache(maxsize=64)
def _letters_of(html: str) -> _Letters:
    letters = _Letters("", [], [], [])
    folded: list[str] = []
    for text, start, end, after in _shown(html):
        said = _fold(text)
        folded.append(said)
        letters.starts.extend([start] * len(said))
        letters.ends.extend([end] * len(said))
        letters.after.extend([after] * len(said))
    return letters._replace(folded="".join(folded))


class _Held:
    """An element without places for marks in it: what it shows counts, with the mark at its end."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.depth = 1
        self.shown: list[tuple[str, int, int]] = []  # with where it begins and ends

    def see(self, piece: re.Match[str]) -> None:
        if not piece[2]:
            self.shown.append((unescape(piece[0]), *piece.span()))
        elif piece[2].lower() == self.tag:
            self.depth += -1 if piece[1] else 1


def _is_no_text(tag: re.Match[str]) -> bool:
    return tag[2].lower() in _DRAWN or bool(_NOTICE.search(tag[3]))


def _shown(html: str) -> Iterator[tuple[str, int, int, int]]:
    """What ``html`` shows, piece by piece: where it begins and ends, where a mark can follow it."""
    held: _Held | None = None
    opening: re.Match[str] | None = None
    for piece in _PIECE.finditer(html):
        if held is not None and opening is not None:
            held.see(piece)
            if not held.depth:
                yield from _shown_by(held, opening, piece.end())
                held = None
        elif not piece[2]:
            yield unescape(piece[0]), *piece.span(), piece.end()
        elif not piece[1] and (piece[2].lower() in _WHOLE or _is_no_text(piece)):
            held, opening = _Held(piece[2].lower()), piece
    if held is not None and opening is not None:
        yield from _shown_by(held, opening, len(html))


def _shown_by(held: _Held, opening: re.Match[str], end: int) -> Iterator[tuple[str, int, int, int]]:
    if _is_no_text(opening):
        return
    if held.tag == "data" and (value := _VALUE.search(opening[3])):
        yield f"[[{unescape(value[1])}]]", opening.start(), end, end
        return
    for text, start, stop in held.shown:
        yield text, start, stop, end


class _Written(NamedTuple):
    """The letters of plain text, each with the position behind it."""

    folded: str
    ends: list[int]


def _folded(text: str) -> _Written:
    folded: list[str] = []
    ends: list[int] = []
    for position, character in enumerate(text, start=1):
        for letter in _fold(character):
            folded.append(letter)
            ends.append(position)
    return _Written("".join(folded), ends)


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text).casefold()
    return "".join(one for one in decomposed if not one.isspace() and one not in _LOOSE)
