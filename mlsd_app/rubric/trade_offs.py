"""S6, the simplest system that is good enough, and why not another one."""

from __future__ import annotations

from mlsd_app.rubric import capacity
from mlsd_app.rubric.reading import every, filled, has_number
from mlsd_app.rubric.statements import answered, holds, judged
from mlsd_app.stages.design import Design
from mlsd_app.stages.metrics import Metric
from mlsd_app.stages.model import Candidate

SIMPLE = frozenset({"rule", "popularity", "linear", "tree", "naive_ts", "bm25", "prompt"})


def _options_are_weighed(design: Design) -> bool:
    return sum(filled(row.option_a, row.option_b) for row in design.general.tradeoffs) > 1


def _choices_are_firm(design: Design) -> bool:
    rows = design.general.tradeoffs
    return len(rows) > 1 and all(filled(row.choice, row.reason, row.cost) for row in rows)


def _failures_are_priced_and_answered(design: Design) -> bool:
    return every(design.framing.failure_modes, lambda row: filled(row.cost, row.mitigation))


def _a_simple_baseline_is_scored(design: Design) -> bool:
    return any(
        row.role == "baseline" and row.family in SIMPLE and row.score is not None
        for row in design.model.candidates
    )


def _candidates_share_a_metric(design: Design) -> bool:
    rows = design.model.candidates
    offline = {metric.id for metric in design.metrics.rows if metric.kind == "offline"}
    scored = {row.metric for row in rows if row.score is not None}
    return len(rows) > 1 and len(scored) == 1 and scored <= offline


def _chosen(design: Design) -> Candidate | None:
    model = design.model
    return next((row for row in model.candidates if row.id and row.id == model.chosen), None)


def _the_choice_is_argued_in_numbers(design: Design) -> bool:
    return _chosen(design) is not None and has_number(design.model.justification)


def _the_chosen_one_reaches_the_target(design: Design) -> bool:
    chosen = _chosen(design)
    if chosen is None:
        return False
    return any(
        _reaches(chosen.score, metric)
        for metric in design.metrics.rows
        if metric.id and metric.id == chosen.metric
    )


def _reaches(score: float | None, metric: Metric) -> bool:
    if score is None or metric.target is None:
        return False
    return score <= metric.target if metric.direction == "down" else score >= metric.target


CELLS = {
    "L3": (
        answered("A model is proposed", "model.candidates"),
        answered("A decision is written down", "general.tradeoffs"),
    ),
    "L4": (
        holds(
            "Two or more models are compared",
            "model.candidates",
            lambda design: len(design.model.candidates) > 1,
        ),
        holds("Two decisions show both options", "general.tradeoffs", _options_are_weighed),
        answered("What could go wrong is listed", "framing.failure_modes"),
        holds(
            "Components have a price",
            "serving.components",
            lambda design: any(row.cost_month is not None for row in design.serving.components),
        ),
    ),
    "L5": (
        holds("A simple baseline has a score", "model.candidates", _a_simple_baseline_is_scored),
        holds(
            "Candidates are scored on one offline metric of stage 2",
            "model.candidates",
            _candidates_share_a_metric,
        ),
        holds(
            "One is chosen, its gain set against its cost in numbers",
            "model.chosen model.justification",
            _the_choice_is_argued_in_numbers,
        ),
        answered("What evidence buys more complexity is written down", "model.upgrade_path"),
        holds(
            "Each choice is firm, with its reason and its cost",
            "general.tradeoffs",
            _choices_are_firm,
        ),
        answered("What would ship without a model is written down", "framing.non_ml_alternative"),
        holds(
            "Failures have a cost and something that answers them",
            "framing.failure_modes",
            _failures_are_priced_and_answered,
        ),
        holds(
            "Monthly cost adds up to no more than the budget",
            "serving.components serving.other_cost_month",
            capacity.costs_fit_the_budget,
        ),
    ),
    "L6": (
        holds(
            "Chosen model reaches the target of its metric",
            "model.chosen model.candidates",
            _the_chosen_one_reaches_the_target,
        ),
        judged("Nothing simpler would reach that target", "model.candidates"),
        holds(
            "Upgrade waits for a number in the evidence",
            "model.upgrade_path",
            lambda design: has_number(design.model.upgrade_path),
        ),
        judged("What is not built is named, and when to look again", "general.tradeoffs"),
        judged("Steps that can be undone come first", "general.tradeoffs"),
        judged("Blueprint holds nothing that no requirement asks for", "framing.blueprint"),
        judged("A request costs less than it earns", "serving.components"),
    ),
}
