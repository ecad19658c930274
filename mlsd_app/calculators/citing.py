"""Numbers of a design by name, as texts cite them: ``[[serving.path_p99]]`` is shown as 95 ms.

A name is a calculation, or the address of a quantity, with the id of a row as people see it:
``serving.replicas_needed/ranker``, ``framing.peak_qps``, ``serving.components/ranker.p99_ms``.
Names stand for numbers and calculations read numbers only, so no text can cite itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from operator import attrgetter, is_
from typing import Any, TypeVar

from mlsd_app.calculators.calculations import CALCULATIONS, Calculation, Worked
from mlsd_app.calculators.citation_syntax import (
    can_be_cited,
    folded,
    may_cite,
    names,
    replaced,
    written,
)
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, Design, id_column, row_id
from mlsd_app.stages.fields import Field, Kind, Row
from mlsd_app.stages.values import unit_of
from mlsd_app.stages.wording import number

NEAR = 0.6  # of difflib's ratio, from which a name counts as what was meant
WORDS = frozenset({Kind.TEXT, Kind.LINE, Kind.LIST})  # what people write numbers into

AnyAnswers = TypeVar("AnyAnswers")


@dataclass(frozen=True, slots=True)
class Cited:
    """What a name stands for now.

    ``value`` is the number with its unit, empty while it is not known; then ``needs`` are the
    addresses to fill in first, or ``note`` says why it has none. ``title`` is empty for a name
    that is not known at all.
    """

    name: str
    title: str = ""
    value: str = ""
    needs: tuple[str, ...] = ()
    note: str = ""

    @property
    def state(self) -> str:
        """Nothing when all is well, else ``missing`` or ``unknown``."""
        if not self.title:
            return "unknown"
        return "" if self.value else "missing"

    @property
    def shown(self) -> str:
        """What stands in the text in place of the name."""
        if not self.title:
            return written(self.name)
        return self.value or f"{self.title} (not known yet)"

    @property
    def about(self) -> str:
        """What a reader may ask of it: its title, or what it waits for."""
        if not self.title:
            return "No number of this design has this name"
        if self.value:
            return self.title
        if self.needs:
            return f"Needs {', '.join(_in_words(address) for address in self.needs)}"
        return self.note or "Not known yet"


class Citations:
    """The numbers of one design by name; nothing is computed before it is asked for."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._cited: dict[str, Cited] = {}
        self._rows: dict[str, dict[str, Row]] = {}
        self._worked: dict[str, dict[str, Worked]] = {}

    def __call__(self, name: str) -> Cited:
        """What ``name`` stands for; never raises, whatever somebody wrote."""
        name = folded(name)
        if name not in self._cited:
            self._cited[name] = self._resolved(name) or Cited(name)
        return self._cited[name]

    def knows(self, name: str) -> bool:
        """Whether ``name`` is a number of the design, given or not; computes nothing."""
        base, _, rest = folded(name).partition("/")
        if not rest:
            known = CALCULATIONS.get(base)
            return known.table == "" if known else base in QUANTITIES
        if calculation := CALCULATIONS.get(base):
            return bool(calculation.table) and rest in self._rows_of(calculation.table)
        row, _, column = rest.rpartition(".")
        return column in COLUMNS.get(base, {}) and row in self._rows_of(base)

    def nearest(self, name: str) -> str:
        """The name that was probably meant, or nothing."""
        typed, _, rest = folded(name).partition("/")
        base = _near(typed, BASES, stage=typed.partition(".")[0])
        if not base or base in SINGLE:
            return base
        if calculation := CALCULATIONS.get(base):
            row, column = self._near_row(rest, calculation.table), ""
        else:
            called, _, key = rest.rpartition(".")
            row, column = self._near_row(called or rest, base), _near(key, COLUMNS[base])
            if not column:
                return ""
        return f"{base}/{row}.{column}".removesuffix(".") if row else ""

    def _near_row(self, called: str, table: str) -> str:
        """The row that was probably meant; for an example the first one, where none was named."""
        rows = self._rows_of(table)
        return _near(called, rows) if called else next(iter(rows), "")

    def offered(self) -> Iterator[Cited]:
        """What may be cited: every quantity that is given, and every calculation that applies."""
        for name in self._names():
            cited = self(name)
            waits = cited.needs and name.partition("/")[0] in CALCULATIONS
            if (cited.value or waits) and can_be_cited(name):
                yield cited

    def in_text(self, text: str, field: Field) -> tuple[Cited, ...]:
        """What a text, or a line of a list, that stands in ``field`` cites, each once."""
        return tuple(map(self, names(text, is_markdown=field.kind is Kind.TEXT)))

    def written_out(self, line: str) -> str:
        """One line with what it cites in place of the names; what is not known stays as typed."""
        if not may_cite(line):
            return line
        return replaced(line, lambda mark: self(mark.name).shown, is_markdown=False)

    # -- names

    def _names(self) -> Iterator[str]:
        for name, calculation in CALCULATIONS.items():
            if not calculation.table:
                yield name
            else:
                yield from (f"{name}/{row}" for row in self._rows_of(calculation.table))
        yield from QUANTITIES
        for table, columns in COLUMNS.items():
            yield from (f"{table}/{row}.{key}" for row in self._rows_of(table) for key in columns)

    def _rows_of(self, address: str) -> Mapping[str, Row]:
        """The rows of a table by what people call them; of several with one id, the first."""
        if address not in self._rows:
            found: dict[str, Row] = {}
            for row in attrgetter(address)(self._design):
                if name := folded(row_id(row)):
                    found.setdefault(name, row)
            self._rows[address] = found
        return self._rows[address]

    # -- what they stand for

    def _resolved(self, name: str) -> Cited | None:
        if not self.knows(name):
            return None
        base, _, rest = name.partition("/")
        if calculation := CALCULATIONS.get(base):
            return self._result(name, calculation, rest)
        if not rest:
            asked = QUANTITIES[name]
            title = f"{STAGES[base.partition('.')[0]].title}, {asked.label}"
            return _given(name, title, asked, attrgetter(name)(self._design), name)
        called, _, column = rest.rpartition(".")
        row = self._rows_of(base)[called]
        asked = COLUMNS[base][column]
        title = f"{called}, {asked.label}"
        return _given(name, title, asked, getattr(row, column), row.at(column))

    def _result(self, name: str, calculation: Calculation, called: str) -> Cited:
        if calculation.name not in self._worked:
            by_row = {worked.row: worked for worked in calculation.of(self._design)}
            self._worked[calculation.name] = by_row
        row = self._rows_of(calculation.table)[called].row if called else ""
        title = f"{calculation.title}, {called}" if called else calculation.title
        worked = self._worked[calculation.name].get(row)
        if worked is None:
            return Cited(name, title, note="It does not apply here")
        if worked.value is None:
            return Cited(name, title, needs=worked.missing, note=worked.note)
        return Cited(name, title, value=calculation.shown(worked.value))


def written_out(design: Design) -> Design:
    """``design`` with what its lines and lists cite in place of the names.

    Texts in Markdown stay, since the converter shows what they cite, and so do the ids by which
    rows are referred to. The same object when nothing is cited.
    """
    citations = Citations(design)
    changed = {
        key: stage
        for key in STAGES
        if (stage := _written_out(getattr(design, key), citations)) is not getattr(design, key)
    }
    return dataclasses.replace(design, **changed) if changed else design


def _written_out(answers: AnyAnswers, citations: Citations) -> AnyAnswers:
    """A stage, a group of its fields, or a row, written out."""
    changed = {}
    for name, write in _worded(type(answers)):
        value = getattr(answers, name)
        if not value or (write is _line_written_out and not may_cite(value)):
            continue
        if (new := write(value, citations)) is not value:
            changed[name] = new
    return dataclasses.replace(answers, **changed) if changed else answers  # type: ignore[type-var]


def _line_written_out(line: str, citations: Citations) -> str:
    return citations.written_out(line)


def _list_written_out(lines: tuple[str, ...], citations: Citations) -> tuple[str, ...]:
    return tuple(map(citations.written_out, lines)) if any(map(may_cite, lines)) else lines


def _table_written_out(rows: tuple[Row, ...], citations: Citations) -> tuple[Row, ...]:
    new = tuple(_written_out(row, citations) for row in rows)
    return rows if all(map(is_, new, rows)) else new


Write = Callable[[Any, Citations], Any]  # Any: a line, a list, rows or a group, and the same back
_WRITES: Mapping[Kind, Write] = {
    Kind.LINE: _line_written_out,
    Kind.LIST: _list_written_out,
    Kind.TABLE: _table_written_out,
}


_WORDED: dict[type[Any], tuple[tuple[str, Write], ...]] = {}


def _worded(answers: type[Any]) -> tuple[tuple[str, Write], ...]:
    """The attributes in which a line may stand, and how each is written out; found once a class."""
    if answers not in _WORDED:
        _WORDED[answers] = tuple(_find_worded(answers))
    return _WORDED[answers]


def _find_worded(answers: type[Any]) -> Iterator[tuple[str, Write]]:
    is_referred = issubclass(answers, Row) and answers.TABLE in REFERRED
    kept = id_column(answers) if is_referred else ""
    for declared in dataclasses.fields(answers):
        field = declared.metadata.get("field")
        if "group" in declared.metadata:
            yield declared.name, _written_out
        elif field is not None and field.kind in _WRITES and declared.name != kept:
            yield declared.name, _WRITES[field.kind]


def renamed(text: str, field: Field, table: str, old: str, new: str) -> str:
    """``text`` of ``field`` with each name that leads to the row ``old`` of ``table`` leading to
    ``new``.
    """
    if not may_cite(text) or not can_be_cited(f"{table}/{new}"):
        return text

    def follow(name: str) -> str:
        base, _, rest = name.partition("/")
        calculation = CALCULATIONS.get(base)
        if calculation and calculation.table == table and rest == folded(old):
            return f"{base}/{new}"
        row, _, column = rest.rpartition(".")
        if base == table and row == folded(old) and column in COLUMNS[base]:
            return f"{base}/{new}.{column}"
        return name

    def cite_again(name: str, typed: str) -> str:
        followed = follow(name)
        return typed if followed == name else written(followed)

    is_markdown = field.kind is Kind.TEXT
    return replaced(
        text,
        lambda mark: cite_again(mark.name, text[mark.start : mark.end]),
        is_markdown=is_markdown,
    )


def _given(name: str, title: str, asked: Field, value: float | None, address: str) -> Cited:
    if value is None:
        return Cited(name, title, needs=(address,))
    return Cited(name, title, value=number(value, unit_of(asked)))


def _in_words(address: str) -> str:
    """Where an answer stands, as people say it: Framing, Peak load."""
    place = Address.parse(address)
    return f"{place.definition.title}, {place.asked.label}"


def _near(typed: str, known: Collection[str], *, stage: str = "") -> str:
    """``typed`` if it is known, else what is most like it, of ``stage`` if that has any."""
    if typed in known:
        return typed
    among = [one for one in known if one.startswith(f"{stage}.")] if stage else []
    found = get_close_matches(typed, among or known, n=1, cutoff=NEAR)
    return found[0] if found else ""


# Every field with a number, and every table with its columns of numbers, by address.
QUANTITIES: Mapping[str, Field] = {
    f"{stage.key}.{key}": field
    for stage in STAGES.values()
    for key, field in stage.fields.items()
    if field.kind is Kind.QUANTITY
}
COLUMNS: Mapping[str, Mapping[str, Field]] = {
    f"{stage.key}.{table.key}": columns
    for stage in STAGES.values()
    for table in stage.tables.values()
    if (columns := {key: c for key, c in table.columns.items() if c.kind is Kind.QUANTITY})
}
# What a name is made of before the row, and those that need none.
SINGLE = QUANTITIES.keys() | {name for name, one in CALCULATIONS.items() if not one.table}
BASES = tuple(dict.fromkeys((*CALCULATIONS, *QUANTITIES, *COLUMNS)))
# Tables whose rows are referred to by what they are called.
REFERRED = frozenset(
    table
    for stage in STAGES.values()
    for field in stage.fields.values()
    for asked in (field, *field.columns.values())
    for table in asked.refs
)
