"""What becomes of each finding: whether the bar shows it, and whether somebody set it aside.

The one place that says so, for the page and the PDF alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mlsd_app.checklist import Finding, Severity
from mlsd_app.checklist.bar import Bar, Hidden, judge
from mlsd_app.designs.waivers import Changes, StoredWaiver, Waivers
from mlsd_app.stages.design import Design


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding under the bar and the waivers of its design.

    ``why`` says in a sentence why it is shown, softened or not shown. ``waiver`` sets it aside, or
    did before the values changed as ``since`` says.
    """

    finding: Finding
    severity: Severity
    why: str
    is_shown: bool
    waiver: StoredWaiver | None = None
    since: Changes = ()

    @property
    def is_set_aside(self) -> bool:
        return self.waiver is not None and not self.since

    @property
    def is_open(self) -> bool:
        """Whether it counts."""
        return self.is_shown and not self.is_set_aside

    @property
    def check(self) -> str:
        return self.finding.check

    @property
    def stage(self) -> str:
        return self.finding.stage

    @property
    def address(self) -> str:
        return self.finding.address

    @property
    def also(self) -> tuple[str, ...]:
        return self.finding.also

    @property
    def message(self) -> str:
        return self.finding.message

    @property
    def hint(self) -> str:
        return self.finding.hint

    @property
    def fingerprint(self) -> str:
        return self.finding.fingerprint

    def has_end_in(self, stage: str) -> bool:
        """Whether it is about ``stage``; one that spans stages is about each of them."""
        return any(end.startswith(f"{stage}.") for end in (self.address, *self.also))


def verdicts(
    findings: Sequence[Finding], design: Design, waivers: Waivers = ()
) -> tuple[Verdict, ...]:
    """A verdict on each of ``findings``, in their order, at the bar that ``design`` sets itself."""
    bar = Bar.of(design)
    given = _Given(waivers)
    return tuple(_verdict(finding, bar, given.near(finding), design) for finding in findings)


class _Given:
    """Waivers by what they may be about, so that a finding is not held against all of them."""

    def __init__(self, waivers: Waivers) -> None:
        self._by_place: dict[tuple[str, str], list[StoredWaiver]] = {}
        for waiver in waivers:
            if waiver.is_given:
                place = "" if waiver.also is None else waiver.address
                self._by_place.setdefault((waiver.check, place), []).append(waiver)

    def near(self, finding: Finding) -> Sequence[StoredWaiver]:
        """Those of its check at its address, then those of its check in general."""
        if not self._by_place:
            return ()
        keys = [
            (check, place)
            for place in (finding.address, "")
            for check in (finding.check, finding.ref)
        ]
        return [waiver for key in keys for waiver in self._by_place.get(key, ())]


def _verdict(
    finding: Finding, bar: Bar, waivers: Sequence[StoredWaiver], design: Design
) -> Verdict:
    judged = judge(finding, bar)
    waiver, since = _set_aside(finding, waivers, design)
    return Verdict(
        finding,
        judged.severity,
        judged.reason,
        not isinstance(judged, Hidden),
        waiver,
        since,
    )


def _set_aside(
    finding: Finding, waivers: Sequence[StoredWaiver], design: Design
) -> tuple[StoredWaiver | None, Changes]:
    """The first waiver that holds, or else the first that once did and what changed since."""
    outdated: tuple[StoredWaiver | None, Changes] = (None, ())
    for waiver in waivers:
        if not waiver.covers(finding):
            continue
        since = waiver.since(finding, design)
        if not since:
            return waiver, ()
        if outdated[0] is None:
            outdated = (waiver, since)
    return outdated
