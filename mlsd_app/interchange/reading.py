"""From the structure of a file to the answers of a design, with everything that was wrong.

A value of the right type is kept even where the form would refuse it, so that the checks can judge
it; a wrong type is read as if it had been typed, and left out only where that makes no sense.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mlsd_app.interchange.parsing import Branch, Place, Plain, Tree, UnreadableError, parse_tree
from mlsd_app.interchange.scalars import NULLS, described, is_null, number_in, text_of
from mlsd_app.interchange.waivers import WAIVERS, Waiver
from mlsd_app.stages import quantities, values
from mlsd_app.stages.addresses import ROW_NAME
from mlsd_app.stages.design import STAGES, AllAnswers, Value, id_column
from mlsd_app.stages.fields import Field, Kind, Stage
from mlsd_app.stages.values import quoted

PROBLEM_LIMIT = 200  # problems reported one by one


class ProblemKind(StrEnum):
    UNKNOWN_FIELD = "unknown-field"  # left out
    WRONG_TYPE = "wrong-type"  # left out
    OUT_OF_RANGE = "out-of-range"  # kept
    UNKNOWN_CHOICE = "unknown-choice"  # kept
    TOO_LONG = "too-long"  # what fits is kept
    CONTROL_CHARACTER = "control-character"  # kept without it
    DUPLICATE = "duplicate"  # rows are kept; of a field given twice, the last


@dataclass(frozen=True, slots=True)
class Problem:
    """What a file says that a form would not take. Where no field has that name, ``address`` is the
    row or the stage that holds it, or empty.
    """

    address: str
    message: str
    kind: ProblemKind
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The answers of every stage, with row names, the waivers beside them, and what was wrong.

    ``places`` says for each address that the file names at which line and column it stands there.
    """

    answers: AllAnswers
    problems: tuple[Problem, ...]
    waivers: tuple[Waiver, ...] = ()
    places: Mapping[str, Place] = field(default_factory=dict)

    def place_of(self, address: str) -> Place | None:
        """Where ``address`` stands, or else the nearest part of the design that contains it."""
        while address and address not in self.places:
            address = address[: max(address.rfind("."), address.rfind("/"), 0)]
        return self.places.get(address)


def read(text: str, *, name: str = "") -> Reading:
    """Read a design from JSON or YAML; the ending of ``name`` decides, else the text itself.

    A row is named by its id where that is unique, else by its position. Raises ``UnreadableError``.
    """
    tree = parse_tree(text, name)
    keys = ", ".join(STAGES)
    if not isinstance(tree, dict):
        raise UnreadableError(
            f"The file holds {described(tree)}, not a design. Write a mapping of stages: {keys}."
        )
    if not STAGES.keys() & tree.keys():
        raise UnreadableError(f"The file names no stage of a design. The stages are {keys}.")
    return _Reader().design(tree)


class _Reader:
    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.unreported = 0
        self.places: dict[str, Place] = {}
        self.by_kind: Mapping[Kind, Callable[[Field, Tree, str], Value | None]] = {
            Kind.LINE: self.line,
            Kind.QUANTITY: self.quantity,
            Kind.CHOICE: self.choice_in,
            Kind.LIST: self.entries,
            Kind.CHOICES: self.entries,
            Kind.FLAG: self.flag,
            Kind.TABLE: self.table,
            Kind.TEXT: self.passage,
        }

    def design(self, tree: Branch) -> Reading:
        waivers: tuple[Waiver, ...] = ()
        for key, node, place in tree.placed():
            if key == WAIVERS.key:
                self.places[key] = place
                waivers = self.waivers(node)
            elif key in STAGES:
                self.places[key] = place
            else:
                problem = f"{quoted(key)} is not a stage"
                self.unknown("", problem, key, (*STAGES, WAIVERS.key), place)
        answers = {key: self.stage(stage, tree.get(key)) for key, stage in STAGES.items()}
        if self.unreported:
            message = f"{self.unreported} more problems were found in the file."
            self.problems.append(Problem("", message, ProblemKind.UNKNOWN_FIELD))
        return Reading(answers, tuple(self.problems), waivers, self.places)

    def waivers(self, tree: Tree) -> tuple[Waiver, ...]:
        rows = [] if is_null(tree) else self.table(WAIVERS, tree, WAIVERS.key)
        return tuple(_waiver(row) for row in rows)

    def stage(self, stage: Stage, tree: Tree) -> dict[str, Value]:
        answers: dict[str, Value] = {}
        if is_null(tree):
            return answers
        if not isinstance(tree, Branch):
            self.wrong(stage.key, f"{stage.title}: a mapping of fields is expected", tree)
            return answers
        for key, node, place in self.fields(stage, tree):
            asked = stage.fields.get(key)
            if asked is None:
                problem = f"{stage.title} has no field {quoted(key)}"
                self.unknown(stage.key, problem, key, stage.fields, place)
                continue
            address = f"{stage.key}.{key}"
            self.places[address] = place
            value = self.value(asked, node, address)
            if value is not None and key in answers:
                self.report(address, f"{asked.label} is given twice.", ProblemKind.DUPLICATE)
            if value is not None:
                answers[key] = value
        return answers

    def fields(self, stage: Stage, tree: Branch) -> Iterator[tuple[str, Tree, Place]]:
        """Every field with its value and place; the parts of a group under their dotted keys."""
        groups = {key.partition(".")[0] for key in stage.fields if "." in key}
        for key, node, place in tree.placed():
            if key not in groups:
                yield key, node, place
                continue
            self.places[f"{stage.key}.{key}"] = place
            if isinstance(node, Branch):
                yield from ((f"{key}.{part}", value, at) for part, value, at in node.placed())
            elif not is_null(node) and node != []:
                parts = [name.partition(".")[2] for name in stage.fields if f"{key}." in name]
                expected = f"a mapping is expected, of {', '.join(parts)}"
                self.wrong(f"{stage.key}.{key}", f"{key}: {expected}", node)

    def value(self, field: Field, node: Tree, address: str) -> Value | None:
        """The canonical value; ``None`` when it is unanswered or was left out."""
        if node in NULLS if isinstance(node, Plain) else node is None or node == "" or node == []:
            return None
        found = self.by_kind[field.kind](field, node, address)
        return None if found == "" or found == [] else found

    def choice_in(self, field: Field, node: Tree, address: str) -> str:
        text = self.line(field, node, address)
        return self.choice(field, text, address) if text else ""

    def passage(self, field: Field, node: Tree, address: str) -> str:
        text = self.text(field, node, address, "\n")
        return self.within(field, text, address, values.TEXT_LIMIT)

    def table(self, field: Field, node: Tree, address: str) -> list[dict[str, Any]]:
        if not isinstance(node, list):
            self.wrong(address, f"{field.label}: a list of rows is expected", node)
            return []
        nodes = [row for row in node if not is_null(row)]
        if len(nodes) > values.ROW_LIMIT:
            message = f"{field.label}: {len(nodes)} rows. The first {values.ROW_LIMIT} were kept."
            self.report(address, message, ProblemKind.TOO_LONG)
            nodes = nodes[: values.ROW_LIMIT]
        rows: list[dict[str, Any]] = []
        for name, row in zip(self.row_names(field, nodes, address), nodes, strict=True):
            if isinstance(row, Branch):
                self.places[f"{address}/{name}"] = row.place
                rows.append({"row": name, **self.cells(field, row, f"{address}/{name}")})
            else:
                expected = f"{field.label}: each row is a mapping of columns"
                self.wrong(f"{address}/{name}", expected, row)
        return rows

    def cells(self, table: Field, row: Branch, address: str) -> dict[str, Value]:
        cells: dict[str, Value] = {}
        columns = table.columns
        for key, node, place in row.placed():
            column = columns.get(key)
            if column is None:
                problem = f"{table.label} has no column {quoted(key)}"
                self.unknown(address, problem, key, table.columns, place)
                continue
            cell = f"{address}.{key}"
            self.places[cell] = place
            value = self.value(column, node, cell)
            if value is not None:
                cells[key] = value
        return cells

    def row_names(self, table: Field, rows: Sequence[Tree], address: str) -> list[str]:
        """The id of each row where it is unique and fit for addresses, else its position."""
        assert table.row is not None  # noqa: S101  what makes a field a table
        column = id_column(table.row)
        ids = [_id_of(row, column) for row in rows]
        for position, name in enumerate(ids):
            if name and column == "id" and ids.index(name) < position:
                message = f"{table.label}: more than one row is called “{name}”."
                self.report(address, message, ProblemKind.DUPLICATE)
        return names_of(ids)

    def entries(self, field: Field, node: Tree, address: str) -> list[str]:
        nodes = node if isinstance(node, list) else self.typed_entries(field, node)
        entries = [
            entry for one in nodes if not is_null(one) and (entry := self.line(field, one, address))
        ]
        if field.kind is Kind.CHOICES:
            entries = [self.choice(field, entry, address) for entry in entries]
            entries = list(dict.fromkeys(entries))
        if len(entries) > values.LIST_LIMIT:
            most = values.LIST_LIMIT
            message = f"{field.label}: {len(entries)} entries. The first {most} were kept."
            self.report(address, message, ProblemKind.TOO_LONG)
        return entries[: values.LIST_LIMIT]

    def typed_entries(self, field: Field, node: Tree) -> Sequence[Tree]:
        """One text where a list is expected, read as it would be typed."""
        if not isinstance(node, str):
            return [node]
        lines = values.with_plain_line_breaks(node).split("\n")
        if field.kind is Kind.LIST:
            return lines
        return [entry for line in lines for entry in values.split_choices(field, line)]

    def quantity(self, field: Field, node: Tree, address: str) -> int | float | None:
        if not isinstance(node, str):
            self.wrong(address, f"{field.label}: a number is expected", node)
            return None
        try:
            number = number_in(node)
            if number is None:
                number = quantities.parse(node, values.unit_of(field))
        except quantities.QuantityError as error:
            self.report(address, f"{field.label}: {error}", ProblemKind.WRONG_TYPE)
            return None
        if problem := values.out_of_range(field, number):
            self.report(address, problem, ProblemKind.OUT_OF_RANGE)
        return number

    def flag(self, field: Field, node: Tree, address: str) -> bool | None:
        if isinstance(node, bool):
            return node
        known = values.known_flag(node) if isinstance(node, str) else None
        if known is None:
            self.wrong(address, f"{field.label}: true or false is expected", node)
        return known

    def choice(self, field: Field, text: str, address: str) -> str:
        if text in field.choices:
            return text
        known = values.known_choice(field, text)
        if known is None and text in {"true", "false"}:  # what some writers make of yes and no
            known = values.known_choice(field, "yes" if text == "true" else "no")
        if known is None and values.takes_only_choices(field):
            problem = values.not_a_choice(field, text)
            self.report(address, problem, ProblemKind.UNKNOWN_CHOICE)
        return known or text

    def line(self, field: Field, node: Tree, address: str) -> str:
        if isinstance(node, str) and node.isprintable() and len(node) <= values.LINE_LIMIT:
            return node.strip()  # most lines: nothing in them to be put right
        text = values.as_line(self.text(field, node, address, "; "))
        return self.within(field, text, address, values.LINE_LIMIT)

    def text(self, field: Field, node: Tree, address: str, joint: str) -> str:
        """The text of a scalar, or of a list of them; ``""`` when it is blank or left out."""
        texts = [text_of(one) for one in (node if isinstance(node, list) else [node])]
        known = [text for text in texts if text is not None]
        if len(known) < len(texts):
            self.wrong(address, f"{field.label}: a text is expected", node)
            return ""
        text = values.with_plain_line_breaks(joint.join(known))
        plain = values.CONTROL_CHARACTER.sub("", text)
        if plain != text:
            message = f"{field.label}: invisible control characters were taken out."
            self.report(address, message, ProblemKind.CONTROL_CHARACTER)
        return plain if plain.strip() else ""

    def within(self, field: Field, text: str, address: str, limit: int) -> str:
        if len(text) > limit:
            message = f"{values.too_long(field, len(text), limit)} The beginning was kept."
            self.report(address, message, ProblemKind.TOO_LONG)
        return text[:limit].rstrip() if len(text) > limit else text

    def unknown(
        self, address: str, problem: str, key: str, known: Iterable[str], place: Place
    ) -> None:
        close = [] if self.is_full else difflib.get_close_matches(key[:60], list(known), n=1)
        hint = f" Did you mean “{close[0]}”?" if close else ""
        message = f"{problem}; it was left out.{hint}"
        self.report(address, message, ProblemKind.UNKNOWN_FIELD, place)

    def wrong(self, address: str, expected: str, node: Tree) -> None:
        message = f"{expected}, this is {described(node)}; it was left out."
        self.report(address, message, ProblemKind.WRONG_TYPE)

    @property
    def is_full(self) -> bool:
        return len(self.problems) >= PROBLEM_LIMIT

    def report(
        self, address: str, message: str, kind: ProblemKind, place: Place | None = None
    ) -> None:
        if self.is_full:
            self.unreported += 1
        else:
            self.problems.append(Problem(address, message, kind, place))


def names_of(ids: Sequence[str]) -> list[str]:
    """The names of the rows with these ids: the id where it is unique, else the position."""
    names: list[str] = []
    taken = {name for name in ids if name}
    for position, name in enumerate(ids, start=1):
        if name and ids.count(name) == 1:
            names.append(name)
            continue
        spare = str(position)
        while spare in taken:
            spare += "-"
        taken.add(spare)
        names.append(spare)
    return names


def row_names(table: Field, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the stored ``rows`` of ``table`` are called when they are read from a file."""
    assert table.row is not None  # noqa: S101  what makes a field a table
    column = id_column(table.row)
    return names_of([_id_in(str(row.get(column) or "")) for row in rows])


def _waiver(cells: Mapping[str, Any]) -> Waiver:
    """From the cells of a row, whose lists are kept as tuples."""
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in cells.items()
    }
    return Waiver(**given)


def _id_of(row: Tree, column: str) -> str:
    node = row.get(column) if isinstance(row, dict) else None
    return _id_in(text_of(node) or "")


def _id_in(written: str) -> str:
    """An id fit for addresses, or nothing."""
    text = values.as_line(written)
    return text if ROW_NAME.fullmatch(text) else ""
