from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mlsd_app.designs.models import Design, Revision
from mlsd_app.notices.models import Notice
from mlsd_app.review.models import Thread
from tests.factories import answer, rows
from tests.review.cast import Cast

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"
BEGAN = "Show ten videos. Never show *one* twice. See [[framing.peak_qps]] for the load."
WORDS = "Never show one twice."


@pytest.fixture
def cast() -> Cast:
    cast = Cast.around_a_design()
    save(cast, DECISION, BEGAN)
    return cast


def save(cast: Cast, address: str, text: Any, who: str = "owner", **more: str) -> str:
    """Post as the page of the stage does; what it answers."""
    return posted(cast, address.partition(".")[0], who, **{address: text}, **more)


def posted(cast: Cast, stage: str, who: str = "owner", **data: Any) -> str:
    url = reverse("designs:stage_edit", args=[cast.design.pk, stage])
    base = Design.objects.get(pk=cast.design.pk).clock
    response = cast.client(who).post(url, {"base": base, **data}, headers={"HX-Request": "true"})
    assert response.status_code in {200, 422}, response
    return response.content.decode()


def quote(
    cast: Cast, words: str, address: str = DECISION, who: str = "mentor", **more: str
) -> Thread:
    """Comment on words as a page does on which they were selected."""
    data = {"about": f"text:{address}", "body": "Why?", "token": str(uuid4()), "quote": words}
    response = cast.post(who, "thread_new", **data, **more)
    assert response.status_code == 302, response.content.decode()
    return Thread.objects.get(comments__token=data["token"])


def about(cast: Cast, address: str, who: str = "mentor", target: str = "answer") -> Thread:
    data = {"about": f"{target}:{address}", "body": "Why?", "token": str(uuid4())}
    response = cast.post(who, "thread_new", **data)
    assert response.status_code == 302, response.content.decode()
    return Thread.objects.get(comments__token=data["token"])


def place(thread: Thread) -> tuple[str, int | None, int | None]:
    thread.refresh_from_db()
    return thread.anchor, thread.start, thread.end


def component(cast: Cast) -> str:
    return f"serving.components/{rows(cast.design, 'serving.components')[0]['row']}"


def test_a_thread_follows_its_words_through_saves(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    assert place(thread) == ("exact", 17, 38)
    save(cast, DECISION, f"At first: {BEGAN}")
    assert place(thread) == ("exact", 27, 48)
    save(cast, DECISION, BEGAN.replace("*one* twice", "*one* of them twice"))
    assert place(thread) == ("traced", 17, 46)
    assert thread.words == "Never show one of them twice."
    assert (thread.quote, thread.original_start, thread.original_end) == (WORDS, 17, 38)
    save(cast, DECISION, BEGAN)
    assert place(thread) == ("exact", 17, 38)
    assert thread.words == ""


def test_a_thread_whose_words_go_stays_at_its_answer_and_comes_back_with_them(cast: Cast) -> None:
    thread = quote(cast, "one twice")
    save(cast, DECISION, "Show ten videos.")
    assert place(thread)[0] == "field"
    save(cast, DECISION, "")
    assert place(thread)[0] == "field"
    save(cast, DECISION, BEGAN)
    assert place(thread) == ("exact", 28, 37)


def test_a_lookalike_does_not_get_the_thread(cast: Cast) -> None:
    like = "Never show three twice."
    save(cast, DECISION, f"{WORDS} {like}")
    thread = quote(cast, WORDS)
    save(cast, DECISION, like)
    assert place(thread)[0] == "field"


def test_every_thread_is_kept_once_whatever_is_saved(cast: Cast) -> None:
    threads = [quote(cast, words) for words in ("Show", "ten videos", WORDS, "load", "[[framing")]
    threads.append(quote(cast, "these words stand nowhere"))
    threads.append(about(cast, DECISION))
    for text in ("ten videos. Show", BEGAN[5:], "", "Else.", f"{BEGAN} {BEGAN}", BEGAN):
        save(cast, DECISION, text)
        assert set(Thread.objects.all()) == set(threads)
    assert [place(thread)[0] for thread in threads[:5]] == ["exact"] * 5
    assert place(threads[5]) == ("field", None, None)


def test_a_thread_on_words_that_come_later_finds_them(cast: Cast) -> None:
    thread = quote(cast, "These words are not stored yet.")
    assert place(thread)[0] == "field"
    save(cast, DECISION, f"{BEGAN} These words are not stored yet.")
    assert place(thread)[0] == "exact"


def test_only_threads_of_what_changed_are_looked_at(cast: Cast) -> None:
    thread = quote(cast, "ten videos")
    Thread.objects.filter(pk=thread.pk).update(start=0, end=1)
    save(cast, "framing.problem_statement", "Too many videos.")
    assert place(thread) == ("exact", 0, 1)


def test_a_place_that_does_not_fit_is_found_again(cast: Cast) -> None:
    thread = quote(cast, "ten videos")
    Thread.objects.filter(pk=thread.pk).update(start=0, end=1)
    save(cast, DECISION, f"{BEGAN} And more.")
    assert place(thread) == ("exact", 5, 15)


def test_the_items_of_a_list_are_one_text(cast: Cast) -> None:
    save(cast, "framing.out_of_scope", "Cold start of *new* videos\nAds")
    thread = quote(cast, "of new videos", "framing.out_of_scope")
    save(cast, "framing.out_of_scope", "Search\nCold start of *new* videos\nAds")
    assert place(thread) == ("exact", 18, 31)


def test_a_thread_follows_a_row_that_is_deleted_and_put_back(cast: Cast) -> None:
    row = component(cast)
    save(cast, f"{row}.fallback", "Serve the popular ones of the day.")
    thread = quote(cast, "the popular ones", f"{row}.fallback")
    whole, cell = about(cast, row), about(cast, f"{row}.p99_ms")
    named = {"table": "serving.components", "row": row.partition("/")[2]}
    posted(cast, "serving", op="delete", **named)
    assert [place(one)[0] for one in (thread, whole, cell)] == ["stage"] * 3
    posted(cast, "serving", op="put-back", **named)
    assert place(thread) == ("exact", 6, 22)
    assert [place(one)[0] for one in (whole, cell)] == ["exact"] * 2


def test_a_rename_that_is_followed_in_a_text_moves_what_stands_behind_it(cast: Cast) -> None:
    save(cast, DECISION, "It takes [[serving.components/ranking.p99_ms]] at most. Never more.")
    thread = quote(cast, "Never more.")
    save(cast, f"{component(cast)}.id", "ranking_of_videos")
    stored = answer(cast.design, DECISION)
    assert "components/ranking_of_videos.p99_ms" in stored
    assert place(thread) == ("exact", stored.index("Never"), len(stored))


def test_bringing_a_revision_back_brings_the_words_back(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    number = thread.revision.number
    save(cast, DECISION, "Else.")
    assert place(thread)[0] == "field"
    url = reverse("history:revision_bring_back", args=[cast.design.pk, number])
    assert cast.client("owner").post(url).status_code == 302
    assert place(thread) == ("exact", 17, 38)


def test_a_draft_of_a_mentor_follows_as_well(cast: Cast) -> None:
    cast.begin("mentor")
    thread = quote(cast, WORDS)
    save(cast, DECISION, f"At first: {BEGAN}")
    assert place(thread) == ("exact", 27, 48)
    cast.design.refresh_from_db()
    assert cast.design.talk == 0


def test_a_deleted_thread_follows_for_when_it_is_put_back(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    cast.post("mentor", "thread_delete", thread.pk)
    save(cast, DECISION, f"At first: {BEGAN}")
    assert place(thread) == ("exact", 27, 48)


def test_a_save_that_is_refused_moves_nothing(cast: Cast) -> None:
    save(cast, "framing.peak_qps", "20000")
    thread = quote(cast, "20", "framing.peak_qps")
    assert place(thread)[0] == "exact"
    save(cast, "framing.peak_qps", "about as many as there are")
    assert place(thread)[0] == "exact"


@pytest.mark.parametrize("who", ["mentor", "reader", "stranger"])
def test_who_may_not_edit_moves_no_thread(cast: Cast, who: str) -> None:
    thread = quote(cast, WORDS)
    url = reverse("designs:stage_edit", args=[cast.design.pk, "framing"])
    cast.client(who).post(url, {"base": "0", DECISION: "Else."})
    assert place(thread) == ("exact", 17, 38)


# -- Reopening ---------------------------------------------------------------------------------


def resolve(cast: Cast, thread: Thread) -> None:
    assert cast.post("owner", "thread_resolve", thread.pk).status_code in {200, 302}
    thread.refresh_from_db()
    assert thread.is_resolved


def test_bringing_the_old_text_back_reopens_what_its_change_answered(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    save(cast, DECISION, BEGAN.replace("Never", "Rarely"))
    resolve(cast, thread)
    cast.design.refresh_from_db()
    talk = cast.design.talk
    save(cast, DECISION, f"{BEGAN} Again.", who="editor")
    assert place(thread) == ("exact", 17, 38)
    assert not thread.is_resolved
    assert (thread.resolved_by, thread.resolved_in, thread.resolved_by_name) == (None, None, "")
    assert thread.reopened_because == "Reopened: Ed brought the old text back."
    cast.design.refresh_from_db()
    assert (cast.design.talk, thread.talk) == (talk + 1, talk + 1)


def test_a_thread_that_no_change_answered_stays_resolved(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    resolve(cast, thread)
    save(cast, DECISION, "Else.")
    save(cast, DECISION, BEGAN)
    assert place(thread)[0] == "exact"
    assert thread.is_resolved


def test_another_change_does_not_reopen(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    save(cast, DECISION, BEGAN.replace("Never", "Rarely"))
    resolve(cast, thread)
    save(cast, DECISION, BEGAN.replace("Never", "Seldom"))
    thread.refresh_from_db()
    assert thread.is_resolved


@pytest.mark.parametrize(
    ("address", "answered"), [("framing.peak_qps", "40000"), (DECISION, "Else.")]
)
def test_bringing_an_old_answer_back_reopens(cast: Cast, address: str, answered: str) -> None:
    old = {"framing.peak_qps": "20000", DECISION: BEGAN}[address]
    thread = about(cast, address)
    save(cast, address, answered)
    resolve(cast, thread)
    save(cast, address, "50000")
    thread.refresh_from_db()
    assert thread.is_resolved
    save(cast, address, old)
    thread.refresh_from_db()
    assert not thread.is_resolved


def test_taking_an_answer_away_reopens_what_asked_for_it(cast: Cast) -> None:
    thread = about(cast, "framing.problem_statement", target="absence")
    save(cast, "framing.problem_statement", "Too many videos.")
    resolve(cast, thread)
    save(cast, "framing.problem_statement", "")
    thread.refresh_from_db()
    assert not thread.is_resolved


def test_who_follows_a_thread_hears_that_it_is_open_again(cast: Cast) -> None:
    thread = quote(cast, WORDS)
    save(cast, DECISION, "Else.")
    resolve(cast, thread)
    save(cast, DECISION, BEGAN)
    told = Notice.objects.filter(recipient=cast["mentor"], about=f"thread:{thread.pk}")
    assert [one.words for one in told if "brought the old text back on Framing" in one.words]


# -- What it costs -----------------------------------------------------------------------------


def queries_of(cast: Cast, text: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        save(cast, DECISION, text)
    return len(queries)


def test_a_save_of_a_design_without_threads_asks_for_none(cast: Cast) -> None:
    with CaptureQueriesContext(connection) as queries:
        save(cast, DECISION, f"{BEGAN} More.")
    assert not [one for one in queries if "review_thread" in one["sql"]]


def test_a_save_asks_the_same_for_one_thread_as_for_many(cast: Cast) -> None:
    first = quote(cast, WORDS)
    few = queries_of(cast, f"At first: {BEGAN}")
    for _ in range(20):
        first.pk, first.start, first.end = uuid4(), 27, 48
        first.save(force_insert=True)
    assert queries_of(cast, f"At the very first: {BEGAN}") == few
    assert set(Thread.objects.values_list("start", flat=True)) == {36}


def test_threads_of_another_design_are_left_alone(cast: Cast, client: Client) -> None:
    other = Cast.around_a_design()
    save(other, DECISION, BEGAN)
    thread = quote(other, WORDS)
    quote(cast, WORDS)
    save(cast, DECISION, "Else.")
    assert place(thread) == ("exact", 17, 38)
    assert Revision.objects.filter(design=other.design).exists()
    assert Design.objects.get(pk=other.design.pk).has_threads
