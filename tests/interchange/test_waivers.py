"""Waivers beside the answers of a file."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.interchange import ProblemKind, Waiver, read, write_json, write_yaml
from mlsd_app.stages.design import AllAnswers
from tests import strategies

WRITERS = [write_yaml, write_json]

said = st.one_of(st.just(""), strategies.lines)
waivers = st.lists(
    st.builds(
        Waiver,
        check=said,
        address=said,
        reason=st.one_of(st.just(""), strategies.texts),
        by=said,
        on=said,
    ),
    max_size=4,
)


def read_waivers(text: str) -> tuple[list[Waiver], list[tuple[str, ProblemKind]]]:
    reading = read(f"framing: {{}}\nwaivers: {text}")
    return list(reading.waivers), [(one.address, one.kind) for one in reading.problems]


def test_a_waiver_says_what_why_who_and_when() -> None:
    found, problems = read_waivers(
        "\n  - check: framing.W008\n    address: framing.out_of_scope\n    reason: |\n"
        "      Two\n      lines\n    by: Ana\n    on: 2025-03-01\n  - {check: data.no-source}\n"
    )
    assert problems == []
    assert found == [
        Waiver(
            check="framing.W008",
            address="framing.out_of_scope",
            reason="Two\nlines\n",
            by="Ana",
            on="2025-03-01",
        ),
        Waiver(check="data.no-source"),
    ]


@pytest.mark.parametrize("nothing", ["", "null", "[]"])
def test_no_waivers_are_none(nothing: str) -> None:
    assert read_waivers(nothing) == ([], [])


def test_a_design_without_waivers_is_written_without_them() -> None:
    assert "waivers" not in write_yaml({})
    assert "waivers" not in write_json({})


@pytest.mark.parametrize(
    ("text", "found", "problems"),
    [
        ("framing.W008", [], [("waivers", ProblemKind.WRONG_TYPE)]),
        ("[framing.W008]", [], [("waivers/1", ProblemKind.WRONG_TYPE)]),
        (
            "[{check: a, because: b}]",
            [Waiver(check="a")],
            [("waivers/a", ProblemKind.UNKNOWN_FIELD)],
        ),
        ("[{reason: {a: b, c: d}}]", [Waiver()], [("waivers/1.reason", ProblemKind.WRONG_TYPE)]),
    ],
)
def test_what_is_no_waiver_is_left_out_and_reported(
    text: str, found: list[Waiver], problems: list[tuple[str, ProblemKind]]
) -> None:
    assert read_waivers(text) == (found, problems)


def test_waivers_alone_are_no_design() -> None:
    assert read("waivers: []\nframing: {}").waivers == ()
    with pytest.raises(ValueError, match="names no stage"):
        read("waivers: []")


@pytest.mark.parametrize("write", WRITERS)
@given(answers=strategies.answers(), waivers=waivers)
def test_writing_and_reading_back_loses_nothing(
    write: Callable[[AllAnswers, list[Waiver]], str], answers: AllAnswers, waivers: list[Waiver]
) -> None:
    text = write(answers, waivers)
    reading = read(text)
    assert list(reading.waivers) == waivers
    assert [problem for problem in reading.problems if problem.address.startswith("waivers")] == []
    assert write(reading.answers, list(reading.waivers)) == text


@given(waivers=waivers)
def test_other_yaml_readers_see_the_same(waivers: list[Waiver]) -> None:
    assert yaml.safe_load(write_yaml({}, waivers)) == json.loads(write_json({}, waivers))


def test_a_reason_of_several_lines_stays_readable() -> None:
    waiver = Waiver(check="data.W004", reason="One\ntwo\n", on="2025-03-01")
    assert write_yaml({}, [waiver]).endswith(
        "waivers:\n"
        "  - check: data.W004\n"
        "    reason: |\n"
        "      One\n"
        "      two\n"
        "    'on': '2025-03-01'\n"
    )
