"""The page on which another answer is written: the range that was meant, or the whole answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self
from uuid import uuid4

from django.http import QueryDict

from mlsd_app.designs.controls import Control, slug
from mlsd_app.designs.editing import Refusal
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.review.models import Thread
from mlsd_app.review.proposals import Spot, merged, range_in, raw, spot_at
from mlsd_app.review.threads import Selected
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES, id_column
from mlsd_app.stages.reading import place_name

PROPOSED = "proposed"  # what the control is called in the form


@dataclass(frozen=True)
class SuggestPage:
    """A control that holds what is proposed, and what it is held against.

    ``within`` is the part of ``was`` that the control stands for; the whole where it is ``None``.
    """

    page: StagePage
    spot: Spot
    control: Control
    was: str
    selected: Selected | None = None
    within: tuple[int, int] | None = None
    why: str = ""
    token: str = ""
    problem: str = ""

    @classmethod
    def of(cls, design: Design, address: str, selected: Selected | None = None) -> Self:
        """The answer as it stands. Raises ``UnknownAddressError`` for what is no answer."""
        stage = STAGES.get(address.partition(".")[0])
        if stage is None:
            raise UnknownAddressError(f"No stage has a field called {address[:200]!r}.")
        page = StagePage.of(design, stage)
        spot = spot_at(page.contents, address)
        if not spot.is_there:
            raise UnknownAddressError(f"{address[:200]!r} is a row that was deleted.")
        within = range_in(spot, selected)
        control, token = _control(page, spot), str(uuid4())
        made = cls(page, spot, control, spot.text, selected, within, token=token)
        return made.typed(spot.text[slice(*within)]) if within else made

    @classmethod
    def for_thread(cls, design: Design, thread: Thread) -> Self:
        """What was suggested in ``thread``, put together with what changed elsewhere since."""
        made = cls.of(design, thread.address)
        together = merged(thread.suggestion, made.spot)
        return made.typed(thread.suggestion.proposed if together is None else together)

    @property
    def place(self) -> str:
        return place_name(str(self.spot.address), self.page.state.snapshot)

    @property
    def reading_place(self) -> str:
        """The element of the read view at which the answer stands."""
        question = self.spot.address.definition.question_of(self.spot.address.field)
        return f"a-{slug(f'{self.spot.address.stage}.{question.key}')}"

    @property
    def quote(self) -> str:
        """The words that were selected, where their place in what is written is not certain."""
        return "" if self.selected is None or self.within else self.selected.quote.exact

    def whole(self, post: QueryDict) -> str:
        """The whole answer as a form proposes it."""
        given = post.getlist(PROPOSED)
        text = "\n".join(one for one in given if one) if self.spot.asked.is_many else ""
        text = values.with_plain_line_breaks(text or (given[-1] if given else ""))
        within = _within(post)
        if within is None:
            return text
        was = values.with_plain_line_breaks(post.get("was", ""))
        return was[: within[0]] + text + was[within[1] :]

    def typed(self, text: str, problem: str = "") -> Self:
        """With ``text`` in the control, and why it was not stored."""
        held = Refusal(raw(self.spot.asked, text), problem)
        return replace(self, control=replace(self.control, refusal=held), problem=problem)

    def opened(self, given: QueryDict) -> Self:
        """With what was written as a comment before it became a suggestion."""
        return replace(self, why=given.get("body", ""))

    def in_conflict(self, ours: str) -> Self:
        """With what was to be stored, against the answer as it stands now."""
        return self.typed(ours)

    def refused(self, post: QueryDict, problem: str) -> Self:
        """All that was written, and why it was not stored."""
        within = _within(post)
        given = post.getlist(PROPOSED)
        kept = replace(
            self,
            within=within,
            was=values.with_plain_line_breaks(post.get("was", self.was)),
            why=post.get("why", ""),
            token=post.get("token", self.token),
        )
        return kept.typed((given[-1] if given else "") if within else self.whole(post), problem)


def _within(post: QueryDict) -> tuple[int, int] | None:
    """The range of the answer that a form stands for; ``None`` for all of it."""
    start, end = (post.get(name, "") for name in ("from", "to"))
    if not all(one.isascii() and one.isdecimal() and len(one) < 8 for one in (start, end)):
        return None
    return (int(start), int(end)) if int(start) <= int(end) else None


def _control(page: StagePage, spot: Spot) -> Control:
    place = spot.address
    field = place.definition.fields[place.field]
    if not place.row:
        control = page.controls.of_field(field)
    else:
        rows = page.controls.stored_rows(field)
        cells = next(one for one in rows if one["row"] == place.row)
        control = page.controls.of_cell(field, cells, place.column)
    return replace(control, is_shown=True, findings=())


def places_of(design: Design, address: str) -> tuple[StagePage, Sequence[tuple[str, str, str]]]:
    """The answers in a stage, the rows of a table or the cells of a row: address, name, answer."""
    stage = STAGES.get(address.partition(".")[0])
    page = StagePage.of(design, stage or STAGES["general"])
    if stage is None:
        return page, [] if address else [(key, one.title, "") for key, one in STAGES.items()]
    answers = page.contents[stage.key].answers
    if address == stage.key:
        asked = stage.fields.items()
        return page, [
            (f"{stage.key}.{key}", one.label, values.show(one, answers.get(key)))
            for key, one in asked
        ]
    try:
        place = Address.parse(address)
    except UnknownAddressError:
        return page, []
    return page, _in_table(place, page)


def _in_table(place: Address, page: StagePage) -> Sequence[tuple[str, str, str]]:
    field = place.table.asked
    if field.row is None:
        return []
    rows = page.controls.stored_rows(field)
    if not place.row:
        naming = id_column(field.row)
        return [
            (f"{place}/{one['row']}", str(one.get(naming) or f"A {field.row_name}"), "")
            for one in rows
        ]
    cells = next((one for one in rows if one["row"] == place.row), None)
    if cells is None:
        return []
    table = place.table
    return [
        (f"{table}/{place.row}.{key}", column.label, values.show(column, cells.get(key)))
        for key, column in field.columns.items()
    ]
