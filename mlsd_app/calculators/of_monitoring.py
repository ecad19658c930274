"""Whether what is watched sees enough: the windows of drift monitors, and the canary."""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.calculation import (
    AT_LEAST,
    Calculation,
    Input,
    Limit,
    Worked,
    cell,
    in_words,
    result,
    stated,
)
from mlsd_app.calculators.load import average_load
from mlsd_app.calculators.watching import (
    DRIFT_MONITORS,
    ENOUGH_EVENTS,
    ENOUGH_PREDICTIONS,
    canary_events,
    holds_enough,
    sees_enough,
    window_predictions,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.units import NUMBER

WINDOW = "{average load} × {window} × {share sampled}"
WINDOW_FROM_DAILY = "{requests a day} ÷ 86\u202f400\u202fs/day × {window} × {share sampled}"
EVENTS = "{units a day} × {traffic} × {duration} ÷ 24\u202fh/day × {base rate}"


def _window_predictions(design: Design) -> Iterator[Worked]:
    formula, source = _load(design)
    average = average_load(design.framing)
    for row in design.monitoring.monitors:
        if row.kind not in DRIFT_MONITORS:
            continue
        held = window_predictions(average, row.window_s, row.sample_share)
        limit = Limit(
            label="for a stable statistic",
            relation=AT_LEAST,
            value=ENOUGH_PREDICTIONS,
            address="",
            is_met=holds_enough(held),
            check="monitoring.window-holds-too-few",
        )
        window = cell("window", row, "window_s")
        share = cell("share sampled", row, "sample_share", otherwise=1)
        yield result(held, formula, source, window, share, limit=limit, row=row.row)


def _load(design: Design) -> tuple[str, Input]:
    """The formula, and where its load comes from: the stated average, or the requests of a day."""
    average = stated("average load", "framing.avg_qps", design)
    daily = stated("requests a day", "framing.daily_requests", design)
    is_derived = average.value is None and daily.value is not None
    return (WINDOW_FROM_DAILY, daily) if is_derived else (WINDOW, average)


def _canary_events(design: Design) -> Iterator[Worked]:
    daily = stated("units a day", "metrics.ab.daily_units", design)
    rate = stated("base rate", "monitoring.canary_base_rate", design)
    for row in design.monitoring.rollout:
        if row.kind != "canary":
            continue
        traffic, duration = cell("traffic", row, "traffic_pct"), cell("duration", row, "duration_h")
        events = canary_events(
            daily_units=daily.value,
            traffic_pct=traffic.value,
            duration_h=duration.value,
            base_rate=rate.value,
        )
        limit = Limit(
            label="to tell a failure from chance",
            relation=AT_LEAST,
            value=ENOUGH_EVENTS,
            address="",
            is_met=sees_enough(events),
            check="monitoring.canary-sees-too-little",
        )
        yield result(events, EVENTS, daily, traffic, duration, rate, limit=limit, row=row.row)


WINDOW_PREDICTIONS = Calculation(
    name="monitoring.window_predictions",
    title="Predictions in the window",
    unit=NUMBER,
    formula=in_words(WINDOW),
    source="Yurdakul, Statistical Properties of Population Stability Index (2018)",
    beside="monitoring.monitors",
    reads=("framing.avg_qps", "framing.daily_requests", "monitoring.monitors"),
    work=_window_predictions,
    table="monitoring.monitors",
)
CANARY_EVENTS = Calculation(
    name="monitoring.canary_events",
    title="Events that the canary sees",
    unit=NUMBER,
    formula=in_words(EVENTS),
    source="Site Reliability Workbook, chapter 16",
    beside="monitoring.rollout",
    reads=("monitoring.rollout", "monitoring.canary_base_rate", "metrics.ab"),
    work=_canary_events,
    table="monitoring.rollout",
)
