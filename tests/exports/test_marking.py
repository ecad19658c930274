from __future__ import annotations

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.exports.marking import marked, offset_of_answer, words_at, words_found
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.markup.plain_text import plain_text
from mlsd_app.stages.design import Design

MARK = '<a class="mark" href="#thread-0"></a>'
SETTER = Typesetter(
    Design.of(
        {"data": {"sources": [{"row": "s", "id": "impression_log"}]}, "framing": {"peak_qps": 40}}
    )
)


class Outline(HTMLParser):
    """The tags in order, and what stands open where the mark is."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.around: list[list[str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if dict(attrs).get("class") == "mark":
            self.around.append([*self.open])
        else:
            self.tags.append(f"<{tag} {attrs}>")
        if tag not in {"br", "hr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if not self.around or tag != "a":
            self.tags.append(f"</{tag}>")


def letters(text: str) -> str:
    """The letters and digits, which print leaves alone."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFD", text).casefold()))


def words_before(html: str, offset: int) -> str:
    shown = re.sub(r'<data[^>]* value="([^"]*)"[^>]*>.*?</data>', r"[[\1]]", html[:offset])
    return letters(unescape(re.sub(r"<[^>]*>", "", shown)))


PROSE = """word Größe e\u0301te\u0301 impression_log "quoted" it's -5 ... -> `impression_log`
*soft* **hard**
[link](https://example.org/a) [[framing.peak_qps]] a<b>&amp; & https://example.org 文字 שלום 🙂 end.
(aside) _one_two_"""
BLOCKS = [
    "10 000",
    "\n\n",
    "\n- item ",
    "\n> said ",
    "\n# Head\n",
    "\n```\na -> b\n```\n",
    "| a | b |",
]
WORDS = st.sampled_from([*PROSE.split(), *BLOCKS])
TEXTS = st.lists(WORDS, min_size=1, max_size=14).map(" ".join)


@settings(max_examples=400)
@given(TEXTS, st.data())
def test_a_mark_stands_behind_its_words_and_changes_nothing_else(
    text: str, data: st.DataObject
) -> None:
    html = SETTER.prose(text, data.draw(st.sampled_from(["", "Head"])))
    plain = plain_text(text)
    end = data.draw(st.integers(min_value=0, max_value=len(plain)))
    found = words_at(html, plain, 0, end)
    if found is None:
        assert not letters(plain[:end])
        return
    offset = found.after
    with_mark = marked(html, {offset: MARK})
    assert with_mark.replace(MARK, "") == html
    outline = Outline(with_mark)
    assert len(outline.around) == 1
    assert not {"a", "code", "data"} & set(outline.around[0])
    before = words_before(html, offset).removeprefix("head" if html.find('class="q"') > 0 else "")
    said = letters(plain[:end])
    assert before.startswith(said)
    assert letters(plain).startswith(before)


@pytest.mark.parametrize(
    ("source", "quote", "shown"),
    [
        ("One two three", "two", "<p>One two| three.</p>"),
        ("One two, three", "two", "<p>One two,| three.</p>"),
        ('He said "two words" then', "two words", "<p>He said “two words”| then.</p>"),
        ("One tw*o*s three", "tw", "<p>One tw|<em>o</em>s three.</p>"),
        ("See [the list](https://e.org/x), please", "the", "</a>,| please.</p>"),
        ("It reads impression_log daily", "impression", "</a>| daily.</p>"),
        ("10 000 rows", "10", "<p>10|\u202f000 rows.</p>"),
        ("One & two", "One &", "<p>One &amp;| two.</p>"),
        ("Peak is [[framing.peak_qps]] now", "is [[framing.peak_qps]]", "</data>| now.</p>"),
    ],
)
def test_the_place_of_a_mark(source: str, quote: str, shown: str) -> None:
    html, plain = SETTER.prose(source), plain_text(source)
    found = words_at(html, plain, plain.index(quote), plain.index(quote) + len(quote))
    assert found is not None
    assert shown in marked(html, {found.after: "|"})


LINE = re.compile(r"</?mark>")


@settings(max_examples=400)
@given(TEXTS, st.data())
def test_a_line_stands_below_its_words_and_changes_nothing_else(
    text: str, data: st.DataObject
) -> None:
    html = SETTER.prose(text, data.draw(st.sampled_from(["", "Head"])))
    plain = plain_text(text)
    places = st.integers(min_value=0, max_value=len(plain))
    start, end = sorted((data.draw(places), data.draw(places)))
    found = words_at(html, plain, start, end)
    if found is None:
        return
    lined = marked(html, {found.after: MARK}, [found])
    assert LINE.sub("", lined) == marked(html, {found.after: MARK})
    assert Outline(lined).open == []
    assert not re.search(r"<mark>[^<]*<(?!/mark>)|<(?:ul|ol|table|tr|thead|tbody)>\s*<mark>", lined)
    shown = letters(plain[start:end])
    below = "".join(re.findall(r"<mark>(.*?)</mark>", lined, re.DOTALL))
    assert shown in letters(unescape(below)) or "<data" in lined or "<figure" in lined


@pytest.mark.parametrize(
    ("source", "quote", "shown"),
    [
        ("One two three", "two", "<p>One <mark>two</mark> three.</p>"),
        ("One two, three", "wo, thr", "<p>One <mark>two, three</mark>.</p>"),
        (
            "One *two **three** four* five",
            "two three four five",
            "<p>One <em><mark>two </mark><strong><mark>three</mark></strong><mark> four</mark></em>"
            "<mark> five</mark>.</p>",
        ),
        ("*One* *two*", "One two", "<em><mark>One</mark></em><mark> </mark><em><mark>two</mark>"),
        ("See [the list](https://e.org/x)", "list", ">the <mark>list</mark></a>"),
        ("It reads impression_log", "reads imp", "<mark>reads </mark><a class"),
        ("`pip install x` it", "install", "<code>pip <mark>install</mark> x</code> it."),
        (
            "- one\n- two",
            plain_text("- one\n- two"),
            "<li><mark>one</mark></li>\n<li><mark>two</mark></li>",
        ),
        ("One & two", "&", "<p>One <mark>&amp;</mark> two.</p>"),
        ("Is [[framing.peak_qps]] so", "[[framing.peak_qps]]", "><mark>40/s</mark></data> so."),
    ],
)
def test_the_words_above_a_line(source: str, quote: str, shown: str) -> None:
    html, plain = SETTER.prose(source), plain_text(source)
    found = words_at(html, plain, plain.index(quote), plain.index(quote) + len(quote))
    assert found is not None
    assert shown in marked(html, {}, [found])


def test_lines_that_meet_are_one_and_no_mark_stands_above_one() -> None:
    html, plain = SETTER.prose("One two three four five"), "One two three four five"
    found = [words_at(html, plain, *at) for at in ((0, 13), (4, 7), (8, 18))]
    assert marked(html, {14: MARK}, filter(None, found)) == (
        f"<p><mark>One two thr</mark>{MARK}<mark>ee four</mark> five.</p>"
    )


def test_an_answer_that_is_not_what_is_shown_has_no_such_place() -> None:
    html = SETTER.prose("One two three")
    assert words_at(html, "Something else", 0, 4) is None
    assert words_at(html, "", 0, 0) is None
    assert words_found(html, "two") == (len("<p>One "), len("<p>One two"), len("<p>One two"))
    assert words_found(html, "four") is None
    assert words_found(html, "...") is None
    assert words_found(SETTER.prose("two and two"), "two") is None


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        (
            '<p><span class="q">Head.</span> Words.</p>',
            '<p><span class="q">Head.</span>| Words.</p>',
        ),
        (
            '<p class="q1"><span class="q">Head.</span></p><ul><li>a</li></ul>',
            '<p class="q1"><span class="q">Head.</span>|</p><ul><li>a</li></ul>',
        ),
        ("<p>Words.</p><p>More.</p>", "<p>Words.|</p><p>More.</p>"),
        ("<ul><li>a</li><li>b</li></ul>", "<ul><li>a|</li><li>b</li></ul>"),
        ("<hr>", "<hr>|"),
        ("31.5", "31.5|"),
        ("", "|"),
    ],
)
def test_a_mark_about_all_of_an_answer(html: str, shown: str) -> None:
    assert marked(html, {offset_of_answer(html): "|"}) == shown


def test_many_words_are_marked_at_once() -> None:
    assert marked("<p>One two</p>", {10: "2", 6: "1"}) == "<p>One1 two2</p>"
