"""The appendix of findings: what the checks say and where, and what was set aside and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from django.utils import timezone
from django.utils.safestring import SafeString

from mlsd_app.checklist import Severity
from mlsd_app.checklist.evidence import in_words
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.designs.waivers import StoredWaiver
from mlsd_app.exports.blocks import (
    AsideBlock,
    Block,
    Entry,
    FindingBlock,
    FoundAt,
    Heading,
    Part,
    Prose,
)
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.stages import values
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.reading import place_name

MARKS = {Severity.ERROR: "\u00d7", Severity.WARNING: "\u25b2", Severity.HINT: "\u25cb"}
SET_ASIDE = "Set aside, with reasons"
_ORDER = list(Severity)
_BAR = ("target_level", "mode", "project_stage")


def counts(findings: Sequence[Verdict], stage_key: str = "") -> Sequence[tuple[str, str, str]]:
    """Severity, its mark and how many are open, for those that occur; of one stage if named."""
    found = Counter(
        finding.severity
        for finding in findings
        if finding.is_open and (not stage_key or finding.stage == stage_key)
    )
    return [
        (severity.value, MARKS[severity], f"{count} {severity.value}{'s' * (count != 1)}")
        for severity in _ORDER
        if (count := found[severity])
    ]


def set_aside(findings: Sequence[Verdict]) -> Sequence[Verdict]:
    """Those that would count, but for a waiver."""
    return [one for one in findings if one.is_shown and one.is_set_aside]


def findings_part(design: Design, findings: Sequence[Verdict], places: Mapping[str, str]) -> Part:
    """What is open, errors first, then what was set aside; ``places`` maps addresses to the ids of
    what is printed.
    """
    setter = Typesetter(design)
    blocks = [*_open(design, findings, setter, places)]
    if not blocks:
        none = "No finding is open" if findings else "No check finds anything"
        blocks.append(Prose(SafeString(f"<p>{none} in this revision.</p>")))
    aside = [
        _aside(design, one, one.waiver, setter, places)
        for one in set_aside(findings)
        if one.waiver is not None
    ]
    if aside:
        blocks += [Heading("findings-set-aside", SET_ASIDE, is_wide=True), *aside]
    return Part(
        slug="findings",
        number="Appendix A",
        title="Open findings",
        purpose=_purpose(design, findings),
        blocks=blocks,
        entries=[Entry("findings-set-aside", SET_ASIDE)] if aside else [],
        figures=[],
    )


def _purpose(design: Design, findings: Sequence[Verdict]) -> str:
    """What the findings are held against, and how many that leaves out."""
    general = STAGES["general"].fields
    bar = [values.show(general[key], design.value("general", key)) for key in _BAR]
    held = ", held against " + ", ".join(filter(None, bar)) if any(bar) else ""
    left_out = sum(not one.is_shown for one in findings)
    rest = f" {left_out} more are not looked for at this bar." if left_out > 1 else ""
    rest = " One more is not looked for at this bar." if left_out == 1 else rest
    return f"What the checks say about this revision{held}.{rest}"


def _open(
    design: Design, findings: Sequence[Verdict], setter: Typesetter, places: Mapping[str, str]
) -> Iterator[Block]:
    by_check: dict[str, list[Verdict]] = {}
    for finding in sorted(findings, key=lambda finding: _ORDER.index(finding.severity)):
        if finding.is_open:
            by_check.setdefault(finding.check, []).append(finding)
    for number, (check, found) in enumerate(by_check.items(), start=1):
        yield FindingBlock(
            number=number,
            severity=found[0].severity.value,
            mark=MARKS[found[0].severity],
            check=check,
            found=[_found_at(design, finding, setter, places) for finding in found],
            hint=setter.inline(found[0].hint),
        )


def _aside(
    design: Design,
    finding: Verdict,
    waiver: StoredWaiver,
    setter: Typesetter,
    places: Mapping[str, str],
) -> AsideBlock:
    return AsideBlock(
        severity=finding.severity.value,
        mark=MARKS[finding.severity],
        check=finding.check,
        found=_found_at(design, finding, setter, places),
        reason=waiver.reason,
        signed=_signed(waiver),
    )


def _found_at(
    design: Design, finding: Verdict, setter: Typesetter, places: Mapping[str, str]
) -> FoundAt:
    addresses = (finding.address, *finding.also)
    return FoundAt(
        message=setter.inline(finding.message),
        places=[(place_name(one, design), _target(one, places)) for one in addresses],
        note=_counts_again(finding),
    )


def _counts_again(finding: Verdict) -> str:
    """Why a finding counts although somebody set it aside; nothing for any other."""
    if not finding.since or finding.waiver is None:
        return ""
    signed = _signed(finding.waiver)
    who = f" ({signed})" if signed else ""
    reason = f"Set aside because “{' '.join(finding.waiver.reason.split())}”{who}"
    return f"{reason}; since then {in_words(finding.since)}."


def _signed(waiver: StoredWaiver) -> str:
    """Who set aside, and on which day: "Ada Nowak, 17 November 2026"."""
    on = waiver.on
    if waiver.at is not None:
        day = timezone.localdate(waiver.at)
        on = f"{day.day} {day:%B %Y}"
    return ", ".join(part for part in (waiver.by, on) if part)


def _target(address: str, places: Mapping[str, str]) -> str:
    """The id of the nearest thing printed for ``address``: its row, its field, or its stage."""
    table, slash, cell = address.partition("/")
    row = f"{table}/{cell.partition('.')[0]}" if slash else ""
    nearest = (row, table, address.partition(".")[0])
    return next((places[one] for one in nearest if one in places), "")
