"""Two changes of one text put together: three-way, by words within lines.

A change counts as far as the words, up to the next space, that it replaces or stands between.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_LINES = re.compile(r"[^\n]*\n+|[^\n]+")  # with the empty ones after them
_WORDS = re.compile(r"\s*\S+|\s+")  # with the space before them
MOST_PAIRS = 50_000  # of equal parts; a stretch with more of them counts as written anew


@dataclass(frozen=True, slots=True)
class _Change:
    """``new`` in place of the characters from ``start`` to ``end`` of the common text."""

    start: int
    end: int
    new: str

    def touches(self, start: int, end: int) -> bool:
        return self.start <= end and start <= self.end


def merge(base: str, mine: str, theirs: str) -> str | None:
    """``base`` with the changes of both; ``None`` where they touch without being the same."""
    mine_changes, their_changes = list(_changes(base, mine)), list(_changes(base, theirs))
    merged: list[str] = []
    done = 0
    while mine_changes or their_changes:
        first = min((*mine_changes[:1], *their_changes[:1]), key=lambda one: one.start)
        start, end = first.start, first.end
        of_mine: list[_Change] = []
        of_theirs: list[_Change] = []
        while met := _taken(mine_changes, start, end, of_mine) or _taken(
            their_changes, start, end, of_theirs
        ):
            end = max(end, met.end)
        sides = [_applied(base, start, end, one) for one in (of_mine, of_theirs) if one]
        if sides[0] != sides[-1]:
            return None
        merged += base[done:start], sides[0]
        done = end
    return "".join((*merged, base[done:]))


def _taken(changes: list[_Change], start: int, end: int, into: list[_Change]) -> _Change | None:
    """The first of ``changes``, moved ``into`` a group, if it touches that."""
    if not changes or not changes[0].touches(start, end):
        return None
    into.append(changes.pop(0))
    return into[-1]


def _applied(base: str, start: int, end: int, changes: Sequence[_Change]) -> str:
    parts: list[str] = []
    for change in changes:
        parts += base[start : change.start], change.new
        start = change.end
    return "".join((*parts, base[start:end]))


def _changes(base: str, other: str) -> Iterator[_Change]:
    """What turns ``base`` into ``other``, in order. No two touch each other."""
    for lines in _differences(_LINES.findall(base), _LINES.findall(other)):
        stretch = base[lines.start : lines.end]
        for words in _differences(_WORDS.findall(stretch), _WORDS.findall(lines.new)):
            yield _Change(lines.start + words.start, lines.start + words.end, words.new)


def _differences(before: Sequence[str], after: Sequence[str]) -> Iterator[_Change]:
    """Where ``before`` and ``after`` differ, in characters of ``before``."""
    least = min(len(before), len(after))
    head = next((i for i in range(least) if before[i] != after[i]), least)
    least -= head
    tail = next((i for i in range(least) if before[-1 - i] != after[-1 - i]), least)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    offset = sum(map(len, before[:head]))
    if not _can_be_compared(old, new):
        yield _Change(offset, offset + sum(map(len, old)), "".join(new))
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        length = sum(map(len, old[start:end]))
        if tag != "equal":
            yield _Change(offset, offset + length, "".join(new[new_start:new_end]))
        offset += length


def _can_be_compared(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether it is cheap: the time goes by how many parts of both are equal."""
    counted = Counter(after)
    return sum(counted[one] for one in before) <= MOST_PAIRS
