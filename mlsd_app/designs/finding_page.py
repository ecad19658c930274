"""The findings of a design as its own page: what counts, what was set aside, what is not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlsd_app.checklist import Finding
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.designs.waivers import StoredWaiver, by_check
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES
from mlsd_app.stages.fields import Stage

# What the bar is made of, and what is said while it is not answered.
BAR = {
    "general.target_level": "every level",
    "general.mode": "any occasion",
    "general.project_stage": "any stage of the project",
}


@dataclass(frozen=True)
class Aside:
    """A waiver, with the findings it sets aside and those it did before the values changed."""

    waiver: StoredWaiver
    holds: Sequence[Verdict]
    outdated: Sequence[Verdict]
    hidden: Sequence[Verdict]

    @property
    def is_about_nothing(self) -> bool:
        """Whether the check finds nothing there, or what it named is gone."""
        return not (self.holds or self.outdated or self.hidden)


@dataclass(frozen=True)
class FindingPage:
    """What the page of findings shows."""

    page: StagePage

    @property
    def bar(self) -> Iterator[tuple[str, str]]:
        """The parts of the bar in words, each with the address that sets it."""
        for address, unsaid in BAR.items():
            place = Address.parse(address)
            value = self.page.state.snapshot.value(place.stage, place.field)
            yield address, values.show(place.asked, value) or unsaid

    @property
    def by_stage(self) -> list[tuple[Stage, list[Verdict]]]:
        """The open findings of each stage that has some, in the order of the stages."""
        order = [*NUMBERED_STAGES, STAGES["general"]]
        grouped = ((one, [f for f in self.page.state.open if f.stage == one.key]) for one in order)
        return [(stage, findings) for stage, findings in grouped if findings]

    @cached_property
    def set_aside(self) -> list[Aside]:
        """Every waiver, but for those that hold nowhere any more and stand beside what is open."""
        listed = [self._aside(one) for one in self.page.state.waivers if not one.taken_back]
        return [one for one in listed if one.holds or one.hidden or not one.outdated]

    @cached_property
    def _findings(self) -> Mapping[str, Sequence[Finding]]:
        return by_check(self.page.state.findings)

    @cached_property
    def _verdicts(self) -> Mapping[Finding, Verdict]:
        return {one.finding: one for one in self.page.state.verdicts}

    def _aside(self, waiver: StoredWaiver) -> Aside:
        found = self._findings.get(waiver.check, ())
        covered = [self._verdicts[one] for one in found if waiver.covers(one)]
        mine = [one for one in covered if one.waiver == waiver and one.is_shown]
        return Aside(
            waiver,
            [one for one in mine if one.is_set_aside],
            [one for one in mine if not one.is_set_aside],
            [one for one in covered if one not in mine],
        )

    @property
    def not_shown(self) -> list[Verdict]:
        """What the bar leaves out."""
        return [one for one in self.page.state.verdicts if not one.is_shown]
