"""Two things timed in turns, so that whatever else the machine does hits both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time


@dataclass(frozen=True, slots=True)
class Comparison:
    """Seconds per call, and how many times the reference ours takes; medians of the rounds."""

    ours: float
    reference: float
    ratio: float

    @property
    def in_ms(self) -> str:
        return f"{self.ours * 1000:.2f} to {self.reference * 1000:.2f} ms"


Timed = Callable[[], float]  # does something and returns the seconds that count


def timed(action: Callable[[], object], clock: Callable[[], float] = perf_counter) -> Timed:
    """``action``, all of which counts, by the clock on the wall or another one."""

    def once() -> float:
        start = clock()
        action()
        return clock() - start

    return once


def computed(action: Callable[[], object]) -> Timed:
    """``action`` in processor time. It waits for nobody, so what else the machine does is left out
    as far as it can be.
    """
    return timed(action, process_time)


def compare(ours: Timed, reference: Timed, *, rounds: int, batch: int = 1) -> Comparison:
    """Time both in ``rounds`` of ``batch`` calls each, taking turns at going first."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            after = seconds(reference, batch)
            pairs.append((seconds(ours, batch), after))
        else:
            pairs.append((seconds(ours, batch), seconds(reference, batch)))
    return Comparison(
        ours=median(own for own, _ in pairs),
        reference=median(other for _, other in pairs),
        ratio=median(own / other for own, other in pairs),
    )


def seconds(action: Timed, calls: int) -> float:
    """The median time of a call."""
    return median(action() for _ in range(calls))
