"""Which findings a level, an occasion and a stage of the project show, and why."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from mlsd_app.checklist import CHECKS, Finding, Severity, design_of, run
from mlsd_app.checklist.bar import (
    INTERVIEW_ONLY,
    Bar,
    Hidden,
    Shown,
    Softened,
    apply,
    judge,
)
from mlsd_app.checklist.levels import FIRST_EXPECTED
from mlsd_app.stages.design import Design
from mlsd_app.stages.general import General
from mlsd_app.stages.words import LEVELS
from tests.checklist.designs import tangled

EVERY_CHECK = pytest.mark.parametrize("name", CHECKS)

# Errors that compare what has been written: sums, limits, references, methods that cannot be sound.
ALWAYS_SHOWN = {
    "framing": "E007 E013",
    "metrics": "E004 E007 E011 E019 E023 E027",
    "data": "E003 E009 E010 E015 E019 E020",
    "features": "E002 E004 E005 E006 E007 E009 E014 E015 E020",
    "model": "E005 E007 E010 E012 E019",
    "serving": "E003 E005 E007 E008 E010 E011 E013 E014 E021",
    "monitoring": "E011 E012 E014 E018 E020 E025",
}


def finding_of(name: str) -> Finding:
    """What the check ``name`` finds in its own failing example."""
    return next(iter(CHECKS[name].findings(design_of(CHECKS[name].failing))))


def test_every_check_has_a_level_and_nothing_else_has_one() -> None:
    assert list(FIRST_EXPECTED) == list(CHECKS), "Add the check to mlsd_app/checklist/levels.py."
    assert set(FIRST_EXPECTED.values()) == set(LEVELS)


@pytest.mark.parametrize("stage", ALWAYS_SHOWN)
def test_an_error_in_what_is_written_is_expected_at_every_level(stage: str) -> None:
    refs = {f"{stage}.{number}" for number in ALWAYS_SHOWN[stage].split()}
    levels = {check.ref: FIRST_EXPECTED[name] for name, check in CHECKS.items()}
    assert {ref: levels[ref] for ref in refs} == dict.fromkeys(refs, "L3")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("framing.task-not-chosen", "L3"),
        ("framing.target-not-defined", "L3"),
        ("data.no-source", "L4"),
        ("data.no-label", "L4"),
        ("serving.mode-not-decided", "L4"),
        ("monitoring.scores-not-watched", "L4"),
        ("framing.kpi-without-from-and-to", "L5"),
        ("metrics.no-guardrail", "L5"),
        ("metrics.gap-not-discussed", "L5"),
        ("serving.no-latency-headroom", "L5"),
        ("monitoring.step-without-rollback", "L5"),
        ("serving.zone-loss-overloads", "L6"),
        ("data.loop-feeds-itself", "L6"),
        ("monitoring.no-holdback", "L6"),
        ("model.upstream-may-change", "L6"),
    ],
)
def test_a_level_follows_the_cells_of_the_rubric(name: str, level: str) -> None:
    assert FIRST_EXPECTED[name] == level


@EVERY_CHECK
def test_without_a_bar_everything_is_shown_as_found(name: str) -> None:
    finding = finding_of(name)
    for bar in (Bar(), Bar(level="L9", mode="?", project_stage="someday")):
        judged = judge(finding, bar)
        assert isinstance(judged, Shown)
        assert judged.finding is finding
        assert judged.severity is finding.severity
        assert judged.reason == "No level is aimed at, so every finding is shown."


@EVERY_CHECK
@pytest.mark.parametrize("level", LEVELS)
def test_a_finding_is_shown_from_its_level_on(name: str, level: str) -> None:
    judged = judge(finding_of(name), Bar(level=level))
    assert isinstance(judged, Hidden) == (FIRST_EXPECTED[name] > level)
    assert isinstance(judged, Shown | Hidden)
    if isinstance(judged, Hidden):
        assert judged.reason == (
            f"Expected from {LEVELS[FIRST_EXPECTED[name]]} on; "
            f"the level aimed at is {LEVELS[level]}."
        )


@EVERY_CHECK
def test_a_concept_is_only_given_hints_in_serving_and_monitoring(name: str) -> None:
    check = CHECKS[name]
    judged = judge(finding_of(name), Bar(project_stage="concept"))
    if check.stage in {"serving", "monitoring"}:
        assert judged.severity is Severity.HINT
        assert isinstance(judged, Softened) == (check.severity is not Severity.HINT)
    else:
        assert isinstance(judged, Shown)
        assert judged.severity is check.severity


def test_softening_says_why_and_leaves_the_finding_as_it_is() -> None:
    judged = judge(finding_of("serving.latency-over-budget"), Bar(project_stage="concept"))
    assert judged.reason == "For a concept, Serving and Monitoring are only hinted at."
    assert judged.finding.severity is Severity.ERROR


@pytest.mark.parametrize("stage", ["design", "pilot", "production"])
def test_later_stages_of_a_project_are_given_no_discount(stage: str) -> None:
    assert isinstance(judge(finding_of("serving.no-components"), Bar(project_stage=stage)), Shown)


def test_what_is_too_high_is_hidden_before_it_is_softened() -> None:
    bar = Bar(level="L3", project_stage="concept")
    assert isinstance(judge(finding_of("serving.security-open"), bar), Hidden)
    assert isinstance(judge(finding_of("serving.latency-over-budget"), bar), Softened)


@EVERY_CHECK
def test_a_team_is_spared_only_what_an_interview_asks(name: str) -> None:
    judged = judge(finding_of(name), Bar(mode="team"))
    assert isinstance(judged, Hidden) == (name in INTERVIEW_ONLY)
    assert isinstance(judge(finding_of(name), Bar(mode="interview")), Shown)


@EVERY_CHECK
def test_what_is_for_interviews_only_fires_in_no_other_design(name: str) -> None:
    design = design_of(CHECKS[name].failing)
    general = dataclasses.replace(design.general, mode="team")
    fires = any(CHECKS[name].findings(dataclasses.replace(design, general=general)))
    assert fires == (name not in INTERVIEW_ONLY)


def test_a_design_sets_its_own_bar() -> None:
    general = General(target_level="L5", mode="interview", project_stage="concept")
    assert Bar.of(Design(general=general)) == Bar("L5", "interview", "concept")
    assert Bar.of(Design()) == Bar()


@pytest.mark.parametrize("seed", range(20))
def test_a_higher_level_never_hides_what_a_lower_one_shows(seed: int) -> None:
    findings = run(tangled(seed))
    shown = [
        {
            judged.finding.fingerprint
            for judged in apply(findings, Bar(level=level))
            if not isinstance(judged, Hidden)
        }
        for level in LEVELS
    ]
    assert all(low <= high for low, high in pairwise(shown))
    assert shown[-1] == {finding.fingerprint for finding in findings}


def test_findings_keep_their_order() -> None:
    findings = run(tangled(1))
    assert [judged.finding for judged in apply(findings, Bar(level="L4"))] == list(findings)
