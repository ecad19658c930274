from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.interchange import Problem, ProblemKind, Reading, UnreadableError, read
from mlsd_app.stages.design import STAGES, Design
from tests import strategies


def stage_of(text: str, stage: str) -> tuple[Any, list[Problem]]:
    reading = read(text)
    return reading.answers[stage], list(reading.problems)


def test_every_stage_is_there_even_when_the_file_names_one() -> None:
    assert list(read("framing: {}").answers) == list(STAGES)


@pytest.mark.parametrize("nothing", ["null", "~", "", '""', "[]"])
@pytest.mark.parametrize(
    "field", ["entities", "cost_fp", "in_scope", "scale", "feedback_loop", "ml_task"]
)
def test_null_and_empty_mean_unanswered(field: str, nothing: str) -> None:
    assert stage_of(f"framing:\n  {field}: {nothing}\n", "framing") == ({}, [])


@pytest.mark.parametrize("nothing", ["null", "{}", "[]"])
def test_a_group_without_parts_is_unanswered(nothing: str) -> None:
    assert stage_of(f"metrics:\n  ab: {nothing}\n", "metrics") == ({}, [])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("cost_fp: 1", 1),
        ("cost_fp: 1.0", 1.0),
        ("cost_fp: 0.002 USD", 0.002),
        ("cost_fp: '8'", 8),
        ("latency_slo_ms: 0.1 s", 100),
        ("daily_requests: 600M", 600_000_000),
        ("peak_qps: 1.2e3", 1200.0),
        ("availability_slo_pct: 99.9 %", 99.9),
        ("entities: 42", "42"),
        ("entities: 3.10", "3.10"),
        ("entities: no", "no"),
        ("entities: 2024-01-31", "2024-01-31"),
        ("entities: true", "true"),
        ("entities: 'null'", "null"),
        ("entities: [user, item]", "user; item"),
        ("entities: 'two\n\n    lines'", "two lines"),
        ("feedback_loop: yes", True),
        ("feedback_loop: 'no'", False),
        ("feedback_loop: 1", True),
        ("timeliness: Online", "online"),
        ("in_scope: home feed", ["home feed"]),
        ("in_scope: 'a, b\n\n    c'", ["a, b", "c"]),
        ("in_scope: [step-up: challenge, 5, null]", ["step-up: challenge", "5"]),
        ("in_scope: [[a, b], c]", ["a; b", "c"]),
        ("problem_statement: [one, two]", "one\ntwo"),
    ],
)
def test_a_value_is_read_as_its_field_asks(written: str, value: object) -> None:
    answers, problems = stage_of(f"framing:\n  {written}\n", "framing")
    assert list(answers.values()) == [value]
    assert type(next(iter(answers.values()))) is type(value)
    assert problems == []


@pytest.mark.parametrize(
    ("text", "value"), [("true", "yes"), ("false", "no"), ("yes", "yes"), ("'no'", "no")]
)
def test_yes_and_no_among_choices_survive_yaml(text: str, value: str) -> None:
    answers, problems = stage_of(
        f"features:\n  rows:\n    - available_at_prediction: {text}\n", "features"
    )
    assert answers["rows"] == [{"row": "1", "available_at_prediction": value}]
    assert problems == []


def test_json_true_is_a_choice_too() -> None:
    document = {"features": {"rows": [{"id": "f", "available_at_prediction": True}]}}
    answers, problems = stage_of(json.dumps(document), "features")
    assert answers["rows"][0]["available_at_prediction"] == "yes"
    assert problems == []


@pytest.mark.parametrize(
    ("written", "value", "kind"),
    [
        ("cost_fp: -5", -5, ProblemKind.OUT_OF_RANGE),
        ("availability_slo_pct: 1e308", 1e308, ProblemKind.OUT_OF_RANGE),
        ("timeliness: sometimes", "sometimes", ProblemKind.UNKNOWN_CHOICE),
        ("entities: " + "x" * 600, "x" * 500, ProblemKind.TOO_LONG),
        ("problem_statement: " + "x" * 30_000, "x" * 20_000, ProblemKind.TOO_LONG),
        ('entities: "a\\0b"', "ab", ProblemKind.CONTROL_CHARACTER),
    ],
)
def test_what_a_form_refuses_is_kept_and_reported(
    written: str, value: object, kind: ProblemKind
) -> None:
    answers, problems = stage_of(f"framing:\n  {written}\n", "framing")
    assert list(answers.values()) == [value]
    assert [problem.kind for problem in problems] == [kind]
    assert problems[0].address == "framing." + written.partition(":")[0]


@pytest.mark.parametrize(
    "written",
    [
        "cost_fp: high",
        "cost_fp: 5 GB",
        "cost_fp: true",
        "cost_fp: [1]",
        "cost_fp: {a: 1, b: 2}",
        "cost_fp: .nan",
        "cost_fp: .inf",
        "cost_fp: 1e999",
        "cost_fp: 1e-999",
        "feedback_loop: perhaps",
        "feedback_loop: [yes]",
        "entities: {a: b, c: d}",
        "in_scope: [{a: b, c: d}]",
        "scale: many",
        "scale: {user: 5}",
    ],
)
def test_a_wrong_type_is_left_out_and_reported(written: str) -> None:
    answers, problems = stage_of(f"framing:\n  {written}\n", "framing")
    assert answers == {}
    assert [problem.kind for problem in problems] == [ProblemKind.WRONG_TYPE]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_that_is_none_is_left_out_of_json(number: str) -> None:
    answers, problems = stage_of(f'{{"framing": {{"cost_fp": {number}}}}}', "framing")
    assert answers == {}
    assert [problem.kind for problem in problems] == [ProblemKind.WRONG_TYPE]


def test_an_endless_number_costs_nothing() -> None:
    answers, _ = stage_of('{"framing": {"cost_fp": 0.' + "1" * 500_000 + "}}", "framing")
    assert answers["cost_fp"] == pytest.approx(1 / 9)


def test_unknown_names_are_left_out_and_the_near_ones_suggested() -> None:
    reading = read(
        "framming: {}\nframing:\n  latency_slo: 5\nmetrics:\n  ab: {units: user}\n"
        "  rows:\n    - {id: a, colour: red}\n"
    )
    assert reading.answers["framing"] == {}
    assert reading.answers["metrics"] == {"rows": [{"row": "a", "id": "a"}]}
    assert {problem.kind for problem in reading.problems} == {ProblemKind.UNKNOWN_FIELD}
    assert [(problem.address, problem.message) for problem in reading.problems] == [
        ("", "“framming” is not a stage; it was left out. Did you mean “framing”?"),
        (
            "framing",
            "Framing has no field “latency_slo”; it was left out. Did you mean “latency_slo_ms”?",
        ),
        (
            "metrics",
            "Metrics has no field “ab.units”; it was left out. Did you mean “ab.unit”?",
        ),
        (
            "metrics.rows/a",
            f"{STAGES['metrics'].fields['rows'].label} has no column “colour”; it was left out.",
        ),
    ]


def test_a_stage_or_a_group_that_is_no_mapping_is_left_out() -> None:
    reading = read("framing: [a]\nmetrics:\n  ab: not possible\n")
    assert not any(reading.answers.values())
    assert [(problem.address, problem.kind) for problem in reading.problems] == [
        ("framing", ProblemKind.WRONG_TYPE),
        ("metrics.ab", ProblemKind.WRONG_TYPE),
    ]


def test_parts_of_a_group_may_have_dotted_names() -> None:
    answers, problems = stage_of("metrics:\n  ab.alpha: 0.05\n", "metrics")
    assert answers == {"ab.alpha": 0.05}
    assert problems == []


def test_a_field_given_twice_keeps_the_last_and_says_so() -> None:
    answers, problems = stage_of("metrics:\n  ab: {alpha: 0.05}\n  ab.alpha: 0.1\n", "metrics")
    assert answers == {"ab.alpha": 0.1}
    assert [problem.kind for problem in problems] == [ProblemKind.DUPLICATE]


def row_names(rows: str) -> tuple[list[str], list[ProblemKind]]:
    answers, problems = stage_of(f"metrics:\n  rows: {rows}\n", "metrics")
    return [row["row"] for row in answers["rows"]], [problem.kind for problem in problems]


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ("[{id: ndcg}, {id: watch_min}]", ["ndcg", "watch_min"]),
        ("[{id: ndcg}, {name: x}, {}]", ["ndcg", "2", "3"]),
        ("[{id: has space}, {id: 'a/b'}]", ["1", "2"]),
        ("[{id: 2}, {name: x}]", ["2", "2-"]),
        ("[{id: [a]}, {id: null}]", ["1", "2"]),
    ],
)
def test_a_row_is_named_by_its_id_or_its_position(rows: str, names: list[str]) -> None:
    assert row_names(rows) == (names, [])


def test_rows_with_the_same_id_are_kept_and_reported() -> None:
    assert row_names("[{id: a}, {id: a}, {id: b}]") == (["1", "2", "b"], [ProblemKind.DUPLICATE])


def test_problems_in_a_cell_are_at_its_address() -> None:
    _, problems = stage_of(
        "serving:\n  components:\n    - {id: gateway, utilisation: 60, replicas: 2.5}\n", "serving"
    )
    assert [problem.address for problem in problems] == [
        "serving.components/gateway.utilisation",
        "serving.components/gateway.replicas",
    ]


def test_a_row_that_is_no_mapping_is_left_out() -> None:
    answers, problems = stage_of("metrics:\n  rows: [ndcg, {id: a}, null]\n", "metrics")
    assert answers["rows"] == [{"row": "a", "id": "a"}]
    assert [problem.kind for problem in problems] == [ProblemKind.WRONG_TYPE]


def test_long_tables_and_lists_are_cut_and_reported() -> None:
    rows = "\n".join(f"    - {{id: m{n}}}" for n in range(2000))
    slices = ", ".join(f"s{n}" for n in range(150))
    answers, problems = stage_of(f"metrics:\n  rows:\n{rows}\n  slices: [{slices}]\n", "metrics")
    assert (len(answers["rows"]), len(answers["slices"])) == (500, 100)
    assert [problem.kind for problem in problems] == [ProblemKind.TOO_LONG] * 2


def test_many_problems_are_counted_not_listed() -> None:
    reading = read("framing:\n" + "".join(f"  x{n}: 1\n" for n in range(5000)))
    assert len(reading.problems) == 201
    assert reading.problems[-1].message == "4800 more problems were found in the file."


def read_or_refuse(text: str, name: str = "") -> Reading | None:
    """Any other exception than the one promised fails the test."""
    with suppress(UnreadableError):
        reading = read(text, name=name)
        Design.of(reading.answers)
        return reading
    return None


@given(st.text(), st.sampled_from(["", "a.json", "a.yaml"]))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    read_or_refuse(text, name)


@given(st.text("framing:modelrows{}[]-|>'\"&*!%#?, \n\t0.e~<\\u", max_size=80))
def test_text_made_of_yaml_is_read_or_refused(text: str) -> None:
    read_or_refuse(text)
    read_or_refuse(f"framing:\n  {text}")


@given(strategies.raw_documents())
def test_any_structure_is_read_or_refused(document: Any) -> None:
    read_or_refuse(json.dumps(document, default=str))
    with suppress(yaml.YAMLError, UnicodeError):
        read_or_refuse(yaml.safe_dump(document))
