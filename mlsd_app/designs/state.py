"""A stored design as everything derived from it sees it: typed, checked, measured.

Kept under content hashes, so that a page or a save computes only what changed since the last one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mlsd_app.checklist import Finding, Severity
from mlsd_app.checklist import run as run_checks
from mlsd_app.designs.models import StageAnswers
from mlsd_app.rubric import StageHints
from mlsd_app.stages.design import STAGES, typed
from mlsd_app.stages.design import Design as Snapshot
from mlsd_app.stages.progress import Progress, progress_by_stage


@dataclass(frozen=True, slots=True)
class _Content:
    """The answers of a stage, known by their hash and read only when it is new."""

    stage: str
    content_hash: str
    row: StageAnswers = field(compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """A snapshot of a design with its findings and how far each stage has come."""

    snapshot: Snapshot
    findings: tuple[Finding, ...]
    progress: Mapping[str, Progress]
    hints: dict[str, StageHints] = field(default_factory=dict, compare=False)  # by stage, if asked

    def about(self, stage: str) -> tuple[Finding, ...]:
        """The findings with an end in ``stage``; one that spans stages is about each of them."""
        return tuple(
            finding
            for finding in self.findings
            if any(end.startswith(f"{stage}.") for end in (finding.address, *finding.also))
        )

    def count(self, severity: Severity, stage: str = "") -> int:
        """How many findings of ``severity``, in ``stage`` or in the whole design."""
        return sum(
            finding.severity == severity and (not stage or finding.stage == stage)
            for finding in self.findings
        )

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


def state_of(contents: Mapping[str, StageAnswers]) -> State:
    """The state of a stored design, from the rows of ``Design.contents``."""
    return _state(
        tuple(_Content(row.stage, row.content_hash, row) for row in contents.values()),
        tuple(
            (row.stage, row.first_edited_at.timestamp())
            for row in contents.values()
            if row.first_edited_at
        ),
    )


@lru_cache(maxsize=256)
def _state(contents: tuple[_Content, ...], first_edited: tuple[tuple[str, float], ...]) -> State:
    typed_stages = {content.stage: _typed(content) for content in contents}
    snapshot = Snapshot(**typed_stages, first_edited=dict(first_edited))
    return State(snapshot, run_checks(snapshot), progress_by_stage(snapshot))


@lru_cache(maxsize=1024)
def _typed(content: _Content) -> Any:
    return typed(STAGES[content.stage], content.row.answers)
