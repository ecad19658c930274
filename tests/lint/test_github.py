"""Workflow commands, read back the way the runner of GitHub reads them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.lint import lint
from mlsd_app.lint.github import as_commands, command
from tests.lint.designs import DESIGN, linted, written

COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def read_back(line: str) -> tuple[str, dict[str, str], str]:
    """The name, properties and message of a command, unescaped in the order the runner does."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    properties = dict(part.split("=", 1) for part in found[2].split(","))
    for key, value in properties.items():
        for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
            value = value.replace(code, character)
        properties[key] = value.replace("%25", "%")
    message = found[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
    return found[1], properties, message


def test_each_remark_is_a_command_with_its_place(tmp_path: Path) -> None:
    report = linted(tmp_path, select=("data.W004", "framing.E002", "general.H006"))
    commands = [read_back(line) for line in as_commands(report).splitlines()]
    assert [(name, properties["title"]) for name, properties, _ in commands] == [
        ("notice", "general.nothing-asked"),
        ("error", "framing.task-not-chosen"),
        ("warning", "data.source-without-owner"),
        ("warning", "data.source-without-owner"),
    ]
    file = str(tmp_path / "design.yaml")
    assert commands[2] == (
        "warning",
        {"file": file, "line": "10", "col": "7", "title": "data.source-without-owner"},
        f"data.sources/orders.owner: {report.remarks[2].message}\n{report.remarks[2].hint}",
    )


def test_what_has_no_place_has_no_line(tmp_path: Path) -> None:
    ((_, properties, _),) = [
        read_back(line)
        for line in as_commands(linted(tmp_path, select=("monitoring.E001",))).splitlines()
    ]
    assert set(properties) == {"file", "title"}


def test_what_cannot_be_read_is_an_error_in_its_line(tmp_path: Path) -> None:
    report = lint([written(tmp_path, "framing:\n  decision: [a\n  x: b", "a,b.yaml")])
    assert [read_back(line) for line in as_commands(report).splitlines()] == [
        (
            "error",
            {"file": f"{tmp_path}/a,b.yaml", "line": "3", "col": "1", "title": "not read"},
            report.unread[0].message,
        )
    ]


def test_what_is_waived_is_a_notice_only_when_asked_for(tmp_path: Path) -> None:
    text = f"{DESIGN}waivers: [{{check: serving.E003, reason: 'a draft, 50% done'}}]\n"
    assert as_commands(linted(tmp_path, text, select=("serving.E003",))) == ""
    report = linted(tmp_path, text, select=("serving.E003",), show_waived=True)
    name, properties, message = read_back(as_commands(report).rstrip("\n"))
    assert (name, properties["title"]) == ("notice", "waived: serving.latency-over-budget")
    assert message.endswith("\na draft, 50% done")


@pytest.mark.parametrize("title", ["a:b,c%d\r\n", "%0A", "%250A", "::error::"])
def test_a_title_is_escaped(title: str) -> None:
    line = command("error", "x.yaml", None, title, "message")
    assert "\n" not in line
    assert read_back(line)[1]["title"] == title


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_no_text_leaves_its_command(file: str, message: str) -> None:
    line = command("error", file, (1, 2), "a.b", message)
    assert not re.search("[\r\n]", line)
    assert read_back(re.sub("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "?", line))[0] == "error"
    escaped = line.split("::", 2)[2]
    assert escaped.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%") == message
