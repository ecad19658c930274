"""Raw Mermaid SVG to SVG of ours.

Nothing is copied: the raw drawing is read, and only what is known is written again. So no script,
style, link, image, class or foreign element can come through, the page's own policy holds (no
inline CSS: what the style sheet of the drawing said becomes presentation attributes), and colours
and fonts follow the theme.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from xml.etree import ElementTree as ET

from cssselect2 import ElementWrapper  # type: ignore[import-untyped]

from mlsd_app.markup import svg_values as values
from mlsd_app.markup.cascade import Style, font_size, inherited, specified, style_sheet
from mlsd_app.markup.mermaid_theme import MEASURED_FONT_SIZE
from mlsd_app.markup.theme import INK, Theme, TypeOfUse, paint_for

MAX_DEPTH = 150
MAX_ELEMENTS = 12_000

# Mermaid measures with a narrow face; Inter is wider, so it is set smaller in the same boxes.
FONT_SCALE = 0.85
CAP_MIDDLE = 0.36  # of the font size: how high the middle of a capital is above the baseline

FONT = {Theme.SCREEN: "var(--font-ui)", Theme.PRINT: "Inter, sans-serif"}

_SVG = "{http://www.w3.org/2000/svg}"
_GROUPS = {"g", "a", "svg"}
_LENGTHS = {
    "rect": ("x", "y", "width", "height", "rx", "ry"),
    "circle": ("cx", "cy", "r"),
    "ellipse": ("cx", "cy", "rx", "ry"),
    "line": ("x1", "y1", "x2", "y2"),
}
_OUTLINES = {
    "path": ("d", values.path),
    "polygon": ("points", values.points),
    "polyline": ("points", values.points),
}
_KNOWN = _GROUPS | _LENGTHS.keys() | _OUTLINES.keys() | {"text", "use"}
_MARKER_LENGTHS = ("refX", "refY", "markerWidth", "markerHeight")
_MARKER_WORDS = {
    "markerUnits": {"userSpaceOnUse", "strokeWidth"},
    "orient": {"auto", "auto-start-reverse"},
}
_WORDS = {
    "text-anchor": {"start", "middle", "end"},
    "dominant-baseline": {"middle", "central", "hanging", "text-before-edge", "text-after-edge"},
    "font-style": {"italic"},
    "stroke-linecap": {"round", "square"},
    "stroke-linejoin": {"round", "bevel"},
}
_BOLD = {"bold", "bolder", "600", "700", "800", "900"}
_NO_MOVE = {"", "translate(0,0)", "translate(0, 0)", "matrix(1 0 0 1 0 0)"}

Attributes = dict[str, str]


class NotADrawingError(ValueError):
    """The raw SVG is not one that can be redrawn."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing that is safe to show, in parts. Sizes are in user units."""

    view_box: str
    width: float
    height: float
    body: str
    labels: tuple[str, ...]
    title: str
    description: str


def redraw(raw: str, theme: Theme, prefix: str) -> Picture:
    """Redraw raw SVG; every id starts with ``prefix``. Raises ``NotADrawingError``."""
    if "<!DOCTYPE" in raw or "<!ENTITY" in raw:
        raise NotADrawingError("A drawing declares no entities.")
    try:
        root = ET.fromstring(raw)  # noqa: S314  no DOCTYPE, so no entities to expand
    except ET.ParseError as error:
        raise NotADrawingError(str(error)) from error
    box = values.numbers(root.get("viewBox", ""))
    if root.tag != f"{_SVG}svg" or len(box) != 4 or min(box[2:]) <= 0:
        raise NotADrawingError("A drawing is an svg element with a viewBox.")
    if max(map(abs, box)) > values.LARGEST_LENGTH:
        raise NotADrawingError(f"A drawing is at most {values.LARGEST_LENGTH:.0f} units wide.")
    pen = _Pen(root, theme, prefix)
    body = pen.draw()
    return Picture(
        view_box=" ".join(map(values.short, box)),
        width=box[2],
        height=box[3],
        body=body,
        labels=tuple(dict.fromkeys(filter(None, pen.labels))),
        title=_words(root.findtext(f"{_SVG}title", "")),
        description=_words(root.findtext(f"{_SVG}desc", "")),
    )


class _Pen:
    """Writes one drawing."""

    def __init__(self, root: ET.Element, theme: Theme, prefix: str) -> None:
        self._root = ElementWrapper.from_xml_root(root)
        self._theme = theme
        self._prefix = prefix
        self._sheet = style_sheet("".join(el.text or "" for el in root.iter(f"{_SVG}style")))
        self._by_id = {
            el.etree_element.get("id"): el
            for el in self._root.iter_subtree()
            if el.etree_element.get("id")
        }
        self._markers: dict[str, str] = {}
        self._fill_use: TypeOfUse = "fill"
        self._written = 0
        self.labels: list[str] = []

    def draw(self) -> str:
        style = inherited({"font-size": str(MEASURED_FONT_SIZE), "fill": INK.print}, {})
        own = specified(self._root, self._sheet)
        body = "".join(self._children(self._root, inherited(style, own), 0))
        markers = ""
        self._fill_use = "stroke"  # an arrowhead is solid, in the colour of its line
        drawn: set[str] = set()
        while undrawn := self._markers.keys() - drawn:  # a marker's own lines may carry markers
            drawn |= undrawn
            markers += "".join(self._marker(name, style) for name in sorted(undrawn))
        return f"{body}<defs>{markers}</defs>" if markers else body

    def _children(self, parent: ElementWrapper, style: Style, depth: int) -> Iterator[str]:
        if depth > MAX_DEPTH:
            raise NotADrawingError(f"A drawing is nested at most {MAX_DEPTH} deep.")
        for child in parent.iter_children():
            yield self._element(child, style, depth)

    def _element(self, el: ElementWrapper, style: Style, depth: int) -> str:
        self._written += 1
        if self._written > MAX_ELEMENTS:
            raise NotADrawingError(f"A drawing has at most {MAX_ELEMENTS} elements.")
        tag = el.local_name
        if tag not in _KNOWN:
            return ""
        own = specified(el, self._sheet)
        style = inherited(style, own)
        if own.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
            return ""
        moved = _moved(el, own)
        if tag == "text":
            return self._text(el, style, moved)
        if tag == "use":
            return _group(self._copy(el, style, depth), moved)
        if tag in _GROUPS:
            return _group("".join(self._children(el, style, depth + 1)), moved)
        return self._shape(el, style, moved)

    def _copy(self, el: ElementWrapper, style: Style, depth: int) -> str:
        """What a reference stands for, so that a drawing needs no links."""
        target = self._by_id.get(el.etree_element.get("href", "").removeprefix("#"))
        if target is None or target.local_name not in ("g", "symbol"):
            return ""
        if any(inner.local_name == "use" for inner in target.iter_subtree()):
            return ""  # copies of copies grow without end
        return "".join(self._children(target, style, depth + 1))

    def _shape(self, el: ElementWrapper, style: Style, moved: Attributes) -> str:
        given = el.etree_element.attrib
        shape: Attributes = {}
        if el.local_name in _OUTLINES:
            name, read = _OUTLINES[el.local_name]
            shape[name] = read(given.get(name, ""))
            if not shape[name]:
                return ""
        else:
            for name in _LENGTHS[el.local_name]:
                if name in given:
                    size = values.length(given[name], font_size(style))
                    if size is None:
                        return ""
                    shape[name] = values.short(size)
        paint = self._paint(style)
        if paint.get("fill") == "none" and "stroke" not in paint:
            return ""
        for end in ("marker-start", "marker-mid", "marker-end"):
            if marker := self._marker_id(values.reference(given.get(end, ""))):
                shape[end] = f"url(#{marker})"
        return _tag(el.local_name, shape | paint | moved)

    def _paint(self, style: Style) -> Attributes:
        paint: Attributes = {}
        fill = self._colour(style.get("fill", ""), self._fill_use)
        if fill != INK.on(self._theme):
            paint["fill"] = fill
        stroke = self._colour(style.get("stroke", "none"), "stroke")
        width = values.number(style.get("stroke-width", "1")) or 0
        if stroke != "none" and width > 0:
            paint["stroke"] = stroke
            if width != 1:
                paint["stroke-width"] = values.short(min(width, 20))
            if any(values.numbers(style.get("stroke-dasharray", ""))[1:]):
                paint["stroke-dasharray"] = values.points(style["stroke-dasharray"])
            paint |= _allowed_words(style, "stroke-linecap", "stroke-linejoin")
        return paint | _fraction("fill-opacity", style) | _fraction("stroke-opacity", style)

    def _text(self, el: ElementWrapper, style: Style, moved: Attributes) -> str:
        first = len(self.labels)
        self.labels.append("")
        inner = self._run(el, style)
        self.labels[first:] = [_words(" ".join(self.labels[first:]))]
        if not self.labels[first]:
            return ""
        attributes = self._text_attributes(el, style, {})
        for part in el.etree_element[:1]:  # a part's own shift counts, not the sum of both
            for name in {"dx", "dy"} & part.attrib.keys():
                attributes.pop(name, None)
        return _tag("text", attributes | moved, inner)

    def _run(self, el: ElementWrapper, style: Style) -> str:
        """The words of a text element, and its parts where they are set apart."""
        run = [self._said(el.etree_element.text)]
        for child in el.iter_children():
            if child.local_name == "tspan":
                own = inherited(style, specified(child, self._sheet))
                inner = self._run(child, own)
                attributes = self._text_attributes(child, own, style)
                run.append(_tag("tspan", attributes, inner) if attributes else inner)
            run.append(self._said(child.etree_element.tail))
        return "".join(run)

    def _said(self, words: str | None) -> str:
        words = re.sub(r"\s+", " ", words or "")
        if words:
            self.labels.append(words)
        return escape(words, quote=False)

    def _text_attributes(self, el: ElementWrapper, style: Style, outer: Style) -> Attributes:
        attributes: Attributes = {}
        size = font_size(style)
        given = el.etree_element.attrib
        for name in ("x", "y", "dx", "dy"):
            place = values.length(given[name], size) if name in given else None
            if name == "y" and (place is not None or el.local_name == "text"):
                place = (place or 0) - _lift(style, size)
            if place is not None and (place or name in ("x", "y")):
                attributes[name] = values.short(place)
        if size != (font_size(outer) if outer else MEASURED_FONT_SIZE):
            attributes["font-size"] = values.short(size * FONT_SCALE)
        fill = self._colour(style.get("fill", ""), "text")
        if fill != (self._colour(outer.get("fill", ""), "text") if outer else INK.on(self._theme)):
            attributes["fill"] = fill
        if _is_bold(style) != _is_bold(outer):
            attributes["font-weight"] = "600" if _is_bold(style) else "400"
        changed = {name: value for name, value in style.items() if outer.get(name) != value}
        words = _allowed_words(changed, "text-anchor", "dominant-baseline", "font-style")
        if words.get("dominant-baseline") == "central":
            words["dominant-baseline"] = "middle"  # which every reader of SVG knows
        return attributes | words

    def _colour(self, value: str, use: TypeOfUse) -> str:
        if value in ("none", "transparent") or value.startswith("url("):
            return INK.on(self._theme) if use == "text" else "none"
        paint = paint_for(value, use)
        return paint.on(self._theme) if paint else "none"

    def _marker_id(self, name: str | None) -> str | None:
        target = self._by_id.get(name)
        if name is None or target is None or target.local_name != "marker":
            return None
        return self._markers.setdefault(name, f"{self._prefix}-{len(self._markers) + 1}")

    def _marker(self, name: str, style: Style) -> str:
        el = self._by_id[name]
        style = inherited(style, specified(el, self._sheet))
        given = el.etree_element.attrib
        attributes = {"id": self._markers[name]}
        box = values.numbers(given.get("viewBox", ""))
        if len(box) == 4:
            attributes["viewBox"] = " ".join(map(values.short, box))
        for key in _MARKER_LENGTHS:
            size = values.length(given[key], font_size(style)) if key in given else None
            if size is not None:
                attributes[key] = values.short(size)
        for key, words in _MARKER_WORDS.items():
            if given.get(key) in words:
                attributes[key] = given[key]
        return _tag("marker", attributes, "".join(self._children(el, style, 1)))


def _moved(el: ElementWrapper, own: Style) -> Attributes:
    """Where an element is drawn, and how faint."""
    given = el.etree_element.attrib
    transform = values.transform(given.get("transform", ""))
    css = values.transform(own.get("transform", ""))
    if css and not transform:
        around = values.numbers(given.get("transform-origin", "").replace("px", ""))
        x, y = around if len(around) == 2 else (0.0, 0.0)
        back = f"translate({values.short(-x)} {values.short(-y)})"
        transform = f"translate({values.short(x)} {values.short(y)}) {css} {back}"
    if el.local_name in ("svg", "use"):
        x, y = (values.number(given.get(name, "0")) or 0 for name in ("x", "y"))
        if x or y:
            transform += f" translate({values.short(x)} {values.short(y)})"
    placed = {} if transform in _NO_MOVE else {"transform": transform.strip()}
    return placed | _fraction("opacity", own)


def _fraction(name: str, style: Style) -> Attributes:
    value = values.number(style.get(name, "1"))
    return {name: values.short(value)} if value is not None and 0 <= value < 1 else {}


def _allowed_words(style: Style, *names: str) -> Attributes:
    return {name: style[name] for name in names if style.get(name) in _WORDS[name]}


def _is_bold(style: Style) -> bool:
    return style.get("font-weight") in _BOLD


def _lift(style: Style, size: float) -> float:
    """How far up the smaller letters move, so that they stay in the middle of their box."""
    if style.get("dominant-baseline") in _WORDS["dominant-baseline"]:
        return 0
    return CAP_MIDDLE * size * (1 - FONT_SCALE)


def _words(text: str) -> str:
    return " ".join(text.split())


def _group(inner: str, moved: Attributes) -> str:
    return _tag("g", moved, inner) if inner and moved else inner


def _tag(name: str, attributes: Mapping[str, str], inner: str = "") -> str:
    written = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"
