"""Two things timed in turns, so that whatever else the machine does hits both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


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


def timed(action: Callable[[], object]) -> Timed:
    """``action``, all of which counts."""

    def once() -> float:
        start = perf_counter()
        action()
        return perf_counter() - start

    return once


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
