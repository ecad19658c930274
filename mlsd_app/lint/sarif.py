"""Reports in SARIF 2.1.0, the exchange format of static analysis."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mlsd_app.checklist import CHECKS, Severity
from mlsd_app.interchange import Place
from mlsd_app.lint.linting import Report, Unread
from mlsd_app.lint.remarks import FILE_CHECKS, Remark

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Mapping[Severity, str] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.HINT: "note",
}
Json = dict[str, Any]  # Any: whatever JSON can hold


def as_sarif(report: Report) -> str:
    """A log of one run. What is waived is in it, suppressed with its reason."""
    names = list(dict.fromkeys(remark.check for remark in report.remarks))
    run: Json = {
        "tool": {"driver": {"name": "Seven", "rules": [_rule(name) for name in names]}},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report.unread)],
        "results": [_result(remark, names) for remark in report.remarks],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule(name: str) -> Json:
    """What is known about a check, whether it is one of a design or of a file."""
    if name in FILE_CHECKS:
        of_file = FILE_CHECKS[name]
        return {
            "id": name,
            "shortDescription": {"text": of_file.title},
            "help": {"text": of_file.why},
            "defaultConfiguration": {"level": LEVELS[of_file.severity]},
            "properties": {"tags": ["file"]},
        }
    check = CHECKS[name]
    return {
        "id": name,
        "shortDescription": {"text": check.message},
        "fullDescription": {"text": check.why},
        "help": {"text": f"{check.why}\n\n{check.hint}\n\nSource: {check.source}."},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {"ref": check.ref, "tags": [check.stage, check.signal.label]},
    }


def _result(remark: Remark, names: Sequence[str]) -> Json:
    said = " ".join(part for part in (remark.message, remark.hint) if part)
    result: Json = {
        "ruleId": remark.check,
        "ruleIndex": names.index(remark.check),
        "level": LEVELS[remark.severity],
        "message": {"text": said},
        "locations": [_location(remark.file, remark.place, remark.address)],
    }
    if remark.also:
        result["relatedLocations"] = [
            _location(remark.file, place, address) | {"message": {"text": address}}
            for address, place in dict.fromkeys(remark.also)
        ]
    if remark.finding:
        result["partialFingerprints"] = {"finding/v1": remark.finding.fingerprint}
    if remark.waiver:
        result["suppressions"] = [{"kind": "inSource", "justification": remark.waiver.reason}]
    return result


def _location(file: str, place: Place | None, address: str = "") -> Json:
    physical: Json = {"artifactLocation": {"uri": _uri(file)}}
    if place:
        physical["region"] = {"startLine": place[0], "startColumn": place[1]}
    location: Json = {"physicalLocation": physical}
    if address:
        location["logicalLocations"] = [{"fullyQualifiedName": address}]
    return location


def _invocation(unread: Sequence[Unread]) -> Json:
    invocation: Json = {"executionSuccessful": not unread}
    if unread:
        invocation["toolExecutionNotifications"] = [
            {
                "level": "error",
                "message": {"text": one.message},
                "locations": [_location(one.file, (one.line, 1) if one.line else None)],
            }
            for one in unread
        ]
    return invocation


def _uri(file: str) -> str:
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
