"""Names between double brackets: what stands in their place, and what never may."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.markup import Cite, Theme, inline, render
from tests.markup.html_check import INLINE, read


@dataclass(frozen=True)
class Number:
    """What a name stands for in these tests."""

    shown: str = "95 ms"
    about: str = "p99 of the path"
    state: str = ""


def known(name: str) -> Number:
    return Number(about=name)


def always(number: Number) -> Cite:
    return lambda _name: number


def as_named(state: str) -> Cite:
    """Each name stands for itself."""
    return lambda name: Number(name, name, state)


@pytest.mark.parametrize(
    "text",
    [
        "At [[a.b]] today", "- [[a.b]]", "> [[a.b]]", "# [[a.b]]", "**[[a.b]]**", "*x [[a.b]]*",
        "| h |\n|---|\n| [[a.b]] |", "[see [[a.b]]](https://example.org)", "- [ ] [[a.b]]",
        "[x]\n\n[[a.b]]\n\n[a.b]: https://example.org", "![[a.b]]", "[[[a.b]]]",
    ],
)  # fmt: skip
def test_a_name_is_shown_as_what_it_stands_for(text: str) -> None:
    shown = read(render(text, cite=known))
    assert ("data", "value", "a.b") in shown.attributes
    assert "95 ms" in shown.text
    assert "[[" not in shown.text.replace("[95 ms]", "")


@pytest.mark.parametrize(
    "text",
    [
        "`[[a.b]]`", "```\n[[a.b]]\n```", "~~~python\n[[a.b]]\n~~~", "x\n\n    [[a.b]]",
        "\\[[a.b]]", "[[a\nb]]", "[[]]", "[[ ]]", "[[1]](https://example.org)", "[[a\\_b]]",
    ],
)  # fmt: skip
def test_code_links_and_escapes_stay_as_typed(text: str) -> None:
    shown = read(render(text, cite=known))
    assert "data" not in shown.tags
    assert "95 ms" not in shown.text


def test_without_anybody_to_ask_names_stay_as_typed() -> None:
    assert render("At [[a.b]]") == "<p>At [[a.b]]</p>"
    assert inline("At [[a.b]]") == "At [[a.b]]"


def test_a_line_cites_too() -> None:
    html = inline("*at* [[a.b]], `[[a.b]]`", known)
    shown = read(html, allowed=INLINE)
    assert shown.tags == ["em", "data", "code"]
    assert shown.text == "at 95 ms, [[a.b]]"


def test_a_subroutine_of_a_diagram_is_no_citation() -> None:
    html = render("```mermaid\nflowchart LR\n  a[[serving.path_p99]] --> b\n```", cite=known)
    assert "serving.path_p99" in read(html).text
    assert "95 ms" not in html


@pytest.mark.parametrize(
    ("state", "classes"),
    [("", "cite"), ("missing", "cite cite--missing"), ("unknown", "cite cite--unknown")],
)
def test_what_is_missing_or_unknown_is_marked(state: str, classes: str) -> None:
    shown = read(render("[[a.b]]", cite=always(Number(state=state))))
    assert ("data", "class", classes) in shown.attributes


def test_another_value_is_rendered_again() -> None:
    text = "Takes [[a.b]] and [[c.d]]."
    first = render(text, cite=known)
    assert "95 ms" in first
    assert "120 ms" in render(text, cite=always(Number("120 ms")))
    assert "not yet" in render(text, cite=always(Number("95 ms", "not yet")))
    assert "[[a.b]]" in render(text)
    assert render(text, cite=known) == first


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"onmouseover='alert(1)",
    "'\"><b>",
    "&lt;script&gt;", "&#60;script&#62;", "javascript:alert(1)", "x\" class=\"dialog", "*b*", "`c`",
    "</data><script>", "<svg onload=alert(1)>", "--><!--", "{{ x }}", "\u202e", "a|b", "_x_",
    "\x02", "\x03", "klzzwxh:0001", "\x1a0\x1a", "<figure class='diagram'>0</figure>",
]  # fmt: skip
THEMES = pytest.mark.parametrize("theme", Theme)


@THEMES
@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_hostile_comes_through_a_name(name: str, theme: Theme) -> None:
    text = f"At [[{name}]].\n\n| a |\n|---|\n| [[{name}]] |"
    for state in ("", "missing", "unknown"):
        cite = as_named(state)
        read(render(text, theme=theme, cite=cite))
        read(inline(text, cite), allowed=INLINE)


@THEMES
@pytest.mark.parametrize("value", HOSTILE)
def test_nothing_hostile_comes_through_a_value(value: str, theme: Theme) -> None:
    for state in ("", value):
        cite = always(Number(value, value, state))
        read(render("At [[a.b]]", theme=theme, cite=cite))
        shown = read(inline("At [[a.b]]", cite), allowed=INLINE)
        assert shown.text.startswith("At ")


PIECES = st.sampled_from(
    ["[[", "]]", "[", "](", ")", "`", "\\", "*", "_", "\n", "- ", "> ", "|", " ", "a.b", *HOSTILE]
)


@settings(max_examples=150)
@given(text=st.lists(PIECES, max_size=40).map("".join), theme=st.sampled_from(Theme))
def test_only_what_is_allowed_comes_out(text: str, theme: Theme) -> None:
    cite = as_named("unknown")
    read(render(text, theme=theme, cite=cite))
    read(inline(text, cite), allowed=INLINE)
