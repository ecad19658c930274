"""The path of a request: which components follow each other, and how long that takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mlsd_app.figures.amounts import drawable
from mlsd_app.stages.design import Design
from mlsd_app.stages.serving import Component


@dataclass(frozen=True, slots=True)
class Step:
    """Components that run in parallel; the slowest of them counts."""

    members: tuple[Component, ...]

    @property
    def milliseconds(self) -> float:
        """At the percentile of the latency limit; 0 while no member states a time."""
        return max((time_of(member) or 0.0 for member in self.members), default=0.0)


def time_of(component: Component) -> float | None:
    """The p99 [ms] of ``component``; ``None`` when it is not stated or cannot be drawn."""
    return drawable(component.p99_ms)


def steps(design: Design) -> Sequence[Step]:
    """The steps of the path in order: what the request fails without, as the checks count it.

    While no component is marked as critical, all count that are not marked otherwise.
    """
    components = design.serving.components
    critical = [component for component in components if component.critical]
    counted = critical or [one for one in components if one.critical is not False]
    parallel: dict[float | str, list[Component]] = {}
    for component in sorted(counted, key=_place):
        key = component.row if component.group is None else component.group
        parallel.setdefault(key, []).append(component)
    return [Step(tuple(members)) for members in parallel.values()]


def path_milliseconds(path: Sequence[Step]) -> float:
    """An upper bound of the path's own p99 [ms]: tails rarely coincide."""
    return math.fsum(step.milliseconds for step in path)


def _place(component: Component) -> float:
    return math.inf if component.group is None else component.group
