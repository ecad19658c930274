"""The metric chain: each number and the one it stands in for, up to the KPI."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mlsd_app.figures.amounts import number
from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import Face, measure, wrapped
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.stages.design import Design
from mlsd_app.stages.metrics import Metric
from mlsd_app.stages.quantities import MINUS, THIN

KPI = "kpi"
_LONGEST = 5  # links beside each other; a longer chain shows its ends
_GAP = 28.0
_HEIGHT = 57.0
_PLAIN = re.compile(rf"{MINUS}?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Link:
    """One number of the chain. ``change`` says from where to where, if both are known."""

    kind: str
    id: str
    name: str
    change: str


def metric_chain(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "chain"
) -> str:
    """From the primary offline metric over the online one to the KPI, as far as they are linked."""
    metrics, reaches_kpi = _followed(design)
    if not metrics:
        return ""
    links = [_link(metric) for metric in metrics]
    if len(links) > _LONGEST - 1:
        dropped = len(links) - (_LONGEST - 2)
        links = [*links[: _LONGEST - 3], Link("", "", f"{dropped} more", ""), links[-1]]
    business = _business(design)
    canvas = Canvas(palette, width)
    is_column = width < 300
    height = (_column if is_column else _row)(canvas, links, business, reaches_kpi)
    names = [f"{link.name or link.id or 'unnamed'} ({link.kind})" for link in links if link.kind]
    title = "Metric chain: " + ", which stands in for ".join(names)
    if reaches_kpi:
        title += f", which stands in for the KPI: {business.name or 'not named yet'}."
    else:
        title += ". It does not reach the KPI yet."
    return canvas.svg(height, title, prefix)


def _followed(design: Design) -> tuple[Sequence[Metric], bool]:
    """The metrics along the chain, and whether its last one stands in for the KPI."""
    rows = design.metrics.rows
    by_id = {metric.id: metric for metric in reversed(rows) if metric.id}
    candidates = [metric for metric in rows if metric.kind != "guardrail"]
    current: Metric | None = min(candidates, key=_rank, default=None)
    followed: list[Metric] = []
    while current is not None and current not in followed:
        followed.append(current)
        if current.proxy_for == KPI:
            return followed, True
        current = by_id.get(current.proxy_for)
    return followed, False


def _rank(metric: Metric) -> tuple[bool, bool]:
    return metric.kind != "offline", metric.role != "primary"


def _link(metric: Metric) -> Link:
    unit = "" if metric.unit == "ratio" else metric.unit
    goal = metric.target if metric.target is not None else metric.bound
    return Link(metric.kind, metric.id, metric.name, change(metric.baseline, goal, unit))


def _business(design: Design) -> Link:
    framing = design.framing
    moved = change(framing.kpi_baseline, framing.kpi_target, framing.kpi_unit)
    return Link("business", "", framing.business_kpi, moved)


def change(before: float | None, after: float | None, unit: str) -> str:
    """``31.0 → 31.5 %``, with as many decimals on both sides; ``""`` when one is missing."""
    if before is None or after is None:
        return ""
    first, second = evenly(before, after)
    sign = "%" if unit in {"percent", "per cent"} else unit
    return f"{first} → {second}{THIN + sign if sign else ''}"


def evenly(*values: float) -> Sequence[str]:
    """Numbers that are read together, with the same number of decimals."""
    written = [number(value) for value in values]
    if not all(_PLAIN.fullmatch(part) for part in written):
        return written
    decimals = max(len(part.partition(".")[2]) for part in written)
    return [_padded(part, decimals) for part in written]


def _padded(written: str, decimals: int) -> str:
    whole, _, fraction = written.partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')}" if decimals else whole


def _row(canvas: Canvas, links: Sequence[Link], business: Link, reaches_kpi: bool) -> float:  # noqa: FBT001
    boxes = [*links, business]
    wide = (canvas.width - 1 - _GAP * (len(boxes) - 1)) / len(boxes)
    for index, link in enumerate(boxes):
        x = 0.5 + index * (wide + _GAP)
        is_last = link is business
        _box(canvas, x, 0.5, wide, link, pale=is_last, dashed=is_last and not reaches_kpi)
        if is_last:
            continue
        is_linked = reaches_kpi or index < len(links) - 1
        start, end = (x + wide, 28.5), (x + wide + _GAP, 28.5)
        canvas.arrow([start, end], "right", weight=0.8, dashed=not is_linked)
        above, below = ("stands", "in for") if is_linked else ("not yet", "linked")
        middle = x + wide + _GAP / 2 - 1.5
        for y, words in ((23.5, above), (37, below)):
            canvas.text(middle, y, words, 5.8, anchor="middle", fill=canvas.palette.soft)
    return _HEIGHT + 1


def _column(canvas: Canvas, links: Sequence[Link], business: Link, reaches_kpi: bool) -> float:  # noqa: FBT001
    y = 0.5
    for index, link in enumerate([*links, business]):
        is_last = link is business
        _box(
            canvas, 0.5, y, canvas.width - 1, link, pale=is_last, dashed=is_last and not reaches_kpi
        )
        y += _HEIGHT - 12
        if is_last:
            continue
        is_linked = reaches_kpi or index < len(links) - 1
        middle = canvas.width / 2
        canvas.arrow([(middle, y), (middle, y + 18)], "down", weight=0.8, dashed=not is_linked)
        words = "stands in for" if is_linked else "not yet linked"
        canvas.text(middle + 6, y + 11, words, 6.2, fill=canvas.palette.soft)
        y += 18
    return y + 1


def _box(
    canvas: Canvas, x: float, y: float, wide: float, link: Link, *, pale: bool, dashed: bool
) -> None:
    palette = canvas.palette
    tall = _HEIGHT - (12 if canvas.width < 300 else 0)
    fill = palette.pale if pale else palette.paper
    canvas.box(x, y, wide, tall, fill=fill, dashed=dashed)
    if not link.kind and not pale:
        canvas.text(x + wide / 2, y + tall / 2 + 2.5, link.name, 7, anchor="middle")
        return
    kind = canvas.text(x + 6, y + 10.5, link.kind, 6.6, fill=palette.accent, face=Face.BOLD)
    room = wide - 16 - kind
    if link.id and room > 12:
        canvas.text(
            x + wide - 6, y + 10.5, link.id, 6.4, anchor="end", fill=palette.soft,
            face=Face.MONO, room=room,
        )  # fmt: skip
    lines = 2 if link.change else 3
    for index, words in enumerate(wrapped(link.name or "not named yet", 7, wide - 12, lines)):
        canvas.text(x + 6, y + 21.5 + 8.8 * index, words, 7)
    if link.change:
        size = 7.4 if measure(link.change, 7.4, Face.BOLD) <= wide - 12 else 6.4
        canvas.text(x + 6, y + tall - 6, link.change, size, face=Face.BOLD, room=wide - 12)
