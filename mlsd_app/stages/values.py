"""From what a form or a spreadsheet gives to the stored value of a field, and back.

A value that is refused changes nothing: the message says what happened and what is accepted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from mlsd_app.stages import quantities
from mlsd_app.stages.design import Value
from mlsd_app.stages.fields import Field, Kind
from mlsd_app.stages.quantities import THIN, QuantityError
from mlsd_app.stages.units import NUMBER, SHARE, Unit

TEXT_LIMIT = 20_000  # characters
LINE_LIMIT = 500
LIST_LIMIT = 100  # entries
ROW_LIMIT = 500  # rows of a table
PASTE_LIMIT = 1_000_000  # characters of a pasted table
QUOTED_LENGTH = 60  # characters of what was written, in a message

Raw = str | Sequence[str]

CONTROL_CHARACTER = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_YES = frozenset({"on", "yes", "y", "true", "1"})
_NO = frozenset({"off", "no", "n", "false", "0"})


class ValueRefusedError(ValueError):
    """The value cannot be stored; the message names the field and what is accepted."""


def clean(field: Field, raw: Raw) -> Value | None:
    """The canonical value of what was submitted for ``field``; ``None`` when it is empty.

    Raises ``ValueRefusedError``.
    """
    if field.is_many:
        return _clean_many(field, raw) or None
    text = raw if isinstance(raw, str) else next((one for one in reversed(raw) if one), "")
    text = with_plain_line_breaks(text)
    if not text.strip():
        return None
    _refuse_control_characters(field, text)
    match field.kind:
        case Kind.TEXT:
            return _within(field, text, TEXT_LIMIT)
        case Kind.LINE:
            return _within(field, as_line(text), LINE_LIMIT)
        case Kind.CHOICE:
            return _clean_choice(field, as_line(text))
        case Kind.QUANTITY:
            return _clean_quantity(field, text)
        case Kind.FLAG:
            return _clean_flag(field, text)
    raise ValueRefusedError(_says(field, "this is a table. Change its rows one by one."))


def with_plain_line_breaks(text: str) -> str:
    """``text`` with ``\\n`` for every kind of line break."""
    return _LINE_BREAK.sub("\n", text)


def as_line(text: str) -> str:
    """``text`` on one line: line breaks and tabs become spaces, the ends are trimmed."""
    return re.sub(r"[\t\n]+", " ", with_plain_line_breaks(text)).strip()


def quoted(text: str) -> str:
    """The beginning of what somebody wrote, fit for a message on one line."""
    plain = as_line(CONTROL_CHARACTER.sub("", text[: 2 * QUOTED_LENGTH]))
    cut = f"{plain[:QUOTED_LENGTH]}…" if len(plain) > QUOTED_LENGTH else plain
    return f"“{cut}”"


def unit_of(field: Field) -> Unit:
    """The unit in which ``field`` is typed: a number from 0 to 1 may also be given in percent."""
    is_share = field.low == 0 and field.high == 1 and field.unit == NUMBER
    return SHARE if is_share else field.unit


def known_choice(field: Field, text: str) -> str | None:
    """The stored value for ``text``, which may be the value or its label, in any case."""
    choices = {**field.ref_words, **field.choices}
    if text in choices:
        return text
    folded = text.casefold()
    return next((k for k, v in choices.items() if folded in {k.casefold(), v.casefold()}), None)


def known_flag(text: str) -> bool | None:
    """Yes or no as forms, spreadsheets and files write it; ``None`` for other words."""
    word = text.strip().casefold()
    return word in _YES if word in _YES | _NO else None


def takes_only_choices(field: Field) -> bool:
    """Whether other words than the choices are refused."""
    return bool(field.choices) and not field.free and not field.refs


def out_of_range(field: Field, number: float) -> str:
    """What is wrong with ``number`` for ``field``, for people; ``""`` when nothing is."""
    if (field.low is not None and number < field.low) or (
        field.high is not None and number > field.high
    ):
        unit = unit_of(field)
        ends = [quantities.show(end, unit) for end in (field.low, field.high) if end is not None]
        if len(ends) == 2:
            accepted = f"from {ends[0]} to {ends[1]}"
        else:
            accepted = f"of {ends[0]} or {'more' if field.high is None else 'less'}"
        shown = quantities.show(number, unit)
        return _says(field, f"{shown} is out of range. Write a value {accepted}.")
    if field.whole and number % 1:
        shown = quantities.show(number, unit_of(field))
        return _says(field, f"{shown} is not whole. Write a whole number.")
    return ""


def not_a_choice(field: Field, text: str) -> str:
    """What to say about a word that is not among the choices of ``field``."""
    labels = list(field.choices.values())
    listed = ", ".join(labels[:-1]) + f" or {labels[-1]}" if len(labels) > 1 else labels[0]
    return _says(field, f"{quoted(text)} is not one of the choices. Choose {listed}.")


def not_a_flag(field: Field, text: str) -> str:
    """What to say about a word that is neither yes nor no."""
    return _says(field, f"{quoted(text)} is neither. Write yes or no.")


def _clean_choice(field: Field, text: str) -> str:
    known = known_choice(field, text)
    if known is None and takes_only_choices(field):
        raise ValueRefusedError(not_a_choice(field, text))
    return _within(field, known or text, LINE_LIMIT)


def _clean_quantity(field: Field, text: str) -> int | float:
    try:
        number = quantities.parse(text, unit_of(field))
    except QuantityError as error:
        raise ValueRefusedError(_says(field, str(error))) from None
    if problem := out_of_range(field, number):
        raise ValueRefusedError(problem)
    return number


def _clean_flag(field: Field, text: str) -> bool:
    known = known_flag(text)
    if known is None:
        raise ValueRefusedError(not_a_flag(field, text))
    return known


def _clean_many(field: Field, raw: Raw) -> list[str]:
    """One entry a line. Choices that were typed, not ticked, may also share a line."""
    texts = [raw] if isinstance(raw, str) else raw
    lines = [as_line(line) for text in texts for line in with_plain_line_breaks(text).split("\n")]
    entries = [line for line in lines if line]
    if isinstance(raw, str) and field.kind is Kind.CHOICES:
        entries = [entry for line in entries for entry in split_choices(field, line)]
    if len(entries) > LIST_LIMIT:
        raise ValueRefusedError(
            _says(field, f"{len(entries)} entries. At most {LIST_LIMIT} fit; shorten the list.")
        )
    for entry in entries:
        _refuse_control_characters(field, entry)
    if field.kind is Kind.CHOICES:
        entries = list(dict.fromkeys(_clean_choice(field, entry) for entry in entries))
    return [_within(field, entry, LINE_LIMIT) for entry in entries]


def split_choices(field: Field, line: str) -> list[str]:
    """Choices on one line; commas part other words only where each part is a choice."""
    if known_choice(field, line) is not None:
        return [line]
    parts = [part.strip() for part in re.split("[;,]", line) if part.strip()]
    if field.free and not all(known_choice(field, part) for part in parts):
        return [part.strip() for part in line.split(";") if part.strip()]
    return parts


def _refuse_control_characters(field: Field, text: str) -> None:
    if found := CONTROL_CHARACTER.search(text):
        before = text[max(0, found.start() - 20) : found.start()].strip()
        where = f"after {quoted(before)}" if before else "at its start"
        raise ValueRefusedError(
            _says(field, f"there is an invisible control character {where}. Delete it there.")
        )


def _within(field: Field, text: str, limit: int) -> str:
    if len(text) > limit:
        raise ValueRefusedError(too_long(field, len(text), limit))
    return text


def too_long(field: Field, length: int, limit: int) -> str:
    """What to say about a text of ``length`` characters."""
    counts = [f"{count:,}".replace(",", THIN) for count in (length, limit, length - limit)]
    return _says(
        field,
        f"{counts[0]} characters are too many; at most {counts[1]} fit. Take out {counts[2]}.",
    )


def _says(field: Field, message: str) -> str:
    return f"{field.label.rstrip('?')}: {message}"


def show(field: Field, value: object) -> str:
    """A stored value as plain text for people; ``""`` when there is none."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case int() | float() if field.kind is Kind.QUANTITY:
            return quantities.show(value, unit_of(field))
        case list() | tuple() if field.is_table:
            return f"{len(value)} row" if len(value) == 1 else f"{len(value)} rows"
        case list() | tuple():
            return "; ".join(show(field, one) for one in value)
        case str() if field.kind in {Kind.CHOICE, Kind.CHOICES}:
            return field.choices.get(value) or field.ref_words.get(value) or value
    return str(value)


def editable(field: Field, value: object) -> str | list[str]:
    """A stored value as it stands in the control; ``clean`` gives the same value back."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float() if field.kind is Kind.QUANTITY:
            return quantities.editable(value, unit_of(field))
        case list() | tuple():
            entries = [str(one) for one in value]
            return entries if field.kind is Kind.CHOICES else "\n".join(entries)
    if value is None:
        return [] if field.kind is Kind.CHOICES else ""
    return str(value)


def also(field: Field, value: object) -> str:
    """A quantity in another form that people understand; ``""`` for everything else."""
    if field.kind is not Kind.QUANTITY or isinstance(value, bool):
        return ""
    if not isinstance(value, int | float):
        return ""
    is_availability = "availability" in field.key
    return quantities.also(value, unit_of(field), is_availability=is_availability)


def clean_row(
    table: Field, cells: Mapping[str, Raw]
) -> tuple[dict[str, Value | None], dict[str, str]]:
    """The values of ``cells`` by column, ``None`` for an emptied one, and the refusals by column.

    Only the columns given are returned; a refused cell is in the second mapping alone.
    """
    values: dict[str, Value | None] = {}
    refused: dict[str, str] = {}
    for key, raw in cells.items():
        column = table.columns.get(key)
        if column is None:
            refused[key] = f"{quoted(key)} is not a column of {table.label}."
            continue
        try:
            values[key] = clean(column, raw)
        except ValueRefusedError as error:
            refused[key] = str(error)
    return values, refused


@dataclass(frozen=True, slots=True)
class PasteError:
    """A cell that could not be read. ``row`` counts lines of the paste from 1; 0 is the whole."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """Rows to add, as stored values by column, and what could not be read."""

    rows: list[dict[str, Value]]
    errors: list[PasteError]


def read_paste(table: Field, text: str) -> Pasted:
    """Read cells copied from a spreadsheet, or CSV. A refused cell is left out and reported.

    A first row of column names, by label or key, says the order; else it is that of the columns.
    """
    if len(text) > PASTE_LIMIT:
        return Pasted([], [PasteError(0, "", f"{len(text):,} characters are too many to paste.")])
    lines = list(_rows_of_cells(table, with_plain_line_breaks(text)))
    pasted = Pasted([], [])
    columns: list[Field | None] = list(table.columns.values())
    if lines and (head := _columns_named(table, lines[0][1])):
        columns = head
        for name, column in zip(lines[0][1], head, strict=True):
            if column is None and name.strip():
                message = f"{quoted(name)} is not a column of {table.label}; it was left out."
                pasted.errors.append(PasteError(lines[0][0], name[:LINE_LIMIT], message))
        lines = lines[1:]
    for number, cells in lines:
        if len(pasted.rows) == ROW_LIMIT:
            message = f"At most {ROW_LIMIT} rows fit; the rows from here on were left out."
            pasted.errors.append(PasteError(number, "", message))
            break
        row = _pasted_row(table, columns, cells, number, pasted.errors)
        if row:
            pasted.rows.append(row)
    return pasted


def _pasted_row(
    table: Field,
    columns: Sequence[Field | None],
    cells: Sequence[str],
    number: int,
    errors: list[PasteError],
) -> dict[str, Value]:
    if any(cell.strip() for cell in cells[len(columns) :]):
        message = f"{len(cells)} cells for {len(columns)} columns; the last were left out."
        errors.append(PasteError(number, "", message))
    given = {
        column.key: cell.replace("; ", "\n") if column.kind is Kind.LIST else cell
        for column, cell in zip(columns, cells, strict=False)
        if column is not None
    }
    values, refused = clean_row(table, given)
    errors.extend(
        PasteError(number, table.columns[key].label, message) for key, message in refused.items()
    )
    return {key: value for key, value in values.items() if value is not None}


def _columns_named(table: Field, heads: Sequence[str]) -> list[Field | None] | None:
    """The column under each of ``heads``, if at least half of them name one."""
    by_name = {column.label.rstrip("?").casefold(): column for column in table.columns.values()}
    by_name |= {key.casefold(): column for key, column in table.columns.items()}
    named = [by_name.get(head.strip().rstrip("?").casefold()) for head in heads]
    found = [column.key for column in named if column is not None]
    filled = sum(1 for head in heads if head.strip())
    is_head = found and len(set(found)) == len(found) and len(found) * 2 >= filled
    return named if is_head else None


def _rows_of_cells(table: Field, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not blank, with its number."""
    for number, cells in enumerate(_cells(text, _separator(table, text)), start=1):
        if any(cell.strip() for cell in cells):
            yield number, cells


def _separator(table: Field, text: str) -> str:
    """A tab, or the comma or semicolon that gives every row the same number of cells."""
    is_prose = "\n" not in text.strip() and ", " in text
    if "\t" not in text and not is_prose:
        for mark in ";,":
            widths = {len(cells) for cells in _cells(text, mark) if cells}
            if len(widths) == 1 and 1 < max(widths) <= len(table.columns):
                return mark
    return "\t"


def _cells(text: str, separator: str) -> Iterator[list[str]]:
    # An odd number of quotation marks is prose, not the quoting of a spreadsheet.
    quoting: Any = csv.QUOTE_MINIMAL if text.count('"') % 2 == 0 else csv.QUOTE_NONE
    source = io.StringIO(text, newline="")
    return cast("Iterator[list[str]]", csv.reader(source, delimiter=separator, quoting=quoting))
