"""What follows from the load that stage 1 states."""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.calculation import (
    AT_MOST,
    Calculation,
    Limit,
    Worked,
    in_words,
    result,
    stated,
)
from mlsd_app.calculators.load import average_qps, covers_average
from mlsd_app.stages.design import Design
from mlsd_app.stages.units import PER_SECOND

AVERAGE = "{requests a day} ÷ 86\u202f400\u202fs/day"


def _average_qps(design: Design) -> Iterator[Worked]:
    daily = stated("requests a day", "framing.daily_requests", design)
    peak = stated("peak load", "framing.peak_qps", design)
    average = average_qps(daily.value)
    limit = Limit(
        label="peak load",
        relation=AT_MOST,
        value=peak.value,
        address=peak.address,
        is_met=covers_average(peak.value, average),
        check="framing.peak-below-average",
    )
    yield result(average, AVERAGE, daily, limit=limit)


AVERAGE_QPS = Calculation(
    name="framing.average_qps",
    title="Average load",
    unit=PER_SECOND,
    formula=in_words(AVERAGE),
    source="Arithmetic",
    beside="framing.daily_requests",
    reads=("framing.daily_requests", "framing.peak_qps"),
    work=_average_qps,
    into="framing.avg_qps",
)
