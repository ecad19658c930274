"""Stage 1: turn a product wish into one measurable ML decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import (
    IF_BATCH,
    IF_CATALOGUE,
    IF_ONLINE,
    IF_PERSONAL_DATA,
    OF_CLASSIFIERS,
)
from mlsd_app.stages.fields import (
    Row,
    Stage,
    ask,
    choice,
    deeper,
    flag,
    line,
    lines,
    quantity,
    reference,
    table,
    text,
)
from mlsd_app.stages.units import (
    CURRENCY,
    CURRENCY_PER_MONTH,
    DAYS,
    MS,
    PER_DAY,
    PER_SECOND,
    PERCENT,
    SECONDS,
)
from mlsd_app.stages.words import CATEGORIES, ML_TASKS, UP_DOWN


@dataclass(frozen=True, slots=True)
class Scale(Row):
    """How many of something there are."""

    TABLE: ClassVar[str] = "framing.scale"
    entity: str = line("Entity", help="The experiment refers to this name.", example="user")
    count: float | None = quantity("Count", low=0, example="5M")
    note: str = line("Counted as", example="Which ones, over which time")
    growth_month_pct: float | None = quantity(
        "Growth a month", PERCENT, low=-100, high=1000, example="2"
    )


@dataclass(frozen=True, slots=True)
class Assumption(Row):
    """An educated number and how it would be verified."""

    TABLE: ClassVar[str] = "framing.assumptions"
    assumption: str = line("We assume", example="The quantity you had to guess")
    value: float | None = quantity("Value", help="In the unit that its name says.", example="10")
    basis: str = line("Because", example="What makes this size plausible")
    verify: str = line("Checked by", example="The log or report that would settle it")


@dataclass(frozen=True, slots=True)
class FailureMode(Row):
    """What could go wrong, what it costs, and what answers it."""

    TABLE: ClassVar[str] = "framing.failure_modes"
    failure: str = line("What goes wrong", example="What people would notice")
    cost: str = line("What it costs", example="In money, or in the KPI")
    who: str = line("Who is hurt", example="The people who pay for it")
    mitigation: str = reference(
        "Answered by",
        "monitoring.monitors",
        "serving.components",
        "metrics.rows",
        "monitoring.rollout",
        help="The monitor, component, metric or rollout step that notices or softens it.",
    )


@dataclass(frozen=True, slots=True)
class Framing:
    """The problem, the decision the model serves, and the numbers every later stage spends."""

    category: str = choice(
        "Kind of product",
        CATEGORIES,
        required=True,
        help="Picks the checks that apply to it.",
    )
    problem_statement: str = text(
        "Situation",
        required=True,
        help="Three to five sentences.",
        example="What happens today, who suffers from it, and how one can see that",
    )
    business_objective: str = text(
        "Who gains",
        required=True,
        help="Before any word about models.",
        example="The people who are better off, and what they do differently then",
    )
    business_kpi: str = line(
        "KPI", required=True, example="A number on an existing report, with its time span"
    )
    kpi_unit: str = line("Unit", required=True, example="percent")
    kpi_direction: str = choice("Better is", UP_DOWN, required=True)
    kpi_baseline: float | None = quantity("Today", required=True, example="12.5")
    kpi_target: float | None = quantity("Goal", required=True, example="13")
    stakeholders: str = text(
        "Stakeholders",
        example="Users, owners of neighbouring systems, and those affected without using it",
    )
    in_scope: tuple[str, ...] = lines(
        "In scope", required=True, example="The surfaces, users and decisions that are covered"
    )
    out_of_scope: tuple[str, ...] = lines(
        "Out of scope", required=True, example="Two tempting things that you leave out"
    )
    ml_task: str = choice(
        "ML task",
        ML_TASKS,
        required=True,
        help="One primary task; most problems are a classification or a regression at heart.",
    )
    prediction_unit: str = line(
        "One prediction is about",
        required=True,
        example="All that one score belongs to: whom, what and when",
    )
    entities: str = line(
        "Entities",
        help="Users, items, devices, shops: whatever has a history of its own.",
        example="The things that occur again and again, separated by commas",
    )
    target_definition: str = text(
        "Target",
        required=True,
        help="An observable event, or a quantity, with a threshold and a time limit.",
        example="What must happen, how much of it, within how long, and what rules it out",
    )
    decision: str = text(
        "Decision",
        required=True,
        help="The rule that turns a score into an action.",
        example="What is done above and below which score, and who can undo it",
    )
    decision_uses_probability: bool | None = flag(
        "The value of the score is used",
        required=True,
        help="Yes when it is multiplied, compared with costs or shown; no when only the order is.",
    )
    cost_fp: float | None = quantity(
        "Cost of a false positive",
        CURRENCY,
        low=0,
        required=True,
        help="One case flagged in error; the relative sizes matter most.",
        example="5",
        **OF_CLASSIFIERS,
    )
    cost_fn: float | None = quantity(
        "Cost of a false negative",
        CURRENCY,
        low=0,
        required=True,
        help="One case missed.",
        example="40",
        **OF_CLASSIFIERS,
    )
    non_ml_alternative: str = text(
        "Without ML",
        required=True,
        example="The rule, whom it serves well enough, and the case where it fails",
    )
    scale: tuple[Scale, ...] = table("Scale", Scale, required=True, row_name="entity")
    catalogue_size: float | None = quantity(
        "Catalogue",
        low=0,
        required=True,
        help="Items that may be chosen for one request.",
        example="2M",
        **IF_CATALOGUE,
    )
    daily_requests: float | None = quantity(
        "Requests a day", PER_DAY, low=0, required=True, example="40M"
    )
    avg_qps: float | None = quantity(
        "Average load",
        PER_SECOND,
        low=0,
        required=True,
        help="Requests a day divided by 86 400.",
        example="460",
    )
    peak_qps: float | None = quantity(
        "Peak load",
        PER_SECOND,
        low=0,
        required=True,
        help="Usually 2 to 10 times the average.",
        example="1500",
    )
    timeliness: str = choice(
        "The answer must exist",
        {"online": "Online", "nearline": "Nearline", "batch": "In a batch"},
        required=True,
        help="While somebody waits, minutes after an event, or by a fixed hour.",
    )
    latency_slo_ms: float | None = quantity(
        "Latency limit",
        MS,
        low=0,
        required=True,
        help="Every later stage spends from this one number.",
        example="150 ms",
        **IF_ONLINE,
    )
    latency_percentile: str = choice(
        "Measured at",
        {"p95": "p95", "p99": "p99", "p99.9": "p99.9"},
        required=True,
        help="People feel the tail, so a percentile and not the mean.",
        **IF_ONLINE,
    )
    batch_rows_per_run: float | None = quantity(
        "Rows a run", low=0, required=True, example="20M", **IF_BATCH
    )
    availability_slo_pct: float | None = quantity(
        "Availability",
        PERCENT,
        low=0,
        high=100,
        required=True,
        help="99.9 % leaves 43 minutes a month.",
        example="99.9",
    )
    freshness_requirement_s: float | None = quantity(
        "Freshness",
        SECONDS,
        low=0,
        required=True,
        help="How soon an event must be able to change the answer.",
        example="5 min",
    )
    cost_budget_month: float | None = quantity(
        "Budget a month",
        CURRENCY_PER_MONTH,
        low=0,
        required=True,
        help="To run it, training included.",
        example="80k",
    )
    interpretability_need: str = choice(
        "Explanations needed",
        {"none": "None", "aggregate": "In aggregate", "per_decision": "For each decision"},
        required=True,
        help="In aggregate is for those who own it, for each decision for those it is about.",
    )
    risk_class: str = choice(
        "Risk",
        {"low": "Low", "medium": "Medium", "high": "High"},
        required=True,
        help="High: it decides on a person's money, rights, safety or health.",
    )
    personal_data: bool | None = flag("Personal data are used", required=True)
    privacy_constraints: str = text(
        "Privacy rules",
        required=True,
        example="Lawful ground, what is left out, how long it is kept, how deletion reaches copies",
        **IF_PERSONAL_DATA,
    )
    retention_limit_days: float | None = quantity(
        "Kept at most",
        DAYS,
        low=0,
        help="The limit that law or policy sets for personal data.",
        example="1 year",
        **IF_PERSONAL_DATA,
    )
    feedback_loop: bool | None = flag(
        "Its actions shape its next training data",
        required=True,
        help="Yes when what is not shown, allowed or offered can leave no label.",
    )
    assumptions: tuple[Assumption, ...] = table(
        "Assumptions", Assumption, required=True, row_name="assumption"
    )
    failure_modes: tuple[FailureMode, ...] = table(
        "Failure modes", FailureMode, required=True, row_name="failure mode"
    )
    blueprint: str = text(
        "Blueprint",
        required=True,
        example="Data, training, registry, serving and monitoring, and the arrow that brings "
        "labels back; in words or as a Mermaid diagram",
    )


FRAMING = Stage(
    "framing",
    1,
    "Framing",
    "Turn a product wish into one measurable decision.",
    Framing,
    (
        ask(
            "What hurts today, and who gains when it is fixed?",
            "category problem_statement business_objective",
        ),
        ask(
            "Which number does the business already report?",
            "business_kpi kpi_unit kpi_direction kpi_baseline kpi_target",
            help="One number, from where to where.",
        ),
        ask(
            "What is part of it, and what will you not do?",
            "in_scope out_of_scope",
            help="A scope that excludes nothing is not one.",
        ),
        ask(
            "What is predicted, and when does an example count as positive?",
            "ml_task prediction_unit target_definition",
        ),
        ask(
            "What is done with the score, and who may overrule it?",
            "decision decision_uses_probability feedback_loop cost_fp cost_fn",
        ),
        ask(
            "How fast, how fresh, how reliable, and for how much?",
            "timeliness latency_slo_ms latency_percentile freshness_requirement_s "
            "availability_slo_pct cost_budget_month",
            help="Later stages are measured against these numbers.",
        ),
        ask(
            "How much will it handle?",
            "daily_requests avg_qps peak_qps batch_rows_per_run catalogue_size scale",
            help="Write numbers as you would say them: 40M, 1.5k, 600M/day.",
        ),
        ask(
            "What do you assume, and how would you check it?",
            "assumptions",
            help="An educated number beats another question; two at least.",
        ),
        ask(
            "Which parts does it have, and where does the loop close?",
            "blueprint",
            help="Roles only; the names of products and algorithms come with their stage.",
        ),
        deeper(
            "Around the prediction",
            "What would ship next week without a model, and where does it stop working?",
            "non_ml_alternative",
        ),
        deeper("Around the prediction", "Which things will features belong to?", "entities"),
        deeper(
            "People, privacy and risk",
            "Who is affected, also without using it?",
            "stakeholders",
        ),
        deeper(
            "People, privacy and risk",
            "Which personal data are used, on what ground and for how long?",
            "personal_data privacy_constraints retention_limit_days",
        ),
        deeper(
            "People, privacy and risk",
            "How much harm can one decision do, and who must understand it?",
            "risk_class interpretability_need",
        ),
        deeper(
            "People, privacy and risk",
            "What could go wrong, what would it cost, and what answers it?",
            "failure_modes",
            help="Each one priced, and tied to what would notice or soften it.",
        ),
    ),
)
