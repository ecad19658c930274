"""The document itself: what is designed, for whom, and the decisions that span stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import IN_INTERVIEWS
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    deeper,
    flag,
    group,
    line,
    lines,
    quantity,
    table,
    text,
)
from mlsd_app.stages.units import MINUTES
from mlsd_app.stages.words import LEVELS, STAGE_CHOICES


@dataclass(frozen=True, slots=True)
class Tradeoff(Row):
    """Two workable options and one firm recommendation."""

    TABLE: ClassVar[str] = "general.tradeoffs"
    decision: str = line("Decision", example="What had to be decided")
    stage: str = choice("Stage", STAGE_CHOICES, depth=Depth.FULL)
    option_a: str = line("Option A", example="A way that would work")
    option_b: str = line("Option B", example="Another that would work too")
    choice: str = choice("Recommended", {"option_a": "Option A", "option_b": "Option B"})
    reason: str = line("Because", example="The fact or number that decided it")
    cost: str = line(
        "At the cost of",
        help="What the recommendation gives up: money, time, quality or freedom.",
        example="What is lost, with a number",
    )


@dataclass(frozen=True, slots=True)
class HintGiven(Row):
    """A hint that a mentor gave, or that was opened, during an attempt."""

    TABLE: ClassVar[str] = "general.hints_given"
    time: str = line("Time", help="Minutes and seconds since the start.", example="12:30")
    stage: str = choice("Stage", STAGE_CHOICES)
    hint: str = line("Hint", example="What was said or opened")
    unprompted: bool | None = flag("Unprompted", help="Given without being asked for.")
    mentor: str = line("Mentor")


@dataclass(frozen=True, slots=True)
class StageMinutes:
    """Minutes spent on each stage, measured in practice and editable."""

    framing: float | None = quantity("Framing", MINUTES, low=0, high=600, **IN_INTERVIEWS)
    metrics: float | None = quantity("Metrics", MINUTES, low=0, high=600, **IN_INTERVIEWS)
    data: float | None = quantity("Data", MINUTES, low=0, high=600, **IN_INTERVIEWS)
    features: float | None = quantity("Features", MINUTES, low=0, high=600, **IN_INTERVIEWS)
    model: float | None = quantity("Model", MINUTES, low=0, high=600, **IN_INTERVIEWS)
    serving: float | None = quantity("Serving", MINUTES, low=0, high=600, **IN_INTERVIEWS)
    monitoring: float | None = quantity("Monitoring", MINUTES, low=0, high=600, **IN_INTERVIEWS)


@dataclass(frozen=True, slots=True)
class General:
    """What is true of the document as a whole."""

    title: str = line(
        "Title", required=True, example="What is built and where it is used, in a few words"
    )
    mode: str = choice(
        "Occasion",
        {"interview": "Interview", "team": "Team"},
        required=True,
        help="An interview has a clock and counts hints; a team has owners, review and approval.",
    )
    project_stage: str = choice(
        "How far it is",
        {
            "concept": "Concept",
            "design": "Design",
            "pilot": "Pilot",
            "production": "Production",
        },
        help="For a concept, what is missing in Serving and Monitoring is only hinted at.",
    )
    target_level: str = choice(
        "Level aimed at", LEVELS, help="Picks the column of the rubric to measure against."
    )
    company_variant: str = choice(
        "Company",
        {"startup": "Startup", "large": "Large company"},
        help="A startup asks about its mission and scarce data, a large company about scale.",
    )
    persona: str = choice(
        "Your background",
        {"backend": "Backend engineer", "scientist": "Applied scientist", "none": "Neither"},
        help="Gives more time, and more nudges, to the half you know less well.",
    )
    prompt_id: str = line("Prompt", required=True, example="P07", **IN_INTERVIEWS)
    time_plan: str = line(
        "Time plan", required=True, example="Balanced, 60 minutes", **IN_INTERVIEWS
    )
    tradeoffs: tuple[Tradeoff, ...] = table(
        "Trade-offs", Tradeoff, required=True, row_name="trade-off"
    )
    hints_given: tuple[HintGiven, ...] = table(
        "Hints given", HintGiven, row_name="hint", automatic=True, **IN_INTERVIEWS
    )
    stage_minutes: StageMinutes = group(StageMinutes)
    questions_for_interviewer: tuple[str, ...] = lines(
        "Questions for the interviewer",
        required=True,
        example="A question whose answer could change whether you take the job",
        **IN_INTERVIEWS,
    )
    open_questions: str = text(
        "Open questions", example="What is undecided, who can decide it, and by when"
    )
    glossary: str = text("Glossary", example="Each word of the trade that a reader may not know")
    references: str = text(
        "References", example="Papers, dashboards and earlier designs, each with a link"
    )


GENERAL = Stage(
    "general",
    0,
    "Document",
    "What is designed, for whom, and which choices it rests on.",
    General,
    (
        ask("What is being designed, and for which occasion?", "title mode"),
        ask(
            "What should it prove, and for which kind of company?",
            "target_level company_variant persona project_stage",
            help="This picks the rubric, the nudges and the follow-up questions.",
        ),
        ask(
            "Which two ways were possible, and which one do you recommend?",
            "tradeoffs",
            help="At least two decisions, each with two options that would work and one answer.",
        ),
        ask(
            "What will you ask the interviewer?",
            "questions_for_interviewer",
            help="One or two; time is short, so ask what matters to you.",
        ),
        deeper(
            "The practice run",
            "Which prompt is it, and how is the time planned?",
            "prompt_id time_plan",
        ),
        deeper(
            "The practice run",
            "How long did each stage take?",
            "stage_minutes.framing stage_minutes.metrics stage_minutes.data "
            "stage_minutes.features stage_minutes.model stage_minutes.serving "
            "stage_minutes.monitoring",
            help="Measured while you practise; correct them if the clock ran on.",
        ),
        deeper(
            "The practice run",
            "Which hints were given?",
            "hints_given",
            help="How much help was needed says as much about the level as the design does.",
        ),
        deeper(
            "For the reader",
            "What is still open, and what should a reviewer look at?",
            "open_questions",
        ),
        deeper("For the reader", "Which words need explaining?", "glossary"),
        deeper("For the reader", "What does the design lean on?", "references"),
    ),
)
