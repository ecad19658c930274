"""A measured figure beside its limit, and how figures are printed."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass

HEADS = ("Figure", "Value", "Limit", "", "Compared to")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the result. Without a limit it informs; without a value it was not measured,
    which counts as missed, and ``compared_to`` says why.
    """

    name: str
    value: float | None
    limit: float | None
    unit: str
    compared_to: str

    @property
    def is_met(self) -> bool:
        if self.value is None:
            return False
        return self.limit is None or self.value <= self.limit


def as_json(figures: Sequence[Figure]) -> str:
    return json.dumps([dataclasses.asdict(figure) for figure in figures], indent=2)


def as_table(figures: Sequence[Figure]) -> str:
    """Columns for a terminal; a missed limit is marked in words."""
    lines = [HEADS, *map(_cells, figures)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADS) - 1)]
    return "\n".join(_set(line, widths) for line in lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    verdict = "" if figure.limit is None else "ok"
    return (
        figure.name,
        _number(figure.value, figure.unit),
        _number(figure.limit, figure.unit) if figure.limit is not None else "",
        verdict if figure.is_met else "MISSED",
        figure.compared_to,
    )


def _number(value: float | None, unit: str) -> str:
    return "not measured" if value is None else f"{value:.4g} {unit}".rstrip()


def _set(line: Sequence[str], widths: Sequence[int]) -> str:
    name, value, limit, verdict, compared_to = line
    columns = (
        name.ljust(widths[0]),
        value.rjust(widths[1]),
        limit.rjust(widths[2]),
        verdict.ljust(widths[3]),
        compared_to,
    )
    return "  ".join(columns).rstrip()
