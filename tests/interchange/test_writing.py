from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given

from mlsd_app.interchange import read, write_json, write_yaml
from mlsd_app.stages.design import STAGES, AllAnswers, Value
from tests import strategies

WRITERS = [write_yaml, write_json]


def without_row_names(answers: AllAnswers) -> dict[str, dict[str, Value]]:
    def plain(value: Any) -> Any:
        if isinstance(value, list):
            return [
                {k: v for k, v in one.items() if k != "row"} if isinstance(one, dict) else one
                for one in value
            ]
        return value

    return {
        stage: {key: plain(value) for key, value in values.items()}
        for stage, values in answers.items()
    }


@pytest.mark.parametrize("write", WRITERS)
@given(answers=strategies.answers())
def test_writing_and_reading_back_loses_nothing(
    write: Callable[[AllAnswers], str], answers: AllAnswers
) -> None:
    text = write(answers)
    back = read(text).answers
    assert without_row_names(back) == without_row_names(answers)
    assert write(back) == text


@given(answers=strategies.answers())
def test_other_yaml_readers_see_the_same_types(answers: AllAnswers) -> None:
    """Numbers, flags and texts are what any reader of YAML takes them for."""
    assert yaml.safe_load(write_yaml(answers)) == json.loads(write_json(answers))


def test_nothing_but_the_answers_is_written() -> None:
    answers: AllAnswers = {
        "metrics": {
            "ab.unit": "user",
            "ab.mean": 42.0,
            "rows": [{"row": "0c5c", "kind": "offline", "id": "ndcg"}, {"row": "77e1"}],
            "slices": ["new users"],
        },
        "framing": {"problem_statement": "Two lines:\n- of Markdown\n", "feedback_loop": False},
    }
    assert write_yaml(answers) == (
        "general: {}\n"
        "framing:\n"
        "  problem_statement: |\n"
        "    Two lines:\n"
        "    - of Markdown\n"
        "  feedback_loop: false\n"
        "metrics:\n"
        "  rows:\n"
        "    - {id: ndcg, kind: offline}\n"
        "    - {}\n"
        "  slices:\n"
        "    - new users\n"
        "  ab:\n"
        "    unit: user\n"
        "    mean: 42.0\n"
        "data: {}\nfeatures: {}\nmodel: {}\nserving: {}\nmonitoring: {}\n"
    )


def test_an_empty_design_is_a_file_too() -> None:
    for write in WRITERS:
        assert read(write({})).answers == {stage: {} for stage in STAGES}


def test_json_keeps_the_order_of_the_stages() -> None:
    document = json.loads(
        write_json({"model": {"loss": "log_loss"}, "general": {"title": "Größe"}})
    )
    assert list(document) == list(STAGES)
    assert document["general"] == {"title": "Größe"}
