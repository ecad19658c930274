"""What a check is, what it finds, and how one is registered.

A check is a small pure function of a design: no clock, no input, no randomness. It answers whether
its condition holds, or yields a ``Hit`` for each row or cell where it does. Names are addresses
people type when they waive a check, so they say the problem: "waive framing.latency-not-stated".
"""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from mlsd_app.checklist.examples import Example
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.signals import Signal

NAME = re.compile(r"[a-z]+\.[a-z0-9-]+")
REF = re.compile(r"[a-z]+\.[EWH]\d{3}")


class Severity(StrEnum):
    """How much a finding matters: only errors make a stage unsound."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


class RegistrationError(ValueError):
    """A check cannot be registered; the message names the file to change."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a condition holds. ``detail`` replaces the general message of the check;
    ``also`` names the other ends of a relation between answers.
    """

    address: str
    detail: str = ""
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw at one address of one design."""

    check: str
    ref: str
    severity: Severity
    address: str
    also: tuple[str, ...]
    message: str
    hint: str
    signal: Signal

    @property
    def stage(self) -> str:
        """The key of the stage where the finding stands."""
        return self.address.partition(".")[0]

    @property
    def fingerprint(self) -> str:
        """The same for the same check at the same addresses, whatever the values are now."""
        return fingerprint(self.check, self.address, self.also)


def fingerprint(check: str, address: str, also: Sequence[str]) -> str:
    """A short hash that stands for what ``check`` finds at ``address``, related to ``also``."""
    places = "\n".join((check, address, *also))
    return hashlib.sha256(places.encode()).hexdigest()[:16]


Condition = Callable[[Design], bool | Iterator[Hit]]
AnyCondition = TypeVar("AnyCondition", bound=Condition)


@dataclass(frozen=True)
class Check:
    """A registered check: its condition, and everything its help page says.

    ``at`` is where it points unless a hit says otherwise; ``reads`` names every answer the
    condition looks at, so that an edit elsewhere cannot change its outcome.
    """

    name: str
    ref: str
    severity: Severity
    signal: Signal
    at: str
    reads: tuple[str, ...]
    message: str
    hint: str
    source: str
    failing: Example
    passing: Example
    condition: Condition = field(repr=False)

    @property
    def stage(self) -> str:
        return self.name.partition(".")[0]

    @property
    def why(self) -> str:
        """Why it matters, in a sentence or three."""
        return " ".join((inspect.getdoc(self.condition) or "").split())

    @property
    def order(self) -> tuple[int, int]:
        """By stage, then by the catalogue's number."""
        return list(STAGES).index(self.stage), int(self.ref[-3:])

    def findings(self, design: Design) -> Iterator[Finding]:
        outcome = self.condition(design)
        if outcome is False:
            return
        for hit in (Hit(self.at),) if outcome is True else outcome:
            yield Finding(
                check=self.name,
                ref=self.ref,
                severity=self.severity,
                address=hit.address,
                also=hit.also,
                message=hit.detail or self.message,
                hint=self.hint,
                signal=self.signal,
            )


_registered: dict[str, Check] = {}


def check(
    name: str,
    *,
    ref: str,
    severity: Severity,
    signal: Signal,
    at: str,
    reads: tuple[str, ...],
    message: str,
    hint: str,
    source: str,
    failing: Example,
    passing: Example,
) -> Callable[[AnyCondition], AnyCondition]:
    """Register the decorated condition as a check; its docstring says why the check matters.

    Raises ``RegistrationError`` for a name or ref that is taken or badly formed.
    """

    def register(condition: AnyCondition) -> AnyCondition:
        added = Check(
            name=name,
            ref=ref,
            severity=severity,
            signal=signal,
            at=at,
            reads=reads,
            message=message,
            hint=hint,
            source=source,
            failing=failing,
            passing=passing,
            condition=condition,
        )
        _refuse_what_confuses(added)
        _registered[name] = added
        return condition

    return register


def registered() -> Mapping[str, Check]:
    """Every check that has been imported, by name, in order of stage and number."""
    return {check.name: check for check in sorted(_registered.values(), key=lambda c: c.order)}


def _refuse_what_confuses(added: Check) -> None:
    for known in _registered.values():
        if added.name == known.name:
            raise RegistrationError(
                f"Check {added.name!r} is already registered in {_file(known)}. "
                f"Rename the one in {_file(added)}."
            )
        if added.ref == known.ref:
            raise RegistrationError(
                f"Ref {added.ref!r} belongs to {known.name!r} in {_file(known)}. "
                f"Give {added.name!r} another number in {_file(added)}."
            )
    if not NAME.fullmatch(added.name) or added.stage not in STAGES:
        raise RegistrationError(
            f"Check name {added.name!r} is not 'stage.problem-in-words' with a stage of "
            f"{', '.join(STAGES)}. Change it in {_file(added)}."
        )
    if not REF.fullmatch(added.ref) or added.ref.partition(".")[0] != added.stage:
        raise RegistrationError(
            f"Ref {added.ref!r} of check {added.name!r} is not like '{added.stage}.E001'. "
            f"Change it in {_file(added)}."
        )
    if not added.why:
        raise RegistrationError(
            f"Check {added.name!r} does not say why it matters. "
            f"Give its function a docstring in {_file(added)}."
        )


def _file(known: Check) -> str:
    return f"{known.condition.__module__.replace('.', '/')}.py"
