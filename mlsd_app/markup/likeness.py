"""How much one text is like another, and where in a text something like it stands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz.distance import Indel
from rapidfuzz.fuzz import partial_ratio_alignment

from mlsd_app.markup.edits import Range, trimmed

SLACK = 0.1  # a stretch this much less like is looked at: whole words may make up for it
LONG = 240  # characters; of a longer text the ends are searched for


class Match(NamedTuple):
    """A range, and how much it is like what was sought, from 0 to 1."""

    score: float
    start: int
    end: int


def best(sought: str, text: str, stretches: Iterable[Range], least: float) -> Match | None:
    """What is most like ``sought`` in the ``stretches`` of ``text``, if it is ``least`` so."""
    shortest = len(sought) * least / (2 - least)
    matches = (
        _match(sought, text, *stretch, least)
        for stretch in stretches
        if stretch[1] - stretch[0] >= shortest
    )
    return max(filter(None, matches), default=None)


def _match(sought: str, text: str, start: int, end: int, least: float) -> Match | None:
    stretch = text[start:end]
    if len(sought) <= LONG:
        found = _aligned(sought, stretch, least)
    else:
        head = _aligned(sought[: LONG // 2], stretch, least)
        tail = _aligned(sought[-LONG // 2 :], stretch, least)
        found = (head[0], tail[1]) if head and tail and head[0] < tail[1] else None
    if found is None:
        return None
    place = trimmed(text, *_whole(text, sought, start + found[0], start + found[1]))
    score = alike(sought, text[slice(*place)]) if place else 0.0
    return Match(score, *place) if place and score >= least else None


def _aligned(sought: str, text: str, least: float) -> Range | None:
    if len(text) <= len(sought):
        return 0, len(text)
    found = partial_ratio_alignment(sought, text, score_cutoff=100 * (least - SLACK))
    return (found.dest_start, found.dest_end) if found else None


def alike(one: str, other: str) -> float:
    return Indel.normalized_similarity(one, other)


def _whole(text: str, sought: str, start: int, end: int) -> Range:
    """A range with the rest of the words at its ends, and the sign that ``sought`` ends with."""
    while 0 < start < end and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while start < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end + (not sought[-1].isalnum() and text[end : end + 1] == sought[-1])
