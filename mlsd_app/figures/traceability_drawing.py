"""The chain from the objective to the monitors, drawn in seven columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

from mlsd_app.figures.canvas import Canvas
from mlsd_app.figures.lettering import Face
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.figures.traceability import Kind, Step, Trace
from mlsd_app.figures.traceability_layout import (
    ABOUT,
    MARKS,
    NAME,
    PAD,
    SAYS,
    Box,
    Layout,
    links_between,
    placed,
)

CHAIN_WIDTH = 660.0  # on a landscape page, and on a page of the screen
TALLEST_COLUMN = 600.0  # before rows that are alike are drawn as one
TALLEST_PRINTED = 320.0
_ROUND = 3.0  # radius of a corner
_LANE = 4.0  # between two lines beside each other
_STROKES = {Kind.TAKES_IN: 0.9, Kind.RUNS: 0.9}

Point = tuple[float, float]
Href = Callable[[str], str]


def traceability(
    trace: Trace,
    palette: Palette = SCREEN,
    *,
    width: float = CHAIN_WIDTH,
    tallest: float = TALLEST_COLUMN,
    prefix: str = "chain",
    href: Href | None = None,
) -> str:
    """The chain in columns of at most ``tallest``, as far as rows that are alike can be merged.

    With ``href``, which turns an address into a link, every box leads to its row, and links that
    pass over columns are in the drawing too, for the page to show when somebody points at an end.
    """
    if trace.is_empty:
        return ""
    sheet = _Sheet(palette, width)
    layout = placed(trace, width, tallest)
    drawing = _Drawing(sheet, layout, trace, href)
    role = "group" if href else "img"
    return sheet.svg(drawing.bottom + 2, title_of(trace), prefix, role=role)


def title_of(trace: Trace) -> str:
    """The whole drawing in a sentence or two."""
    counts = ", ".join(
        f"{count} {step.one if count == 1 else step.many}"
        for step in list(Step)[1:]
        if step is not Step.DATA and (count := len(trace.of_step(step)))
    )
    said = [f"The chain from the objective to the monitors: {counts or 'no rows yet'}."]
    if trace.holes:
        said.append(f"Missing: {' '.join(hole.says for hole in trace.holes)}")
    else:
        said.append("No link is missing.")
    return " ".join(said)


class _Sheet(Canvas):
    """A canvas with groups that the page can point at."""

    def open(self, name: str, *, label: str = "", href: str = "", **data: str) -> None:
        """Begin a group, a link if it leads somewhere; ``close`` ends it."""
        marks = "".join(f' data-{key}="{escape(value)}"' for key, value in data.items())
        if href:
            marks += f' href="{escape(href)}" aria-label="{escape(label)}"'
        self._parts.append(f'<{"a" if href else "g"} class="{name}"{marks}>')
        if label:
            self._parts.append(f"<title>{escape(label)}</title>")

    def close(self, *, is_link: bool = False) -> None:
        self._parts.append("</a>" if is_link else "</g>")

    def track(self, points: Sequence[Point], stroke: str, weight: float) -> None:
        """A line through ``points``, level and upright in turn, with round corners."""
        path = [f"M{_at(points[0])}"]
        for before, corner, after in zip(points, points[1:], points[2:], strict=False):
            radius = min(_ROUND, _length(before, corner) / 2, _length(corner, after) / 2)
            path.append(f"L{_at(_towards(corner, before, radius))}")
            path.append(f"Q{_at(corner)} {_at(_towards(corner, after, radius))}")
        path.append(f"L{_at(points[-1])}")
        self._parts.append(
            f'<path d="{" ".join(path)}" fill="none" stroke="{stroke}" stroke-width="{weight:g}"/>'
        )

    def dot(self, x: float, y: float, *, is_full: bool) -> None:
        """Whether somebody watches: a full dot, or a ring."""
        fill = self.palette.accent if is_full else self.palette.paper
        stroke = self.palette.accent if is_full else self.palette.error
        self._parts.append(
            f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.8" fill="{fill}" stroke="{stroke}"'
            ' stroke-width="0.7"/>'
        )


class _Drawing:
    """One drawing: heads, then lines, then boxes over them."""

    def __init__(self, sheet: _Sheet, layout: Layout, trace: Trace, href: Href | None) -> None:
        self.sheet = sheet
        self.palette = sheet.palette
        self.layout = layout
        self.trace = trace
        self.href = href
        self.index = {id(box): str(number) for number, box in enumerate(layout.boxes)}
        self.pairs = list(links_between(layout, trace.links))
        self.floor = self._floor()
        self.bottom = max(layout.bottom, self.floor)
        self._draw_heads()
        self._draw_links()
        self._draw_missing_links()
        for box in layout.boxes:
            self._draw_box(box)
        if trace.of_step(Step.MONITOR):
            self._draw_foot()

    def _draw_heads(self) -> None:
        for step, left in zip(Step, self.layout.lefts, strict=True):
            self.sheet.text(left, 9, step.title, 7.4, face=Face.BOLD, fill=self.palette.accent)
            count = len(self.trace.of_step(step))
            says = f"{count} {step.one if count == 1 else step.many}" if count else "none yet"
            if step is Step.DATA and count:
                says = self._said_of_data()
            elif step is Step.OBJECTIVE:
                says = "and the KPI"
            self.sheet.text(left, 18, says, 6.2, fill=self.palette.soft, room=self.layout.wide + 8)

    def _said_of_data(self) -> str:
        nodes = self.trace.of_step(Step.DATA)
        labels = sum(node.alike == "label" for node in nodes)
        sources = len(nodes) - labels
        return f"{labels} label{'s' * (labels != 1)}, {sources} source{'s' * (sources != 1)}"

    # -- lines

    def _floor(self) -> float:
        """The lowest of the lanes that pass below the models."""
        models = self.layout.columns[Step.MODEL]
        bottom = max((box.bottom for box in models), default=20.0)
        return bottom + 4 + _LANE * len(self._readers())

    def _readers(self) -> Sequence[Box]:
        """The components that read features, from the top."""
        boxes = {id(right): right for kind, _, right in self.pairs if kind is Kind.READ_BY}
        return sorted(boxes.values(), key=lambda box: box.y)

    def _draw_links(self) -> None:
        readers = {id(box): place for place, box in enumerate(self._readers())}
        for kind, left, right in self.pairs:
            if kind is Kind.READ_BY:
                points = self._below_the_models(left, right, readers[id(right)], len(readers))
                self._draw(kind, left, right, points, has_tip=True)
            elif kind is Kind.TAKES_IN:
                _, end = self.layout.gutter(Step.FEATURE)
                middle = [(end - 6, left.middle), (end - 6, right.middle)]
                points = [(left.right, left.middle), *middle, (right.x, right.middle)]
                self._draw(kind, left, right, points, has_tip=True)
            elif kind is Kind.WATCHES or right.step - left.step > 1:
                if self.href:
                    self._draw_between(kind, left, right, is_far=True)
            elif left.step is right.step:
                self._draw_within(kind, left, right)
            else:
                self._draw_between(kind, left, right)

    def _below_the_models(self, left: Box, right: Box, place: int, count: int) -> list[Point]:
        """Around the models; the lines of upper components turn first, so that none cross."""
        start, end = self.layout.gutter(Step.FEATURE)
        near = min(_LANE, (end - start - 12) / max(count, 1))
        first = end - 10 - near * (place + 1)
        start, end = self.layout.gutter(Step.MODEL)
        near = min(_LANE, (end - start - 10) / max(count, 1))
        second = start + 4 + near * place
        lane = self.floor - _LANE * (count - place - 1)
        arrives = right.middle + min(4.0, right.tall / 4)
        return [
            (left.right, left.middle + 3),
            (first, left.middle + 3),
            (first, lane),
            (second, lane),
            (second, arrives),
            (right.x, arrives),
        ]

    def _draw_within(self, kind: Kind, left: Box, right: Box) -> None:
        """A branch from a metric to what stands in for it, a bracket from a label to its source."""
        if kind is Kind.SERVES_AIM:
            x = left.x + left.wide / 2
            self._draw(kind, left, right, [(x, left.bottom), (x, right.y)])
        elif kind is Kind.STANDS_IN and right.depth == left.depth + 1 and right.y > left.y:
            x = right.x - 2.5
            self._draw(
                kind, left, right, [(x, left.bottom), (x, right.middle), (right.x, right.middle)]
            )
        else:
            x = min(left.x, right.x) - 3.5 - 3 * (int(self.index[id(left)]) % 3)
            points = [(left.x, left.middle), (x, left.middle), (x, right.middle)]
            self._draw(kind, left, right, [*points, (right.x, right.middle)])

    def _draw_between(self, kind: Kind, left: Box, right: Box, *, is_far: bool = False) -> None:
        name = "trace__link trace__link--far" if is_far else "trace__link"
        stroke = self.palette.accent if is_far or kind is Kind.RUNS else self.palette.soft
        self.sheet.open(name, left=self.index[id(left)], right=self.index[id(right)])
        end = right.x - (2 if kind is Kind.RUNS else 0)
        start_y, end_y = left.middle, right.middle - (4 if kind is Kind.RUNS else 0)
        self.sheet.curve((left.right, start_y), (end, end_y), stroke)
        if kind is Kind.RUNS:
            self.sheet.tip(right.x, end_y, "right", stroke, 2.4)
        self.sheet.close()

    def _draw(
        self, kind: Kind, left: Box, right: Box, points: Sequence[Point], *, has_tip: bool = False
    ) -> None:
        stroke = self.palette.accent if kind is Kind.TAKES_IN else self.palette.soft
        self.sheet.open("trace__link", left=self.index[id(left)], right=self.index[id(right)])
        x, y = points[-1]
        shown = [*points[:-1], (x - 2, y)] if has_tip else points
        self.sheet.track(shown, stroke, _STROKES.get(kind, 0.6))
        if has_tip:
            self.sheet.tip(x, y, "right", stroke, 2.4)
        self.sheet.close()

    def _draw_missing_links(self) -> None:
        """Dashed, from a hole to the row of the next column that misses it."""
        for hole in self.layout.boxes:
            owners: Iterable[Box] = {
                id(box): box
                for address in hole.beside
                if (box := self.layout.by_address.get(address)) is not None
            }.values()
            for owner in owners:
                left, right = sorted((hole, owner), key=lambda box: box.step)
                if right.step - left.step != 1:
                    continue
                self.sheet.open(
                    "trace__link", left=self.index[id(left)], right=self.index[id(right)]
                )
                self.sheet.curve(
                    (left.right, left.middle),
                    (right.x, right.middle),
                    self._stroke_of(hole),
                    dashed=True,
                )
                self.sheet.close()

    def _draw_foot(self) -> None:
        """How much of each column is watched, and a line from there to the monitors."""
        y = self.bottom + 15
        accent = self.palette.accent
        watched = self.trace.watched
        for step in (Step.METRIC, Step.DATA, Step.FEATURE, Step.MODEL, Step.COMPONENT):
            nodes = self.trace.of_step(step)
            if not nodes:
                continue
            left = self.layout.lefts[step]
            seen = sum(node.address in watched for node in nodes)
            self.sheet.dot(left + 2, y - 2.2, is_full=True)
            self.sheet.text(left + PAD, y, f"{seen} of {len(nodes)} watched", 6.2, fill=accent)
        start, end = self.layout.lefts[Step.METRIC], self.layout.lefts[Step.MONITOR]
        x = end + self.layout.wide / 2
        last = self.layout.columns[Step.MONITOR][-1].bottom
        self.sheet.track([(start, y + 6), (x, y + 6), (x, last)], accent, 0.8)
        self.bottom = y + 7

    # -- boxes

    def _draw_box(self, box: Box) -> None:
        href = self.href(box.opens) if self.href else ""
        name = "trace__node trace__node--hole" if box.is_hole else "trace__node"
        label = f"{'Missing: ' if box.is_hole else ''}{box.says}"
        self.sheet.open(name, label=label, href=href, node=self.index[id(box)])
        if box.is_hole:
            self._draw_hole(box)
        else:
            self._draw_row(box)
        self.sheet.close(is_link=bool(href))

    def _draw_row(self, box: Box) -> None:
        sheet, palette = self.sheet, self.palette
        is_chosen = box.is_marked and box.step in {Step.MODEL, Step.OBJECTIVE}
        if box.is_group:  # a second edge behind it
            sheet.box(box.x + 2, box.y + 2, box.wide, box.tall, stroke=palette.hair)
        sheet.box(
            box.x, box.y, box.wide, box.tall, fill=palette.pale if is_chosen else palette.paper
        )
        if box.is_marked:
            sheet.bar(box.x, box.y, 2.4, box.tall, palette.accent)
        y = box.y + 1.8
        for line in box.lines:
            y += 8.4
            face = Face.MONO if box.is_code else Face.BOLD if box.is_group else Face.SANS
            sheet.text(box.x + PAD, y - 0.6, line, NAME, face=face)
        if box.about:
            sheet.text(box.x + PAD, y + 7.2, box.about, ABOUT, fill=palette.soft)
        if box.is_watched:
            sheet.dot(box.right, box.y, is_full=True)
        elif self._is_missed(box):
            sheet.dot(box.right, box.y, is_full=False)

    def _is_missed(self, box: Box) -> bool:
        """Whether a monitor is missing that would watch it."""
        monitors = (hole for hole in self.layout.columns[Step.MONITOR] if hole.is_hole)
        return box.step is not Step.MONITOR and any(
            set(hole.beside) & set(box.addresses) for hole in monitors
        )

    def _stroke_of(self, hole: Box) -> str:
        return self.palette.error if hole.severity == "error" else self.palette.soft

    def _draw_hole(self, box: Box) -> None:
        stroke = self._stroke_of(box)
        self.sheet.box(box.x, box.y, box.wide, box.tall, stroke=stroke, weight=0.9, dashed=True)
        says = f"{MARKS.get(box.severity, '')} {box.severity}"
        self.sheet.text(box.x + PAD, box.y + 8.6, says, 6, face=Face.BOLD, fill=stroke)
        for line, words in enumerate(box.lines, start=1):
            self.sheet.text(box.x + PAD, box.y + 8.6 + 7.8 * line, words, SAYS)


def _at(point: Point) -> str:
    return f"{point[0]:.2f} {point[1]:.2f}"


def _length(start: Point, end: Point) -> float:
    return abs(end[0] - start[0]) + abs(end[1] - start[1])


def _towards(corner: Point, other: Point, by: float) -> Point:
    """The point ``by`` from ``corner`` on the level or upright line to ``other``."""
    length = _length(corner, other) or 1.0
    share = min(by / length, 1.0)
    return (
        corner[0] + (other[0] - corner[0]) * share,
        corner[1] + (other[1] - corner[1]) * share,
    )
