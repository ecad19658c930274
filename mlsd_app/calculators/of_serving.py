"""What follows for the time of a request: its path, the headroom it leaves, and scoring in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mlsd_app.calculators.calculation import (
    AT_LEAST,
    AT_MOST,
    Calculation,
    Input,
    Limit,
    Worked,
    cell,
    filled,
    in_words,
    missing,
    result,
    stated,
)
from mlsd_app.calculators.latency import (
    HEADROOM,
    Scoring,
    headroom_ms,
    keeps_limit,
    leaves_headroom,
    path_p99_ms,
    scores_in_time,
    scorings,
    steps,
)
from mlsd_app.calculators.numbers import finite
from mlsd_app.stages.design import Design, row_id
from mlsd_app.stages.serving import Component
from mlsd_app.stages.units import MS

COMPONENTS = "serving.components"
TAIL = "Dean and Barroso, The Tail at Scale (2013)"

LEFT = "{latency limit} − {p99 of the path}"
SCORING = "({items} ÷ {items in a batch}, rounded up) × {time a batch} ÷ {batches at once}"


def _path_p99(design: Design) -> Iterator[Worked]:
    components = design.serving.components
    path, limit = path_p99_ms(components), _latency_limit(design)
    yield Worked(
        value=path,
        inputs=_times(components),
        in_numbers=_path(components),
        missing=_without_time(components),
        limit=Limit(
            label=limit.symbol,
            relation=AT_MOST,
            value=limit.value,
            address=limit.address,
            is_met=keeps_limit(path, limit.value),
            check="serving.latency-over-budget",
        ),
    )


def _latency_headroom(design: Design) -> Iterator[Worked]:
    components = design.serving.components
    path, limit = path_p99_ms(components), _latency_limit(design)
    least = None if limit.value is None else limit.value * (1 - HEADROOM)
    yield Worked(
        value=headroom_ms(path, limit.value),
        inputs=(limit, *_times(components)),
        in_numbers=filled(LEFT, limit, Input("p99 of the path", COMPONENTS, path, MS)),
        missing=(*missing(limit), *_without_time(components)),
        limit=Limit(
            label=f"{1 - HEADROOM:.0%} of the latency limit".replace("%", "\u202f%"),
            relation=AT_LEAST,
            value=least,
            address=limit.address,
            is_met=leaves_headroom(path, limit.value),
            check="serving.no-latency-headroom",
        ),
    )


def _latency_limit(design: Design) -> Input:
    return stated("latency limit", "framing.latency_slo_ms", design)


def _times(components: Sequence[Component]) -> tuple[Input, ...]:
    return tuple(_p99(row) for step in steps(components) for row in step)


def _p99(row: Component) -> Input:
    return cell(f"p99 of {row_id(row).strip() or 'a component without a name'}", row, "p99_ms")


def _path(components: Sequence[Component]) -> str:
    """``4 ms + max(15 ms, 18 ms)``: parallel ones count once."""
    return " + ".join(_slowest(step) for step in steps(components))


def _slowest(step: Sequence[Component]) -> str:
    times = [str(_p99(row)) for row in step]
    return times[0] if len(times) == 1 else f"max({', '.join(times)})"


def _without_time(components: Sequence[Component]) -> tuple[str, ...]:
    """The critical components that the sum leaves out; the table, while none is in it."""
    absent = [row for row in components if row.critical and finite(row.p99_ms) is None]
    if absent or steps(components):
        return tuple(row.at("p99_ms") for row in absent)
    return (COMPONENTS,)


def _scoring_time(design: Design) -> Iterator[Worked]:
    for scoring in scorings(design):
        budget = cell("p99", scoring.component, "p99_ms")
        takes = scoring.takes_ms
        limit = Limit(
            label=f"p99 of {row_id(scoring.component)}",
            relation=AT_MOST,
            value=budget.value,
            address=budget.address,
            is_met=scores_in_time(takes, budget.value),
            check="serving.scoring-over-budget",
        )
        inputs = (
            _items(scoring),
            cell("items in a batch", scoring.model, "batch_size"),
            cell("time a batch", scoring.model, "infer_ms"),
            cell("batches at once", scoring.component, "parallelism", otherwise=1),
        )
        yield result(takes, SCORING, *inputs, limit=limit, row=scoring.component.row)


def _items(scoring: Scoring) -> Input:
    if scoring.component.items is None and scoring.step is not None:
        return cell("items", scoring.step, "items_in")
    return cell("items", scoring.component, "items")


PATH_P99 = Calculation(
    name="serving.path_p99",
    title="p99 of the request path",
    unit=MS,
    formula="sum over the steps of the slowest critical component of each",
    source=f"{TAIL}; an upper bound, as tails rarely coincide",
    beside=COMPONENTS,
    reads=(COMPONENTS, "framing.latency_slo_ms"),
    work=_path_p99,
)
LATENCY_HEADROOM = Calculation(
    name="serving.latency_headroom",
    title="Headroom to the latency limit",
    unit=MS,
    formula=in_words(LEFT),
    source=TAIL,
    beside=COMPONENTS,
    reads=(COMPONENTS, "framing.latency_slo_ms"),
    work=_latency_headroom,
)
SCORING_TIME = Calculation(
    name="serving.scoring_time",
    title="Time to score one request",
    unit=MS,
    formula=in_words(SCORING),
    source="Arithmetic",
    beside=COMPONENTS,
    reads=(COMPONENTS, "serving.funnel", "model.candidates"),
    work=_scoring_time,
    table=COMPONENTS,
)
