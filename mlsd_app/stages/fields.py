"""How a stage says what it asks: one declaration gives the typed answer and its form.

A stage is a frozen dataclass whose attributes are declared with the functions below, so mypy
checks every check that reads an answer, and the same declaration carries the label, the unit,
the choices and the conditions from which forms, exchange files, the page and the PDF are built.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from mlsd_app.stages.units import NUMBER, Unit

if TYPE_CHECKING:
    from mlsd_app.stages.design import Design

type_check_only = Any  # what the declaring functions return: the annotation beside them is the type


class Kind(StrEnum):
    """What an answer is made of; its Python type stands beside it."""

    TEXT = "text"  # str, Markdown
    LINE = "line"  # str, one line
    CHOICE = "choice"  # str, one of the choices
    CHOICES = "choices"  # tuple[str, ...], some of the choices
    QUANTITY = "quantity"  # int or float in the field's unit, or None
    FLAG = "flag"  # bool, or None while unanswered
    LIST = "list"  # tuple[str, ...], free lines
    TABLE = "table"  # tuple of rows


class Depth(StrEnum):
    """*core* fits a 45-minute interview; *full* is what a real team's document also needs."""

    CORE = "core"
    FULL = "full"


@dataclass(frozen=True)
class Field:
    """One thing asked: a cell of a table, or a field of a stage (its key may be ``group.part``)."""

    key: str
    kind: Kind
    label: str
    help: str = ""
    example: str = ""
    unit: Unit = NUMBER
    low: float | None = None
    high: float | None = None
    whole: bool = False
    choices: Mapping[str, str] = dataclasses.field(default_factory=dict)
    refs: tuple[str, ...] = ()
    ref_words: Mapping[str, str] = dataclasses.field(default_factory=dict)
    free: bool = False
    required: bool = False
    automatic: bool = False
    depth: Depth = Depth.CORE
    row: type[Row] | None = None
    row_name: str = "row"
    when: Callable[[Design], bool] | None = None
    when_says: str = ""

    @cached_property
    def columns(self) -> Mapping[str, Field]:
        """The columns of a table, by key; empty for every other kind."""
        return fields_of(self.row) if self.row else {}

    @property
    def is_table(self) -> bool:
        return self.kind is Kind.TABLE

    @property
    def is_many(self) -> bool:
        """Whether the answer holds several values, given one a line or by ticking."""
        return self.kind in {Kind.LIST, Kind.CHOICES}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. ``row`` is its permanent name in addresses: a UUID in a stored design."""

    TABLE: ClassVar[str] = ""
    row: str = ""

    def at(self, column: str = "") -> str:
        """The address of this row, or of one of its cells."""
        return f"{self.TABLE}/{self.row}.{column}" if column else f"{self.TABLE}/{self.row}"


def text(label: str, **more: Any) -> type_check_only:
    """Markdown; ``""`` while unanswered."""
    return _declare(Kind.TEXT, label, "", **more)


def line(label: str, **more: Any) -> type_check_only:
    """One line of plain text; ``""`` while unanswered."""
    return _declare(Kind.LINE, label, "", **more)


def choice(label: str, choices: Mapping[str, str], **more: Any) -> type_check_only:
    """One of ``choices`` (stored value to label); ``""`` while unanswered."""
    return _declare(Kind.CHOICE, label, "", choices=choices, **more)


def choices(label: str, choices: Mapping[str, str], **more: Any) -> type_check_only:
    """Any of ``choices``; with ``free=True`` also other words."""
    return _declare(Kind.CHOICES, label, (), choices=choices, **more)


def reference(label: str, *refs: str, **more: Any) -> type_check_only:
    """The id of one row of the tables ``refs`` (``stage.table``), or a word of ``ref_words``."""
    return _declare(Kind.CHOICE, label, "", refs=refs, **more)


def references(label: str, *refs: str, **more: Any) -> type_check_only:
    """Ids of rows of the tables ``refs``."""
    return _declare(Kind.CHOICES, label, (), refs=refs, **more)


def quantity(label: str, unit: Unit = NUMBER, **more: Any) -> type_check_only:
    """A number in ``unit``; ``None`` while unanswered. ``low`` and ``high`` are inclusive."""
    return _declare(Kind.QUANTITY, label, None, unit=unit, **more)


def flag(label: str, **more: Any) -> type_check_only:
    """Yes or no; ``None`` while unanswered."""
    return _declare(Kind.FLAG, label, None, **more)


def lines(label: str, **more: Any) -> type_check_only:
    """A list of short texts, one a line."""
    return _declare(Kind.LIST, label, (), **more)


def table(label: str, row: type[Row], **more: Any) -> type_check_only:
    """Rows of ``row``; ``row_name`` is the word on the button that adds one."""
    return _declare(Kind.TABLE, label, (), row=row, **more)


def group(parts: type[Any]) -> type_check_only:
    """Fields that belong together: ``metrics.ab`` has the parts ``metrics.ab.unit`` and so on."""
    return dataclasses.field(default_factory=parts, metadata={"group": parts})


def _declare(kind: Kind, label: str, empty: object, **more: Any) -> type_check_only:
    field = Field(key="", kind=kind, label=label, **more)
    return dataclasses.field(default=empty, metadata={"field": field})


def fields_of(answers: type[Any]) -> dict[str, Field]:
    """Every field declared on ``answers``, by key, in order; parts of groups have dotted keys."""
    return dict(_walk(answers, ""))


def _walk(answers: type[Any], prefix: str) -> Iterator[tuple[str, Field]]:
    for declared in dataclasses.fields(answers):
        key = prefix + declared.name
        if "group" in declared.metadata:
            yield from _walk(declared.metadata["group"], f"{key}.")
        elif "field" in declared.metadata:
            yield key, dataclasses.replace(declared.metadata["field"], key=key)


@dataclass(frozen=True)
class Question:
    """What stands under one number on the page: a question and the fields that answer it.

    ``topic`` names the folded part of the stage in which a question of full depth stands.
    """

    key: str
    label: str
    fields: tuple[str, ...]
    help: str = ""
    depth: Depth = Depth.CORE
    topic: str = ""


def ask(label: str, fields: str, *, help: str = "") -> Question:  # noqa: A002
    """A core question, answered by the space-separated ``fields``; its key is the first of them."""
    keys = tuple(fields.split())
    return Question(keys[0], label, keys, help)


def deeper(topic: str, label: str, fields: str, *, help: str = "") -> Question:  # noqa: A002
    """A question of full depth, folded under ``topic`` until it is used."""
    keys = tuple(fields.split())
    return Question(keys[0], label, keys, help, Depth.FULL, topic)


@dataclass(frozen=True)
class Stage:
    """One page of the design: what it is for, what it asks, and the type of its answers."""

    key: str
    number: int
    title: str
    purpose: str
    answers: type[Any]
    questions: tuple[Question, ...]

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field by key, each with the depth of the question that asks it."""
        return {
            key: dataclasses.replace(field, depth=self.question_of(key).depth)
            for key, field in fields_of(self.answers).items()
        }

    @cached_property
    def tables(self) -> Mapping[str, Field]:
        return {key: field for key, field in self.fields.items() if field.is_table}

    @cached_property
    def _question_by_field(self) -> Mapping[str, Question]:
        return {key: question for question in self.questions for key in question.fields}

    def question_of(self, field_key: str) -> Question:
        """The question that asks ``field_key``. Raises ``KeyError`` when none does."""
        return self._question_by_field[field_key]
