"""Waivers in a file: what they set aside, and what they do not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlsd_app.checklist import Severity, run
from mlsd_app.checklist.evidence import evidence
from mlsd_app.interchange import read
from mlsd_app.lint import Report
from mlsd_app.stages.design import Design
from tests.lint.designs import DESIGN, linted, of


def waived(folder: Path, waivers: str, **options: str) -> Report:
    return linted(folder, f"{DESIGN}waivers:\n{waivers}", **options)  # type: ignore[arg-type]


def open_owners(report: Report) -> list[str]:
    return [one.address for one in report.open if one.check == "data.source-without-owner"]


@pytest.mark.parametrize("check", ["data.source-without-owner", "data.W004"])
@pytest.mark.parametrize(
    ("address", "left"),
    [
        ("", []),
        ("data", []),
        ("data.sources", []),
        ("data.sources/orders", ["data.sources/clicks.owner"]),
        ("data.sources/orders.owner", ["data.sources/clicks.owner"]),
        ("data.sources/order", ["data.sources/orders.owner", "data.sources/clicks.owner"]),
        ("data.labels", ["data.sources/orders.owner", "data.sources/clicks.owner"]),
    ],
)
def test_an_address_waives_what_is_inside_it(
    tmp_path: Path, check: str, address: str, left: list[str]
) -> None:
    report = waived(tmp_path, f"  - {{check: {check}, address: '{address}', reason: known}}\n")
    assert open_owners(report) == left
    assert bool(of(report, "file.unused-waiver")) == (len(left) == 2)


def test_a_waived_error_does_not_count(tmp_path: Path) -> None:
    text = "framing: {latency: 5}\n"
    assert linted(tmp_path, text, select=("file.",)).exit_code == 1
    reason = "waivers: [{check: file.unknown-field, reason: read by another tool}]\n"
    report = linted(tmp_path, text + reason, select=("file.",))
    assert (report.exit_code, report.open, len(report.remarks)) == (0, (), 1)


def test_a_waiver_without_a_reason_waives_nothing_and_says_so(tmp_path: Path) -> None:
    report = waived(tmp_path, "  - {check: serving.E003}\n  - {check: data.W004, reason: ' '}\n")
    assert len(open_owners(report)) == 2
    assert any(one.check == "serving.latency-over-budget" for one in report.open)
    assert [
        (one.message, one.severity, one.place) for one in of(report, "file.waiver-without-reason")
    ] == [
        (
            f"{check} is waived without a reason, so the finding still counts. "
            "Say why it does not apply.",
            Severity.WARNING,
            place,
        )
        for check, place in (("serving.E003", (17, 5)), ("data.W004", (18, 5)))
    ]
    assert of(report, "file.unused-waiver") == []


@pytest.mark.parametrize(
    ("waiver", "says"),
    [
        (
            "check: serving.batch-overruns, reason: x",
            "serving.batch-overruns finds nothing, so there is nothing to waive. "
            "Take the waiver out.",
        ),
        (
            "check: data.W004, address: data.sources/gone, reason: x",
            "data.W004 finds nothing at data.sources/gone, so there is nothing to waive. "
            "Take the waiver out.",
        ),
        ("check: serving.E999", "No check is called “serving.E999”."),
        (
            "check: data.source-without-owners, reason: x",
            "No check is called “data.source-without-owners”. "
            "Did you mean data.source-without-owner?",
        ),
        ("reason: x", "The waiver names no check. Write which one it is about."),
    ],
)
def test_a_waiver_that_meets_nothing_is_a_hint(tmp_path: Path, waiver: str, says: str) -> None:
    report = waived(tmp_path, f"  - {{{waiver}}}\n")
    (remark,) = of(report, "file.unused-waiver")
    assert (remark.message, remark.severity, remark.place) == (says, Severity.HINT, (17, 5))
    assert remark.address == "waivers/1"


def test_a_waiver_of_what_the_bar_hides_is_still_in_use(tmp_path: Path) -> None:
    waiver = "  - {check: data.W004, reason: x}\n"
    report = waived(tmp_path, waiver, level="L3")
    assert of(report, "data.source-without-owner") == []
    assert of(report, "file.unused-waiver") == []


def test_a_waiver_of_what_was_not_asked_for_is_still_in_use(tmp_path: Path) -> None:
    text = f"{DESIGN}waivers: [{{check: data.W004, reason: x}}]\n"
    assert linted(tmp_path, text, ignore=("data.",)).remarks != ()
    assert of(linted(tmp_path, text, ignore=("data.",)), "file.unused-waiver") == []


def test_a_check_of_the_history_may_be_waived_in_a_file_that_has_none(tmp_path: Path) -> None:
    report = waived(tmp_path, "  - {check: general.model-before-metric, reason: x}\n")
    assert of(report, "file.unused-waiver") == []


def test_of_two_waivers_the_first_with_a_reason_is_named(tmp_path: Path) -> None:
    report = waived(
        tmp_path,
        "  - {check: data.W004}\n"
        "  - {check: data.W004, reason: first}\n"
        "  - {check: data.source-without-owner, reason: second}\n",
    )
    found = of(report, "data.source-without-owner")
    assert [one.waiver and one.waiver.reason for one in found] == ["first", "first"]
    assert of(report, "file.unused-waiver") == []


GIVEN = "  - {{check: serving.E003, reason: known, address: serving.components{more}}}\n"
OVER = "250 ms of p99 in serving against 100 ms in framing"


@pytest.mark.parametrize(
    ("given_for", "also", "holds"),
    [
        (None, None, True),
        (None, "[framing.latency_slo_ms]", True),
        (None, "[framing.peak_qps]", False),
        ("as it is", "[framing.latency_slo_ms]", True),
        ("as it is", None, True),
        ("[it was, 5 ms, 7 ms]", None, False),
    ],
)
def test_a_waiver_may_say_what_it_was_given_for(
    tmp_path: Path, given_for: str | None, also: str | None, holds: bool
) -> None:
    design = Design.of(read(DESIGN).answers)
    found = next(one for one in run(design) if one.ref == "serving.E003")
    assert OVER in found.message.replace("\u202f", " ")
    seen = json.dumps(evidence(found, design)) if given_for == "as it is" else given_for
    more = "".join(
        f", {key}: {value}" for key, value in (("also", also), ("given_for", seen)) if value
    )
    report = waived(tmp_path, GIVEN.format(more=more))
    assert any(one.ref == "serving.E003" for one in report.open) != holds
    outdated = [one.message for one in of(report, "file.outdated-waiver")]
    if given_for in {None, "as it is"}:
        assert outdated == []
    else:
        assert "5 ms became 1 row: gateway and 7 ms became 100 ms" in outdated[0]
