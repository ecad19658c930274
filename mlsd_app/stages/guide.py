"""What each stage adds to the design of a system without a model: the help of the stage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Change(NamedTuple):
    """One stage: what any system design has there, what ML adds, and what is listened for."""

    any_system: str
    ml_adds: str
    listened_for: str


WHAT_CHANGES: Mapping[str, Change] = {
    "framing": Change(
        "Load, latency and availability.",
        "A product wish turned into one task, one target and one decision.",
        "Whether the business goal leads to a number that a model can improve.",
    ),
    "metrics": Change(
        "Service levels and product numbers.",
        "An offline metric, an online metric, and the reasons why they may part.",
        "Whether the chain from the offline number to the KPI holds, and where it may break.",
    ),
    "data": Change(
        "Where things are stored, and in which schema.",
        "Where labels come from, how late they are, and what must not leak into them.",
        "Whether each training row holds only what was known at its own moment.",
    ),
    "features": Change(
        "Nothing of the kind.",
        "Values computed in batches, in streams and on request, read from one place.",
        "Whether training and serving see the same value, and how you would find out.",
    ),
    "model": Change(
        "Nothing of the kind.",
        "A baseline first, a choice among candidates, and a split that keeps the test honest.",
        "Whether the simplest model that is good enough won, and with which numbers.",
    ),
    "serving": Change(
        "Services without state, and caches before them.",
        "Answers computed ahead or on request; for a large catalogue, retrieval before ranking.",
        "Whether latency was traded against quality on purpose.",
    ),
    "monitoring": Change(
        "Latency and errors.",
        "Drift, retraining, and a launch in steps that ends in an experiment.",
        "Whether you would notice a model going bad, and what happens then without you.",
    ),
}
