"""Random edits of the answers of a design, each with the addresses at which it changes them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, AllAnswers, Value, id_column
from mlsd_app.stages.fields import Field, Kind
from tests.checklist.designs import NUMBERS, WORKED, tangled_answers, worked_answers
from tests.strategies import answers as some_answers
from tests.strategies import row_names, rows_of, values_of

Answers = dict[str, dict[str, Any]]  # Any: the type of a value depends on its field
Edit = Callable[[st.DrawFn, Answers], set[str]]  # changes the answers in place, says where

FIELDS = [Address(stage.key, key) for stage in STAGES.values() for key in stage.fields]
SENTENCES = ["A p99 of 5 ms.", "[[serving.path_p99]] and [[nothing.known]] of it", "x"]
TABLES = [place for place in FIELDS if place.asked.is_table]


def copied(answers: AllAnswers) -> Answers:
    """A copy to be changed in place."""
    return {stage: copy.deepcopy(dict(fields)) for stage, fields in answers.items()}


def starts() -> st.SearchStrategy[Answers]:
    """Worked designs, sparse ones, tangled ones and the empty one."""
    return st.one_of(
        st.sampled_from(WORKED).map(worked_answers),
        st.integers(0, 2**32).map(tangled_answers),
        some_answers(),
        st.just({key: {} for key in STAGES}),
    ).map(copied)


def ids_in(answers: AllAnswers, table: str) -> list[str]:
    """What rows of the table at ``stage.table`` can be called now, twice where two share it."""
    place = Address.parse(table)
    column = naming(place)
    rows: Any = answers[place.stage].get(place.field, [])
    return [row[column] for row in rows if row.get(column)]


def naming(table: Address) -> str:
    """The column by which rows of ``table`` are referred to."""
    assert table.asked.row is not None
    return id_column(table.asked.row)


def places_of(answers: AllAnswers, field: Field, place: Address) -> Iterator[Address]:
    """The addresses of a field, or of its cells in the rows that there are."""
    if place.asked is field:
        yield place
    rows: Any = answers[place.stage].get(place.field, [])
    for row in rows if place.asked is not field else ():
        yield Address(place.stage, place.field, row["row"], field.key)


def answered(answers: AllAnswers) -> Iterator[Address]:
    """Every field, table and cell that has an answer."""
    for place in FIELDS:
        if place.field in answers[place.stage]:
            yield place
        for column in place.asked.columns.values():
            for cell in places_of(answers, column, place):
                if stored(answers, cell) is not None:
                    yield cell


def references(answers: AllAnswers) -> Iterator[Address]:
    """Every field and cell that can name a row of a table."""
    for place in FIELDS:
        for field in (place.asked, *place.asked.columns.values()):
            if field.refs:
                yield from places_of(answers, field, place)


def stored(answers: AllAnswers, place: Address) -> Any:
    """What stands at a field or a cell; of rows that share a name, in the first."""
    value: Any = answers[place.stage].get(place.field)
    if not place.row:
        return value
    return next(row for row in value if row["row"] == place.row).get(place.column)


def put(answers: Answers, place: Address, value: object) -> str:
    """Write ``value``, ``None`` for nothing, and say where."""
    holder = answers[place.stage]
    key = place.field
    if place.row:
        rows: Any = holder[place.field]
        holder = next(row for row in rows if row["row"] == place.row)
        key = place.column
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value
    return str(place)


def a_value(draw: st.DrawFn, answers: AllAnswers, field: Field) -> Value:
    """A value for ``field``, absurd numbers and references that lead somewhere included."""
    names = [name for table in field.refs for name in ids_in(answers, table)]
    others = values_of(field)
    if names:
        known = st.sampled_from(names)
        others = st.one_of(st.lists(known, max_size=3) if field.is_many else known, others)
    elif field.kind is Kind.QUANTITY:
        others = st.one_of(others, st.sampled_from(NUMBERS))
    elif field.kind in {Kind.TEXT, Kind.LINE}:
        others = st.one_of(others, st.sampled_from([*SENTENCES, field.help]), citations(answers))
    value: Value = draw(others)
    return value


@st.composite
def citations(draw: st.DrawFn, answers: AllAnswers) -> str:
    """A sentence with a number that a row of the design states now, if it has one."""
    table = draw(st.sampled_from(TABLES))
    row = draw(st.sampled_from([*ids_in(answers, str(table)), "nobody"]))
    return f"It is [[{table}/{row}.{draw(st.sampled_from(list(table.asked.columns)))}]] now."


def set_field(draw: st.DrawFn, answers: Answers) -> set[str]:
    place = draw(st.sampled_from(FIELDS))
    return {put(answers, place, a_value(draw, answers, place.asked))}


def clear_field(draw: st.DrawFn, answers: Answers) -> set[str]:
    filled = [place for place in FIELDS if place.field in answers[place.stage]]
    return {put(answers, draw(st.sampled_from(filled)), None)} if filled else set()


def set_cell(draw: st.DrawFn, answers: Answers) -> set[str]:
    table = a_table(draw, answers)
    if table is None:
        return set()
    row = draw(st.sampled_from(answers[table.stage][table.field]))
    column = draw(st.sampled_from(list(table.asked.columns.values())))
    value = a_value(draw, answers, column) if draw(st.integers(0, 3)) else None
    return {put(answers, Address(table.stage, table.field, row["row"], column.key), value)}


def add_row(draw: st.DrawFn, answers: Answers) -> set[str]:
    table = draw(st.sampled_from(TABLES))
    rows: Any = answers[table.stage].setdefault(table.field, [])
    row = draw(rows_of(table.asked))
    rows.insert(draw(st.integers(0, len(rows))), row)
    return {f"{table}/{row['row']}"}


def remove_row(draw: st.DrawFn, answers: Answers) -> set[str]:
    table = a_table(draw, answers)
    if table is None:
        return set()
    rows = answers[table.stage][table.field]
    return {f"{table}/{rows.pop(draw(st.integers(0, len(rows) - 1)))['row']}"}


def move_row(draw: st.DrawFn, answers: Answers) -> set[str]:
    table = a_table(draw, answers)
    if table is None:
        return set()
    rows = answers[table.stage][table.field]
    ends = st.integers(0, len(rows) - 1)
    rows.insert(draw(ends), rows.pop(draw(ends)))
    return {str(table)}


def rename_row(draw: st.DrawFn, answers: Answers) -> set[str]:
    """Another id, perhaps one that is taken, also in whatever refers to the row."""
    table = a_table(draw, answers)
    if table is None:
        return set()
    row = draw(st.sampled_from(answers[table.stage][table.field]))
    old = row.get(naming(table))
    new = draw(st.one_of(row_names, st.sampled_from([*ids_in(answers, str(table)), "x"])))
    place = Address(table.stage, table.field, row["row"], naming(table))
    changed = {put(answers, place, new)}
    for reference in references(answers):
        named = stored(answers, reference)
        if str(table) in reference.asked.refs and old and named:
            renamed = [new if one == old else one for one in named]
            written = renamed if reference.asked.is_many else new if named == old else named
            if written != named:
                changed.add(put(answers, reference, written))
    return changed


def a_table(draw: st.DrawFn, answers: Answers) -> Address | None:
    """A table that has rows, if any has."""
    filled = [table for table in TABLES if answers[table.stage].get(table.field)]
    return draw(st.sampled_from(filled)) if filled else None


EDITS: tuple[Edit, ...] = (
    set_field,
    clear_field,
    set_cell,
    add_row,
    remove_row,
    move_row,
    rename_row,
)


@st.composite
def edits(draw: st.DrawFn, answers: Answers) -> set[str]:
    """One edit of ``answers``, in place; the addresses at which they may be different now."""
    return draw(st.sampled_from(EDITS))(draw, answers)
