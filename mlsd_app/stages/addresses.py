"""Addresses: ``stage.field``, ``stage.table/ROW`` and ``stage.table/ROW.column``.

ROW is the permanent name of a row, never its position. Addresses are stored with findings,
exports and versions, so a key is never renamed without a data migration.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Field, Stage

REMEMBERED = 4096  # addresses; a save reads the same few over and over
ROW_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class UnknownAddressError(ValueError):
    """The address names no field of any stage."""


@dataclass(frozen=True, slots=True)
class Address:
    """A place in a design. ``row`` and ``column`` are empty for a whole field or table."""

    stage: str
    field: str
    row: str = ""
    column: str = ""

    @classmethod
    @lru_cache(REMEMBERED)
    def parse(cls, text: str) -> Address:
        """Read an address and check that the field, and the column, exist.

        Raises ``UnknownAddressError`` with a message for people.
        """
        stage_key, _, rest = text.partition(".")
        field_key, slash, cell = rest.partition("/")
        row, _, column = cell.partition(".")
        stage = STAGES.get(stage_key)
        field = stage.fields.get(field_key) if stage else None
        if field is None:
            raise UnknownAddressError(f"No stage has a field called {text[:200]!r}.")
        if slash and not (field.is_table and ROW_NAME.fullmatch(row)):
            raise UnknownAddressError(f"{text[:200]!r} does not name a row of a table.")
        if column and column not in field.columns:
            raise UnknownAddressError(f"{stage_key}.{field_key} has no column {column[:100]!r}.")
        return cls(stage_key, field_key, row, column)

    def __str__(self) -> str:
        row = f"/{self.row}" if self.row else ""
        column = f".{self.column}" if self.column else ""
        return f"{self.stage}.{self.field}{row}{column}"

    @property
    def definition(self) -> Stage:
        return STAGES[self.stage]

    @property
    def asked(self) -> Field:
        """The field, or the column when the address names a cell."""
        field = STAGES[self.stage].fields[self.field]
        return field.columns[self.column] if self.column else field

    @property
    def table(self) -> Address:
        """The field as a whole, without row and column."""
        return Address(self.stage, self.field)
