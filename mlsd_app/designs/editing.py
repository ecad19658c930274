"""How edits change answers: only what was submitted, each address on its own.

An edit says what clock its page was based on, and of words also which text its writer started
from. If its address has changed since, both changes of the words are merged where they do not
touch. Elsewhere the stored answer stays, and both texts are handed back in a ``Conflict``. Nothing
here touches the database.
"""

from __future__ import annotations

import copy
import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import uuid4

from mlsd_app.calculators.citing import WORDS, renamed
from mlsd_app.comparison.merging import merge
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, Value, id_column
from mlsd_app.stages.fields import Field

Raw = str | Sequence[str]
MARK = "#"  # before the token of an edit, among the versions of addresses
TOKENS_KEPT = 50  # of one stage
MUCH = 10  # words; what takes out so many is undone by a revision, not by memory
RowCells = dict[str, Any]  # a row as stored: its name under "row", and its cells


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody changed the same address since the page was loaded. ``mine`` was not stored.

    ``common`` is the text that both started from, where it is known.
    """

    mine: Raw
    theirs: Value | None
    version: int
    common: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """Words as they were sent, and as they are stored now, with what others changed in them."""

    sent: str
    stored: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that could not be understood; ``raw`` is what was typed."""

    raw: Raw
    message: str

    @property
    def typed(self) -> str:
        """What was typed, of several values one a line."""
        return _typed(self.raw)


@dataclass(frozen=True, slots=True)
class RemovedRow:
    """A row taken out of a table, and where it stood."""

    table: Address
    cells: RowCells
    position: int

    @property
    def name(self) -> str:
        """Its permanent name, as in addresses."""
        return str(self.cells["row"])

    @property
    def title(self) -> str:
        """What people call it."""
        row_type = self.table.asked.row
        shown = row_type and self.cells.get(id_column(row_type))
        return str(shown or f"A {self.table.asked.row_name}")


V = TypeVar("V")


class OnDemand(dict[str, V]):
    """Reads what stands under a stage when it is first asked for."""

    def __init__(self, read: Callable[[str], V]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, stage: str) -> V:
        self[stage] = self._read(stage)
        return self[stage]


@dataclass
class Draft:
    """The answers being edited, in place, and what happened to them so far."""

    answers: dict[str, dict[str, Any]]
    versions: dict[str, dict[str, int]]
    clock: int  # of the save that is being made
    changed: set[Address] = field(default_factory=set)
    refused: dict[Address, Refusal] = field(default_factory=dict)
    conflicts: dict[Address, Conflict] = field(default_factory=dict)
    merged: dict[Address, Merged] = field(default_factory=dict)
    overwrites: bool = False  # what somebody else wrote, knowingly
    taken_out: int = -1  # when the newest of what a row or a text lost at once was written
    repeated: set[Address] = field(default_factory=set)  # tables of requests that came again
    removed: list[RemovedRow] = field(default_factory=list)
    added: list[Address] = field(default_factory=list)
    problems: dict[Address, list[str]] = field(default_factory=dict)  # by table

    def rows(self, table: Address) -> list[RowCells]:
        """The rows of ``table`` as stored, to be changed in place."""
        rows: list[RowCells] = self.answers[table.stage].setdefault(table.field, [])
        return rows

    def row(self, address: Address) -> RowCells | None:
        return next(
            (r for r in self.rows(address.table) if r["row"] == address.row),
            None,
        )

    def get(self, address: Address) -> Value | None:
        if not address.row:
            return self.answers[address.stage].get(address.field)
        row = self.row(address)
        return None if row is None else row.get(address.column)

    def put(self, address: Address, value: Value | None) -> None:
        """Store ``value`` at a field or a cell that exists; ``None`` clears it."""
        holder = self.answers[address.stage]
        key = address.field
        if address.row:
            found = self.row(address)
            if found is None:
                return
            holder, key = found, address.column
        if value is None:
            holder.pop(key, None)
        else:
            holder[key] = value
        self.touch(address)

    def touch(self, address: Address) -> None:
        self.changed.add(address)
        self.versions[address.stage][str(address)] = self.clock

    def take_out(self, *addresses: Address) -> None:
        """Note that what stands there goes, so that the state before can be kept."""
        self.taken_out = max(self.taken_out, *map(self.version, addresses))

    def remember(self, address: Address, token: str) -> None:
        """Know the edit of ``address`` in the request ``token`` when it comes again.

        Each address has its own: of a request that was stored in part, the rest is still new.
        """
        if not token:
            return
        versions = self.versions[address.stage]
        versions[_mark(address, token)] = self.clock
        known = sorted((key for key in versions if key.startswith(MARK)), key=versions.__getitem__)
        for key in known[:-TOKENS_KEPT]:
            del versions[key]

    def knows(self, address: Address, token: str) -> bool:
        return bool(token) and _mark(address, token) in self.versions[address.stage]

    def problem(self, table: Address, message: str) -> None:
        """Say why something could not be done to a table."""
        self.problems.setdefault(table, []).append(message)

    def result(self, stage: str) -> dict[str, Any]:
        """The answers of ``stage`` as they are to be stored: without tables that became empty."""
        return {key: value for key, value in self.answers[stage].items() if value != []}

    def version(self, address: Address) -> int:
        return self.versions[address.stage].get(str(address), 0)


def _mark(address: Address, token: str) -> str:
    return f"{MARK}{token}:{address}"


class Edit(Protocol):
    def apply(self, draft: Draft) -> None: ...


@dataclass(frozen=True, slots=True)
class Once:
    """An edit of the rows of ``table``, made once, however often its request comes."""

    edit: Edit
    table: Address
    token: str

    def apply(self, draft: Draft) -> None:
        if draft.knows(self.table, self.token):
            draft.repeated.add(self.table)
            return
        self.edit.apply(draft)
        if self.table in draft.changed:
            draft.remember(self.table, self.token)


@dataclass(frozen=True, slots=True)
class SetValue:
    """Another value at one address; ``base`` is the clock the writer's page was based on. One that
    the design has not come to, as after a backup was put back, says nothing of what they have seen.

    ``was`` is the text the writer started from, where words are written and it is known. An edit
    that ``settles`` a conflict replaces what the writer was shown of somebody else. The same
    ``token`` twice is one edit, sent again because its answer was lost.
    """

    address: Address
    raw: Raw
    base: int
    was: str | None = None
    settles: bool = False
    token: str = ""

    def apply(self, draft: Draft) -> None:
        asked = self.address.asked
        if self.address.row and draft.row(self.address) is None:
            message = (
                "This row was deleted in another window, so the change could not be stored. "
                "Put the row back, then enter it again."
            )
            draft.refused[self.address] = Refusal(self.raw, message)
            return
        try:
            value = values.clean(asked, self.raw)
        except values.ValueRefusedError as error:
            draft.refused[self.address] = Refusal(self.raw, str(error))
            return
        current = draft.get(self.address)
        if value == current:
            return
        is_there = self.was is not None and draft.knows(self.address, self.token)
        if is_there or self._is_stale(draft, current):
            merged = current if is_there else self._merged(value, current)
            if merged is None:
                version = draft.version(self.address)
                draft.conflicts[self.address] = Conflict(self.raw, current, version, self.was)
                return
            stored = str(values.editable(asked, merged))
            draft.merged[self.address] = Merged(_typed(self.raw), stored)
            if merged == current:
                return
            value = merged
        if _words_out(current, value) >= MUCH:
            draft.take_out(self.address)
        draft.put(self.address, value)
        draft.remember(self.address, self.token)
        draft.overwrites |= self.settles
        if self.address.column and isinstance(current, str):
            self._follow_rename(draft, current, str(value or ""))

    def _is_stale(self, draft: Draft, current: Value | None) -> bool:
        """Whether the stored answer is not the one the writer started from."""
        if self.was is None:
            return not draft.version(self.address) <= self.base < draft.clock
        return self._words(self.was) != values.editable(self.address.asked, current)

    def _merged(self, value: Value | None, current: Value | None) -> Value | None:
        """The value with what changed in the stored one; ``None`` when both touch the same."""
        if self.was is None:
            return None
        asked = self.address.asked
        mine, theirs = (str(values.editable(asked, one)) for one in (value, current))
        was = self._words(self.was)
        merged = merge(was, mine, theirs)
        try:
            return None if merged is None else values.clean(asked, merged)
        except values.ValueRefusedError:  # each fits, both together do not
            return None

    def _words(self, raw: str) -> str:
        """``raw`` as it would stand in the control, had it been stored."""
        asked = self.address.asked
        try:
            return str(values.editable(asked, values.clean(asked, raw)))
        except values.ValueRefusedError:
            return raw

    def _follow_rename(self, draft: Draft, old: str, new: str) -> None:
        """Where rows are referred to by the id that just changed, write the new one."""
        table = STAGES[self.address.stage].fields[self.address.field]
        if table.row is None or self.address.column != id_column(table.row) or not new:
            return
        still_used = any(
            row.get(self.address.column) == old for row in draft.rows(self.address.table)
        )
        if not still_used:
            rename_references(draft, str(self.address.table), old, new)
            rename_citations(draft, str(self.address.table), old, new)


def _words_out(before: Value | None, after: Value | None) -> int:
    """How many words of an answer are gone, wherever the others stand now."""
    return sum((Counter(_split(before)) - Counter(_split(after))).values())


def _split(value: Value | None) -> list[str]:
    lines = value if isinstance(value, list) else [value]
    return [word for line in lines if isinstance(line, str) for word in line.split()]


def _typed(raw: Raw) -> str:
    text = raw if isinstance(raw, str) else "\n".join(raw)
    return values.with_plain_line_breaks(text)


def rename_references(draft: Draft, table: str, old: str, new: str) -> None:
    """Replace the id ``old`` of a row of ``table`` wherever a reference names it."""
    for address, asked in _references_to(draft, table):
        value = draft.get(address)
        if asked.is_many and isinstance(value, list) and old in value:
            draft.put(address, [new if one == old else str(one) for one in value])
        elif value == old:
            draft.put(address, new)


def rename_citations(draft: Draft, table: str, old: str, new: str) -> None:
    """Write ``new`` wherever a text cites a number of the row ``old`` of ``table``."""
    for address, asked in _words(draft):
        value = draft.get(address)
        if isinstance(value, str):
            followed: Value = renamed(value, asked, table, old, new)
        elif isinstance(value, list):
            followed = [renamed(str(line), asked, table, old, new) for line in value]
        else:
            continue
        if followed != value:
            draft.put(address, followed)


def _words(draft: Draft) -> Iterator[tuple[Address, Field]]:
    """Every field and every cell of a row where people write words."""
    for stage in STAGES.values():
        for key, asked in stage.fields.items():
            place = Address(stage.key, key)
            if asked.kind in WORDS:
                yield place, asked
            columns = [column for column in asked.columns.values() if column.kind in WORDS]
            for row in draft.rows(place) if columns else ():
                for column in columns:
                    yield Address(stage.key, key, row["row"], column.key), column


def _references_to(draft: Draft, table: str) -> Iterator[tuple[Address, Field]]:
    for stage in STAGES.values():
        for key, asked in stage.fields.items():
            place = Address(stage.key, key)
            if table in asked.refs:
                yield place, asked
            for column, cell in asked.columns.items():
                if table in cell.refs:
                    for row in draft.rows(place):
                        yield Address(stage.key, key, row["row"], column), cell


@dataclass(frozen=True, slots=True)
class AddRow:
    """A new row at the end of a table, empty or with cells that were cleaned before."""

    table: Address
    row: str = field(default_factory=lambda: str(uuid4()))
    cells: Mapping[str, Value] = field(default_factory=dict)

    def apply(self, draft: Draft) -> None:
        rows = draft.rows(self.table)
        if any(row["row"] == self.row for row in rows):
            return  # the same request again
        if len(rows) >= values.ROW_LIMIT:
            draft.problem(
                self.table,
                f"The table has {len(rows)} rows, the most it can hold. Delete rows that are no "
                "longer needed first.",
            )
            return
        rows.append({"row": self.row, **self.cells})
        made = Address(self.table.stage, self.table.field, self.row)
        draft.added.append(made)
        draft.touch(made)
        draft.touch(self.table)


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """A copy of a row right below it, under an id of its own."""

    address: Address
    copy_name: str = field(default_factory=lambda: str(uuid4()))

    def apply(self, draft: Draft) -> None:
        original = draft.row(self.address)
        table = self.address.table
        row_type = table.asked.row
        if original is None or row_type is None:
            gone = "The row to copy was deleted in another window. Nothing was added."
            draft.problem(table, gone)
            return
        before = len(draft.added)
        AddRow(table, self.copy_name).apply(draft)
        if len(draft.added) == before:
            return
        rows = draft.rows(table)
        made = rows.pop()
        made.update({**copy.deepcopy(original), "row": self.copy_name})
        naming = id_column(row_type)
        if name := original.get(naming):
            made[naming] = _free_name(str(name), {str(row.get(naming)) for row in rows})
        rows.insert(rows.index(original) + 1, made)


def _free_name(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A row ``by`` places up (negative) or down; it stops at the ends."""

    address: Address
    by: int

    def apply(self, draft: Draft) -> None:
        rows = draft.rows(self.address.table)
        row = draft.row(self.address)
        if row is None:
            gone = "The row was deleted in another window, so it could not be moved."
            draft.problem(self.address.table, gone)
            return
        here = rows.index(row)
        there = min(max(here + self.by, 0), len(rows) - 1)
        if here != there:
            rows.insert(there, rows.pop(here))
            draft.touch(self.address.table)


@dataclass(frozen=True, slots=True)
class DeleteRow:
    """A row out of its table; the draft keeps it so that it can be put back."""

    address: Address

    def apply(self, draft: Draft) -> None:
        rows = draft.rows(self.address.table)
        row = draft.row(self.address)
        if row is None:
            return
        draft.removed.append(RemovedRow(self.address.table, row, rows.index(row)))
        cells = (dataclasses.replace(self.address, column=column) for column in row)
        draft.take_out(self.address, *cells)
        rows.remove(row)
        draft.touch(self.address.table)


@dataclass(frozen=True, slots=True)
class PutBackRow:
    """A deleted row into its table again, where it stood."""

    removed: RemovedRow

    def apply(self, draft: Draft) -> None:
        table = self.removed.table
        name = self.removed.cells["row"]
        before = len(draft.added)
        AddRow(table, name).apply(draft)
        if len(draft.added) > before:
            rows = draft.rows(table)
            rows.pop()
            rows.insert(self.removed.position, dict(self.removed.cells))


@dataclass(frozen=True, slots=True)
class PasteRows:
    """Rows from a spreadsheet at the end of a table. Nothing is added while a cell is refused."""

    table: Address
    text: str

    def apply(self, draft: Draft) -> None:
        pasted = values.read_paste(self.table.asked, self.text)
        if pasted.errors:
            for error in pasted.errors:
                place = ", ".join(
                    filter(None, (f"Line {error.row}" * (error.row > 0), error.column))
                )
                draft.problem(self.table, f"{place}: {error.message}" if place else error.message)
            draft.problem(self.table, "Nothing was added. Correct these cells and add them again.")
            return
        room = values.ROW_LIMIT - len(draft.rows(self.table))
        if len(pasted.rows) > room:
            draft.problem(
                self.table,
                f"{len(pasted.rows)} rows were pasted and {room} still fit: a table holds at most "
                f"{values.ROW_LIMIT}. Nothing was added.",
            )
            return
        for cells in pasted.rows:
            AddRow(self.table, cells=cells).apply(draft)
