"""What people wrote in a design, and where the form's own words still stand in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.fields import Field, Kind, Row

SHORTEST_EXAMPLE = 4  # words; "user" and "percent" are examples, and honest answers too
KEPT_STAGES = 64  # whose texts are remembered
KEPT_TESTS = 4  # of each of them

Said = tuple[str, str]  # an address and the words that stand there
Test = Callable[[str], bool]
_Text = tuple[str | Row, str, str]  # a field's address or a row, its column, and the words there


class Place(NamedTuple):
    """A field of a stage where people write words: a text, a list, or a table with such columns."""

    address: str
    answer: attrgetter[Any]  # of the stage's answers: str, the lines of a list, or the rows
    columns: tuple[str, ...]
    cells: attrgetter[Any]  # of a row


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """The answers of one stage, equal to themselves alone: comparing them all costs too much."""

    key: str
    answers: Any  # Any: each stage has a class of its own

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Stage) and self.answers is other.answers

    def __hash__(self) -> int:
        return id(self.answers)


def texts_where(design: Design, test: Test) -> Iterator[Said]:
    """The address and the words of each text that passes ``test``; a list has one address.

    What passes in a stage is remembered while the stage stays as it is, by ``test`` itself: give a
    function of a module, not one made for the call.
    """
    for key in STAGES:
        yield from _passing(_Stage(key, getattr(design, key)), test)


@lru_cache(KEPT_STAGES * KEPT_TESTS)
def _passing(stage: _Stage, test: Test) -> tuple[Said, ...]:
    return tuple(
        (where if isinstance(where, str) else where.at(column), text)
        for where, column, text in _texts(stage)
        if test(text)
    )


@lru_cache(KEPT_STAGES)
def _texts(stage: _Stage) -> tuple[_Text, ...]:
    """Everything said in a stage, found in one walk for all tests."""
    return tuple(_walk(stage))


def _walk(stage: _Stage) -> Iterator[_Text]:
    for place in PLACES[stage.key]:
        found = place.answer(stage.answers)
        if isinstance(found, str):
            yield place.address, "", found
        elif not place.columns:
            yield from ((place.address, "", line) for line in found)
        else:
            for row in found:
                for column, text in zip(place.columns, place.cells(row), strict=False):
                    if text:
                        yield row, column, text


def is_of_the_form(text: str) -> bool:
    """Whether the text is a question, a help text or an example of the form, spaces aside."""
    # Folding every text costs ten times as much as looking at its first word.
    first = text.split(maxsplit=1)[:1]
    return first != [] and first[0] in FIRST_WORDS and " ".join(text.split()) in FORM_WORDS


def _form_words() -> Iterator[str]:
    for stage in STAGES.values():
        for question in stage.questions:
            yield from (question.label, question.help)
        for field in stage.fields.values():
            for asked in (field, *field.columns.values()):
                yield asked.help
                if len(asked.example.split()) >= SHORTEST_EXAMPLE:
                    yield asked.example


def _place(stage: str, field: Field) -> Place | None:
    columns = tuple(
        key for key, column in field.columns.items() if column.kind in {Kind.TEXT, Kind.LINE}
    )
    if field.kind not in {Kind.TEXT, Kind.LINE, Kind.LIST} and not columns:
        return None
    # Two names more, so that the getter answers a tuple even for a single column.
    cells = attrgetter(*columns, "row", "row")
    return Place(f"{stage}.{field.key}", attrgetter(field.key), columns, cells)


FORM_WORDS = frozenset(" ".join(words.split()) for words in _form_words() if words)
FIRST_WORDS = frozenset(words.split(maxsplit=1)[0] for words in FORM_WORDS)
PLACES: Mapping[str, tuple[Place, ...]] = {
    stage.key: tuple(
        place for field in stage.fields.values() if (place := _place(stage.key, field))
    )
    for stage in STAGES.values()
}
READ_FIELDS = tuple(
    dict.fromkeys(
        ".".join(place.address.split(".")[:2]) for places in PLACES.values() for place in places
    )
)
