"""The six signals a design is read for, by checks and by reviewers alike."""

from __future__ import annotations

from enum import StrEnum


class Signal(StrEnum):
    """One thing a reader looks for across the stages; the value is its public key."""

    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    S5 = "S5"
    S6 = "S6"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Signal.S1: "Business to ML",
    Signal.S2: "Offline to online",
    Signal.S3: "Data and features",
    Signal.S4: "Production realism",
    Signal.S5: "Monitoring and loops",
    Signal.S6: "Trade-offs",
}
