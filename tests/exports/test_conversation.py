from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, ShareLink
from mlsd_app.designs.editing import DeleteRow, SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.exports import render
from mlsd_app.exports.asking import ask
from mlsd_app.exports.conversation import Conversation, Kept, Remark, Signed, Thread
from mlsd_app.exports.document import Options, Talk
from mlsd_app.exports.limits import CHARACTERS, LINES, THREADS, LimitExceededError, check_talk
from mlsd_app.exports.models import Export
from mlsd_app.exports.pinning import said_of
from mlsd_app.exports.tasks import render_export
from mlsd_app.review.models import Reaction
from mlsd_app.stages.addresses import Address
from tests.exports.talking import (
    DAY,
    approve,
    begin_round,
    person,
    reply,
    resolve,
    start,
    suggest,
)
from tests.factories import make_design, make_user, rows

pytestmark = pytest.mark.django_db

TARGET = "Positive if the user watched at least 80 % of the video, and did not report it"


@pytest.fixture
def design(alice: User) -> Design:
    return make_design(
        alice,
        framing={
            "target_definition": TARGET,
            "decision": 'Order the *candidates* by "score"',
            "peak_qps": 20_000,
            "blueprint": "Five roles",
        },
        data={"sources": [{"id": "impression_log", "kind": "stream"}, {"id": "profile"}]},
        serving={"components": [{"id": "ranking", "replicas": 180}]},
    )


@pytest.fixture
def mira(design: Design) -> User:
    return person(design, Role.COMMENTER)


@pytest.fixture
def printed(design: Design, alice: User, renders: list[str], queue: list[str]) -> Any:
    """What is printed now with the whole conversation, or with other options."""

    def ask_and_print(user: User = alice, **options: Any) -> str:
        chosen = Options(**{"talk": "all", **options})
        export = ask(Revision.of(design), user, chosen)
        render_export(str(export.pk))
        export.refresh_from_db()
        assert export.is_ready, export.error
        return renders[-1]

    return ask_and_print


def note(html: str, number: int) -> str:
    """The words of a note, in one line."""
    found = re.search(
        rf'<div class="entry note-entry" id="note-{number}">(.*?)\n</div>\n', html, re.DOTALL
    )
    assert found, number
    return words(found[1])


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ").split())


def facts(html: str) -> dict[str, str]:
    """The label and the value of each fact on the cover."""
    found = re.findall(r'<span class="l">(.*?)</span><span class="v">(.*?)</span></li>', html)
    return {label: words(value) for label, value in found}


def edit(design: Design, user: User, address: str, value: str) -> None:
    assert save_edits(
        design.pk, user, [SetValue(Address.parse(address), value, base=design.clock)]
    ).changed
    design.refresh_from_db()


# -- Marks and notes ----------------------------------------------------------------------------


def test_nothing_is_said_of_the_conversation_unless_it_is_asked_for(
    design: Design, mira: User, printed: Any
) -> None:
    before = printed(talk="none")
    start(design, mira, "framing.decision", "Zanzibar")
    after = printed(talk="none")
    assert after == before
    assert "Zanzibar" not in after
    assert Export.objects.count() == 1


def test_a_mark_stands_at_the_words_and_leads_to_the_note_and_back(
    design: Design, mira: User, printed: Any
) -> None:
    start(
        design, mira, "framing.target_definition", "Is a loop watched?", quote="80 % of the video"
    )
    html = printed()
    mark = '<a class="mark" id="mark-1" href="#note-1">[1]</a>'
    assert f"at least <mark>80\u202f% of the video</mark>,{mark} and did not report it." in html
    assert '<a class="no" href="#mark-1">1</a>' in html
    assert note(html, 1) == (
        "1 Text ▲ open Mira Lang , 12 November 2026, on Framing, Target “80 % of the video” "
        "Is a loop watched?"
    )
    assert facts(html)["Conversation"] == "1 open"


def test_without_the_marks_the_stages_are_printed_as_ever(
    design: Design, mira: User, printed: Any
) -> None:
    plain = printed(talk="none")
    [source, _] = rows(design, "data.sources")
    places = ["framing", "framing.decision", "framing.peak_qps", "framing.blueprint"]
    row = f"data.sources/{source['row']}"
    for address in (*places, "data.sources", row, f"{row}.kind", "model.loss", "general.title"):
        start(design, mira, address)
    start(design, mira, "framing.decision", quote="candidates")
    html = printed()
    assert len(re.findall(r'id="mark-\d+"', html)) == 10
    assert html.count("<mark>") == 1
    without = re.sub(r'<a class="mark"[^>]*>\[\d+\]</a>|</?mark>', "", html)
    stages = without[without.index('id="framing"') : without.index('id="conversation"')]
    assert stages.rpartition("<section")[0] in plain


def test_notes_are_numbered_as_a_reader_meets_them(
    design: Design, mira: User, printed: Any
) -> None:
    [component] = rows(design, "serving.components")
    [source, _] = rows(design, "data.sources")
    start(design, mira, f"serving.components/{component['row']}.replicas", "Of the replicas.")
    start(design, mira, f"data.sources/{source['row']}", "Of the source.")
    start(design, mira, "framing.target_definition", "Of the video.", quote="video")
    start(design, mira, "framing.target_definition", "Of the user.", quote="the user")
    start(design, mira, "framing", "Of framing.", target="stage")
    start(design, mira, "", "Of it all.", target="design")
    html = printed()
    marks = [int(number) for number in re.findall(r'id="mark-(\d+)"', html)]
    assert marks == [1, 2, 3, 4, 5, 6]
    said = ["it all", "framing", "the user", "the video", "the source", "the replicas"]
    for number, about in enumerate(said, start=1):
        assert f"Of {about}." in note(html, number)
    assert len(set(re.findall(r' id="([^"]+)"', html))) == len(re.findall(r' id="([^"]+)"', html))
    headings = re.findall(r'<h3 id="conversation-\d+" class="wide"><span>(.*?)</span>', html)
    assert headings == ["The whole design", "Framing", "Data", "Serving"]


def test_a_mark_about_a_row_stands_at_its_name_and_one_about_a_cell_at_its_value(
    design: Design, mira: User, printed: Any
) -> None:
    [component] = rows(design, "serving.components")
    start(design, mira, f"serving.components/{component['row']}")
    start(design, mira, f"serving.components/{component['row']}.replicas")
    html = printed()
    assert re.search(r'ranking</span><a class="mark" id="mark-1"', html)
    assert re.search(r'<td class="r">180<a class="mark" id="mark-2"', html)
    assert "on Serving, ranking, Replicas" in note(html, 2)


def test_words_of_a_short_answer_and_of_a_cell_are_lined(
    design: Design, mira: User, printed: Any
) -> None:
    [source, _] = rows(design, "data.sources")
    start(design, mira, f"data.sources/{source['row']}.id", quote="log")
    start(design, mira, "framing.peak_qps", quote="20")
    html = printed()
    assert re.search(r'<mark>impression_log</mark><a class="mark" id="mark-2"', html)
    assert re.search(r'<mark>20</mark>.000/s<a class="mark" id="mark-1"', html)


def test_what_is_missing_is_marked_where_the_report_says_so(
    design: Design, mira: User, printed: Any
) -> None:
    start(design, mira, "model.justification", "You never say why.", target="absence")
    html = printed()
    todo = html[html.index('id="model"') :].partition('class="todo"')[2].partition("</p>")[0]
    assert 'id="mark-1"' in todo
    assert note(html, 1).startswith("1 Missing ▲ open")


@pytest.mark.parametrize(
    ("anchor", "says"),
    [
        ("exact", ""),
        ("traced", ""),
        ("fuzzy", "The text changed since, please check. It was written about revision 1."),
        ("field", "These words are gone. It was written about revision 1."),
        ("stage", "The answer is gone. It was written about revision 1."),
    ],
)
def test_a_note_says_how_sure_its_place_is(
    design: Design, mira: User, printed: Any, anchor: str, says: str
) -> None:
    gone = {"start": None, "end": None} if anchor in {"field", "stage"} else {"start": 9, "end": 20}
    start(design, mira, "framing.target_definition", quote="words of old", anchor=anchor, **gone)
    html = printed()
    is_gone = anchor in {"field", "stage"}
    place = '<span class="q">Target.</span>' if is_gone else "<mark>if the user</mark>"
    assert f'{place}<a class="mark" id="mark-1"' in html
    assert f"“words of old” {says}".strip() in note(html, 1)


def test_a_note_about_a_row_that_is_gone_stands_at_its_table(
    design: Design, alice: User, mira: User, printed: Any
) -> None:
    [source, _] = rows(design, "data.sources")
    start(design, mira, f"data.sources/{source['row']}.kind", "Personal.", anchor="stage")
    address = Address("data", "sources", source["row"])
    save_edits(design.pk, alice, [DeleteRow(address)])
    html = printed()
    assert re.search(r'<caption>[^\n]*<a class="mark" id="mark-1"', html)
    assert "on Data, Data sources, a row that is gone" in note(html, 1)


@pytest.mark.parametrize("address", ["nowhere", "framing.nothing", "data.sources/x.y", "x/y", "."])
def test_a_note_at_an_address_that_never_was_is_printed(
    design: Design, mira: User, printed: Any, address: str
) -> None:
    start(design, mira, address, "Lost and found.")
    html = printed()
    assert "Lost and found." in note(html, 1)
    assert 'href="#note-1">[1]</a>' in html


def test_an_older_revision_is_marked_where_it_has_the_words(
    design: Design, alice: User, mira: User, renders: list[str], queue: list[str]
) -> None:
    old = Revision.of(design)
    edit(design, alice, "framing.target_definition", f"Within a day. {TARGET}")
    start(design, mira, "framing.target_definition", quote="did not report it")
    start(design, mira, "framing.target_definition", quote="Within a day")
    export = ask(old, alice, Options(talk="all"))
    render_export(str(export.pk))
    assert '<mark>did not report it</mark>.<a class="mark" id="mark-2"' in renders[-1]
    assert '<span class="q">Target.</span><a class="mark" id="mark-1"' in renders[-1]


# -- What is said -------------------------------------------------------------------------------


def test_a_conversation_is_printed_with_its_answers(
    design: Design, alice: User, mira: User, printed: Any
) -> None:
    thread = start(design, mira, "framing.decision", "By **which** score?")
    answer = reply(thread, alice, "By the calibrated one.")
    Reaction.objects.create(comment=answer, user=mira, kind="thanks")
    html = printed()
    assert "<strong>which</strong>" in html
    assert note(html, 1).endswith(
        "Alice Kowal , 12 November 2026 By the calibrated one. Thank you: Mira Lang"
    )
    assert "○ answered" in note(html, 1)
    assert html.count('class="said said--answer"') == 1


def test_who_may_edit_nothing_but_an_old_revision_by_a_link_is_no_author(
    design: Design, mira: User, printed: Any
) -> None:
    link = ShareLink.objects.create(
        design=design, role=Role.EDITOR, revision=Revision.of(design), token_hash="0" * 64
    )
    jo = make_user("Jo Berg")
    Grant.objects.create(design=design, user=jo, role=Role.EDITOR, link=link)
    thread = start(design, mira, "framing.decision", "By which score?")
    reply(thread, jo, "By some.")
    assert "▲ open" in note(printed(), 1)
    Grant.objects.create(design=design, user=jo, role=Role.EDITOR)
    reply(thread, jo, "By the calibrated one.")
    assert "○ answered" in note(printed(), 1)


def test_only_open_threads_are_printed_if_those_are_asked_for(
    design: Design, alice: User, mira: User, printed: Any
) -> None:
    start(design, mira, "framing.decision", "Open one.")
    resolve(start(design, mira, "framing.decision", "Resolved one."), alice)
    html = printed(talk="open")
    assert ("Open one." in html, "Resolved one." in html) == (True, False)
    assert facts(html)["Conversation"] == "1 open"
    assert facts(printed())["Conversation"] == "1 open, 1 resolved"


def test_a_resolved_thread_says_in_which_revision_the_text_changed(
    design: Design, alice: User, mira: User, printed: Any
) -> None:
    first = start(design, mira, "framing.decision")
    second = start(design, mira, "framing.target_definition")
    edit(design, alice, "framing.decision", "Order them by calibrated score")
    resolve(first, alice)
    resolve(second, alice)
    html = printed()
    assert "✓ resolved" in note(html, 1)
    resolved = "Resolved by Alice Kowal, 12 November 2026"
    said = {note(html, number).rpartition("A remark. ")[2] for number in (1, 2)}
    assert said == {
        f"Changed in revision 2. {resolved}",
        f"Answered, text unchanged. {resolved}",
    }


def test_a_suggestion_is_printed_with_its_differences(
    design: Design, alice: User, mira: User, printed: Any
) -> None:
    thread = start(design, mira, "framing.decision", "")
    suggest(
        thread, "Order by score", "Order by calibrated score", decided_at=DAY,
        decided_by_name="Alice Kowal", reason="Not calibrated yet.",
    )  # fmt: skip
    html = printed()
    assert "<td>Order by <ins>calibrated</ins> score</td>" in html
    assert note(html, 1) == (
        "1 Suggestion ○ answered Mira Lang , 12 November 2026, on Framing, Decision "
        "Now Order by score Suggested Order by calibrated score "
        "Declined by Alice Kowal, 12 November 2026: Not calibrated yet."
    )


def test_a_finding_is_quoted_as_it_was(design: Design, mira: User, printed: Any) -> None:
    start(
        design, mira, "framing.peak_qps", "Still so?", target="finding",
        subject_words="Error: too few replicas.",
    )  # fmt: skip
    assert "Error: too few replicas. Still so?" in note(printed(), 1)


def test_an_approved_state_is_said_on_the_cover(
    design: Design, alice: User, mira: User, printed: Any
) -> None:
    assert "Approved" not in facts(printed(talk="none"))
    review = begin_round(design, mira, submitted_at=DAY)
    approve(review, "framing", "data")
    said = "framing, data (Mira Lang, 12 November 2026)"
    assert facts(printed(talk="none"))["Approved"] == said
    jo = person(design, Role.COMMENTER, "Jo Berg")
    approve(begin_round(design, jo, submitted_at=DAY), "data")
    draft = begin_round(design, mira)
    approve(draft, "serving")
    both = f"{said}; data (Jo Berg, 12 November 2026)"
    assert facts(printed(talk="none"))["Approved"] == both
    edit(design, alice, "framing.decision", "Something else")
    assert facts(printed(talk="none"))["Approved"].startswith("data (Mira Lang")


def test_a_design_that_is_approved_as_a_whole_says_so(
    design: Design, mira: User, printed: Any
) -> None:
    stages = ["monitoring", "framing", "metrics", "data", "features", "model", "serving"]
    approve(begin_round(design, mira, submitted_at=DAY), *stages)
    assert facts(printed())["Approved"] == "all seven stages (Mira Lang, 12 November 2026)"


# -- Whose words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [{"talk": "all"}, {"talk": "open"}, {"kind": "response", "talk": "none"}]
)
def test_drafts_are_in_no_file_not_even_their_mentors_own(
    design: Design, mira: User, printed: Any, options: dict[str, Any]
) -> None:
    shared = start(design, mira, "framing.decision", "Shared.")
    draft = begin_round(design, mira, summary="Zanzibar in the summary")
    start(design, mira, "framing.decision", "Zanzibar in a thread", round=draft)
    reply(shared, mira, "Zanzibar in a reply", round=draft)
    suggest(
        start(design, mira, "framing.decision", "", round=draft), "a", "Zanzibar in a suggestion"
    )
    for user in (mira, design.owner):
        html = printed(user, **options)
        assert "Shared." in html
        assert "Zanzibar" not in html
    export = Export.objects.latest("asked_at")
    assert "Zanzibar" not in str(export.said)


def test_what_was_deleted_is_in_no_file(design: Design, mira: User, printed: Any) -> None:
    start(design, mira, "framing.decision", "Zanzibar", deleted_at=DAY)
    emptied = start(design, mira, "framing.decision", "")
    reply(emptied, mira, "Zanzibar", deleted_at=DAY)
    answered = start(design, mira, "framing.decision", "")
    reply(answered, mira, "Zanzibar", deleted_at=DAY)
    reply(answered, mira, "Zanzibar again", deleted_at=DAY)
    reply(answered, mira, "This stays.")
    html = printed()
    assert "Zanzibar" not in html
    assert facts(html)["Conversation"] == "1 open"
    assert "This comment was deleted. Mira Lang , 12 November 2026 This stays." in note(html, 1)


def test_words_stay_when_their_author_is_gone(design: Design, mira: User, printed: Any) -> None:
    start(design, mira, "framing.decision", "Who decides?")
    nobody = start(design, mira, "framing.decision", "And why?")
    nobody.author_name = ""
    nobody.save()
    mira.delete()
    html = printed()
    assert "Mira Lang , 12 November 2026, on Framing, Decision Who decides?" in note(html, 1)
    assert "Somebody , 12 November 2026" in note(html, 2)


def test_the_same_conversation_is_printed_once(
    design: Design, alice: User, mira: User, printed: Any, renders: list[str]
) -> None:
    thread = start(design, mira, "framing.decision")
    assert printed() == printed(mira)
    assert len(renders) == 1
    reply(thread, alice, "An answer.")
    assert "An answer." in printed()
    assert len(renders) == 2


def test_a_file_says_what_was_said_when_it_was_asked_for(
    design: Design, alice: User, mira: User, renders: list[str], queue: list[str]
) -> None:
    thread = start(design, mira, "framing.decision", "Before.")
    export = ask(Revision.of(design), alice, Options(talk="all"))
    reply(thread, mira, "Afterwards.")
    render_export(str(export.pk))
    assert "Before." in renders[-1]
    assert "Afterwards." not in renders[-1]


def test_a_long_conversation_costs_no_more_queries(
    design: Design, alice: User, mira: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    revision = Revision.of(design)
    review = begin_round(design, mira, submitted_at=DAY)
    for _ in range(5):
        reply(start(design, mira, "framing.decision", round=review), alice, "Yes.")
    # Approvals, rounds, threads, comments, reactions, editors.
    with django_assert_num_queries(6):
        assert len(said_of(design, revision, Options(talk="all"))["threads"]) == 5
    with django_assert_num_queries(0):
        assert said_of(make_design_unsaid(), revision, Options(talk="all")) == {}


def make_design_unsaid() -> Design:
    return Design(clock=3)


# -- Odd input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "shows"),
    [
        ("", "Nothing was written."),
        (
            '<script>alert(1)</script><a class="mark" href="#thread-0"></a>',
            "<script>alert(1)</script>",
        ),
        ("<style>@page{size:1cm}</style>", "<style>@page{size:1cm}</style>"),
        (">" * 300 + " deep", "deep"),
        ("- a\n" * 900, "more lines are not printed."),
        ("x" * 100_000, "characters; the first"),
        ("🙂 שלום مرحبا \u202e 文字", "שלום"),
        ("![pixel](https://example.org/a.png)", "pixel"),
    ],
)
def test_odd_remarks_are_printed_as_text(
    design: Design, mira: User, printed: Any, body: str, shows: str
) -> None:
    start(design, mira, "framing.decision", "First.")
    thread = start(design, mira, "framing.decision", "")
    reply(thread, mira, body)
    html = printed()
    assert shows in note(html, 2)
    assert not re.search(r"<(script|style|img)\b", html)
    assert len(re.findall(r'id="mark-\d+"', html)) == 2


def long_talk(**counts: int) -> Conversation:
    signed = Signed("Mira", None)
    body = "x" * counts.get("characters", 0) + "\n" * counts.get("lines", 0)
    thread = Thread(
        signed,
        by_author=False,
        target="answer",
        address="framing",
        anchor="exact",
        then=Kept(1),
        remarks=[Remark(signed, body)],
    )
    return Conversation([thread] * counts.get("threads", 1))


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"threads": THREADS + 1}, "threads"),
        ({"characters": CHARACTERS + 1}, "characters"),
        ({"lines": LINES + 1}, "lines"),
    ],
)
def test_a_conversation_beyond_the_limits_is_refused(counts: dict[str, int], says: str) -> None:
    with pytest.raises(LimitExceededError, match=rf"This conversation has .* {says}; .* one round"):
        check_talk(long_talk(**counts))
    within = {what: count - 1 for what, count in counts.items()}
    check_talk(long_talk(**within))


@pytest.mark.parametrize(("talk", "says"), [("none", False), ("all", True)])
def test_what_is_too_large_may_be_so_by_its_conversation(
    design: Design,
    alice: User,
    mira: User,
    queue: list[str],
    monkeypatch: pytest.MonkeyPatch,
    talk: Talk,
    says: bool,
) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise LimitExceededError("It has 90 000 elements.")

    monkeypatch.setattr(render, "render_pdf", refuse)
    start(design, mira, "framing.decision")
    export = ask(Revision.of(design), alice, Options(talk=talk))
    render_export(str(export.pk))
    export.refresh_from_db()
    without = "Without the conversation it may be small enough." in export.error
    assert (export.state, without) == ("failed", says)
