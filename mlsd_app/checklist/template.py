"""What people wrote in a design, and where the form's own words still stand in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple

from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.fields import Field, Kind

SHORTEST_EXAMPLE = 4  # words; "user" and "percent" are examples, and honest answers too
SHARED_START = 3  # characters


class Place(NamedTuple):
    """A field where people write words: a text, a list, or a table with columns of words."""

    address: str
    answer: attrgetter[Any]  # str, the lines of a list, or the rows of a table
    columns: tuple[str, ...]
    cells: attrgetter[Any]


def texts_where(design: Design, test: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """The address and the words of each text that passes ``test``; a list has one address."""
    for place in PLACES:
        found = place.answer(design)
        if isinstance(found, str):
            if test(found):
                yield place.address, found
        elif not place.columns:
            yield from ((place.address, line) for line in found if test(line))
        else:
            for row in found:
                for column, text in zip(place.columns, place.cells(row), strict=False):
                    if text and test(text):
                        yield row.at(column), text


def is_of_the_form(text: str) -> bool:
    """Whether the text is a question, a help text or an example of the form, spaces aside."""
    # Folding every text costs ten times as much as looking at how it begins.
    return text.lstrip()[:SHARED_START] in STARTS and " ".join(text.split()) in FORM_WORDS


def _form_words() -> Iterator[str]:
    for stage in STAGES.values():
        for question in stage.questions:
            yield from (question.label, question.help)
        for field in stage.fields.values():
            for asked in (field, *field.columns.values()):
                yield asked.help
                if len(asked.example.split()) >= SHORTEST_EXAMPLE:
                    yield asked.example


def _place(address: str, field: Field) -> Place | None:
    columns = tuple(
        key for key, column in field.columns.items() if column.kind in {Kind.TEXT, Kind.LINE}
    )
    if field.kind not in {Kind.TEXT, Kind.LINE, Kind.LIST} and not columns:
        return None
    # Two names more, so that the getter answers a tuple even for a single column.
    return Place(address, attrgetter(address), columns, attrgetter(*columns, "row", "row"))


FORM_WORDS = frozenset(" ".join(words.split()) for words in _form_words() if words)
STARTS = frozenset(words[:SHARED_START] for words in FORM_WORDS)
PLACES = tuple(
    place
    for stage in STAGES.values()
    for key, field in stage.fields.items()
    if (place := _place(f"{stage.key}.{key}", field))
)
READ_FIELDS = tuple(dict.fromkeys(".".join(place.address.split(".")[:2]) for place in PLACES))
