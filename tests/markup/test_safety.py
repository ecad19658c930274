"""What must not come through, however it is written."""

from __future__ import annotations

import pytest

from mlsd_app.markup import Theme, inline, render
from tests.markup.html_check import INLINE, read

SCRIPTS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<style>@page { size: 1mm }</style>",
    "<style>*{background:url(https://evil.example)}</style>",
    "<link rel=attachment href=file:///etc/passwd>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<base href=https://evil.example/>",
    "<iframe src=https://evil.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=https://evil.example><input name=password></form>",
    "<!-- a comment --><![CDATA[x]]><?php x ?><!DOCTYPE x>",
    "<img src=x onerror=alert(1)>",
    "<p onclick=alert(1) style='color:red' class=error id=main data-x=1>hi</p>",
    "<b hx-get=/designs hx-trigger=load>hi</b>",
    "<div data-hx-post=/designs hx-on:click='alert(1)'>hi</div>",
    "<svg onload=alert(1)><script>alert(1)</script></svg>",
    "<svg><foreignObject><body onload=alert(1)></foreignObject></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(1)>#x'/></svg>",
    "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)></style></mglyph></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<details open ontoggle=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<figure class='diagram'>0</figure>",
]


@pytest.mark.parametrize("text", SCRIPTS)
@pytest.mark.parametrize(
    "around", ["{}", "> {}", "- {}", "# {}", "a|b\n-|-\n{}|c", "*{}*", "\n{}\n"]
)
def test_raw_html_is_shown_as_text(text: str, around: str) -> None:
    shown = read(render(around.format(text)))
    assert shown.text.replace(" ", "").count("<") >= 1
    assert not {"script", "style", "img", "svg", "form"} & set(shown.tags)


@pytest.mark.parametrize("text", SCRIPTS)
def test_raw_html_in_code_is_shown_as_text(text: str) -> None:
    assert text in read(render(f"```\n{text}\n```")).text
    assert text in read(render(f"~~~html\n{text}\n~~~")).text


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "java\nscript:alert(1)",
        "javascript&#58;alert(1)",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6A;avascript:alert(1)",
        "&#0000106avascript:alert(1)",
        "\x01javascript:alert(1)",
        "\u200bjavascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "data:text/html;base64,PHNjcmlwdD4=",
        "vbscript:msgbox(1)",
        "file:///etc/passwd",
        "ftp://example.org/x",
        "blob:null/x",
        "view-source:about:blank",
        "//evil.example/x",
        "/designs/1/delete",
        "?next=x",
        "#main",
        "https\\:evil",
        "feed:javascript:alert(1)",
        "http:javascript:alert(1)",
    ],
)
@pytest.mark.parametrize(
    "link",
    [
        "[x]({})",
        "[x](<{}>)",
        '[x]({} "title")',
        "![x]({})",
        "<{}>",
        "[x][y]\n\n[y]: {}",
        "[y]\n\n[y]: <{}> (title)",
        "[[x]({})]({})",
        "{}",
    ],
)
def test_only_web_and_mail_addresses_become_links(link: str, address: str) -> None:
    shown = read(render(link.replace("{}", address)))
    assert [value for tag, name, value in shown.attributes if name == "href"] == []


def test_a_link_carries_nothing_but_its_address() -> None:
    html = render('[x](https://example.org/a?b=1&c=2 "onclick=alert(1)")')
    assert html == (
        '<p><a href="https://example.org/a?b=1&amp;c=2" rel="noopener nofollow ugc">x</a></p>'
    )


def test_an_address_cannot_leave_its_attribute() -> None:
    shown = read(render('[x](https://example.org/"onmouseover="alert(1)) <https://a.b/"x=">'))
    assert {name for _, name, _ in shown.attributes} == {"href", "rel"}


def test_an_image_becomes_a_link_to_it() -> None:
    shown = read(render("![a cat](https://example.org/cat.png)"))
    assert shown.tags == ["p", "a"]
    assert shown.text == "a cat"


@pytest.mark.parametrize(
    "text",
    [
        "**<b>**",
        "*a **b*</em><script>** c*",
        "`</code><script>alert(1)</script>`",
        '``` js"onload=alert(1)\nx\n```',
        "```<script>\nx\n```",
        "[<img src=x onerror=alert(1)>](https://example.org)",
        "[a](https://example.org)[b](javascript:alert(1))",
        "a|<script>\n-|-\nc|d",
        "\\<script\\>alert(1)\\</script\\>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&#60;script&#62;alert(1)&#60;/script&#62;",
        "\x02klzzwxh:0000\x03<script>\x02" + "60\x03",
        "\x02wzxhzdk:0\x03 \x020\x03 \x1a0\x1a",
        "{: onclick=alert(1) #id .class }",
        "# x {#id onclick=alert(1)}",
        "[TOC] [^1] *[HTML]: x",
        "- [x] <script>alert(1)</script>",
        "<https://example.org/<script>>",
        "1. <a\n2. href=javascript:alert(1)>",
    ],
)
def test_tricks_with_markdown_end_as_text(text: str) -> None:
    read(render(text))
    read(inline(text), allowed=INLINE)


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize(
    "source",
    [
        'flowchart TD\na["<script>alert(1)</script>"]',
        'flowchart TD\na["<img src=x onerror=alert(1)>"]',
        'flowchart TD\na["</text></svg><script>alert(1)</script>"]',
        "flowchart TD\na[\"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;\"]",
        'flowchart TD\na\nclick a href "javascript:alert(1)" "tip"',
        "flowchart TD\na\nclick a call alert(1)",
        'flowchart TD\na@{ img: "https://evil.example/x.png", label: "x", w: 60, h: 60 }',
        "flowchart TD\na\nstyle a fill:url(https://evil.example/x)",
        "flowchart TD\na\nclassDef x fill:#fff,background:url(https://evil.example)\nclass a x",
        "flowchart TD\na\nstyle a fill:#f00;}</style><script>alert(1)</script>",
        '%%{init: {"themeCSS": "*{background:url(https://evil.example)}"}}%%\nflowchart TD\na',
        '%%{init: {"securityLevel": "loose", "htmlLabels": true}}%%\nflowchart TD\na["<b>x</b>"]',
        "---\nconfig:\n  securityLevel: loose\n  themeCSS: '*{}'\n---\nflowchart TD\na",
        '---\ntitle: "</title><script>alert(1)</script>"\n---\nflowchart TD\na',
        "flowchart TD\naccTitle: </title><script>alert(1)</script>\naccDescr: <b onload=x>\na",
        'sequenceDiagram\nlinks A: {"x": "javascript:alert(1)"}\nA->>A: <script>x</script>',
        'gantt\ndateFormat YYYY-MM-DD\na: i, 2026-01-01, 1d\nclick i href "javascript:alert(1)"',
        'classDiagram\nclass A\nclick A href "javascript:alert(1)"',
        "stateDiagram-v2\na: <script>alert(1)</script>",
        'pie\n"<script>alert(1)</script>": 1',
    ],
)
def test_a_hostile_diagram_is_harmless(source: str, theme: Theme) -> None:
    html = render(f"```mermaid\n{source}\n```", theme=theme)
    shown = read(html)
    assert "evil.example" not in "".join(value for *_, value in shown.attributes)
    assert "style" not in {name for _, name, _ in shown.attributes}


def test_a_broken_diagram_is_shown_as_text() -> None:
    shown = read(render("```mermaid\nflowchart TD\na --> [<script>alert(1)</script>\n```"))
    assert shown.tags == ["figure", "p", "pre", "code"]
    assert "<script>alert(1)</script>" in shown.text


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\ud800b", "\udfff", "a\x1ab\x1a0\x1a", "a\ufffeb\x85"]
)
def test_unprintable_characters_are_left_out(text: str) -> None:
    for fence in ("", "```\n", "```mermaid\nflowchart TD\n"):
        html = render(fence + text)
        assert not set(html) & set("\x00\x1a\x85\ud800\udfff\ufffe")
        read(html)
    read(inline(text), allowed=INLINE)
