"""SARIF 2.1.0: the shape that its schema asks for, and what stands in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from mlsd_app.checklist import CHECKS
from mlsd_app.lint import Report, lint
from mlsd_app.lint.remarks import FILE_CHECKS
from mlsd_app.lint.sarif import as_sarif
from tests.lint.designs import DESIGN, WORKED, linted, of, written

# The objects of SARIF that are written, closed as in the schema: a property ends with "!" where it
# is required; its value is a type, a pattern, the name of an object, or a list of one of these.
Shape = type | re.Pattern[str] | str
LEVEL = re.compile("none|note|warning|error")
SHAPES: Mapping[str, Mapping[str, Shape | list[Shape]]] = {
    "log": {"$schema": str, "version!": re.compile(r"2\.1\.0"), "runs!": ["run"]},
    "run": {
        "tool!": "tool",
        "columnKind": re.compile("utf16CodeUnits|unicodeCodePoints"),
        "invocations": ["invocation"],
        "results!": ["result"],
    },
    "tool": {"driver!": "driver"},
    "driver": {"name!": str, "rules": ["rule"]},
    "rule": {
        "id!": str,
        "shortDescription": "text",
        "fullDescription": "text",
        "help": "text",
        "defaultConfiguration": "configuration",
        "properties": "bag",
    },
    "text": {"text!": str},
    "configuration": {"level": LEVEL},
    "bag": {"tags": [str], "ref": str},
    "invocation": {"executionSuccessful!": bool, "toolExecutionNotifications": ["notification"]},
    "notification": {"message!": "text", "level": LEVEL, "locations": ["location"]},
    "result": {
        "ruleId": str,
        "ruleIndex": int,
        "level": LEVEL,
        "message!": "text",
        "locations": ["location"],
        "relatedLocations": ["location"],
        "partialFingerprints": "fingerprints",
        "suppressions": ["suppression"],
    },
    "location": {
        "physicalLocation": "place",
        "logicalLocations": ["address"],
        "message": "text",
    },
    "place": {"artifactLocation": "artifact", "region": "region"},
    "artifact": {"uri": re.compile(r"[A-Za-z0-9._~:/%-]+")},
    "region": {"startLine": int, "startColumn": int},
    "address": {"fullyQualifiedName": str},
    "fingerprints": {"finding/v1": str},
    "suppression": {"kind!": re.compile("inSource|external"), "justification": str},
}


def assert_shape(value: Any, shape: Shape | list[Shape], where: str = "log") -> None:
    if isinstance(shape, list):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            assert_shape(one, shape[0], f"{where}[{number}]")
    elif isinstance(shape, type):
        assert type(value) is shape, where
    elif isinstance(shape, re.Pattern):
        assert shape.fullmatch(value), (where, value)
    else:
        known = {key.rstrip("!"): inner for key, inner in SHAPES[shape].items()}
        assert {key[:-1] for key in SHAPES[shape] if key.endswith("!")} <= set(value), where
        for key, inner in value.items():
            assert key in known, f"{where}.{key}"
            assert_shape(inner, known[key], f"{where}.{key}")


def run_of(report: Report) -> dict[str, Any]:
    log = json.loads(as_sarif(report))
    assert_shape(log, "log")
    (run,) = log["runs"]
    assert isinstance(run, dict)
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for listed in (result["locations"], result.get("relatedLocations", [])):
            assert len({json.dumps(one) for one in listed}) == len(listed)
            for one in listed:
                assert min(one["physicalLocation"].get("region", {"startLine": 1}).values()) >= 1
    return run


def test_a_result_for_each_remark_and_a_rule_for_each_check(tmp_path: Path) -> None:
    report = linted(tmp_path)
    run = run_of(report)
    assert [result["ruleId"] for result in run["results"]] == [r.check for r in report.remarks]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == list(dict.fromkeys(rules))
    levels = {"error": "error", "warning": "warning", "hint": "note"}
    assert [result["level"] for result in run["results"]] == [
        levels[remark.severity] for remark in report.remarks
    ]
    assert run["invocations"] == [{"executionSuccessful": True}]


def test_a_rule_brings_its_help_from_the_registry(tmp_path: Path) -> None:
    rules = {rule["id"]: rule for rule in run_of(linted(tmp_path))["tool"]["driver"]["rules"]}
    check = CHECKS["serving.latency-over-budget"]
    assert rules[check.name] == {
        "id": check.name,
        "shortDescription": {"text": check.message},
        "fullDescription": {"text": check.why},
        "help": {"text": f"{check.why}\n\n{check.hint}\n\nSource: {check.source}."},
        "defaultConfiguration": {"level": "error"},
        "properties": {"ref": "serving.E003", "tags": ["serving", "Production realism"]},
    }


def test_a_check_of_the_file_is_a_rule_too(tmp_path: Path) -> None:
    run = run_of(linted(tmp_path, "framing: {latency: 5}", select=("file.",)))
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["help"]["text"] == FILE_CHECKS["file.unknown-field"].why
    assert "partialFingerprints" not in run["results"][0]


def test_a_result_has_its_place_its_address_and_its_fingerprint(tmp_path: Path) -> None:
    report = linted(tmp_path, select=("serving.E003",))
    (result,) = run_of(report)["results"]
    (location,) = result["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "design.yaml").as_uri()
    assert location["physicalLocation"]["region"] == {"startLine": 14, "startColumn": 3}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "serving.components"}]
    related = {one["message"]["text"]: one for one in result["relatedLocations"]}
    limit = related["framing.latency_slo_ms"]["physicalLocation"]["region"]
    assert limit == {"startLine": 7, "startColumn": 3}
    finding = report.remarks[0].finding
    assert finding is not None
    assert result["partialFingerprints"] == {"finding/v1": finding.fingerprint}


def test_what_is_softened_keeps_the_severity_of_its_rule(tmp_path: Path) -> None:
    run = run_of(linted(tmp_path, project_stage="concept", select=("serving.E003",)))
    assert run["results"][0]["level"] == "note"
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "error"}


def test_what_is_waived_is_suppressed_with_its_reason(tmp_path: Path) -> None:
    text = f"{DESIGN}waivers: [{{check: data.W004, address: data.sources/orders, reason: known}}]\n"
    report = linted(tmp_path, text, select=("data.W004",))
    waived, still_open = run_of(report)["results"]
    assert waived["suppressions"] == [{"kind": "inSource", "justification": "known"}]
    assert "suppressions" not in still_open
    assert len(of(report, "data.source-without-owner")) == 2


def test_what_could_not_be_read_is_a_notification(tmp_path: Path) -> None:
    report = lint([written(tmp_path, "framing:\n  decision: [a\n  x: b"), "no such file.yaml"])
    (invocation,) = run_of(report)["invocations"]
    assert invocation["executionSuccessful"] is False
    first, second = invocation["toolExecutionNotifications"]
    assert first["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert second["message"]["text"] == report.unread[1].message
    place = second["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "no%20such%20file.yaml"}}


@pytest.mark.parametrize("name", ["ä b.yaml", "a%20b.yaml", "a#b?c.yaml"])
def test_a_file_is_named_by_a_uri(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    written(tmp_path, name=name)
    monkeypatch.chdir(tmp_path)
    (result, *_) = run_of(lint([name]))["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == name


def test_a_run_that_finds_nothing_has_no_results() -> None:
    run = run_of(lint(WORKED))
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_every_rule_has_the_shape(tmp_path: Path) -> None:
    text = "framing: {timeliness: online, cost_fp: -1, ml_task: x, latency: 5, entities: [[a]]}\n"
    nothing = "".join(f"{stage}: {{}}\n" for stage in ("metrics", "data", "features", "model"))
    assert len(run_of(linted(tmp_path, text + nothing))["results"]) > 30
