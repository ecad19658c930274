"""Formulas C and E: how long the request path takes, and how long one model takes in it."""

from __future__ import annotations

from collections.abc import Sequence

from mlsd_app.calculators.numbers import Number, answer, finite, known, ratio, rounded_up
from mlsd_app.stages.serving import Component

HEADROOM = 0.9  # of the limit; the rest is for the network, retries and growth


def critical_path(components: Sequence[Component]) -> tuple[Component, ...]:
    """The slowest critical component of each step, in order of steps.

    Components with the same ``group`` run in parallel, so only the slowest of them counts. One
    without a group is a step of its own, after the numbered ones; one without p99 is left out.
    """
    slowest: dict[tuple[bool, float], Component] = {}
    for position, component in enumerate(components):
        if not component.critical or finite(component.p99_ms) is None:
            continue
        group = finite(component.group)
        step = (True, float(position)) if group is None else (False, group)
        if step not in slowest or _p99_ms(slowest[step]) < _p99_ms(component):
            slowest[step] = component
    return tuple(component for _, component in sorted(slowest.items(), key=lambda item: item[0]))


def path_p99_ms(components: Sequence[Component]) -> Number:
    """Formula C: p99 [ms] of the request path, as the sum over its steps.

    Tails rarely coincide, so this is an upper bound in practice. ``None`` without any p99.
    """
    path = critical_path(components)
    return sum(_p99_ms(component) for component in path) if path else None


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


def _p99_ms(component: Component) -> float:
    return finite(component.p99_ms) or 0.0
