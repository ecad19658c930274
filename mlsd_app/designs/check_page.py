"""The page of one check: what it reads, and its examples with what it really says of them.

Everything comes from the registry, so a new check has its page without more ado.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Self, cast

from mlsd_app.checklist import CHECKS, FIRST_EDITED, Check, Example, Finding, design_of
from mlsd_app.designs.catalogue import IN_ORDER, reads_across
from mlsd_app.rubric import Trap, traps
from mlsd_app.stages import quantities, values
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.fields import Field, Kind, Question, Stage
from mlsd_app.stages.units import SECONDS


@dataclass(frozen=True)
class Read:
    """An answer that a check looks at: where it is asked, and its address.

    ``part`` names it where the question has several answers.
    """

    address: str
    place: str
    question: str
    part: str = ""


@dataclass(frozen=True)
class Said:
    """An answer of an example, or a cell of one of its tables; ``is_changed`` against the other."""

    label: str
    text: str
    is_number: bool = False
    is_long: bool = False
    is_changed: bool = False


@dataclass(frozen=True)
class ExampleTable:
    """A table of an example, with the columns that its rows fill."""

    label: str
    columns: Sequence[Field]
    rows: Sequence[Sequence[Said]]


@dataclass(frozen=True)
class ExampleStage:
    """What an example answers in one stage."""

    title: str
    facts: Sequence[Said]
    tables: Sequence[ExampleTable]


@dataclass(frozen=True)
class ShownExample:
    """An example as its answers, and what the check really says of it."""

    design: Design
    stages: Sequence[ExampleStage]
    findings: Sequence[Finding]

    @classmethod
    def of(cls, check: Check, example: Example, other: Example | None = None) -> Self:
        """``other`` is the example to compare with; without one nothing counts as changed."""
        design = design_of(example)
        stages = list(_stages(example, example if other is None else other))
        return cls(design, stages, list(check.findings(design)))


@dataclass(frozen=True)
class CheckPage:
    """All that the page of a check says."""

    check: Check
    stage: Stage
    is_across: bool
    reads: Sequence[Read]
    failing: ShownExample
    passing: ShownExample
    traps: Sequence[Trap]
    previous: Check | None
    next: Check | None

    @classmethod
    def of(cls, check: Check) -> Self:
        neighbours = [one for one in CHECKS.values() if one.stage == check.stage]
        place = neighbours.index(check)
        return cls(
            check=check,
            stage=STAGES[check.stage],
            is_across=reads_across(check),
            reads=[read for address in check.reads for read in _reads(address)],
            failing=ShownExample.of(check, check.failing),
            passing=ShownExample.of(check, check.passing, check.failing),
            traps=_traps_noticed_by(check),
            previous=neighbours[place - 1] if place else None,
            next=neighbours[place + 1] if place + 1 < len(neighbours) else None,
        )

    @property
    def question_count(self) -> int:
        """To how many questions it reads an answer."""
        return len({(read.place, read.question) for read in self.reads})


def _traps_noticed_by(check: Check) -> list[Trap]:
    everywhere = (trap for stage_key in STAGES for trap in traps(stage_key))
    return [trap for trap in dict.fromkeys(everywhere) if check.ref in trap.checks]


def _reads(address: str) -> Iterator[Read]:
    """The answer at ``address`` under its question; a group of answers under each of theirs."""
    if address == FIRST_EDITED:
        yield Read(address, "History", "When was each stage first answered?")
        return
    stage_key, _, key = address.partition(".")
    stage = STAGES[stage_key]
    for question in stage.questions:
        if key in question.fields:
            yield Read(address, stage.title, question.label, _part(stage, question, key))
        elif any(field.startswith(f"{key}.") for field in question.fields):
            yield Read(address, stage.title, question.label)


def _part(stage: Stage, question: Question, key: str) -> str:
    return stage.fields[key].label if len(question.fields) > 1 else ""


# -- Examples --------------------------------------------------------------------------------------

Cells = Mapping[str, object]


def _stages(example: Example, other: Example) -> Iterator[ExampleStage]:
    for stage in IN_ORDER:
        given = [
            (field, example[address], other.get(address))
            for field in stage.fields.values()
            if (address := f"{stage.key}.{field.key}") in example
        ]
        if given:
            yield ExampleStage(
                title=stage.title,
                facts=[_said(*answer) for answer in given if not answer[0].is_table],
                tables=[_table(*answer) for answer in given if answer[0].is_table],
            )
    if FIRST_EDITED in example:
        yield _history(example, other)


def _said(field: Field, value: object, before: object) -> Said:
    return Said(
        label=field.label,
        text=values.show(field, value),
        is_number=field.kind is Kind.QUANTITY,
        is_long=field.kind in {Kind.TEXT, Kind.LINE, Kind.LIST},
        is_changed=value != before,
    )


def _table(field: Field, value: object, before: object) -> ExampleTable:
    rows = cast("Sequence[Cells]", value)
    others = cast("Sequence[Cells]", before or ())
    used = {key for cells in rows for key in cells}
    every = list(field.columns.values())
    columns = [column for column in every if column.key in used] or every[:1]
    nothing: Cells = {}
    compared = zip_longest(rows, others[: len(rows)], fillvalue=nothing)
    return ExampleTable(
        label=field.label,
        columns=columns,
        rows=[
            [_said(column, cells.get(column.key), old.get(column.key)) for column in columns]
            for cells, old in compared
        ],
    )


def _history(example: Example, other: Example) -> ExampleStage:
    """When each stage was first answered, in seconds of any one clock."""
    times, before = (
        cast("Mapping[str, float]", one.get(FIRST_EDITED, {})) for one in (example, other)
    )
    return ExampleStage(
        title="History",
        facts=[
            Said(
                label=f"{STAGES[stage_key].title}, first answered after",
                text=quantities.show(seconds, SECONDS),
                is_number=True,
                is_changed=seconds != before.get(stage_key),
            )
            for stage_key, seconds in times.items()
        ],
        tables=[],
    )
