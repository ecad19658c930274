"""The worked designs, and designs that differ from them in one place."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from mlsd_app.interchange import read
from mlsd_app.stages.design import AllAnswers, Design

FOLDER = Path(__file__).parents[2] / "fixtures"
AIMS = {"video": "L5", "fraud": "L6"}


@cache
def answers_of(name: str) -> AllAnswers:
    return read((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")).answers


def worked(name: str) -> Design:
    return Design.of(answers_of(name))


def without(name: str, *addresses: str) -> Design:
    """The worked design with these fields unanswered."""
    answers = answers_of(name)
    kept = {
        stage: {key: value for key, value in fields.items() if f"{stage}.{key}" not in addresses}
        for stage, fields in answers.items()
    }
    return Design.of(kept)


def with_answer(name: str, address: str, value: Any) -> Design:  # any field's type
    stage, _, key = address.partition(".")
    answers = answers_of(name)
    return Design.of({**answers, stage: {**answers[stage], key: value}})


def with_cell(name: str, table: str, row: str, column: str, value: Any) -> Design:  # any column's
    """The worked design with another value in one cell; the row must be there."""
    stage, _, key = table.partition(".")
    rows: Any = answers_of(name)[stage][key]  # a table, as the caller promises
    assert row in {cells["row"] for cells in rows}
    changed = [{**cells, column: value} if cells["row"] == row else cells for cells in rows]
    return with_answer(name, table, changed)
