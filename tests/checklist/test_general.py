"""The checks of the document itself, and the words and numbers that they look for."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.plans import DEFAULT_PLAN, TIME_PLANS, time_plan
from tests.checklist.designs import found, places

ARGUED: dict[str, Any] = {
    "decision": "Model family",
    "option_a": "Trees",
    "option_b": "Network",
    "choice": "option_a",
    "reason": "Simpler",
}
TEMPLATE = "general.question-still-there"
PROSE = "general.prose-disagrees-on-latency"


def question(stage_key: str, field_key: str) -> str:
    return STAGES[stage_key].question_of(field_key).label


def test_a_question_of_the_form_is_no_answer() -> None:
    words = question("model", "upgrade_path")
    assert places(TEMPLATE, {"model.upgrade_path": f"\n {words.replace(' ', '  ')} "}) == [
        "model.upgrade_path"
    ]
    assert places(TEMPLATE, {"framing.decision": words}) == ["framing.decision"]
    assert not places(TEMPLATE, {"model.upgrade_path": f"{words} When it is faster."})
    assert not places(TEMPLATE, {"model.upgrade_path": ""})


def test_every_question_and_help_of_the_form_is_known_however_it_is_spaced() -> None:
    words: set[str] = set()
    for stage in STAGES.values():
        for asked in stage.questions:
            words |= {asked.label, asked.help}
        for field in stage.fields.values():
            words |= {field.help, *(column.help for column in field.columns.values())}
    unknown = [
        said
        for said in words - {""}
        if not places(TEMPLATE, {"model.upgrade_path": "\n" + said.replace(" ", " \n ")})
    ]
    assert unknown == []


def test_help_texts_and_long_examples_of_the_form_are_no_answers() -> None:
    assert places(
        TEMPLATE, {"metrics.ab.stop_rule": STAGES["metrics"].fields["ab.stop_rule"].example}
    )
    helps = next(
        field.help for stage in STAGES.values() for field in stage.fields.values() if field.help
    )
    assert places(TEMPLATE, {"framing.problem_statement": helps})


def test_short_examples_are_honest_answers() -> None:
    example = STAGES["framing"].fields["kpi_unit"].example
    assert example
    assert not places(TEMPLATE, {"framing.kpi_unit": example})


def test_cells_and_lists_are_looked_at_too() -> None:
    action = STAGES["monitoring"].fields["monitors"].columns["action"].example
    example: Example = {
        "monitoring.monitors": [{"action": "page serving"}, {"action": action}],
        "framing.out_of_scope": ["ads", question("framing", "out_of_scope"), action],
    }
    assert places(TEMPLATE, example) == [
        "framing.out_of_scope",
        "monitoring.monitors/2.action",
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ["general.tradeoffs"]),
        ([ARGUED], ["general.tradeoffs"]),
        ([ARGUED, ARGUED], []),
        ([ARGUED, {**ARGUED, "option_b": " "}, {**ARGUED, "choice": ""}],
         ["general.tradeoffs/2", "general.tradeoffs/3"]),
        ([ARGUED, {**ARGUED, "cost": "", "decision": ""}], []),
    ],
)  # fmt: skip
def test_two_tradeoffs_are_argued(rows: list[dict[str, Any]], expected: list[str]) -> None:
    assert places("general.tradeoffs-not-argued", {"general.tradeoffs": rows}) == expected


INTERVIEW: Example = {"general.mode": "interview"}


@pytest.mark.parametrize(
    ("plan", "minutes", "expected"),
    [
        ("", {"framing": 12, "serving": 9}, []),
        ("", {"framing": 12.5, "serving": 9.1}, ["framing", "serving"]),
        ("nobody's plan", {"framing": 12.5}, ["framing"]),
        ("scientist-45", {"serving": 13.5, "framing": 9.5}, ["framing"]),
        ("Applied scientist, 60 minutes", {"serving": 16.6}, ["serving"]),
        ("", {}, []),
    ],
)
def test_a_stage_may_take_half_as_long_again(
    plan: str, minutes: dict[str, float], expected: list[str]
) -> None:
    spent = {f"general.stage_minutes.{stage}": value for stage, value in minutes.items()}
    example: Example = {"general.time_plan": plan, **spent}
    name = "general.stage-took-too-long"
    assert places(name, {**INTERVIEW, **example}) == [
        f"general.stage_minutes.{stage}" for stage in expected
    ]
    assert not places(name, example)


def test_plans_fill_their_interviews_and_know_every_stage() -> None:
    for key, plan in TIME_PLANS.items():
        assert plan.key == key
        assert plan.total == int(key.rpartition("-")[2])
        assert list(plan.minutes) == [stage.key for stage in STAGES.values() if stage.number]
        assert time_plan(key) is time_plan(f" {plan.title.upper()} ") is plan
    assert time_plan("") is DEFAULT_PLAN


def test_no_time_for_monitoring_is_not_the_same_as_no_record() -> None:
    name = "general.no-time-for-monitoring"
    assert places(name, {**INTERVIEW, "general.stage_minutes.monitoring": 0})
    assert not places(name, INTERVIEW)
    assert not places(name, {"general.mode": "team", "general.stage_minutes.monitoring": 0})


def test_only_interviews_end_with_a_question() -> None:
    assert not places("general.nothing-asked", {"general.mode": "team"})
    assert places(
        "general.nothing-asked", {**INTERVIEW, "general.questions_for_interviewer": [" "]}
    )


@pytest.mark.parametrize(
    ("first_edited", "fires"),
    [
        ({}, False),
        ({"framing": 1.0}, False),
        ({"model": 1.0}, True),
        ({"metrics": 1.0}, False),
        ({"model": 1.0, "metrics": 2.0}, True),
        ({"model": 2.0, "metrics": 2.0}, False),
        ({"model": 3.0, "metrics": 2.0}, False),
    ],
)
def test_metrics_come_before_the_model(first_edited: dict[str, float], *, fires: bool) -> None:
    name = "general.model-before-metric"
    assert bool(places(name, {**INTERVIEW, "first_edited": first_edited})) is fires
    assert not places(name, {"general.mode": "team", "first_edited": first_edited})


STATED: Example = {
    "framing.latency_slo_ms": 100,
    "serving.components": [
        {"id": "a", "critical": True, "p99_ms": 40, "timeout_ms": 60},
        {"id": "b", "critical": True, "p99_ms": 35.5},
        {"id": "c", "critical": False, "timeout_ms": 1_100},
    ],
    "metrics.rows": [{"family": "latency", "baseline": 78}, {"family": "ndcg", "baseline": 33}],
    "monitoring.monitors": [{"kind": "latency", "warn": 90}, {"kind": "cost", "warn": 34}],
}


@pytest.mark.parametrize(
    ("text", "strangers"),
    [
        ("The p99 is 100 ms", 0),
        ("a p99 of 40ms, then a latency of 35.5 ms", 0),
        ("latency stays below 75.5 ms", 0),  # the whole path
        ("Latency was 78 ms; the alarm for p99 rings at 90 ms", 0),
        ("p99 under 200 ms", 1),
        ("200 ms of latency", 1),
        ("P99: 1 200 ms", 1),
        ("a p99 of 1,100 ms", 0),
        ("a p99 of 1,200 ms", 1),
        ("12,5 ms of latency", 0),  # a decimal comma: no field could be compared with it
        ("a 100-ms latency", 0),
        ("a 200-ms latency", 1),
        ("a latency of 33 ms and a p99 of 34 ms", 2),
        ("it gains 0.014 for 12 ms", 0),
        ("the p99.9 is 300 ms", 0),
        ("latency matters. Windows of 300 ms are cut", 0),
        ("p99 over 100 items", 0),
        ("v200 ms latency", 0),
        ("latency" + " on and on" * 10 + " 300 ms", 0),
    ],
)
def test_latency_in_prose_is_one_that_a_field_states(text: str, strangers: int) -> None:
    findings = found(PROSE, {**STATED, "serving.degradation_ladder": text})
    assert [finding.address for finding in findings] == (
        ["serving.degradation_ladder"] if strangers else []
    )
    assert sum(finding.message.count("\u202fms") for finding in findings) == strangers


def test_prose_cannot_disagree_with_nothing() -> None:
    assert not places(PROSE, {"serving.degradation_ladder": "p99 under 200 ms"})


def test_prose_in_cells_and_lists_is_read_too() -> None:
    example: Example = {
        **STATED,
        "monitoring.rollout": [{"gate": "p99 under 100 ms"}, {"gate": "p99 under 110 ms"}],
        "framing.in_scope": ["p99 of 1 ms", "p99 of 2 ms"],
    }
    assert places(PROSE, example) == ["framing.in_scope", "monitoring.rollout/2.gate"]
