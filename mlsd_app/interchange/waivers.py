"""Findings that somebody has judged not to apply, kept in the file beside the answers."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.fields import Field, Kind, Row, line, text


@dataclass(frozen=True, slots=True)
class Waiver(Row):
    """A check that does not apply, everywhere or at one address, with the reason and who gave it.

    ``row`` names it in messages of one reading and says nothing about the waiver itself.
    """

    TABLE: ClassVar[str] = "waivers"
    row: str = dataclasses.field(default="", compare=False)
    check: str = line("Check")
    address: str = line("Address")
    reason: str = text("Reason")
    by: str = line("By")
    on: str = line("On")


WAIVERS = Field(Waiver.TABLE, Kind.TABLE, "Waivers", row=Waiver, row_name="waiver")
"""How a waiver is read and written: like the row of a table, under a key beside the stages."""
