"""Reports as workflow commands, which GitHub shows beside the changed lines of a pull request."""

from __future__ import annotations

from mlsd_app.checklist import Severity
from mlsd_app.interchange import Place
from mlsd_app.lint.linting import Report
from mlsd_app.lint.remarks import Remark

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "notice"}
_IN_MESSAGES = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTIES = _IN_MESSAGES | str.maketrans({":": "%3A", ",": "%2C"})


def as_commands(report: Report) -> str:
    """One command a line: what could not be read, then every remark."""
    unread = [
        command("error", one.file, (one.line, 1) if one.line else None, "not read", one.message)
        for one in report.unread
    ]
    return "".join(f"{line}\n" for line in [*unread, *map(_annotation, report.listed)])


def _annotation(remark: Remark) -> str:
    if remark.waiver:
        title, message = f"waived: {remark.check}", f"{remark.message}\n{remark.waiver.reason}"
        return command("notice", remark.file, remark.place, title, message)
    place = f"{remark.address}: " if remark.address else ""
    message = "\n".join(part for part in (f"{place}{remark.message}", remark.hint) if part)
    return command(COMMANDS[remark.severity], remark.file, remark.place, remark.check, message)


def command(name: str, file: str, place: Place | None, title: str, message: str) -> str:
    """A workflow command with its properties and message escaped as GitHub reads them back."""
    properties: dict[str, str | int] = {"file": file}
    if place:
        properties |= {"line": place[0], "col": place[1]}
    properties["title"] = title
    written = ",".join(
        f"{key}={str(value).translate(_IN_PROPERTIES)}" for key, value in properties.items()
    )
    return f"::{name} {written}::{message.translate(_IN_MESSAGES)}"
