"""``manage.py lint``: the same command as ``python -m mlsd_app.lint``, without a database."""

from __future__ import annotations

import io
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.designs.management.commands.lint import Command
from mlsd_app.lint import add_arguments

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures").glob("*.yaml"))
UNSOUND = """
framing:
  timeliness: online
  latency_slo: 100
  cost_fp: -3
  ml_task: guessing
"""


def lint(*files: str | Path, **options: Any) -> tuple[int, str, str]:
    """Run the command; its exit code, output and error output."""
    out, err = io.StringIO(), io.StringIO()
    colour = {} if "force_color" in options else {"no_color": True}
    with pytest.raises(SystemExit) as ended:
        call_command("lint", *map(str, files), stdout=out, stderr=err, **colour, **options)
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


@pytest.fixture
def unsound(tmp_path: Path) -> Path:
    path = tmp_path / "unsound.yaml"
    path.write_text(UNSOUND)
    return path


def test_the_worked_designs_are_sound() -> None:
    assert len(FIXTURES) >= 2
    code, out, err = lint(*FIXTURES)
    assert (code, err) == (0, "")
    assert out == f"{len(FIXTURES)} files: nothing found\n"


def test_an_error_exits_with_one(unsound: Path) -> None:
    code, out, _ = lint(unsound)
    assert code == 1
    assert (
        f"{unsound}:2:1: framing.latency_slo_ms: error: An online system without a latency limit."
        " [framing.latency-not-stated]\n"
        "    Give one number at one percentile; every later stage spends from it.\n"
    ) in out
    assert out.splitlines()[-1].startswith("1 file: ")


def test_only_warnings_exit_with_nought(tmp_path: Path) -> None:
    path = tmp_path / "warned.yaml"
    lines = FIXTURES[0].read_text().splitlines()
    path.write_text("\n".join(line for line in lines if "out_of_scope" not in line))
    code, out, _ = lint(path)
    assert code == 0
    assert out.splitlines()[-1] == "1 file: 1 warning"


def test_json_is_a_list_of_remarks(unsound: Path) -> None:
    code, out, _ = lint(unsound, format="json")
    remarks = json.loads(out)
    assert code == 1
    assert {" ".join(remark) for remark in remarks} == {
        "file check ref severity address message hint line column waived"
    }
    assert {remark["severity"] for remark in remarks} == {"error", "warning", "hint"}
    assert {
        "file": str(unsound),
        "check": "framing.latency-not-stated",
        "ref": "framing.E004",
        "severity": "error",
        "address": "framing.latency_slo_ms",
        "message": "An online system without a latency limit.",
        "hint": "Give one number at one percentile; every later stage spends from it.",
        "line": 2,
        "column": 1,
        "waived": None,
    } in remarks


def test_json_of_a_sound_design_is_an_empty_list() -> None:
    assert lint(FIXTURES[0], format="json") == (0, "[]\n", "")


def test_annotations_of_a_sound_design_are_nothing() -> None:
    assert lint(FIXTURES[0], format="github") == (0, "", "")


def test_problems_of_the_file_come_first(unsound: Path) -> None:
    remarks = json.loads(lint(unsound, format="json")[1])
    keys = ("check", "severity", "address", "ref", "line")
    assert [tuple(remark[key] for key in keys) for remark in remarks[:3]] == [
        ("file.unknown-field", "error", "framing", "", 4),
        ("file.out-of-range", "warning", "framing.cost_fp", "", 5),
        ("file.unknown-choice", "warning", "framing.ml_task", "", 6),
    ]


def test_it_takes_the_options_of_the_module(unsound: Path) -> None:
    ours, theirs = Command().create_parser("manage.py", "lint"), ArgumentParser()
    add_arguments(theirs)
    known = {option for action in ours._actions for option in action.option_strings}
    assert {option for action in theirs._actions for option in action.option_strings} <= known
    code, out, _ = lint(unsound, select=["framing."], ignore="framing.E", level="L4")
    assert code == 0
    assert "error" not in out
    assert "framing.assumptions-missing" in out
    assert out.endswith(" hidden by the bar)\n")


def test_an_unknown_selector_exits_with_two_and_lints_nothing(unsound: Path) -> None:
    assert lint(unsound, select=["framing.task-not-choosen"]) == (
        2,
        "",
        "--select 'framing.task-not-choosen': no check has this name, ref or prefix."
        " Did you mean framing.task-not-chosen?\n",
    )


def test_an_unknown_choice_of_an_option_is_refused(unsound: Path) -> None:
    with pytest.raises(CommandError, match="argument --level: invalid choice: 'L7'"):
        call_command("lint", str(unsound), "--level=L7")


def test_severities_are_painted_where_colour_is_shown(unsound: Path) -> None:
    _, out, _ = lint(unsound, select=["framing.E004"], force_color=True)
    assert "\x1b[31;1merror\x1b[0m: An online system" in out


def test_the_input_is_read_for_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    source = io.TextIOWrapper(io.BytesIO(FIXTURES[0].read_bytes()))
    monkeypatch.setattr("sys.stdin", source)
    assert lint("-") == (0, "1 file: nothing found\n", "")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "The file cannot be opened: No such file or directory."),
        (b"", "The file is empty."),
        (b"\xff\xfe\x00", "The file is not UTF-8 text. Save it as UTF-8."),
        (b"name: x", "The file names no stage of a design."),
        (b"framing: [", "is not YAML"),
        (b"x" * 5_000_000, "The file is larger than 1,000,000 characters."),
    ],
)
def test_a_file_that_cannot_be_read_exits_with_two_and_spares_the_others(
    unsound: Path, tmp_path: Path, content: bytes | None, says: str
) -> None:
    path = tmp_path / "unread.yaml"
    if content is not None:
        path.write_bytes(content)
    code, out, err = lint(path, unsound)
    assert code == 2
    assert err.startswith(f"{path}: ")
    assert says in err
    assert f"{unsound}:2:1: framing.latency_slo_ms: error: " in out
    assert out.splitlines()[-1].endswith(", 1 not read")


def test_a_folder_is_not_looked_into(tmp_path: Path) -> None:
    code, out, err = lint(tmp_path)
    assert code == 2
    assert "Is a directory" in err
    assert out == "1 file: 1 not read\n"


def test_what_a_file_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "coloured.json"
    path.write_text(
        '{"framing": {"\\u001b[2J\\nnext\\ud800": 1, "timeliness": "\\u001b[2J",'
        ' "cost_fp": "5 \\u001b[2J"},'
        ' "waivers": [{"check": "\\u001b[2J", "reason": "\\u001b[2J"}]}'
    )
    for format_ in ("text", "github"):
        _, out, _ = lint(path, format=format_, show_waived=True)
        assert "\x1b" not in out
        assert "Framing has no field “[2J next”" in out


@given(content=st.binary(max_size=200))
def test_any_bytes_end_with_an_exit_code(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    for start in (b"", b"framing:\n  "):
        path.write_bytes(start + content)
        assert lint(path)[0] in {0, 1, 2}
