"""S1, from a wish of the business to something a model can learn."""

from __future__ import annotations

import re

from mlsd_app.rubric.reading import every, filled, has_number
from mlsd_app.rubric.statements import answered, holds, judged
from mlsd_app.stages.design import Design
from mlsd_app.stages.words import CLASSIFICATIONS

A_TIME = re.compile(
    r"\d\s?(?:ms|s|sec|seconds?|min|minutes?|h|hours?|d|days?|w|weeks?|months?|y|years?)\b", re.I
)
NOT_EVENTS = frozenset(
    {"regression", "forecasting", "clustering", "anomaly_detection", "generation"}
)


def _may_decide_between_classes(design: Design) -> bool:
    return design.framing.ml_task in {"", *CLASSIFICATIONS}


def _may_predict_an_event(design: Design) -> bool:
    return design.framing.ml_task not in NOT_EVENTS


def _uses_the_probability(design: Design) -> bool:
    return design.framing.decision_uses_probability is True


def _scale_has_numbers(design: Design) -> bool:
    return every(design.framing.scale, lambda row: filled(row.entity, row.count))


def _kpi_moves_the_right_way(design: Design) -> bool:
    framing = design.framing
    if not framing.business_kpi or framing.kpi_baseline is None or framing.kpi_target is None:
        return False
    if framing.kpi_direction == "down":
        return framing.kpi_target < framing.kpi_baseline
    return framing.kpi_direction == "up" and framing.kpi_target > framing.kpi_baseline


CELLS = {
    "L3": (
        answered(
            "Problem and business objective are written down",
            "framing.problem_statement framing.business_objective",
        ),
        answered("An ML task is picked", "framing.ml_task"),
        answered("A loss is named", "model.loss"),
    ),
    "L4": (
        judged("Task type fits the decision that is made", "framing.ml_task framing.decision"),
        answered(
            "Prediction unit and target are stated",
            "framing.prediction_unit framing.target_definition",
        ),
        holds("Scale is given in numbers", "framing.scale", _scale_has_numbers),
        answered("An operating point is described", "metrics.operating_point"),
        judged("Loss fits the target: an event, an order or a quantity", "model.loss"),
    ),
    "L5": (
        holds(
            "KPI has a value today and a better one as the goal",
            "framing.business_kpi framing.kpi_direction framing.kpi_baseline framing.kpi_target",
            _kpi_moves_the_right_way,
        ),
        holds(
            "Target event has a time limit",
            "framing.target_definition",
            lambda design: bool(A_TIME.search(design.framing.target_definition)),
            when=_may_predict_an_event,
        ),
        answered(
            "False positive and false negative each have a cost",
            "framing.cost_fp framing.cost_fn",
            when=_may_decide_between_classes,
        ),
        answered(
            "What is done with the score is written down",
            "framing.decision framing.decision_uses_probability",
        ),
        answered("Something is named as out of scope", "framing.out_of_scope"),
        holds(
            "Operating point holds a number",
            "metrics.operating_point",
            lambda design: has_number(design.metrics.operating_point),
        ),
        judged("Cut follows from costs or from a capacity", "metrics.operating_point"),
        answered(
            "Calibration is planned where the probability itself is used",
            "model.calibration",
            when=_uses_the_probability,
        ),
    ),
    "L6": (
        judged("Argues whether ML is needed at all", "framing.non_ml_alternative"),
        judged(
            "Other targets and their side effects are weighed",
            "framing.target_definition framing.failure_modes",
        ),
        answered("Stakeholders are named", "framing.stakeholders"),
        judged(
            "Wishes of stakeholders that pull apart are settled",
            "framing.stakeholders framing.decision",
        ),
        judged("Decision rule can change without a new model", "metrics.operating_point"),
        judged("Several goals are joined in the loss or after it, with reason", "model.loss"),
    ),
}
