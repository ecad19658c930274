"""What a page says when it asks: what it knows, and which tab it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from mlsd_app.pulse.models import Doing, Presence
from mlsd_app.stages.design import STAGES

LARGEST = 2**63 - 1  # of a clock


@dataclass(frozen=True, slots=True)
class Asked:
    """The state of the design that a page shows: its clock, that of its talk, and who is here."""

    since: int
    talk: int
    here: str
    tab: str
    stage: str = ""  # where the reader is, and
    doing: Doing | None = None  # what they do, in a beat that says so

    @classmethod
    def of(cls, said: Mapping[str, str]) -> Self | None:
        """``None`` where no clock is stated that could be one."""
        since, talk = clock_of(said.get("since", "")), clock_of(said.get("talk", "0"))
        if since is None or talk is None:
            return None
        tab = said.get("tab", "").replace("\0", "")[: Presence.TAB_LENGTH]
        stage, doing = said.get("stage", ""), said.get("doing", "")
        return cls(
            since,
            talk,
            said.get("here", ""),
            tab,
            stage if stage in STAGES else "",
            Doing(doing) if doing in Doing.values and tab else None,
        )


def clock_of(typed: str) -> int | None:
    """``None`` for what is no clock, or one that no design can reach."""
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= len(str(LARGEST))):
        return None
    return int(typed)
