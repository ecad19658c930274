"""What others changed in a stage: the parts of its page that may look different since a clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from mlsd_app.designs.controls import RowView, slug
from mlsd_app.designs.editing import MARK
from mlsd_app.designs.models import Design, StageAnswers
from mlsd_app.designs.pages import QuestionView, StagePage, has_picture
from mlsd_app.designs.response import SavedFragments
from mlsd_app.designs.saving import Outcome
from mlsd_app.designs.state import state_of
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.fields import Field, Stage


def addresses_since(design: Design, clock: int) -> list[str]:
    """The addresses that changed after ``clock``. One query, if anything did."""
    if clock >= design.clock:
        return []
    stored = StageAnswers.objects.filter(design=design).values_list("versions_json", flat=True)
    return sorted(
        address
        for versions in map(json.loads, stored)
        for address, version in versions.items()
        if version > clock and not address.startswith(MARK)
    )


@dataclass(frozen=True)
class StageChanges(SavedFragments):
    """The fragments of a save that others made. What the page showed before is not known here, so
    it gets all that could differ, and leaves alone what does not.

    ``posted`` says what the page knows: ``clock``, the rows that are ``opened``, and as ``hidden``
    the elements of questions and controls that it does not show.
    """

    @classmethod
    def of(cls, design: Design, stage: Stage, *, clock: int, opened: str, hidden: str) -> Self:
        contents = design.contents()
        state = state_of(contents, design.given_waivers())
        outcome = Outcome(
            design,
            contents,
            design.clock,
            before=state,
            after=state,
            changed=frozenset(_known(design, clock)),
        )
        return cls(outcome, stage, {"clock": str(clock), "opened": opened, "hidden": hidden})

    @cached_property
    def page(self) -> StagePage:
        outcome = self.outcome
        return StagePage(
            outcome.design, outcome.contents, self.stage, outcome.after, open_rows=self._opened
        )

    @property
    def summaries(self) -> Iterator[RowView]:
        whole = {view.table.address.field for view in self.changed_tables if view.table}
        for key, table in self.stage.tables.items():
            if key not in whole:
                yield from self.page.rows(table)

    @property
    def drawn(self) -> list[QuestionView]:
        return self._views(lambda question: has_picture(self.stage, question))

    @property
    def rubric_differs(self) -> bool:
        return True

    @property
    def general_differs(self) -> bool:
        return True

    @cached_property
    def _hidden(self) -> frozenset[str]:
        return frozenset(self.posted["hidden"].split())

    def _shown_before(self, asked: Field) -> bool:
        return f"c-{slug(Address(self.stage.key, asked.key))}" not in self._hidden

    def _is_rewritten(self, asked: Field) -> bool:
        return not asked.is_table and Address(self.stage.key, asked.key) in self.outcome.changed


def _known(design: Design, clock: int) -> Iterator[Address]:
    for name in addresses_since(design, clock):
        try:
            yield Address.parse(name)
        except UnknownAddressError:
            continue  # of a field that is asked no more
