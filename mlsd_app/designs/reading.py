"""A design as a document to read: what was answered, in the order of the stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mlsd_app import markup
from mlsd_app.calculators.citing import Citations
from mlsd_app.designs.cited import with_citations
from mlsd_app.designs.controls import slug
from mlsd_app.designs.panels import Panel, worked_out
from mlsd_app.designs.pictures import Picture, picture_of, pipeline_of
from mlsd_app.designs.state import State
from mlsd_app.stages import values
from mlsd_app.stages.design import STAGES, Design, id_column, is_empty
from mlsd_app.stages.fields import Depth, Field, Kind, Question, Row, Stage


@dataclass(frozen=True)
class Fact:
    """A short answer with its label, as text, or as safe HTML where it cites a number.

    ``key`` is that of its field, or of its column.
    """

    key: str
    label: str
    text: str
    is_number: bool = False


@dataclass(frozen=True)
class Passage:
    """A text under its label. ``html`` is already safe."""

    key: str
    label: str
    html: str


@dataclass(frozen=True)
class ReadRow:
    """A row: the cells of its line, and its other answers below."""

    slug: str
    name: str
    cells: Sequence[Fact]
    details: Sequence[Fact]


@dataclass(frozen=True)
class ReadTable:
    """A table: the columns of its lines, the one that names a row first."""

    field: Field
    columns: Sequence[Field]
    rows: Sequence[ReadRow]


@dataclass(frozen=True)
class Answer:
    """One answered question, as text, facts and tables."""

    stage: str
    address: str
    label: str
    prose: Sequence[Passage]
    facts: Sequence[Fact]
    tables: Sequence[ReadTable]
    picture: Picture | None
    worked_out: Sequence[Panel]

    @property
    def slug(self) -> str:
        return slug(self.address)


@dataclass(frozen=True)
class Missing:
    """A core question that was not answered."""

    address: str
    label: str

    @property
    def slug(self) -> str:
        return slug(self.address)


@dataclass(frozen=True)
class Chapter:
    """A stage with the questions that were answered and the core ones that were not."""

    stage: Stage
    answers: Sequence[Answer]
    missing: Sequence[Missing]


@dataclass(frozen=True)
class Document:
    """The chapters of a design: the seven stages, then what belongs to the document as a whole."""

    chapters: Sequence[Chapter]
    pipeline: Picture | None

    @classmethod
    def of(cls, state: State) -> Document:
        order = [*list(STAGES.values())[1:], STAGES["general"]]
        chapters = [_chapter(stage, state.snapshot) for stage in order]
        return cls(chapters, pipeline_of(state.snapshot))


def _chapter(stage: Stage, design: Design) -> Chapter:
    answers, missing = [], []
    for question in stage.questions:
        answer = answer_of(stage, question, design)
        if answer is not None:
            answers.append(answer)
        elif question.depth is Depth.CORE and _is_asked(stage, question, design):
            missing.append(Missing(f"{stage.key}.{question.key}", question.label))
    return Chapter(stage, answers, missing)


def _is_asked(stage: Stage, question: Question, design: Design) -> bool:
    fields = (stage.fields[key] for key in question.fields)
    return any(field.when is None or field.when(design) for field in fields)


def answer_of(stage: Stage, question: Question, design: Design) -> Answer | None:
    """The answer to ``question`` for reading, or ``None`` while there is none."""
    given = [
        (field, design.value(stage.key, field.key))
        for field in (stage.fields[key] for key in question.fields)
    ]
    given = [(field, value) for field, value in given if not is_empty(value)]
    if not given:
        return None
    cite = Citations(design)
    return Answer(
        stage=stage.key,
        address=f"{stage.key}.{question.key}",
        label=question.label,
        prose=list(_prose(given, cite, alone=len(question.fields) == 1)),
        facts=[_fact(field, value, cite) for field, value in given if _is_fact(field)],
        tables=[_table(field, value, cite) for field, value in given if field.is_table],
        picture=picture_of(f"{stage.key}.{question.key}", design),
        worked_out=worked_out(f"{stage.key}.{question.key}", design),
    )


def _prose(
    given: Sequence[tuple[Field, Any]], cite: Citations, *, alone: bool
) -> Iterator[Passage]:
    for field, value in given:
        label = "" if alone else field.label
        if field.kind is Kind.TEXT:
            yield Passage(field.key, label, markup.render(value, cite=cite))
        elif field.kind is Kind.LIST:
            items = "".join(f"<li>{markup.inline(one, cite)}</li>" for one in value)
            yield Passage(field.key, label, f"<ul>{items}</ul>")


def _is_fact(field: Field) -> bool:
    return field.kind not in {Kind.TEXT, Kind.LIST, Kind.TABLE}


def _fact(field: Field, value: Any, cite: Citations) -> Fact:
    if isinstance(value, tuple):
        value = list(value)
    shown = values.show(field, value)
    if field.kind in {Kind.LINE, Kind.LIST}:
        shown = with_citations(shown, cite)
    return Fact(field.key, field.label, shown, field.kind is Kind.QUANTITY)


def _table(field: Field, rows: Sequence[Row], cite: Citations) -> ReadTable:
    assert field.row is not None  # noqa: S101  only tables have rows
    naming = id_column(field.row)
    columns = [c for key, c in field.columns.items() if key != naming]
    heads = [c for c in columns if c.depth is Depth.CORE]
    read = [_row(row, naming, heads, columns, cite) for row in rows]
    return ReadTable(field, [field.columns[naming], *heads], read)


def _row(
    row: Row, naming: str, heads: Sequence[Field], columns: Sequence[Field], cite: Citations
) -> ReadRow:
    cells: Mapping[str, Any] = {column.key: getattr(row, column.key) for column in columns}
    return ReadRow(
        slug=slug(row.at()),
        name=with_citations(str(getattr(row, naming)), cite),
        cells=[_fact(column, cells[column.key], cite) for column in heads],
        details=[
            _fact(column, cells[column.key], cite)
            for column in columns
            if column.depth is Depth.FULL and not is_empty(cells[column.key])
        ],
    )
