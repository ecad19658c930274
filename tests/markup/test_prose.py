"""What must stay: the Markdown people know, in the house's own HTML."""

from __future__ import annotations

import logging

import pytest

from mlsd_app.markup import prose, render, rendering
from tests.markup.html_check import read


def flat(text: str) -> str:
    """Rendered, without the line ends between tags."""
    read(render(text))
    return render(text).replace("\n", "")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("words", "<p>words</p>"),
        ("a *b* **c** ***d*** _e_ __f__", "<p>a <em>b</em> <strong>c</strong> "
         "<strong><em>d</em></strong> <em>e</em> <strong>f</strong></p>"),
        ("snake_case_name 2*3*4", "<p>snake_case_name 2<em>3</em>4</p>"),
        ("`a < b` and ``x`y``", "<p><code>a &lt; b</code> and <code>x`y</code></p>"),
        ("\\*plain\\* 1 < 2 & 3", "<p>*plain* 1 &lt; 2 &amp; 3</p>"),
        ("> said\n> again", "<blockquote><p>saidagain</p></blockquote>"),
        ("> > deeper", "<blockquote><blockquote><p>deeper</p></blockquote></blockquote>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        ("a\n- - -\nb", "<p>a</p><hr><p>b</p>"),
        ("a  \nb", "<p>a<br>b</p>"),
        ("© &copy; é 日本", "<p>© © é 日本</p>"),
        ("#1 is latency", "<p>#1 is latency</p>"),
        ("- #1 is latency", "<ul><li>#1 is latency</li></ul>"),
        ("", ""),
        (" \n\t\n", ""),
    ],
)  # fmt: skip
def test_text(text: str, html: str) -> None:
    assert flat(text) == html


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("# a", ["h4"]),
        ("a\n===\nb\n---", ["h4", "h5"]),
        ("# a\n## b\n### c\n#### d\n# e", ["h4", "h5", "h6", "h6", "h4"]),
        ("### a\n### b\n# c", ["h4", "h5", "h4"]),
        ("> # a\n\n###### b", ["h4", "h5"]),
    ],
)
def test_headings_go_below_those_of_the_page_and_skip_no_level(text: str, tags: list[str]) -> None:
    assert [tag for tag in read(render(text)).tags if tag != "blockquote"] == tags


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("* a\n+ b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("1) a\n2) b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("1234567890. a", "<p>1234567890. a</p>"),
        ("- a\n  - b\n    - c\n- d",
         "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ul>"),
        ("- a\n    - b\n        - c", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("1. a\n   - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("- a\n1. b", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("- a\n\n  b\n- c", "<ul><li><p>a</p><p>b</p></li><li><p>c</p></li></ul>"),
        ("Points:\n- a", "<p>Points:</p><ul><li>a</li></ul>"),
        ("It was\n1998. So", "<p>It was1998. So</p>"),
        ("- a\n-", "<ul><li>a-</li></ul>"),
        ("- a\n---\nb", "<ul><li>a</li></ul><hr><p>b</p>"),
        ("- a\n# b\n- c", "<ul><li>a</li></ul><h4>b</h4><ul><li>c</li></ul>"),
        ("> - a\n>   - b", "<blockquote><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>"),
        ("- > a\n- b", "<ul><li><blockquote><p>a</p></blockquote></li><li>b</li></ul>"),
    ],
)  # fmt: skip
def test_lists(text: str, html: str) -> None:
    assert flat(text) == html


def test_tasks_say_whether_they_are_done() -> None:
    assert flat("- [ ] a\n- [x] *b*\n- [X] c\n- [y] d") == (
        '<ul><li class="task task--open">☐ a</li><li class="task task--done">☑ <em>b</em></li>'
        '<li class="task task--done">☑ c</li><li>[y] d</li></ul>'
    )


def test_tasks_with_space_between_them() -> None:
    html = flat("- [ ] a\n\n- [x] b")
    assert '<li class="task task--open"><p>☐ a</p></li>' in html
    assert '<li class="task task--done"><p>☑ b</p></li>' in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("```\na < b\n  c\n\nd\n```", "<pre><code>a &lt; b\n  c\n\nd\n</code></pre>"),
        ("~~~python\nx = '```'\n~~~", "<pre><code>x = '```'\n</code></pre>"),
        ("````\n```\n````", "<pre><code>```\n</code></pre>"),
        ("```\nnever closed", "<pre><code>never closed\n</code></pre>"),
        ("    indented\n      more", "<pre><code>indented\n  more\n</code></pre>"),
        ("a\n```\nb\n```\nc", "<p>a</p>\n<pre><code>b\n</code></pre>\n<p>c</p>"),
        ("```inline``` words", "<p><code>inline</code> words</p>"),
        ("> ```\n> a\n> ```\n> b",
         "<blockquote>\n<pre><code>a\n</code></pre>\n<p>b</p>\n</blockquote>"),
        ("> ```\n> a\nb", "<blockquote>\n<pre><code>a\n</code></pre>\n</blockquote>\n<p>b</p>"),
    ],
)  # fmt: skip
def test_code_keeps_its_spaces(text: str, html: str) -> None:
    read(render(text))
    assert render(text) == html


def test_code_stays_in_its_list_item() -> None:
    assert flat("1. a\n\n   ```py\n   x = 1\n     y\n   ```\n2. b") == (
        "<ol><li><p>a</p><pre><code>x = 1  y</code></pre></li><li><p>b</p></li></ol>"
    )
    assert flat("- ```\n  x\n  ```\n  a\n- b") == (
        "<ul><li><pre><code>x</code></pre><p>a</p></li><li><p>b</p></li></ul>"
    )


def test_code_where_no_block_can_stand_is_not_lost() -> None:
    assert flat("a\n5. ```\nx < y\n```\nb") == "<p>a5. <code>x &lt; y</code></p><p>b</p>"


def test_tables_name_their_columns_and_keep_their_alignment() -> None:
    assert flat("a | b | c | d\n--|:--|:-:|--:\n1 | *2* | `3|4` | 5\\|6") == (
        '<table><thead><tr><th scope="col">a</th><th class="cell--left" scope="col">b</th>'
        '<th class="cell--center" scope="col">c</th><th class="cell--right" scope="col">d</th>'
        '</tr></thead><tbody><tr><td>1</td><td class="cell--left"><em>2</em></td>'
        '<td class="cell--center"><code>3|4</code></td><td class="cell--right">5|6</td>'
        "</tr></tbody></table>"
    )


@pytest.mark.parametrize("text", ["Costs:\n{}", "- Costs:\n  {}", "> {}"])
def test_a_table_needs_no_empty_line_before_it(text: str) -> None:
    indent = text.rpartition("\n")[2].removesuffix("{}")
    table = f"\n{indent}".join(("| a | b |", "|---|---|", "| 1 | 2 |"))
    assert read(render(text.format(table))).tags.count("td") == 2


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("[x](https://example.org)", "https://example.org"),
        ("[x](HTTPS://example.org/a_b(c))", "HTTPS://example.org/a_b(c)"),
        ("[x](<https://example.org/a b>)", "https://example.org/a%20b"),
        ("[a [b] c](http://example.org 'title')", "http://example.org"),
        ("[x](mailto:a@example.org)", "mailto:a@example.org"),
        ("<https://example.org>", "https://example.org"),
        ("<a@example.org>", "mailto:a@example.org"),
        ("See https://example.org/a_b_c.", "https://example.org/a_b_c"),
        ("(https://example.org/x)", None),
        ("[x][ref]\n\n[ref]: https://example.org", "https://example.org"),
        ("[Ref]\n\n[ref]: <https://example.org> 'title'", "https://example.org"),
        ("[x] [P1]: high", None),
        ("`https://example.org`", None),
    ],
)
def test_links(text: str, address: str | None) -> None:
    shown = read(render(text))
    found = [value for _, name, value in shown.attributes if name == "href"]
    assert found == ([address] if address else [])


def test_a_link_in_a_link_is_not_nested() -> None:
    assert read(render("[https://a.example](https://b.example)")).tags == ["p", "a"]


def test_text_beyond_the_limit_is_cut_with_a_sentence() -> None:
    html = render("word\n\n" * 40_000)
    shown = read(html)
    assert "This text has 240\u202f000 characters; the first 20\u202f000 are shown." in shown.text
    assert "Shorten it, or link to the rest." in shown.text
    assert shown.tags.count("p") < 20_000 / 5


def test_one_long_line_is_cut_within() -> None:
    shown = read(render("start\n" + "x" * 30_000))
    assert shown.text.count("x") > 19_000


def test_a_text_at_the_limit_is_whole() -> None:
    assert "markup-notice" not in render("word " * 4_000)


def test_rows_beyond_the_limit_are_left_out_with_a_sentence() -> None:
    shown = read(render("a|b\n-|-\n" + "1|2\n" * 1_000))
    assert shown.tags.count("tr") == prose.MAX_ROWS
    assert "601 of the 1000 rows of this table are not shown" in shown.text


def test_the_limit_on_rows_is_for_all_tables_of_a_text() -> None:
    shown = read(render("a|b\n-|-\n1|2\n\n" * 1_000))
    assert shown.tags.count("tr") == prose.MAX_ROWS
    assert "1 of the 1 rows of this table are not shown" in shown.text


def test_a_table_too_wide_is_shown_as_typed() -> None:
    wide = "a|" * 50 + "\n" + "-|" * 50 + "\n" + "1|" * 50
    shown = read(render(wide))
    assert "This table has 50 columns; up to 30" in shown.text
    assert shown.tags == ["p", "pre", "code"]
    assert wide in shown.text


@pytest.mark.parametrize(
    "text",
    [
        "> " * 3_000 + "a",
        "- " * 3_000 + "a",
        "1. " * 3_000 + "a",
        "> - " * 3_000 + "a",
        "\n".join(" " * 2 * depth + "- a" for depth in range(140)),
        "\n\n".join(" " * 4 * depth + "- a" for depth in range(90)),
        "\n".join("> " * depth + "a" for depth in range(140)),
        "-  -   -  -   " * 1_000 + "a",
        "[" * 10_000,
        "[a](" * 4_000,
        "[a][" * 4_000,
        "![" * 8_000,
        "*a _b " * 3_000,
        "**a " * 2_500 + "b** " * 2_000,
        "`a``b" * 4_000,
        "<a@" * 6_000,
        "https://" * 2_500,
        "```\n" * 5_000,
        "a\n=\n" * 5_000,
        "# a\n" * 5_000,
        "|" * 10_000 + "\n" + "|-" * 5_000,
        "a|" * 3_000 + "\n" + "-|" * 3_000 + "\n" + "a\n" * 3_000,
        "[a]: https://b (\n" * 1_100,
    ],
)
def test_a_text_made_to_be_slow_or_deep_is_bounded(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    html = render(text)
    read(html)
    assert len(html) < 500_000
    assert max(_depth(html, tag) for tag in ("blockquote", "li")) <= 20
    assert caplog.records == []


def _depth(html: str, tag: str) -> int:
    depth = deepest = 0
    for part in html.split("<"):
        depth += part.startswith((f"{tag}>", f"{tag} ")) - part.startswith(f"/{tag}>")
        deepest = max(depth, deepest)
    return deepest


def test_a_failure_of_the_converter_shows_the_text_as_typed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(text: str) -> prose.Prose:
        raise RecursionError(text)

    monkeypatch.setattr(prose, "to_html", fail)
    with caplog.at_level(logging.CRITICAL):
        assert render("a <b> c") == "<pre><code>a &lt;b&gt; c</code></pre>"


def test_the_same_text_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = render("a *b*")
    monkeypatch.delattr(prose, "to_html")
    assert render("a *b*") == first


def test_no_text_leaks_into_the_next() -> None:
    render("[ref]: https://example.org\n\n1. a\n\n```\nx\n```")
    rendering.forget()
    assert render("[ref]") == "<p>[ref]</p>"
