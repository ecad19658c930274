"""Which row is meant: the label of the target, the model a component runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.data import Data, Label
from mlsd_app.stages.design import Design, id_column, row_id, rows_at
from mlsd_app.stages.fields import Row

AnyRow = TypeVar("AnyRow", bound=Row)


def main_label(data: Data) -> Label | None:
    """The label marked as main, else the first one."""
    first = data.labels[0] if data.labels else None
    return next((label for label in data.labels if label.main), first)


def by_id(rows: Sequence[AnyRow]) -> dict[str, AnyRow]:
    """The rows by what they can be referred to by; of several with one id, the first."""
    if not rows:
        return {}
    column = id_column(type(rows[0]))
    return {name: row for row in reversed(rows) if (name := getattr(row, column))}


def place_name(address: str, design: Design | None = None) -> str:
    """An address in words: "Serving, ranking, Replicas". A row is named if ``design`` is given."""
    try:
        place = Address.parse(address)
    except UnknownAddressError:
        return address
    rows = rows_at(design, str(place.table)) if design and place.row else ()
    name = next((row_id(row) for row in rows if row.row == place.row), "")
    stage = place.definition.title
    what = place.asked.label if place.column or not place.row else ""
    return ", ".join(part for part in dict.fromkeys((stage, name, what)) if part)
