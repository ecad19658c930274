"""What follows from the plan of the experiment: its size, what it can have, and its duration."""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.calculation import (
    AT_MOST,
    NO_ANSWER,
    Calculation,
    Input,
    Limit,
    Worked,
    in_words,
    missing,
    result,
    stated,
)
from mlsd_app.calculators.experiment import (
    NEW_EVERY_DAY,
    is_large_enough,
    is_long_enough,
    shortest_duration_days,
    units_available_per_arm,
    units_needed_per_arm,
    z_alpha,
    z_beta,
)
from mlsd_app.calculators.numbers import Number, finite
from mlsd_app.stages.design import Design
from mlsd_app.stages.units import DAYS, NUMBER
from mlsd_app.stages.wording import about

OF_MEAN = (
    "2 × ({z of alpha} + {z of power})² × {standard deviation}²"
    " ÷ ({mean today} × {smallest effect})²"
)
OF_SHARE = "({z of alpha} + {z of power})² × ({p} × (1 − {p}) + {q} × (1 − {q})) ÷ ({q} − {p})²"
OF_EITHER = f"{OF_MEAN}; of a share p that becomes q: {OF_SHARE}"
AVAILABLE = "{unique units} × {share in each arm}"
DURATION = "{units needed in each arm} ÷ ({units a day} × {share in each arm})"

KOHAVI = "Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 17"
FLEISS = "Fleiss, Statistical Methods for Rates and Proportions (1981)"
PEOPLE_COME_BACK = (
    "Only sessions and requests are new every day; people come back. Compare the units needed in "
    "each arm with the unique units of the whole duration."
)


def _units_per_arm(design: Design) -> Iterator[Worked]:
    plan = design.metrics.ab
    inputs, absent = _inputs_of_size(design), _missing_of_size(design)
    needed = units_needed_per_arm(plan)
    available = units_available_per_arm(plan.eligible_units, plan.treatment_pct)
    yield Worked(
        value=needed,
        inputs=inputs,
        in_numbers=_size_in_numbers(plan.metric_type, inputs),
        missing=absent,
        limit=Limit(
            label="units that each arm can have",
            relation=AT_MOST,
            value=available,
            address="metrics.ab.eligible_units",
            is_met=is_large_enough(needed, available),
            check="metrics.experiment-too-small",
        ),
        note="" if needed is not None or absent else NO_ANSWER,
    )


def _units_available_per_arm(design: Design) -> Iterator[Worked]:
    units = stated("unique units", "metrics.ab.eligible_units", design)
    share = _share_in_each_arm(design)
    yield result(units_available_per_arm(units.value, share.value), AVAILABLE, units, share)


def _shortest_duration(design: Design) -> Iterator[Worked]:
    plan = design.metrics.ab
    if plan.unit and plan.unit not in NEW_EVERY_DAY:
        yield Worked(None, note=PEOPLE_COME_BACK)
        return
    daily = stated("units a day", "metrics.ab.daily_units", design)
    planned = stated("planned duration", "metrics.ab.duration_days", design)
    share, needed = _share_in_each_arm(design), units_needed_per_arm(plan)
    days = shortest_duration_days(needed, daily.value, share.value) if plan.unit else None
    unit = () if plan.unit else ("metrics.ab.unit",)
    absent = (*unit, *_missing_of_size(design), *missing(daily, share))
    numbers = {
        "units needed in each arm": "units needed in each arm" if needed is None else about(needed),
        **{given.symbol: str(given) for given in (daily, share)},
    }
    yield Worked(
        value=days,
        inputs=(*_inputs_of_size(design), daily, share),
        in_numbers=DURATION.format_map(numbers),
        missing=absent,
        limit=Limit(
            label="planned duration",
            relation=AT_MOST,
            value=planned.value,
            address=planned.address,
            is_met=is_long_enough(planned.value, days),
        ),
        note="" if days is not None or absent else NO_ANSWER,
    )


def _share_in_each_arm(design: Design) -> Input:
    return stated("share in each arm", "metrics.ab.treatment_pct", design)


def _inputs_of_size(design: Design) -> tuple[Input, ...]:
    """What the size of each arm depends on, for the kind of metric that is planned."""
    today = {
        "mean": (
            stated("mean today", "metrics.ab.mean", design),
            stated("standard deviation", "metrics.ab.sd", design),
        ),
        "proportion": (stated("share today", "metrics.ab.rate", design),),
    }
    return (
        *today.get(design.metrics.ab.metric_type, ()),
        stated("smallest effect", "metrics.ab.mde_relative_pct", design),
        stated("alpha", "metrics.ab.alpha", design),
        stated("power", "metrics.ab.power", design),
    )


def _missing_of_size(design: Design) -> tuple[str, ...]:
    is_known = design.metrics.ab.metric_type in {"mean", "proportion"}
    kind = () if is_known else ("metrics.ab.metric_type",)
    return (*kind, *missing(*_inputs_of_size(design)))


def _size_in_numbers(metric_type: str, inputs: tuple[Input, ...]) -> str:
    """The formula of this kind of metric with its numbers; ``""`` while the kind is not known."""
    given = {one.symbol: one for one in inputs}
    alpha, power = z_alpha(given["alpha"].value), z_beta(given["power"].value)
    numbers = {
        "z of alpha": "z of alpha" if alpha is None else f"{alpha:.3f}",
        "z of power": "z of power" if power is None else f"{power:.3f}",
        **{symbol: str(one) for symbol, one in given.items()},
    }
    if metric_type == "mean":
        return OF_MEAN.format_map(numbers)
    if metric_type == "proportion":
        now, effect = given["share today"].value, given["smallest effect"].value
        then = None if now is None or effect is None else finite(now * (1 + effect / 100))
        return OF_SHARE.format_map({**numbers, "p": _said(now, "p"), "q": _said(then, "q")})
    return ""


def _said(value: Number, symbol: str) -> str:
    return symbol if value is None else about(value)


UNITS_PER_ARM = Calculation(
    name="metrics.units_per_arm",
    title="Units needed in each arm",
    unit=NUMBER,
    formula=in_words(OF_EITHER),
    source=f"{KOHAVI}; {FLEISS}",
    beside="metrics.ab.unit",
    reads=("metrics.ab",),
    work=_units_per_arm,
)
UNITS_AVAILABLE_PER_ARM = Calculation(
    name="metrics.units_available_per_arm",
    title="Units that each arm can have",
    unit=NUMBER,
    formula=in_words(AVAILABLE),
    source="Arithmetic, on unique units over the whole test",
    beside="metrics.ab.unit",
    reads=("metrics.ab",),
    work=_units_available_per_arm,
)
SHORTEST_DURATION = Calculation(
    name="metrics.shortest_duration",
    title="Shortest duration of the experiment",
    unit=DAYS,
    formula=in_words(DURATION),
    source=f"Arithmetic; {KOHAVI}",
    beside="metrics.ab.unit",
    reads=("metrics.ab",),
    work=_shortest_duration,
    into="metrics.ab.duration_days",
)
