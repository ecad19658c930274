"""Reports as lines for people, and as a JSON list for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from mlsd_app.checklist import Severity
from mlsd_app.interchange import Waiver
from mlsd_app.lint.linting import Report
from mlsd_app.lint.remarks import Remark

Paint = Callable[[Severity, str], str]


def unpainted(severity: Severity, text: str) -> str:
    """``text`` as it is: for where no colour is shown."""
    return text


def as_text(report: Report, paint: Paint = unpainted) -> str:
    """A line for each remark, most with a hint below, and a line that counts them."""
    lines = [line for remark in report.listed for line in _lines(remark, paint)]
    return "".join(f"{line}\n" for line in [*lines, _summary(report)])


def _lines(remark: Remark, paint: Paint) -> Iterator[str]:
    place = ":".join(map(str, (remark.file, *(remark.place or ()))))
    severity = paint(remark.severity, remark.severity)
    if remark.waiver:
        severity = f"waived {remark.severity}"
    where = ": ".join(part for part in (place, remark.address, severity) if part)
    yield f"{where}: {remark.message} [{remark.check}]"
    if remark.waiver:
        yield f"    {_because(remark.waiver)}"
    elif remark.hint:
        yield f"    {remark.hint}"


def _because(waiver: Waiver) -> str:
    reason = " ".join(waiver.reason.split())
    signed = ", ".join(part for part in (waiver.by, waiver.on) if part)
    return f"Waived: {reason} ({signed})" if signed else f"Waived: {reason}"


def _summary(report: Report) -> str:
    counts = Counter(remark.severity for remark in report.open)
    found = [counted(counts[severity], severity) for severity in Severity if counts[severity]]
    if report.unread:
        found.append(f"{len(report.unread)} not read")
    aside = []
    if waived := len(report.remarks) - len(report.open):
        aside.append(f"{waived} waived")
    if report.hidden:
        aside.append(f"{report.hidden} hidden by the bar")
    rest = f" ({', '.join(aside)})" if aside else ""
    return f"{counted(report.files, 'file')}: {', '.join(found) or 'nothing found'}{rest}"


def counted(how_many: int, noun: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{how_many} {noun}" if how_many == 1 else f"{how_many} {noun}s"


def as_json(report: Report) -> str:
    """A list of remarks; ``line`` and ``column`` count from 1 and are null where unknown."""
    listed = [_listed(remark) for remark in report.listed]
    return json.dumps(listed, ensure_ascii=False, indent=2) + "\n"


def _listed(remark: Remark) -> dict[str, Any]:
    line, column = remark.place or (None, None)
    waiver = remark.waiver
    return {
        "file": remark.file,
        "check": remark.check,
        "ref": remark.ref,
        "severity": remark.severity,
        "address": remark.address,
        "message": remark.message,
        "hint": remark.hint,
        "line": line,
        "column": column,
        "waived": waiver and {"reason": waiver.reason, "by": waiver.by, "on": waiver.on},
    }
