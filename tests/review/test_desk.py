"""The desk of a mentor and the list of an author: what waits, with counts, at a constant price."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from tests.factories import make_design, make_user
from tests.review.cast import ANSWERS, Cast, give, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return Cast.around_a_design()


def desk(cast: Cast, who: str) -> str:
    response = cast.client(who).get(reverse("review:desk"))
    assert response.status_code == 200
    return said(response.content.decode())


def another(cast: Cast, title: str) -> Cast:
    """A second design of Ada's that the same mentor may comment on."""
    design = make_design(cast["owner"], **(ANSWERS | {"general": {"title": title}}))
    give(design, cast["mentor"], Role.COMMENTER)
    return Cast(design, cast.people, cast.clients)


def test_an_empty_desk_says_what_will_stand_there(cast: Cast) -> None:
    assert "Nobody shared a design with you yet" in desk(cast, "stranger")


def test_what_is_asked_waits_first(cast: Cast) -> None:
    waiting = another(cast, "Search")
    assert "Nothing waits for you." in desk(cast, "mentor")
    waiting.post("owner", "review_ask", mentor=cast["mentor"].pk)
    page = desk(cast, "mentor")
    assert "Waits for you Search Ada · you may comment · Your turn: Ada asks" in page
    assert page.index("Search") < page.index("Shared with you Feed")


def test_an_answered_round_waits_for_its_mentor(cast: Cast) -> None:
    submitted = cast.review()
    assert "Waits for you" not in desk(cast, "mentor")
    assert "Waits for Ada" in desk(cast, "mentor")
    cast.post("owner", "review_answer", submitted.pk, answer="Done.")
    assert "Waits for you Feed" in desk(cast, "mentor")
    cast.review(verdict="ready")
    assert "Waits for you" not in desk(cast, "mentor")


def test_a_review_that_was_begun_waits_to_be_gone_on_with(cast: Cast) -> None:
    def go_on(who: str) -> bool:
        page = cast.client(who).get(reverse("review:desk")).content.decode()
        return f'href="{cast.url("round_draft")}">Go on<' in page

    assert "Nothing waits for you." in desk(cast, "mentor")
    assert not go_on("mentor")
    cast.begin()
    page = desk(cast, "mentor")
    assert "Waits for you Feed Ada · you may comment · Your review is begun, not submitted" in page
    assert "Nothing waits for you." not in page
    assert go_on("mentor")
    assert "Nothing waits for you." in desk(cast, "other")
    assert not go_on("other")
    cast.submit()
    assert "Waits for you" not in desk(cast, "mentor")
    assert not go_on("mentor")


def test_a_draft_of_who_may_only_read_by_now_does_not_wait(cast: Cast) -> None:
    cast.begin()
    Grant.objects.filter(user=cast["mentor"]).update(role=Role.READER)
    page = desk(cast, "mentor")
    assert "Nothing waits for you." in page
    assert "Go on" not in page


def test_an_answer_in_a_thread_is_news_until_it_was_looked_at(cast: Cast) -> None:
    thread = cast.comment("mentor", "Which ten?")
    cast.reply("owner", thread, "The first.")
    assert "Answered since you looked Feed" in desk(cast, "mentor")
    assert "1 new answer" in desk(cast, "mentor")
    cast.post("mentor", "looked")
    assert "Answered since you looked" not in desk(cast, "mentor")


def test_counts_are_of_open_threads_and_of_ones_own_drafts(cast: Cast) -> None:
    first = cast.comment("owner", "One")
    cast.comment("owner", "Two")
    cast.post("owner", "thread_resolve", first.pk)
    cast.begin()
    cast.comment("mentor", "Three")
    cast.reply("mentor", first, "Four")
    assert "1 open thread" in desk(cast, "mentor")
    assert "2 drafts of yours" in desk(cast, "mentor")
    assert "1 open thread" in desk(cast, "other")
    assert "draft" not in desk(cast, "other")


def test_an_author_sees_in_the_list_what_waits_and_for_whom(cast: Cast) -> None:
    def listed() -> str:
        response = cast.client("owner").get(reverse("designs:design_list"))
        return said(response.content.decode())

    cast.comment("mentor", "One")
    cast.comment("mentor", "Two")
    cast.post("owner", "review_ask", mentor=cast["mentor"].pk)
    assert "2 open threads Waits for Mira" in listed()
    cast.review()
    assert "2 open threads Your turn: answer the review of Mira" in listed()


def test_the_bar_leads_to_the_desk_of_who_has_one(cast: Cast) -> None:
    url = reverse("review:desk")
    for who, has in (("mentor", True), ("reader", True), ("owner", False), ("stranger", False)):
        page = cast.client(who).get(reverse("designs:design_list")).content.decode()
        assert (f'href="{url}"' in page) is has


def test_what_is_not_shared_any_more_is_not_on_the_desk(cast: Cast) -> None:
    cast.post("owner", "review_ask", mentor=cast["mentor"].pk)
    Grant.objects.filter(user=cast["mentor"]).delete()
    assert "Nobody shared a design with you yet" in desk(cast, "mentor")


def test_a_design_in_the_bin_is_not_on_the_desk(cast: Cast) -> None:
    cast.design.delete_softly()
    assert "Feed" not in desk(cast, "mentor")


def test_a_visitor_signs_in_first() -> None:
    response = Client().get(reverse("review:desk"))
    assert response.status_code == 302
    assert Client().post(reverse("review:desk")).status_code in {302, 405}


@pytest.mark.parametrize("name", ["review:desk", "designs:design_list"])
def test_a_list_costs_the_same_whatever_its_length(cast: Cast, name: str) -> None:
    who = "mentor" if name == "review:desk" else "owner"
    talked_about(cast, "Feed", cast.design.pk)
    cast.client(who).get(reverse(name))
    few = queries(cast.client(who), name)
    for number in range(6):
        one = another(cast, f"Design {number}")
        talked_about(one, f"Design {number}", number)
    assert queries(cast.client(who), name) == few


def talked_about(cast: Cast, title: str, number: object) -> None:
    """Somebody asked, reviewed, answered, and drafts again."""
    submitted = cast.review()
    cast.post("owner", "review_answer", submitted.pk, answer=f"{title} {number}")
    thread = cast.comment("mentor", "Why?")
    cast.reply("owner", thread, "So.")
    cast.begin()
    cast.comment("mentor", "Still?")


def queries(client: Client, name: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as counted:
        assert client.get(reverse(name)).status_code == 200
    return len(counted)


def test_a_guest_has_a_desk_too(cast: Cast) -> None:
    assert "Shared with you Feed" in desk(cast, "guest")


def test_two_people_of_one_name_are_told_apart_by_what_they_may_do(cast: Cast) -> None:
    user: User = make_user("Mira")
    give(cast.design, user, Role.EDITOR)
    cast.people["namesake"] = user
    assert "you may edit" in desk(cast, "namesake")
    assert "you may comment" in desk(cast, "mentor")
