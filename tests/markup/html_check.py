"""Reads HTML as a browser would, and refuses whatever is not expected of author text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

NUMERIC = re.compile(r"-?[\d.]+(pt)?")
GEOMETRY = re.compile(r"[\w\s.,()-]*")
PAINT = re.compile(r"none|var\(--[a-z0-9-]+\)|#[0-9a-f]{6}")
WORD = re.compile(r"[a-z-]+")
IDS = re.compile(r"d[0-9a-f]{10}-\d+")
REFERENCE = re.compile(r"url\(#d[0-9a-f]{10}-\d+\)")
FONT = re.compile(r"var\(--font-ui\)|Inter, sans-serif")
LINK = re.compile(r"(https?://|mailto:).+", re.DOTALL | re.IGNORECASE)

CITED = {
    "class": re.compile("cite( cite--(missing|unknown))?"),
    "title": re.compile(".*", re.DOTALL),
    "value": re.compile(".*", re.DOTALL),
}
PROSE: dict[str, dict[str, re.Pattern[str]]] = {
    "a": {"href": LINK, "rel": re.compile("noopener nofollow ugc")},
    "data": CITED,
    "figure": {"class": re.compile("diagram( diagram--(error|source))?")},
    "li": {"class": re.compile("task task--(done|open)")},
    "ol": {"start": re.compile(r"\d{1,9}")},
    "p": {"class": re.compile("markup-notice")},
    "td": {"class": re.compile("cell--(left|center|right)")},
    "th": {"class": re.compile("cell--(left|center|right)"), "scope": re.compile("col")},
}
PLAIN_TAGS = {
    "blockquote", "br", "code", "em", "h4", "h5", "h6", "hr", "pre", "strong", "table", "tbody",
    "thead", "tr", "ul",
}  # fmt: skip
PROSE |= {tag: {} for tag in PLAIN_TAGS}

DRAWN = {
    "fill": PAINT,
    "fill-opacity": NUMERIC,
    "marker-end": REFERENCE,
    "marker-mid": REFERENCE,
    "marker-start": REFERENCE,
    "opacity": NUMERIC,
    "stroke": PAINT,
    "stroke-dasharray": GEOMETRY,
    "stroke-linecap": WORD,
    "stroke-linejoin": WORD,
    "stroke-opacity": NUMERIC,
    "stroke-width": NUMERIC,
    "transform": GEOMETRY,
}
LETTERED = {
    "dominant-baseline": WORD,
    "dx": NUMERIC,
    "dy": NUMERIC,
    "fill": PAINT,
    "font-size": NUMERIC,
    "font-style": WORD,
    "font-weight": NUMERIC,
    "opacity": NUMERIC,
    "text-anchor": WORD,
    "transform": GEOMETRY,
    "x": NUMERIC,
    "y": NUMERIC,
}
SVG: dict[str, dict[str, re.Pattern[str]]] = {
    "circle": DRAWN | dict.fromkeys(("cx", "cy", "r"), NUMERIC),
    "defs": {},
    "desc": {},
    "ellipse": DRAWN | dict.fromkeys(("cx", "cy", "rx", "ry"), NUMERIC),
    "g": {"transform": GEOMETRY, "opacity": NUMERIC},
    "line": DRAWN | dict.fromkeys(("x1", "x2", "y1", "y2"), NUMERIC),
    "marker": {"id": IDS, "viewbox": GEOMETRY, "orient": WORD, "markerunits": re.compile(r"\w+")}
    | dict.fromkeys(("refx", "refy", "markerwidth", "markerheight"), NUMERIC),
    "path": DRAWN | {"d": GEOMETRY},
    "polygon": DRAWN | {"points": GEOMETRY},
    "polyline": DRAWN | {"points": GEOMETRY},
    "rect": DRAWN | dict.fromkeys(("x", "y", "width", "height", "rx", "ry"), NUMERIC),
    "svg": {
        "fill": PAINT,
        "font-family": FONT,
        "font-size": NUMERIC,
        "height": NUMERIC,
        "role": re.compile("img"),
        "viewbox": GEOMETRY,
        "width": NUMERIC,
    },
    "text": LETTERED,
    "title": {},
    "tspan": LETTERED,
}
INLINE: dict[str, dict[str, re.Pattern[str]]] = {
    "code": {},
    "data": CITED,
    "em": {},
    "strong": {},
}


class Reader(HTMLParser):
    """Collects tags, attributes and text; fails on the first that is not allowed."""

    def __init__(self, allowed: dict[str, dict[str, re.Pattern[str]]]) -> None:
        super().__init__()
        self.allowed = allowed
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.allowed, f"<{tag}> must not be there"
        self.tags.append(tag)
        for name, value in attrs:
            assert name in self.allowed[tag], f"<{tag} {name}> must not be there"
            assert value is not None
            assert self.allowed[tag][name].fullmatch(value), f"{tag} {name}={value!r}"
            self.attributes.append((tag, name, value))

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl!r}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data!r}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a marked section: {data!r}")


def read(html: str, *, allowed: dict[str, dict[str, re.Pattern[str]]] | None = None) -> Reader:
    """The tags and text of rendered author text; fails unless all of it is allowed."""
    reader = Reader(PROSE | SVG if allowed is None else allowed)
    reader.feed(html)
    reader.close()
    return reader
