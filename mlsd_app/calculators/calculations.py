"""Every calculation of a design, by name: what panels, citations and reports show."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mlsd_app.calculators.calculation import Calculation, Input, Limit, Worked
from mlsd_app.calculators.of_capacity import (
    AVAILABILITY,
    COST_MONTH,
    REPLICAS_AFTER_ZONE_LOSS,
    REPLICAS_NEEDED,
)
from mlsd_app.calculators.of_data import TRAINING_ROWS
from mlsd_app.calculators.of_framing import AVERAGE_QPS
from mlsd_app.calculators.of_metrics import (
    SHORTEST_DURATION,
    UNITS_AVAILABLE_PER_ARM,
    UNITS_PER_ARM,
)
from mlsd_app.calculators.of_monitoring import CANARY_EVENTS, WINDOW_PREDICTIONS
from mlsd_app.calculators.of_serving import LATENCY_HEADROOM, PATH_P99, SCORING_TIME

__all__ = ["CALCULATIONS", "Calculation", "Input", "Limit", "Worked"]

_IN_ORDER = (
    AVERAGE_QPS,
    UNITS_PER_ARM,
    UNITS_AVAILABLE_PER_ARM,
    SHORTEST_DURATION,
    TRAINING_ROWS,
    PATH_P99,
    LATENCY_HEADROOM,
    SCORING_TIME,
    REPLICAS_NEEDED,
    REPLICAS_AFTER_ZONE_LOSS,
    AVAILABILITY,
    COST_MONTH,
    WINDOW_PREDICTIONS,
    CANARY_EVENTS,
)

CALCULATIONS: Mapping[str, Calculation] = MappingProxyType({one.name: one for one in _IN_ORDER})
