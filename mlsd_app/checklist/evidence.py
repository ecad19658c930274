"""What a finding was found in: its message and the values at its ends, as short texts.

Whoever sets a finding aside does so for these. They name no row by its permanent name, so they say
the same in a file and in a stored design.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

from mlsd_app.checklist.registry import Finding
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import Design, is_empty, row_id, rows_at
from mlsd_app.stages.fields import Row

Evidence = tuple[str, ...]

NOTHING = "no answer"
GONE = "a row that is gone"
LONGEST = 90  # characters; what is longer is cut, and told apart by a digest of the whole
DIGITS = 6
PLAIN_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f"), " ")  # what a person would type
ENDS = 50  # of one finding, the first ones


def evidence(finding: Finding, design: Design) -> Evidence:
    """The message of ``finding``, then what stands at its address and at each of its other ends.

    Each is one line and never blank. Equal evidence means that nothing changed at the ends: long
    texts are compared as a whole.
    """
    said = [finding.message, *_ends(finding, design)]
    return tuple(_short(text) for text in said)


def changes(was: Evidence, now: Evidence) -> tuple[tuple[str, str], ...]:
    """What became what at the ends, or else in the message; empty where nothing did."""
    ends = tuple((a, b) for a, b in zip(was[1:], now[1:], strict=False) if a != b)
    if ends or was == now:
        return ends
    return ((f"“{was[0]}”" if was else NOTHING, f"“{now[0]}”"),)


def in_words(changed: tuple[tuple[str, str], ...]) -> str:
    """Changes as people say them: "95 ms became 120 ms and 3 became 4"."""
    return " and ".join(f"{was} became {now}" for was, now in changed)


def _ends(finding: Finding, design: Design) -> Iterator[str]:
    for end in (finding.address, *finding.also)[:ENDS]:
        try:
            place = Address.parse(end)
        except UnknownAddressError:
            yield NOTHING
        else:
            yield _at(place, design)


def _at(place: Address, design: Design) -> str:
    if not place.row:
        value = design.value(place.stage, place.field)
        if is_empty(value):
            return NOTHING
        shown = values.show(place.asked, value)
        if not place.asked.is_table:
            return shown
        return f"{shown}: {', '.join(row_id(row) or '?' for row in value)}"
    row = next((row for row in rows_at(design, str(place.table)) if row.row == place.row), None)
    if row is None:
        return GONE
    return _cell(place, row) if place.column else _row(place, row)


def _cell(place: Address, row: Row) -> str:
    value = getattr(row, place.column)
    return NOTHING if is_empty(value) else values.show(place.asked, value)


def _row(place: Address, row: Row) -> str:
    columns = place.asked.columns
    cells = (getattr(row, declared.name) for declared in dataclasses.fields(row)[1:])
    shown = zip(columns.values(), cells, strict=True)
    return "; ".join(values.show(column, cell) for column, cell in shown if not is_empty(cell))


def _short(text: str) -> str:
    plain = text.translate(PLAIN_SPACES)
    line = values.as_line(values.CONTROL_CHARACTER.sub("", plain)) or NOTHING
    if len(line) <= LONGEST and line == plain:
        return line
    digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]
    start = line[:LONGEST].rstrip()
    return f"{start}{'…' * (len(line) > LONGEST)} ({digest})"
