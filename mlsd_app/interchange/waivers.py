"""Findings that somebody has judged not to apply, kept in the file beside the answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.fields import Field, Kind, Row, line, lines, text
from mlsd_app.stages.values import LIST_LIMIT


@dataclass(frozen=True, slots=True)
class Waiver(Row):
    """A check that does not apply, everywhere or at one address, with the reason and who gave it.

    ``also`` narrows it to the finding with these other ends. ``given_for`` is the evidence it was
    given for; without it the waiver holds whatever the values are. ``row`` names it in messages of
    one reading and says nothing about the waiver itself.
    """

    TABLE: ClassVar[str] = "waivers"
    row: str = dataclasses.field(default="", compare=False)
    check: str = line("Check")
    address: str = line("Address")
    also: tuple[str, ...] = lines("Other ends")
    reason: str = text("Reason")
    by: str = line("By")
    on: str = line("On")
    given_for: tuple[str, ...] = lines("Given for")

    def is_about(self, address: str, also: Sequence[str]) -> bool:
        """Whether a finding there is meant: an address also stands for everything inside it."""
        within = (f"{self.address}.", f"{self.address}/")
        return (self.address in {"", address} or address.startswith(within)) and self.also in {
            (),
            tuple(also[:LIST_LIMIT]),
        }


WAIVERS = Field(Waiver.TABLE, Kind.TABLE, "Waivers", row=Waiver, row_name="waiver")
"""How a waiver is read and written: like the row of a table, under a key beside the stages."""
