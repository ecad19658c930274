"""What nobody means to answer, each kind by its name, laid over sound and tangled designs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any
from uuid import UUID

from mlsd_app.stages.addresses import Address
from mlsd_app.stages.fields import Kind
from tests.checklist.designs import WORKED, tangled_answers, worked_answers
from tests.edits import (
    FIELDS,
    TABLES,
    Answers,
    answered,
    copied,
    ids_in,
    naming,
    places_of,
    put,
    references,
    stored,
)

Absurdity = Callable[[Random, Answers], None]  # changes the answers in place
METRICS = Address("metrics", "rows")


def absurd(name: str, seed: int) -> Answers:
    """Answers with the absurdity called ``name`` in them, the same for the same ``seed``."""
    random = Random(f"{name} {seed}")  # noqa: S311  the same seed gives the same design
    bases = [*map(worked_answers, WORKED), tangled_answers(seed)]
    answers = copied(random.choice(bases))
    ABSURDITIES[name](random, answers)
    return answers


def of_number(number: float) -> Absurdity:
    """``number`` in one quantity, in some, or in all of them."""

    def write(random: Random, answers: Answers) -> None:
        for place in some(random, [*places_of_kind(answers, Kind.QUANTITY)]):
            put(answers, place, number)

    return write


def partial(random: Random, answers: Answers) -> None:
    """Some answers are gone, from one to all of them."""
    for place in cells_first([*answered(answers)]):
        if random.random() < 0.5:
            put(answers, place, None)


def blank(random: Random, answers: Answers) -> None:
    """Texts of spaces, lists of nothing, rows without cells."""
    empty = {Kind.LIST: [" ", ""], Kind.CHOICES: [], Kind.TABLE: [{"row": "r1"}, {"row": "r2"}]}
    kinds = {Kind.TEXT, Kind.LINE, Kind.CHOICE, *empty}
    places = [place for kind in kinds for place in places_of_kind(answers, kind)]
    share = random.choice([0.1, 0.5, 1])
    for place in cells_first(places):
        if random.random() < share:
            put(answers, place, empty.get(place.asked.kind, random.choice(["", " ", "\n"])))


def contradictory(random: Random, answers: Answers) -> None:
    """Flags turned around, other choices than were made, also such as do not exist."""
    for place in some(random, [*places_of_kind(answers, Kind.FLAG)]):
        put(answers, place, stored(answers, place) is not True)
    for place in some(random, [*places_of_kind(answers, Kind.CHOICE)]):
        put(answers, place, random.choice([*place.asked.choices, "something else"]))
    for place in some(random, [*places_of_kind(answers, Kind.CHOICES)]):
        words = [*place.asked.choices, "something else"]
        put(answers, place, random.sample(words, random.randint(1, len(words))))


def deleted_row(random: Random, answers: Answers) -> None:
    """A row that others refer to is taken out of its table."""
    reference = random.choice([*references(answers)])
    table = Address.parse(random.choice(reference.asked.refs))
    row = random.choice(at_least(1, answers, table))
    row[naming(table)] = name = row.get(naming(table)) or "gone"
    put(answers, reference, [name] if reference.asked.is_many else name)
    answers[table.stage][table.field].remove(row)


def cycle(random: Random, answers: Answers) -> None:
    """Metrics that stand for one another in a circle; one of them may stand for itself."""
    rows = at_least(random.randint(1, 4), answers, METRICS)
    circle = random.sample(rows, random.randint(1, len(rows)))
    for number, row in enumerate(circle):
        row["id"] = f"m{number}"
        row["proxy_for"] = f"m{(number + 1) % len(circle)}"


def one_id(random: Random, answers: Answers) -> None:
    """Two rows, or all rows, of a table are called the same, be they alike otherwise or not."""
    table = random.choice(TABLES)
    rows = at_least(2, answers, table)
    name = random.choice([*ids_in(answers, str(table)), "twin"])
    for row in random.sample(rows, random.randint(2, len(rows))):
        if random.random() < 0.3:
            row.update({**rows[0], "row": row["row"]})
        row[naming(table)] = name


def some(random: Random, places: list[Address]) -> list[Address]:
    """One of the places, a few, or all of them."""
    most = len(places)
    return random.sample(places, random.choice([min(1, most), min(5, most), most // 2, most]))


def cells_first(places: list[Address]) -> list[Address]:
    """The places in such an order that a cell comes before its table, which may go."""
    return sorted(places, key=lambda place: not place.row)


def places_of_kind(answers: Answers, kind: Kind) -> Iterator[Address]:
    """Every field, and every cell of the rows there are, that is of ``kind``."""
    for place in FIELDS:
        for field in (place.asked, *place.asked.columns.values()):
            if field.kind is kind:
                yield from places_of(answers, field, place)


def at_least(how_many: int, answers: Answers, table: Address) -> list[dict[str, Any]]:
    """The rows of ``table``, which gets new ones where it has too few."""
    rows: list[dict[str, Any]] = answers[table.stage].setdefault(table.field, [])
    while len(rows) < how_many:
        rows.append({"row": str(UUID(int=len(rows)))})
    return rows


ABSURDITIES: Mapping[str, Absurdity] = {
    "zero": of_number(0),
    "minus zero": of_number(-0.0),
    "negative": of_number(-1),
    "1e308": of_number(1e308),
    "-1e308": of_number(-1e308),
    "5e-324": of_number(5e-324),
    "NaN": of_number(float("nan")),
    "infinity": of_number(float("inf")),
    "400 digits": of_number(10**400),
    "partial": partial,
    "blank": blank,
    "contradictory": contradictory,
    "deleted row": deleted_row,
    "cycle": cycle,
    "one id": one_id,
}


def several(seed: int) -> Answers:
    """Answers with several absurdities on top of one another."""
    random = Random(seed)  # noqa: S311  the same seed gives the same design
    first, *others = random.sample(list(ABSURDITIES), random.randint(2, 5))
    answers = absurd(first, seed)
    for name in others:
        ABSURDITIES[name](random, answers)
    return answers
