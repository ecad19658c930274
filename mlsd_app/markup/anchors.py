"""Where a quoted range of an answer stands after its text was edited.

Positions are code points of ``plain_text``. A range is traced through each edit; one that was
rewritten is looked for in what is new. It is never put on words that stood elsewhere before:
rather no place than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import chain

from rapidfuzz.distance import Indel, Postfix, Prefix

from mlsd_app.markup.edits import SENTENCE_END, TELLING, Edit, Range, without
from mlsd_app.markup.likeness import alike, best
from mlsd_app.markup.plain_text import Written, collapsed, plain_text

CONTEXT = 32  # code points that are kept at least of what stands before and after a quote
MOST_CONTEXT = 400  # and at most, to the ends of its sentence
LEAST_ALIKE = 0.8  # of a rewritten quote with what it was
LEAST_MARGIN = 0.1  # to the next best

_PART = re.compile(r"\w+|[^\w\s]")
_SIGNS_BEFORE = re.compile(r"\S+\Z")
_SIGNS_AFTER = re.compile(r"\A\S+")
_NEW_BLOCK = re.compile(r"\n[ \t]*+(?:\n|[-*+>#|]|\d++[.)])")
_OTHER = "qzjxkv"  # a word that nobody writes


class State(StrEnum):
    """How sure it is where the words stand that somebody quoted."""

    EXACT = "exact"  # the very words
    TRACED = "traced"  # what became of them, edit by edit
    FUZZY = "fuzzy"  # words much like them, where they were rewritten
    FIELD = "field"  # they are gone; the answer is there
    STAGE = "stage"  # the answer is gone
    DESIGN = "design"  # the stage is gone


PLACED = frozenset({State.EXACT, State.TRACED, State.FUZZY})


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a text, with the rest of their sentence or some more before and after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""

    @classmethod
    def at(cls, text: str, start: int, end: int) -> Quote:
        before, after = text[max(start - MOST_CONTEXT, 0) : start], text[end : end + MOST_CONTEXT]
        *_, begun = (0, *(found.start() for found in SENTENCE_END.finditer(before)))
        prefix = before[min(begun, max(len(before) - CONTEXT, 0)) :]
        quote = cls(text[start:end], prefix, after)
        return replace(quote, suffix=after[: max(quote.rest_of_sentence, CONTEXT)])

    @property
    def begin_of_sentence(self) -> int:
        """How many characters of its sentence stand before it, as far as is known."""
        *_, begun = (0, *(found.end() + 1 for found in SENTENCE_END.finditer(self.prefix)))
        return len(self.prefix) - begun

    @property
    def rest_of_sentence(self) -> int:
        over = SENTENCE_END.search(f"{self.exact[-1:]}{self.suffix} ")
        return (
            min(over.end() - len(self.exact[-1:]), len(self.suffix)) if over else len(self.suffix)
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """A quote, and where it stands now.

    ``words`` is what stands there if it is not the quote. Where the state is none of ``PLACED``,
    ``start``, ``end``, ``words`` and the context of the quote are what they were last.
    """

    quote: Quote
    start: int
    end: int
    state: State = State.EXACT
    words: str = ""

    @classmethod
    def at(cls, text: str, start: int, end: int) -> Anchor:
        return cls(Quote.at(text, start, end), start, end)

    @property
    def is_placed(self) -> bool:
        return self.state in PLACED

    @property
    def shown(self) -> str:
        """The words at the place; the last ones, where there is none."""
        return self.words or self.quote.exact


def find(text: str, quote: Quote, near: int | None = None) -> Range | None:
    """Where ``quote`` stands in ``text``: of several places the one with its context, then the
    one nearest to ``near``. ``None`` when its very words are not there.
    """
    words = collapsed(quote.exact)
    context = Quote(words, _spaced(quote.prefix), _spaced(quote.suffix))
    return max(_occurrences(text, words), key=_fitting(text, context, near), default=None)


def trace(before: str, after: str, start: int, end: int) -> Range | None:
    """Where a range of ``before`` stands in ``after``: see ``Edit.trace``. ``None`` also where it
    could as well be what became of other words, or something else what became of it.
    """
    edit = Edit.between(before, after)
    place = edit.trace(start, end)
    if place is None or before[start:end] == after[slice(*place)]:
        return place
    was, now = before[start:end], after[slice(*place)]
    score = alike(was, now)
    is_doubtful = _is_of_others(edit, now, score, start, end) or best(
        was, after, _beside(edit.inserted, place), score
    )
    return None if is_doubtful else place


def follow(anchor: Anchor, before: str | None, after: str | None) -> Anchor:
    """``anchor`` after an edit turned ``before`` into ``after``. Never raises.

    ``None`` is an answer that is not there: of a row that was deleted, or is put back.
    """
    if after is None:
        return replace(anchor, state=State.STAGE)
    if before is None:
        return _put_back(anchor, after)
    if before == after:
        return anchor
    edit = Edit.between(before, after)
    if not anchor.is_placed:
        return _returned(anchor, edit)
    start, end = anchor.start, anchor.end
    if before[start:end] != anchor.shown:
        stood = find(before, replace(anchor.quote, exact=anchor.shown), start)
        if stood is None:
            return _returned(anchor, edit)
        start, end = stood
    if traced := trace(before, after, start, end):
        return _placed(anchor, edit, traced, State.TRACED)
    context = replace(Quote.at(before, start, end), exact=anchor.quote.exact)
    gone = Anchor(context, start, end, anchor.state, anchor.words)
    back = _returned(gone, edit)
    if not back.is_placed and (found := _rewritten(edit, start, end)):
        return _placed(gone, edit, found, State.FUZZY)
    return back


def _placed(anchor: Anchor, edit: Edit, place: Range, state: State) -> Anchor:
    """``anchor`` at ``place``, or at its very words where the place is part of them, or where they
    came back elsewhere.
    """
    text, exact = edit.after, anchor.quote.exact
    start, end = place
    if text[start:end] == exact:
        return Anchor(anchor.quote, start, end)
    around = max(start - len(exact) + 1, 0), end + len(exact) - 1
    fitting = _fitting(text, anchor.quote, start)
    whole = max(_occurrences(text, exact, *around), key=fitting, default=None)
    if back := whole or _brought(edit, anchor.quote, start):
        return Anchor(anchor.quote, *back)
    state = State.FUZZY if anchor.state is State.FUZZY else state
    return Anchor(anchor.quote, start, end, state, text[start:end])


def _returned(anchor: Anchor, edit: Edit) -> Anchor:
    """``anchor``, whose words were gone, where ``edit`` brought them back."""
    if place := _brought(edit, anchor.quote, anchor.start):
        return Anchor(anchor.quote, *place)
    last = replace(anchor.quote, exact=anchor.words)
    if anchor.words and (place := _brought(edit, last, anchor.start)):
        return Anchor(anchor.quote, *place, State.TRACED, anchor.words)
    return replace(anchor, state=State.FIELD)


def _put_back(anchor: Anchor, after: str) -> Anchor:
    """``anchor`` in an answer that was away."""
    if after[anchor.start : anchor.end] == anchor.shown:
        return replace(anchor, state=State.TRACED if anchor.words else State.EXACT)
    return _returned(anchor, Edit.between("", after))


def _brought(edit: Edit, quote: Quote, near: int) -> Range | None:
    """Where ``quote`` stands now and did not before, with the rest of its sentence."""
    text = edit.after
    found = [
        place
        for place in _occurrences(text, quote.exact)
        if not edit.stood_before(*place) and _is_in_context(text, quote, *place)
    ]
    return max(found, key=_fitting(text, quote, near), default=None)


def _rewritten(edit: Edit, start: int, end: int) -> Range | None:
    """Where words like those of a range stand among what is new, and none nearly as like."""
    wide = max(TELLING - (end - start), 0)
    left, right = max(start - wide, 0), min(end + wide, len(edit.before))
    sought = edit.before[left:right]
    doubtful = edit.trace(start, end)
    stretches = [*edit.inserted, *([doubtful] if doubtful else [])]
    found = best(sought, edit.after, stretches, LEAST_ALIKE)
    if found is None:
        return None
    taken = (found.start, found.end)
    if best(sought, edit.after, _beside(stretches, taken), found.score - LEAST_MARGIN):
        return None
    now = edit.after[slice(*taken)]
    if _is_of_others(edit, now, found.score, left, right):
        return None
    inside = Edit.between(sought, now).trace(start - left, end - left) if wide else (0, len(now))
    return inside and (found.start + inside[0], found.start + inside[1])


def _is_of_others(edit: Edit, now: str, score: float, start: int, end: int) -> bool:
    """Whether ``now`` is rather what became of words that were deleted outside a range."""
    return best(now, edit.before, _beside(edit.deleted, (start, end)), score) is not None


def _beside(stretches: Iterable[Range], place: Range) -> Iterator[Range]:
    return chain.from_iterable(without(stretch, [place]) for stretch in stretches)


def _occurrences(text: str, words: str, start: int = 0, end: int | None = None) -> Iterator[Range]:
    at = text.find(words, start, end) if words else -1
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + 1, end)


def _fitting(text: str, quote: Quote, near: int | None) -> Callable[[Range], tuple[int, int]]:
    """How well a place has the context of ``quote``, then how near it is to ``near``."""

    def fit(place: Range) -> tuple[int, int]:
        distance = 0 if near is None else abs(place[0] - near)
        return sum(_in_common(text, quote, *place)), -distance

    return fit


def _in_common(text: str, quote: Quote, start: int, end: int) -> tuple[int, int]:
    """How many characters before and after a place are those around ``quote``."""
    before = text[max(start - len(quote.prefix), 0) : start]
    after = text[end : end + len(quote.suffix)]
    return Postfix.similarity(before, quote.prefix), Prefix.similarity(after, quote.suffix)


def _is_in_context(text: str, quote: Quote, start: int, end: int) -> bool:
    """Whether the rest of the sentence is as it was around ``quote``; around few words, more.

    Whole sentences speak for themselves.
    """
    if end - start >= TELLING and _is_whole(text, start, end):
        return True
    before, after = _in_common(text, quote, start, end)
    if before < quote.begin_of_sentence or after < quote.rest_of_sentence:
        return False
    is_all = before == len(quote.prefix) and after == len(quote.suffix)
    return is_all or before + len(quote.exact) + after >= TELLING


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a range is of whole sentences."""
    is_begun = start == 0 or SENTENCE_END.search(text[max(start - 4, 0) : start])
    return bool(
        is_begun and SENTENCE_END.search(f"{text[end - 4 : end]}{text[end : end + 1] or ' '}")
    )


def _spaced(context: str) -> str:
    """Context as a page gives it: its spaces as in a text, also those at its ends."""
    left, right = context[:1].isspace(), context[-1:].isspace()
    return f"{' ' * left}{collapsed(context)}{' ' * right}" if context.strip() else " " * left


def in_source(
    source: str, plain: str, start: int, end: int, written: Written = Written.PROSE
) -> Range | None:
    """The part of ``source`` that is shown as that range of its ``plain`` text.

    ``None`` unless other words in its place change the plain text there and nowhere else, and for
    what goes on in another paragraph or item.
    """
    parts = _aligned(source, plain)
    first = next((one for one in parts if one.plain_end > start), None)
    last = next((one for one in reversed(parts) if one.plain < end), None)
    if first is None or last is None or first.plain > start or last.plain_end < end:
        return None
    inner = first.source + start - first.plain, last.source + end - last.plain
    if _NEW_BLOCK.search(source[slice(*inner)]):
        return None
    for place in _with_signs(source, parts, inner):
        if _is_shown_as(source, place, plain, (start, end), written):
            return place
    return None


def from_source(
    source: str, plain: str, start: int, end: int, written: Written = Written.PROSE
) -> Range | None:
    """The range of the ``plain`` text as which that part of its ``source`` is shown.

    ``None`` where it is not shown as one piece.
    """
    inside = [one for one in _aligned(source, plain) if one.source < end and start < one.source_end]
    if not inside:
        return None
    first, last = inside[0], inside[-1]
    place = (
        first.plain + max(start - first.source, 0),
        last.plain_end - max(last.source_end - end, 0),
    )
    if _is_shown_as(source, (start, end), plain, place, written):
        return place
    inner = first.source + place[0] - first.plain, last.source + place[1] - last.plain
    return place if _is_shown_as(source, inner, plain, place, written) else None


@dataclass(frozen=True, slots=True)
class _Shown:
    """A word or a sign, where it is written and where it is shown."""

    source: int
    plain: int
    size: int

    @property
    def source_end(self) -> int:
        return self.source + self.size

    @property
    def plain_end(self) -> int:
        return self.plain + self.size


def _aligned(source: str, plain: str) -> list[_Shown]:
    written, shown = list(_PART.finditer(source)), list(_PART.finditer(plain))
    edited = Indel.opcodes([part[0] for part in written], [part[0] for part in shown])
    return [
        _Shown(
            written[block.a + number].start(),
            shown[block.b + number].start(),
            len(written[block.a + number][0]),
        )
        for block in edited.as_matching_blocks()
        for number in range(block.size)
    ]


def _with_signs(source: str, parts: Sequence[_Shown], inner: Range) -> Iterator[Range]:
    """A part of the source, then with the signs of Markdown that may belong to it."""
    start, end = inner
    before = max((one.source_end for one in parts if one.source_end <= start), default=0)
    after = min((one.source for one in parts if one.source >= end), default=len(source))
    left = len(source[before:start]) - len(_SIGNS_BEFORE.sub("", source[before:start]))
    right = len(source[end:after]) - len(_SIGNS_AFTER.sub("", source[end:after]))
    yield from dict.fromkeys(
        [inner, (start - left, end + right), (start - left, end), (start, end + right)]
    )


def _is_shown_as(source: str, part: Range, plain: str, place: Range, written: Written) -> bool:
    """Whether another word instead of ``part`` is shown instead of ``place``."""
    changed = f"{source[: part[0]]}{_OTHER}{source[part[1] :]}"
    return plain_text(changed, written) == f"{plain[: place[0]]}{_OTHER}{plain[place[1] :]}"
