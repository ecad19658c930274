"""The appendix of findings: what the checks say, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString

from mlsd_app.checklist import Finding, Severity
from mlsd_app.exports.blocks import FindingBlock, FoundAt, Part, Prose
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import Design, row_id, rows_at

MARKS = {Severity.ERROR: "\u00d7", Severity.WARNING: "\u25b2", Severity.HINT: "\u25cb"}
_ORDER = list(Severity)


def counts(findings: Sequence[Finding], stage_key: str = "") -> Sequence[tuple[str, str, str]]:
    """Severity, its mark and how many, for those that occur; of one stage if it is named."""
    found = Counter(
        finding.severity for finding in findings if not stage_key or finding.stage == stage_key
    )
    return [
        (severity.value, MARKS[severity], f"{count} {severity.value}{'s' * (count != 1)}")
        for severity in _ORDER
        if (count := found[severity])
    ]


def findings_part(design: Design, findings: Sequence[Finding], places: Mapping[str, str]) -> Part:
    """All findings, errors first; ``places`` maps addresses to the ids of what is printed."""
    setter = Typesetter(design)
    by_check: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda finding: _ORDER.index(finding.severity)):
        by_check.setdefault(finding.check, []).append(finding)
    blocks = [
        FindingBlock(
            number=number,
            severity=found[0].severity.value,
            mark=MARKS[found[0].severity],
            check=check,
            found=[_found_at(design, finding, setter, places) for finding in found],
            hint=setter.inline(found[0].hint),
        )
        for number, (check, found) in enumerate(by_check.items(), start=1)
    ]
    none = Prose(SafeString("<p>No check finds anything in this revision.</p>"))
    return Part(
        slug="findings",
        number="Appendix A",
        title="Open findings",
        purpose="What the checks say about this revision.",
        blocks=blocks or [none],
        entries=[],
        figures=[],
    )


def _found_at(
    design: Design, finding: Finding, setter: Typesetter, places: Mapping[str, str]
) -> FoundAt:
    addresses = (finding.address, *finding.also)
    return FoundAt(
        message=setter.inline(finding.message),
        places=[(place_name(design, one), _target(one, places)) for one in addresses],
    )


def place_name(design: Design, text: str) -> str:
    """An address in words: "Serving, ranking, Replicas"."""
    try:
        address = Address.parse(text)
    except UnknownAddressError:
        return text
    parts = [address.definition.title]
    if address.row:
        rows = rows_at(design, str(address.table).partition("/")[0])
        parts.append(next((row_id(row) for row in rows if row.row == address.row), ""))
    if address.column or not address.row:
        parts.append(address.asked.label)
    return ", ".join(part for part in parts if part)


def _target(address: str, places: Mapping[str, str]) -> str:
    """The id of the nearest thing printed for ``address``: its row, its field, or its stage."""
    table, slash, cell = address.partition("/")
    row = f"{table}/{cell.partition('.')[0]}" if slash else ""
    nearest = (row, table, address.partition(".")[0])
    return next((places[one] for one in nearest if one in places), "")
