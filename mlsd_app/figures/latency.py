"""The latency budget: what the request path spends, against the limit."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mlsd_app.figures.amounts import amount, brief, drawable, number
from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import Face, clipped, measure, wrapped
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.figures.path import Step, path_milliseconds, steps, time_of
from mlsd_app.stages.design import Design
from mlsd_app.stages.quantities import THIN

_TOP = 26.0
_BAR = 30.0
_SHORTEST = 1e-6  # milliseconds; what is shorter has no length to draw
_LANES = 4  # lines of names below the bar; what finds no place is listed under them
_NAME = 6.5
_LINE = 9.2
_ROOM_AFTER = 34.0  # to the right of the scale, for what is over the limit


def latency_budget(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "latency"
) -> str:
    """The request path as a stacked bar; parallel components lie above each other."""
    path = [step for step in steps(design) if step.milliseconds > _SHORTEST]
    if not path:
        return ""
    total = path_milliseconds(path)
    limit = drawable(design.framing.latency_slo_ms)
    canvas = Canvas(palette, width)
    end = max(limit or 0.0, total)
    scale = (width - 2 - _ROOM_AFTER) / end
    _segments(canvas, path, scale)
    _axis(canvas, end, scale)
    if limit is not None:
        _limit(canvas, limit, total, scale, design.framing.latency_percentile)
    _headline(canvas, total, limit, scale)
    height = _names(canvas, path, scale)
    return canvas.svg(height, _title(design, path, total, limit), prefix)


def _segments(canvas: Canvas, path: Sequence[Step], scale: float) -> None:
    palette = canvas.palette
    x = 1.0
    for index, step in enumerate(path):
        height = _BAR / len(step.members)
        for place, member in enumerate(step.members):
            time = time_of(member) or 0.0
            fill = palette.accent if member.model else (palette.pale, palette.tint)[index % 2]
            y = _TOP + place * height
            canvas.box(
                x, y, time * scale, height, fill=fill, stroke=palette.paper, weight=0.9, radius=0
            )
            size = 7.4 if height > 12 else 6.4
            words = brief(time)
            if measure(words, size) < time * scale - 2 and height > 7:
                canvas.text(
                    x + time * scale / 2,
                    y + height / 2 + size * 0.36,
                    words,
                    size,
                    anchor="middle",
                    fill=palette.paper if member.model else palette.ink,
                    face=Face.BOLD if member.model else Face.SANS,
                )
        x += step.milliseconds * scale


def _axis(canvas: Canvas, end: float, scale: float) -> None:
    y = _TOP + _BAR
    canvas.line((1, y), (1 + end * scale, y), weight=0.7)
    for tick in ticks(end):
        x = 1 + tick * scale
        canvas.line((x, y), (x, y + 3))
        canvas.text(
            x,
            y + 10.5,
            number(tick),
            6.4,
            anchor="middle" if tick else "start",
            fill=canvas.palette.soft,
        )


def ticks(end: float) -> Sequence[float]:
    """Round numbers from 0 to ``end`` (above 0), at most seven of them."""
    power = 10.0 ** math.floor(math.log10(end / 6))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if end <= 6 * power * factor)
    return [index * step for index in range(math.floor(end / step) + 1)]


def _limit(canvas: Canvas, limit: float, total: float, scale: float, percentile: str) -> None:
    palette = canvas.palette
    x, spent = 1 + limit * scale, 1 + total * scale
    is_over = total > limit
    colour = palette.error if is_over else palette.ink
    if is_over:
        canvas.bar(x, _TOP - 7, spent - x, 5, palette.error)
    elif x - spent > 1:
        canvas.box(
            spent, _TOP + 0.4, x - spent, _BAR - 0.8, fill="none", stroke=palette.soft,
            weight=0.5, dashed=True,
        )  # fmt: skip
        if x - spent > 44:
            middle = (spent + x) / 2
            left = f"{brief(limit - total)}{THIN}ms"
            canvas.text(middle, _TOP + _BAR / 2 - 0.6, left, 7.4, anchor="middle")
            canvas.text(
                middle, _TOP + _BAR / 2 + 8, "headroom", 6.6, anchor="middle", fill=palette.soft
            )
    canvas.line((x, 4), (x, _TOP + _BAR + 3), stroke=colour, weight=1.3)
    words = f"limit {brief(limit)}{THIN}ms" + (f", {percentile}" if percentile else "")
    is_left = x > canvas.width / 2
    canvas.text(
        x - 4 if is_left else x + 4,
        10,
        words,
        7.2,
        anchor="end" if is_left else "start",
        fill=colour,
        face=Face.BOLD,
    )


def _headline(canvas: Canvas, total: float, limit: float | None, scale: float) -> None:
    """What the path takes, where it does not run into the words of the limit."""
    palette = canvas.palette
    spent = f"path {brief(total)}{THIN}ms"
    over = ""
    if limit is not None and total > limit:
        over = f", {brief(total - limit)}{THIN}ms over"
    limit_x = 1 + (limit or 0) * scale
    if limit is not None and limit_x <= canvas.width / 2:
        canvas.text(
            canvas.width - 2, 10, spent + over, 7.2, anchor="end", face=Face.BOLD,
            fill=palette.error if over else "",
        )  # fmt: skip
        return
    wide = canvas.text(1, 10, spent + over, 7.2, face=Face.BOLD, fill=palette.error if over else "")
    explained = "sum of the slowest of each step"
    room = (limit_x if limit is not None else canvas.width) - wide - 100
    if measure(explained, 6.8) < room:
        canvas.text(wide + 9, 10, explained, 6.8, fill=palette.soft)


def _names(canvas: Canvas, path: Sequence[Step], scale: float) -> float:
    """Names below their part of the bar, in as many lines as they need; answers the height."""
    palette = canvas.palette
    base = _TOP + _BAR + 22
    placed: list[tuple[float, float, str]] = []
    ends = [-99.0] * _LANES
    left_over: list[str] = []
    x = 1.0
    for step in path:
        centre = x + step.milliseconds * scale / 2
        x += step.milliseconds * scale
        for place, member in enumerate(step.members):
            name = clipped(member.id or "unnamed", _NAME, 150, Face.MONO)
            width = measure(name, _NAME, Face.MONO)
            at = max(1.0, min(centre - width / 2, canvas.width - width - 2))
            lane = next((lane for lane in range(_LANES) if ends[lane] + 6 < at), None)
            if lane is None:
                time = time_of(member)
                left_over.append(name if time is None else f"{name} {brief(time)}{THIN}ms")
                continue
            y = base + lane * _LINE
            if lane and not place:
                canvas.line((centre, base - 9), (centre, y - 6), stroke=palette.hair, weight=0.5)
            placed.append((at, y, name))
            ends[lane] = at + width
    for at, y, name in placed:
        canvas.clear(at, y, measure(name, _NAME, Face.MONO), _NAME)
        canvas.text(at, y, name, _NAME, face=Face.MONO)
    y = max((y for _, y, _ in placed), default=base)
    for words in wrapped(f"Also {', '.join(left_over)}" if left_over else "", 6.5, canvas.width, 4):
        y += _LINE
        canvas.text(1, y, words, 6.5, fill=palette.soft)
    return y + 4


def _title(design: Design, path: Sequence[Step], total: float, limit: float | None) -> str:
    parts = ", ".join(
        " beside ".join(
            f"{member.id or 'unnamed'} {amount(time_of(member) or 0, 'ms')}"
            for member in step.members
        )
        for step in path
    )
    percentile = design.framing.latency_percentile
    at = f" at {percentile}" if percentile else ""
    if limit is None:
        verdict = "no limit is stated"
    elif total <= limit:
        spare = amount(limit - total, "ms")
        verdict = f"the limit is {amount(limit, 'ms')}{at}, which leaves {spare} of headroom"
    else:
        verdict = (
            f"the limit is {amount(limit, 'ms')}{at}, so it is {amount(total - limit, 'ms')} over"
        )
    return f"Latency budget. The path takes {amount(total, 'ms')}; {verdict}. Its parts: {parts}."
