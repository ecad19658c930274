from __future__ import annotations

import gc
import io
import re
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject
from weasyprint.logger import LOGGER, PROGRESS_LOGGER

from mlsd_app.checklist import run
from mlsd_app.exports import render
from mlsd_app.exports.assets import ASSETS, BASE_URL, AssetFetcher, NotAnAssetError, asset
from mlsd_app.exports.document import Meta, Options, document_html
from mlsd_app.exports.limits import LimitExceededError
from mlsd_app.exports.render import render_html, render_pdf
from mlsd_app.interchange import read
from mlsd_app.stages.design import NUMBERED_STAGES, Design

META = Meta(
    "Home feed video recommendation",
    ("Ada Nowak", "Lin Wei"),
    "14",
    "847bec77",
    date(2026, 11, 20),
)
CONTENTS = 1  # index of the page


def worked(name: str = "video") -> Design:
    path = Path(__file__).parents[2] / "fixtures" / f"{name}.yaml"
    return Design.of(read(path.read_text(), name=path.name).answers)


def page_of(body: str, head: str = "") -> str:
    """A document of one page with the report's style."""
    return (
        f'<!doctype html><html lang="en-GB"><head><title>T</title>{head}'
        '<link rel="stylesheet" href="faces.css"><link rel="stylesheet" href="report.css">'
        f'</head><body><section class="part">{body}</section></body></html>'
    )


def opened(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


@pytest.fixture(scope="module")
def html() -> str:
    design = worked()
    return document_html(design, META, Options(findings=True), run(design))


@pytest.fixture(scope="module")
def pdf(html: str) -> bytes:
    return render_pdf(html)


@pytest.fixture(scope="module")
def again(html: str) -> tuple[bytes, list[tuple[str, int]]]:
    """The same once more, with what was said of its progress."""
    seen: list[tuple[str, int]] = []
    made = render_pdf(html, progress=lambda step, pages: seen.append((step, pages)))
    return made, seen


@pytest.fixture(scope="module")
def reader(pdf: bytes) -> PdfReader:
    return opened(pdf)


@pytest.fixture(scope="module")
def pages(reader: PdfReader) -> list[str]:
    """The text of each page, with plain spaces and letters."""
    return [plain(page.extract_text()) for page in reader.pages]


def plain(text: str) -> str:
    text = text.translate({0x202F: " ", 0xA0: " ", 0x200B: None, 0x2019: "'"})
    return re.sub(r"-\n(?=[a-z])", "", text)


def flat(text: str) -> str:
    return re.sub(r"\s+", "", text).casefold()


# -- what the file says of itself


def root_of(reader: PdfReader) -> Any:
    """The catalogue of the file; the types of the library stop at its edge."""
    return reader.trailer["/Root"]


def resources_of(page: Any) -> Any:
    return page["/Resources"]


def test_the_file_has_its_facts(reader: PdfReader) -> None:
    root, facts = root_of(reader), reader.metadata
    assert facts is not None
    assert facts.title == META.title
    assert facts.author == "Ada Nowak, Lin Wei"
    assert facts.subject == "Machine-learning system design, revision 14"
    assert [str(facts[key]) for key in ("/CreationDate", "/ModDate")] == ["D:20261120"] * 2
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_the_file_says_it_is_accessible(reader: PdfReader) -> None:
    metadata = root_of(reader)["/Metadata"].get_object().get_data()
    assert b'pdfuaid:part="1"' in metadata


@pytest.mark.parametrize(("paper", "size"), [("A4", (595, 842)), ("Letter", (612, 792))])
def test_the_paper_is_as_asked(paper: Any, size: tuple[int, int]) -> None:
    made = opened(render_pdf(document_html(Design(), META, Options(paper=paper))))
    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in made.pages} == {size}


@pytest.mark.parametrize(("paper", "size"), [("A4", (842, 595)), ("Letter", (792, 612))])
def test_the_chain_has_one_page_on_its_side(paper: Any, size: tuple[int, int]) -> None:
    rows = [{"row": f"r{n}", "id": f"feature_number_{n}", "entity": "user"} for n in range(200)]
    sources = [{"row": f"s{n}", "id": f"source_number_{n}"} for n in range(40)]
    design = Design.of({"features": {"rows": rows}, "data": {"sources": sources}})
    html = document_html(design, META, Options(paper=paper, findings=True), run(design))
    head, start, rest = html.partition('<section class="part part--landscape" id="chain">')
    chain = f"{head.partition('<body>')[0]}<body>{start}{rest.partition('</section>')[0]}</section>"
    [page] = opened(render_pdf(f"{chain}</body></html>")).pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == size
    assert "200 features" in plain(page.extract_text())
    assert "error" in plain(page.extract_text())


def test_the_chain_shows_holes_only_with_the_findings() -> None:
    design = Design.of({"framing": {"business_kpi": "Weekly active people"}})
    for findings in (True, False):
        html = document_html(design, META, Options(findings=findings), run(design))
        chain = html.partition('id="chain"')[2].partition("</section>")[0]
        assert ("Nothing is monitored" in " ".join(chain.split())) == findings


def test_every_face_is_ours_and_embedded(reader: PdfReader) -> None:
    names = set()
    for page in reader.pages:
        for font in resources_of(page)["/Font"].values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"].get_object()
            assert descriptor.keys() & {"/FontFile2", "/FontFile3"}
            assert "/ToUnicode" in font.get_object()
            names.add(str(descriptor["/FontName"]).partition("+")[2].rstrip(","))
    families = ("Source-Serif-4", "Inter", "JetBrains-Mono")
    assert all(name.startswith(families) for name in names)
    assert len(names) == 6


def test_other_alphabets_need_no_other_face() -> None:
    words = "Zażółć gęślą jaźń. Σύστημα. Система рекомендует. 5 ≤ 6 → ✓"
    made = opened(render_pdf(page_of(f"<p>{words}</p>")))
    assert flat(words) in flat(made.pages[0].extract_text())
    fonts = resources_of(made.pages[0])["/Font"]
    assert len(fonts) == 2  # the text's, and that of the page number


@pytest.mark.parametrize("words", ["🙂 👍🏽", "✅ ❤️ ⚠️ 1️⃣", "🚀 👩‍💻 🫠", "🇵🇱"])
@pytest.mark.parametrize("set_in", ["p", "h4", "code"])
def test_emoji_have_a_face_of_ours(
    words: str, set_in: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING", logger=LOGGER.name):
        made = opened(render_pdf(page_of(f"<{set_in}>Good {words} enough</{set_in}>")))
    assert caplog.messages == []  # such as a glyph that no face has
    fonts = resources_of(made.pages[0])["/Font"].values()
    names = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts}
    assert "emoji" in names
    assert len(names) <= 3  # with the text's, and that of the page number


# -- structure


def elements(node: Any) -> Iterator[DictionaryObject]:
    """Every element of the structure tree."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        for child in node:
            yield from elements(child)
    elif isinstance(node, DictionaryObject) and "/S" in node:
        yield node
        if "/K" in node:
            yield from elements(node["/K"])


def test_figures_tell_what_they_show(reader: PdfReader) -> None:
    tree = root_of(reader)["/StructTreeRoot"]
    found = [node for node in elements(tree["/K"]) if str(node["/S"]) == "/Figure"]
    told = [str(node["/Alt"]) for node in found]
    assert len(told) >= 7
    for start in ("Pipeline drawn", "Metric chain", "Latency budget", "Rollout", "Flowchart"):
        assert any(alt.startswith(start) for alt in told)


def test_tables_have_heads(reader: PdfReader) -> None:
    tree = root_of(reader)["/StructTreeRoot"]
    kinds = [str(node["/S"]) for node in elements(tree["/K"])]
    assert kinds.count("/Table") > 15
    assert kinds.count("/TH") > kinds.count("/Table")
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == len(NUMBERED_STAGES) + 6
    assert kinds.count("/H3") > 30


def outline(reader: PdfReader, items: Any = None, level: int = 1) -> Iterator[tuple[int, str, int]]:
    """Level, title and page number of every bookmark."""
    for item in reader.outline if items is None else items:
        if isinstance(item, list):
            yield from outline(reader, item, level + 1)
        else:
            page = reader.get_destination_page_number(item)
            assert page is not None
            yield level, str(item.title), page + 1


def test_bookmarks_are_the_headings(html: str, reader: PdfReader) -> None:
    marks = list(outline(reader))
    assert [title for level, title, _ in marks if level == 1] == [
        META.title,
        "Contents",
        *re.findall(r'<h2 data-label="([^"]+)"', html),
    ]
    sections = re.findall(r"<h3[^>]*><span>([^<]+)</span></h3>", html)
    assert [title for level, title, _ in marks if level == 2] == sections


def test_the_contents_name_the_pages_where_things_are(reader: PdfReader, pages: list[str]) -> None:
    lines = re.findall(r"^(?:[1-7A] )?(\S.*?)(?: \.)+\s+(\d+)$", pages[CONTENTS], re.MULTILINE)
    listed = [(title, int(page)) for title, page in lines if not title.startswith("Figure")]
    marks = [
        (title.rpartition(": ")[2], page)
        for _, title, page in outline(reader)
        if page > CONTENTS + 1
    ]
    assert sorted(listed) == sorted(marks)
    assert len(listed) > 45


def test_figures_are_listed_with_their_pages(pages: list[str]) -> None:
    lines = re.findall(r"^(Figure \d\.\d) +.*?(?: \.)+\s+(\d+)$", pages[CONTENTS], re.MULTILINE)
    assert len(lines) >= 6
    for label, page in lines:
        assert label in pages[int(page) - 1]


def test_every_stage_starts_a_page_with_its_head(reader: PdfReader, pages: list[str]) -> None:
    starts = {title: page for level, title, page in outline(reader) if level == 1}
    for stage in NUMBERED_STAGES:
        page = starts[f"Stage {stage.number}: {stage.title}"]
        assert pages[page - 1].lstrip().startswith(f"Stage {stage.number}")
        assert stage.purpose in pages[page - 1]


def test_pages_have_heads_and_feet(pages: list[str]) -> None:
    for number, text in enumerate(pages[CONTENTS:], start=CONTENTS + 1):
        assert META.title in text
        assert "Revision 14, 847bec77, 20 November 2026" in text
        assert re.search(rf"\b{number}\s*$", text)
    assert not re.search(r"\b1\s*$", pages[0])


def test_the_answers_are_in_the_text(pages: list[str]) -> None:
    said = flat("".join(pages))
    for answer in (
        "new tastes show up a day late and niche creators are rarely seen",
        "user_topic_affinity_28d",
        "split by country, app version and arm, then read the release log",
        "Deep Neural Networks for YouTube Recommendations",
        "450 000 USD",
        "99.95 %",
        "600 M/day",
        "m_dq_catalogue",
        "No check finds anything",
        "SIL Open Font License",
    ):
        assert flat(answer) in said, answer


def test_no_page_is_left_almost_empty(reader: PdfReader, pages: list[str]) -> None:
    assert len(reader.pages) <= 24
    assert all(len(text) > 250 for text in pages[CONTENTS:])


def test_links_lead_to_pages(reader: PdfReader) -> None:
    named = reader.named_destinations
    links = [
        annotation.get_object() for page in reader.pages for annotation in page.get("/Annots", [])
    ]
    inside = [str(link["/Dest"]) for link in links if "/Dest" in link]
    assert len(inside) > 100
    assert set(inside) <= set(named)


# -- the same, and nothing else


def test_the_same_document_gives_the_same_bytes(
    pdf: bytes, again: tuple[bytes, list[tuple[str, int]]]
) -> None:
    assert again[0] == pdf


def test_an_empty_design_is_printed() -> None:
    made = opened(render_pdf(document_html(Design(), Meta(""))))
    text = plain("".join(page.extract_text() for page in made.pages))
    assert "Untitled design" in text
    assert "Stage 7" in text
    assert made.metadata is not None
    assert "/CreationDate" not in made.metadata


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError(f"The renderer opened a connection: {args}")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    "fetches",
    [
        '<img src="{}">',
        '<object data="{}"></object>',
        '<embed src="{}">',
        '<svg width="9" height="9"><image href="{}" width="9" height="9"/></svg>',
        '<svg width="9" height="9"><use href="{}#a"/></svg>',
        "<style>@import url({})</style>",
        "<style>@font-face {{font-family: x; src: url({})}} i {{font-family: x}}</style><i>x</i>",
        '<p style="background: url({})">x</p>',
        '<link rel="attachment" href="{}">',
    ],
)
@pytest.mark.parametrize("scheme", ["file", "http", "data", "ours"])
def test_nothing_is_fetched(
    fetches: str, scheme: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    address = {
        "file": secret.as_uri(),
        "http": "http://127.0.0.1:9/secret.png",
        "data": "data:text/plain,TOP%20SECRET",
        "ours": f"{BASE_URL}../../../manage.py",
    }[scheme]
    with caplog.at_level("ERROR", logger=LOGGER.name):
        made = render_pdf(page_of(f"<p>Text.</p>{fetches.format(address)}"))
    reader = opened(made)
    assert "Text." in reader.pages[0].extract_text()
    assert b"TOP SECRET" not in made
    assert not reader.attachments
    assert not resources_of(reader.pages[0])["/XObject"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://example.org/",
        f"{BASE_URL}x.css",
        BASE_URL,
        "report.css",
        "data:,x",
    ],
)
def test_the_fetcher_names_what_it_refuses(url: str) -> None:
    with pytest.raises(NotAnAssetError, match="is not part of a report"):
        AssetFetcher().fetch(url)


def test_the_fetcher_serves_our_own() -> None:
    for name in ASSETS:
        with_type = AssetFetcher().fetch(BASE_URL + name)
        assert with_type.read() == asset(name)
        assert with_type.content_type in {"text/css", "font/ttf"}


def test_hostile_answers_do_not_reach_the_style() -> None:
    text = "<style>@page { size: 1cm }</style> <script>x</script> <svg><text>y</text></svg>"
    design = Design.of({"framing": {"problem_statement": text, "decision": f"```\n{text}\n```"}})
    made = opened(render_pdf(document_html(design, Meta(text))))
    assert {round(page.mediabox.width) for page in made.pages} == {595}
    assert flat("<script>x</script>") in flat("".join(p.extract_text() for p in made.pages))


# -- progress, limits, and what is left behind


def test_progress_counts_the_pages(
    again: tuple[bytes, list[tuple[str, int]]], reader: PdfReader
) -> None:
    _, seen = again
    counts = [pages for _, pages in seen]
    assert counts == sorted(counts)
    assert counts[-1] == len(reader.pages)
    assert list(dict.fromkeys(step for step, _ in seen)) == [
        "style", "boxes", "pages", "drawing", "writing",
    ]  # fmt: skip


def test_what_progress_raises_ends_the_rendering(html: str) -> None:
    class EnoughError(Exception):
        pass

    def stop(step: str, pages: int) -> None:
        if pages == 2:
            raise EnoughError

    before = list(PROGRESS_LOGGER.handlers), PROGRESS_LOGGER.level, PROGRESS_LOGGER.propagate
    with pytest.raises(EnoughError):
        render_pdf(html, progress=stop)
    after = list(PROGRESS_LOGGER.handlers), PROGRESS_LOGGER.level, PROGRESS_LOGGER.propagate
    assert after == before
    assert gc.isenabled()
    assert render_pdf(page_of("<p>Next.</p>"))


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("<p>x</p>" * render.ELEMENTS, "elements"),
        ("<blockquote>" * render.DEPTH + "x", "levels of lists"),
        ("x" * render.SIZE, "characters of HTML"),
    ],
    ids=["elements", "depth", "size"],
)
def test_a_document_beyond_the_limits_is_refused_before_layout(
    body: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weasyprint.HTML.render", pytest.fail)
    with pytest.raises(LimitExceededError, match=says):
        render_pdf(page_of(body))


# -- in a browser


def test_the_html_stands_alone(html: str) -> None:
    alone = render_html(html)
    assert "<link" not in alone
    assert "@font-face" not in alone
    assert alone.count("<style>") == 2
    assert "@media screen" in alone
    assert not re.search(r"""(?:src|href)=["'](?!#|http)""", alone)
