"""The one place that says which findings are shown for a level, an occasion and a stage of the
project, and why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from mlsd_app.checklist.levels import FIRST_EXPECTED
from mlsd_app.checklist.registry import Finding, Severity
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.words import LEVELS

# Their conditions ask for an interview; a team that reads an interview's design can do without.
INTERVIEW_ONLY = frozenset(
    {
        "general.stage-took-too-long",
        "general.no-time-for-monitoring",
        "general.nothing-asked",
        "general.model-before-metric",
        "features.wrong-number-for-an-interview",
    }
)
TOO_EARLY_FOR_A_CONCEPT = ("serving", "monitoring")


@dataclass(frozen=True, slots=True)
class Bar:
    """What a design is held against, in the stored words of the three questions.

    An empty part filters nothing, and neither does a word that is not among the choices.
    """

    level: str = ""
    mode: str = ""
    project_stage: str = ""

    @classmethod
    def of(cls, design: Design) -> Self:
        """The bar that ``design`` sets for itself."""
        general = design.general
        return cls(general.target_level, general.mode, general.project_stage)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, and in a sentence why it is shown or not."""

    finding: Finding
    reason: str

    @property
    def severity(self) -> Severity:
        """How much it matters under the bar."""
        return self.finding.severity


class Shown(Judged):
    """Shown as the check found it."""

    __slots__ = ()


class Softened(Judged):
    """Shown as a hint: it would matter more later in the project."""

    __slots__ = ()

    @property
    def severity(self) -> Severity:
        return Severity.HINT


class Hidden(Judged):
    """Not shown; the finding is still there when the bar is raised."""

    __slots__ = ()


def judge(finding: Finding, bar: Bar) -> Shown | Softened | Hidden:
    """Whether ``finding`` is shown under ``bar``, softened to a hint, or hidden."""
    if bar.mode == "team" and finding.check in INTERVIEW_ONLY:
        return Hidden(finding, "It is asked in interviews only, and this is a team's design.")
    expected = FIRST_EXPECTED[finding.check]
    if bar.level in LEVELS and bar.level < expected:
        return Hidden(finding, _expected(expected, bar))
    stage = finding.check.partition(".")[0]
    is_early = bar.project_stage == "concept" and stage in TOO_EARLY_FOR_A_CONCEPT
    if is_early and finding.severity is not Severity.HINT:
        titles = " and ".join(STAGES[key].title for key in TOO_EARLY_FOR_A_CONCEPT)
        return Softened(finding, f"For a concept, {titles} are only hinted at.")
    if bar.level not in LEVELS:
        return Shown(finding, "No level is aimed at, so every finding is shown.")
    if expected == min(LEVELS):
        return Shown(finding, "Expected at every level.")
    return Shown(finding, _expected(expected, bar))


def apply(findings: Iterable[Finding], bar: Bar) -> tuple[Shown | Softened | Hidden, ...]:
    """Every finding with what ``bar`` makes of it, in the order given."""
    return tuple(judge(finding, bar) for finding in findings)


def _expected(level: str, bar: Bar) -> str:
    return f"Expected from {LEVELS[level]} on; the level aimed at is {LEVELS[bar.level]}."
