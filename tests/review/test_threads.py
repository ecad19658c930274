"""Threads over HTTP: begun where one reads, answered, settled, never lost."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mlsd_app.accounts.guests import merge_guest
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.notices.models import Notice
from mlsd_app.notices.telling import Kind, follow
from mlsd_app.review.models import Comment, Look, Reaction, Thread
from mlsd_app.stages.design import STAGES
from tests.factories import make_complete_design, make_user
from tests.review.cast import SOME_UUID, Cast, give, said

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"
HTMX = {"HX-Request": "true"}
EVERYBODY = ("anonymous", "stranger", "reader", "mentor", "other", "guest", "editor", "owner")
MAY_COMMENT = ("mentor", "other", "guest", "editor", "owner")


@pytest.fixture
def cast() -> Cast:
    return Cast.around_a_design()


def begin(cast: Cast, who: str = "mentor", about: str = f"answer:{DECISION}", **data: Any) -> Any:
    """The answer to the form of a new thread; Any: a response of the test client."""
    given = {"about": about, "body": "Why ten?", "token": uuid4().hex, **data}
    return cast.post(who, "thread_new", **given)


def begun(
    cast: Cast, who: str = "mentor", about: str = f"answer:{DECISION}", **data: Any
) -> Thread:
    response = begin(cast, who, about, **data)
    assert response.status_code == 302, said(response.content.decode())
    return Thread.objects.select_related("revision").latest("created_at")


def read(cast: Cast, who: str = "owner", **query: str) -> str:
    """The design as somebody reads it, with its tags."""
    url = reverse("designs:design_read", args=[cast.design.pk])
    response = cast.client(who).get(url, query)
    assert response.status_code == 200
    return str(response.content.decode())


def beside(page: str, place: str) -> str:
    """What stands in the margin of one element."""
    return page.partition(f'id="m-{place}">')[2].partition('<div class="row')[0]


# -- Beginning -----------------------------------------------------------------------------------


def test_a_thread_stands_beside_its_answer(cast: Cast) -> None:
    thread = begun(cast)
    page = read(cast)
    assert f'id="t-{thread.pk}"' in beside(page, "framing-decision")
    assert "Why ten?" in beside(page, "framing-decision")
    assert "Mira" in beside(page, "framing-decision")


def test_a_plain_form_leads_to_its_thread(cast: Cast) -> None:
    response = begin(cast)
    thread = Thread.objects.get()
    assert response["Location"] == cast.url("thread", thread.pk)
    response = cast.client("mentor").get(response["Location"])
    read_at = reverse("designs:design_read", args=[cast.design.pk])
    assert response["Location"] == f"{read_at}?thread={thread.pk}#t-{thread.pk}"


def test_words_are_quoted_with_what_is_around_them(cast: Cast) -> None:
    thread = begun(cast, about=f"text:{DECISION}", quote="ten videos", prefix="Show ", start="5")
    assert (thread.target, thread.quote, thread.anchor) == ("text", "ten videos", "exact")
    assert (thread.start, thread.end, thread.prefix) == (5, 15, "Show ")
    assert thread.suffix == ". Never show one twice."
    assert 'data-start="5" data-end="15"' in read(cast)


def test_of_two_places_with_the_same_words_the_selected_one_is_meant(cast: Cast) -> None:
    cast.write(DECISION, "Show it. Then show it again.")
    thread = begun(cast, about=f"text:{DECISION}", quote="it", start="19")
    assert (thread.start, thread.end) == (19, 21)


def test_words_that_are_not_there_are_kept_beside_the_answer(cast: Cast) -> None:
    thread = begun(cast, about=f"text:{DECISION}", quote="eleven videos")
    assert (thread.quote, thread.anchor, thread.start) == ("eleven videos", "field", None)
    margin = beside(read(cast), "framing-decision")
    assert "eleven videos" in margin
    assert "These words are not in the text as it is read." in said(margin)


@pytest.mark.parametrize(
    ("about", "words", "place"),
    [
        ("design:", "The whole design", "design"),
        ("stage:serving", "The stage Serving", "serving"),
        (f"answer:{DECISION}", "Decision", "framing-decision"),
        ("absence:framing.business_kpi", "Not said:", "framing-business_kpi"),
        ("rubric:framing/S1", "S1 Business to ML", "framing"),
        ("answer:CELL", "p99", "serving-components"),
        ("answer:ROW", "", "serving-components"),
    ],
)
def test_everything_can_be_commented_on(cast: Cast, about: str, words: str, place: str) -> None:
    cell = cast.cell("p99_ms")
    about = about.replace("CELL", cell).replace("ROW", cell.rpartition(".")[0])
    thread = begun(cast, about=about)
    page = read(cast)
    assert f'id="t-{thread.pk}"' in beside(page, place)
    assert words in said(page)
    listed = cast.page("owner", "thread_list")
    assert "Why ten?" in listed


def test_a_finding_is_commented_on_where_it_is_listed(cast: Cast) -> None:
    state = StagePage.of(cast.design, STAGES["general"]).state
    finding = state.open[0]
    thread = begun(cast, about=f"finding:{finding.fingerprint}")
    assert finding.message in thread.subject_words
    url = reverse("designs:finding_list", args=[cast.design.pk])
    page = cast.client("owner").get(url).content.decode()
    assert f'id="t-{thread.pk}"' in page
    assert f'id="t-{thread.pk}"' in read(cast)


def test_a_computed_value_keeps_what_it_was() -> None:
    cast = Cast.around_a_design()
    design = make_complete_design(cast["owner"])
    give(design, cast["mentor"], Role.COMMENTER)
    cast.design = design
    thread = begun(cast, about="value:serving.path_p99")
    assert "ms" in thread.subject_words
    assert " ".join(thread.subject_words.split()) in said(read(cast))
    of_a_row = begun(cast, about="value:serving.replicas_needed/ranking")
    assert of_a_row.address.startswith("serving.components/")


def test_the_form_offers_what_else_may_be_meant(cast: Cast) -> None:
    page = cast.client("mentor").get(cast.url("thread_new"), {"about": f"answer:{DECISION}"})
    offered = page.content.decode()
    assert 'value="stage:framing"' in offered
    assert 'value="design:"' in offered
    assert 'value="rubric:framing/S1"' in offered
    assert f'value="answer:{DECISION}" selected' in offered


def test_as_it_was_then_leads_to_the_revision_of_that_moment(cast: Cast) -> None:
    thread = begun(cast)
    cast.write(DECISION, "Show twelve videos.")
    then = reverse("history:revision_read", args=[cast.design.pk, thread.revision.number])
    assert f'href="{then}#a-framing-decision"' in read(cast)
    assert "Show ten videos" in cast.client("owner").get(then).content.decode()


def test_the_stage_page_shows_the_threads_beside_their_question(cast: Cast) -> None:
    thread = begun(cast)
    begun(cast, about="stage:serving", body="Of another stage.")
    url = reverse("designs:stage_edit", args=[cast.design.pk, "framing"])
    page = cast.client("owner").get(url).content.decode()
    assert f'id="t-{thread.pk}"' in beside(page, "framing-decision")
    assert "Of another stage." not in page


# -- Talking -------------------------------------------------------------------------------------


def test_a_reply_stands_under_what_it_answers(cast: Cast) -> None:
    thread = begun(cast)
    cast.reply("owner", thread, "Ten **fit** the screen.")
    margin = beside(read(cast, "mentor"), "framing-decision")
    assert margin.index("Why ten?") < margin.index("Ten <strong>fit</strong> the screen.")


def test_what_is_written_runs_no_script(cast: Cast) -> None:
    begun(
        cast, body="<script>alert(1)</script><img src=x onerror=alert(1)> [x](javascript:alert(1))"
    )
    margin = beside(read(cast), "framing-decision")
    assert "<script" not in margin
    assert "<img" not in margin
    assert 'href="javascript' not in margin


def test_a_script_gets_the_thread_alone(cast: Cast) -> None:
    url = cast.url("thread_new")
    data = {"about": f"answer:{DECISION}", "body": "Why?", "token": "t"}
    page = cast.client("mentor").post(url, data, headers=HTMX).content.decode()
    assert page.startswith("<article") or page.lstrip().startswith("<article")
    assert 'data-beside="framing-decision"' in page


def test_ones_own_words_are_rewritten_and_say_so(cast: Cast) -> None:
    thread = begun(cast)
    comment = thread.comments.get()
    form = cast.client("mentor").get(cast.url("comment_edit", comment.pk)).content.decode()
    assert "Why ten?</textarea>" in form
    cast.post("mentor", "comment_edit", comment.pk, body="Why not nine?")
    margin = said(beside(read(cast), "framing-decision"))
    assert "Why not nine?" in margin
    assert "edited" in margin


@pytest.mark.parametrize("verb", ["comment_edit", "comment_delete", "comment_put_back"])
def test_nobody_touches_the_words_of_another(cast: Cast, verb: str) -> None:
    comment = begun(cast).comments.get()
    for who in EVERYBODY:
        if who != "mentor":
            expected = 302 if who == "anonymous" else 404
            assert cast.post(who, verb, comment.pk, body="Mine now").status_code == expected, who
    comment.refresh_from_db()
    assert (comment.body, comment.deleted_at) == ("Why ten?", None)


def test_a_deleted_comment_with_replies_stays_as_deleted_and_comes_back(cast: Cast) -> None:
    thread = begun(cast)
    cast.reply("owner", thread, "Because.")
    first = thread.comments.first()
    assert first is not None
    cast.post("mentor", "comment_delete", first.pk)
    page = said(beside(read(cast), "framing-decision"))
    assert "Why ten?" not in page
    assert "Deleted." in page
    assert "Because." in page
    assert "Undo" in said(beside(read(cast, "mentor"), "framing-decision"))
    assert "Undo" not in page
    cast.post("mentor", "comment_put_back", first.pk)
    assert "Why ten?" in read(cast)


def test_a_thread_goes_with_its_only_comment_and_comes_back(cast: Cast) -> None:
    thread = begun(cast)
    comment = thread.comments.get()
    gone = cast.client("mentor").post(
        cast.url("comment_delete", comment.pk),
        {"next": reverse("designs:design_read", args=[cast.design.pk])},
        follow=True,
    )
    assert "Undo" in gone.content.decode()
    assert f't-{thread.pk}"' not in read(cast)
    cast.post("mentor", "comment_put_back", comment.pk)
    assert "Why ten?" in read(cast)


def test_the_owner_takes_a_thread_away_and_puts_it_back(cast: Cast) -> None:
    thread = begun(cast)
    for who in EVERYBODY:
        if who != "owner":
            expected = 302 if who == "anonymous" else 404
            assert cast.post(who, "thread_delete", thread.pk).status_code == expected, who
    assert "Why ten?" in read(cast)
    cast.post("owner", "thread_delete", thread.pk)
    assert "Why ten?" not in read(cast, "mentor")
    assert "This thread is deleted." in read(cast, thread=str(thread.pk))
    assert cast.client("mentor").get(cast.url("thread", thread.pk)).status_code == 404
    cast.post("owner", "thread_put_back", thread.pk)
    assert "Why ten?" in read(cast, "mentor")


def test_short_answers_count_people_and_are_taken_back(cast: Cast) -> None:
    comment = begun(cast).comments.get()
    for who in ("owner", "editor"):
        cast.post(who, "comment_react", comment.pk, kind="done")
    assert "Done <b>2</b>" in read(cast)
    cast.post("owner", "comment_react", comment.pk, kind="done")
    assert "Done <b>1</b>" in read(cast)
    form = cast.client("owner").get(cast.url("comment_react", comment.pk)).content.decode()
    assert 'value="thanks"' in form


def told(cast: Cast) -> list[tuple[str, str, str]]:
    """Who heard what, and as what, the first to hear it first."""
    rows = Notice.objects.order_by("at", "recipient__name")
    return list(rows.values_list("recipient__name", "kind", "text"))


def test_a_name_after_an_at_is_told(cast: Cast) -> None:
    follow(cast["mentor"], cast.design)
    follow(cast["other"], cast.design)
    body = "@Ed and @mira, but not @Sven or x@Otto.org: look."
    begun(cast, body=body, who="owner")
    assert told(cast) == [
        ("Ed", Kind.MENTION, body),
        ("Mira", Kind.MENTION, body),
        ("Otto", Kind.COMMENT, body),
    ]


def test_what_was_told_of_a_comment_says_what_it_says_after_an_edit(cast: Cast) -> None:
    thread = begun(cast)
    cast.reply("editor", thread, "Why ten?")
    first = thread.comments.earliest("created_at")
    cast.post("mentor", "comment_edit", first.pk, body="Why not nine? @Otto knows.")
    assert told(cast) == [
        ("Ada", Kind.COMMENT, "Why not nine? @Otto knows."),
        ("Ada", Kind.COMMENT, "Why ten?"),
        ("Mira", Kind.COMMENT, "Why ten?"),
        ("Otto", Kind.MENTION, "Why not nine? @Otto knows."),
    ]
    cast.post("mentor", "comment_edit", first.pk, body="Why not nine? @Ada knows.")
    assert told(cast)[-1] == ("Ada", Kind.MENTION, "Why not nine? @Ada knows.")
    assert len(told(cast)) == 4


@pytest.mark.parametrize("about", [f"answer:{DECISION}", "stage:framing", "design:"])
@pytest.mark.parametrize("who", ["owner", "mentor", "guest"])
def test_a_thread_is_drawn_from_the_request_as_from_the_database(
    cast: Cast, who: str, about: str
) -> None:
    data = {"about": about, "body": "Why *ten*?", "token": "once"}
    if about.startswith("answer:"):
        data |= {"about": f"text:{DECISION}", "quote": "ten videos"}
    url = cast.url("thread_new")
    first, again = (cast.client(who).post(url, data, headers=HTMX) for _ in range(2))
    assert "Why <em>ten</em>?" in first.content.decode()
    assert first.content == again.content
    assert Thread.objects.count() == 1


def test_the_names_to_mention_are_those_with_access_and_no_addresses(cast: Cast) -> None:
    names = cast.client("mentor").get(cast.url("people")).json()["names"]
    assert names == ["Ada", "Ed", "Gus", "Otto", "Rhea"]


# -- Settling ------------------------------------------------------------------------------------


def test_a_resolved_thread_says_by_whom_and_what_changed(cast: Cast) -> None:
    thread = begun(cast, about=f"text:{DECISION}", quote="ten videos")
    cast.write(DECISION, "Show twelve videos. Never show one twice.")
    cast.write("framing.peak_qps", "30000")
    cast.post("owner", "thread_resolve", thread.pk)
    thread.refresh_from_db()
    assert thread.resolved_in is not None
    assert "Why ten?" not in read(cast)
    page = read(cast, show="resolved")
    assert "Resolved by Ada" in said(page)
    change = cast.client("mentor").get(cast.url("thread_change", thread.pk)).content.decode()
    assert "<del> ten</del><ins> twelve</ins>" in change
    assert "30" not in said(change).partition("What changed")[2].partition("Keys")[0]


def test_a_reply_reopens_only_when_asked_to(cast: Cast) -> None:
    thread = begun(cast)
    cast.post("owner", "thread_resolve", thread.pk)
    form = cast.client("mentor").get(cast.url("thread_reply", thread.pk)).content.decode()
    assert "Reopen: it is not settled" in form
    cast.reply("mentor", thread, "Thanks.")
    thread.refresh_from_db()
    assert thread.is_resolved
    cast.post("mentor", "thread_reply", thread.pk, body="No, wait.", reopens="on")
    thread.refresh_from_db()
    assert not thread.is_resolved


def test_a_thread_is_reopened_and_settled_again(cast: Cast) -> None:
    thread = begun(cast)
    for verb, settled in (("resolve", True), ("resolve", True), ("reopen", False)):
        cast.post("mentor", f"thread_{verb}", thread.pk)
        thread.refresh_from_db()
        assert thread.is_resolved is settled


def test_the_counts_say_what_is_shown(cast: Cast) -> None:
    first = begun(cast, body="One of two.")
    begun(cast, body="Two of two.")
    cast.post("owner", "thread_resolve", first.pk)
    assert "Open 1 Resolved 1 All 2" in said(read(cast))
    assert "One of two." in read(cast, show="all")
    assert "Two of two." not in read(cast, show="resolved")


# -- Where they stand ----------------------------------------------------------------------------


def test_a_thread_whose_row_went_is_in_the_list_and_beside_its_table(cast: Cast) -> None:
    row = cast.cell("p99_ms").rpartition(".")[0]
    thread = begun(cast, about=f"answer:{row}")
    gone = f"answer:{row.partition('/')[0]}/{SOME_UUID}"
    lost = begun(cast, about=gone, body="The row went while I wrote.")
    assert (lost.address, lost.anchor) == ("serving.components", "field")
    listed = cast.client("owner").get(cast.url("thread_list")).content.decode()
    assert f't-{thread.pk}"' in listed
    assert f't-{lost.pk}"' in listed


def test_more_than_three_on_one_answer_wait_until_they_are_asked_for(cast: Cast) -> None:
    made = [begun(cast, body=f"Remark {number}.") for number in range(5)]
    page = read(cast)
    assert "Remark 2." in page
    assert "Remark 3." not in page
    assert "2 more here" in page
    at = cast.client("owner").get(cast.url("thread_list"), {"at": "framing-decision"}, headers=HTMX)
    assert "Remark 4." in at.content.decode()
    assert "Remark 4." in read(cast, thread=str(made[4].pk))


def test_the_list_is_in_the_order_of_the_document(cast: Cast) -> None:
    begun(cast, about="stage:serving", body="Fourth.")
    begun(cast, about=f"text:{DECISION}", quote="twice", body="Third.")
    begun(cast, about=f"text:{DECISION}", quote="ten", body="Second.")
    begun(cast, about="design:", body="First.")
    listed = cast.page("reader", "thread_list")
    order = [listed.index(word) for word in ("First.", "Second.", "Third.", "Fourth.")]
    assert order == sorted(order)
    assert "Framing Decision" in listed
    assert "Serving" in listed


def test_the_list_is_in_the_order_of_cells_and_of_what_is_left(cast: Cast) -> None:
    begun(cast, about="answer:framing.peak_qps", body="Fourth.")
    begun(cast, about=f"text:{DECISION}", quote="Show", body="Third.")
    begun(cast, about=f"answer:{DECISION}", body="Second.")
    gone = begun(cast, about=f"answer:{DECISION}", body="First.")
    Thread.objects.filter(pk=gone.pk).update(address="framing.gone")
    begun(cast, about=f"text:{cast.cell('replicas')}", quote="180", body="Seventh.")
    begun(cast, about=f"answer:{cast.cell('p99_ms')}", body="Sixth.")
    begun(cast, about="stage:serving", body="Fifth.")
    begun(cast, about="design:", body="Zeroth.")
    listed = cast.page("reader", "thread_list")
    said = ["Zeroth.", "First.", "Second.", "Third.", "Fourth.", "Fifth.", "Sixth.", "Seventh."]
    order = [listed.index(word) for word in said]
    assert order == sorted(order)


def test_as_many_queries_for_many_threads_as_for_none(cast: Cast) -> None:
    design = make_complete_design(cast["owner"])
    Design.objects.filter(pk=design.pk).update(talk=1, has_threads=True)
    give(design, cast["mentor"], Role.COMMENTER)
    cast.design = design
    counted = []
    for _ in range(2):
        read(cast)
        with CaptureQueriesContext(connection) as queries:
            read(cast)
        counted.append(len(queries))
        for address in ("framing.decision", "serving.components", "data.sources"):
            for number in range(4):
                cast.reply("owner", begun(cast, about=f"answer:{address}"), f"Yes {number}.")
    assert counted[0] == counted[1]


def test_a_design_without_threads_costs_its_stage_page_nothing(cast: Cast) -> None:
    url = reverse("designs:stage_edit", args=[cast.design.pk, "framing"])
    cast.client("owner").get(url)
    with CaptureQueriesContext(connection) as queries:
        cast.client("owner").get(url)
    assert not [one for one in queries.captured_queries if "review_" in one["sql"]]


# -- News ----------------------------------------------------------------------------------------


def test_news_are_what_others_said_since(cast: Cast) -> None:
    page = read(cast)
    since = page.partition('data-since="')[2].partition('"')[0]
    news = cast.url("news")
    assert cast.client("owner").get(news, {"since": since}).status_code == 204
    thread = begun(cast)
    cast.reply("owner", thread, "My own.")
    fresh = cast.client("owner").get(news, {"since": since})
    assert 'data-count="1"' in fresh.content.decode()
    assert f'id="t-{thread.pk}"' in fresh.content.decode()
    later = fresh.content.decode().partition('data-now="')[2].partition('"')[0]
    assert cast.client("owner").get(news, {"since": later}).status_code == 204


def test_what_is_new_is_marked_until_it_was_looked_at(cast: Cast) -> None:
    begun(cast)
    page = read(cast)
    assert "1 new comment" in said(page)
    assert "thread--new" in page
    at = page.partition('data-since="')[2].partition('"')[0]
    assert cast.post("owner", "looked", at=at).status_code == 302
    assert "new comment" not in said(read(cast))
    cast.post("owner", "looked", at="1990-01-01T00:00:00+00:00")
    assert "new comment" not in said(read(cast))
    assert Look.objects.filter(user=cast["owner"]).count() == 1


def test_a_draft_is_seen_by_its_mentor_alone(cast: Cast) -> None:
    shared = begun(cast, "owner", body="Ask away.")
    cast.begin()
    talk = Design.objects.get(pk=cast.design.pk).talk
    begun(cast, body="Unsaid so far.")
    cast.reply("mentor", shared, "Nor this.")
    page = read(cast, "mentor")
    assert "Unsaid so far." in page
    assert "thread--draft" in page
    assert "Only you see this until you submit." in page
    assert "Nor this." in page
    for who in ("owner", "editor", "other", "reader", "guest"):
        for words in ("Unsaid so far.", "Nor this."):
            assert words not in read(cast, who, show="all"), who
            assert words not in cast.page(who, "thread_list"), who
    since = {"since": "2020-01-01T00:00:00Z"}
    assert "Unsaid" not in cast.client("owner").get(cast.url("news"), since).content.decode()
    assert Design.objects.get(pk=cast.design.pk).talk == talk


# -- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_begin_a_thread(cast: Cast, who: str) -> None:
    expected = 302 if who in (*MAY_COMMENT, "anonymous") else 404
    assert begin(cast, who).status_code == expected
    assert Thread.objects.exists() is (who in MAY_COMMENT)


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_do_what_in_a_thread(cast: Cast, who: str) -> None:
    thread = begun(cast)
    comment = thread.comments.get()
    shut = 302 if who == "anonymous" else 404
    for name in ("thread_list", "thread_change", "news", "thread"):
        args = [thread.pk] if name in {"thread", "thread_change"} else []
        url = cast.url(name, *args)
        got = cast.client(who).get(url, {"since": "2020-01-01T00:00:00Z"}).status_code
        sees = who not in ("anonymous", "stranger")
        assert got in ((200, 204, 302) if sees else (shut,)), name
    for name in ("thread_reply", "thread_resolve", "thread_reopen"):
        got = cast.post(who, name, thread.pk, body="So it is.").status_code
        assert got == (302 if who in MAY_COMMENT else shut), name
    got = cast.post(who, "comment_react", comment.pk, kind="agree").status_code
    assert got == (302 if who in MAY_COMMENT else shut)
    assert cast.client(who).get(cast.url("people")).status_code == (
        200 if who in MAY_COMMENT else shut
    )


def test_a_reader_sees_threads_and_no_control(cast: Cast) -> None:
    begun(cast)
    page = read(cast, "reader")
    assert "Why ten?" in page
    assert "data-composes" not in page
    assert "formaction" not in beside(page, "framing-decision")


@pytest.mark.parametrize("verb", ["resolve", "reopen", "delete", "put_back"])
def test_changes_are_posted(cast: Cast, verb: str) -> None:
    thread = begun(cast)
    assert cast.client("owner").get(cast.url(f"thread_{verb}", thread.pk)).status_code == 405


def test_access_that_ended_ends_talking(cast: Cast) -> None:
    thread = begun(cast)
    Grant.objects.filter(user=cast["mentor"]).delete()
    assert cast.post("mentor", "thread_reply", thread.pk, body="Still here?").status_code == 404
    assert begin(cast).status_code == 404


def test_a_thread_of_one_design_is_not_found_in_another(cast: Cast) -> None:
    thread = begun(cast)
    other = make_complete_design(cast["mentor"])
    url = reverse("review:thread_resolve", args=[other.pk, thread.pk])
    assert cast.client("mentor").post(url).status_code == 404


# -- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "about",
    [
        "answer:framing.no_such_field",
        "answer:nothing",
        "text:",
        "finding:0000",
        "value:serving.nothing",
        "value:",
        "rubric:framing/S9",
        "rubric:nowhere/S1",
        "stage:nowhere",
        "design:x",
        "",
        "\x00",
        "answer:serving.components/" + "x" * 5000,
        ":" * 100,
    ],
)
def test_an_unknown_place_keeps_the_text(cast: Cast, about: str) -> None:
    response = begin(cast, about=about, body="Long thought.")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Long thought.</textarea>" in page
    assert "is not there any more" in page
    assert not Thread.objects.exists()
    assert cast.client("mentor").get(cast.url("thread_new"), {"about": about}).status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "The comment is empty."),
        (" \n\x00 ", "The comment is empty."),
        ("x" * 100_000, "at most"),
    ],
)
def test_a_body_that_cannot_be_stored_is_said_and_kept(cast: Cast, body: str, says: str) -> None:
    response = begin(cast, body=body)
    assert response.status_code == 422
    assert says in said(response.content.decode())
    thread = begun(cast)
    response = cast.post("owner", "thread_reply", thread.pk, body=body)
    assert response.status_code == 422
    assert (body if body.strip("\n \x00") else "") in response.content.decode()
    response = cast.post("mentor", "comment_edit", thread.comments.get().pk, body=body)
    assert response.status_code == 422


def test_the_same_request_twice_is_one_comment(cast: Cast) -> None:
    for _ in range(2):
        assert begin(cast, token="once").status_code == 302
    thread = Thread.objects.get()
    for _ in range(2):
        cast.post("mentor", "thread_reply", thread.pk, body="Again.", token="twice")
    assert Comment.objects.count() == 2
    cast.post("owner", "thread_reply", thread.pk, body="Mine.", token="twice")
    assert Comment.objects.count() == 3


def test_a_reply_to_a_deleted_thread_keeps_its_text(cast: Cast) -> None:
    thread = begun(cast)
    cast.post("owner", "thread_delete", thread.pk)
    response = cast.post("mentor", "thread_reply", thread.pk, body="Too late.")
    assert response.status_code == 422
    assert "Too late.</textarea>" in response.content.decode()
    assert "was deleted meanwhile" in said(response.content.decode())


def test_what_the_owner_deleted_comes_back_by_nobody_else(cast: Cast) -> None:
    thread = begun(cast)
    comment = thread.comments.get()
    cast.post("owner", "thread_delete", thread.pk)
    cast.post("mentor", "comment_delete", comment.pk)
    cast.post("mentor", "comment_put_back", comment.pk)
    thread.refresh_from_db()
    assert thread.deleted_at is not None
    cast.post("owner", "thread_put_back", thread.pk)
    assert "Why ten?" in read(cast, thread=str(thread.pk))


def test_a_thread_that_went_with_its_comments_comes_back_with_any_of_them(cast: Cast) -> None:
    thread = begun(cast)
    cast.reply("other", thread, "Because.")
    first, second = thread.comments.all()
    cast.post("mentor", "comment_delete", first.pk)
    cast.post("other", "comment_delete", second.pk)
    cast.post("mentor", "comment_put_back", first.pk)
    thread.refresh_from_db()
    assert thread.deleted_at is None


@pytest.mark.parametrize("is_draft", [False, True])
def test_deleting_what_others_said_as_well_takes_back_only_ones_own_news(
    cast: Cast, is_draft: bool
) -> None:
    thread = begun(cast, "owner")
    cast.reply("other", thread, "+1")
    if is_draft:
        cast.begin()
    cast.reply("mentor", thread, "+1")
    cast.post("mentor", "comment_delete", thread.comments.get(author=cast["mentor"]).pk)
    told = Notice.objects.filter(recipient=cast["owner"], text="+1")
    assert [one.actor for one in told] == [cast["other"]]


def test_a_deleted_comment_is_not_rewritten_nor_reacted_to(cast: Cast) -> None:
    thread = begun(cast)
    cast.reply("owner", thread, "Because.")
    comment = thread.comments.first()
    assert comment is not None
    cast.post("mentor", "comment_delete", comment.pk)
    response = cast.post("mentor", "comment_edit", comment.pk, body="New words.")
    assert response.status_code == 422
    assert "New words.</textarea>" in response.content.decode()
    assert cast.post("owner", "comment_react", comment.pk, kind="done").status_code == 400


@pytest.mark.parametrize(
    "since",
    [
        *("", "yesterday", "2026-13-45T00:00:00Z", "2026-01-01", "\x00", "9" * 99),
        *("9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_a_time_that_is_none_is_said(cast: Cast, since: str) -> None:
    assert cast.client("owner").get(cast.url("news"), {"since": since}).status_code == 400


@pytest.mark.parametrize("odd", ["x", "\x00", "9" * 400, "-1", "٣"])
def test_odd_words_harm_nothing(cast: Cast, odd: str) -> None:
    given = {"quote": odd, "prefix": odd, "suffix": odd, "start": odd, "token": odd, "next": odd}
    assert begin(cast, about=f"text:{DECISION}", **given).status_code == 302
    assert cast.post("owner", "looked", at=odd).status_code == 302
    assert read(cast, show=odd, thread=odd)
    assert (
        cast.client("owner").get(cast.url("thread_list"), {"at": odd, "show": odd}).status_code
        == 200
    )
    comment = Comment.objects.latest("created_at")
    assert cast.post("owner", "comment_react", comment.pk, kind=odd).status_code == 400


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:x"]
)
def test_nobody_is_sent_elsewhere(cast: Cast, back: str) -> None:
    thread = begun(cast)
    response = cast.post("owner", "thread_resolve", thread.pk, next=back)
    assert response["Location"].startswith("/designs/")


@pytest.mark.parametrize("name", ["thread", "thread_reply", "thread_change", "comment_edit"])
def test_what_does_not_exist_is_not_found(cast: Cast, name: str) -> None:
    assert cast.client("owner").get(cast.url(name, SOME_UUID)).status_code == 404


# -- Guests --------------------------------------------------------------------------------------


def test_what_a_guest_said_is_theirs_when_they_sign_up(cast: Cast) -> None:
    thread = begun(cast, "guest", body="From a guest.")
    comment = thread.comments.get()
    account = give(cast.design, make_user("Gustava"), Role.COMMENTER)
    Reaction.objects.create(comment=comment, user=cast["guest"], kind="agree")
    Reaction.objects.create(comment=comment, user=account, kind="agree")
    Look.objects.create(design=cast.design, user=cast["guest"])
    cast.begin("guest")
    begun(cast, "guest", body="Drafted.")
    merge_guest(cast["guest"], account)
    signed_in = Client()
    signed_in.force_login(account)
    url = cast.url("comment_edit", comment.pk)
    assert signed_in.post(url, {"body": "From me."}).status_code == 302
    page = signed_in.get(reverse("designs:design_read", args=[cast.design.pk])).content.decode()
    assert "From me." in page
    assert "Drafted." in page
    assert Reaction.objects.count() == 1


def test_what_a_guest_said_stays_when_the_guest_is_gone(cast: Cast) -> None:
    begun(cast, "guest", body="I was here.")
    cast["guest"].delete()
    page = read(cast)
    assert "I was here." in page
    assert "Gus" in page
