"""Where a text names a number: ``[[serving.path_p99]]``, outside code, where it stays as typed.

The Markdown converter draws the same line between code and words. It is a library that a checker
of files must do without, so what it would take for code is found here once more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

OPENING = "[["
LONGEST_NAME = 200  # characters
KEPT = 1024  # texts whose names are remembered

# A character that is escaped, or a name; not "[[1]](address)", which is a link.
_PIECE = re.compile(rf"\\[\s\S]|\[\[([^\[\]\\\x00-\x1f]{{1,{LONGEST_NAME}}}+)\]\](?!\()")
_TICKS = re.compile(r"(?<!\\)(?P<escapes>\\*+)(?P<ticks>`++)")
_FENCE = re.compile(r"[ >]*+(?:(?:[-*+]|\d{1,9}[.)]) ++)?+ *+(`{3,}+(?=[^`]*+$)|~{3,}+)")
_ITEM = re.compile(r" *+(?:[-*+]|\d{1,9}[.)]) ")
_APART = re.compile(r" {0,3}(?:#{1,6}(?: |$)|[-=*_ ]++$)")  # a heading, a rule
_CODE_INDENT = 4


class Mark(NamedTuple):
    """A name as somebody wrote it, and where its brackets begin and end."""

    name: str
    start: int
    end: int


def may_cite(text: str) -> bool:
    """Whether ``text`` may name a number; quick, since most texts name none."""
    return OPENING in text


def marks(text: str, *, is_markdown: bool) -> Iterator[Mark]:
    """The names in a text in Markdown, or in one line, in order."""
    if may_cite(text):
        for block in _blocks(text) if is_markdown else ((0, len(text)),):
            for start, end in _outside_code(text, *block):
                for found in _PIECE.finditer(text, start, end):
                    if found[1] is not None and (name := folded(found[1])):
                        yield Mark(name, *found.span())


@lru_cache(KEPT)
def names(text: str, *, is_markdown: bool) -> tuple[str, ...]:
    """The names in ``text``, each once, in order."""
    return tuple(dict.fromkeys(mark.name for mark in marks(text, is_markdown=is_markdown)))


def replaced(text: str, replace: Callable[[Mark], str], *, is_markdown: bool) -> str:
    """``text`` with each name and its brackets replaced."""
    parts, at = [], 0
    for mark in marks(text, is_markdown=is_markdown):
        parts += [text[at : mark.start], replace(mark)]
        at = mark.end
    return "".join([*parts, text[at:]])


def written(name: str) -> str:
    """``name`` as it is cited."""
    return f"{OPENING}{name}]]"


def folded(name: str) -> str:
    """``name`` with single spaces: what people call a row may be several words."""
    return " ".join(name.split())


def can_be_cited(name: str) -> bool:
    """Whether ``name`` is short and plain enough to stand between brackets."""
    return _PIECE.fullmatch(written(name)) is not None


def _outside_code(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is no code span. As the converter sees it, one closes with the next run of as many
    backticks as opened it, or else with the longest run that follows, if that is shorter.
    """
    runs = list(_TICKS.finditer(text, start, end))
    closings = _closings(runs)
    at, number = start, 0
    while number < len(runs):
        opening = _opening(runs[number])
        closing = closings[number]
        if closing:
            yield at, opening
            at = runs[closing].end()
        number = closing + 1 if closing else number + 1
    yield at, end


def _opening(run: re.Match[str]) -> int:
    """Where a run of backticks begins to open a code span: after the first, if it is escaped."""
    return run.start("ticks") + len(run["escapes"]) % 2


def _closings(runs: Sequence[re.Match[str]]) -> list[int]:
    """For each run the number of the one that closes what it opens, or 0."""
    found = [0] * len(runs)
    later: dict[int, int] = {}  # the next run of each length
    longest = 0  # length of the longest later run
    for number in range(len(runs) - 1, -1, -1):
        opened = runs[number].end() - _opening(runs[number])
        if opened:
            found[number] = later.get(opened) or (later[longest] if 0 < longest < opened else 0)
        length = len(runs[number]["ticks"])
        later[length] = number
        longest = max(longest, length)
    return found


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Where each run of lines that are no code begins and ends."""
    begun = at = 0
    fence = ""
    column = 0  # where the words of the list begin that the lines are in
    is_apart = True  # whether nothing above runs on into the line
    for line in text.split("\n"):
        start, at = at, min(at + len(line) + 1, len(text))
        bare = line.expandtabs(_CODE_INDENT)
        opened = _FENCE.match(bare)
        if fence:
            if opened and opened[1].startswith(fence) and not bare[opened.end() :].strip():
                fence = ""
            begun, is_apart = at, True
            continue
        indent = len(bare) - len(bare.lstrip(" "))
        is_blank = not bare.strip()
        if is_apart and not is_blank and indent < min(column, _CODE_INDENT):
            column = 0
        is_code = is_apart and indent >= column + _CODE_INDENT
        item = None if is_code else _ITEM.match(bare)
        if item:
            column = item.end()
        if opened:
            fence = opened[1]
        if opened or is_blank or is_code or item:
            yield begun, start
            begun = start if item and not opened else at
        is_apart = is_blank or is_code or _APART.match(bare) is not None
    yield begun, len(text) if not fence else begun
