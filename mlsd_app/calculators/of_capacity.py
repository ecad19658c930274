"""What follows for the size of serving: replicas, what a lost zone leaves, availability, cost."""

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
    in_words,
    missing,
    result,
    stated,
)
from mlsd_app.calculators.capacity import (
    are_enough,
    availability_pct,
    cost_month,
    fits_budget,
    keeps_promise,
    replicas_after_zone_loss,
    replicas_needed,
    without_fallback,
)
from mlsd_app.stages.design import Design, row_id
from mlsd_app.stages.fields import Row
from mlsd_app.stages.quantities import THIN
from mlsd_app.stages.units import CURRENCY_PER_MONTH, NUMBER, PERCENT
from mlsd_app.stages.wording import number

COMPONENTS = "serving.components"
SRE = "Site Reliability Engineering"
ALL_FALL_BACK = "Every critical component has a fallback, so none of them alone fails a request."
LITTLE = "Little, A Proof for the Queuing Formula L = λW (1961)"

CALLS = " × {calls a request}"
REPLICAS = (
    f"{{peak load}}{CALLS} × {{mean time}} ÷ 1000 ÷ ({{calls in parallel}} × {{planned use}}),"
    " rounded up"
)
LEFT = "{replicas} − {replicas} ÷ {zones}, rounded down"


def _replicas_needed(design: Design) -> Iterator[Worked]:
    peak = stated("peak load", "framing.peak_qps", design)
    for row in design.serving.components:
        there = cell("replicas", row, "replicas")
        calls = cell("calls a request", row, "qps_multiplier", otherwise=1)
        needed = replicas_needed(peak.value, row)
        limit = Limit(
            label="stated replicas",
            relation=AT_MOST,
            value=there.value,
            address=there.address,
            is_met=are_enough(there.value, needed),
            check="serving.too-few-replicas",
        )
        yield result(
            needed,
            REPLICAS.replace(CALLS, "") if calls.is_assumed else REPLICAS,
            peak,
            calls,
            cell("mean time", row, "service_ms"),
            cell("calls in parallel", row, "concurrency"),
            cell("planned use", row, "utilisation"),
            limit=limit,
            row=row.row,
        )


def _replicas_after_zone_loss(design: Design) -> Iterator[Worked]:
    peak = stated("peak load", "framing.peak_qps", design)
    zones = stated("zones", "serving.zones", design)
    for row in design.serving.components:
        replicas = cell("replicas", row, "replicas")
        left = replicas_after_zone_loss(replicas.value, zones.value)
        busy = replicas_needed(peak.value, row, utilisation=1)
        limit = Limit(
            label="busy at peak",
            relation=AT_LEAST,
            value=busy,
            address=peak.address,
            is_met=are_enough(left, busy),
            check="serving.zone-loss-overloads",
        )
        yield result(left, LEFT, replicas, zones, limit=limit, row=row.row)


def _availability(design: Design) -> Iterator[Worked]:
    components = design.serving.components
    parts = _cells(without_fallback(components), "availability_pct")
    promise = stated("promised availability", "framing.availability_slo_pct", design)
    reached = availability_pct(components)
    yield Worked(
        value=reached,
        inputs=parts,
        in_numbers=" × ".join(map(str, _given(parts))),
        missing=missing(*parts) if components else (COMPONENTS,),
        limit=Limit(
            label=promise.symbol,
            relation=AT_LEAST,
            value=promise.value,
            address=promise.address,
            is_met=keeps_promise(reached, promise.value),
            check="serving.less-available-than-promised",
        ),
        note=ALL_FALL_BACK if components and not parts else "",
    )


def _cost_month(design: Design) -> Iterator[Worked]:
    components = design.serving.components
    other = stated("other cost", "serving.other_cost_month", design)
    parts = (*_cells(components, "cost_month"), *_given((other,)))
    budget = stated("budget a month", "framing.cost_budget_month", design)
    cost = cost_month(components, other.value)
    yield Worked(
        value=cost,
        inputs=parts,
        in_numbers=_sum(_given(parts)),
        missing=missing(*parts) if parts else (COMPONENTS,),
        limit=Limit(
            label=budget.symbol,
            relation=AT_MOST,
            value=budget.value,
            address=budget.address,
            is_met=fits_budget(cost, budget.value),
            check="serving.over-cost-budget",
        ),
    )


def _sum(parts: Sequence[Input]) -> str:
    """``(1800 + 14 400) USD``: the unit once."""
    amounts = " + ".join(number(one.value) for one in parts if one.value is not None)
    symbol = CURRENCY_PER_MONTH.symbol
    return f"({amounts}){THIN}{symbol}" if amounts else ""


def _cells(rows: Sequence[Row], column: str) -> tuple[Input, ...]:
    return tuple(cell(row_id(row).strip() or "without a name", row, column) for row in rows)


def _given(inputs: Sequence[Input]) -> tuple[Input, ...]:
    return tuple(one for one in inputs if one.value is not None)


REPLICAS_NEEDED = Calculation(
    name="serving.replicas_needed",
    title="Replicas needed at peak",
    unit=NUMBER,
    formula=in_words(REPLICAS),
    source=LITTLE,
    beside=COMPONENTS,
    reads=(COMPONENTS, "framing.peak_qps"),
    work=_replicas_needed,
    into="replicas",
    table=COMPONENTS,
    digits=15,
)
REPLICAS_AFTER_ZONE_LOSS = Calculation(
    name="serving.replicas_after_zone_loss",
    title="Replicas left when a zone is lost",
    unit=NUMBER,
    formula=in_words(LEFT),
    source=f"{LITTLE}; {SRE}, chapter 22",
    beside="serving.zones",
    reads=(COMPONENTS, "serving.zones", "framing.peak_qps"),
    work=_replicas_after_zone_loss,
    table=COMPONENTS,
    digits=15,
)
AVAILABILITY = Calculation(
    name="serving.availability",
    title="Availability of the request path",
    unit=PERCENT,
    formula="product over the critical components that have no fallback",
    source=f"Arithmetic; {SRE}, chapter 3",
    beside=COMPONENTS,
    reads=(COMPONENTS, "framing.availability_slo_pct"),
    work=_availability,
    digits=6,
)
COST_MONTH = Calculation(
    name="serving.cost_month",
    title="Cost of serving a month",
    unit=CURRENCY_PER_MONTH,
    formula="sum over the components + other cost",
    source="Arithmetic",
    beside="serving.other_cost_month",
    reads=(COMPONENTS, "serving.other_cost_month", "framing.cost_budget_month"),
    work=_cost_month,
    digits=12,
)
