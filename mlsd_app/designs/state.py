"""A stored design as everything derived from it sees it: typed, checked, measured.

Kept under content hashes, so that a page or a save computes only what changed since the last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from mlsd_app.checklist import Finding, Severity, changed_between
from mlsd_app.checklist import run as run_checks
from mlsd_app.checklist import run_again as run_checks_again
from mlsd_app.designs.models import StageAnswers
from mlsd_app.designs.verdicts import Verdict, verdicts
from mlsd_app.designs.waivers import StoredWaiver, Waivers
from mlsd_app.rubric import StageHints
from mlsd_app.stages.design import STAGES, typed
from mlsd_app.stages.design import Design as Snapshot
from mlsd_app.stages.progress import Progress, progress_by_stage

if TYPE_CHECKING:
    from mlsd_app.designs.panels import Panel


@dataclass(frozen=True, slots=True)
class _Content:
    """The answers of a stage, known by their hash and read only when it is new."""

    stage: str
    content_hash: str
    row: StageAnswers = field(compare=False)


@dataclass(frozen=True)
class State:
    """A snapshot of a design with its findings and how far each stage has come.

    ``findings`` is all that the checks find. What of it counts is ``open``: shown at the bar that
    the design sets itself, and not set aside by a waiver.
    """

    snapshot: Snapshot
    findings: tuple[Finding, ...]
    progress: Mapping[str, Progress]
    hints: dict[str, StageHints] = field(default_factory=dict, compare=False)  # by stage, if asked
    panels: dict[str, Panel] = field(default_factory=dict, compare=False)  # by calculation
    waivers: Waivers = ()

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What becomes of each finding, in the order of the checks."""
        return verdicts(self.findings, self.snapshot, self.waivers)

    @cached_property
    def open(self) -> tuple[Verdict, ...]:
        """The findings that count."""
        return tuple(verdict for verdict in self.verdicts if verdict.is_open)

    @property
    def set_aside(self) -> tuple[Verdict, ...]:
        """The findings that would count, but for a waiver."""
        return tuple(one for one in self.verdicts if one.is_shown and one.is_set_aside)

    def about(self, stage: str) -> tuple[Verdict, ...]:
        """What is shown of findings with an end in ``stage``, those that are set aside included."""
        return tuple(
            verdict for verdict in self.verdicts if verdict.is_shown and verdict.has_end_in(stage)
        )

    def count(self, severity: Severity, stage: str = "") -> int:
        """How many open findings of ``severity``, in ``stage`` or in the whole design."""
        return sum(
            verdict.severity == severity and (not stage or verdict.stage == stage)
            for verdict in self.open
        )

    def taken_back(self, name: str) -> StoredWaiver | None:
        """The waiver called ``name``, if it was taken back and can be put back."""
        found = (one for one in self.waivers if one.taken_back and one.name == name)
        return next(found, None)

    def with_waivers(self, waivers: Waivers) -> State:
        """The same answers, with other findings set aside."""
        return self if waivers == self.waivers else replace(self, waivers=waivers)

    def overview(self) -> dict[str, Any]:
        """What the list of designs shows; stored with the design by each save."""
        general, framing = self.snapshot.general, self.snapshot.framing
        return {
            "percent": {stage: made.percent for stage, made in self.progress.items()},
            "counts": {severity.value: self.count(severity) for severity in Severity},
            "category": framing.category,
            "mode": general.mode,
            "level": general.target_level,
        }


@dataclass(frozen=True, slots=True)
class _Since:
    """An earlier state of the design. It saves work and changes no result, so all are equal."""

    state: State | None = field(compare=False)


def state_of(
    contents: Mapping[str, StageAnswers], waivers: Waivers = (), *, since: State | None = None
) -> State:
    """The state of a stored design, from the rows of ``Design.contents`` and its waivers.

    With an earlier state, only the checks run that read what is different now.
    """
    state = _state(
        tuple(_Content(row.stage, row.content_hash, row) for row in contents.values()),
        tuple(
            (row.stage, row.first_edited_at.timestamp())
            for row in contents.values()
            if row.first_edited_at
        ),
        _Since(since),
    )
    return state.with_waivers(waivers)


@lru_cache(maxsize=256)
def _state(
    contents: tuple[_Content, ...], first_edited: tuple[tuple[str, float], ...], since: _Since
) -> State:
    typed_stages = {content.stage: _typed(content) for content in contents}
    snapshot = Snapshot(**typed_stages, first_edited=dict(first_edited))
    return State(snapshot, _findings(snapshot, since.state), progress_by_stage(snapshot))


def _findings(snapshot: Snapshot, before: State | None) -> tuple[Finding, ...]:
    if before is None:
        return run_checks(snapshot)
    changed = changed_between(before.snapshot, snapshot)
    return run_checks_again(before.findings, snapshot, changed)


@lru_cache(maxsize=1024)
def _typed(content: _Content) -> Any:
    return typed(STAGES[content.stage], content.row.answers)
