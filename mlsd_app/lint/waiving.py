"""Waivers of a file: which remark each sets aside, and which of them are good for nothing."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterator, Sequence

from mlsd_app.checklist import CHECKS, FIRST_EDITED
from mlsd_app.interchange import Reading, Waiver
from mlsd_app.lint.remarks import FILE_CHECKS, Remark

NAMES = (*CHECKS, *FILE_CHECKS)
BY_REF = {check.ref: name for name, check in CHECKS.items()}


def waive(remarks: Sequence[Remark], waivers: Sequence[Waiver]) -> list[Remark]:
    """``remarks`` in their order, each with the first waiver that says why it does not apply."""
    given = [waiver for waiver in waivers if waiver.reason]
    if not given:
        return list(remarks)
    return [
        dataclasses.replace(remark, waiver=next((w for w in given if meets(w, remark)), None))
        for remark in remarks
    ]


def meets(waiver: Waiver, remark: Remark) -> bool:
    """Whether ``waiver`` is about ``remark``: an address also stands for everything inside it."""
    if waiver.check not in {remark.check, remark.ref}:
        return False
    within = (f"{waiver.address}.", f"{waiver.address}/")
    return waiver.address in {"", remark.address} or remark.address.startswith(within)


def remarks_on_waivers(file: str, reading: Reading, remarks: Sequence[Remark]) -> Iterator[Remark]:
    """What is wrong with the waivers of a file, given everything that was found in it."""
    for waiver in reading.waivers:
        said = _wrong_with(waiver, remarks)
        if said is not None:
            check, message = said
            address = f"{Waiver.TABLE}/{waiver.row}"
            yield Remark.of_file(file, check, address, message, reading.place_of(address))


def _wrong_with(waiver: Waiver, remarks: Sequence[Remark]) -> tuple[str, str] | None:
    """The check of the file that ``waiver`` fails, and what to say; ``None`` when it is fine."""
    if any(meets(waiver, remark) for remark in remarks):
        if waiver.reason:
            return None
        still = "so the finding still counts. Say why it does not apply."
        return "file.waiver-without-reason", f"{waiver.check} is waived without a reason, {still}"
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
