"""The rollout: the share of traffic at each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from mlsd_app.figures.amounts import amount, drawable, duration
from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import clipped, measure
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.stages.design import Design
from mlsd_app.stages.quantities import THIN

_TOP = 8.0
_TALL = 78.0
_LEFT = 30.0
_LANES = 4
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    percent: float
    hours: float | None

    @property
    def wide(self) -> float:
        """In the square root of hours; a step without a duration is drawn as an hour."""
        return sqrt(max(self.hours or 1.0, 0.25))

    @property
    def takes(self) -> str:
        return duration(self.hours * 3600) if self.hours else ""


def rollout(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "rollout"
) -> str:
    """A stepped line. Both axes are square roots, so that short steps and small shares show."""
    steps = _steps(design)
    if not steps:
        return ""
    canvas = Canvas(palette, width)
    right = width - _LEFT - 1
    base = _TOP + _TALL
    _shares(canvas, steps)
    whole = sum(step.wide for step in steps)
    spans: list[tuple[float, float]] = []
    points: list[tuple[float, float]] = []
    x = _LEFT
    for step in steps:
        wide, y = right * step.wide / whole, _height_of(step.percent)
        canvas.bar(x, y, wide, base - y, palette.pale)
        points += [(x, y), (x + wide, y)]
        spans.append((x, wide))
        x += wide
    canvas.line((_LEFT, base), (_LEFT + right, base), weight=0.7)
    canvas.route(points, stroke=palette.accent, weight=1.7)
    height = _names(canvas, steps, spans)
    said = "; ".join(
        f"{step.name} {amount(step.percent, '%')}" + (f" for {step.takes}" if step.takes else "")
        for step in steps
    )
    return canvas.svg(height, f"Rollout, the share of traffic by step: {said}.", prefix)


def _steps(design: Design) -> Sequence[_Step]:
    steps = []
    percent = 0.0
    for index, row in enumerate(design.monitoring.rollout[:_SHOWN], start=1):
        stated = drawable(row.traffic_pct)
        if stated is not None:
            percent = min(stated, 100.0)
        steps.append(_Step(row.step or f"step {index}", percent, drawable(row.duration_h)))
    return steps


def _height_of(percent: float) -> float:
    return _TOP + _TALL * (1 - sqrt(percent / 100))


def _shares(canvas: Canvas, steps: Sequence[_Step]) -> None:
    """A line for each share that occurs, as far as their labels keep apart."""
    palette = canvas.palette
    last = -99.0
    for percent in sorted({0.0, 100.0, *(step.percent for step in steps)}, reverse=True):
        y = _height_of(percent)
        is_base = percent == 0
        if is_base or (y - last >= 8 and _TOP + _TALL - y >= 8):
            canvas.text(
                _LEFT - 4, y + 2.3, f"{percent:.3g}{THIN}%", 6.4, anchor="end", fill=palette.soft
            )
            last = y
        if not is_base:
            canvas.line((_LEFT, y), (canvas.width - 1, y), stroke=palette.hair, weight=0.4)


def _names(canvas: Canvas, steps: Sequence[_Step], spans: Sequence[tuple[float, float]]) -> float:
    """Names under their steps, or led out below where a step is too short; answers the height."""
    palette = canvas.palette
    base = _TOP + _TALL
    led: list[tuple[float, float, str]] = []
    ends = [-99.0] * _LANES
    for step, (x, wide) in zip(steps, spans, strict=True):
        canvas.line((x, base), (x, base + 3), weight=0.5)
        middle = x + wide / 2
        if max(measure(step.name, 6.8), measure(step.takes, 6.4)) < wide - 2:
            canvas.text(middle, base + 11, step.name, 6.8, anchor="middle")
            canvas.text(middle, base + 19.5, step.takes, 6.4, anchor="middle", fill=palette.soft)
            continue
        words = clipped(f"{step.name}, {step.takes}" if step.takes else step.name, 6.4, 110)
        room = measure(words, 6.4)
        at = max(0.0, min(x - 1, canvas.width - room - 1))
        lane = next((lane for lane in range(_LANES) if ends[lane] + 6 < at), None)
        if lane is None:
            continue
        y = base + 30 + lane * 9
        canvas.line((middle, base + 2), (middle, y - 6), stroke=palette.hair, weight=0.5)
        led.append((at, y, words))
        ends[lane] = at + room
    end = spans[-1][0] + spans[-1][1]
    canvas.line((end, base), (end, base + 3), weight=0.5)
    for at, y, words in led:
        canvas.clear(at, y, measure(words, 6.4), 6.4)
        canvas.text(at, y, words, 6.4, fill=palette.soft)
    return max((y for _, y, _ in led), default=base + 20) + 4
