"""A fenced ``mermaid`` block as a figure: the drawing, or the reason there is none."""

from __future__ import annotations

import re
from difflib import get_close_matches
from hashlib import blake2s
from html import escape
from typing import NamedTuple

from mlsd_app.markup.cache import RenderedCache
from mlsd_app.markup.drawing import MISSING, TOO_LARGE, Drawn, Mistake, draw
from mlsd_app.markup.mermaid_theme import MEASURED_FONT_SIZE
from mlsd_app.markup.svg import FONT, FONT_SCALE, NotADrawingError, Picture, redraw
from mlsd_app.markup.theme import INK, Theme

MAX_SOURCE = 20_000  # characters
MAX_TITLE = 300
POINTS_PER_UNIT = 0.6  # on paper: labels of about 8 pt

# First word of a diagram to what it is called; others are not known to come out well.
KINDS = {
    "flowchart": "Flowchart",
    "graph": "Flowchart",
    "sequenceDiagram": "Sequence diagram",
    "stateDiagram-v2": "State diagram",
    "stateDiagram": "State diagram",
    "classDiagram": "Class diagram",
    "erDiagram": "Entity relationship diagram",
    "pie": "Pie chart",
    "gantt": "Gantt chart",
    "timeline": "Timeline",
    "mindmap": "Mind map",
    "quadrantChart": "Quadrant chart",
    "xychart-beta": "Chart",
    "xychart": "Chart",
    "journey": "User journey",
    "block-beta": "Block diagram",
    "block": "Block diagram",
    "requirementDiagram": "Requirement diagram",
    "gitGraph": "Git graph",
    "kanban": "Board",
}
_SUGGESTED = "flowchart, sequenceDiagram, stateDiagram, classDiagram, erDiagram, pie or gantt"

_FRONT_MATTER = re.compile(r"\s*---[ ]*\n(.*?)\n---[ ]*(?=\n|$)", re.DOTALL)
_FIRST_WORD = re.compile(r"\s*+([^\s:;{]+)")
_PARSER_SAYS = re.compile(r"^Diagram parse error \([^)]*\):\s*")

_figures = RenderedCache(capacity=4_000_000)


class Figure(NamedTuple):
    """HTML that is safe to show, and whether it would be the same another time."""

    html: str
    lasting: bool


def figure(source: str, theme: Theme, number: int) -> Figure:
    """The figure for a diagram. ``number`` sets it apart from others of the same text."""
    known = _figures.get(source, theme, str(number))
    if known is not None:
        return Figure(known, lasting=True)
    made = _make(source, theme, number)
    if made.lasting:
        _figures.put(made.html, source, theme, str(number))
    return made


def forget() -> None:
    """Drop what was drawn so far."""
    _figures.clear()


def left_out(source: str, reason: str, *, lasting: bool) -> Figure:
    """A figure that shows the source, and says above it why there is no picture."""
    return Figure(_without_picture("diagram--error", reason, source), lasting)


def _make(source: str, theme: Theme, number: int) -> Figure:
    if len(source) > MAX_SOURCE:
        return left_out(source, TOO_LARGE.reason, lasting=True)
    prepared = _without_settings(source)
    kind = _kind(prepared)
    if kind not in KINDS:
        return left_out(source, _unknown_kind(kind), lasting=True)
    outcome = draw(prepared)
    if isinstance(outcome, Drawn):
        prefix = "d" + blake2s(f"{number} {source}".encode(), digest_size=5).hexdigest()
        try:
            picture = redraw(outcome.svg, theme, prefix)
        except NotADrawingError:
            outcome = TOO_LARGE
        else:
            title = _title(picture, kind, source)
            return Figure(_with_picture(picture, title, theme), lasting=True)
    if isinstance(outcome, Mistake):
        return left_out(source, _mistake(outcome), lasting=True)
    modifier = "diagram--source" if outcome == MISSING else "diagram--error"
    return Figure(_without_picture(modifier, outcome.reason, source), outcome.lasting)


def _with_picture(picture: Picture, title: str, theme: Theme) -> str:
    unit, scale = ("", 1.0) if theme is Theme.SCREEN else ("pt", POINTS_PER_UNIT)
    about = f"<title>{escape(title, quote=False)}</title>"
    if picture.description:
        about += f"<desc>{escape(picture.description[:MAX_TITLE], quote=False)}</desc>"
    return (
        f'<figure class="diagram"><svg role="img" viewBox="{picture.view_box}"'
        f' width="{picture.width * scale:.0f}{unit}" height="{picture.height * scale:.0f}{unit}"'
        f' fill="{INK.on(theme)}" font-family="{FONT[theme]}"'
        f' font-size="{MEASURED_FONT_SIZE * FONT_SCALE:g}">{about}{picture.body}</svg></figure>'
    )


def _without_picture(modifier: str, reason: str, source: str) -> str:
    return (
        f'<figure class="diagram {modifier}"><p>{escape(reason, quote=False)}</p>'
        f"<pre><code>{escape(source, quote=False)}</code></pre></figure>"
    )


def _title(picture: Picture, kind: str, source: str) -> str:
    """The author's own title, or the kind and what is written in it, in the order of the source."""
    if picture.title:
        return picture.title[:MAX_TITLE]
    said = " ".join(source.split())
    places = {label: said.find(label) for label in picture.labels}
    labels = sorted(picture.labels, key=lambda label: (places[label] < 0, places[label]))
    return _cut(f"{KINDS[kind]}: {', '.join(labels)}" if labels else KINDS[kind], MAX_TITLE)


def _without_settings(source: str) -> str:
    """The source without its own theme, layout and font, as long in lines as before.

    Settings could take the drawing out of the house style, or make it slow.
    """
    front = _FRONT_MATTER.match(source)
    if front:
        kept = ["" if not line.startswith("title:") else line for line in front[1].split("\n")]
        lead = source[: front.start(1)]
        source = lead + "\n".join(kept) + source[front.end(1) :]
    parts, start = [], 0
    while (opened := source.find("%%{", start)) >= 0:
        closed = source.find("}%%", opened)
        if closed < 0:
            break
        parts += [source[start:opened], "\n" * source.count("\n", opened, closed)]
        start = closed + 3
    return "".join([*parts, source[start:]])


def _kind(prepared: str) -> str:
    """The word a diagram starts with, after its title and comments."""
    front = _FRONT_MATTER.match(prepared)
    for line in prepared[front.end() if front else 0 :].split("\n"):
        word = _FIRST_WORD.match(line)
        if word and not word[1].startswith("%%"):
            return word[1]
    return ""


def _unknown_kind(word: str) -> str:
    if not word:
        return f"This diagram is empty. Start it with {_SUGGESTED}."
    near = get_close_matches(word[:40], KINDS, n=1, cutoff=0.8)
    advice = f"Write {near[0]}" if near else f"Start with {_SUGGESTED}"
    return f"A diagram starts with its kind, and “{_cut(word, 40)}” is none drawn here. {advice}."


def _mistake(mistake: Mistake) -> str:
    where = f"Line {mistake.line} of this diagram" if mistake.line else "This diagram"
    said = _PARSER_SAYS.sub("", mistake.message).strip().rstrip(".")
    said = re.sub(r"\binvalid\b", "unreadable", said, flags=re.IGNORECASE)
    said = _cut(" ".join(said.split()), 200)
    if said[1:2].islower():
        said = said[0].lower() + said[1:]
    return f"{where} could not be read: {said}. Correct it, and the picture is drawn."


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
