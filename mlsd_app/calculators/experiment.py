"""Formula A: how many units an experiment needs, and how many it can have."""

from __future__ import annotations

from statistics import NormalDist

from mlsd_app.calculators.numbers import Number, answer, finite, is_at_most, known, ratio
from mlsd_app.stages.metrics import Experiment

STANDARD_NORMAL = NormalDist()
NEW_EVERY_DAY = frozenset({"session", "request"})  # units; all others come back


def units_per_arm_for_mean(
    *, mean: Number, sd: Number, mde_relative_pct: Number, alpha: Number, power: Number
) -> Number:
    """Units [1] in each arm to see a relative change of a mean, in a two-sided test.

    n = 2 (z_alpha + z_beta)^2 sd^2 / delta^2 with delta = mean x MDE[%] / 100; sd and mean in the
    metric's unit. With alpha 0.05 and power 0.8 that is the rule of thumb 16 sd^2 / delta^2.
    Source: Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 17.
    """
    given, z = known(mean, sd, mde_relative_pct), _both_quantiles(alpha, power)
    if given is None or z is None:
        return None
    center, deviation, effect_pct = given
    relative = ratio(deviation, center * effect_pct / 100)
    return None if relative is None else answer(2 * z * z * relative * relative)


def units_per_arm_for_rate(
    *, rate: Number, mde_relative_pct: Number, alpha: Number, power: Number
) -> Number:
    """Units [1] in each arm to see a relative change of a proportion, in a two-sided test.

    n = (z_alpha + z_beta)^2 (p1 (1 - p1) + p2 (1 - p2)) / (p2 - p1)^2 with
    p2 = p1 (1 + MDE[%] / 100). No share lies outside 0 to 1, so such a change has no answer.
    Source: Fleiss, Statistical Methods for Rates and Proportions (1981), without continuity
    correction.
    """
    given, z = known(rate, mde_relative_pct), _both_quantiles(alpha, power)
    if given is None or z is None:
        return None
    now = given[0]
    then = now * (1 + given[1] / 100)
    if not (0 <= now <= 1 and 0 <= then <= 1):
        return None
    spread = now * (1 - now) + then * (1 - then)
    return ratio(z * z * spread, (then - now) * (then - now))


def units_needed_per_arm(plan: Experiment) -> Number:
    """Units [1] that ``plan`` needs in each arm for its type of metric."""
    if plan.metric_type == "mean":
        return units_per_arm_for_mean(
            mean=plan.mean,
            sd=plan.sd,
            mde_relative_pct=plan.mde_relative_pct,
            alpha=plan.alpha,
            power=plan.power,
        )
    if plan.metric_type == "proportion":
        return units_per_arm_for_rate(
            rate=plan.rate,
            mde_relative_pct=plan.mde_relative_pct,
            alpha=plan.alpha,
            power=plan.power,
        )
    return None


def units_available_per_arm(eligible_units: Number, treatment_pct: Number) -> Number:
    """Units [1] in the treatment: unique ones over the whole test, never daily ones x days."""
    given = known(eligible_units, treatment_pct)
    return answer(given[0] * given[1] / 100) if given else None


def is_large_enough(needed: Number, available: Number) -> bool | None:
    """Whether each arm can have the units that it needs."""
    return is_at_most(needed, available)


def shortest_duration_days(
    units_per_arm: Number, new_units_a_day: Number, treatment_pct: Number
) -> Number:
    """Days [d] until the treatment holds enough units of which ``new_units_a_day`` [1/d] arrive.

    For sessions and requests. People come back, so theirs is a window of unique users instead.
    """
    given = known(units_per_arm, new_units_a_day, treatment_pct)
    return ratio(given[0], given[1] * given[2] / 100) if given else None


def is_long_enough(planned_days: Number, shortest_days: Number) -> bool | None:
    """Whether the planned duration is at least the shortest one."""
    return is_at_most(shortest_days, finite(planned_days))


def z_alpha(alpha: Number) -> Number:
    """How many standard deviations leave ``alpha`` [1] outside, half of it on either side."""
    given = known(alpha)
    return -STANDARD_NORMAL.inv_cdf(given[0] / 2) if given and 0 < given[0] / 2 < 0.5 else None


def z_beta(power: Number) -> Number:
    """How many standard deviations leave ``power`` [1] below."""
    given = known(power)
    return STANDARD_NORMAL.inv_cdf(given[0]) if given and 0 < given[0] < 1 else None


def _both_quantiles(alpha: Number, power: Number) -> Number:
    given = known(z_alpha(alpha), z_beta(power))
    return sum(given) if given else None
