"""Time plans of an interview: how many minutes each stage should take.

The common order leaves two minutes for monitoring, a usual way to lose, so another plan is the
default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

STAGE_KEYS = ("framing", "metrics", "data", "features", "model", "serving", "monitoring")


@dataclass(frozen=True)
class TimePlan:
    """Minutes by stage key; ``slack`` [min] is for questions and for what took longer."""

    key: str
    title: str
    minutes: Mapping[str, int]
    slack: int

    @property
    def total(self) -> int:
        """Minutes of the whole interview."""
        return sum(self.minutes.values()) + self.slack


def _plan(key: str, title: str, *minutes: int, slack: int) -> TimePlan:
    return TimePlan(
        key, title, MappingProxyType(dict(zip(STAGE_KEYS, minutes, strict=True))), slack
    )


TIME_PLANS: Mapping[str, TimePlan] = {
    plan.key: plan
    for plan in (
        _plan("balanced-45", "Balanced, 45 minutes", 8, 5, 6, 5, 7, 6, 5, slack=3),
        _plan("balanced-60", "Balanced, 60 minutes", 10, 7, 8, 7, 9, 8, 7, slack=4),
        _plan("backend-45", "Backend engineer, 45 minutes", 7, 5, 6, 5, 8, 6, 5, slack=3),
        _plan("backend-60", "Backend engineer, 60 minutes", 10, 7, 8, 7, 10, 8, 6, slack=4),
        _plan("scientist-45", "Applied scientist, 45 minutes", 6, 4, 5, 4, 7, 9, 7, slack=3),
        _plan("scientist-60", "Applied scientist, 60 minutes", 8, 6, 7, 6, 9, 11, 9, slack=4),
        _plan("startup-45", "Startup, 45 minutes", 11, 5, 7, 4, 6, 4, 4, slack=4),
        _plan("startup-60", "Startup, 60 minutes", 14, 7, 9, 6, 8, 6, 6, slack=4),
        _plan("large-45", "Large company, 45 minutes", 7, 5, 5, 5, 6, 9, 6, slack=2),
        _plan("large-60", "Large company, 60 minutes", 9, 7, 7, 7, 8, 11, 8, slack=3),
        _plan("modelling-45", "Modelling first, 45 minutes", 11, 4, 5, 4, 11, 3, 2, slack=5),
    )
}

DEFAULT_PLAN = TIME_PLANS["balanced-45"]


def time_plan(named: str) -> TimePlan:
    """The plan with this key or title; the default where there is none."""
    wanted = named.strip().casefold()
    return next(
        (plan for plan in TIME_PLANS.values() if wanted in {plan.key, plan.title.casefold()}),
        DEFAULT_PLAN,
    )
