"""What a thread can be about: every place of a design, also those where nothing stands.

A place is named by its kind and what it is: ``text:framing.decision``, ``finding:FINGERPRINT``,
``value:serving.replicas_needed/ranker``, ``rubric:framing/S1/NAME``, ``stage:data``, ``design:``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from mlsd_app.designs.controls import slug
from mlsd_app.designs.pages import hints_for
from mlsd_app.designs.panels import Panel, Result, panels_beside
from mlsd_app.designs.state import State
from mlsd_app.markup.plain_text import Written, plain_text
from mlsd_app.review.models import Thread
from mlsd_app.rubric.stage_hints import Hint, SignalHints
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.changing import answer_at
from mlsd_app.stages.design import STAGES, Design, is_empty, row_id, rows_at
from mlsd_app.stages.fields import Kind, Question, Stage
from mlsd_app.stages.reading import place_name

Target = Thread.Target
ANSWERS = frozenset({Target.TEXT, Target.ANSWER, Target.ABSENCE})
NAME_LENGTH = 12  # characters of the hash that names a statement


class UnknownPlaceError(ValueError):
    """Nothing of the design is called that; the message is for people."""


@dataclass(frozen=True, slots=True)
class Place:
    """Something that can be commented on. ``words`` is what it says now, for what is worked out."""

    target: Thread.Target
    address: str
    label: str
    subject: str = ""
    words: str = ""
    is_gone: bool = False  # whether its row was deleted meanwhile: ``address`` is the table's

    @property
    def key(self) -> str:
        """Its name in an address and a form."""
        if self.target is Target.RUBRIC:
            return f"{self.target}:{self.address}/{self.subject}"
        return f"{self.target}:{self.subject or self.address}"


def place_called(key: str, state: State) -> Place:
    """The place called ``key``. Raises ``UnknownPlaceError``."""
    kind, _, name = key.partition(":")
    found: Place | None = None
    match kind:
        case Target.DESIGN if not name:
            found = whole_design()
        case Target.STAGE if name in STAGES:
            found = whole_stage(STAGES[name])
        case Target.TEXT | Target.ANSWER | Target.ABSENCE:
            found = _answer(Target(kind), name, state.snapshot)
        case Target.FINDING:
            found = next((one for one in _findings(state) if one.subject == name), None)
        case Target.VALUE:
            found = next((one for one in _values_called(name, state) if one.subject == name), None)
        case Target.RUBRIC:
            stage, _, subject = name.partition("/")
            found = next((one for one in _rubric(stage, state) if one.subject == subject), None)
    if found is None:
        raise UnknownPlaceError(
            "What this is about is not there any more. Choose below what to comment on; your "
            "text is kept."
        )
    return found


def whole_design() -> Place:
    return Place(Target.DESIGN, "", "The whole design")


def whole_stage(stage: Stage) -> Place:
    return Place(Target.STAGE, stage.key, f"The stage {stage.title}")


def places_beside(place: Place, state: State) -> list[tuple[str, list[Place]]]:
    """What else may be meant near ``place``, in groups: parts of the answer, what is worked out
    from it, what the checks say of it, the rubric of its stage.
    """
    question = question_at(place.address)
    near = list(_parts(question, state.snapshot)) if question else []
    named = [("Answer", near)]
    if question:
        address = f"{question[0].key}.{question[1].key}"
        named += [
            ("Worked out", [one for panel in panels_beside(address, state) for one in _of(panel)]),
            ("Findings", [one for one in _findings(state) if question_at(one.address) == question]),
        ]
    stage_key = place.address.partition(".")[0]
    if stage := STAGES.get(stage_key):
        named.append(("What readers look for", list(_rubric(stage_key, state))))
    whole = [whole_stage(stage)] if stage else [whole_stage(one) for one in STAGES.values()]
    named.append(("More", [*whole, whole_design()]))
    return [(group, places) for group, places in named if places]


@lru_cache(maxsize=4096)
def question_at(address: str) -> tuple[Stage, Question] | None:
    """The question in which ``address`` is asked; ``None`` for a stage, or the design."""
    try:
        place = Address.parse(address)
    except UnknownAddressError:
        return None
    return place.definition, place.definition.question_of(place.field)


@lru_cache(maxsize=4096)
def beside(address: str) -> str:
    """The element id of the question at ``address``: ``""`` for a stage, or the design."""
    found = question_at(address)
    return slug(f"{found[0].key}.{found[1].key}") if found else ""


def text_at(address: str, design: Design) -> str | None:
    """The words that stand at ``address`` as a page counts them; ``None`` where no answer can be.

    A row as a whole has none.
    """
    try:
        place, value = Address.parse(address), answer_at(design, address)
    except UnknownAddressError:
        return None
    if place.asked.is_table and not place.column:
        return ""
    if place.asked.kind is Kind.TEXT and not place.column:  # a cell is shown as typed
        return plain_text(value)
    if place.asked.kind is Kind.LIST and not place.column:
        return plain_text("\n".join(value), Written.LINES)
    shown = list(value) if isinstance(value, tuple) else value
    return plain_text(values.show(place.asked, shown), Written.PLAIN)


def _answer(target: Thread.Target, name: str, design: Design) -> Place | None:
    try:
        address = Address.parse(name)
    except UnknownAddressError:
        return None
    if target is Target.ABSENCE:
        return Place(target, name, f"Not said: {place_name(name)}")
    if address.row and all(row.row != address.row for row in rows_at(design, str(address.table))):
        return Place(target, str(address.table), place_name(str(address.table)), is_gone=True)
    return Place(target, name, place_name(name, design))


def _parts(question: tuple[Stage, Question], design: Design) -> Iterator[Place]:
    stage, asked = question
    for key in asked.fields:
        field, address = stage.fields[key], f"{stage.key}.{key}"
        value = design.value(stage.key, key)
        target = Target.ABSENCE if is_empty(value) else Target.ANSWER
        said = f"Not said: {field.label}" if is_empty(value) else field.label
        yield Place(target, address, said)
        if field.is_table:
            for row in rows_at(design, address):
                yield Place(Target.ANSWER, row.at(), f"{field.label}: {row_id(row) or 'a row'}")


def _of(panel: Panel) -> Iterator[Place]:
    for result in panel.results:
        if result.worked.value is not None:
            yield _value(panel, result)


def _value(panel: Panel, result: Result) -> Place:
    calculation = panel.calculation
    row = f"/{result.name}" if calculation.table else ""
    name = f" of {result.name}" if calculation.table else ""
    return Place(
        Target.VALUE,
        result.row_address if calculation.table else calculation.beside,
        f"{calculation.title}{name}: {result.text}",
        f"{calculation.name}{row}",
        f"{calculation.title}{name}: {result.text}",
    )


def _values_called(name: str, state: State) -> Iterator[Place]:
    for stage in STAGES.values():
        for question in stage.questions:
            for panel in panels_beside(f"{stage.key}.{question.key}", state):
                if panel.calculation.name == name.partition("/")[0]:
                    yield from _of(panel)


def _findings(state: State) -> Iterator[Place]:
    for found in state.verdicts:
        if found.is_shown:
            said = f"{found.severity.capitalize()}: {found.message}"
            yield Place(Target.FINDING, found.address, said, found.fingerprint, said)


def _rubric(stage: str, state: State) -> Iterator[Place]:
    if stage not in STAGES:
        return
    for signal in hints_for(stage, state).signals:
        words = signal.title
        yield Place(Target.RUBRIC, stage, words, str(signal.signal), words)
        for hint in (*signal.still_open, *signal.hints, *signal.next):
            yield _statement(stage, signal, hint)


def _statement(stage: str, signal: SignalHints, hint: Hint) -> Place:
    words = f"{signal.signal} at {hint.level_label}: {hint.text}"
    name = hashlib.sha256(hint.text.encode()).hexdigest()[:NAME_LENGTH]
    return Place(Target.RUBRIC, stage, words, f"{signal.signal}/{name}", words)
