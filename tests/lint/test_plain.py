"""The lines for people and the list for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlsd_app.lint import Report, lint
from mlsd_app.lint.plain import as_json, as_text
from tests.lint.designs import DESIGN, WORKED, linted

WAIVED = f"""{DESIGN}waivers:
  - check: data.W004
    address: data.sources/orders
    reason: |
      The platform team
      owns it.
    by: Ana
    on: 2025-03-01
  - {{check: serving.E003, reason: a draft}}
"""
OWNERS = ("data.W004", "serving.E003")


def waived(folder: Path, **options: Any) -> Report:
    return linted(folder, WAIVED, select=OWNERS, **options)


def test_a_line_says_where_what_and_which_check(tmp_path: Path) -> None:
    report = linted(tmp_path, select=OWNERS)
    file = tmp_path / "design.yaml"
    orders, clicks, over = report.remarks
    assert as_text(report) == (
        f"{file}:10:7: data.sources/orders.owner: warning: {orders.message}"
        " [data.source-without-owner]\n"
        f"    {orders.hint}\n"
        f"{file}:11:7: data.sources/clicks.owner: warning: {clicks.message}"
        " [data.source-without-owner]\n"
        f"    {clicks.hint}\n"
        f"{file}:14:3: serving.components: error: {over.message} [serving.latency-over-budget]\n"
        f"    {over.hint}\n"
        "1 file: 1 error, 2 warnings\n"
    )


def test_a_place_that_is_not_known_is_left_out(tmp_path: Path) -> None:
    text = as_text(linted(tmp_path, select=("monitoring.E001",)))
    assert text.startswith(f"{tmp_path / 'design.yaml'}: monitoring.monitors: error: ")


def test_what_is_waived_is_counted_and_not_listed(tmp_path: Path) -> None:
    lines = as_text(waived(tmp_path)).splitlines()
    assert len(lines) == 3
    assert "data.sources/clicks.owner: warning: " in lines[0]
    assert lines[-1] == "1 file: 1 warning (2 waived)"


def test_what_is_waived_is_listed_with_its_reason_when_asked_for(tmp_path: Path) -> None:
    lines = as_text(waived(tmp_path, show_waived=True)).splitlines()
    assert "data.sources/orders.owner: waived warning: " in lines[0]
    assert lines[1] == "    Waived: The platform team owns it. (Ana, 2025-03-01)"
    assert "serving.components: waived error: " in lines[4]
    assert lines[5:] == ["    Waived: a draft", "1 file: 1 warning (2 waived)"]


def test_what_the_bar_hides_is_counted(tmp_path: Path) -> None:
    report = waived(tmp_path, level="L3")
    assert as_text(report) == "1 file: nothing found (1 waived, 2 hidden by the bar)\n"


def test_all_that_is_well_is_one_line() -> None:
    assert as_text(lint(WORKED)) == f"{len(WORKED)} files: nothing found\n"
    assert as_text(lint(WORKED[:1])) == "1 file: nothing found\n"
    assert as_json(lint(WORKED)) == "[]\n"


def test_a_waived_remark_is_in_the_list_only_when_asked_for(tmp_path: Path) -> None:
    assert [one["waived"] for one in json.loads(as_json(waived(tmp_path)))] == [None]
    listed = json.loads(as_json(waived(tmp_path, show_waived=True)))
    assert [one["waived"] for one in listed] == [
        {"reason": "The platform team\nowns it.\n", "by": "Ana", "on": "2025-03-01"},
        None,
        {"reason": "a draft", "by": "", "on": ""},
    ]


def test_a_place_that_is_not_known_is_null(tmp_path: Path) -> None:
    (remark,) = json.loads(as_json(linted(tmp_path, select=("monitoring.E001",))))
    assert (remark["line"], remark["column"]) == (None, None)
