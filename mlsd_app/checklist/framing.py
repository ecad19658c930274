"""Checks of stage 1: is there one measurable decision, with a load, limits and a price?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from mlsd_app.calculators.citation_syntax import may_cite
from mlsd_app.calculators.load import average_qps, covers_average
from mlsd_app.checklist.reading import called, entries, is_blank, length
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import PRODUCT_PHRASES, PRODUCT_WORDS
from mlsd_app.checklist.wording import about, listed, number
from mlsd_app.stages.conditions import (
    answers_in_batch,
    answers_online,
    is_classification,
    is_high_risk,
    is_supervised,
    uses_personal_data,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import PER_SECOND

SHORTEST_OBJECTIVE = 20  # characters; less names nobody who gains
FEWEST_ASSUMPTIONS = 2
TAIL_PERCENTILES = {"p95", "p99", "p99.9"}

# What a blueprint must show, by how the words that name it begin.
LOOP_PARTS = {
    part: re.compile(start, re.IGNORECASE)
    for part, start in {
        "data": r"(?<![a-z])data",
        "training": r"training|(?<![a-z])(?:re)?train",
        "registry": r"regist",
        "serving": r"serving|(?<![a-z])serv",
        "monitoring": r"monitor",
    }.items()
}

WORDS = re.compile(r"[a-z0-9]+")
VERSION = "0123456789"  # at the end of a name: gpt4, resnet50
PRODUCTS = frozenset(PRODUCT_WORDS.split()) | PRODUCT_PHRASES


@check(
    "framing.objective-not-stated",
    ref="framing.E001",
    severity=Severity.ERROR,
    signal=Signal.S1,
    at="framing.business_objective",
    reads=("framing.business_objective",),
    message="No business objective is stated.",
    hint="Name who gains and which number moves, before any model word.",
    source="Rules of Machine Learning 2 and 12; interview practice",
    failing={"framing.business_objective": "More engagement"},
    passing={"framing.business_objective": "More people make the app a weekly habit."},
)
def objective_not_stated(design: Design) -> Iterator[Hit]:
    """A model that serves no stated aim cannot be judged, only admired. Who gains decides which
    errors are dear and which metric counts.
    """
    characters = length(design.framing.business_objective)
    if 0 < characters < SHORTEST_OBJECTIVE:
        yield Hit(
            "framing.business_objective",
            f"The business objective ends after {characters} characters, "
            "too few to say who gains and what changes.",
        )
    elif not characters:
        yield Hit("framing.business_objective")


@check(
    "framing.task-not-chosen",
    ref="framing.E002",
    severity=Severity.ERROR,
    signal=Signal.S1,
    at="framing.ml_task",
    reads=("framing.ml_task",),
    message="The problem is not translated into an ML task.",
    hint="Pick one primary task type; say what one prediction is about and who consumes it.",
    source="Interview practice",
    failing={},
    passing={"framing.ml_task": "ranking"},
)
def task_not_chosen(design: Design) -> bool:
    """Metrics, labels and losses all follow from the task, so nothing after it can be checked
    until it is named.
    """
    return not design.framing.ml_task


@check(
    "framing.target-not-defined",
    ref="framing.E003",
    severity=Severity.ERROR,
    signal=Signal.S1,
    at="framing.target_definition",
    reads=("framing.ml_task", "framing.target_definition"),
    message="The target is undefined.",
    hint="Write the positive class (or the quantity) as an observable event with a time limit.",
    source="Rules of Machine Learning 13; interview practice",
    failing={"framing.ml_task": "binary_classification"},
    passing={
        "framing.ml_task": "binary_classification",
        "framing.target_definition": "A chargeback for the payment is confirmed within 45 days.",
    },
)
def target_not_defined(design: Design) -> bool:
    """Two people who build the label from the same sentence must count the same rows. A word such
    as engagement gives each of them another label.
    """
    return is_supervised(design) and is_blank(design.framing.target_definition)


@check(
    "framing.latency-not-stated",
    ref="framing.E004",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="framing.latency_slo_ms",
    reads=("framing.timeliness", "framing.latency_slo_ms"),
    message="An online system without a latency limit.",
    hint="Give one number at one percentile; every later stage spends from it.",
    source="Site Reliability Engineering, chapter 4; interview practice",
    failing={"framing.timeliness": "online"},
    passing={"framing.timeliness": "online", "framing.latency_slo_ms": 100},
)
def latency_not_stated(design: Design) -> bool:
    """The limit is the budget that features, model and network share. Without it, any model is
    fast enough on paper.
    """
    return answers_online(design) and design.framing.latency_slo_ms is None


@check(
    "framing.load-not-stated",
    ref="framing.E005",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="framing.peak_qps",
    reads=("framing.timeliness", "framing.peak_qps", "framing.batch_rows_per_run"),
    message="The load is unknown.",
    hint="Assume a round number out loud and mark it as an assumption.",
    source="Interview practice",
    failing={"framing.timeliness": "batch"},
    passing={"framing.timeliness": "batch", "framing.batch_rows_per_run": 2_000_000},
)
def load_not_stated(design: Design) -> Iterator[Hit]:
    """Replicas, cost and batch windows are all computed from the load. A rough number can be
    corrected later; a missing one cannot be checked.
    """
    framing = design.framing
    if answers_online(design) and framing.peak_qps is None:
        yield Hit("framing.peak_qps", "The peak load of the online system is unknown.")
    if answers_in_batch(design) and framing.batch_rows_per_run is None:
        yield Hit("framing.batch_rows_per_run", "The number of rows in a batch is unknown.")


@check(
    "framing.kpi-without-from-and-to",
    ref="framing.W006",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="framing.kpi_baseline",
    reads=("framing.kpi_baseline", "framing.kpi_target"),
    message="The KPI has no starting value or no goal.",
    hint="Success needs a from-to pair, not a direction.",
    source="Interview practice",
    failing={"framing.kpi_baseline": 31},
    passing={"framing.kpi_baseline": 31, "framing.kpi_target": 31.5},
)
def kpi_without_from_and_to(design: Design) -> Iterator[Hit]:
    """A direction is reached by any noise. The distance from today to the goal says whether the
    project is worth its cost, and how large an experiment must be.
    """
    if design.framing.kpi_baseline is None:
        yield Hit("framing.kpi_baseline", "The KPI has no starting value.")
    if design.framing.kpi_target is None:
        yield Hit("framing.kpi_target", "The KPI has no goal.")


@check(
    "framing.goal-no-better-than-today",
    ref="framing.E007",
    severity=Severity.ERROR,
    signal=Signal.S1,
    at="framing.kpi_target",
    reads=("framing.kpi_direction", "framing.kpi_baseline", "framing.kpi_target"),
    message="The target is no better than today.",
    hint="Recheck sign and unit; public documents do get this wrong.",
    source="A fault seen in published designs",
    failing={
        "framing.kpi_direction": "down",
        "framing.kpi_baseline": 5.6,
        "framing.kpi_target": 8,
    },
    passing={
        "framing.kpi_direction": "down",
        "framing.kpi_baseline": 8,
        "framing.kpi_target": 5.6,
    },
)
def goal_no_better_than_today(design: Design) -> Iterator[Hit]:
    """A goal on the wrong side of today is a mixed-up sign or unit, and everything sized from the
    difference is wrong with it.
    """
    direction = design.framing.kpi_direction
    today, goal = design.framing.kpi_baseline, design.framing.kpi_target
    if today is None or goal is None:
        return
    if (direction == "up" and goal <= today) or (direction == "down" and goal >= today):
        yield Hit(
            "framing.kpi_target",
            f"The goal of {number(goal)} is no better than today's {number(today)}, "
            f"since {direction} is better.",
        )


@check(
    "framing.nothing-out-of-scope",
    ref="framing.W008",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="framing.out_of_scope",
    reads=("framing.out_of_scope",),
    message="Nothing is declared out of scope.",
    hint="Name two tempting things you will not do.",
    source="ml-design-docs template (Eugene Yan), 4.1",
    failing={"framing.out_of_scope": []},
    passing={"framing.out_of_scope": ["search", "advertising auction"]},
)
def nothing_out_of_scope(design: Design) -> bool:
    """What is left out protects the time for what is left in, and tells the reader which
    objections you have already answered.
    """
    return entries(design.framing.out_of_scope) == 0


@check(
    "framing.assumptions-missing",
    ref="framing.W009",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="framing.assumptions",
    reads=("framing.assumptions",),
    message="Fewer than two assumptions are written down.",
    hint="State an educated number and how you would verify it, rather than asking again.",
    source="Interview practice",
    failing={"framing.assumptions": [{"assumption": "peak to average load"}]},
    passing={
        "framing.assumptions": [
            {"assumption": "feed loads per daily user", "value": 5},
            {"assumption": "peak to average load", "value": 2.9},
        ]
    },
)
def assumptions_missing(design: Design) -> Iterator[Hit]:
    """An assumption with a number can be checked and corrected by whoever knows better; an unspoken
    one comes back as a surprise.
    """
    rows = design.framing.assumptions
    if len(rows) < FEWEST_ASSUMPTIONS:
        yield Hit("framing.assumptions")
    for row in rows:
        if row.value is None:
            yield Hit(row.at("value"), f"The assumption {called(row)} has no value.")


@check(
    "framing.failure-not-priced",
    ref="framing.W010",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="framing.failure_modes",
    reads=("framing.failure_modes",),
    message="No failure mode is named and priced.",
    hint="Say who is hurt and what one failure costs.",
    source="Interview practice",
    failing={"framing.failure_modes": [{"failure": "Clickbait wins"}]},
    passing={
        "framing.failure_modes": [
            {"failure": "Clickbait wins", "cost": "habit KPI falls 0.3 points"}
        ]
    },
)
def failure_not_priced(design: Design) -> Iterator[Hit]:
    """Only a price tells which failure deserves a guardrail and which a shrug."""
    rows = design.framing.failure_modes
    if not rows:
        yield Hit("framing.failure_modes")
    for row in rows:
        if is_blank(row.cost):
            yield Hit(row.at("cost"), f"The failure mode {called(row)} has no cost.")


@check(
    "framing.error-costs-unknown",
    ref="framing.W011",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="framing.cost_fp",
    reads=("framing.ml_task", "framing.cost_fp", "framing.cost_fn"),
    message="False positives and false negatives have no cost.",
    hint="One currency figure each is enough to place the threshold.",
    source="Elkan, The Foundations of Cost-Sensitive Learning (2001)",
    failing={"framing.ml_task": "binary_classification", "framing.cost_fp": 8},
    passing={
        "framing.ml_task": "binary_classification",
        "framing.cost_fp": 8,
        "framing.cost_fn": 60,
    },
)
def error_costs_unknown(design: Design) -> Iterator[Hit]:
    """The best threshold follows from the ratio of the two costs. Where nobody writes them down,
    0.5 decides.
    """
    if not is_classification(design):
        return
    if design.framing.cost_fp is None:
        yield Hit("framing.cost_fp", "A false positive has no cost.")
    if design.framing.cost_fn is None:
        yield Hit("framing.cost_fn", "A false negative has no cost.")


@check(
    "framing.no-ml-option-skipped",
    ref="framing.H012",
    severity=Severity.HINT,
    signal=Signal.S6,
    at="framing.non_ml_alternative",
    reads=("framing.non_ml_alternative",),
    message="The no-ML option is not considered.",
    hint="Describe the rule that would ship next week and where it stops working.",
    source="Rules of Machine Learning 1 and 3",
    failing={},
    passing={
        "framing.non_ml_alternative": "Most watched per country; it fails niche tastes and news."
    },
)
def no_ml_option_skipped(design: Design) -> bool:
    """A rule that ships next week is the bar a model must clear, and often the fallback on a bad
    day.
    """
    return is_blank(design.framing.non_ml_alternative)


@check(
    "framing.peak-below-average",
    ref="framing.E013",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="framing.peak_qps",
    reads=("framing.peak_qps", "framing.daily_requests"),
    message="Peak load is below the daily average.",
    hint="avg [req/s] = daily [req/d] / 86400 [s/d]; peak is usually 2 to 10 times that.",
    source="Arithmetic",
    failing={"framing.daily_requests": 600_000_000, "framing.peak_qps": 5_000},
    passing={"framing.daily_requests": 600_000_000, "framing.peak_qps": 20_000},
)
def peak_below_average(design: Design) -> Iterator[Hit]:
    """A peak cannot lie below the mean, so one of the two numbers has the wrong unit, and every
    replica count built on it is wrong too.
    """
    peak, average = design.framing.peak_qps, average_qps(design.framing.daily_requests)
    if peak is not None and average is not None and covers_average(peak, average) is False:
        yield Hit(
            "framing.peak_qps",
            f"Peak {number(peak, PER_SECOND)} is below the daily average "
            f"of {about(average, PER_SECOND)}.",
        )


@check(
    "framing.personal-data-without-rule",
    ref="framing.W014",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="framing.privacy_constraints",
    reads=("framing.personal_data", "framing.privacy_constraints"),
    message="Personal data without a privacy rule.",
    hint="Cover lawful ground, minimisation, retention, deletion path.",
    source="Datasheets for Datasets; ML Test Score, data 5",
    failing={"framing.personal_data": True},
    passing={
        "framing.personal_data": True,
        "framing.privacy_constraints": "Consented, pseudonymous, 180 days, deletion in 30 days.",
    },
)
def personal_data_without_rule(design: Design) -> bool:
    """Retention and deletion shape tables and training sets. They are cheap to plan for and very
    dear to add afterwards.
    """
    return uses_personal_data(design) and is_blank(design.framing.privacy_constraints)


@check(
    "framing.latency-not-in-the-tail",
    ref="framing.W015",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="framing.latency_percentile",
    reads=("framing.timeliness", "framing.latency_percentile"),
    message="Latency is stated as an average.",
    hint="Use p99: the slowest calls are what people remember.",
    source="Dean and Barroso, The Tail at Scale (2013)",
    failing={"framing.timeliness": "online", "framing.latency_slo_ms": 100},
    passing={
        "framing.timeliness": "online",
        "framing.latency_slo_ms": 100,
        "framing.latency_percentile": "p99",
    },
)
def latency_not_in_the_tail(design: Design) -> Iterator[Hit]:
    """A page that makes twenty calls meets the slowest one almost every time, so an average hides
    exactly what people feel.
    """
    percentile = design.framing.latency_percentile
    if answers_online(design) and percentile not in TAIL_PERCENTILES:
        said = f"is stated as {percentile}" if percentile else "has no percentile"
        yield Hit("framing.latency_percentile", f"The latency limit {said}; people feel the tail.")


@check(
    "framing.target-without-threshold",
    ref="framing.H016",
    severity=Severity.HINT,
    signal=Signal.S1,
    at="framing.target_definition",
    reads=("framing.ml_task", "framing.target_definition"),
    message="The positive class has no threshold.",
    hint="A cut such as a watched share or a dispute window makes the label reproducible.",
    source="Interview practice",
    failing={
        "framing.ml_task": "binary_classification",
        "framing.target_definition": "The customer disputes the payment.",
    },
    passing={
        "framing.ml_task": "binary_classification",
        "framing.target_definition": "The customer disputes the payment within 45 days.",
    },
)
def target_without_threshold(design: Design) -> bool:
    """Without a number the class changes with whoever writes the query, and two training sets
    cannot be compared.
    """
    target = design.framing.target_definition
    has_number = any(character.isdigit() for character in target) or may_cite(target)
    return is_classification(design) and not is_blank(target) and not has_number


@check(
    "framing.blueprint-names-products",
    ref="framing.H017",
    severity=Severity.HINT,
    signal=Signal.S6,
    at="framing.blueprint",
    reads=("framing.blueprint",),
    message="The blueprint names products.",
    hint="Draw roles (model, store, stream) first; names come with their stage.",
    source="Interview practice",
    failing={"framing.blueprint": "data -> Kafka -> training -> registry -> Redis -> monitoring"},
    passing={"framing.blueprint": "data -> stream -> training -> registry -> store -> monitoring"},
)
def blueprint_names_products(design: Design) -> Iterator[Hit]:
    """A product closes a question before it is asked: the role it plays can be argued about, its
    name only recognised.
    """
    words = WORDS.findall(design.framing.blueprint.lower())
    names = (*words, *map(" ".join, pairwise(words)))
    found = [name for name in names if name in PRODUCTS or name.rstrip(VERSION) in PRODUCTS]
    if found:
        listed_once = listed(dict.fromkeys(found))
        yield Hit("framing.blueprint", f"The blueprint names products: {listed_once}.")


@check(
    "framing.loop-not-shown",
    ref="framing.W018",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="framing.blueprint",
    reads=("framing.blueprint",),
    message="The blueprint does not show the whole loop.",
    hint="Five boxes and the arrow that brings labels back are enough.",
    source="Rules of Machine Learning 4; interview practice",
    failing={"framing.blueprint": "data -> training -> serving"},
    passing={"framing.blueprint": "data -> training -> registry -> serving -> monitoring -> data"},
)
def loop_not_shown(design: Design) -> Iterator[Hit]:
    """Most of a system stands around its model, and the part that is not drawn is the part that
    nobody plans: usually the registry and the way back from monitoring.
    """
    blueprint = design.framing.blueprint
    absent = [part for part, starts in LOOP_PARTS.items() if not starts.search(blueprint)]
    if absent:
        yield Hit("framing.blueprint", f"The blueprint does not show {listed(absent)}.")


@check(
    "framing.high-risk-unexplained",
    ref="framing.W019",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="framing.interpretability_need",
    reads=("framing.risk_class", "framing.interpretability_need"),
    message="High risk, but no explanation is required.",
    hint="Say who must understand a decision and in which words.",
    source="EU AI Act, articles 13 and 86; interview practice",
    failing={"framing.risk_class": "high", "framing.interpretability_need": "none"},
    passing={"framing.risk_class": "high", "framing.interpretability_need": "per_decision"},
)
def high_risk_unexplained(design: Design) -> bool:
    """A person who is refused money, work or care may ask why, and often has the right to an
    answer. That need decides which models are possible at all.
    """
    return is_high_risk(design) and design.framing.interpretability_need == "none"


@check(
    "framing.no-action-follows",
    ref="framing.W020",
    severity=Severity.WARNING,
    signal=Signal.S1,
    at="framing.decision",
    reads=("framing.decision",),
    message="No action follows the prediction.",
    hint="Write the rule that turns a score into an action, and who can overrule it.",
    source="Interview practice",
    failing={},
    passing={"framing.decision": "Decline above t2, challenge between t1 and t2, else allow."},
)
def no_action_follows(design: Design) -> bool:
    """A score changes nothing; the rule that acts on it does, and that rule is what people are
    hurt or helped by.
    """
    return is_blank(design.framing.decision)
