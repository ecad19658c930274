"""Asking for access to a design that is not open, or for more than one has."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.sharing.giving import give
from mlsd_app.sharing.models import AccessRequest
from tests.factories import make_design, make_user
from tests.sharing.conftest import come, make_link, path, read, roles, said, signed_in, words


def test_the_page_that_is_not_there_asks_blindly(mentor: Client, design: Design) -> None:
    there = mentor.get(reverse("designs:design_read", args=[design.pk]))
    nowhere = mentor.get(reverse("designs:design_read", args=[other := uuid4()]))
    assert there.status_code == nowhere.status_code == 404
    forms = [
        page.content.decode().replace(str(key), "KEY")
        for page, key in ((there, design.pk), (nowhere, other))
    ]
    assert "Ask its owner for access" in forms[0]
    assert words(forms[0].encode()) == words(forms[1].encode())
    assert path("access_ask", other) in nowhere.content.decode()


def test_elsewhere_nobody_is_asked(mentor: Client) -> None:
    for where in ("/nowhere/", reverse("designs:example_read", args=["unknown"])):
        assert b"Ask its owner" not in mentor.get(where).content
    assert b"Ask its owner" not in Client().get("/nowhere/").content


def test_the_answer_is_the_same_whatever_the_address_is(
    mentor: Client, ada: User, design: Design, mira: User
) -> None:
    mine, deleted = make_design(mira), make_design(ada)
    deleted.delete_softly()
    answers = set()
    for key in (design.pk, uuid4(), mine.pk, deleted.pk):
        response = mentor.post(path("access_ask", key), {"role": "1", "note": ""}, follow=True)
        answers.add(words(response.content).partition("If this")[2].partition("with you.")[0])
        assert response.redirect_chain == [("/designs/", 302)]
    assert len(answers) == 1
    assert list(AccessRequest.objects.values_list("design", flat=True)) == [design.pk]


def test_the_owner_sees_who_asks_and_lets_them_in(
    mentor: Client, owner: Client, design: Design, mira: User
) -> None:
    said(mentor, path("access_ask", design), role="3", note="I know <b>ranking</b>.")
    page = words(owner.get(path("sharing", design)).content)
    assert f"Mira Okafor {mira.email} asks to be editor" in page
    assert "I know &lt;b&gt;" in owner.get(path("sharing", design)).content.decode()
    asked = AccessRequest.objects.get()
    answer = said(owner, path("request_grant", design, asked.pk), role="2")
    assert "Mira Okafor is a mentor now." in answer
    assert read(mentor, design) == 200
    assert "Asking to come in" not in words(owner.get(path("sharing", design)).content)


def test_nobody_is_given_more_than_they_asked_for(
    mentor: Client, owner: Client, design: Design
) -> None:
    said(mentor, path("access_ask", design), role="1", note="")
    said(owner, path("request_grant", design, AccessRequest.objects.get().pk), role="3")
    assert roles(design) == {"Mira Okafor": Role.READER}


def test_asking_again_is_one_question(mentor: Client, design: Design) -> None:
    for role in ("1", "2"):
        said(mentor, path("access_ask", design), role=role, note=f"as {role}")
    asked = AccessRequest.objects.get()
    assert (asked.role, asked.note) == (Role.COMMENTER, "as 2")


def test_who_was_declined_can_ask_again_after_a_week(
    mentor: Client, owner: Client, design: Design
) -> None:
    said(mentor, path("access_ask", design), role="1", note="")
    asked = AccessRequest.objects.get()
    assert "was not let in" in said(owner, path("request_decline", design, asked.pk))
    assert read(mentor, design) == 404
    said(mentor, path("access_ask", design), role="1", note="")
    assert AccessRequest.objects.count() == 1
    AccessRequest.objects.update(decided_at=timezone.now() - timedelta(days=8))
    said(mentor, path("access_ask", design), role="1", note="")
    assert AccessRequest.objects.count() == 2


def test_a_reader_asks_for_more(owner: Client, ada: User, design: Design, mira: User) -> None:
    give(design, mira, Role.READER, by=ada)
    reader = signed_in(mira)
    assert "Ask for more" in words(reader.get(path("sharing", design)).content)
    said(reader, path("access_ask", design), role="1", note="")
    assert not AccessRequest.objects.exists()
    said(reader, path("access_ask", design), role="2", note="")
    said(owner, path("request_grant", design, AccessRequest.objects.get().pk), role="2")
    assert roles(design) == {"Mira Okafor": Role.COMMENTER}


def test_a_guest_signs_up_first(owner: Client, ada: User, design: Design) -> None:
    guest = come(make_link(owner, design)[1])
    other = make_design(ada)
    page = words(guest.get(reverse("designs:design_read", args=[other.pk])).content)
    assert "Then sign in with the account that has access" in page
    assert "Sign up first" in said(guest, path("access_ask", other), role="1")
    assert not AccessRequest.objects.exists()


@pytest.mark.parametrize(
    ("asked", "words_said"),
    [
        ({"role": "4"}, "Choose to read, to comment or to write."),
        ({}, "Choose what you want to do."),
        ({"role": "1", "note": "n" * 301}, "At most 300 characters fit."),
        ({"role": "1", "note": "\x00"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_asked_is_answered(
    mentor: Client, design: Design, asked: dict[str, str], words_said: str
) -> None:
    assert words_said in said(mentor, path("access_ask", design), **asked)
    assert not AccessRequest.objects.exists()


def test_nobody_floods_owners_with_questions(mentor: Client) -> None:
    tries = [mentor.post(path("access_ask", uuid4()), {"role": "1"}).status_code for _ in range(21)]
    assert tries == [302] * 20 + [429]


def test_a_question_is_answered_once_and_by_its_owner(
    mentor: Client, owner: Client, ada: User, design: Design
) -> None:
    said(mentor, path("access_ask", design), role="1", note="")
    key = AccessRequest.objects.get().pk
    other = make_design(ada)
    for where, client in (
        (path("request_grant", other, key), owner),
        (path("request_grant", design, key), signed_in(make_user("Sam"))),
        (path("request_grant", design, 2**63), owner),
    ):
        assert client.post(where, {"role": "1"}).status_code == 404
    assert "Choose reader" in said(owner, path("request_grant", design, key), role="x")
    said(owner, path("request_grant", design, key), role="1")
    assert owner.post(path("request_grant", design, key), {"role": "1"}).status_code == 404
