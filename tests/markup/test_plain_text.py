from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.markup import inline, prose, render
from mlsd_app.markup.plain_text import Written, forget, plain_text
from tests.markup.test_properties import PIECES

SPACES = "[\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+"
MORE = [
    "[[serving.path_p99]]", "[[ a  b ]]", "Para one.\n\nPara two", "\n\nNext one", "e\u0301",
    "|a|b|\n|-|-|\n|c|d|\n", "\xa0", "a  b", "- x\n\nY", "[ ] t", "`[[a]]`", "# H\n\n",
    "\n\n    code\n\n",
]  # fmt: skip

typed = st.one_of(
    st.lists(st.sampled_from([*PIECES, *MORE]), max_size=25).map("".join),
    st.lists(st.one_of(st.sampled_from([*PIECES, *MORE]), st.text(max_size=5))).map(" ".join),
)


@dataclass(frozen=True)
class Cited:
    """A number in place of its name."""

    shown: str = "5 ms"
    about: str = "p99 > what was asked"
    state: str = ""


class Page(HTMLParser):
    """Reads HTML as a script of the page does."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.uncounted = 0
        self.is_cited = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if self.uncounted:
            self.uncounted += tag not in {"br", "hr"}
        elif tag == "figure" or "markup-notice" in (given.get("class") or ""):
            self.uncounted = 1
        elif tag == "data":
            self.is_cited = True
            self.read.append(f"[[{given['value']}]]")
        self.part(tag)

    def handle_endtag(self, tag: str) -> None:
        self.uncounted = max(self.uncounted - 1, 0)
        self.is_cited = False
        self.part(tag)

    def handle_data(self, data: str) -> None:
        if not self.uncounted and not self.is_cited:
            self.read.append(data)

    def part(self, tag: str) -> None:
        if tag not in {"a", "code", "data", "em", "strong"}:
            self.read.append(" ")


def seen(html: str) -> str:
    """The text of a page as ``plain_text`` says that it is counted."""
    page = Page()
    page.feed(html)
    page.close()
    return unicodedata.normalize("NFC", re.sub(SPACES, " ", "".join(page.read)).strip(" "))


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("# Title\n\nSome *text* with `code` & <b>", "Title Some text with code & <b>"),
        ("- a\n- b\n  - c", "a b c"),
        ("a|b\n-|-\nc|d", "a b c d"),
        ("half**bold**half", "halfboldhalf"),
        ("[words](https://example.org)", "words"),
        ("p99 is [[serving.path_p99]] now", "p99 is [[serving.path_p99]] now"),
        ("a\n\n```mermaid\nflowchart TD\n b --> c\n```\n\nd", "a d"),
        ("a\n\n```mermaid\nno diagram\n```\n\nd", "a d"),
        ("One.\n\nTwo  \nthree.\n\nFour *five*.", "One. Two three. Four five."),
        ("[a]: https://example.org\n\nFirst.\n\nSee [a].", "First. See a."),
        ("Cafe\u0301\xa0bar", "Café bar"),
        ("&lt;tag&gt;", "<tag>"),
        ("", ""),
        ("\x00\ud800", ""),
    ],
)
def test_a_text_is_what_is_read_of_it(source: str, plain: str) -> None:
    assert plain_text(source) == plain


def test_a_list_is_its_lines_and_a_plain_answer_is_itself() -> None:
    assert (
        plain_text("- one *two*\n[x](https://a.b)", Written.LINES) == "- one two [x](https://a.b)"
    )
    assert plain_text(" - one  *two*\n[[a.b]]", Written.PLAIN) == "- one *two* [[a.b]]"


def test_a_notice_about_what_is_not_shown_is_not_counted() -> None:
    wide = "|".join("ab" * 20)
    table = f"x\n\n{wide}\n{'|'.join('-' * 40)}\n{wide}"
    assert "markup-notice" in render(table)
    assert plain_text(table) == seen(render(table))
    assert not plain_text(table).startswith("x This")


def test_a_failure_of_the_converter_leaves_the_text_as_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(text: str, cite: object) -> prose.Prose:
        raise RecursionError(text)

    forget()
    monkeypatch.setattr(prose, "to_html", fail)
    assert plain_text("*a* <b>") == "*a* <b>"
    forget()


@settings(max_examples=300)
@given(source=typed)
def test_a_page_counts_the_same_text(source: str) -> None:
    assert plain_text(source) == seen(render(source, cite=lambda name: Cited()))


@settings(max_examples=200)
@given(source=typed)
def test_a_page_counts_the_same_lines(source: str) -> None:
    items = (f"<li>{inline(line, lambda name: Cited())}</li>" for line in source.split("\n"))
    assert plain_text(source, Written.LINES) == seen(f"<ul>{''.join(items)}</ul>")
