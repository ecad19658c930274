"""What a calculation is: a formula, the numbers that went into it, and what the result is held to.

The arithmetic stays in the functions of this package that the checks use as well; a calculation
collects their inputs and says them, so that a page, a report and a text show one and the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, reduce
from typing import NamedTuple

from mlsd_app.calculators.numbers import Number, finite
from mlsd_app.stages.design import STAGES, Design, table_at
from mlsd_app.stages.fields import Row
from mlsd_app.stages.quantities import THIN
from mlsd_app.stages.units import SECONDS, Unit
from mlsd_app.stages.wording import about, number

AT_MOST, AT_LEAST = "at most", "at least"
NO_ANSWER = "With these numbers the formula has no answer."


class Input(NamedTuple):
    """A number that goes into a formula, in ``unit``; ``None`` while it is not given.

    ``symbol`` is its name in the formula. One that ``is_assumed`` is not given either, but the
    formula has a value for that: one call a request, one batch after the other. A tuple, since a
    save makes hundreds of them.
    """

    symbol: str
    address: str
    value: Number
    unit: Unit
    is_assumed: bool = False

    def __str__(self) -> str:
        """As it stands in the formula with its numbers; by its name while it is missing."""
        if self.value is None:
            return self.symbol
        if self.unit == SECONDS:  # never in hours or days: the formula counts them
            return f"{number(self.value)}{THIN}{SECONDS.symbol}"
        return number(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a result is held against, in the unit of the result: "at most 100 ms, latency limit".

    ``is_met`` is ``None`` until both are known. ``check`` names the check that makes the same
    comparison; it is empty where none does.
    """

    label: str
    relation: str
    value: Number
    address: str
    is_met: bool | None
    check: str = ""


@dataclass(frozen=True, slots=True)
class Worked:
    """One result. ``row`` names the row it belongs to, where there is one for each of a table.

    ``value`` is ``None`` while an input is missing, or where the numbers have no answer; then
    ``note`` says why, as it does where nothing went in. ``missing`` are the addresses to fill in
    first; a sum that can do without some of its parts has a value, and lists them all the same.
    ``formula`` names its inputs as ``{symbol}``; what has no such form is said ``in_numbers``.
    """

    value: Number
    inputs: tuple[Input, ...] = ()
    formula: str = ""
    in_numbers: str = ""
    missing: tuple[str, ...] = ()
    limit: Limit | None = None
    row: str = ""
    note: str = ""

    @property
    def filled(self) -> str:
        """The formula with its numbers; put together only where it is shown."""
        return filled(self.formula, *self.inputs) if self.formula else self.in_numbers


@dataclass(frozen=True, slots=True)
class Calculation:
    """A formula by name: where it stands, what it reads, and how it is worked out for a design.

    ``beside`` is the question it belongs to. ``into`` is what its result may be copied to: the
    address of a field, or the key of a column where ``table`` says that it has a result a row.
    ``digits`` are the significant ones of a result.
    """

    name: str
    title: str
    unit: Unit
    formula: str
    source: str
    beside: str
    reads: tuple[str, ...]
    work: Callable[[Design], Iterator[Worked]] = field(repr=False)
    into: str = ""
    table: str = ""
    digits: int = 4

    def of(self, design: Design) -> tuple[Worked, ...]:
        """The result, or one for each row that it applies to; never raises."""
        return tuple(self.work(design))

    def shown(self, value: float) -> str:
        """A result, or its limit, as people read it: 6944/s, 95 ms, 109."""
        return about(value, self.unit, self.digits)


def stated(symbol: str, address: str, design: Design, *, otherwise: Number = None) -> Input:
    """The number at ``stage.field``; ``otherwise`` is what the formula assumes without it."""
    stage_key, _, field_key = address.partition(".")
    value = reduce(getattr, field_key.split("."), getattr(design, stage_key))
    return _input(symbol, address, value, STAGES[stage_key].fields[field_key].unit, otherwise)


def cell(symbol: str, row: Row, column: str, *, otherwise: Number = None) -> Input:
    """The number in one cell of ``row``."""
    return _input(symbol, row.at(column), getattr(row, column), _unit(row.TABLE, column), otherwise)


@cache
def _unit(table: str, column: str) -> Unit:
    return table_at(table).columns[column].unit


def _input(
    symbol: str, address: str, value: float | int | None, unit: Unit, otherwise: Number
) -> Input:
    if (known := finite(value)) is None:
        return Input(symbol, address, otherwise, unit, is_assumed=otherwise is not None)
    # What was typed is said as it was typed: an int has no digits that a float would not show.
    return Input(symbol, address, value if isinstance(value, int) else known, unit)


def in_words(formula: str) -> str:
    """``formula`` with its ``{symbols}`` as words."""
    return formula.replace("{", "").replace("}", "")


def filled(formula: str, *inputs: Input) -> str:
    """``formula`` with each ``{symbol}`` replaced by its number, or by its name while missing."""
    return formula.format_map({given.symbol: str(given) for given in inputs})


def missing(*inputs: Input) -> tuple[str, ...]:
    """The addresses of the inputs that are not given, each once."""
    return tuple(dict.fromkeys(given.address for given in inputs if given.value is None))


def result(
    value: Number, formula: str, *inputs: Input, limit: Limit | None = None, row: str = ""
) -> Worked:
    """``value`` with the ``inputs`` of ``formula``, and what is missing when there is none."""
    needed = missing(*inputs)
    note = NO_ANSWER if value is None and not needed else ""
    return Worked(value, inputs, formula, missing=needed, limit=limit, row=row, note=note)
