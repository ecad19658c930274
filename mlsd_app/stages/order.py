"""Where an address stands in the document, so that what is said about it can be put in order."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES, Design, rows_at

IN_ORDER = (*NUMBERED_STAGES, STAGES["general"])  # the stages as they are read

_STAGES = {stage.key: number for number, stage in enumerate(IN_ORDER)}
_WHOLE = -1  # before everything that is in it


class Position(NamedTuple):
    """Compares as a reader meets it; what is about a whole comes before its parts."""

    stage: int
    field: int = _WHOLE
    row: int = _WHOLE
    column: int = _WHOLE
    start: int = _WHOLE


class DocumentOrder:
    """The positions of addresses in one design.

    What names no stage stands first, a field that is gone at the head of its stage, and a row that
    is gone behind the others.
    """

    def __init__(self, design: Design) -> None:
        self._design = design
        self._rows: dict[str, Mapping[str, int]] = {}

    def __call__(self, address: str, start: int | None = None) -> Position:
        """The position of ``address``, or of its text from character ``start`` on."""
        try:
            place = Address.parse(address)
        except UnknownAddressError:
            return Position(_STAGES.get(address.partition(".")[0], _WHOLE))
        return Position(
            _STAGES[place.stage],
            _fields(place.stage)[place.field],
            self._row(place) if place.row else _WHOLE,
            _columns(place.stage, place.field)[place.column] if place.column else _WHOLE,
            _WHOLE if start is None else start,
        )

    def _row(self, place: Address) -> int:
        table = str(place.table)
        if table not in self._rows:
            rows = rows_at(self._design, table)
            self._rows[table] = {row.row: number for number, row in enumerate(rows)}
        return self._rows[table].get(place.row, len(self._rows[table]))


@cache
def _fields(stage: str) -> Mapping[str, int]:
    """The fields of a stage by their place on the page, which is that of their question."""
    keys = [key for question in STAGES[stage].questions for key in question.fields]
    return {key: number for number, key in enumerate(keys)}


@cache
def _columns(stage: str, field: str) -> Mapping[str, int]:
    return {key: number for number, key in enumerate(STAGES[stage].fields[field].columns)}
