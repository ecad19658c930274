"""Whatever anybody types."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.markup import Theme, inline, plain, render, word_count
from tests.markup.html_check import INLINE, read

PIECES = [
    "#", "##", "-", "*", "_", "**", "`", "``", "```", "~~~", "> ", "- ", "1. ", "1) ", "    ",
    "|", "|-|-|", ":-:", "[", "]", "(", ")", "![", "](", "[x]: https://a.b", "[x]", "[ ] ", "---",
    "===", "\n", "\n\n", "  \n", "\t", "\\", "<", ">", "</", "/>", "<!--", "-->", "<![CDATA[",
    "<script>", "</script>", "<style>", "<svg onload=x>", "<img src=x onerror=x>", "<a href=",
    "javascript:", "data:", "https://a.b/c_d", "<https://a.b>", "mailto:a@b.c", "onclick=",
    "style=", "hx-get=", '"', "'", "&", "&lt;", "&#106;", "&#x3c;", "&colon;", "word", "two words",
    "é", "日本", "mermaid", "```mermaid\n", "pie\n", '"a": 1', "flowchart TD\n", "a-->b", "\x00",
    "\x02", "\x03", "\x1a", "\x1a0\x1a", "\ud800", "\u202e", "\u2028", "{", "}", "{: #x}",
    "%%{", "}%%",
]  # fmt: skip

typed = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map(" ".join),
)
labels = st.text(max_size=40) | st.lists(st.sampled_from(PIECES), max_size=6).map("".join)


@settings(max_examples=300)
@given(text=typed, theme=st.sampled_from(Theme))
def test_only_what_is_allowed_comes_out(text: str, theme: Theme) -> None:
    read(render(text, theme=theme))


@settings(max_examples=150)
@given(text=typed)
def test_a_line_is_never_more_than_a_line(text: str) -> None:
    html = inline(text)
    read(html, allowed=INLINE)
    assert "\n" not in html


@settings(max_examples=150)
@given(text=typed)
def test_plain_words_are_one_line_and_counted(text: str) -> None:
    words = plain(text)
    assert words == " ".join(words.split())
    assert 0 <= word_count(text) <= len(words.split())


@settings(max_examples=100)
@given(text=typed)
def test_rendering_twice_gives_the_same(text: str) -> None:
    first = render(text)
    assert render(text + " ") is not None
    assert render(text) == first


@settings(max_examples=60)
@given(first=labels, second=labels, theme=st.sampled_from(Theme))
def test_no_label_breaks_out_of_a_diagram(first: str, second: str, theme: Theme) -> None:
    source = f'flowchart TD\n  a["{first}"] -->|{second}| b({second})\n  style a fill:{first}'
    html = render(f"```mermaid\n{source}\n```", theme=theme)
    read(html)
    if theme is Theme.PRINT and "<svg" in html:
        assert 'fill="var(' not in html


@settings(max_examples=100)
@given(words=st.lists(st.from_regex(r"[a-zäé]{1,12}", fullmatch=True), min_size=1, max_size=30))
def test_words_alone_come_back_as_they_are(words: list[str]) -> None:
    text = " ".join(words)
    assert render(text) == f"<p>{text}</p>"
    assert plain(text) == text
    assert word_count(text) == len(words)
    assert inline(text) == text
