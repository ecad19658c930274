"""Checks of the document itself: its trade-offs, its words, and how the time was spent."""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.checklist.examples import FIRST_EDITED
from mlsd_app.checklist.prose import latencies_in, may_say_a_latency, stated_latencies
from mlsd_app.checklist.reading import called, entries, is_blank
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.template import READ_FIELDS, is_of_the_form, texts_where
from mlsd_app.checklist.wording import listed, number
from mlsd_app.stages.conditions import is_interview
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.plans import time_plan
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import MINUTES, MS

FEWEST_TRADEOFFS = 2
TOO_LONG = 1.5  # times the minutes of the plan


@check(
    "general.question-still-there",
    ref="general.W001",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="framing.problem_statement",
    reads=READ_FIELDS,
    message="The template's question is still there.",
    hint="Answer it or delete it; its words are not counted.",
    source="Drafts of published designs",
    failing={"model.upgrade_path": "Which evidence would buy more complexity?"},
    passing={"model.upgrade_path": "The sequence model once distilled below 8 ms."},
)
def question_still_there(design: Design) -> Iterator[Hit]:
    """A field that holds the form's own words looks answered and says nothing."""
    for address in dict(texts_where(design, is_of_the_form)):
        yield Hit(address)


@check(
    "general.tradeoffs-not-argued",
    ref="general.W002",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="general.tradeoffs",
    reads=("general.tradeoffs",),
    message="Fewer than two argued trade-offs.",
    hint="Two workable options, one firm recommendation, what it costs.",
    source="Interview practice",
    failing={
        "general.tradeoffs": [
            {
                "decision": "Model family",
                "option_a": "Boosted trees",
                "option_b": "Sequence network",
                "choice": "option_a",
                "reason": "The network adds 0.01 recall for 14 ms.",
            },
            {"decision": "Last 45 days", "option_a": "Drop them", "option_b": "Weight them"},
        ]
    },
    passing={
        "general.tradeoffs": [
            {
                "decision": "Model family",
                "option_a": "Boosted trees",
                "option_b": "Sequence network",
                "choice": "option_a",
                "reason": "The network adds 0.01 recall for 14 ms.",
            },
            {
                "decision": "Last 45 days",
                "option_a": "Drop them",
                "option_b": "Weight them",
                "choice": "option_b",
                "reason": "New attack patterns live for days, not months.",
            },
        ]
    },
)
def tradeoffs_not_argued(design: Design) -> Iterator[Hit]:
    """A design is a row of choices. The reader trusts those whose other option was workable and
    whose price is named.
    """
    rows = design.general.tradeoffs
    if len(rows) < FEWEST_TRADEOFFS:
        yield Hit("general.tradeoffs")
    for row in rows:
        parts = {
            "a first option": row.option_a,
            "a second option": row.option_b,
            "a choice": row.choice,
            "a reason": row.reason,
        }
        absent = [part for part, text in parts.items() if is_blank(text)]
        if absent:
            yield Hit(row.at(), f"The trade-off {called(row)} lacks {listed(absent)}.")


@check(
    "general.prose-disagrees-on-latency",
    ref="general.H003",
    severity=Severity.HINT,
    signal=Signal.S4,
    at="serving.mode_reason",
    reads=tuple(
        dict.fromkeys(
            (
                *READ_FIELDS,
                "framing.latency_slo_ms",
                "metrics.rows",
                "serving.components",
                "monitoring.monitors",
            )
        )
    ),
    message="Prose and form disagree about latency.",
    hint="One value, one place.",
    source="Contradictions seen in published designs",
    failing={
        "framing.latency_slo_ms": 100,
        "serving.mode_reason": "Features are read on request, at a p99 of 200 ms.",
    },
    passing={
        "framing.latency_slo_ms": 100,
        "serving.mode_reason": "Features are read on request, at a p99 of 100 ms.",
    },
)
def prose_disagrees_on_latency(design: Design) -> Iterator[Hit]:
    """A number that is written twice is changed once. The reader cannot know which of the two the
    design was built for.
    """
    stated = stated_latencies(design)
    if not stated:
        return
    strangers: dict[str, list[float]] = {}
    for address, text in texts_where(design, may_say_a_latency):
        for said in latencies_in(text):
            if said not in stated:
                strangers.setdefault(address, []).append(said)
    for address, latencies in strangers.items():
        yield Hit(
            address,
            f"The text says {listed(number(said, MS) for said in latencies)} of latency, "
            "which no field says.",
            ("framing.latency_slo_ms",),
        )


@check(
    "general.stage-took-too-long",
    ref="general.H004",
    severity=Severity.HINT,
    signal=Signal.S6,
    at="general.stage_minutes.framing",
    reads=("general.mode", "general.time_plan", "general.stage_minutes"),
    message="A stage took far longer than planned.",
    hint="Move on, park the rest in notes.",
    source="Interview practice",
    failing={
        "general.mode": "interview",
        "general.time_plan": "balanced-45",
        "general.stage_minutes.model": 15,
    },
    passing={
        "general.mode": "interview",
        "general.time_plan": "balanced-45",
        "general.stage_minutes.model": 8,
    },
)
def stage_took_too_long(design: Design) -> Iterator[Hit]:
    """Minutes spent late in one stage are taken from serving and monitoring, where most interviews
    are lost.
    """
    if not is_interview(design):
        return
    minutes = design.general.stage_minutes
    for stage_key, planned in time_plan(design.general.time_plan).minutes.items():
        spent = getattr(minutes, stage_key)
        if spent is not None and spent > TOO_LONG * planned:
            yield Hit(
                f"general.stage_minutes.{stage_key}",
                f"{STAGES[stage_key].title} took {number(spent, MINUTES)}; "
                f"the plan gives it {number(planned, MINUTES)}.",
            )


@check(
    "general.no-time-for-monitoring",
    ref="general.H005",
    severity=Severity.HINT,
    signal=Signal.S5,
    at="general.stage_minutes.monitoring",
    reads=("general.mode", "general.stage_minutes"),
    message="Time ran out before monitoring.",
    hint="Keep the last minutes for stage 7 by plan.",
    source="Interview practice",
    failing={"general.mode": "interview", "general.stage_minutes.monitoring": 0},
    passing={"general.mode": "interview", "general.stage_minutes.monitoring": 4},
)
def no_time_for_monitoring(design: Design) -> bool:
    """Monitoring comes last, and is what tells people who have run a model from people who have
    trained one.
    """
    return is_interview(design) and design.general.stage_minutes.monitoring == 0


@check(
    "general.nothing-asked",
    ref="general.H006",
    severity=Severity.HINT,
    signal=Signal.S1,
    at="general.questions_for_interviewer",
    reads=("general.mode", "general.questions_for_interviewer"),
    message="No question for the interviewer.",
    hint="One or two that change your decision about the job.",
    source="Interview practice",
    failing={"general.mode": "interview"},
    passing={
        "general.mode": "interview",
        "general.questions_for_interviewer": ["How do you retire a model that wins offline?"],
    },
)
def nothing_asked(design: Design) -> bool:
    """An interview is the one hour in which you can look inside the team."""
    return is_interview(design) and entries(design.general.questions_for_interviewer) == 0


@check(
    "general.model-before-metric",
    ref="general.H007",
    severity=Severity.HINT,
    signal=Signal.S1,
    at="model.candidates",
    reads=("general.mode", FIRST_EDITED),
    message="Model first, metric later.",
    hint="The most common way strong people lose.",
    source="Interview practice; Rules of Machine Learning 2",
    failing={"general.mode": "interview", FIRST_EDITED: {"model": 60, "metrics": 900}},
    passing={"general.mode": "interview", FIRST_EDITED: {"metrics": 300, "model": 900}},
)
def model_before_metric(design: Design) -> bool:
    """Whoever picks a model before knowing what counts as better has picked by taste."""
    model, metrics = (design.first_edited.get(key) for key in ("model", "metrics"))
    first = model is not None and (metrics is None or model < metrics)
    return is_interview(design) and first
