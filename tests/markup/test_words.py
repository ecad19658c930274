from __future__ import annotations

import pytest

from mlsd_app.markup import inline, plain, prose, word_count


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# Title\n\nSome *text* with `code` & <b>", "Title Some text with code & <b>"),
        ("- a\n- b\n  - c", "a b c"),
        ("a|b\n-|-\nc|d", "a b c d"),
        ("[words](https://example.org) <https://example.org>", "words https://example.org"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("a\n\n```\ncode here\n```", "a code here"),
        ("a\n\n```mermaid\nflowchart TD\n b --> c\n```\n\nd", "a d"),
        ("&lt;tag&gt; &amp;", "<tag> &"),
        ("> quoted\n\n---\n", "quoted"),
        ("", ""),
        ("\x00\ud800", ""),
    ],
)
def test_plain_is_the_words_alone(text: str, words: str) -> None:
    assert plain(text) == words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("one", 1),
        ("- one\n- **two** three", 3),
        ("a — b … 50 ms", 4),
        ("# One\n\n---\n\n`two`", 2),
        ("```mermaid\nflowchart TD\na-->b\n```", 0),
        ("- [ ] task", 1),
    ],
)
def test_words_are_counted_as_they_are_read(text: str, count: int) -> None:
    assert word_count(text) == count


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("p99 of `rank()` is *high*", "p99 of <code>rank()</code> is <em>high</em>"),
        ("**a** & b < c", "<strong>a</strong> &amp; b &lt; c"),
        ("# no heading", "# no heading"),
        ("- no list", "- no list"),
        ("    no code block", "no code block"),
        ("one\n\ntwo", "one two"),
        ("[no link](https://example.org)", "[no link](https://example.org)"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a\x00b\ud800", "ab"),
        ("", ""),
    ],
)
def test_inline_is_one_line_with_emphasis_and_code(text: str, html: str) -> None:
    assert inline(text) == html


def test_a_long_line_is_cut() -> None:
    assert inline("word " * 1_000).endswith("…")


def test_a_failure_of_the_converter_shows_the_line_as_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(text: str) -> str:
        raise RecursionError(text)

    monkeypatch.setattr(prose, "inline_to_html", fail)
    assert inline("a *b* <c>") == "a *b* &lt;c&gt;"
