"""Formula A against the power that its answer has, which is computed the other way round."""

from __future__ import annotations

import math
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.calculators.experiment import (
    shortest_duration_days,
    units_available_per_arm,
    units_needed_per_arm,
    units_per_arm_for_mean,
    units_per_arm_for_rate,
)
from mlsd_app.stages.metrics import Experiment

NORMAL = NormalDist()
alphas = st.floats(0.001, 0.2)
powers = st.floats(0.5, 0.99)
effects = st.floats(0.1, 50)


def achieved_power(difference: float, deviation_of_difference: float, alpha: float) -> float:
    """The chance to see ``difference``, leaving out that of seeing it with the wrong sign."""
    return NORMAL.cdf(difference / deviation_of_difference - NORMAL.inv_cdf(1 - alpha / 2))


@given(mean=st.floats(0.1, 1e6), sd=st.floats(0.1, 1e6), mde=effects, alpha=alphas, power=powers)
def test_the_size_for_a_mean_has_the_power_that_was_asked(
    mean: float, sd: float, mde: float, alpha: float, power: float
) -> None:
    units = units_per_arm_for_mean(mean=mean, sd=sd, mde_relative_pct=mde, alpha=alpha, power=power)
    assert units is not None
    reached = achieved_power(mean * mde / 100, sd * math.sqrt(2 / units), alpha)
    assert reached == pytest.approx(power, rel=1e-6)


@given(rate=st.floats(0.001, 0.6), mde=effects, alpha=alphas, power=powers)
def test_the_size_for_a_rate_has_the_power_that_was_asked(
    rate: float, mde: float, alpha: float, power: float
) -> None:
    units = units_per_arm_for_rate(rate=rate, mde_relative_pct=mde, alpha=alpha, power=power)
    then = rate * (1 + mde / 100)
    assert units is not None
    variance = rate * (1 - rate) + then * (1 - then)
    reached = achieved_power(then - rate, math.sqrt(variance / units), alpha)
    assert reached == pytest.approx(power, rel=1e-6)


def test_the_rule_of_thumb() -> None:
    units = units_per_arm_for_mean(mean=1, sd=1, mde_relative_pct=100, alpha=0.05, power=0.8)
    assert units == pytest.approx(15.698, abs=0.001)


def test_the_worked_example() -> None:
    plan = Experiment(
        metric_type="mean", mean=42, sd=60, mde_relative_pct=0.5, alpha=0.05, power=0.8
    )
    # The worked example rounds the sum of both quantiles: 2 x 7.849 x 60^2 / 0.21^2.
    assert units_needed_per_arm(plan) == pytest.approx(1_281_450, rel=1e-4)
    assert units_available_per_arm(200_000_000, 5) == 10_000_000


def test_a_plan_is_sized_by_its_type() -> None:
    both = {"mean": 10, "sd": 3, "rate": 0.1, "mde_relative_pct": 5, "alpha": 0.05, "power": 0.8}
    means = units_needed_per_arm(Experiment(metric_type="mean", **both))  # type: ignore[arg-type]
    rates = units_needed_per_arm(
        Experiment(metric_type="proportion", **both)  # type: ignore[arg-type]
    )
    assert means == pytest.approx(565.1, abs=0.1)
    assert rates == pytest.approx(57_760, rel=1e-3)
    assert units_needed_per_arm(Experiment(**both)) is None  # type: ignore[arg-type]


def test_durations() -> None:
    assert shortest_duration_days(10_000, 5_000, 20) == 10
    assert shortest_duration_days(10_000, 0, 20) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"mean": None},
        {"mean": 0},
        {"mde_relative_pct": 0},
        {"alpha": 0},
        {"alpha": 1},
        {"alpha": 5e-324},
        {"power": 0},
        {"power": 1},
        {"sd": math.nan},
        {"sd": math.inf},
    ],
)
def test_some_plans_have_no_size(changed: dict[str, float | None]) -> None:
    plan = {"mean": 1.0, "sd": 1.0, "mde_relative_pct": 1.0, "alpha": 0.05, "power": 0.8}
    assert units_per_arm_for_mean(**{**plan, **changed}) is None


@pytest.mark.parametrize(("rate", "mde"), [(0.6, 100), (-0.1, 5), (1.1, 5), (0.5, -300), (0, 5)])
def test_no_share_lies_outside_zero_to_one(rate: float, mde: float) -> None:
    units = units_per_arm_for_rate(rate=rate, mde_relative_pct=mde, alpha=0.05, power=0.8)
    assert units is None


def test_an_effect_too_small_to_see_needs_more_than_everybody() -> None:
    units = units_per_arm_for_mean(mean=1, sd=1, mde_relative_pct=1e-300, alpha=0.05, power=0.8)
    assert units == math.inf
