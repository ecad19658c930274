"""Redrawing: nothing passes that is not known, whatever the raw drawing holds."""

from __future__ import annotations

import pytest

from mlsd_app.markup.svg import MAX_DEPTH, NotADrawingError, Picture, redraw
from mlsd_app.markup.theme import Theme
from tests.markup.html_check import SVG, read


def drawing(inside: str, view_box: str = "0 0 100 50") -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{view_box}">{inside}</svg>'
    )


def redrawn(inside: str, theme: Theme = Theme.SCREEN) -> str:
    picture = redraw(drawing(inside), theme, "d0123456789")
    read(picture.body, allowed=SVG)
    return picture.body


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<style>@import url(https://evil.example)</style>",
        "<foreignObject><b xmlns='http://www.w3.org/1999/xhtml'>x</b></foreignObject>",
        "<image href='https://evil.example/x.png' width='9' height='9'/>",
        "<use href='https://evil.example/x.svg#y'/>",
        "<use xlink:href='#y'/>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<set attributeName='onload' to='alert(1)'/>",
        "<iframe xmlns='http://www.w3.org/1999/xhtml' src='x'/>",
        "<filter id='f'><feImage href='https://evil.example'/></filter>",
        "<rect width='1e99' height='1'/>",
        "<rect width='NaN' height='1'/>",
        "<rect width='expression(1)' height='1'/>",
        "<path d='M0,0 url(https://evil.example)'/>",
        "<path/>",
        "<polygon points='0,0 javascript:1'/>",
        "<rect width='1' height='1' display='none'/>",
        "<rect width='1' height='1' visibility='hidden'/>",
        "<rect width='1' height='1' fill='none'/>",
        "<text> </text>",
        "<defs><rect width='1' height='1'/></defs>",
        "<g transform='translate(1)'></g>",
    ],
)
def test_what_is_not_known_is_left_out(inside: str) -> None:
    assert redrawn(inside) == ""


@pytest.mark.parametrize(
    ("inside", "body"),
    [
        ("<rect x='1' width='3' height='4' class='node' id='a' onclick='alert(1)' style='x:y'/>",
         '<rect x="1" width="3" height="4"/>'),
        ("<a href='javascript:alert(1)'><circle r='1.23456'/></a>", '<circle r="1.23"/>'),
        ("<g transform='translate(1,2)' data-x='y'><line x1='1' stroke='#5b6468'/></g>",
         '<g transform="translate(1,2)"><line x1="1" stroke="var(--ink-2)"/></g>'),
        ("<g transform='translate(1) url(x)'><circle r='1'/></g>", '<circle r="1"/>'),
        ("<text x='1' y='0' dominant-baseline='central'>a &lt;b&gt;\n c</text>",
         '<text x="1" y="0" dominant-baseline="middle">a &lt;b&gt; c</text>'),
        ("<path d='M1.005,2 L3 4' marker-end='url(#gone)'/>", '<path d="M1,2 L3 4"/>'),
        ("<svg x='5' y='6'><circle r='1'/></svg>",
         '<g transform="translate(5 6)"><circle r="1"/></g>'),
        ("<g id='y'><circle r='1'/></g><use href='#y' x='3'/>",
         '<circle r="1"/><g transform="translate(3 0)"><circle r="1"/></g>'),
    ],
)  # fmt: skip
def test_what_is_known_is_written_again(inside: str, body: str) -> None:
    assert redrawn(inside) == body


def test_the_style_sheet_becomes_attributes() -> None:
    body = redrawn(
        "<style>rect{fill:#e6efee;stroke:#0b5a58} .bold{stroke-width:3px!important}"
        "g > rect{fill:none} @media print{rect{fill:red}} rect:hover{fill:red}</style>"
        "<rect width='1' height='1' fill='#123' stroke-width='2' class='bold'/>"
        "<g><rect width='1' height='1' style='stroke:red'/></g>"
    )
    assert body == (
        '<rect width="1" height="1" fill="var(--accent-soft)" stroke="var(--accent)" '
        'stroke-width="3"/><rect width="1" height="1" fill="none" stroke="var(--error)"/>'
    )


@pytest.mark.parametrize(
    ("colour", "fill", "stroke", "text"),
    [
        ("#17201f", "#17201f", "#17201f", "#17201f"),
        ("#E6EFEE", "#e6efee", "#e6efee", "#17201f"),
        ("red", "#f6e4e2", "#8c1d18", "#17201f"),
        ("rgb(0, 160, 0)", "#e3f0e6", "#23673a", "#17201f"),
        ("hsl(220, 90%, 50%)", "#e8ecf7", "#34509b", "#17201f"),
        ("#fc0", "#f6ecd6", "#7a5000", "#17201f"),
        ("#0aa", "#e6efee", "#0b5a58", "#17201f"),
        ("#ff0044", "#f6e4e2", "#8c1d18", "#17201f"),
        ("white", "#ffffff", "#ffffff", "#17201f"),
        ("#888", "#f4f6f5", "#5b6468", "#17201f"),
        ("black", "#f4f6f5", "#17201f", "#17201f"),
        ("rgba(0,0,0,0)", "none", "none", "none"),
        ("currentColor", "#17201f", "#5b6468", "#17201f"),
        ("url(#gradient)", "none", "none", "#17201f"),
        ("nonsense", "#17201f", "#5b6468", "#17201f"),
    ],
)
def test_a_colour_becomes_one_of_the_palette(
    colour: str, fill: str, stroke: str, text: str
) -> None:
    inside = (
        f"<rect width='1' height='1' fill='{colour}' stroke='#c6cccb'/>"
        f"<rect width='1' height='1' stroke='{colour}'/><text fill='{colour}'>x</text>"
    )
    rect, line, words = redrawn(inside, Theme.PRINT).replace("><", ">\n<").split("\n")
    assert ('fill="' not in rect and fill == "#17201f") or f'fill="{fill}"' in rect
    assert ("stroke" not in line and stroke == "none") or f'stroke="{stroke}"' in line
    assert ('fill="' not in words and text == "#17201f") or f'fill="{text}"' in words


def test_markers_get_ids_of_their_own() -> None:
    body = redrawn(
        "<marker id='m' viewBox='0 0 10 10' refX='5' markerWidth='8' orient='auto' onload='x'>"
        "<path d='M0,0L1,1' fill='red'/></marker><marker id='unused'><path d='M0,0'/></marker>"
        "<line x2='9' stroke='red' marker-end='url(#m)'/>"
    )
    assert body == (
        '<line x2="9" marker-end="url(#d0123456789-1)" stroke="var(--error)"/><defs>'
        '<marker id="d0123456789-1" viewBox="0 0 10 10" refX="5" markerWidth="8" orient="auto">'
        '<path d="M0,0L1,1" fill="var(--error)"/></marker></defs>'
    )


def test_letters_are_set_smaller_than_mermaid_measured_them() -> None:
    assert redrawn("<text y='20' font-size='20px'>x</text>") == (
        '<text y="18.92" font-size="17">x</text>'
    )
    assert 'font-size="34"' in redrawn("<text font-size='99999px'>x</text>")


def test_parts_of_a_text_keep_their_places() -> None:
    body = redrawn(
        "<text y='0'><tspan x='0' dy='1em'><tspan font-weight='normal'>two</tspan>"
        "<tspan font-weight='normal'> words</tspan></tspan><tspan x='0' dy='1em'>"
        "<tspan font-weight='bold'>bold</tspan></tspan></text>"
    )
    assert body == (
        '<text y="-0.86"><tspan x="0" dy="16">two words</tspan><tspan x="0" dy="16">'
        '<tspan font-weight="600">bold</tspan></tspan></text>'
    )


def test_labels_are_collected_once_each() -> None:
    inside = "<text><tspan>two</tspan> <tspan>words</tspan></text><text>b</text><text>b</text>"
    picture = redraw(drawing(f"<title>T</title><desc>D</desc>{inside}"), Theme.SCREEN, "d")
    assert (picture.labels, picture.title, picture.description) == (("two words", "b"), "T", "D")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "no drawing",
        "<svg",
        "<svg viewBox='0 0 1 1'/>",
        "<html><body/></html>",
        "<!DOCTYPE svg [<!ENTITY a 'b'>]>" + drawing("<text>&a;</text>"),
        drawing("", view_box=""),
        drawing("", view_box="0 0 0 0"),
        drawing("", view_box="0 0 1e9 1"),
        drawing("", view_box="0 0 NaN 1"),
        drawing("", view_box="a b c d"),
        drawing("<g>" * (MAX_DEPTH + 2) + "</g>" * (MAX_DEPTH + 2)),
        drawing("<circle r='1'/>" * 13_000),
    ],
)
def test_what_is_no_drawing_is_refused(raw: str) -> None:
    with pytest.raises(NotADrawingError):
        redraw(raw, Theme.SCREEN, "d")


def test_references_to_references_do_not_multiply() -> None:
    levels = "".join(
        f"<g id='l{n}'>" + f"<use href='#l{n - 1}'/>" * 10 + "</g>" for n in range(1, 12)
    )
    picture: Picture = redraw(
        drawing(f"<defs><g id='l0'><circle r='1'/></g>{levels}</defs><use href='#l11'/>"),
        Theme.SCREEN,
        "d",
    )
    assert picture.body == ""
