"""Designs to run checks on: the worked ones, examples in a few lines, and tangled ones."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, cast

from mlsd_app.checklist import CHECKS, Example, Finding, design_of
from mlsd_app.interchange import read
from mlsd_app.stages.design import STAGES, AllAnswers, Design, Value
from mlsd_app.stages.fields import Field, Kind

FIXTURES = Path("fixtures")
WORKED = ("video", "fraud")

IDS = ("a", "b", "c", "kpi")
NUMBERS = (
    *(0, 0.0, 1, -1, 2, 0.5, 0.8, 5, 7, 10, 30, 95, 99.9, 100, 1_000, 86_400, 3_888_000, 1e9),
    *(5e-324, 1e-9, -1e-9, 1e300, -1e300, 1.7976931348623157e308, -1.7976931348623157e308),
    *(float("inf"), float("-inf"), float("nan"), 10**400, -(10**400)),
)
TEXTS = (
    "x",
    " ",
    "user",
    "item",
    "psi",
    "data and training",
    "quality",
    "long " * 30,
    "p99 of 5 ms",
)


@cache
def worked_answers(name: str) -> AllAnswers:
    return read((FIXTURES / f"{name}.yaml").read_text(), name=f"{name}.yaml").answers


def worked(name: str) -> Design:
    return Design.of(worked_answers(name))


def found(name: str, example: Example) -> list[Finding]:
    """What the check ``name`` finds in ``example``."""
    return list(CHECKS[name].findings(design_of(example)))


def places(name: str, example: Example) -> list[str]:
    """Where the check ``name`` fires in ``example``; unnamed rows are called 1, 2, 3."""
    return [finding.address for finding in found(name, example)]


def tangled_answers(seed: int) -> dict[str, dict[str, Value]]:
    """Answers of every stage: absurd numbers, dangling references, rows that share an id."""
    random = Random(seed)  # noqa: S311  the same seed gives the same design
    share = random.choice([0.3, 0.7, 1.0])
    return {
        stage.key: {
            key: _value(random, field)
            for key, field in stage.fields.items()
            if random.random() < share
        }
        for stage in STAGES.values()
    }


def tangled(seed: int) -> Design:
    first_edited = {key: float(seed % (position + 2)) for position, key in enumerate(STAGES)}
    return Design.of(tangled_answers(seed), first_edited if seed % 2 else None)


def with_some_tangled(name: str, seed: int) -> Design:
    """A worked design with a few of its answers replaced, and a few left out."""
    random = Random(seed)  # noqa: S311  the same seed gives the same design
    answers = {stage: dict(fields) for stage, fields in worked_answers(name).items()}
    for _ in range(random.randint(1, 6)):
        stage = random.choice(list(STAGES.values()))
        key = random.choice(list(stage.fields))
        if random.random() < 0.3:
            answers[stage.key].pop(key, None)
        elif stage.fields[key].is_table and answers[stage.key].get(key):
            answers[stage.key][key] = _with_a_changed_cell(
                random, stage.fields[key], cast("list[dict[str, Any]]", answers[stage.key][key])
            )
        else:
            answers[stage.key][key] = _value(random, stage.fields[key])
    return Design.of(answers)


def _with_a_changed_cell(random: Random, table: Field, rows: list[dict[str, Any]]) -> Value:
    changed = [dict(row) for row in rows]
    column = random.choice(list(table.columns))
    random.choice(changed)[column] = _value(random, table.columns[column])
    return changed


def _value(random: Random, field: Field) -> Value:
    match field.kind:
        case Kind.TABLE:
            return [_row(random, field, number) for number in range(random.randint(0, 4))]
        case Kind.QUANTITY:
            return random.choice(NUMBERS)
        case Kind.FLAG:
            return random.random() < 0.5
        case Kind.LIST:
            return random.sample(TEXTS, random.randint(0, 3))
        case Kind.CHOICES:
            return random.sample([*_words(field)], random.randint(0, 2))
        case Kind.CHOICE:
            return random.choice([*_words(field)])
        case _:
            return random.choice([*TEXTS, field.help])


def _row(random: Random, table: Field, number: int) -> dict[str, Any]:
    cells = {
        key: random.choice(IDS) if key == "id" else _value(random, column)
        for key, column in table.columns.items()
        if random.random() < 0.8
    }
    return {"row": f"r{number}", **cells}


def _words(field: Field) -> Iterable[str]:
    return (*field.choices, *field.ref_words, *IDS)
