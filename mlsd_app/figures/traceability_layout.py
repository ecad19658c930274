"""Where the rows of the chain stand: a box for each, or one for several alike where they are many.

Columns are filled from the top, and none is taller than asked, so dozens of rows stay readable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mlsd_app.figures.lettering import Face, clipped, measure, wrapped
from mlsd_app.figures.traceability import Hole, Kind, Link, Node, Step, Trace

TOP = 26.0  # of the first box, below the heads of the columns
GAP, WIDEST_GAP = 4.0, 16.0  # between boxes of a column
PAD = 6.0
NAME, ABOUT, SAYS = 7.0, 6.2, 6.4  # sizes of type
_NAME_LINE, _ABOUT_LINE, _SAYS_LINE = 8.4, 8.0, 7.8
_AIM_LINES, _HOLE_LINES = 7, 4
MARKS = {"error": "\u00d7", "warning": "\u25b2", "hint": "\u25cb"}
_INDENT, _DEEPEST = 5.0, 3  # of a metric below the one it stands in for
# Room right of each column: for curves, or for tracks around the models.
_GUTTERS = (15.0, 20.0, 24.0, 30.0, 28.0, 16.0)


@dataclass(slots=True)
class Box:
    """What is drawn as one: a row, several alike, or a hole. Boxes are placed after they are made.

    ``addresses`` are the rows it stands for; ``opens`` is the address that it leads to.
    """

    step: Step
    addresses: tuple[str, ...]
    lines: Sequence[str]
    about: str
    says: str
    opens: str
    is_hole: bool = False
    is_code: bool = True
    is_marked: bool = False
    is_group: bool = False
    is_watched: bool = False
    severity: str = ""
    beside: tuple[str, ...] = ()
    depth: int = 0
    x: float = 0.0
    y: float = 0.0
    wide: float = 0.0

    @property
    def tall(self) -> float:
        if self.is_hole:
            return 6.4 + _SAYS_LINE * (len(self.lines) + 1)
        return 5.6 + _NAME_LINE * len(self.lines) + (_ABOUT_LINE if self.about else 0.0)

    @property
    def middle(self) -> float:
        return self.y + self.tall / 2

    @property
    def right(self) -> float:
        return self.x + self.wide

    @property
    def bottom(self) -> float:
        return self.y + self.tall


@dataclass(slots=True)
class Layout:
    """All boxes with their places, and which box stands for which row."""

    columns: Mapping[Step, Sequence[Box]]
    lefts: Sequence[float]
    wide: float
    by_address: Mapping[str, Box] = field(default_factory=dict)

    @property
    def boxes(self) -> Sequence[Box]:
        return [box for boxes in self.columns.values() for box in boxes]

    @property
    def bottom(self) -> float:
        return max((box.bottom for box in self.boxes), default=TOP)

    def gutter(self, step: Step) -> tuple[float, float]:
        """Where the room right of the column of ``step`` begins and ends."""
        left = self.lefts[step] + self.wide
        return left, left + _GUTTERS[step]


def placed(trace: Trace, width: float, tallest: float) -> Layout:
    """The boxes of ``trace`` on a sheet of ``width``, in columns of at most ``tallest`` if rows
    can be drawn as one.
    """
    wide = (width - 1 - sum(_GUTTERS)) / len(Step)
    lefts = [0.5 + step * wide + sum(_GUTTERS[:step]) for step in Step]
    columns = {step: _column(trace, step, wide, tallest) for step in Step}
    layout = Layout(columns, lefts, wide)
    span = max(_height(boxes) for boxes in columns.values())
    for step, boxes in columns.items():
        free = (span - _height(boxes)) / max(len(boxes) - 1, 1)
        y = TOP
        for box in boxes:
            indent = _INDENT * box.depth
            box.x, box.y, box.wide = lefts[step] + indent, y, wide - indent
            y += box.tall + min(GAP + free, WIDEST_GAP)
    layout.by_address = {
        address: box for box in layout.boxes if not box.is_hole for address in box.addresses
    }
    return layout


def _height(boxes: Sequence[Box]) -> float:
    """Of a column, as close as its boxes may stand."""
    return sum(box.tall for box in boxes) + GAP * max(len(boxes) - 1, 0)


def _column(trace: Trace, step: Step, wide: float, tallest: float) -> Sequence[Box]:
    """What stands in one column, in order: rows, then the holes that belong to none of them."""
    setter = _Setter(trace, step, wide - 2 * PAD)
    nodes, holes = list(_ordered(trace, step)), list(trace.holes_of(step))
    together: set[tuple[str, bool]] = set()
    while True:
        boxes = setter.boxes(nodes, holes, together)
        alike = setter.largest_alike(nodes, holes, together)
        if alike is None or _height(boxes) <= tallest:
            break
        together.add(alike)
    while len(boxes) > 2 and _height(boxes) > tallest:
        boxes = setter.without_the_last(boxes)
    return boxes


class _Setter:
    """Turns the rows and holes of a step into boxes with broken lines."""

    def __init__(self, trace: Trace, step: Step, room: float) -> None:
        self.trace = trace
        self.step = step
        self.room = room
        self.watched = trace.watched
        self.sayings = trace.sayings()
        self._rows: dict[str, Box] = {}
        self.missed = {hole.beside for hole in trace.holes}
        self.depths = _depths(trace) if step is Step.METRIC else {}

    def boxes(
        self, nodes: Sequence[Node], holes: Sequence[Hole], together: set[tuple[str, bool]]
    ) -> list[Box]:
        groups: dict[object, list[Node]] = {}
        for node in nodes:
            key = self.key_of(node)
            groups.setdefault(key if key in together else node.address, []).append(node)
        boxes = [self.row(m[0]) if len(m) == 1 else self.rows(m, nodes) for m in groups.values()]
        missing: dict[object, list[Hole]] = {}
        for hole in holes:
            key = (hole_key(hole), False)
            missing.setdefault(key if key in together else id(hole), []).append(hole)
        return _with_holes(boxes, [self.hole(group) for group in missing.values()])

    def key_of(self, node: Node) -> tuple[str, bool]:
        """What may be drawn as one; marked rows, and those that miss a link, come last."""
        return node.alike, node.is_marked or node.address in self.missed

    def largest_alike(
        self, nodes: Sequence[Node], holes: Sequence[Hole], together: set[tuple[str, bool]]
    ) -> tuple[str, bool] | None:
        """The next to be drawn as one: the most numerous, and plain rows before marked ones."""
        counted = Counter(self.key_of(node) for node in nodes)
        counted.update((hole_key(hole), False) for hole in holes)
        open_ones = [key for key, count in counted.items() if count > 1 and key not in together]
        return min(open_ones, key=lambda key: (key[1], -counted[key]), default=None)

    def row(self, node: Node) -> Box:
        if node.address not in self._rows:
            self._rows[node.address] = self._row(node)
        return self._rows[node.address]

    def _row(self, node: Node) -> Box:
        is_aim = node.step is Step.OBJECTIVE
        depth = self.depths.get(node.address, 0)
        room = self.room - _INDENT * depth
        return Box(
            step=node.step,
            addresses=(node.address,),
            lines=wrapped(node.name, NAME, room, _AIM_LINES)
            if is_aim
            else _broken(node.name, room),
            about=clipped(node.about, ABOUT, room),
            says="; ".join([f"{node.name}, {node.about}", *self.sayings[node.address]]),
            opens=node.address,
            is_code=not is_aim,
            is_marked=node.is_marked,
            is_watched=node.address in self.watched,
            depth=depth,
        )

    def rows(self, nodes: Sequence[Node], everybody: Sequence[Node]) -> Box:
        """One box for several rows; it leads to their table."""
        first = nodes[0]
        rest = any(one.alike == first.alike for one in everybody if one not in nodes)
        name = f"{len(nodes)} {'more ' if rest else ''}{first.step.many}"
        about = _shared(first)
        return Box(
            step=first.step,
            addresses=tuple(node.address for node in nodes),
            lines=[clipped(name, NAME, self.room, Face.BOLD)],
            about=clipped(about, ABOUT, self.room),
            says=f"{name} {about}: {', '.join(node.name for node in nodes)}",
            opens=first.address.partition("/")[0],
            is_code=False,
            is_marked=any(node.is_marked for node in nodes),
            is_group=True,
            is_watched=all(node.address in self.watched for node in nodes),
        )

    def hole(self, holes: Sequence[Hole]) -> Box:
        first = holes[0]
        lines = wrapped(first.says, SAYS, self.room, _HOLE_LINES - (len(holes) > 1))
        if len(holes) > 1:
            lines.append(f"And {len(holes) - 1} more.")
        opens = first.address if len(holes) == 1 else first.address.partition("/")[0]
        return Box(
            step=self.step,
            addresses=(),
            lines=lines,
            about="",
            says=" ".join(hole.says for hole in holes),
            opens=opens,
            is_hole=True,
            severity=first.severity,
            beside=tuple(hole.beside for hole in holes if hole.beside),
        )

    def without_the_last(self, boxes: Sequence[Box]) -> list[Box]:
        """The last two boxes as one, for even what is alike does not fit."""
        *kept, before, last = boxes
        count = sum(max(len(box.addresses), 1) for box in (before, last))
        addresses = (*before.addresses, *last.addresses)
        more = Box(
            step=self.step,
            addresses=addresses,
            lines=[clipped(f"{count} more", NAME, self.room, Face.BOLD)],
            about="",
            says=f"{before.says}; {last.says}",
            opens=(addresses[0] if addresses else last.opens).partition("/")[0],
            is_code=False,
            is_group=True,
            is_marked=before.is_marked or last.is_marked,
            is_hole=before.is_hole and last.is_hole,
            severity=before.severity or last.severity,
            beside=(*before.beside, *last.beside),
        )
        return [*kept, more]


def hole_key(hole: Hole) -> str:
    """Holes that the same check sees are alike."""
    return f"hole {' '.join(hole.checks) or hole.address}"


def _shared(node: Node) -> str:
    """What rows drawn as one have in common."""
    words = {
        Step.FEATURE: f"from {node.alike}" if node.alike else "without a source",
        Step.MONITOR: f"of {node.alike}" if node.alike else "of what no stage has",
        Step.DATA: "labels" if node.alike == "label" else node.alike,
    }
    return words.get(node.step, node.alike)


def _ordered(trace: Trace, step: Step) -> Iterable[Node]:
    """Rows in the order that crosses the fewest lines."""
    nodes = trace.of_step(step)
    if step is Step.METRIC:
        return _in_tree_order(trace, nodes)
    place = {node.address: index for index, node in enumerate(trace.nodes)}
    if step is Step.DATA:
        readers: dict[str, list[int]] = {}
        for link in trace.links:
            if link.kind is Kind.READS:
                readers.setdefault(link.left, []).append(place[link.right])
        return sorted(
            nodes, key=lambda one: (one.alike != "label", *_mean(readers.get(one.address)))
        )
    if step is Step.MONITOR:
        watched = {
            link.right: place[link.left] for link in trace.links if link.kind is Kind.WATCHES
        }
        return sorted(nodes, key=lambda one: watched.get(one.address, len(place)))
    return nodes


def _mean(places: Sequence[int] | None) -> tuple[bool, float]:
    return not places, sum(places) / len(places) if places else 0.0


def _children(trace: Trace) -> Mapping[str, Sequence[str]]:
    """By metric, or the KPI: the metrics that stand in for it."""
    found: dict[str, list[str]] = {}
    for link in trace.links:
        if link.kind is Kind.STANDS_IN:
            found.setdefault(link.left, []).append(link.right)
    return found


def _in_tree_order(trace: Trace, nodes: Sequence[Node]) -> Iterator[Node]:
    """Each metric above those that stand in for it; guardrails come last."""
    by_address = {node.address: node for node in nodes}
    for address, _ in _walk(trace, nodes):
        yield by_address[address]


def _depths(trace: Trace) -> Mapping[str, int]:
    nodes = trace.of_step(Step.METRIC)
    return {address: min(depth, _DEEPEST) for address, depth in _walk(trace, nodes)}


def _walk(trace: Trace, nodes: Sequence[Node]) -> Iterator[tuple[str, int]]:
    """Every metric once, with how many stand between it and where its chain ends."""
    children = _children(trace)
    follows = {one for node in nodes for one in children.get(node.address, ())}
    tops = [node for node in nodes if node.address not in follows]
    tops.sort(key=lambda node: (node.alike == "guardrail", not node.is_marked))
    visited: set[str] = set()
    for top in (*tops, *nodes):  # those of a circle have no top
        waiting = [(top.address, 0)]
        while waiting:
            address, depth = waiting.pop()
            if address in visited:
                continue
            visited.add(address)
            yield address, depth
            waiting += [(one, depth + 1) for one in reversed(children.get(address, ()))]


def _with_holes(boxes: Sequence[Box], holes: Sequence[Box]) -> list[Box]:
    """Each hole below the row of its column that misses it, all others at the end."""
    found = list(boxes)
    for hole in holes:
        owner = next(
            (place for place, box in enumerate(found) if set(hole.beside) & set(box.addresses)),
            None,
        )
        found.insert(len(found) if owner is None else owner + 1, hole)
    return found


def _broken(name: str, room: float) -> Sequence[str]:
    """An id on one line, or on two, parted after a mark that joins its words."""
    if measure(name, NAME, Face.MONO) <= room:
        return [name]
    fits = [
        end
        for end, mark in enumerate(name, start=1)
        if mark in "_-. /" and measure(name[:end], NAME, Face.MONO) <= room
    ]
    if not fits:
        return [clipped(name, NAME, room, Face.MONO)]
    return [name[: fits[-1]].rstrip(), clipped(name[fits[-1] :], NAME, room, Face.MONO)]


def links_between(layout: Layout, links: Iterable[Link]) -> Iterator[tuple[Kind, Box, Box]]:
    """Each pair of boxes that some row links, once for each kind."""
    found = dict.fromkeys(
        (link.kind, id(layout.by_address[link.left]), id(layout.by_address[link.right]))
        for link in links
    )
    boxes = {id(box): box for box in layout.boxes}
    for kind, left, right in found:
        if left != right:
            yield kind, boxes[left], boxes[right]
