"""Two states of a design beside each other, with what follows for the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlsd_app.comparison.designs import StageChanges, compare
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.designs.waivers import StoredWaiver
from mlsd_app.history.answers import writers
from mlsd_app.history.moments import Moment
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES


@dataclass(frozen=True)
class Compared:
    """What changed from ``first`` to ``second``."""

    first: Moment
    second: Moment

    @cached_property
    def stages(self) -> Sequence[StageChanges]:
        return compare(self.first.answers, self.second.answers)

    @property
    def count(self) -> int:
        return sum(len(stage.changes) for stage in self.stages)

    @property
    def same(self) -> Sequence[str]:
        """The titles of the stages in which nothing changed."""
        changed = {one.stage.key for one in self.stages}
        return [stage.title for key, stage in STAGES.items() if key not in changed]

    @cached_property
    def writers(self) -> Mapping[Address, Moment]:
        """Where it is known, the state in which what changed became as it is in ``second``."""
        found: dict[Address, Moment] = {}
        for changed in self.stages:
            found |= writers(self.first, self.second, changed.stage)
        return found

    @property
    def set_aside(self) -> Sequence[StoredWaiver]:
        """What sets findings aside in ``second`` and did not in ``first``."""
        return _given(self.second, _given(self.first))

    @property
    def taken_back(self) -> Sequence[StoredWaiver]:
        """What set findings aside in ``first`` and does no more in ``second``."""
        return _given(self.first, _given(self.second))

    @cached_property
    def gained(self) -> Sequence[Verdict]:
        """Findings that are shown of ``second`` and not of ``first``."""
        return _without(_shown(self.second), _shown(self.first))

    @cached_property
    def lost(self) -> Sequence[Verdict]:
        """Findings that are shown of ``first`` and not of ``second``."""
        return _without(_shown(self.first), _shown(self.second))


def _given(moment: Moment, without: Sequence[StoredWaiver] = ()) -> Sequence[StoredWaiver]:
    known = {waiver.name for waiver in without}
    given = (waiver for waiver in moment.state.waivers if waiver.is_given)
    return [waiver for waiver in given if waiver.name not in known]


def _shown(moment: Moment) -> Sequence[Verdict]:
    """What the bar lets through, whether it is set aside or not: that solves nothing."""
    return [verdict for verdict in moment.state.verdicts if verdict.is_shown]


def _without(findings: Sequence[Verdict], others: Sequence[Verdict]) -> Sequence[Verdict]:
    known = {finding.fingerprint for finding in others}
    return [finding for finding in findings if finding.fingerprint not in known]
