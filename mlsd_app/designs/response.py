"""What a save sends back: the few parts of the page that its outcome changed, nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from mlsd_app.calculators.citing import WORDS
from mlsd_app.designs.controls import Control, RowView, cited_by
from mlsd_app.designs.editing import RemovedRow
from mlsd_app.designs.pages import (
    QuestionView,
    Remarks,
    StagePage,
    asks_about,
    has_picture,
    hints_for,
)
from mlsd_app.designs.panels import Panel, panels_beside, panels_that_differ
from mlsd_app.designs.saving import Outcome
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.designs.waivers import StoredWaiver
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, id_column
from mlsd_app.stages.fields import Field, Question, Stage
from mlsd_app.stages.progress import is_shown

MOST_DIGITS = 20  # of a clock


def naming_column(address: Address) -> str:
    """The column by which rows of the table at ``address`` are referred to."""
    row_type = STAGES[address.stage].fields[address.field].row
    return id_column(row_type) if row_type else ""


@dataclass(frozen=True)
class SavedFragments:
    """The parts of a stage page to replace after a save."""

    outcome: Outcome
    stage: Stage
    posted: Mapping[str, str]
    open_row: str = ""

    @cached_property
    def page(self) -> StagePage:
        added = {address.row for address in self.outcome.added[-1:]}
        return StagePage(
            self.outcome.design,
            self.outcome.contents,
            self.stage,
            self.outcome.after,
            Remarks(
                self.outcome.refused,
                self.outcome.conflicts,
                self.outcome.problems,
                self.outcome.merged,
            ),
            frozenset(added or {self.open_row}),
        )

    @cached_property
    def submitted(self) -> list[Address]:
        """The addresses of this stage that the browser sent, in order."""
        found = []
        for name in self.posted:
            if name.startswith(f"{self.stage.key}."):
                found.append(Address.parse(name))
        return found

    @cached_property
    def changed_tables(self) -> list[QuestionView]:
        """Questions whose table has other rows, or other rows' order, or could not be changed."""
        tables = {address.field for address in self.outcome.changed if self._is_whole(address)}
        tables |= {table.field for table in (*self.outcome.problems, *self.outcome.repeated)}
        return self._views(lambda question: bool(tables.intersection(question.fields)))

    def _views(self, matters: Callable[[Question], bool]) -> list[QuestionView]:
        return [self.page.view(question) for question in self.stage.questions if matters(question)]

    def _is_whole(self, address: Address) -> bool:
        return address.stage == self.stage.key and address.asked.is_table and not address.row

    @property
    def remarks(self) -> Iterator[Control]:
        """The control of each submitted address, for what is said below it."""
        replaced = {control.name for control in self.controls}
        rows = {view.table.address.field for view in self.changed_tables if view.table}
        for address in self.submitted:
            if str(address) in replaced or address.field in rows:
                continue
            table = self.stage.fields[address.field]
            row = self.page.controls.row_named(table, address.row) if address.row else None
            if not address.row:
                yield self.page.controls.of_field(table)
            elif row is not None and row.is_open:
                yield self.page.controls.of_cell(table, row.stored, address.column)
            elif address in self.outcome.refused:
                yield self._of_lost_row(address)
        for address in self.outcome.refused:
            if address.stage != self.stage.key:  # kept by a browser since it was on another page
                yield self._of_lost_row(address)

    def _of_lost_row(self, address: Address) -> Control:
        return Control(
            address,
            address.asked,
            None,
            self.outcome.after.snapshot,
            version=0,
            in_row=True,
            refusal=self.outcome.refused[address],
        )

    @property
    def summaries(self) -> Iterator[RowView]:
        """The summary lines of rows in which a cell changed, or its findings did."""
        whole = {view.table.address.field for view in self.changed_tables if view.table}
        rows = {
            (address.field, address.row)
            for address in (*self.outcome.changed, *self._cells_found_differently())
            if address.row and address.stage == self.stage.key and address.field not in whole
        }
        for table, name in sorted(rows):
            view = self.page.controls.row_named(self.stage.fields[table], name)
            if view is not None:
                yield view

    def _cells_found_differently(self) -> Iterator[Address]:
        for finding in self._findings_that_differ:
            if "/" in finding.address:
                yield Address.parse(finding.address)

    @cached_property
    def _findings_that_differ(self) -> set[Verdict]:
        return set(self.outcome.before.verdicts) ^ set(self.outcome.after.verdicts)

    @property
    def drawn(self) -> list[QuestionView]:
        """Questions whose picture may look different now."""
        changed = {address.field for address in self.outcome.changed}
        return self._views(
            lambda question: (
                has_picture(self.stage, question) and bool(changed.intersection(question.fields))
            )
        )

    @property
    def panels(self) -> list[Panel]:
        """Calculations that come out differently now."""
        if self.is_behind:
            return [
                panel
                for question in self.stage.questions
                for panel in panels_beside(f"{self.stage.key}.{question.key}", self.outcome.after)
            ]
        before, after = self.outcome.before, self.outcome.after
        return panels_that_differ(self.stage, before, after, self.outcome.changed)

    @cached_property
    def is_behind(self) -> bool:
        """Whether somebody else saved since the page that posted was last brought up to date."""
        known = self.posted.get("clock", "")
        is_clock = known.isdecimal() and len(known) < MOST_DIGITS
        return not is_clock or int(known) < self.outcome.clock

    @property
    def _may_reopen_a_stage(self) -> bool:
        """Whether an approval of a stage may hold no longer, or again."""
        return bool(self.outcome.changed) and self.outcome.design.has_reviews

    @property
    def rail_differs(self) -> bool:
        if self.is_behind or self._may_reopen_a_stage:
            return True
        before, after = self.outcome.before, self.outcome.after
        starts = before.snapshot.first_edited.keys() != after.snapshot.first_edited.keys()
        return starts or before.progress != after.progress or bool(self._findings_that_differ)

    @property
    def notes(self) -> list[QuestionView]:
        """Questions beside which other findings stand now."""
        return self._views(
            lambda question: (
                self.is_behind
                or any(
                    asks_about(self.stage, question, finding)
                    for finding in self._findings_that_differ
                )
            )
        )

    @cached_property
    def controls(self) -> list[Control]:
        """Controls that appear, disappear or offer other choices, which nobody is typing in."""
        revealed = {key for view in self.revealed for key in view.question.fields}
        changed = []
        for key, asked in self.stage.fields.items():
            if key in revealed or Address(self.stage.key, key) in self.submitted:
                continue
            if (
                self._appears(asked)
                or self._tables_named_differently.intersection(asked.refs)
                or self._is_rewritten(asked)
            ):
                changed.append(self.page.controls.of_field(asked))
        return [*changed, *self._rewritten_cells()]

    def _is_rewritten(self, asked: Field) -> bool:
        """Whether words that nobody typed in changed with the id of a row which they cite."""
        return asked.kind in WORDS and Address(self.stage.key, asked.key) in self.outcome.changed

    def _rewritten_cells(self) -> Iterator[Control]:
        """Cells of open rows that changed with the id of a row which they name."""
        whole = {view.table.address.field for view in self.changed_tables if view.table}
        for address in sorted(self.outcome.changed - set(self.submitted), key=str):
            if address.stage == self.stage.key and address.row in self._opened:
                table = self.stage.fields[address.field]
                row = self.page.controls.row_named(table, address.row)
                if row is not None and address.column and address.field not in whole:
                    yield self.page.controls.of_cell(table, row.stored, address.column)

    @cached_property
    def _opened(self) -> frozenset[str]:
        """The rows whose form is open in the page that posted."""
        return frozenset({self.open_row, *self.posted.get("opened", "").split()} - {""})

    @property
    def cited(self) -> Iterator[Control]:
        """Controls whose words cite a number that is another now, for what is said below them."""
        said = {control.name for control in (*self.remarks, *self.controls)}
        before = self.outcome.before.snapshot
        for control in self._citing():
            was = cited_by(control.asked, control.value, before)
            differs = self.is_behind or control.cited != was
            if differs and control.is_shown and control.name not in said:
                yield control

    def _citing(self) -> Iterator[Control]:
        """The controls on the page whose words cite something."""
        controls = self.page.controls
        for asked in self.stage.fields.values():
            for row in controls.stored_rows(asked) if asked.is_table else ():
                if row["row"] in self._opened:
                    cells = (controls.of_cell(asked, row, column) for column in asked.columns)
                    yield from (cell for cell in cells if cell.cited)
            if asked.kind in WORDS and (control := controls.of_field(asked)).cited:
                yield control

    @cached_property
    def revealed(self) -> list[QuestionView]:
        """Questions that as a whole appear or disappear."""
        return self._views(self._question_appears)

    def _question_appears(self, question: Question) -> bool:
        fields = [self.stage.fields[key] for key in question.fields]
        if not all(field.when for field in fields):
            return False
        return any(map(self._shown_before, fields)) != any(map(self._shown_now, fields))

    def _appears(self, asked: Field) -> bool:
        return asked.when is not None and self._shown_before(asked) != self._shown_now(asked)

    def _shown_before(self, asked: Field) -> bool:
        return is_shown(asked, self.outcome.before.snapshot, self.stage.key)

    def _shown_now(self, asked: Field) -> bool:
        return is_shown(asked, self.outcome.after.snapshot, self.stage.key)

    @cached_property
    def _tables_named_differently(self) -> set[str]:
        """Tables whose rows, or whose rows' ids, changed: references offer them."""
        return {
            str(address.table)
            for address in self.outcome.changed
            if STAGES[address.stage].fields[address.field].is_table
            and address.column in {"", naming_column(address)}
        }

    @property
    def rubric_differs(self) -> bool:
        return self.page.hints != hints_for(self.stage.key, self.outcome.before)

    @property
    def general_differs(self) -> bool:
        """Whether the header shows something else now."""
        before, after = self.outcome.before.snapshot, self.outcome.after.snapshot
        return (before.general, before.framing.category) != (after.general, after.framing.category)

    @property
    def removed(self) -> RemovedRow | None:
        """The row that was just deleted, to be offered back."""
        return self.outcome.removed[-1] if self.outcome.removed else None

    @property
    def taken_back(self) -> StoredWaiver | None:
        """The waiver that was just taken back, to be offered again."""
        return self.outcome.taken_back
