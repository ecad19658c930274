"""Which row is meant: the label of the target, the model a component runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from mlsd_app.stages.data import Data, Label
from mlsd_app.stages.design import id_column
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
