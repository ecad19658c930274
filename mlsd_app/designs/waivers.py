"""Findings that people set aside with a reason: what is stored, and how it stands in a file.

A waiver given in the page is about one finding. One that came with a file may be about a check
everywhere, or in a whole table. Either remembers the evidence it was given for, so that a finding
counts again when the values under it change. Nothing here touches the database.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self
from uuid import uuid4

from mlsd_app.checklist import Finding
from mlsd_app.checklist.evidence import Evidence, changes, evidence
from mlsd_app.interchange import Waiver, row_names
from mlsd_app.lint.waiving import BY_REF
from mlsd_app.stages.design import STAGES, AllAnswers, Design
from mlsd_app.stages.values import LIST_LIMIT

Changes = tuple[tuple[str, str], ...]  # what stood there, what stands there now
Names = Mapping[str, str]  # from one way to name rows to another: ``stage.table/ROW``


@dataclass(frozen=True)
class StoredWaiver:
    """A check set aside at ``address`` and everything inside it, or everywhere when that is empty.

    With ``also`` it is about one finding alone, the one with these other ends. ``seen`` holds the
    evidence it was given for, by the fingerprint of the finding. ``on`` is a time in ISO 8601, or
    what the file says. ``taken_back`` is when somebody took it back, while it can be put back.
    """

    name: str
    check: str
    address: str
    reason: str
    also: tuple[str, ...] | None = None
    by: str = ""
    author: int | None = None
    on: str = ""
    seen: tuple[tuple[str, Evidence], ...] = ()
    taken_back: str = ""

    def __hash__(self) -> int:
        return hash(self.name)  # the evidence may be long

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:  # Any: JSON
        """From what ``stored`` returned."""
        also = stored["also"]
        seen = tuple((key, tuple(said)) for key, said in stored["seen"].items())
        return cls(**{**stored, "also": None if also is None else tuple(also), "seen": seen})

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        plain = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return {**plain, "seen": dict(self.seen)}

    @property
    def at(self) -> datetime | None:
        """When it was given, where a time of day is known."""
        try:
            at = datetime.fromisoformat(self.on)
        except ValueError:
            return None
        return at if at.tzinfo else None

    @property
    def is_given(self) -> bool:
        """Whether it sets anything aside: not taken back, and with a reason."""
        return not self.taken_back and bool(self.reason.strip())

    def covers(self, finding: Finding) -> bool:
        """Whether ``finding`` is meant, whatever the values were."""
        if self.check not in {finding.check, finding.ref}:
            return False
        if self.also is not None:
            ends = (finding.address, finding.also[:LIST_LIMIT])
            return ends == (self.address, self.also)
        return Waiver(address=self.address).is_about(finding.address, finding.also)

    def evidence_for(self, finding: Finding) -> Evidence | None:
        """What it was given for at ``finding``, or ``None`` when that was not noted yet."""
        if self.also is not None:
            return self.seen[0][1] if self.seen else None
        return self._said.get(finding.fingerprint)

    @cached_property
    def _said(self) -> Mapping[str, Evidence]:
        return dict(self.seen)

    def since(self, finding: Finding, design: Design) -> Changes:
        """What changed under ``finding`` since the waiver was given for it."""
        was = self.evidence_for(finding)
        return () if was is None else changes(was, evidence(finding, design))

    def given_for(self, finding: Finding, design: Design) -> StoredWaiver:
        """The same waiver, given for what stands at ``finding`` now."""
        others = () if self.also is not None else self.seen
        kept = [(key, said) for key, said in others if key != finding.fingerprint]
        now = (finding.fingerprint, evidence(finding, design))
        return dataclasses.replace(self, seen=tuple(sorted([*kept, now])))


Waivers = tuple[StoredWaiver, ...]


def waivers_of(stored: Iterable[Mapping[str, Any]]) -> Waivers:
    """Stored waivers, those that were taken back lately among them."""
    return tuple(map(StoredWaiver.of, stored))


def stored_waivers(waivers: Waivers) -> list[dict[str, Any]]:
    """As JSON, to be read by ``waivers_of``."""
    return [waiver.stored() for waiver in waivers]


def waiver_of(finding: Finding, design: Design, reason: str, **signed: Any) -> StoredWaiver:
    """A new waiver of exactly ``finding``, for the values of ``design``."""
    plain = StoredWaiver(
        uuid4().hex, finding.check, finding.address, reason, finding.also[:LIST_LIMIT], **signed
    )
    return plain.given_for(finding, design)


def by_check(findings: Iterable[Finding]) -> Mapping[str, Sequence[Finding]]:
    """The findings of each check, by its name and by its ref: what a waiver may be about."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.check, []).append(finding)
        found.setdefault(finding.ref, []).append(finding)
    return found


def noted(waivers: Waivers, findings: Sequence[Finding], design: Design) -> Waivers:
    """``waivers`` with the evidence at every finding they cover, where none was noted yet."""
    if not waivers:
        return waivers
    found = by_check(findings)
    return tuple(_noted(waiver, found.get(waiver.check, ()), design) for waiver in waivers)


def _noted(waiver: StoredWaiver, findings: Sequence[Finding], design: Design) -> StoredWaiver:
    if not waiver.is_given or (waiver.also is not None and waiver.seen):
        return waiver
    new = [
        (finding.fingerprint, evidence(finding, design))
        for finding in findings
        if waiver.covers(finding) and waiver.evidence_for(finding) is None
    ]
    return dataclasses.replace(waiver, seen=tuple(sorted({*waiver.seen, *new}))) if new else waiver


# -- In a file ------------------------------------------------------------------------------------


def from_file(waivers: Iterable[Waiver], names: Names) -> Waivers:
    """The waivers of a file, with its row names replaced by permanent ones where ``names`` knows
    them. One that is about no row of the design stays as it is written.
    """
    return tuple(_from_file(waiver, names) for waiver in waivers)


def _from_file(waiver: Waiver, names: Names) -> StoredWaiver:
    address, also = _renamed(waiver.address, names), None
    if waiver.also or waiver.given_for:
        also = tuple(_renamed(one, names) for one in waiver.also)
    return StoredWaiver(
        name=uuid4().hex,
        check=waiver.check if also is None else BY_REF.get(waiver.check, waiver.check),
        address=address,
        reason=waiver.reason,
        also=also,
        by=waiver.by,
        on=waiver.on,
        seen=(("", waiver.given_for),) if waiver.given_for else (),
    )


def to_file(
    waivers: Waivers, findings: Sequence[Finding], design: Design, names: Names
) -> Iterator[Waiver]:
    """The waivers as a file says them, so that it sets aside what the page does.

    One that covers several findings and is out of date at some of them is written for each alone.
    """
    found = by_check(findings)
    for waiver in waivers:
        if waiver.taken_back:
            continue
        covered = [one for one in found.get(waiver.check, ()) if waiver.covers(one)]
        if waiver.also is None and any(waiver.since(one, design) for one in covered):
            for finding in covered:
                seen = waiver.evidence_for(finding) or evidence(finding, design)
                yield _said(waiver, finding.address, finding.also, seen, names)
        else:
            seen = waiver.seen[0][1] if waiver.also is not None and waiver.seen else ()
            yield _said(waiver, waiver.address, waiver.also or (), seen, names)


def _said(
    waiver: StoredWaiver, address: str, also: Sequence[str], seen: Evidence, names: Names
) -> Waiver:
    return Waiver(
        check=waiver.check,
        address=_renamed(address, names),
        also=tuple(_renamed(one, names) for one in also[:LIST_LIMIT]),
        reason=waiver.reason,
        by=waiver.by,
        on=waiver.on,
        given_for=seen,
    )


def _renamed(address: str, names: Names) -> str:
    table, slash, cell = address.partition("/")
    row, dot, column = cell.partition(".")
    found = names.get(f"{table}/{row}", row)
    return f"{table}{slash}{found}{dot}{column}"


def names_in_file(answers: AllAnswers) -> dict[str, str]:
    """What each row of ``answers`` is called in a file, by ``stage.table/ROW``."""
    return {
        f"{address}/{row['row']}": name
        for address, table, rows in _tables(answers)
        for row, name in zip(rows, row_names(table, rows), strict=True)
    }


def names_in_store(read: AllAnswers, stored: AllAnswers) -> dict[str, str]:
    """The permanent name of each row by what it was called in ``read``, in the same order."""
    now = {address: rows for address, _, rows in _tables(stored)}
    return {
        f"{address}/{row['row']}": new["row"]
        for address, _, rows in _tables(read)
        for row, new in zip(rows, now[address], strict=True)
        if "row" in row
    }


def _tables(answers: AllAnswers) -> Iterator[tuple[str, Any, Sequence[Mapping[str, Any]]]]:
    for stage, fields in answers.items():
        for key, table in STAGES[stage].tables.items():
            rows: Any = fields.get(key, ())
            yield f"{stage}.{key}", table, rows
