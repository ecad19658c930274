"""The list of checks as people look through it: narrowed by words and choices, by stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Self

from django.utils.http import urlencode

from mlsd_app.checklist import CHECKS, Check, Severity, Signal
from mlsd_app.designs.controls import Option
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES
from mlsd_app.stages.fields import Stage

IN_ORDER = (*NUMBERED_STAGES, STAGES["general"])  # as the document and its findings are read
CHOICES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "stage": ("Stage", "All stages", {stage.key: stage.title for stage in IN_ORDER}),
    "severity": ("Severity", "Any", {one.value: one.value.capitalize() for one in Severity}),
    "signal": ("Signal", "Any", {one.value: f"{one.value} {one.label}" for one in Signal}),
}


@dataclass(frozen=True)
class Filter:
    """One thing the list can be narrowed by; ``everything`` is the choice that does not."""

    name: str
    label: str
    everything: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Wanted:
    """What a reader looks for in the list. A choice that does not exist narrows nothing."""

    words: str
    chosen: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        known = {
            name: value
            for name, (_, _, offered) in CHOICES.items()
            if (value := given.get(name, "")) in offered
        }
        return cls(given.get("q", "").strip(), known)

    @property
    def query(self) -> str:
        """The query string that asks for just this; empty when nothing is narrowed."""
        words = {"q": self.words} if self.words else {}
        return urlencode({**words, **self.chosen})

    @property
    def filters(self) -> list[Filter]:
        return [
            Filter(name, label, everything, list(self._options(name, offered)))
            for name, (label, everything, offered) in CHOICES.items()
        ]

    def _options(self, name: str, offered: Mapping[str, str]) -> Iterator[Option]:
        for value, label in offered.items():
            yield Option(value, label, value == self.chosen.get(name))

    def takes(self, check: Check) -> bool:
        """Whether ``check`` has the chosen stage, severity and signal, and every word."""
        text = _searchable()[check.name]
        return all(getattr(check, name) == value for name, value in self.chosen.items()) and all(
            word in text for word in self.words.casefold().split()
        )


@cache
def _searchable() -> Mapping[str, str]:
    return {
        name: "\n".join((name, one.ref, one.message, one.hint, one.why)).casefold()
        for name, one in CHECKS.items()
    }


@dataclass(frozen=True)
class Entry:
    """A check as a line of the list."""

    check: Check

    @property
    def is_across(self) -> bool:
        """Whether it reads an answer of another stage than its own."""
        return reads_across(self.check)


@dataclass(frozen=True)
class Listing:
    """The checks that were looked for, by stage; stages without any are left out."""

    stages: Sequence[tuple[Stage, Sequence[Entry]]]

    @classmethod
    def of(cls, wanted: Wanted) -> Self:
        found = [check for check in CHECKS.values() if wanted.takes(check)]
        grouped = (
            (stage, [Entry(check) for check in found if check.stage == stage.key])
            for stage in IN_ORDER
        )
        return cls([(stage, entries) for stage, entries in grouped if entries])

    @property
    def count(self) -> int:
        return sum(len(entries) for _, entries in self.stages)


def reads_across(check: Check) -> bool:
    return any(read.partition(".")[0] != check.stage for read in check.reads)
