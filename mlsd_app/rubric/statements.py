"""Observable statements: what a reader can point at in a document, and what decides them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from mlsd_app.stages.design import Design, is_empty

Predicate = Callable[[Design], bool]


class State(StrEnum):
    """How a statement stands in a design."""

    SHOWN = "shown"
    OPEN = "open"
    JUDGE = "judge"  # nothing in the answers decides it; a reader does

    @property
    def label(self) -> str:
        return {"shown": "Shown", "open": "Not yet", "judge": "Judge yourself"}[self.value]


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that can be seen. ``fields`` are the addresses of its evidence, all of one stage.
    ``shown`` decides from the answers alone, and ``None`` leaves it to a reader; ``when`` says for
    which designs it counts at all. Both are total.
    """

    text: str
    fields: tuple[str, ...]
    shown: Predicate | None = None
    when: Predicate | None = None

    @property
    def stage(self) -> str:
        return self.fields[0].partition(".")[0]

    def applies(self, design: Design) -> bool:
        return self.when is None or self.when(design)

    def state(self, design: Design) -> State:
        if self.shown is None:
            return State.JUDGE
        return State.SHOWN if self.shown(design) else State.OPEN


def answered(text: str, fields: str, *, when: Predicate | None = None) -> Statement:
    """Shown once each of the space-separated ``fields`` has an answer."""
    addresses = tuple(fields.split())

    def shown(design: Design) -> bool:
        return not any(is_empty(_value(design, address)) for address in addresses)

    return Statement(text, addresses, shown, when)


def holds(text: str, fields: str, shown: Predicate, *, when: Predicate | None = None) -> Statement:
    """Shown once ``shown`` says so; it must deny an empty design."""
    return Statement(text, tuple(fields.split()), shown, when)


def judged(text: str, fields: str, *, when: Predicate | None = None) -> Statement:
    """Left to a reader, who looks at ``fields``."""
    return Statement(text, tuple(fields.split()), None, when)


def _value(design: Design, address: str) -> object:
    stage_key, _, field_key = address.partition(".")
    value: object = design.value(stage_key, field_key)
    return value
