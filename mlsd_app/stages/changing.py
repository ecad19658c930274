"""A snapshot with some of its answers replaced, as if they had been saved."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import Design
from mlsd_app.stages.fields import Row

# What a field or a cell holds; None empties it.
Answer = bool | int | float | str | list[str] | None


def with_answers(design: Design, answers: Mapping[str, Answer]) -> Design:
    """``design`` with other ``answers`` at these addresses of fields and cells.

    Raises ``UnknownAddressError`` for an address that names no field, a table as a whole, or a row
    that the design does not have.
    """
    for address, answer in answers.items():
        place = Address.parse(address)
        if place.asked.is_table:
            raise UnknownAddressError(f"{address[:200]!r} is a table. Name one of its cells.")
        stage = design.stage(place.stage)
        value = tuple(answer) if isinstance(answer, list) else answer
        stage = _with_cell(stage, place, value) if place.row else _with(stage, place.field, value)
        design = dataclasses.replace(design, **{place.stage: stage})
    return design


def answer_at(design: Design, address: str) -> Any:
    """The typed value of the field or cell at ``address``. Raises ``UnknownAddressError``."""
    place = Address.parse(address)
    value = design.value(place.stage, place.field)
    if not place.row:
        return value
    row = value[_position(value, place)]
    return getattr(row, place.column) if place.column else row


def _with_cell(stage: Any, place: Address, value: object) -> Any:
    rows = list(getattr(stage, place.field))
    position = _position(rows, place)
    rows[position] = _with(rows[position], place.column, value)
    return dataclasses.replace(stage, **{place.field: tuple(rows)})


def _position(rows: list[Row] | tuple[Row, ...], place: Address) -> int:
    """Where the row is; of several with one name, the first."""
    for position, row in enumerate(rows):
        if row.row == place.row:
            return position
    raise UnknownAddressError(f"{place.table} has no row {place.row!r}.")


def _with(holder: Any, key: str, value: object) -> Any:
    """``holder`` with another ``key``, which may be ``group.part``; ``None`` is unanswered."""
    name, _, part = key.partition(".")
    if part:
        return dataclasses.replace(holder, **{name: _with(getattr(holder, name), part, value)})
    if value is None:
        (value,) = (one.default for one in dataclasses.fields(holder) if one.name == name)
    return dataclasses.replace(holder, **{name: value})
