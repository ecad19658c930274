"""The stage page as data: sections, questions, controls, and the notes beside them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from mlsd_app.checklist import Severity
from mlsd_app.designs.controls import Control, Controls, RowView, slug, worst
from mlsd_app.designs.editing import Conflict, Merged, Refusal
from mlsd_app.designs.models import Design, StageAnswers
from mlsd_app.designs.pictures import OF_QUESTION
from mlsd_app.designs.state import State, state_of
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.rubric import StageHints, Trap, hints, persona_advice, traps, variant_advice
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES
from mlsd_app.stages.fields import Field, Question, Stage
from mlsd_app.stages.guide import WHAT_CHANGES, Change
from mlsd_app.stages.progress import Progress
from mlsd_app.stages.words import CATEGORIES, LEVELS


@dataclass(frozen=True)
class Block:
    """Controls that stand together: small ones in a grid, a wide one by itself."""

    is_grid: bool
    controls: Sequence[Control]


@dataclass(frozen=True)
class QuestionView:
    """A question with its controls, the open findings about them and those that are set aside."""

    question: Question
    stage: Stage
    number: str
    controls: Sequence[Control]
    findings: Sequence[Verdict]
    set_aside: Sequence[Verdict] = ()

    @property
    def slug(self) -> str:
        return slug(f"{self.stage.key}.{self.question.key}")

    @property
    def address(self) -> str:
        return f"{self.stage.key}.{self.question.key}"

    @cached_property
    def shown(self) -> list[Control]:
        return [control for control in self.controls if control.is_shown]

    @property
    def sole(self) -> Control | None:
        """The only control, which the question itself labels; ``None`` when there are several."""
        return self.controls[0] if len(self.controls) == 1 else None

    @property
    def table(self) -> Control | None:
        """The table of the question, if it has one."""
        return next((one for one in self.controls if one.asked.is_table), None)

    @property
    def blocks(self) -> list[Block]:
        grouped = groupby(self.controls, key=lambda control: not control.is_wide)
        return [Block(is_grid, list(members)) for is_grid, members in grouped]

    @property
    def has_picture(self) -> bool:
        """Whether its answers can be drawn."""
        return has_picture(self.stage, self.question)

    @property
    def is_required(self) -> bool:
        return any(control.asked.required for control in self.controls)

    @property
    def is_answered(self) -> bool:
        return any(control.is_answered for control in self.controls)

    @property
    def severity(self) -> str:
        return worst(self.findings)


@dataclass(frozen=True)
class Section:
    """A run of questions: the core of the stage, or a topic that folds away."""

    topic: str
    questions: Sequence[QuestionView]
    is_open: bool

    @property
    def slug(self) -> str:
        return "topic-" + slug(self.questions[0].address)

    @property
    def count(self) -> int:
        return sum(bool(question.shown) for question in self.questions)


@dataclass(frozen=True)
class RailStage:
    """A stage in the rail: its ring and its counts."""

    stage: Stage
    progress: Progress
    counts: Sequence[tuple[str, int]]
    is_started: bool


@dataclass(frozen=True, slots=True)
class WaiverRefusal:
    """A finding that was not set aside: what was written as the reason, and what is wrong.

    ``place`` says in which of the forms on the page it was written.
    """

    finding: str
    place: str
    reason: str
    message: str


@dataclass(frozen=True)
class Remarks:
    """What a save said of single addresses; empty on a page that was only opened."""

    refused: Mapping[Address, Refusal] = field(default_factory=dict)
    conflicts: Mapping[Address, Conflict] = field(default_factory=dict)
    problems: Mapping[Address, Sequence[str]] = field(default_factory=dict)
    merged: Mapping[Address, Merged] = field(default_factory=dict)
    waiver: WaiverRefusal | None = None


@dataclass(frozen=True)
class StagePage:
    """Everything the page of one stage shows."""

    design: Design
    contents: Mapping[str, StageAnswers]
    stage: Stage
    state: State
    remarks: Remarks = field(default_factory=Remarks)
    open_rows: frozenset[str] = frozenset()

    @classmethod
    def of(cls, design: Design, stage: Stage, *, open_row: str = "") -> StagePage:
        """The page as stored now. One query for the answers."""
        contents = design.contents()
        state = state_of(contents, design.given_waivers())
        return cls(design, contents, stage, state, open_rows=frozenset({open_row}))

    @cached_property
    def controls(self) -> Controls:
        row = self.contents[self.stage.key]
        return Controls(
            stage_key=self.stage.key,
            answers=row.answers,
            versions=row.versions,
            design=self.state.snapshot,
            findings=[finding for finding in self.findings if finding.is_open],
            refused=self.remarks.refused,
            conflicts=self.remarks.conflicts,
            merged=self.remarks.merged,
            open_rows=self.open_rows,
        )

    @property
    def placeless(self) -> list[tuple[Address, Refusal]]:
        """What was typed into rows that are not there any more."""
        return [
            (address, refusal)
            for address, refusal in self.remarks.refused.items()
            if address.row and self._row_is_gone(address)
        ]

    def _row_is_gone(self, address: Address) -> bool:
        rows = self.contents[address.stage].answers.get(address.field, ())
        return all(row["row"] != address.row for row in rows)

    @cached_property
    def findings(self) -> tuple[Verdict, ...]:
        """What is said about the stage, with what was set aside."""
        return self.state.about(self.stage.key)

    @cached_property
    def questions(self) -> list[QuestionView]:
        return [self.view(question) for question in self.stage.questions]

    def question(self, key: str) -> QuestionView:
        """The question called ``key``. Raises ``StopIteration`` when there is none."""
        return self.view(next(one for one in self.stage.questions if one.key == key))

    def view(self, question: Question) -> QuestionView:
        """``question`` with its controls as they are now."""
        number = self.stage.questions.index(question) + 1
        found = [one for one in self.findings if asks_about(self.stage, question, one)]
        return QuestionView(
            question=question,
            stage=self.stage,
            number=f"{self.stage.number}.{number}" if self.stage.number else str(number),
            controls=[self.controls.of_field(self.stage.fields[key]) for key in question.fields],
            findings=[one for one in found if one.is_open],
            set_aside=[one for one in found if one.is_set_aside],
        )

    @property
    def sections(self) -> Iterator[Section]:
        """Questions in order; consecutive ones of the same topic fold together."""
        team = self.state.snapshot.general.mode == "team"
        for topic, members in groupby(self.questions, key=lambda one: one.question.topic):
            questions = list(members)
            used = any(one.is_answered for one in questions)
            yield Section(topic, questions, is_open=not topic or team or used)

    def rows(self, table: Field) -> list[RowView]:
        return self.controls.rows(table)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Findings of the stage by severity, those that occur."""
        return counts(self.state, self.stage.key)

    @cached_property
    def rail(self) -> list[RailStage]:
        return [
            RailStage(
                stage,
                self.state.progress[stage.key],
                counts(self.state, stage.key)[:2],
                is_started=stage.key in self.state.snapshot.first_edited,
            )
            for stage in NUMBERED_STAGES
        ]

    @cached_property
    def hints(self) -> StageHints:
        return hints_for(self.stage.key, self.state)

    @property
    def levels(self) -> Iterable[tuple[str, str]]:
        """What may be aimed at: value and label."""
        return LEVELS.items()

    @property
    def level_version(self) -> int:
        return int(self.contents["general"].versions.get("general.target_level", 0))

    @property
    def traps(self) -> Sequence[Trap]:
        return traps(self.stage.key)

    @property
    def change(self) -> Change | None:
        """What a model changes about this stage."""
        return WHAT_CHANGES.get(self.stage.key)

    @property
    def advice(self) -> list[str]:
        """Advice for the author's background and kind of company, where there is some."""
        general = self.state.snapshot.general
        found = (
            persona_advice(general.persona, self.stage.key),
            variant_advice(general.company_variant, self.stage.key),
        )
        return [advice for advice in found if advice]

    @property
    def category(self) -> str:
        """The category in words, or nothing while it is not chosen."""
        return CATEGORIES.get(self.state.snapshot.framing.category, "")

    @property
    def previous(self) -> Stage | None:
        return _neighbour(self.stage, -1)

    @property
    def next(self) -> Stage | None:
        return _neighbour(self.stage, +1)


def hints_for(stage_key: str, state: State) -> StageHints:
    """The rubric beside a stage, at the level the design aims at; kept with the state."""
    if stage_key not in state.hints:
        level = state.snapshot.general.target_level
        state.hints[stage_key] = hints(stage_key, level, state.snapshot)
    return state.hints[stage_key]


def counts(state: State, stage: str = "") -> list[tuple[str, int]]:
    """Findings by severity, worst first, only severities that occur."""
    found = ((severity.value, state.count(severity, stage)) for severity in Severity)
    return [(severity, number) for severity, number in found if number]


def asks_about(stage: Stage, question: Question, finding: Verdict) -> bool:
    """Whether an end of ``finding`` is a field of ``question``, or a cell of its table."""
    for address in (finding.address, *finding.also):
        stage_key, _, rest = address.partition(".")
        key = rest.partition("/")[0]
        if stage_key == stage.key and any(
            field == key or field.startswith(f"{key}.") for field in question.fields
        ):
            return True
    return False


def has_picture(stage: Stage, question: Question) -> bool:
    """Whether the answers to ``question`` can be drawn."""
    return f"{stage.key}.{question.key}" in OF_QUESTION


def _neighbour(stage: Stage, by: int) -> Stage | None:
    order = list(STAGES.values())
    place = order.index(stage) + by
    return order[place] if 0 <= place < len(order) else None
