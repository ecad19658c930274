"""Formulas C and E: how long the request path takes, and how long one model takes in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mlsd_app.calculators.numbers import (
    Number,
    answer,
    finite,
    is_at_most,
    known,
    ratio,
    rounded_up,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.model import Candidate
from mlsd_app.stages.reading import by_id
from mlsd_app.stages.serving import Component, FunnelStep

HEADROOM = 0.9  # of the limit; the rest is for the network, retries and growth


def steps(components: Sequence[Component]) -> tuple[tuple[Component, ...], ...]:
    """The critical components with a p99, by step, in order of steps.

    Components with the same ``group`` run in parallel, in one step. One without a group is a step
    of its own, after the numbered ones.
    """
    found: dict[tuple[bool, float], list[Component]] = {}
    for position, component in enumerate(components):
        if not component.critical or finite(component.p99_ms) is None:
            continue
        group = finite(component.group)
        step = (True, float(position)) if group is None else (False, group)
        found.setdefault(step, []).append(component)
    return tuple(tuple(found[step]) for step in sorted(found))


def critical_path(components: Sequence[Component]) -> tuple[Component, ...]:
    """The slowest critical component of each step, the first of equals, in order of steps."""
    return tuple(max(step, key=_p99_ms) for step in steps(components))


def path_p99_ms(components: Sequence[Component]) -> Number:
    """Formula C: p99 [ms] of the request path, as the sum over its steps.

    Tails rarely coincide, so this is an upper bound in practice. ``None`` without any p99.
    """
    path = critical_path(components)
    return sum(_p99_ms(component) for component in path) if path else None


def headroom_ms(path_ms: Number, limit_ms: Number) -> Number:
    """What the path leaves of the latency limit [ms]; negative when it is over."""
    limit = finite(limit_ms)
    return None if path_ms is None or limit is None else answer(limit - path_ms)


def keeps_limit(path_ms: Number, limit_ms: Number) -> bool | None:
    """Whether the path is at most as long as the latency limit; ``None`` when one is unknown."""
    return is_at_most(path_ms, finite(limit_ms))


def leaves_headroom(path_ms: Number, limit_ms: Number) -> bool | None:
    """Whether the path spends at most the share ``HEADROOM`` of the latency limit."""
    limit = finite(limit_ms)
    return None if limit is None else is_at_most(path_ms, HEADROOM * limit)


def scoring_ms(
    *, items: Number, batch_size: Number, infer_ms: Number, parallelism: Number
) -> Number:
    """Formula E: time [ms] to score ``items`` [1] in batches, some of them at once.

    ceil(items / batch_size) x infer_ms / parallelism; infer_ms [ms] is for one batch. Batches run
    one after the other unless ``parallelism`` [1] says otherwise.
    """
    given = known(items, batch_size, infer_ms, 1 if parallelism is None else parallelism)
    batches = ratio(given[0], given[1]) if given else None
    if given is None or batches is None:
        return None
    at_once = ratio(given[2], given[3])
    return None if at_once is None else answer(rounded_up(batches) * at_once)


@dataclass(frozen=True, slots=True)
class Scoring:
    """A component that runs a model. ``step`` of the funnel says its items if it does not."""

    component: Component
    model: Candidate
    step: FunnelStep | None

    @property
    def items(self) -> Number:
        """How many items [1] it scores for one request."""
        if self.component.items is not None or self.step is None:
            return self.component.items
        return self.step.items_in

    @property
    def takes_ms(self) -> Number:
        """How long it needs for them [ms], by formula E."""
        return scoring_ms(
            items=self.items,
            batch_size=self.model.batch_size,
            infer_ms=self.model.infer_ms,
            parallelism=self.component.parallelism,
        )


def scorings(design: Design) -> Iterator[Scoring]:
    """Every component whose model is a candidate, in order of rows."""
    models = by_id(design.model.candidates)
    steps_of = {step.component: step for step in reversed(design.serving.funnel)}
    for row in design.serving.components:
        if (model := models.get(row.model)) is not None:
            yield Scoring(row, model, steps_of.get(row.id))


def scores_in_time(takes_ms: Number, budget_ms: Number) -> bool | None:
    """Whether scoring fits in the p99 of the component that scores."""
    return is_at_most(takes_ms, finite(budget_ms))


def _p99_ms(component: Component) -> float:
    return finite(component.p99_ms) or 0.0
