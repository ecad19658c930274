"""What became of every character of a text in the next one: kept, moved, deleted or inserted.

Sentences are compared first, then the words of those that changed, so that a deleted sentence does
not leave its words to the next one that begins alike.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain

from rapidfuzz.distance import Indel, Postfix, Prefix

LEAST_KEPT = 0.6  # of a range's characters, for it to have been edited and not deleted
LEAST_COMMON = 1 / 3  # of the shorter of two stretches, for one to be an edit of the other
TELLING = 24  # characters that do not stand together twice by chance
TELLING_SENTENCE = 12  # characters of a whole sentence of which that is so
MOST_PAIRS = 4_000_000  # of words to compare in one stretch; beyond, it counts as written anew

SENTENCE_END = re.compile(r"[.!?:;…][\"'”\u2019)\]]*+(?= )")
_WORD = re.compile(r" ?\w+| ?[^\w ]| ")  # with the space before it

Range = tuple[int, int]
_Part = tuple[int, str]  # where a piece of text begins, and the piece


@dataclass(frozen=True, slots=True)
class Kept:
    """So many characters that stand in both texts, from ``old`` and from ``new`` on."""

    old: int
    new: int
    size: int

    @property
    def old_end(self) -> int:
        return self.old + self.size

    @property
    def new_end(self) -> int:
        return self.new + self.size


@dataclass(frozen=True, slots=True)
class Gap:
    """What stands between two kept stretches: in the old text, and in its place in the new one."""

    old: Range
    new: Range


@dataclass(frozen=True)
class Edit:
    """What turned ``before`` into ``after``. ``kept`` is in order in both, ``moved`` is not."""

    before: str
    after: str
    kept: Sequence[Kept]
    moved: Sequence[Kept]

    @staticmethod
    @lru_cache(maxsize=8)
    def between(before: str, after: str) -> Edit:
        """The edit of two texts; the last ones are remembered."""
        old, new = f" {before}", f" {after}"  # so that every word has a space before it
        kept, moved = _of_sentences(old, new)
        words = chain.from_iterable(
            _of_words(old, new, gap, moved) for gap in _gaps(kept, (0, len(old)), (0, len(new)))
        )
        kept = _joined([*kept, *words])
        return Edit(
            before, after, *([_without_space(one) for one in some] for some in (kept, moved))
        )

    @cached_property
    def gaps(self) -> Sequence[Gap]:
        return list(_gaps(self.kept, (0, len(self.before)), (0, len(self.after))))

    @cached_property
    def deleted(self) -> Sequence[Range]:
        """What is nowhere in the new text."""
        moved = [(one.old, one.old_end) for one in self.moved]
        return list(chain.from_iterable(without(gap.old, moved) for gap in self.gaps))

    @cached_property
    def inserted(self) -> Sequence[Range]:
        """What was nowhere in the old text."""
        moved = [(one.new, one.new_end) for one in self.moved]
        return list(chain.from_iterable(without(gap.new, moved) for gap in self.gaps))

    def stood_before(self, start: int, end: int) -> bool:
        """Whether a range of the new text is one of the old text's, in one piece."""
        return any(one.new <= start and end <= one.new_end for one in chain(self.kept, self.moved))

    def trace(self, start: int, end: int) -> Range | None:
        """Where a range of the old text is in the new one; ``None`` if too little of it is kept.

        What is inserted before shifts it, what is inserted or replaced inside belongs to it, what
        is deleted is taken off.
        """
        for one in self.moved:
            if one.old <= start and end <= one.old_end:
                return one.new + start - one.old, one.new + end - one.old
        kept = _together(list(self._survivors(start, end)))
        size = sum(one.size for one in kept)
        if not kept or size < LEAST_KEPT * (end - start):
            return None
        new_start, new_end = kept[0].new, kept[-1].new_end
        if kept[0].old > start:
            new_start = self._begun(kept[0], start)
        if kept[-1].old_end < end:
            new_end = self._ended(kept[-1], end)
        if new_end - new_start == size == end - start:
            return new_start, new_end
        return trimmed(self.after, new_start, new_end)

    def _survivors(self, start: int, end: int) -> Iterator[Kept]:
        first = bisect_right(self.kept, start, key=lambda one: one.old) - 1
        for one in self.kept[max(first, 0) :]:
            if one.old >= end:
                return
            skip = max(start - one.old, 0)
            size = min(one.old_end, end) - one.old - skip
            if size > 0:
                yield Kept(one.old + skip, one.new + skip, size)

    def _begun(self, first: Kept, start: int) -> int:
        """Where a range begins that lost what stood before ``first``: with what replaced that."""
        gap = next((gap for gap in self.gaps if gap.old[1] == first.old), None)
        if gap is None or gap.new[1] != first.new or gap.old[0] < start or not _is_swap(gap):
            return first.new
        ends = [
            gap.new[0] + one.end() for one in SENTENCE_END.finditer(self.after[slice(*gap.new)])
        ]
        return ends[-1] if ends else gap.new[0]

    def _ended(self, last: Kept, end: int) -> int:
        gap = next((gap for gap in self.gaps if gap.old[0] == last.old_end), None)
        if gap is None or gap.new[0] != last.new_end or end < gap.old[1] or not _is_swap(gap):
            return last.new_end
        over = SENTENCE_END.search(f"{self.after[slice(*gap.new)]} ")
        return gap.new[0] + over.end() if over else gap.new[1]


def trimmed(text: str, start: int, end: int) -> Range | None:
    """A range without the spaces at its ends, if something is left."""
    while start < end and text[start] == " ":
        start += 1
    while start < end and text[end - 1] == " ":
        end -= 1
    return (start, end) if start < end else None


def without(stretch: Range, parts: Iterable[Range]) -> Iterator[Range]:
    """What is left of ``stretch`` when ``parts``, each within it or outside, are cut out."""
    start, end = stretch
    for first, last in sorted(part for part in parts if part[0] < end and start < part[1]):
        if start < first:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end


def _of_sentences(before: str, after: str) -> tuple[list[Kept], list[Kept]]:
    """The sentences that both texts have: those in the same order, and those that moved."""
    olds, news = list(_sentences(before)), list(_sentences(after))
    kept = _joined(_matched(olds, news))
    kept = _not_by_chance(kept, Gap((0, len(before)), (0, len(after))), TELLING_SENTENCE)
    left_old = _only_ones(one for one in olds if not _covers(kept, one, _old_start))
    left_new = _only_ones(one for one in news if not _covers(kept, one, _new_start))
    moved = [
        Kept(start, left_new[text], len(text))
        for text, start in left_old.items()
        if text in left_new and len(text) >= TELLING_SENTENCE
    ]
    return kept, moved


def _sentences(text: str) -> Iterator[_Part]:
    start = 0
    for end in (*(found.end() for found in SENTENCE_END.finditer(text)), len(text)):
        if start < end:
            yield start, text[start:end]
        start = end


def _old_start(one: Kept) -> int:
    return one.old


def _new_start(one: Kept) -> int:
    return one.new


def _covers(kept: Sequence[Kept], part: _Part, begin: Callable[[Kept], int]) -> bool:
    at = bisect_right(kept, part[0], key=begin) - 1
    return at >= 0 and part[0] < begin(kept[at]) + kept[at].size


def _only_ones(parts: Iterable[_Part]) -> dict[str, int]:
    """Where each text stands that is there once."""
    listed = list(parts)
    counted = Counter(text for _, text in listed)
    return {text: start for start, text in listed if counted[text] == 1}


def _of_words(before: str, after: str, gap: Gap, moved: Sequence[Kept]) -> list[Kept]:
    """The words that both sides of ``gap`` have in order, and the same letters of changed ones."""
    old_moved = [(one.old, one.old_end) for one in moved]
    new_moved = [(one.new, one.new_end) for one in moved]
    olds = list(_words(before, without(gap.old, old_moved)))
    news = list(_words(after, without(gap.new, new_moved)))
    if not olds or not news or len(olds) * len(news) > MOST_PAIRS:
        return []
    kept = _not_by_chance(_joined(_matched(olds, news)), gap, TELLING)
    least = LEAST_COMMON * min(gap.old[1] - gap.old[0], gap.new[1] - gap.new[0])
    if sum(one.size for one in kept) < least and all(one.size < TELLING for one in kept):
        return []
    return _joined([*kept, *_ends(before, after, _gaps(kept, gap.old, gap.new))])


def _words(text: str, stretches: Iterable[Range]) -> Iterator[_Part]:
    for start, end in stretches:
        for found in _WORD.finditer(text, start, end):
            yield found.start(), found[0]


def _matched(olds: Sequence[_Part], news: Sequence[_Part]) -> Iterator[Kept]:
    """The most parts that stand in both in the same order."""
    edited = Indel.opcodes([text for _, text in olds], [text for _, text in news])
    for block in edited.as_matching_blocks():
        for number in range(block.size):
            start, text = olds[block.a + number]
            yield Kept(start, news[block.b + number][0], len(text))


def _joined(kept: Iterable[Kept]) -> list[Kept]:
    """In order, those that touch in both texts as one."""
    joined: list[Kept] = []
    for one in sorted((one for one in kept if one.size), key=_old_start):
        last = joined[-1] if joined else None
        if last and last.old_end == one.old and last.new_end == one.new:
            joined[-1] = Kept(last.old, last.new, last.size + one.size)
        else:
            joined.append(one)
    return joined


def _not_by_chance(kept: Sequence[Kept], gap: Gap, telling: int) -> list[Kept]:
    """``kept`` without the few words in common of stretches that are otherwise different."""
    certain = [Kept(gap.old[0], gap.new[0], 0)]
    for one in (*kept, Kept(gap.old[1], gap.new[1], 0)):
        while len(certain) > 1 and _is_chance(certain[-2], certain[-1], one, telling):
            certain.pop()
        certain.append(one)
    return certain[1:-1]


def _is_chance(last: Kept, one: Kept, following: Kept, telling: int) -> bool:
    """Whether ``one`` is short beside what changed on either side of it."""
    left = max(one.old - last.old_end, one.new - last.new_end)
    right = max(following.old - one.old_end, following.new - one.new_end)
    return one.size < telling and one.size <= min(left, right)


def _ends(before: str, after: str, gaps: Iterable[Gap]) -> Iterator[Kept]:
    """The letters that a word and the one in its place begin and end with."""
    for gap in gaps:
        old, new = before[slice(*gap.old)], after[slice(*gap.new)]
        if " " not in old.strip() and " " not in new.strip():
            head = Prefix.similarity(old, new)
            tail = Postfix.similarity(old[head:], new[head:])
            yield Kept(gap.old[0], gap.new[0], head)
            yield Kept(gap.old[1] - tail, gap.new[1] - tail, tail)


def _gaps(kept: Sequence[Kept], old: Range, new: Range) -> Iterator[Gap]:
    """What is between ``kept`` stretches, and before and after them, of two ranges."""
    old_at, new_at = old[0], new[0]
    for one in (*kept, Kept(old[1], new[1], 0)):
        if old_at < one.old or new_at < one.new:
            yield Gap((old_at, one.old), (new_at, one.new))
        old_at, new_at = one.old_end, one.new_end


def _without_space(one: Kept) -> Kept:
    """``one`` where the texts do not begin with a space."""
    if one.old and one.new:
        return Kept(one.old - 1, one.new - 1, one.size)
    return Kept(one.old, one.new, one.size - 1)


def _together(kept: list[Kept]) -> list[Kept]:
    """Survivors without the few letters at either end that stand beyond what was written anew."""
    while len(kept) > 1 and _is_apart(kept[0], kept[0], kept[1]):
        kept = kept[1:]
    while len(kept) > 1 and _is_apart(kept[-1], kept[-2], kept[-1]):
        kept = kept[:-1]
    return kept


def _is_apart(one: Kept, first: Kept, second: Kept) -> bool:
    gap = Gap((first.old_end, second.old), (first.new_end, second.new))
    inserted = second.new - first.new_end
    return one.size < min(TELLING, inserted) and first.old_end < second.old and not _is_swap(gap)


def _is_swap(gap: Gap) -> bool:
    """Whether something of about its length stands in place of what was deleted."""
    return gap.new[1] - gap.new[0] <= 2 * (gap.old[1] - gap.old[0]) + TELLING
