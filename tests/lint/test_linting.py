"""What a run reports under a bar and a selection."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from mlsd_app.checklist import CHECKS, Severity, run
from mlsd_app.checklist.bar import INTERVIEW_ONLY
from mlsd_app.checklist.levels import FIRST_EXPECTED
from mlsd_app.interchange import ProblemKind, read
from mlsd_app.lint import Options, UnknownSelectorError, lint
from mlsd_app.lint.remarks import FILE_CHECKS
from mlsd_app.lint.selecting import REFS, Selection
from mlsd_app.stages.design import Design
from tests.lint.designs import DESIGN, WORKED, linted, of, written


def test_the_worked_designs_are_sound_under_every_bar() -> None:
    assert lint(WORKED).remarks == ()
    assert lint(WORKED).exit_code == 0


def test_without_options_every_finding_is_reported_as_the_checks_find_it(tmp_path: Path) -> None:
    report = linted(tmp_path)
    findings = run(Design.of(read(DESIGN).answers))
    assert [remark.finding for remark in report.remarks] == list(findings)
    assert [remark.severity for remark in report.remarks] == [one.severity for one in findings]
    assert (report.hidden, report.exit_code) == (0, 1)


def test_a_finding_has_the_place_of_its_answer_or_of_what_would_hold_it(tmp_path: Path) -> None:
    report = linted(tmp_path)
    assert [(one.address, one.place) for one in of(report, "data.source-without-owner")] == [
        ("data.sources/orders.owner", (10, 7)),
        ("data.sources/clicks.owner", (11, 7)),
    ]
    assert [one.place for one in of(report, "framing.task-not-chosen")] == [(5, 1)]
    assert [one.place for one in of(report, "monitoring.nothing-watched")] == [None]


def test_the_other_end_of_a_finding_has_its_place_too(tmp_path: Path) -> None:
    (over,) = of(linted(tmp_path), "serving.latency-over-budget")
    assert ("framing.latency_slo_ms", (7, 3)) in over.also


def test_a_level_leaves_out_what_is_expected_above_it(tmp_path: Path) -> None:
    everything, report = linted(tmp_path), linted(tmp_path, level="L4")
    left = {remark.check for remark in everything.remarks if FIRST_EXPECTED[remark.check] <= "L4"}
    assert {remark.check for remark in report.remarks} == left
    assert report.hidden == len(everything.remarks) - len(report.remarks) > 0


def test_a_concept_is_only_given_hints_in_serving_and_monitoring(tmp_path: Path) -> None:
    report = linted(tmp_path, project_stage="concept", select=("serving.", "monitoring."))
    assert {remark.severity for remark in report.remarks} == {Severity.HINT}
    assert (report.exit_code, report.hidden) == (0, 0)
    assert linted(tmp_path, select=("serving.",)).exit_code == 1


def test_the_occasion_asked_for_decides_what_is_checked(tmp_path: Path) -> None:
    team = DESIGN.replace("mode: interview", "mode: team", 1)
    for text, mode, is_interview in (
        (DESIGN, "", True),
        (DESIGN, "own", True),
        (DESIGN, "team", False),
        (team, "", False),
        (team, "interview", True),
    ):
        found = {remark.check for remark in linted(tmp_path, text, mode=mode).remarks}
        assert bool(found & INTERVIEW_ONLY) == is_interview, (text[:40], mode)


def test_a_design_is_held_against_its_own_bar_where_that_is_asked_for(tmp_path: Path) -> None:
    own = linted(tmp_path, level="own", mode="own", project_stage="own")
    named = linted(tmp_path, level="L4", mode="interview", project_stage="concept")
    assert own == named
    silent = DESIGN.replace("target_level: L4", "").replace("project_stage: concept", "")
    assert linted(tmp_path, silent, level="own", project_stage="own").hidden == 0


@pytest.mark.parametrize(
    ("select", "ignore", "names"),
    [
        ((), (), set(REFS)),
        (("framing.task-not-chosen",), (), {"framing.task-not-chosen"}),
        (("framing.E002",), (), {"framing.task-not-chosen"}),
        (("framing.",), (), {name for name in REFS if name.startswith("framing.")}),
        (("serving.E",), (), {n for n, ref in REFS.items() if ref.startswith("serving.E")}),
        (("file.",), (), set(FILE_CHECKS)),
        (
            ("framing.E00",),
            ("framing.task-not-chosen", "framing.E003"),
            {
                "framing.objective-not-stated",
                "framing.latency-not-stated",
                "framing.load-not-stated",
                "framing.goal-no-better-than-today",
            },
        ),
        ((), ("file.", "data.E"), {n for n, ref in REFS.items() if ref and "data.E" not in ref}),
    ],
)
def test_a_selection_takes_names_refs_and_how_they_begin(
    select: tuple[str, ...], ignore: tuple[str, ...], names: set[str]
) -> None:
    assert Selection.of(select, ignore).names == names


def test_a_whole_name_selects_no_longer_one() -> None:
    for name in REFS:
        assert Selection.of((name,)).names == {name}


@pytest.mark.parametrize("option", ["select", "ignore"])
@pytest.mark.parametrize("selector", ["framing.nothing-like-it-at-all", "E002", "framing.X", "*"])
def test_an_unknown_selector_is_refused_with_its_option(option: str, selector: str) -> None:
    with pytest.raises(UnknownSelectorError, match=f"--{option} '.*': no check has this name"):
        Options.of({option: [selector]})


@pytest.mark.parametrize(
    "given", ["framing.E001,data.E001", ["framing.E001, data.E001,"], ["framing.E001", "data.E001"]]
)
def test_selectors_may_share_a_word_or_stand_apart(given: str | list[str]) -> None:
    selected = Options.of({"select": given}).selection.names
    assert selected == {"framing.objective-not-stated", "data.no-source"}


def test_what_is_not_selected_does_not_count(tmp_path: Path) -> None:
    report = linted(tmp_path, "framing: {latency: 5}", ignore=("framing.E", "file."))
    assert not any(remark.check.startswith("file.") for remark in report.remarks)
    report = linted(tmp_path, select=("framing.W",))
    assert {remark.severity for remark in report.remarks} == {Severity.WARNING}
    assert report.exit_code == 0


def test_every_problem_a_file_can_have_is_a_check_of_files() -> None:
    assert {f"file.{kind}" for kind in ProblemKind} <= set(FILE_CHECKS)
    assert not set(FILE_CHECKS) & set(CHECKS)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    report = lint([str(tmp_path / "gone.yaml"), written(tmp_path), written(tmp_path, "", "e.yaml")])
    assert [Path(one.file).name for one in report.unread] == ["gone.yaml", "e.yaml"]
    assert {Path(one.file).name for one in report.remarks} == {"design.yaml"}
    assert (report.files, report.exit_code) == (3, 2)


def test_the_name_of_a_file_cannot_steer_the_terminal(tmp_path: Path) -> None:
    report = lint([written(tmp_path, name="a\x1b[2J\nb.yaml")])
    assert Path(report.remarks[0].file).name == "a\ufffd[2J\ufffdb.yaml"


def test_yaml_and_json_are_linted_alike(tmp_path: Path) -> None:
    text = '{"framing": {"timeliness": "online", "latency_slo": 5}}'
    reports = [lint([written(tmp_path, text, name)]) for name in ("a.json", "a.yaml")]
    yaml, json = (
        [dataclasses.replace(remark, file="") for remark in report.remarks] for report in reports
    )
    assert yaml == json
    assert yaml[0].place == (1, 38)
