"""Waivers of a file: which remark each sets aside, and which of them are good for nothing."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Sequence

from mlsd_app.checklist import CHECKS, FIRST_EDITED
from mlsd_app.checklist.evidence import Evidence, changes, evidence, in_words
from mlsd_app.interchange import Reading, Waiver
from mlsd_app.lint.remarks import FILE_CHECKS, Remark
from mlsd_app.stages.design import Design

NAMES = (*CHECKS, *FILE_CHECKS)
BY_REF = {check.ref: name for name, check in CHECKS.items()}


def waive(remarks: Sequence[Remark], waivers: Sequence[Waiver], design: Design) -> list[Remark]:
    """``remarks`` in their order, each with the first waiver that says why it does not apply."""
    given = [waiver for waiver in waivers if waiver.reason]
    if not given:
        return list(remarks)
    return [
        dataclasses.replace(
            remark, waiver=next((w for w in given if holds(w, remark, design)), None)
        )
        for remark in remarks
    ]


def meets(waiver: Waiver, remark: Remark) -> bool:
    """Whether ``waiver`` is about ``remark``, whatever it was given for."""
    return waiver.check in {remark.check, remark.ref} and waiver.is_about(
        remark.address, [address for address, _ in remark.also]
    )


def holds(waiver: Waiver, remark: Remark, design: Design) -> bool:
    """Whether ``waiver`` is about ``remark`` and nothing changed there since it was given."""
    if not meets(waiver, remark):
        return False
    return not waiver.given_for or waiver.given_for == _evidence(remark, design)


def _evidence(remark: Remark, design: Design) -> Evidence:
    return evidence(remark.finding, design) if remark.finding else (remark.message,)


def remarks_on_waivers(
    file: str, reading: Reading, remarks: Sequence[Remark], design: Design
) -> Iterator[Remark]:
    """What is wrong with the waivers of a file, given everything that was found in it."""
    for waiver in reading.waivers:
        said = _wrong_with(waiver, remarks, design)
        if said is not None:
            check, message = said
            address = f"{Waiver.TABLE}/{waiver.row}"
            yield Remark.of_file(file, check, address, message, reading.place_of(address))


def _wrong_with(
    waiver: Waiver, remarks: Sequence[Remark], design: Design
) -> tuple[str, str] | None:
    """The check of the file that ``waiver`` fails, and what to say; ``None`` when it is fine."""
    met = [remark for remark in remarks if meets(waiver, remark)]
    if met and not waiver.reason:
        still = "so the finding still counts. Say why it does not apply."
        return "file.waiver-without-reason", f"{waiver.check} is waived without a reason, {still}"
    if any(holds(waiver, remark, design) for remark in met):
        return None
    if met:
        since = in_words(changes(waiver.given_for, _evidence(met[0], design)))
        still = f"{since}, so the finding counts again."
        todo = "Take the waiver out, or write under given_for what it is given for now."
        return "file.outdated-waiver", f"Since {waiver.check} was waived, {still} {todo}"
    name = BY_REF.get(waiver.check, waiver.check)
    if name in CHECKS and FIRST_EDITED in CHECKS[name].reads:
        return None  # needs the history of the edits, which a file does not have
    if not waiver.check:
        return "file.unused-waiver", "The waiver names no check. Write which one it is about."
    if name not in NAMES:
        close = difflib.get_close_matches(waiver.check[:60], NAMES, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        return "file.unused-waiver", f"No check is called “{waiver.check}”.{hint}"
    where = f" at {waiver.address}" if waiver.address else ""
    nothing = "so there is nothing to waive. Take the waiver out."
    return "file.unused-waiver", f"{waiver.check} finds nothing{where}, {nothing}"
