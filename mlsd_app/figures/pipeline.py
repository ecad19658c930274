"""The whole system on one page, drawn from the rows of five stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mlsd_app.figures import system
from mlsd_app.figures.canvas import WIDE, Canvas
from mlsd_app.figures.lettering import Face, measure
from mlsd_app.figures.overview import overview
from mlsd_app.figures.palette import SCREEN, Palette
from mlsd_app.figures.system import Box
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import main_label

_NARROWEST = 320.0  # below it three columns cannot stand beside each other

_TOP = 30.0
_TALL = 21.0
_GAP = 22.0  # at most, between the boxes of a column
_LEAST_GAP, _LEAST_STEP = 3.0, 8.0  # between boxes, and between steps of the path
_HIGHEST = 548.0  # of the drawing: what a page has room for, with a title and a caption
_TO_LOOP, _TO_MONITORS = 26.0, 36.0  # from the columns down to training, and on to the monitors
_LEFT = 20.0  # room for the way back
_RIGHT = 19.0  # room for the promotion
_LOOP_TALL = 34.0
_WATCH_LINES = 9
_BACK = "outcomes come back as tomorrow\u2019s data"
_HEADS = (
    ("Sources", "time from event to readable"),
    ("Features", "largest age when served; bar: critical"),
    ("Request path", "p99 of each component"),
)


def pipeline(
    design: Design, palette: Palette = SCREEN, *, width: float = WIDE, prefix: str = "pipeline"
) -> str:
    """Sources, features, request path, training, registry, monitors, and the way back.

    Narrower than 320 units it becomes a column of counts.
    """
    if system.is_empty(design):
        return ""
    canvas = Canvas(palette, width)
    height = overview(canvas, design) if width < _NARROWEST else _Drawing(canvas, design).height
    return canvas.svg(height, system.title(design), prefix)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A box with its place on the canvas."""

    box: Box
    x: float
    y: float
    wide: float

    @property
    def middle(self) -> float:
        return self.y + _TALL / 2

    @property
    def right(self) -> float:
        return self.x + self.wide

    @property
    def bottom(self) -> float:
        return self.y + _TALL


class _Drawing:
    """One wide drawing, from the columns on top to the monitors at the foot."""

    def __init__(self, canvas: Canvas, design: Design) -> None:
        self.canvas = canvas
        self.design = design
        self.palette = canvas.palette
        inner = canvas.width - _LEFT - _RIGHT
        self.wide = (inner * 0.27, inner * 0.31, inner * 0.23)
        gap = (inner - sum(self.wide)) / 2
        self.left = (
            _LEFT,
            _LEFT + self.wide[0] + gap,
            _LEFT + self.wide[0] + self.wide[1] + 2 * gap,
        )
        self.log_x = self.left[2] + self.wide[2] * 0.8
        self._place()
        self._draw_heads()
        self._draw_links()
        self._draw_boxes()
        self._draw_path()
        self.loop = self._draw_loop()
        self.height = self._draw_monitors() + 2
        self._draw_way_back()

    # -- where everything stands

    def _place(self) -> None:
        foot = _TOP + _TO_LOOP + _LOOP_TALL + _TO_MONITORS + self._monitors_tall() + 2
        room = _HIGHEST - foot
        most = int((room + _LEAST_GAP) / (_TALL + _LEAST_GAP))
        given = system.sources(self.design, most), system.features(self.design, most)
        most_steps = int((room + _LEAST_STEP) / (_TALL + 2 + _LEAST_STEP))
        path = system.request_path(self.design, most_steps)
        wanted = [len(boxes) * (_TALL + 6) - 6 for boxes in given]
        tall = sum(len(step) * (_TALL + 2) for step in path) + _LEAST_STEP * (len(path) - 1)
        self.span = max(min(max(*wanted, tall + 4 * (len(path) - 1)), room), tall, 3 * _TALL)
        self.sources = self._column(given[0], 0)
        self.features = self._column(given[1], 1)
        self.path = self._steps(path, tall)

    def _column(self, boxes: Sequence[Box], column: int) -> Sequence[_Placed]:
        count = len(boxes)
        gap = min((self.span - count * _TALL) / max(count - 1, 1), _GAP)
        start = _TOP + (self.span - count * _TALL - max(count - 1, 0) * gap) / 2
        return [
            _Placed(box, self.left[column], start + index * (_TALL + gap), self.wide[column])
            for index, box in enumerate(boxes)
        ]

    def _steps(self, path: Sequence[Sequence[Box]], tall: float) -> Sequence[Sequence[_Placed]]:
        """The steps spread over the span, but no further apart than boxes of the other columns."""
        free = self.span - tall
        gap = _LEAST_STEP + min(free / max(len(path) - 1, 1), _GAP)
        y = _TOP + (free - (gap - _LEAST_STEP) * max(len(path) - 1, 0)) / 2
        placed = []
        for step in path:
            members = []
            for box in step:
                members.append(_Placed(box, self.left[2], y, self.wide[2]))
                y += _TALL + 2
            placed.append(members)
            y += gap
        return placed

    # -- columns

    def _draw_heads(self) -> None:
        for column, (head, about) in enumerate(_HEADS):
            x = self.left[column]
            self.canvas.text(x, 11, head, 8, face=Face.BOLD, fill=self.palette.accent)
            self.canvas.text(x, 21, about, 6.2, fill=self.palette.soft, room=self.wide[column] + 24)
        for column, boxes in enumerate((self.sources, self.features, self.path)):
            if not boxes:
                self._draw_none(self.left[column], _TOP, self.wide[column])

    def _draw_none(self, x: float, y: float, wide: float) -> None:
        soft = self.palette.soft
        self.canvas.box(x, y, wide, _TALL, stroke=soft, dashed=True)
        self.canvas.text(x + wide / 2, y + 13, "none yet", 6.6, anchor="middle", fill=soft)

    def _draw_links(self) -> None:
        by_source = _by_id(self.sources)
        by_component = _by_id([placed for step in self.path for placed in step])
        stroke = self.palette.soft
        for feature in self.features:
            feeding = {id(p): p for s in feature.box.feeds_from if (p := by_source.get(s))}
            for source in sorted(feeding.values(), key=lambda placed: placed.y):
                start, end = (source.right, source.middle), (feature.x - 1, feature.middle)
                self.canvas.curve(start, end, stroke)
            if component := by_component.get(feature.box.read_by):
                end = (component.x - 4, component.middle)
                self.canvas.curve((feature.right, feature.middle), end, stroke)
                self.canvas.tip(component.x, component.middle, "right", stroke, 2.2)

    def _draw_boxes(self) -> None:
        for placed in (*self.sources, *self.features, *(p for step in self.path for p in step)):
            box, x, y = placed.box, placed.x, placed.y
            fill = self.palette.pale if box.is_filled else self.palette.paper
            self.canvas.box(x, y, placed.wide, _TALL, fill=fill, dashed=box.is_dashed)
            if box.is_marked:
                self.canvas.bar(x, y, 2.6, _TALL, self.palette.accent)
            room = placed.wide - 9
            self.canvas.text(x + 6, y + 9, box.name, 6.8, face=Face.MONO, room=room)
            self.canvas.text(x + 6, y + 17, box.about, 6.2, fill=self.palette.soft, room=room)

    def _draw_path(self) -> None:
        middle = self.left[2] + self.wide[2] / 2
        before: float | None = None
        for step in self.path:
            first, last = step[0], step[-1]
            outset = 3 if len(step) > 1 else 0
            if before is not None:
                self.canvas.arrow(
                    [(middle, before), (middle, first.y - outset)], "down", weight=0.8
                )
            if outset:
                self.canvas.box(
                    first.x - 3, first.y - 3, first.wide + 6, last.bottom - first.y + 6,
                    fill="none", stroke=self.palette.soft, weight=0.5, dashed=True,
                )  # fmt: skip
            before = last.bottom + outset

    # -- labels, training, registry

    def _draw_loop(self) -> float:
        """Answers where the row of three boxes begins."""
        y = _TOP + self.span + _TO_LOOP
        room = (self.log_x - 26 - _LEFT - 2 * 22) / 3
        lefts = [_LEFT + index * (room + 22) for index in range(3)]
        label = main_label(self.design.data)
        model = self.design.model
        candidates = len(model.candidates)
        texts = (
            (
                "Labels",
                label.id if label else "none yet",
                system.label_about(label) if label else "",
            ),
            (
                "Training",
                system.counted(candidates, "candidate"),
                system.training_about(self.design),
            ),
            (
                "Registry",
                model.chosen or "nothing chosen",
                f"fallback {model.fallback_model}" if model.fallback_model else "",
            ),
        )
        for x, (head, first, second) in zip(lefts, texts, strict=True):
            fill = self.palette.pale if head == "Registry" else self.palette.paper
            self.canvas.box(x, y, room, _LOOP_TALL, fill=fill)
            self.canvas.text(x + 5, y + 10, head, 7, face=Face.BOLD, fill=self.palette.accent)
            self.canvas.text(x + 5, y + 19.5, first, 6.8, face=Face.MONO, room=room - 8)
            self.canvas.text(x + 5, y + 28, second, 6.2, fill=self.palette.soft, room=room - 8)
        middle = y + _LOOP_TALL / 2
        for x, next_x in pairwise(lefts):
            self.canvas.arrow([(x + room, middle), (next_x, middle)], "right")
        source = _by_id(self.sources).get(label.source) if label else None
        if source is not None:
            down = [(_LEFT - 6, source.middle), (_LEFT - 6, y - 12), (_LEFT + 40, y - 12)]
            self.canvas.arrow([(_LEFT, source.middle), *down, (_LEFT + 40, y)], "down")
        self._draw_joins(lefts[1], room, y)
        self._draw_promotion((lefts[2] + room, middle))
        self.training = (lefts[1], room)
        return y

    def _draw_joins(self, x: float, room: float, y: float) -> None:
        """From the features down to training."""
        start, end = max(x, self.left[1]), min(x + room, self.left[1] + self.wide[1])
        down = (start + end) / 2
        bottom = max((feature.bottom for feature in self.features), default=_TOP + _TALL)
        self.canvas.arrow([(down, bottom), (down, y)], "down")
        self.canvas.text(down + 4, y - 8, "as-of joins, logged values", 6.2, fill=self.palette.soft)

    def _draw_promotion(self, start: tuple[float, float]) -> None:
        """From the registry around the path into the component that runs the model."""
        component = system.serves_the_model(self.design)
        if component is None:
            return
        placed = _by_id([p for step in self.path for p in step]).get(component.id)
        if placed is None:
            return
        accent = self.palette.accent
        lane = placed.right + 12
        self.canvas.route([start, (self.log_x - 3, start[1])], stroke=accent, weight=0.9)
        points = [(self.log_x + 3, start[1]), (lane, start[1]), (lane, placed.middle)]
        points.append((placed.right, placed.middle))
        self.canvas.arrow(points, "left", stroke=accent, weight=0.9)
        y = (start[1] + placed.middle) / 2
        self.canvas.text(lane + 6.5, y, "promotion", 6.2, anchor="middle", fill=accent, turned=True)

    # -- monitors

    def _draw_monitors(self) -> float:
        """Answers the bottom of the box of monitors."""
        canvas, palette = self.canvas, self.palette
        y = self.loop + _LOOP_TALL + _TO_MONITORS
        wide = canvas.width - _LEFT - 1
        groups = system.watches(self.design)
        count = len(self.design.monitoring.monitors)
        tall = self._monitors_tall()
        canvas.box(_LEFT, y, wide, tall)
        canvas.text(_LEFT + 7, y + 12, "Monitors", 8, face=Face.BOLD, fill=palette.accent)
        about = f"{count} in all, with what each one starts" if count else "none yet"
        canvas.text(_LEFT + 50, y + 12, about, 6.6, fill=palette.soft)
        if count:
            self._draw_watches(groups, y)
        self.monitors = (y, tall)
        last = self.path[-1][-1].bottom if self.path else _TOP + _TALL
        canvas.arrow([(self.log_x, last), (self.log_x, y)], "down", weight=0.8)
        logged = "logged predictions and features"
        canvas.text(self.log_x - 4, y - 9, logged, 6.2, anchor="end", fill=palette.soft)
        self._draw_triggers(y)
        return y + tall

    def _monitors_tall(self) -> float:
        longest = max(len(group.monitors) for group in system.watches(self.design))
        return 31 + min(longest, _WATCH_LINES + 1) * 10.4 if longest else 18

    def _draw_watches(self, groups: Sequence[system.Watch], y: float) -> None:
        canvas, palette = self.canvas, self.palette
        room = (canvas.width - _LEFT - 15) / len(groups)
        for column, group in enumerate(groups):
            x = _LEFT + 7 + column * room
            head = f"{group.title} ({len(group.monitors)})"
            canvas.text(x, y + 23, head, 6.6, face=Face.BOLD)
            shown = group.monitors
            if len(shown) > _WATCH_LINES + 1:
                shown = [*shown[:_WATCH_LINES], (f"{len(shown) - _WATCH_LINES} more", "")]
            for line, (name, action) in enumerate(shown):
                base = y + 33 + line * 10.4
                canvas.text(x + room - 8, base, action, 6.1, anchor="end", fill=palette.soft)
                left = room - 12 - measure(action, 6.1)
                canvas.text(x, base, name, 6.3, face=Face.MONO, room=left)

    def _draw_triggers(self, y: float) -> None:
        """From the monitors up to training, if some of them can start one."""
        triggers = self.design.monitoring.retrain.triggers
        if not triggers:
            return
        accent = self.palette.accent
        x = self.training[0] + self.training[1] * 0.3
        foot = self.loop + _LOOP_TALL
        self.canvas.arrow([(x, y), (x, foot)], "up", stroke=accent, weight=0.9)
        self.canvas.text(x + 5, foot + 16, "retraining started by", 6.2, fill=accent)
        room = self.log_x - x - 20
        names = ", ".join(triggers)
        self.canvas.text(x + 5, foot + 25, names, 6.2, face=Face.MONO, fill=accent, room=room - 90)

    def _draw_way_back(self) -> None:
        """From the monitors along the left edge to the sources."""
        accent = self.palette.accent
        top = self.sources[0].middle if self.sources else _TOP + _TALL / 2
        y, tall = self.monitors
        foot = y + tall / 2
        points = [(_LEFT, foot), (5, foot), (5, top)]
        self.canvas.route(points, stroke=accent, weight=1.1)
        self.canvas.arrow([(5, top), (_LEFT, top)], "right", stroke=accent, weight=1.1)
        size = 6.6
        long = measure(_BACK, size)
        if foot - top < long + 30:
            return
        middle = (top + foot) / 2
        self.canvas.bar(0, middle - long / 2 - 4, 10, long + 8, self.palette.paper)
        self.canvas.text(7.4, middle, _BACK, size, anchor="middle", fill=accent, turned=True)


def _by_id(boxes: Sequence[_Placed]) -> Mapping[str, _Placed]:
    return {row_id: placed for placed in boxes for row_id in placed.box.ids}
