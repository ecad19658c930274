"""Fields as the page shows them: what stands in a control, what it may be, what is said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from mlsd_app.calculators.citation_syntax import may_cite
from mlsd_app.calculators.citing import WORDS, Citations, Cited
from mlsd_app.checklist import Severity
from mlsd_app.comparison.words import Piece, changed_words
from mlsd_app.designs.editing import Conflict, Merged, Raw, Refusal
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import Answers, Design, id_column, is_empty, referable
from mlsd_app.stages.fields import Depth, Field, Kind, Row
from mlsd_app.stages.progress import is_shown

PILLS_AT_MOST = 7  # more choices than this are shown as a list to open
PILLS_IN_A_THIRD = 24  # characters of labels, with what a pill adds to each
WIDE_KINDS = {Kind.TEXT, Kind.LIST, Kind.CHOICES, Kind.TABLE}


def slug(address: object) -> str:
    """``address`` as an element id: no dots and slashes, which style sheets would need escaped."""
    return str(address).replace("/", "--").replace(".", "-")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Control:
    """One field, or one cell of an open row, ready to be filled in."""

    address: Address
    asked: Field
    value: Any
    design: Design
    version: int
    is_shown: bool = True
    in_row: bool = False
    refusal: Refusal | None = None
    conflict: Conflict | None = None
    merged: Merged | None = None
    findings: Sequence[Verdict] = ()

    @property
    def name(self) -> str:
        return str(self.address)

    @property
    def slug(self) -> str:
        return slug(self.address)

    @property
    def label(self) -> str:
        return self.asked.label

    @property
    def kind(self) -> str:
        """Which control the template draws."""
        kind = self.asked.kind
        if kind is Kind.CHOICE and self.asked.free:
            return "suggest"
        if kind is Kind.CHOICE and (self.asked.refs or len(self.asked.choices) > PILLS_AT_MOST):
            return "select"
        if kind is Kind.CHOICE and self.in_row:
            return "select"
        return kind.value

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole sheet rather than a third of it."""
        if self.in_row:
            return self.asked.kind in {Kind.TEXT, Kind.LIST, Kind.CHOICES}
        if self.kind == "choice":
            return sum(len(label) + 4 for label in self.asked.choices.values()) > PILLS_IN_A_THIRD
        return self.asked.kind in WIDE_KINDS or self.kind == "line"

    @property
    def typed(self) -> Raw:
        """What stands in the control: the refused or conflicting text, or else the answer."""
        if self.refusal is not None:
            return self.refusal.raw
        if self.conflict is not None:
            return self.conflict.mine
        return values.editable(self.asked, self.value)

    @property
    def text(self) -> str:
        """``typed`` as one text; several values stand one a line."""
        typed = self.typed
        return typed if isinstance(typed, str) else "\n".join(typed)

    @property
    def reading(self) -> str:
        """The same quantity in another form that people understand, or nothing."""
        if self.asked.kind is not Kind.QUANTITY or self.value is None or self.refusal:
            return ""
        return values.also(self.asked, self.value)

    @property
    def theirs(self) -> str:
        """The stored answer that a conflicting edit did not replace, for reading."""
        return values.show(self.asked, self.conflict.theirs) if self.conflict else ""

    @property
    def theirs_typed(self) -> str:
        """The stored answer as it would stand in the control."""
        if self.conflict is None:
            return ""
        typed = values.editable(self.asked, self.conflict.theirs)
        return typed if isinstance(typed, str) else "\n".join(typed)

    @property
    def changes(self) -> tuple[tuple[Piece, ...], tuple[Piece, ...]] | None:
        """What the writer of a conflicting edit changed, and what the other did, by words.

        ``None`` when the text that both started from is not known.
        """
        if self.conflict is None or self.conflict.common is None:
            return None
        common = values.with_plain_line_breaks(self.conflict.common)
        mine, theirs = values.with_plain_line_breaks(self.text), self.theirs_typed
        return changed_words(common, mine), changed_words(common, theirs)

    @property
    def merging(self) -> str:
        """What turns the words that were sent into those that are stored, as JSON for the browser.

        Pairs of ``kept``, ``out`` or ``in`` and a piece of text.
        """
        if self.merged is None:
            return ""
        pieces = changed_words(self.merged.sent, self.merged.stored)
        return json.dumps([(piece.fate, piece.text) for piece in pieces], ensure_ascii=False)

    @property
    def takes_citations(self) -> bool:
        """Whether words are written here, which may cite numbers."""
        return self.asked.kind in WORDS

    @property
    def cited(self) -> tuple[Cited, ...]:
        """What the stored words cite, each once, with its value now."""
        return cited_by(self.asked, self.value, self.design)

    @property
    def options(self) -> list[Option]:
        """What may be chosen. A chosen value that no longer exists stays listed, and says so."""
        typed = self.typed
        chosen = {typed} if isinstance(typed, str) else set(typed)
        offered = dict(self.asked.choices) or dict(referable(self.design, self.asked))
        options = [Option(value, label, value in chosen) for value, label in offered.items()]
        for value in sorted(chosen - offered.keys() - {""}):
            label = f"{value} (not in this design)" if self.asked.refs else value
            options.append(Option(value, label, is_chosen=True))
        return options

    @property
    def severity(self) -> str:
        """The worst severity of the findings on exactly this field or cell, or nothing."""
        return worst(self.findings)

    @property
    def is_answered(self) -> bool:
        return not is_empty(self.value)


def cited_by(asked: Field, value: object, design: Design) -> tuple[Cited, ...]:
    """What a stored answer to ``asked`` cites of ``design``; nothing for one that is not words."""
    if asked.kind not in WORDS or value is None:
        return ()
    lines = value if isinstance(value, list) else [str(value)]
    if not any(map(may_cite, lines)):
        return ()
    cite = Citations(design)
    return tuple(dict.fromkeys(one for line in lines for one in cite.in_text(line, asked)))


def worst(findings: Sequence[Verdict]) -> str:
    """The worst severity among ``findings``, or nothing."""
    found = {finding.severity for finding in findings}
    return next((severity.value for severity in Severity if severity in found), "")


@dataclass(frozen=True)
class Cell:
    """A cell of a row's summary line."""

    asked: Field
    text: str
    severity: str

    @property
    def is_number(self) -> bool:
        return self.asked.kind is Kind.QUANTITY


@dataclass(frozen=True)
class RowView:
    """A row of a table: its summary line, and its form while it is open. Built when asked for."""

    address: Address
    table: Field
    stored: Mapping[str, Any]
    source: Controls
    is_open: bool

    @cached_property
    def controls(self) -> Sequence[Control]:
        """A control for every column; none while the row is closed."""
        if not self.is_open:
            return ()
        return [
            self.source.of_cell(self.table, self.stored, column) for column in self.table.columns
        ]

    @property
    def title(self) -> str:
        return str(self.stored.get(id_column(row_type_of(self.table))) or self._untitled)

    @property
    def _untitled(self) -> str:
        return f"New {self.table.row_name}"

    @property
    def cells(self) -> list[Cell]:
        """The summary line, after the column that names the row."""
        return [self._cell(column) for column in summary_columns(self.table)]

    def _cell(self, column: Field) -> Cell:
        found = self.source.findings_at(f"{self.address}.{column.key}")
        return Cell(column, values.show(column, self.stored.get(column.key)), worst(found))

    @property
    def note(self) -> str:
        """What to say when another row of the table has the same id."""
        naming = id_column(row_type_of(self.table))
        name = self.stored.get(naming)
        if naming != "id" or not name:
            return ""
        same = sum(other.get(naming) == name for other in self.source.stored_rows(self.table))
        if same == 1:
            return ""
        return f"{same} rows are called {name}; whatever refers to it cannot tell them apart."

    @property
    def slug(self) -> str:
        return slug(self.address)

    @property
    def core(self) -> list[Control]:
        """What the form shows at once: the summary's columns, and the one that names the row."""
        return [one for one in self.controls if one.asked.depth is Depth.CORE or self._names(one)]

    @property
    def full(self) -> list[Control]:
        """What the form folds away until it is used."""
        return [one for one in self.controls if one not in self.core]

    def _names(self, control: Control) -> bool:
        return control.asked.key == id_column(row_type_of(self.table))

    @property
    def operations(self) -> list[tuple[str, str, str]]:
        """What the buttons of the form do: operation, icon, words."""
        return [
            ("up", "up", "Move up"),
            ("down", "down", "Move down"),
            ("duplicate", "copy", "Duplicate"),
            ("delete", "trash", "Delete"),
        ]

    @property
    def full_is_used(self) -> bool:
        return any(one.is_answered or one.refusal or one.conflict for one in self.full)


@dataclass(frozen=True)
class Controls:
    """Builds the controls of one stage from its answers, and from what a save said of them."""

    stage_key: str
    answers: Answers
    versions: Mapping[str, int]
    design: Design
    findings: Sequence[Verdict]
    refused: Mapping[Address, Refusal] = field(default_factory=dict)
    conflicts: Mapping[Address, Conflict] = field(default_factory=dict)
    merged: Mapping[Address, Merged] = field(default_factory=dict)
    open_rows: frozenset[str] = frozenset()

    def of_field(self, asked: Field) -> Control:
        address = Address(self.stage_key, asked.key)
        return self._with_remarks(
            Control(
                address=address,
                asked=asked,
                value=self.answers.get(asked.key),
                design=self.design,
                version=self.versions.get(str(address), 0),
                is_shown=is_shown(asked, self.design, self.stage_key),
            )
        )

    def of_cell(self, table: Field, cells: Mapping[str, Any], column: str) -> Control:
        address = Address(self.stage_key, table.key, cells["row"], column)
        return self._with_remarks(
            Control(
                address=address,
                asked=table.columns[column],
                value=cells.get(column),
                design=self.design,
                version=self.versions.get(str(address), 0),
                in_row=True,
            )
        )

    def _with_remarks(self, control: Control) -> Control:
        refusal = self.refused.get(control.address)
        conflict = self.conflicts.get(control.address)
        return replace(
            control,
            is_shown=control.is_shown or bool(refusal or conflict),
            refusal=refusal,
            conflict=conflict,
            merged=self.merged.get(control.address),
            findings=self.findings_at(control.name),
        )

    def findings_at(self, address: str) -> Sequence[Verdict]:
        """The findings at exactly this field or cell."""
        return [finding for finding in self.findings if finding.address == address]

    def stored_rows(self, table: Field) -> Sequence[Mapping[str, Any]]:
        stored: Any = self.answers.get(table.key, ())
        return list(stored)

    def rows(self, table: Field) -> list[RowView]:
        return [self._row(table, cells) for cells in self.stored_rows(table)]

    def row_named(self, table: Field, name: str) -> RowView | None:
        """The row called ``name``, or ``None`` when the table has none."""
        found = (cells for cells in self.stored_rows(table) if cells["row"] == name)
        cells = next(found, None)
        return None if cells is None else self._row(table, cells)

    def _row(self, table: Field, cells: Mapping[str, Any]) -> RowView:
        return RowView(
            address=Address(self.stage_key, table.key, cells["row"]),
            table=table,
            stored=cells,
            source=self,
            is_open=cells["row"] in self.open_rows,
        )


def row_type_of(table: Field) -> type[Row]:
    """The type of the rows of ``table``. Raises ``TypeError`` when it is no table."""
    if table.row is None:
        raise TypeError(f"{table.key!r} is not a table.")
    return table.row


def summary_columns(table: Field) -> list[Field]:
    """The columns of a row's summary line, after the one that names it."""
    naming = id_column(row_type_of(table))
    return [
        column
        for key, column in table.columns.items()
        if key != naming and column.depth is Depth.CORE
    ]
