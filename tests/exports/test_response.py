"""The response to reviewers: each thing they said, its answer and what changed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.editing import AddRow, DeleteRow, SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.exports.asking import ask
from mlsd_app.exports.document import Options
from mlsd_app.exports.render import render_pdf
from mlsd_app.exports.tasks import render_export
from mlsd_app.stages.addresses import Address
from tests.exports.talking import DAY, begin_round, person, reply, resolve, start, talked
from tests.exports.test_conversation import edit, note, words
from tests.exports.test_pdf import elements, opened, outline, plain, root_of
from tests.factories import make_design, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def design(alice: User) -> Design:
    return make_design(
        alice,
        framing={"decision": "Order by score", "peak_qps": 20_000},
        data={"sources": [{"id": "log", "owner": "Platform"}, {"id": "profile"}]},
    )


@pytest.fixture
def mira(design: Design) -> User:
    return person(design, Role.COMMENTER)


@pytest.fixture
def letter(design: Design, alice: User, renders: list[str], queue: list[str]) -> Any:
    def ask_and_print(**options: Any) -> str:
        chosen = Options(kind="response", **options)
        export = ask(Revision.of(design), alice, chosen)
        render_export(str(export.pk))
        export.refresh_from_db()
        assert export.is_ready, export.error
        return renders[-1]

    return ask_and_print


def facts(html: str) -> dict[str, str]:
    table = html.partition('class="response__facts"')[2].partition("</table>")[0]
    found = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', table)
    return {label: words(value) for label, value in found}


def heads(html: str) -> list[str]:
    return re.findall(r'<h2 data-label="([^"]*)"', html)


def test_a_letter_answers_a_round(design: Design, alice: User, mira: User, letter: Any) -> None:
    review = begin_round(
        design, mira, submitted_at=DAY, verdict="needs-work", summary="Mostly **good**.",
        answer="Thank you.", answered_by=alice, answered_at=DAY,
    )  # fmt: skip
    thread = start(design, mira, "framing.decision", "By which?", round=review, quote="score")
    reply(thread, alice, "By the calibrated one.")
    start(design, mira, "framing.peak_qps", "Measured?", round=review)
    start(design, mira, "framing.peak_qps", "Said outside.")
    edit(design, alice, "framing.decision", "Order by calibrated score")
    resolve(thread, alice)
    html = letter(round=str(review.pk))
    assert facts(html) | {"About": ""} == {
        "To": "Mira Lang",
        "From": "Alice Kowal",
        "Date": facts(html)["Date"],
        "About": "",
        "In short": "2 comments: 1 resolved, 1 open",
    }
    assert facts(html)["About"].startswith("Revision 2, content ")
    assert heads(html) == ["Round 1 of Mira Lang"]
    opening = words(html.partition('<div class="review"')[2].partition('class="entry')[0])
    assert "Verdict ▲ needs work Summary , 12 November 2026, on revision 1 Mostly good ." in opening
    assert "Answer , Alice Kowal, 12 November 2026 Thank you." in opening
    assert note(html, 1) == (
        "1 Text ✓ resolved Framing, Decision “score” Mira Lang , 12 November 2026 By which? "
        "Alice Kowal , 12 November 2026 By the calibrated one. What changed Before Order by score "
        "After Order by calibrated score Changed in revision 2. "
        "Resolved by Alice Kowal, 12 November 2026"
    )
    assert "<td>Order by <ins>calibrated</ins> score</td>" in html
    assert note(html, 2).endswith("Measured?")
    assert "Said outside." not in html


def test_a_letter_answers_all_that_was_said(
    design: Design, alice: User, mira: User, letter: Any
) -> None:
    jo = person(design, Role.COMMENTER, "Jo Berg")
    first = begin_round(design, mira, submitted_at=DAY, verdict="ready")
    second = begin_round(design, jo, submitted_at=DAY.replace(day=13), verdict="needs-work")
    begin_round(design, mira, summary="A draft.")
    start(design, mira, "framing.decision", "Of Mira.", round=first)
    start(design, jo, "framing.decision", "Of Jo.", round=second)
    start(design, jo, "framing.decision", "Between them.")
    start(design, alice, "framing.decision", "Of Alice.")
    html = letter()
    assert heads(html) == ["Round 1 of Mira Lang", "Round 1 of Jo Berg", "Said outside of a round"]
    said = ["Of Mira.", "Of Jo.", "Between them.", "Of Alice."]
    assert [one for number in range(1, 5) for one in said if one in note(html, number)] == said
    assert facts(html)["To"] == "Mira Lang, Jo Berg"
    assert "A draft." not in html


def test_a_reply_in_a_round_brings_its_thread_with_it(
    design: Design, alice: User, mira: User, letter: Any
) -> None:
    thread = start(design, mira, "framing.decision", "Asked before.")
    review = begin_round(design, mira, submitted_at=DAY)
    reply(thread, mira, "Still not answered.", round=review)
    html = letter(round=str(review.pk))
    assert "Asked before." in note(html, 1)
    assert "Still not answered." in note(html, 1)


def test_threads_stand_in_the_order_of_the_document(
    design: Design, mira: User, letter: Any
) -> None:
    first, second = (f"data.sources/{row['row']}" for row in rows(design, "data.sources"))
    # As the pages show them: by question, and the cells of a row by column.
    places = [
        "", "framing", "framing.problem_statement", "framing.decision", "framing.peak_qps",
        "framing.stakeholders", first, f"{first}.kind", f"{first}.owner", second,
        "data.sources/gone", "model", "general.tradeoffs",
    ]  # fmt: skip
    for place in reversed(places):
        start(design, mira, place, f"At {place};")
    html = letter()
    notes = [note(html, number) for number in range(1, len(places) + 1)]
    assert [place for one in notes for place in places if f"At {place};" in one] == places


def test_what_is_about_a_whole_answer_stands_before_what_is_about_its_words(
    design: Design, mira: User, letter: Any
) -> None:
    start(design, mira, "framing.decision", "Of the score.", quote="score")
    start(design, mira, "framing.decision", "Of the order.", quote="Order")
    start(design, mira, "framing.decision", "Of it all.")
    html = letter()
    said = ["Of it all.", "Of the order.", "Of the score."]
    assert [words in note(html, number) for number, words in enumerate(said, 1)] == [True] * 3


def test_what_changed_is_said_by_words_numbers_and_rows(
    design: Design, alice: User, mira: User, letter: Any
) -> None:
    first, second = rows(design, "data.sources")
    start(design, mira, "framing.peak_qps", "Measured?")
    start(design, mira, "data.sources", "Which are missing?")
    start(design, mira, f"data.sources/{first['row']}", "Who owns it?")
    start(design, mira, "model", "Unchanged.")
    cell = Address("data", "sources", first["row"], "owner")
    table = Address("data", "sources")
    save_edits(
        design.pk,
        alice,
        [
            SetValue(Address("framing", "peak_qps"), "40000", base=design.clock),
            SetValue(cell, "Data team", base=design.clock),
            DeleteRow(Address("data", "sources", second["row"])),
            AddRow(table, "00000000-0000-4000-8000-000000000001", {"id": "survey"}),
        ],
    )
    html = letter()
    assert "2 times as much Before 20" in note(html, 1)
    of_table, of_row = note(html, 2), note(html, 3)
    assert "Before Platform After Data team" in of_table
    assert "survey Before nothing After" in of_table
    assert "profile Before Source: profile After nothing" in of_table
    assert "Owner Before Platform After Data team" in of_row
    assert "What changed" not in note(html, 4)


def test_many_changes_are_counted(design: Design, alice: User, mira: User, letter: Any) -> None:
    start(design, mira, "framing", "Do it again.", target="stage")
    keys = (
        "problem_statement",
        "business_objective",
        "in_scope",
        "out_of_scope",
        "decision",
        "entities",
    )
    edits = [SetValue(Address("framing", key), f"New {key}", base=design.clock) for key in keys]
    save_edits(design.pk, alice, edits)
    assert "And 2 more changes there." in note(letter(), 1)


def test_a_long_text_is_cut_to_what_changed(
    design: Design, alice: User, mira: User, letter: Any
) -> None:
    text = "First word. " + "Middle ground stays as it is. " * 60
    edit(design, alice, "framing.decision", f"{text}Last word.")
    start(design, mira, "framing.decision")
    edit(design, alice, "framing.decision", f"{text}Very last word.")
    said = note(letter(), 1)
    assert re.search(r"After … .{40,120}Very last word\.$", said)
    assert "First word" not in said


@pytest.mark.parametrize(
    ("summary", "answer"), [("", ""), ("<script>x</script>", "[x](javascript:y)")]
)
def test_odd_rounds_are_printed(
    design: Design, mira: User, letter: Any, summary: str, answer: str
) -> None:
    review = begin_round(design, mira, submitted_at=DAY, summary=summary, answer=answer)
    talked(design)
    html = letter(round=str(review.pk))
    assert facts(html)["In short"] == "No comment on a place of the text"
    assert not re.search(r"<script|href=\"javascript", html)
    assert "Verdict none" in words(html)


def test_a_letter_without_anything_to_answer_says_so(design: Design, letter: Any) -> None:
    assert "Nothing was said yet." in letter()


def test_the_same_letter_is_made_once(
    design: Design, alice: User, mira: User, letter: Any, renders: list[str]
) -> None:
    thread = start(design, mira, "framing.decision")
    assert letter() == letter(findings=False)
    assert len(renders) == 1
    reply(thread, alice, "Done.")
    letter()
    assert len(renders) == 2


def test_the_letter_is_a_tagged_pdf_of_its_own(
    design: Design, alice: User, mira: User, letter: Any
) -> None:
    review = begin_round(design, mira, submitted_at=DAY, verdict="ready", summary="Good.")
    for number in range(12):
        reply(
            start(design, mira, "framing.decision", f"Point {number}", round=review), alice, "Yes."
        )
    reader = opened(render_pdf(letter(round=str(review.pk))))
    text = plain("".join(page.extract_text() for page in reader.pages))
    assert "Response to reviewers" in text
    assert [f"Point {number}" in text for number in range(12)] == [True] * 12
    assert [title for _, title, _ in outline(reader)] == ["Feed", "Round 1 of Mira Lang"]
    kinds = [str(node["/S"]) for node in elements(root_of(reader)["/StructTreeRoot"]["/K"])]
    assert (kinds.count("/H1"), kinds.count("/H2")) == (1, 1)
    assert len(reader.pages) > 1
    assert reader.metadata is not None
    assert reader.metadata.title == "Response to reviewers: Feed"
