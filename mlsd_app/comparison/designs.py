"""What changed between two states of a design, by field, row and cell."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from mlsd_app.comparison.amounts import difference
from mlsd_app.comparison.words import Piece, changed_words
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES, AllAnswers, id_column
from mlsd_app.stages.fields import Field, Kind, Stage

Cells = Mapping[str, Any]  # a stored row: its name under "row", and its cells by column


class Sort(StrEnum):
    """What happened at an address."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"  # a row that stands elsewhere among the rows that both states have


@dataclass(frozen=True)
class Change:
    """What happened at one address. ``before`` and ``after`` are stored values, or whole rows.

    ``row`` is what people call the row, now or before it went.
    """

    sort: Sort
    address: Address
    before: Any = None
    after: Any = None
    row: str = ""

    @property
    def asked(self) -> Field:
        return self.address.asked

    @property
    def is_row(self) -> bool:
        return bool(self.address.row) and not self.address.column

    @property
    def shown_before(self) -> str:
        return "" if self.is_row else values.show(self.asked, self.before)

    @property
    def shown_after(self) -> str:
        return "" if self.is_row else values.show(self.asked, self.after)

    @cached_property
    def words(self) -> tuple[Piece, ...]:
        """A changed text by words; empty for everything that is not a text."""
        if self.is_row or self.asked.kind not in {Kind.TEXT, Kind.LINE, Kind.LIST}:
            return ()
        return changed_words(_as_text(self.before), _as_text(self.after))

    @property
    def by_how_much(self) -> str:
        """How much a number changed, as people say it: ``33 % less``."""
        if self.is_row or self.asked.kind is not Kind.QUANTITY or self.sort is not Sort.CHANGED:
            return ""
        return difference(self.asked, self.before, self.after)

    @property
    def place(self) -> str:
        """The address where it can be seen now: of the table, when its row is gone."""
        is_gone = self.is_row and self.sort is Sort.REMOVED
        return str(self.address.table if is_gone else self.address)

    @property
    def cells(self) -> Iterator[tuple[Field, str]]:
        """The filled cells of a row that was added or removed, as shown."""
        stored: Cells = self.after or self.before or {}
        if self.is_row:
            for key, column in self.asked.columns.items():
                if shown := values.show(column, stored.get(key)):
                    yield column, shown

    def concerns(self, address: str) -> bool:
        """Whether it touches what stands at ``address``: the same answer, or a part of it. At a
        stage everything in it does, and at ``""``, the whole design, everything.
        """
        changed = self.address
        try:
            place = Address.parse(address)
        except UnknownAddressError:
            return address in ("", changed.stage)
        return (
            changed.table == place.table
            and place.row in ("", changed.row)
            and (not changed.column or place.column in ("", changed.column))
        )


@dataclass(frozen=True)
class StageChanges:
    """What changed in one stage, in the order of the form."""

    stage: Stage
    changes: Sequence[Change]


def compare(before: AllAnswers, after: AllAnswers) -> tuple[StageChanges, ...]:
    """Every change from ``before`` to ``after``, by stage; stages without any are left out.

    Rows are matched by their permanent names, and told apart as moved where only their order
    changed.
    """
    compared = (
        StageChanges(stage, tuple(_in_stage(stage, before.get(key, {}), after.get(key, {}))))
        for key, stage in STAGES.items()
    )
    return tuple(one for one in compared if one.changes)


def changes_at(address: str, compared: Iterable[StageChanges]) -> list[Change]:
    """Those of ``compared`` that concern ``address``."""
    return [change for stage in compared for change in stage.changes if change.concerns(address)]


def _in_stage(
    stage: Stage, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    for key, asked in stage.fields.items():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        address = Address(stage.key, key)
        if asked.is_table:
            yield from _in_table(address, asked, old or [], new or [])
        else:
            yield Change(_sort(old, new), address, old, new)


def _in_table(
    table: Address, asked: Field, before: Sequence[Cells], after: Sequence[Cells]
) -> Iterator[Change]:
    old = {str(row["row"]): row for row in before}
    new = {str(row["row"]): row for row in after}
    moved = _moved([name for name in old if name in new], [name for name in new if name in old])
    for name, row in new.items():
        place, called = Address(table.stage, table.field, name), _called(asked, row)
        if name not in old:
            yield Change(Sort.ADDED, place, None, row, called)
            continue
        if name in moved:
            yield Change(Sort.MOVED, place, old[name], row, called)
        for key in asked.columns:
            was, now = old[name].get(key), row.get(key)
            if was != now:
                cell = Address(table.stage, table.field, name, key)
                yield Change(_sort(was, now), cell, was, now, called)
    for name, row in old.items():
        if name not in new:
            place = Address(table.stage, table.field, name)
            yield Change(Sort.REMOVED, place, row, None, _called(asked, row))


def _sort(before: object, after: object) -> Sort:
    if before in (None, "", [], ()):
        return Sort.ADDED
    return Sort.REMOVED if after in (None, "", [], ()) else Sort.CHANGED


def _called(asked: Field, row: Cells) -> str:
    return str(row.get(id_column(asked.row), "")) if asked.row else ""


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The fewest names that have to move to get from one order to the other.

    The others are a longest increasing subsequence of the old places.
    """
    place = {name: number for number, name in enumerate(before)}
    ends: list[int] = []  # the smallest last place of a run of each length
    tails: list[int] = []  # where in `after` that run ends
    previous: list[int] = []
    for number, name in enumerate(after):
        length = bisect_left(ends, place[name])
        previous.append(tails[length - 1] if length else -1)
        ends[length : length + 1] = [place[name]]
        tails[length : length + 1] = [number]
    stays = set()
    number = tails[-1] if tails else -1
    while number >= 0:
        stays.add(after[number])
        number = previous[number]
    return set(after) - stays


def _as_text(value: Any) -> str:  # Any: a stored text or list
    return "\n".join(value) if isinstance(value, list) else str(value or "")
