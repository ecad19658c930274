"""The notes of a conversation in the file itself: its text, its links, its structure."""

from __future__ import annotations

import re
from datetime import date

import pytest
from pypdf import PdfReader

from mlsd_app.checklist import run
from mlsd_app.exports.conversation import Conversation, Kept, Remark, Signed, Suggested, Thread
from mlsd_app.exports.document import Options, document_html
from mlsd_app.exports.render import render_pdf
from mlsd_app.review.places import text_at
from mlsd_app.stages.design import Design
from tests.exports.test_pdf import META, elements, flat, opened, outline, plain, root_of, worked

MIRA = Signed("Mira Lang", date(2026, 11, 12))
ADA = Signed("Ada Nowak", date(2026, 11, 14))
DECIDED = "predicted long-view probability"


def thread(design: Design, address: str, body: str, quote: str = "", **more: object) -> Thread:
    text = text_at(address, design) or ""
    at = text.find(quote) if quote else -1
    facts: dict[str, object] = {
        "signed": MIRA,
        "by_author": False,
        "target": "text" if quote else "answer",
        "address": address,
        "anchor": "exact",
        "then": Kept(12),
        "remarks": [Remark(MIRA, body), Remark(ADA, f"Answer to {body}", is_answer=True)],
        "quote": quote,
        "start": at if at >= 0 else None,
        "end": at + len(quote) if at >= 0 else None,
    }
    return Thread(**facts | more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def conversation() -> Conversation:
    design = worked()
    source, component = design.data.sources[1], design.serving.components[2]
    was = design.framing.decision
    suggested = Suggested(was, was.replace("can block", "may block"), True, ADA, "")  # noqa: FBT003
    return Conversation(
        [
            thread(design, "serving", "The minute without a zone.", target="stage"),
            thread(design, "framing.decision", "Which probability?", DECIDED),
            thread(design, "framing.decision", "", suggested=suggested, remarks=[], resolved=ADA),
            thread(design, source.at(), "Whose is it?", remarks=[Remark(MIRA, "Whose is it?")]),
            thread(design, component.at("replicas"), "Enough?", resolved=ADA, answered_in=Kept(13)),
            thread(design, "metrics.offline_online_gap", "Old words.", "not there", anchor="fuzzy"),
            thread(design, "", "Rehearse it. " + "Once more. " * 200, target="design"),
        ]
    )


@pytest.fixture(scope="module")
def reader(conversation: Conversation) -> PdfReader:
    design = worked()
    options = Options(findings=True, talk="all")
    return opened(render_pdf(document_html(design, META, options, run(design), (), conversation)))


@pytest.fixture(scope="module")
def pages(reader: PdfReader) -> list[str]:
    return [plain(page.extract_text()) for page in reader.pages]


def test_every_mark_is_bound_to_its_words(pages: list[str]) -> None:
    cover, body = pages[0], "".join(pages[2:])
    assert "5 open, 2 resolved[1]" in " ".join(cover.split())
    found = re.findall(r"(\S+)\[(\d)\]", body)
    assert [int(number) for _, number in found] == [2, 3, 4, 5, 6, 7]
    words = {int(number): word for word, number in found}
    assert words[2] == "Decision."
    assert words[3] == "probability"
    assert words[4] == "online."
    assert words[5] == "impression_log"


def test_notes_name_the_page_of_their_mark(pages: list[str]) -> None:
    notes = "".join(pages[-4:])
    said = [
        int(page) for page in re.findall(r"Mira Lang, 12 November 2026, on .*?, page (\d+)", notes)
    ]
    assert len(said) == 7
    assert said[0] == 1
    for number, page in enumerate(said[1:], start=2):
        assert f"[{number}]" in pages[page - 1]


def test_the_notes_are_in_the_text(pages: list[str]) -> None:
    said = flat("".join(pages))
    for words in (
        "What was said about this design. Numbers are those in brackets in the text.",
        f"“{DECIDED}”",
        "Answer to Which probability?",
        "The text changed since, please check. It was written about revision 12.",
        "Accepted by Ada Nowak, 14 November 2026",
        "on Serving, the whole stage",
        "▲ open", "✓ resolved", "○ answered",
    ):  # fmt: skip
        assert flat(words) in said, words


def test_marks_and_notes_lead_to_each_other(reader: PdfReader) -> None:
    named = reader.named_destinations
    links = [
        str(annotation.get_object().get("/Dest"))
        for page in reader.pages
        for annotation in page.get("/Annots", [])
    ]
    for number in range(1, 8):
        assert {f"note-{number}", f"mark-{number}"} <= set(named)
        assert links.count(f"note-{number}") == 1
        assert links.count(f"mark-{number}") >= 2


def test_the_notes_are_in_the_outline(reader: PdfReader) -> None:
    marks = [(level, title) for level, title, _ in outline(reader)]
    start = marks.index((1, "Appendix B: Conversation"))
    chapters = ["The whole design", "Framing", "Metrics", "Data", "Serving"]
    assert marks[start + 1 :] == [*((2, title) for title in chapters), (1, "Colophon")]


def test_the_notes_are_tagged(reader: PdfReader) -> None:
    found = list(elements(root_of(reader)["/StructTreeRoot"]["/K"]))
    kinds = [str(node["/S"]) for node in found]
    assert kinds.count("/H1") == 1
    assert kinds.count("/Link") > 50
    assert b'pdfuaid:part="1"' in root_of(reader)["/Metadata"].get_object().get_data()


def test_no_number_stands_alone_at_the_end_of_a_page(pages: list[str]) -> None:
    for page in pages[-4:]:
        assert not re.search(r"\n\d\s+Revision 14", page)
