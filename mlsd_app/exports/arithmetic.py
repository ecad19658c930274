"""What follows from the numbers of a design, worked out for the reader."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlsd_app.calculators.calculation import AT_LEAST, Calculation, Limit, Worked
from mlsd_app.calculators.calculations import CALCULATIONS
from mlsd_app.calculators.experiment import (
    is_large_enough,
    units_available_per_arm,
    units_needed_per_arm,
    z_alpha,
    z_beta,
)
from mlsd_app.calculators.numbers import known
from mlsd_app.calculators.training import rows_follow, training_rows
from mlsd_app.checklist import CHECKS
from mlsd_app.exports.blocks import Result, Results, SampleSize, TrainingRows
from mlsd_app.figures.amounts import amount, brief, number
from mlsd_app.stages.design import Design, row_id, rows_at
from mlsd_app.stages.reading import main_label

LARGEST = 1e15  # a result beyond it is a slip of the keyboard, and is not printed


def sample_size(design: Design) -> SampleSize | None:
    """The units needed in each arm (formula A); ``None`` when an input is missing or absurd."""
    plan = design.metrics.ab
    needed = units_needed_per_arm(plan)
    given = known(plan.alpha, plan.power, plan.mde_relative_pct)
    if given is None or needed is None or not 0 < needed < LARGEST:
        return None
    alpha, power, effect_pct = given
    is_mean = plan.metric_type == "mean"
    today = (plan.mean if is_mean else plan.rate) or 0
    available = units_available_per_arm(plan.eligible_units, plan.treatment_pct)
    if available is not None and not 0 < available < LARGEST:
        available = None
    return SampleSize(
        is_mean=is_mean,
        z_alpha=f"{z_alpha(alpha) or 0:.3f}",
        z_beta=f"{z_beta(power) or 0:.3f}",
        spread=number(plan.sd or 0),
        shares=(brief(today), brief(today * (1 + effect_pct / 100))),
        effect=brief(abs(today * effect_pct / 100)),
        needed=_whole(math.ceil(needed)),
        note=_about_units(design, needed, available),
        is_enough=is_large_enough(needed, available),
    )


def _about_units(design: Design, needed: float, available: float | None) -> str:
    plan = design.metrics.ab
    effect = amount(plan.mde_relative_pct or 0, "%")
    said = f"The effect is {effect} of {number((plan.mean or plan.rate) or 0)}; "
    said += f"alpha is {number(plan.alpha or 0)} and power {number(plan.power or 0)}."
    if available is None:
        return said
    share = amount(plan.treatment_pct or 0, "%")
    eligible, times = number(plan.eligible_units or 0), number(float(f"{available / needed:.2g}"))
    return (
        f"{said} Each arm has {_whole(available)} units, {share} of {eligible}:"
        f" {times} times what is needed."
    )


def rows_of_training(design: Design) -> TrainingRows | None:
    """The rows that follow from the rates (formula B); ``None`` when an input is missing."""
    data, label = design.data, main_label(design.data)
    if label is None:
        return None
    rows = training_rows(
        examples_per_day=label.examples_per_day,
        base_sample=data.base_sample,
        window_days=data.training_window_days,
        positive_rate_pct=label.positive_rate_pct,
        negatives_kept=data.sampling_rate,
    )
    if rows is None or not 0 < rows < LARGEST:
        return None
    positive = (label.positive_rate_pct or 0) / 100
    stated = data.rows_train
    note, agrees = "", None
    if stated and 0 < stated < LARGEST:
        agrees = rows_follow(stated, rows)
        note = f"Stated: {_whole(stated)} rows"
        if data.positives_train is not None:
            note += f", {_whole(data.positives_train)} of them positive"
        note += "."
    return TrainingRows(
        examples=number(label.examples_per_day or 0),
        sample=number(data.base_sample or 0),
        days=number(data.training_window_days or 0),
        positive=number(positive),
        negative=number(1 - positive),
        kept=number(data.sampling_rate or 0),
        rows=_whole(rows),
        note=note,
        agrees=agrees,
    )


def of_serving(design: Design) -> Results | None:
    """The path, the replicas of the fullest component, availability and cost."""
    return _results(
        design,
        "serving.path_p99",
        "serving.replicas_needed",
        "serving.replicas_after_zone_loss",
        "serving.availability",
        "serving.cost_month",
    )


def of_monitoring(design: Design) -> Results | None:
    """What the emptiest window of a drift monitor holds, and what the canary sees."""
    return _results(design, "monitoring.window_predictions", "monitoring.canary_events")


def _results(design: Design, *names: str) -> Results | None:
    found = [
        _result(design, calculation, worked)
        for calculation in (CALCULATIONS[name] for name in names)
        if (worked := _tightest(calculation.of(design))) is not None
    ]
    return Results(found) if found else None


def _tightest(results: Sequence[Worked]) -> Worked | None:
    """Of those that can be printed, the one nearest to its limit, or furthest beyond it."""
    known = [one for one in results if one.value is not None and 0 < one.value < LARGEST]
    return min(known, key=lambda one: _slack(one.value or 0, one.limit), default=None)


def _slack(value: float, limit: Limit | None) -> float:
    """How many times a result could grow, or shrink, before it meets its limit."""
    if limit is None or limit.value is None or limit.value <= 0:
        return math.inf
    return value / limit.value if limit.relation == AT_LEAST else limit.value / value


def _result(design: Design, calculation: Calculation, worked: Worked) -> Result:
    rows = rows_at(design, calculation.table) if calculation.table else ()
    limit = worked.limit
    held, severity = "", ""
    if limit is not None and limit.value is not None:
        held = f"{limit.relation} {calculation.shown(limit.value)} ({limit.label})"
        severity = CHECKS[limit.check].severity
    return Result(
        title=calculation.title,
        row=next((row_id(row) for row in rows if row.row == worked.row), ""),
        formula=worked.note or calculation.formula,
        filled=worked.filled,
        value=calculation.shown(worked.value or 0),
        held=held,
        is_met=limit.is_met if limit else None,
        severity=severity,
    )


def _whole(value: float) -> str:
    """All digits of a whole number, grouped; a result is compared digit by digit."""
    if not math.isfinite(value):
        return number(value)
    return f"{round(value):,}".replace(",", "\u202f")
