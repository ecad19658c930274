"""Rounds over HTTP: drafted in private, submitted at once, answered; and whose turn it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.guests import merge_guest
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design, Revision
from mlsd_app.notices.models import Notice
from mlsd_app.notices.telling import Kind
from mlsd_app.review import rounds
from mlsd_app.review.models import Approval, ReviewRequest, Round, Thread
from mlsd_app.review.rounds import DISCARDED_ARE_KEPT
from mlsd_app.stages.design import NUMBERED_STAGES
from tests.factories import make_user
from tests.review.cast import SOME_UUID, Cast, give, said

pytestmark = pytest.mark.django_db

EVERYBODY = ("anonymous", "stranger", "reader", "mentor", "other", "guest", "editor", "owner")


@pytest.fixture
def cast() -> Cast:
    return Cast.around_a_design()


def talk(cast: Cast) -> int:
    return Design.objects.get(pk=cast.design.pk).talk


# -- Drafting and submitting -------------------------------------------------------------------


def test_what_was_drafted_appears_at_once_when_it_is_submitted(cast: Cast) -> None:
    before = talk(cast)
    cast.begin()
    thread = cast.comment("mentor", "Which ten?")
    other = cast.comment("mentor", "Who pays?", "framing.peak_qps")
    assert talk(cast) == before
    assert not Thread.objects.shared().exists()
    assert cast.submit(summary="Two **questions**.").status_code == 302
    assert talk(cast) == before + 1
    assert set(Thread.objects.shared()) == {thread, other}
    page = cast.page("owner")
    assert "Round 1, Mira Needs work" in page
    assert "Two questions ." in page
    assert "Which ten?" in page
    assert "2 threads, 2 open" in page


def test_a_reply_that_was_drafted_is_part_of_the_round(cast: Cast) -> None:
    thread = cast.comment("owner", "Is ten right?")
    cast.begin()
    cast.reply("mentor", thread, "Fewer would do.")
    assert thread.comments.shared().count() == 1
    assert cast.submit().status_code == 302
    assert [one.body for one in thread.comments.shared()] == ["Is ten right?", "Fewer would do."]
    thread.refresh_from_db()
    assert thread.talk == talk(cast)


@pytest.mark.parametrize("by", ["owner", "its author"])
def test_a_drafted_reply_outlives_the_thread_it_answers(cast: Cast, by: str) -> None:
    thread = cast.comment("other", "Is ten right?")
    cast.begin()
    cast.reply("mentor", thread, "Fewer would do.")
    cast.reply("mentor", thread, "Say five.")
    if by == "owner":
        cast.post("owner", "thread_delete", thread.pk)
    else:
        cast.post("other", "comment_delete", thread.comments.earliest("created_at").pk)
    assert "Fewer would do." in cast.page("mentor", "round_draft")
    read = reverse("designs:design_read", args=[cast.design.pk])
    assert "Fewer would do." not in cast.client("owner").get(read).content.decode()
    cast.submit()
    page = cast.client("owner").get(read).content.decode()
    assert "Fewer would do." in page
    assert "Say five." in page
    assert "It answers a thread that was deleted." in page
    own = Thread.objects.shared().get(deleted_at=None)
    assert (own.author, own.address) == (cast["mentor"], thread.address)
    if by == "owner":
        cast.post("owner", "thread_put_back", thread.pk)
        thread.refresh_from_db()
        assert [one.body for one in thread.comments.all()] == ["Is ten right?"]


@pytest.mark.parametrize("meanwhile", ["resolved", "reopened"])
def test_a_drafted_reply_reopens_its_thread_when_it_is_submitted(
    cast: Cast, meanwhile: str
) -> None:
    thread = cast.comment("other", "Is ten right?")
    cast.post("owner", "thread_resolve", thread.pk)
    cast.begin()
    form = cast.client("mentor").get(cast.url("thread_reply", thread.pk)).content.decode()
    assert "Reopen once you submit: it is not settled" in form
    cast.post("mentor", "thread_reply", thread.pk, body="It is not.", reopens="on", token="t")
    thread.refresh_from_db()
    assert thread.is_resolved
    if meanwhile == "reopened":
        cast.post("owner", "thread_reopen", thread.pk)
    cast.submit()
    thread.refresh_from_db()
    assert not thread.is_resolved
    assert thread.talk == talk(cast)


def test_what_is_published_at_once_keeps_the_order_in_which_it_was_written(cast: Cast) -> None:
    cast.begin()
    bodies = [f"Point {number}" for number in range(5)]
    for body in bodies:
        cast.comment("mentor", body)
    cast.submit()
    found = Thread.objects.shared().order_by("created_at")
    assert [one.comments.get().body for one in found] == bodies


def test_one_round_is_one_notice_for_each_and_for_who_is_mentioned(cast: Cast) -> None:
    cast.begin()
    for number in range(3):
        cast.comment("mentor", f"Point {number}, @Otto and @Ada.")
    assert not Notice.objects.exists()
    cast.submit()
    told = [(str(one.recipient), one.kind) for one in Notice.objects.select_related("recipient")]
    rounds = [name for name, kind in told if kind == Kind.ROUND]
    assert sorted(rounds) == ["Ada", "Ed"]
    assert {name for name, kind in told if kind == Kind.MENTION} == {"Otto"}
    assert {kind for _, kind in told} == {Kind.ROUND, Kind.MENTION}


def test_what_a_guest_drafts_stays_theirs_when_they_sign_up(cast: Cast) -> None:
    cast.begin("guest")
    cast.comment("guest", "Still mine")
    account = give(cast.design, make_user("Gunda"), Role.COMMENTER)
    merge_guest(cast["guest"], account)
    cast.people["account"] = account
    assert "Still mine" in cast.page("account", "round_draft")
    assert cast.submit("account").status_code == 302


def test_beginning_again_goes_on_with_the_draft(cast: Cast) -> None:
    first = cast.begin()
    assert cast.begin() == first
    assert "You are drafting round 1" in cast.page("mentor")


def test_the_rounds_of_a_mentor_are_counted(cast: Cast) -> None:
    assert cast.review().number == 1
    assert cast.review("other").number == 1
    assert cast.review().number == 2


def test_the_summary_is_kept_while_it_is_written(cast: Cast) -> None:
    cast.begin()
    given = {"verdict": "ready", "summary": "So far"}
    kept = cast.client("mentor").post(cast.url("round_keep"), given, headers={"HX-Request": "true"})
    assert "Draft kept" in kept.content.decode()
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    assert ">So far</textarea>" in page
    assert 'value="ready" checked' in page
    ticked = {"stage": ["data", "model"]}
    assert cast.post("mentor", "round_keep", summary="By hand", **ticked).status_code == 302
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    assert 'name="stage" value="data" checked' in page
    assert 'name="stage" value="serving" checked' not in page
    assert Round.objects.get().summary == "By hand"


def test_without_a_verdict_nothing_is_submitted_and_nothing_typed_is_lost(cast: Cast) -> None:
    cast.begin()
    response = cast.submit(verdict="", summary="A long thought")
    assert response.status_code == 422
    assert "Choose a verdict" in said(response.content.decode())
    assert "A long thought" in response.content.decode()
    assert not Round.objects.submitted().exists()


def test_needs_work_says_what_needs_it(cast: Cast) -> None:
    cast.begin()
    response = cast.submit(summary="")
    assert response.status_code == 422
    assert "Nothing says yet what needs work" in said(response.content.decode())
    cast.comment("mentor", "This does")
    assert cast.submit(summary="").status_code == 302


def test_a_round_sent_twice_is_submitted_once(cast: Cast) -> None:
    cast.begin()
    page = cast.client("mentor").get(cast.url("round_draft"))
    assert page.status_code == 200
    given = {"verdict": "needs-work", "summary": "Once"}
    assert cast.post("mentor", "round_submit", **given).status_code == 302
    count = talk(cast)
    again = cast.client("mentor").post(cast.url("round_submit"), given, follow=True)
    assert "There is no draft to submit" in said(again.content.decode())
    assert talk(cast) == count
    assert Round.objects.submitted().count() == 1


def test_a_guest_of_a_link_reviews_under_their_name(cast: Cast) -> None:
    cast.review("guest")
    assert "Round 1, Gus" in cast.page("owner")


def test_a_summary_may_not_run_what_it_says(cast: Cast) -> None:
    cast.review(summary="<script>alert(1)</script> <img src=x onerror=alert(1)>")
    page = cast.client("owner").get(cast.url("review")).content.decode()
    assert "<script>alert" not in page
    assert "<img" not in page


# -- Discarding --------------------------------------------------------------------------------


def test_a_discarded_draft_is_gone_and_can_be_put_back(cast: Cast) -> None:
    draft = cast.begin()
    thread = cast.comment("mentor", "Never mind")
    assert cast.post("mentor", "round_discard").status_code == 302
    assert not Thread.objects.seen_by(cast["mentor"]).exists()
    assert "nobody saw it" in cast.page("mentor")
    assert cast.post("mentor", "round_put_back", draft.pk).status_code == 302
    assert Thread.objects.seen_by(cast["mentor"]).get() == thread
    assert cast.submit().status_code == 302
    assert Thread.objects.shared().get() == thread


def test_a_discarded_draft_waits_while_another_is_written(cast: Cast) -> None:
    first = cast.begin()
    cast.post("mentor", "round_discard")
    second = cast.begin()
    assert second != first
    answer = cast.client("mentor").post(cast.url("round_put_back", first.pk), follow=True)
    assert "You began another review since" in said(answer.content.decode())
    cast.submit()
    assert cast.post("mentor", "round_put_back", first.pk).status_code == 302
    assert Round.objects.drafts_of(cast["mentor"]).get().number == 2


def test_a_discarded_draft_is_not_kept_for_ever(cast: Cast) -> None:
    draft = cast.begin()
    cast.post("mentor", "round_discard")
    long_ago = timezone.now() - DISCARDED_ARE_KEPT - timedelta(days=1)
    Round.objects.filter(pk=draft.pk).update(discarded_at=long_ago)
    assert "nobody saw it" not in cast.page("mentor")
    cast.begin()
    assert not Round.objects.filter(pk=draft.pk).exists()


def test_a_submitted_round_is_not_discarded(cast: Cast) -> None:
    submitted = cast.review()
    assert cast.post("mentor", "round_discard").status_code == 302
    assert cast.post("mentor", "round_put_back", submitted.pk).status_code == 404
    assert Round.objects.submitted().get() == submitted


def test_what_is_kept_or_discarded_while_it_is_submitted_does_not_change_the_round(
    cast: Cast,
) -> None:
    draft = cast.begin()
    cast.submit(summary="All of it.")
    rounds.keep(draft, "", "All", [])
    rounds.discard(draft)
    submitted = Round.objects.get()
    assert (submitted.summary, submitted.verdict) == ("All of it.", "needs-work")
    assert (submitted.ticked, submitted.discarded_at) == (None, None)


# -- Answering and asking: whose turn it is ----------------------------------------------------


def test_the_turn_goes_from_asked_to_needs_work_to_answered(cast: Cast) -> None:
    def turns(*who: str) -> list[str]:
        read = reverse("designs:design_read", args=[cast.design.pk])
        pages = (cast.client(one).get(read).content.decode() for one in who)
        found = (page.partition('class="bar__turn')[2].partition("</a>")[0] for page in pages)
        return [said(one.partition(">")[2]) for one in found]

    everyone = ("owner", "mentor", "reader")
    assert turns(*everyone) == ["", "", ""]
    cast.post("owner", "review_ask", mentor=cast["mentor"].pk, note="Serving above all")
    asked = turns(*everyone)
    assert asked == [
        "Waits for Mira",
        "Your turn: Ada asks for your review",
        "Waits for Mira",
    ]
    assert "Serving above all" in cast.page("mentor")
    submitted = cast.review()
    assert turns(*everyone) == [
        "Your turn: answer the review of Mira",
        "Waits for Ada",
        "Waits for Ada",
    ]
    cast.post("owner", "review_answer", submitted.pk, answer="Done, all of it.")
    assert turns(*everyone) == [
        "Waits for Mira",
        "Your turn: Ada answered your review",
        "Waits for Mira",
    ]
    cast.review(verdict="ready")
    assert turns(*everyone) == [
        "Mira found it ready",
        "You found it ready",
        "Mira found it ready",
    ]


def test_a_round_closes_what_its_mentor_was_asked(cast: Cast) -> None:
    for name in ("mentor", "other"):
        cast.post("owner", "review_ask", mentor=cast[name].pk)
    submitted = cast.review()
    asked = {one.mentor.name: one.answered_by for one in ReviewRequest.objects.all()}
    assert asked == {"Mira": submitted, "Otto": None}


def test_who_is_asked_already_is_not_asked_twice(cast: Cast) -> None:
    for note in ("First", "Second"):
        cast.post("owner", "review_ask", mentor=cast["mentor"].pk, note=note)
    assert ReviewRequest.objects.get().note == "Second"


@pytest.mark.parametrize("who", ["stranger", "reader", "owner", "nobody"])
def test_only_a_mentor_can_be_asked(cast: Cast, who: str) -> None:
    mentor = cast.people[who].pk if who in cast.people else 10**12
    response = cast.post("owner", "review_ask", mentor=mentor, note="My long note")
    assert response.status_code == 422
    assert "My long note" in response.content.decode()
    assert "Choose somebody who may comment" in said(response.content.decode())
    assert not ReviewRequest.objects.exists()


def test_a_request_is_withdrawn_by_the_author_or_refused_by_the_mentor(cast: Cast) -> None:
    for who in ("owner", "mentor"):
        cast.post("owner", "review_ask", mentor=cast["mentor"].pk)
        asked = ReviewRequest.objects.get(withdrawn_at=None)
        assert cast.post("other", "review_withdraw", asked.pk).status_code == 404
        assert cast.post(who, "review_withdraw", asked.pk).status_code == 302
        assert not ReviewRequest.objects.filter(withdrawn_at=None).exists()
    assert "Waits for" not in cast.page("owner")


def test_a_mentor_who_lost_access_is_waited_for_no_longer(cast: Cast) -> None:
    cast.post("owner", "review_ask", mentor=cast["mentor"].pk)
    assert "Waits for Mira" in cast.page("reader")
    Grant.objects.filter(user=cast["mentor"]).delete()
    head = cast.page("reader").partition("Approved")[0].partition("Review Review")[2]
    assert "Nobody has reviewed this design yet" in cast.page("reader"), head


def test_an_answer_can_be_changed_but_not_emptied(cast: Cast) -> None:
    submitted = cast.review()
    for text in ("First", "Second"):
        assert cast.post("owner", "review_answer", submitted.pk, answer=text).status_code == 302
    response = cast.post("owner", "review_answer", submitted.pk, answer=" \n")
    assert response.status_code == 422
    assert "The answer is empty" in said(response.content.decode())
    submitted.refresh_from_db()
    assert submitted.answer == "Second"


# -- The next round ----------------------------------------------------------------------------


def test_the_next_round_opens_on_what_changed_since(cast: Cast) -> None:
    cast.begin()
    asked = cast.comment("mentor", "Which ten do you mean?")
    cast.comment("mentor", "And this?", "serving.cache_ttl_s")
    cast.submit()
    cast.reply("owner", asked, "The first ten.")
    cast.write("framing.decision", "Show twelve videos. Never show one twice.")
    cast.write("framing.peak_qps", "40 k/s")
    cast.begin()
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    words = said(page)
    assert "Since your round 1" in words
    assert "<del> ten</del><ins> twelve</ins>" in page
    assert "2 times as much" in words
    assert "Which ten do you mean? Ada : The first ten. Answered" in words
    assert "Your earlier threads where nothing changed, 1" in words
    assert f"#t-{asked.pk}" in page or str(asked.pk) in page
    assert reverse("designs:design_read", args=[cast.design.pk]) + "#a-framing-" in page


def test_a_change_of_one_cell_brings_back_what_was_said_of_it_and_of_its_row(cast: Cast) -> None:
    row = cast.cell("replicas").partition(".replicas")[0]
    cast.begin()
    for address in (cast.cell("replicas"), cast.cell("p99_ms"), row, "serving.components"):
        cast.comment("mentor", f"About {address.removeprefix(row)}.", address)
    cast.submit()
    cast.write(cast.cell("replicas"), "200")
    cast.begin()
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    here, _, elsewhere = said(page).partition("Your earlier threads where nothing changed, 1")
    assert all(one in here for one in ("About .replicas.", "About .", "About serving.components."))
    assert "About .p99_ms." not in here
    assert "About .p99_ms." in elsewhere


def test_what_changed_after_the_page_was_made_is_shown_in_the_next_round(cast: Cast) -> None:
    cast.begin()
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    clock = page.partition('name="clock" value="')[2].partition('"')[0]
    cast.write("framing.decision", "Show one.")
    cast.submit(clock=clock)
    cast.begin()
    assert "<ins>" in cast.client("mentor").get(cast.url("round_draft")).content.decode()


def test_a_first_round_says_what_changed_since_it_was_begun(cast: Cast) -> None:
    cast.begin()
    assert "No answer changed." in cast.page("mentor", "round_draft")
    cast.write("framing.decision", "Show one.")
    assert "No answer changed." not in cast.page("mentor", "round_draft")
    assert "Since you began" in cast.page("mentor", "round_draft")


# -- Approvals ---------------------------------------------------------------------------------


def test_a_ready_design_is_approved_stage_by_stage(cast: Cast) -> None:
    cast.review(verdict="ready")
    assert Approval.objects.count() == len(NUMBERED_STAGES)
    assert cast.page("reader").count("Approved by Mira") == len(NUMBERED_STAGES)


def test_changing_a_stage_reopens_that_stage_only(cast: Cast) -> None:
    cast.review(verdict="ready")
    began = "Show ten videos. Never show one twice."
    cast.write("framing.decision", "Show one.")
    page = cast.page("owner")
    assert page.count("Approved by Mira") == len(NUMBERED_STAGES) - 1
    assert "Framing Changed since Mira approved it: see what" in page
    cast.write("framing.decision", began)
    assert cast.page("owner").count("Approved by Mira") == len(NUMBERED_STAGES)


def test_what_changed_since_an_approval_can_be_looked_at(cast: Cast) -> None:
    cast.review(verdict="ready")
    cast.write("framing.decision", "Show one.")
    page = cast.client("mentor").get(cast.url("review")).content.decode()
    link = page.partition('approved it: <a href="')[2].partition('"')[0].replace("&amp;", "&")
    compared = cast.client("mentor").get(link.partition("#")[0])
    assert compared.status_code == 200
    assert "<ins>" in compared.content.decode()


def test_stages_are_found_ready_one_by_one(cast: Cast) -> None:
    cast.review(stage=["serving", "data"])
    assert set(Approval.objects.values_list("stage", flat=True)) == {"serving", "data"}
    assert "Found ready: Data, Serving." in cast.page("owner")


def test_a_stage_that_changed_meanwhile_is_not_approved_unseen(cast: Cast) -> None:
    cast.begin()
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    shown = page.partition('name="shown-framing" value="')[2].partition('"')[0]
    cast.write("framing.decision", "Show one.")
    response = cast.submit(verdict="ready", summary="Fine", **{"shown-framing": shown})
    assert response.status_code == 409
    words = said(response.content.decode())
    assert "Framing changed while you decided" in words
    assert "Fine" in response.content.decode()
    assert not Round.objects.submitted().exists()
    assert not Approval.objects.exists()
    assert cast.submit(verdict="ready").status_code == 302


def test_a_later_round_takes_back_what_it_does_not_find_ready_any_more(cast: Cast) -> None:
    cast.review(stage=["framing", "serving"])
    cast.review(stage=["framing"])
    page = cast.page("owner")
    assert "Framing Approved by Mira" in page
    assert "Serving Not approved yet" in page


def test_the_approval_of_one_mentor_does_not_end_that_of_another(cast: Cast) -> None:
    cast.review(stage=["framing"])
    cast.review("other", stage=[])
    assert "Framing Approved by Mira" in cast.page("owner")


def test_ready_with_open_errors_says_so(cast: Cast) -> None:
    cast.begin()
    assert "errors of the checks are open" in cast.page("mentor", "round_draft")
    assert cast.submit(verdict="ready").status_code == 302


def test_the_rail_and_the_read_view_say_what_is_approved(cast: Cast) -> None:
    cast.review(verdict="ready")
    read = reverse("designs:design_read", args=[cast.design.pk])
    page = cast.client("reader").get(read).content.decode()
    assert page.count('title="Approved by Mira"') == len(NUMBERED_STAGES)
    assert "Approved by Mira," in said(page)
    edit = reverse("designs:stage_edit", args=[cast.design.pk, "framing"])
    cast.client("owner").get(edit)
    design = Design.objects.get(pk=cast.design.pk)
    saved = cast.client("owner").post(
        edit,
        {"framing.decision": "Show one.", "base": design.clock, "clock": design.clock},
        headers={"HX-Request": "true"},
    )
    assert "Changed since Mira approved it" in saved.content.decode()


# -- Who may ----------------------------------------------------------------------------------

ROUTES: list[tuple[str, str, dict[str, str], set[str]]] = [
    ("get", "review", {}, {"reader", "mentor", "other", "guest", "editor", "owner"}),
    ("get", "round_draft", {}, {"mentor"}),
    ("post", "review_ask", {"mentor": "0"}, {"editor", "owner"}),
    ("post", "round_begin", {}, {"mentor", "other", "guest", "editor"}),
    ("post", "round_keep", {}, {"mentor"}),
    ("post", "round_submit", {"verdict": "needs-work", "summary": "So"}, {"mentor"}),
    ("post", "round_discard", {}, {"mentor"}),
]


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize(
    ("method", "name", "data", "may"), ROUTES, ids=[f"{one[0]} {one[1]}" for one in ROUTES]
)
def test_who_may_do_what_with_a_round(
    cast: Cast, who: str, method: str, name: str, data: dict[str, str], may: set[str]
) -> None:
    draft = cast.begin()
    before = _drafts(cast)
    response = getattr(cast.client(who), method)(cast.url(name), data)
    if who == "anonymous":
        assert response.status_code == 302
        assert "/accounts/login/" in response.url
    elif who == "stranger" or (who == "reader" and who not in may):
        assert response.status_code == 404
    elif who in may:
        assert response.status_code in {200, 302, 422}
    if who != "mentor":
        draft.refresh_from_db()
        assert draft.is_draft
        assert draft.discarded_at is None
        assert draft.summary == ""
        assert before <= _drafts(cast)
    if who not in may and who != "owner":
        assert _drafts(cast) == before


def _drafts(cast: Cast) -> set[Any]:
    return set(Round.objects.filter(design=cast.design).values_list("pk", flat=True))


def test_the_owner_does_not_review_their_own_design(cast: Cast) -> None:
    answer = cast.client("owner").post(cast.url("round_begin"), follow=True)
    assert "This design is yours" in said(answer.content.decode())
    assert not Round.objects.exists()


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_answer_a_round(cast: Cast, who: str) -> None:
    submitted = cast.review()
    response = cast.post(who, "review_answer", submitted.pk, answer="So it is")
    may = who in {"editor", "owner"}
    assert response.status_code == (302 if may or who == "anonymous" else 404)
    submitted.refresh_from_db()
    assert bool(submitted.answer) is may


@pytest.mark.parametrize("who", [one for one in EVERYBODY if one not in {"anonymous", "mentor"}])
def test_nobody_puts_back_or_answers_the_draft_of_another(cast: Cast, who: str) -> None:
    draft = cast.begin()
    assert cast.post(who, "round_put_back", draft.pk).status_code == 404
    assert cast.post(who, "review_answer", draft.pk, answer="What?").status_code == 404


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("review_ask", ()),
        ("review_withdraw", (1,)),
        ("review_answer", (SOME_UUID,)),
        ("round_begin", ()),
        ("round_keep", ()),
        ("round_submit", ()),
        ("round_discard", ()),
        ("round_put_back", (SOME_UUID,)),
    ],
)
def test_what_changes_something_is_posted(cast: Cast, name: str, args: tuple[object, ...]) -> None:
    assert cast.client("owner").get(cast.url(name, *args)).status_code == 405


# -- Odd input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "odd",
    [
        {"clock": "²"},
        {"clock": "9" * 40},
        {"clock": "-1"},
        {"stage": ["nowhere", "framing\x00"]},
        {"summary": "A\x00B\x1b[0m\ud7ff"},
        {"summary": "x" * 20_000},
    ],
)
def test_odd_words_in_the_form_do_no_harm(cast: Cast, odd: dict[str, Any]) -> None:
    cast.begin()
    assert cast.submit(**odd).status_code == 302
    submitted = Round.objects.submitted().get()
    assert "\x00" not in submitted.summary
    assert not Approval.objects.exists()


def test_made_up_contents_are_not_approved(cast: Cast) -> None:
    cast.begin()
    odd = {"shown-framing": "f" * 64}
    assert cast.submit(verdict="ready", **odd).status_code == 409
    cast.post("mentor", "round_submit", verdict="ready", summary="No hashes at all")
    assert not Approval.objects.exists()


def test_a_summary_that_is_too_long_comes_back_whole(cast: Cast) -> None:
    cast.begin()
    long = "ab " * 8_000
    response = cast.submit(summary=long)
    assert response.status_code == 422
    assert long.strip() in response.content.decode()
    assert "at most 20" in said(response.content.decode())


@pytest.mark.parametrize("mentor", ["", "x", "-1", "²", "9" * 30, "\x00"])
def test_an_odd_mentor_is_a_clear_answer(cast: Cast, mentor: str) -> None:
    assert cast.post("owner", "review_ask", mentor=mentor).status_code == 422


def test_a_deleted_design_has_no_review(cast: Cast) -> None:
    cast.begin()
    cast.design.delete_softly()
    for who in ("owner", "mentor"):
        assert cast.client(who).get(cast.url("review")).status_code == 404
    assert cast.post("mentor", "round_submit", verdict="ready").status_code == 404


def test_beginning_a_round_credits_the_state_to_who_wrote_it(cast: Cast) -> None:
    cast.begin()
    kept = Revision.objects.get(design=cast.design)
    assert kept.author == cast["owner"]
