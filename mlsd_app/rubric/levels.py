"""The levels a design may aim at, and what people aiming there tend to miss."""

from __future__ import annotations

from collections.abc import Mapping

from mlsd_app.stages.signals import Signal
from mlsd_app.stages.words import LEVELS as LEVEL_LABELS

LEVELS: tuple[str, ...] = tuple(LEVEL_LABELS)

# The interview round is held from here on; it stands in while no level is chosen.
DEFAULT_LEVEL = "L4"

LEVEL_TITLES: Mapping[str, str] = {
    "L3": "L3, entry",
    "L4": "L4, mid-level",
    "L5": "L5, senior",
    "L6": "L6+, staff and above",
}

NUDGES: Mapping[str, tuple[Signal, ...]] = {
    "L3": (),
    "L4": (Signal.S4, Signal.S5),
    "L5": (Signal.S1, Signal.S2),
    "L6": (Signal.S3, Signal.S6),
}

UNPROMPTED: Mapping[str, tuple[str, ...]] = {
    "L3": (
        "A task, a label and a first model; the mentor may lead from one stage to the next",
        "Sensible answers once a question has narrowed the problem",
    ),
    "L4": (
        "Scale and latency are raised before the first component is drawn",
        "An offline and an online metric, and where the labels come from",
        "Serving and monitoring are reached, with drift and retraining named",
    ),
    "L5": (
        "A KPI with from and to, and the chain from the offline metric up to it",
        "Late labels, leakage and skew are met before anybody asks",
        "A latency budget, fallbacks, a rollout with its way back, monitors that act",
        "Help adds up to six nudges at most; more suggests one level lower",
    ),
    "L6": (
        "Whether ML is needed, and what is left out on purpose",
        "What the own actions do to the next training data",
        "A bad day: a lost zone, a broken source, an attack, a season",
        "Help adds up to three nudges at most, or a single answer given",
    ),
}
"""What is expected at a level without being asked: the prompt stays, the expectation grows."""
