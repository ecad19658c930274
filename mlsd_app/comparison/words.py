"""What changed in a text, by words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s*\w+|\s*[^\w\s]|\s+")  # with the space before them
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 2_000  # of one stretch; a longer one counts as written anew


class Fate(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    OUT = "out"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that stayed, went out or came in."""

    fate: Fate
    text: str


@dataclass(slots=True)
class _Run:
    """A stretch as it was and as it is."""

    old: str
    new: str

    @property
    def is_kept(self) -> bool:
        return self.old == self.new

    def add(self, run: _Run) -> None:
        self.old += run.old
        self.new += run.new


def changed_words(before: str, after: str) -> tuple[Piece, ...]:
    """``before`` turned into ``after``. What is kept and out is ``before``; kept and in, ``after``.

    Lines are matched first, so that a long text costs little; then the words of changed lines.
    """
    runs = _joined(_by_lines(_LINES.findall(before), _LINES.findall(after)))
    return tuple(piece for run in runs for piece in _pieces(run))


def _by_lines(before: Sequence[str], after: Sequence[str]) -> Iterator[_Run]:
    for run in _runs(before, after):
        if run.is_kept:
            yield run
            continue
        words = _WORDS.findall(run.old), _WORDS.findall(run.new)
        is_long = sum(map(len, words)) > MOST_WORDS
        yield from [run] if is_long else _runs(*words)


def _runs(before: Sequence[str], after: Sequence[str]) -> Iterator[_Run]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        yield _Run("".join(before[start:end]), "".join(after[new_start:new_end]))


def _joined(runs: Iterator[_Run]) -> list[_Run]:
    made: list[_Run] = []
    for run in runs:
        if made and made[-1].is_kept == run.is_kept:
            made[-1].add(run)
        else:
            made.append(run)
    return made


def _pieces(run: _Run) -> Iterator[Piece]:
    if run.is_kept:
        yield Piece(Fate.KEPT, run.old)
        return
    if run.old:
        yield Piece(Fate.OUT, run.old)
    if run.new:
        yield Piece(Fate.IN, run.new)
