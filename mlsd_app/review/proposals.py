"""What a suggestion would do to the answer that it is about, as that stands now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mlsd_app.calculators.citing import WORDS
from mlsd_app.comparison.merging import merge
from mlsd_app.comparison.words import Fate, Piece, changed_words
from mlsd_app.designs.editing import Raw
from mlsd_app.designs.models import StageAnswers
from mlsd_app.markup.anchors import find, in_source
from mlsd_app.markup.plain_text import Written, plain_text
from mlsd_app.review.models import Suggestion, Thread
from mlsd_app.review.threads import Selected
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.fields import Field, Kind

AROUND = 80  # characters of unchanged text that are shown before and after a change


@dataclass(frozen=True)
class Spot:
    """The answer that a suggestion is about, as stored now."""

    address: Address
    value: object
    is_there: bool = True  # whether its row is

    @property
    def asked(self) -> Field:
        return self.address.asked

    @property
    def text(self) -> str:
        """The answer as it stands in its control; several values stand one a line."""
        return in_control(self.asked, self.value)

    @property
    def has_words(self) -> bool:
        """Whether changes of two people can be merged and shown by words."""
        return self.asked.kind in WORDS


def in_control(asked: Field, value: object) -> str:
    typed = values.editable(asked, value)
    return typed if isinstance(typed, str) else "\n".join(typed)


def raw(asked: Field, text: str) -> Raw:
    """``text`` as a form would send it."""
    return text.split("\n") if asked.kind is Kind.CHOICES else text


def cleaned(asked: Field, text: str) -> str:
    """``text`` as it would stand in the control, were it stored.

    Raises ``ValueRefusedError`` with the field's own message.
    """
    return in_control(asked, values.clean(asked, raw(asked, text)))


def as_held(asked: Field, text: str) -> str:
    """What a form says that the control held, however the browser wrote it."""
    try:
        return cleaned(asked, text)
    except values.ValueRefusedError:
        return values.with_plain_line_breaks(text)


def shown(asked: Field, text: str) -> str:
    """What stands in a control as it is read: ``40 ms``, ``Batch``."""
    try:
        return values.show(asked, values.clean(asked, raw(asked, text)))
    except values.ValueRefusedError:
        return text


def spot_at(contents: Mapping[str, StageAnswers], address: str) -> Spot:
    """Raises ``UnknownAddressError`` for what is no field and no cell."""
    place = Address.parse(address)
    if place.asked.is_table and not place.column:
        raise UnknownAddressError(f"{address[:200]!r} is a table. Choose one of its cells.")
    answers = contents[place.stage].answers
    if not place.row:
        return Spot(place, answers.get(place.field))
    rows = answers.get(place.field) or []
    row = next((one for one in rows if one["row"] == place.row), None)
    return Spot(place, row.get(place.column) if row else None, row is not None)


WRITTEN = {Kind.TEXT: Written.PROSE, Kind.LIST: Written.LINES, Kind.LINE: Written.PLAIN}


def range_in(spot: Spot, selected: Selected | None) -> tuple[int, int] | None:
    """Where the selected words stand in the answer as it is written, if that is certain."""
    written = WRITTEN.get(spot.asked.kind)
    if selected is None or written is None:
        return None
    plain = plain_text(spot.text, written)
    place = find(plain, selected.quote, selected.near)
    return in_source(spot.text, plain, *place, written) if place else None


def merged(suggestion: Suggestion, spot: Spot) -> str | None:
    """The answer as it stands with what was suggested; ``None`` where both changed the same."""
    if spot.text in {suggestion.was, suggestion.proposed}:
        return suggestion.proposed
    return merge(suggestion.was, suggestion.proposed, spot.text) if spot.has_words else None


def is_withdrawn(thread: Thread) -> bool:
    """Whether its own author decided against it."""
    decided = thread.suggestion
    return (
        decided.decided_at is not None
        and not decided.is_accepted
        and not decided.reason
        and decided.decided_by_id == thread.author_id
    )


@dataclass(frozen=True)
class Proposal:
    """What accepting would do now, for reading.

    ``pieces`` is the change by words, for texts; ``was`` and ``becomes`` are what other values are.
    Where the answer changed in the same place, ``theirs`` says how, and what is stored stands in
    ``current``.
    """

    thread: Thread
    asked: Field
    pieces: Sequence[Piece] = ()
    was: str = ""
    becomes: str = ""
    is_conflict: bool = False
    is_merged: bool = False
    is_done: bool = False  # the answer says so already
    is_gone: bool = False
    theirs: Sequence[Piece] = ()
    current: str = ""

    @property
    def is_withdrawn(self) -> bool:
        return is_withdrawn(self.thread)

    @property
    def can_be_decided(self) -> bool:
        """Whether it can be accepted now: also what was declined, but not what was withdrawn."""
        if self.thread.is_resolved and self.is_withdrawn:
            return False
        return not (self.thread.is_resolved and self.thread.suggestion.is_accepted)

    @property
    def as_stored(self) -> Proposal:
        """What others made of the answer meanwhile, to be shown in the same way."""
        return replace(self, pieces=self.theirs)

    @classmethod
    def of(cls, thread: Thread, contents: Mapping[str, StageAnswers]) -> Proposal | None:
        """``None`` where the field itself is not asked any more."""
        try:
            spot = spot_at(contents, thread.address)
        except UnknownAddressError:
            return None
        was, proposed, current = thread.suggestion.was, thread.suggestion.proposed, spot.text
        made = cls._changing(thread, spot.asked, was)
        if not spot.is_there:
            return replace(made, is_gone=True)
        if thread.is_resolved or current == was:
            return made
        if current == proposed:
            return replace(made, is_done=True)
        together = merged(thread.suggestion, spot)
        if together is not None:
            pieces = shortened(changed_words(current, together))
            return replace(made, pieces=pieces, is_merged=True)
        theirs = shortened(changed_words(was, current)) if spot.has_words else ()
        return replace(made, is_conflict=True, theirs=theirs, current=shown(spot.asked, current))

    @classmethod
    def _changing(cls, thread: Thread, asked: Field, was: str) -> Proposal:
        proposed = thread.suggestion.proposed
        if asked.kind in WORDS:
            return cls(thread, asked, shortened(changed_words(was, proposed)))
        return cls(thread, asked, was=shown(asked, was), becomes=shown(asked, proposed))


def shortened(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """``pieces`` with little of what is the same around the changes."""
    last = len(pieces) - 1
    return [
        replace(piece, text=_ends_of(piece.text, head=number > 0, tail=number < last))
        if piece.fate is Fate.KEPT and len(piece.text) > 3 * AROUND
        else piece
        for number, piece in enumerate(pieces)
    ]


def _ends_of(text: str, *, head: bool, tail: bool) -> str:
    return (text[:AROUND] if head else "") + " … " + (text[-AROUND:] if tail else "")
