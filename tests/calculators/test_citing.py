"""Numbers cited by name: what a text names, what that stands for, and that it feeds nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.calculators.calculations import CALCULATIONS
from mlsd_app.calculators.citation_syntax import can_be_cited, marks, names, replaced, written
from mlsd_app.calculators.citing import (
    BASES,
    COLUMNS,
    QUANTITIES,
    Citations,
    Cited,
    renamed,
    written_out,
)
from mlsd_app.markup import inline
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.fields import Field
from tests.strategies import answers

THIN = "\u202f"
PIECES = [
    "[[", "]]", "[", "]", "(", ")", "`", "``", "\\", "\n", " ", "a.b", "serving.path_p99", "x",
    "[[a.b]]", "[[ a  b ]]", "`[[c]]`", "\\[[d]]", "[[e]](https://f.g)",
]  # fmt: skip
TEXT = STAGES["serving"].fields["mode_reason"]
LINE = STAGES["framing"].fields["business_kpi"]


def design_of(**stages: Mapping[str, Any]) -> Design:
    """A design with these answers; rows are named 1, 2, 3 unless they say otherwise."""
    named = {
        stage: {
            key: [{"row": str(number), **row} for number, row in enumerate(value, start=1)]
            if STAGES[stage].fields[key].is_table
            else value
            for key, value in given.items()
        }
        for stage, given in stages.items()
    }
    return Design.of(named)


FEED = design_of(
    framing={"peak_qps": 20_000, "latency_slo_ms": 100},
    serving={
        "components": [
            {"id": "gateway", "p99_ms": 5, "critical": True},
            {"id": "ranker", "p99_ms": 25, "service_ms": 13, "concurrency": 4, "critical": True},
            {"id": "ranker", "p99_ms": 99},
            {"id": "two  words.v2", "p99_ms": 7},
            {"p99_ms": 1},
        ]
    },
)


# -- What a text names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        ("[[a.b]]", ("a.b",)),
        ("[[a.b]] and [[ c.d ]], [[a.b]]", ("a.b", "c.d")),
        ("[[two  words]]", ("two words",)),
        ("[[]] [[ ]] [a] [ [a]] [[a] ]", ()),
        ("[[1, 2], [3, 4]]", ()),
        ("[[1]](https://example.org)", ()),
        ("`[[a]]` ``[[b]] ` `` [[c]]", ("c",)),
        ("a ` tick and [[a]]", ("a",)),
        ("\\[[a]] \\\\[[b]]", ("b",)),
        ("[[a\nb]]", ()),
        ("[[" + "x" * 201 + "]]", ()),
        ("- [[a]]\n- ` one\n- [[b]] ` two", ("a", "b")),
        ("```\n[[a]]\n```\n[[b]]", ("b",)),
        ("~~~~ python\n[[a]]\n~~~\n[[b]]\n~~~~\n[[c]]", ("c",)),
        ("> ```\n> [[a]]\n> ```\n\n[[b]]", ("b",)),
        ("```mermaid\nflowchart LR\n a[[b]] --> c\n```", ()),
        ("```\n[[a]]", ()),
        ("para\n\n    [[a]]\n\n    [[b]]\n\n[[c]]", ("c",)),
        ("- item\n\n    [[a]]", ("a",)),
        ("one\n    [[a]]", ("a",)),
        ("# Head\n    [[a]]", ()),
        ("- item\n\n      [[a]]", ()),
        ("``[[a]]`", ()),
        ("``[[a]]```[[b]]`", ("a",)),
        ("\\`[[a]]`", ("a",)),
        ("one ` tick\n\nand [[a]] ` there", ("a",)),
        ("| a |\n|---|\n| [[b]] |", ("b",)),
    ],
)
def test_names_stand_outside_code(text: str, found: tuple[str, ...]) -> None:
    assert names(text, is_markdown=True) == found


@given(text=st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.text(max_size=40))
def test_marks_are_in_order_and_everything_else_stays(text: str) -> None:
    for is_markdown in (True, False):
        found = list(marks(text, is_markdown=is_markdown))
        assert all(text[one.start : one.end].startswith("[[") for one in found)
        ends = [place for one in found for place in (one.start, one.end)]
        assert ends == sorted(ends)
        kept = replaced(text, lambda mark: text[mark.start : mark.end], is_markdown=is_markdown)
        assert kept == text


# After a run of backticks that opens nothing the converter passes over as many more characters, so
# runs stand apart here.
APART = [f"  {piece}  " if "`" in piece else piece for piece in PIECES]


@given(line=st.lists(st.sampled_from(APART), max_size=10).map("".join))
def test_the_converter_takes_the_same_names_from_a_line(line: str) -> None:
    met: list[str] = []

    def cite(name: str) -> Cited:
        met.append(" ".join(name.split()))
        return Cited(name)

    one_line = " ".join(line.split())
    inline(one_line, cite)
    assert tuple(dict.fromkeys(met)) == names(one_line, is_markdown=False)


# -- What a name stands for -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown", "about"),
    [
        ("framing.peak_qps", f"20{THIN}000/s", "Framing, Peak load"),
        ("serving.components/ranker.p99_ms", f"25{THIN}ms", "ranker, p99"),
        ("serving.components/two words.v2.p99_ms", f"7{THIN}ms", "two words.v2, p99"),
        ("serving.path_p99", f"30{THIN}ms", "p99 of the request path"),
        (" serving.path_p99 ", f"30{THIN}ms", "p99 of the request path"),
    ],
)
def test_a_name_is_shown_as_its_number_with_its_unit(name: str, shown: str, about: str) -> None:
    cited = Citations(FEED)(name)
    assert (cited.shown, cited.about, cited.state) == (shown, about, "")


def test_a_result_of_a_row_is_named_by_the_id_of_the_row() -> None:
    design = design_of(
        framing={"peak_qps": 20_000},
        serving={
            "components": [
                {"id": "a", "service_ms": 1, "concurrency": 1, "utilisation": 0.5},
                {"id": "b", "service_ms": 8, "concurrency": 16, "utilisation": 0.6},
            ]
        },
    )
    cited = Citations(design)("serving.replicas_needed/b")
    (worked,) = (
        one for one in CALCULATIONS["serving.replicas_needed"].of(design) if one.row == "2"
    )
    assert worked.value is not None
    assert cited.value == CALCULATIONS["serving.replicas_needed"].shown(worked.value)
    assert cited.title.endswith(", b")


def test_what_is_not_known_yet_says_what_it_waits_for() -> None:
    cite = Citations(Design())
    stated = cite("framing.peak_qps")
    assert stated.shown == "Framing, Peak load (not known yet)"
    assert (stated.state, stated.needs) == ("missing", ("framing.peak_qps",))
    computed = cite("framing.average_qps")
    assert computed.shown.endswith("(not known yet)")
    assert computed.needs == ("framing.daily_requests",)
    assert computed.about == "Needs Framing, Requests a day"


@pytest.mark.parametrize(
    "name",
    [
        "", "x", "serving", "serving.", "framing.problem_statement", "serving.components",
        "serving.components/ranker", "serving.components/ranker.id", "serving.components/.p99_ms",
        "serving.components/nobody.p99_ms", "framing.peak_qps/x", "serving.path_p99/ranker",
        "serving.replicas_needed", "serving.replicas_needed/nobody", "Serving.path_p99",
        "serving.components/2.p99_ms", "constructor", "__class__", "general.title",
    ],
)  # fmt: skip
def test_other_names_are_unknown_and_stay_as_typed(name: str) -> None:
    cite = Citations(FEED)
    assert not cite.knows(name)
    assert cite(name).state == "unknown"
    assert cite(name).shown == written(name)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("serving.path_p9", "serving.path_p99"),
        ("framng.peak_qps", "framing.peak_qps"),
        ("framing.peakqps", "framing.peak_qps"),
        ("serving.components/rankr.p99_ms", "serving.components/ranker.p99_ms"),
        ("serving.components/ranker.p99", "serving.components/ranker.p99_ms"),
        ("serving.replicas_needed", "serving.replicas_needed/gateway"),
        ("serving.replicas_neded/rankr", "serving.replicas_needed/ranker"),
        ("serving.components/nothing like it.p99_ms", ""),
        ("TODO", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_suggested(typed: str, meant: str) -> None:
    assert Citations(FEED).nearest(typed) == meant


@pytest.mark.parametrize("value", [1e308, -1e308, 5e-324, float("inf"), float("nan"), 0, -0.0])
def test_absurd_numbers_are_shown_in_words(value: float) -> None:
    cite = Citations(design_of(framing={"peak_qps": value, "daily_requests": value}))
    for name in ("framing.peak_qps", "framing.average_qps"):
        assert len(cite(name).shown) < 60


def test_no_two_numbers_share_a_name() -> None:
    assert len(BASES) == len(CALCULATIONS) + len(QUANTITIES) + len(COLUMNS)


@given(stored=answers(), typed=st.text(max_size=30) | st.sampled_from(BASES))
def test_every_number_of_any_design_can_be_cited(stored: Any, typed: str) -> None:
    design = Design.of(stored)
    cite = Citations(design)
    for cited in cite.offered():
        assert cite.knows(cited.name)
        assert cited.state != "unknown"
        assert names(written(cited.name), is_markdown=True) == (cited.name,)
    near = cite.nearest(typed)
    assert not near or cite.knows(near)
    assert cite(typed).shown


# -- Texts with their numbers in them -------------------------------------------------------------


def cites(name: str) -> str:
    return f"At {written(name)}."


def test_lines_lists_and_cells_are_written_out() -> None:
    design = design_of(
        framing={
            "peak_qps": 20_000,
            "business_kpi": cites("framing.peak_qps"),
            "in_scope": ["plain", cites("framing.peak_qps")],
            "assumptions": [{"assumption": cites("framing.peak_qps")}],
        },
        metrics={"ab.stop_rule": cites("framing.peak_qps")},
        data={"sources": [{"id": "[[framing.peak_qps]]", "quality_checks": [cites("a.b")]}]},
        serving={"mode_reason": cites("framing.peak_qps")},
    )
    shown = f"At 20{THIN}000/s."
    made = written_out(design)
    assert made.framing.business_kpi == shown
    assert made.framing.in_scope == ("plain", shown)
    assert made.framing.assumptions[0].assumption == shown
    assert made.data.sources[0].quality_checks == ("At [[a.b]].",)
    # Rows are found by what they are called, and Markdown is the converter's.
    assert made.data.sources[0].id == "[[framing.peak_qps]]"
    assert made.serving.mode_reason == "At [[framing.peak_qps]]."
    assert made.monitoring is design.monitoring


def test_a_design_that_cites_nothing_stays_itself() -> None:
    assert written_out(FEED) is FEED


@given(stored=answers(), name=st.sampled_from(BASES))
def test_no_text_feeds_a_calculation(stored: dict[str, Any], name: str) -> None:
    words = {
        "framing": {"business_kpi": cites(name), "in_scope": [cites(name)]},
        "serving": {"mode_reason": cites(name)},
    }
    design = Design.of({**stored, **{key: stored[key] | words[key] for key in words}})
    made = written_out(design)
    for calculation in CALCULATIONS.values():
        before = [(one.row, one.value) for one in calculation.of(design)]
        assert repr(before) == repr([(one.row, one.value) for one in calculation.of(made)])


@given(stored=answers())
def test_writing_out_twice_changes_nothing_more(stored: Any) -> None:
    once = written_out(Design.of(stored))
    assert repr(written_out(once)) == repr(once)


# -- A row gets another id ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "text", "followed"),
    [
        (LINE, "[[serving.components/a.p99_ms]]", "[[serving.components/b.p99_ms]]"),
        (TEXT, "x [[serving.replicas_needed/a]] y", "x [[serving.replicas_needed/b]] y"),
        (TEXT, "[[ serving.components/aa.p99_ms ]]", "[[ serving.components/aa.p99_ms ]]"),
        (TEXT, "[[features.rows/a.freshness_s]]", "[[features.rows/a.freshness_s]]"),
        (TEXT, "[[serving.components/a.id]]", "[[serving.components/a.id]]"),
        (TEXT, "`[[serving.components/a.p99_ms]]`", "`[[serving.components/a.p99_ms]]`"),
        (TEXT, "a serving.components/a.p99_ms", "a serving.components/a.p99_ms"),
    ],
)
def test_names_follow_the_row(field: Field, text: str, followed: str) -> None:
    assert renamed(text, field, "serving.components", "a", "b") == followed


def test_names_do_not_follow_to_an_id_that_cannot_be_cited() -> None:
    text = "[[serving.components/a.p99_ms]]"
    assert not can_be_cited("serving.components/b]")
    assert renamed(text, LINE, "serving.components", "a", "b]") == text
