from __future__ import annotations

import logging
import re

import pytest
from weasyprint import HTML

from mlsd_app.markup import Theme, diagrams, drawing, render, rendering
from mlsd_app.markup.drawing import Outcome
from mlsd_app.markup.theme import PALETTE
from tests.markup.diagram_samples import KINDS
from tests.markup.html_check import Reader, read

SIMPLE = "flowchart LR\n a[Hello] --> b[World]"


def fenced(*sources: str) -> str:
    return "\n\n".join(f"```mermaid\n{source}\n```" for source in sources)


def values(shown: Reader, name: str) -> list[str]:
    return [value for _, found, value in shown.attributes if found == name]


@pytest.mark.parametrize("theme", Theme)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_has_a_text_alternative(kind: str, theme: Theme) -> None:
    html = render(fenced(KINDS[kind]), theme=theme)
    shown = read(html)
    assert shown.tags[:3] == ["figure", "svg", "title"]
    assert 'role="img" viewBox="' in html
    assert f"<title>{kind}" in html


@pytest.mark.parametrize("kind", KINDS)
def test_on_the_screen_every_colour_follows_the_page(kind: str) -> None:
    shown = read(render(fenced(KINDS[kind])))
    painted = values(shown, "fill") + values(shown, "stroke")
    assert {paint for paint in painted if paint != "none"}
    assert all(paint == "none" or paint.startswith("var(--") for paint in painted)
    assert values(shown, "font-family") == ["var(--font-ui)"]


@pytest.mark.parametrize("kind", KINDS)
def test_on_paper_every_colour_is_of_the_palette(kind: str) -> None:
    html = render(fenced(KINDS[kind]), theme=Theme.PRINT)
    assert "var(" not in html
    shown = read(html)
    inks = {paint.print for paint in PALETTE} | {"none"}
    assert set(values(shown, "fill") + values(shown, "stroke")) <= inks
    assert values(shown, "font-family") == ["Inter, sans-serif"]


def test_a_drawing_has_the_size_of_its_view_box() -> None:
    html = render(fenced(SIMPLE))
    size = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)" width="(\S+)" height="(\S+)"', html)
    assert size is not None
    assert size.group(1, 2) == size.group(3, 4)
    printed = render(fenced(SIMPLE), theme=Theme.PRINT)
    assert f'width="{float(size[1]) * diagrams.POINTS_PER_UNIT:.0f}pt"' in printed


def test_labels_are_read_out_in_the_order_of_the_source() -> None:
    html = render(fenced("flowchart TD\n  z[Last] \n  a[First] -->|then| z\n  a --> m[Middle one]"))
    assert "<title>Flowchart: Last, First, then, Middle one</title>" in html


def test_the_author_can_give_the_title_and_the_description() -> None:
    html = render(fenced("flowchart TD\naccTitle: Path of a request\naccDescr: Three steps\na-->b"))
    assert "<title>Path of a request</title><desc>Three steps</desc>" in html


def test_a_long_text_alternative_is_cut() -> None:
    labels = "\n".join(f"n{i}[A label number {i}]" for i in range(60))
    title = re.search("<title>(.*?)</title>", render(fenced(f"flowchart TD\n{labels}")))
    assert title is not None
    assert len(title[1]) == diagrams.MAX_TITLE
    assert title[1].endswith("…")


def test_what_is_bold_or_coloured_by_the_author_stays_legible() -> None:
    source = "flowchart TD\n a[Red]\n style a fill:#f00,stroke:#800,color:#fff"
    html = render(fenced(source))
    assert 'fill="var(--error-soft)" stroke="var(--error)"' in html
    assert '">Red</text>' in html
    assert "var(--paper)" not in html.partition("<title>")[2]


def test_two_diagrams_do_not_share_their_ids() -> None:
    shown = read(render(fenced(SIMPLE, SIMPLE)))
    ids = values(shown, "id")
    assert len(ids) == len(set(ids)) == 2
    assert sorted(values(shown, "marker-end")) == sorted(f"url(#{name})" for name in ids)


def test_a_diagram_stands_between_the_paragraphs_it_was_written_between() -> None:
    html = render(f"before\n{fenced(SIMPLE)}\nafter")
    tags = [tag for tag in read(html).tags if tag in ("p", "figure")]
    assert tags == ["p", "figure", "p"]


def test_a_diagram_may_stand_in_a_list_or_a_quote() -> None:
    html = render(f"- a\n\n  {fenced(SIMPLE)}".replace("\n", "\n  "))
    assert re.search(r"<li>.*<figure.*</figure>.*</li>", html, re.DOTALL)
    quoted = render("\n".join(f"> {line}" for line in fenced(SIMPLE).split("\n")))
    assert re.search(r"<blockquote>\s*<figure.*</figure>\s*</blockquote>", quoted, re.DOTALL)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("flowchart TD\n  a --> b\n  b --> [x",
         "Line 3 of this diagram could not be read: unterminated node label (missing `]`)."),
        ("%%{init: {}}%%\n%% comment\nflowchart TD\n a --> [x", "Line 4 of this diagram"),
        ("---\ntitle: x\nconfig:\n  theme: dark\n---\nflowchart TD\n a --> [x", "Line 7 of this"),
        ("sequenceDiagram\n A->>B: x\n A->B", "Line 3 of this diagram could not be read"),
        ('pie\n "a": 1\n "b": x', "Line 3 of this diagram could not be read"),
        ("stateDiagram-v2\n state {", "This diagram could not be read: expected a state id."),
        ("gantt\n dateFormat YYYY-MM-DD\n foo: bar, baz", "unreadable date:bar. Correct it"),
        ("flwchart TD\n a --> b", "“flwchart” is none drawn here. Write flowchart."),
        ("Flowchart TD\n a --> b", "Write flowchart."),
        ("sequence\nA->>B: x", "Start with flowchart, sequenceDiagram,"),
        ("sankey-beta\na,b,1", "“sankey-beta” is none drawn here. Start with"),
        ("", "This diagram is empty. Start it with flowchart"),
        ("%% only a comment", "This diagram is empty."),
        ("flowchart TD\n a[\"$$x^2$$\"]", "Formulas in a diagram are not drawn."),
        ("flowchart TD\n" + "a --> b\n" * 2_000, "too large to draw. Split it"),
        ("flowchart TD\n" + "\n".join(f"a --> b{i}" for i in range(900)), "too large to draw."),
        ("flowchart TD\n" + "x" * 21_000, "This text has"),
    ],
)  # fmt: skip
def test_a_mistake_says_what_happened_and_what_to_do(source: str, message: str) -> None:
    shown = read(render(fenced(source)))
    assert message in shown.text


def test_a_mistake_stands_where_the_diagram_would_be() -> None:
    html = render(f"before\n\n{fenced('flowchart TD' + chr(10) + ' a --> [<b>')}\n\nafter")
    assert re.fullmatch(
        r'<p>before</p>\s*<figure class="diagram diagram--error"><p>Line 2 .*?</p>'
        r"<pre><code>flowchart TD\n a --&gt; \[&lt;b&gt;</code></pre></figure>\s*<p>after</p>",
        html,
    )


def test_one_mistake_does_not_take_the_other_diagrams_along() -> None:
    shown = read(render(fenced("flowchart TD\n a --> [x", SIMPLE)))
    assert shown.tags.count("figure") == 2
    assert shown.tags.count("svg") == 1


def test_an_authors_settings_do_not_change_the_house_style() -> None:
    plain = render(fenced(SIMPLE))
    styled = '%%{init: {"theme": "forest", "flowchart": {"nodeSpacing": 900}}}%%\n' + SIMPLE
    front = f"---\nconfig:\n  theme: forest\n  fontSize: 99\n---\n{SIMPLE}"
    strip = re.compile(r"d[0-9a-f]{10}-")
    assert strip.sub("", render(fenced(styled))) == strip.sub("", plain)
    assert strip.sub("", render(fenced(front))) == strip.sub("", plain)


def test_a_title_in_the_front_matter_is_kept() -> None:
    assert ">Request path</text>" in render(fenced(f"---\ntitle: Request path\n---\n{SIMPLE}"))


def test_diagrams_beyond_the_limit_are_shown_as_source() -> None:
    count = rendering.MAX_DIAGRAMS + 2
    shown = read(render(fenced(*(f'pie\n"a{i}": 1' for i in range(count)))))
    assert shown.tags.count("svg") == rendering.MAX_DIAGRAMS
    assert shown.text.count("A text has room for 12 diagrams") == 2


def test_without_the_engine_the_source_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "find_spec", lambda name: None)
    assert render(fenced('pie\n"a": 1')) == (
        '<figure class="diagram diagram--source"><p>Diagrams are not drawn on this machine, '
        'so here is the source.</p><pre><code>pie\n"a": 1</code></pre></figure>'
    )


def test_what_failed_by_chance_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Outcome] = [drawing.STOPPED]

    def draw(source: str) -> Outcome:
        return outcomes.pop() if outcomes else drawing.draw(source)

    monkeypatch.setattr(diagrams, "draw", draw)
    assert "could not be drawn just now. Reload the page." in render(fenced(SIMPLE))
    assert "<svg" in render(fenced(SIMPLE))


def test_slow_diagrams_do_not_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "DRAWING_SECONDS", -1.0)
    assert "so this one is not drawn. Reload the page." in render(fenced(SIMPLE))
    monkeypatch.undo()
    assert "<svg" in render(fenced(SIMPLE))


def test_a_failure_while_drawing_shows_the_source(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def draw(source: str) -> Outcome:
        raise ZeroDivisionError(source)

    monkeypatch.setattr(diagrams, "draw", draw)
    with caplog.at_level(logging.CRITICAL):
        html = render(f"a\n\n{fenced(SIMPLE)}\n\nb")
    assert "This diagram could not be drawn. Write it in a simpler way." in html
    assert read(html).tags == ["p", "figure", "p", "pre", "code", "p"]


def test_weasyprint_sets_every_kind(caplog: pytest.LogCaptureFixture) -> None:
    html = render(fenced(*list(KINDS.values())[:12]), theme=Theme.PRINT)
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        document = HTML(string=html).render()
        pdf = document.write_pdf()
    assert pdf.startswith(b"%PDF")
    assert [record.message for record in caplog.records if record.levelno > logging.WARNING] == []
