"""What follows from the numbers of a design, worked out for the reader."""

from __future__ import annotations

import math

from mlsd_app.calculators.experiment import (
    STANDARD_NORMAL,
    units_available_per_arm,
    units_needed_per_arm,
)
from mlsd_app.calculators.numbers import known
from mlsd_app.calculators.training import TOLERANCE, training_rows
from mlsd_app.exports.blocks import SampleSize, TrainingRows
from mlsd_app.figures.amounts import amount, brief, number
from mlsd_app.figures.system import main_label
from mlsd_app.stages.design import Design

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
        z_alpha=f"{STANDARD_NORMAL.inv_cdf(1 - alpha / 2):.3f}",
        z_beta=f"{STANDARD_NORMAL.inv_cdf(power):.3f}",
        spread=number(plan.sd or 0),
        shares=(brief(today), brief(today * (1 + effect_pct / 100))),
        effect=brief(abs(today * effect_pct / 100)),
        needed=_whole(math.ceil(needed)),
        note=_about_units(design, needed, available),
        is_enough=None if available is None else available >= needed,
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
    data, label = design.data, main_label(design)
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
        agrees = 1 / TOLERANCE <= stated / rows <= TOLERANCE
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


def _whole(value: float) -> str:
    """All digits of a whole number, grouped; a result is compared digit by digit."""
    if not math.isfinite(value):
        return number(value)
    return f"{round(value):,}".replace(",", "\u202f")
