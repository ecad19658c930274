"""Stopping mails from a mail, without signing in."""

from __future__ import annotations

import re

import pytest
from django.core import signing
from django.test import Client

from mlsd_app.accounts.models import User
from mlsd_app.notices.kinds import CONVERSATION
from mlsd_app.notices.models import Preference
from mlsd_app.notices.telling import Kind
from mlsd_app.notices.unsubscribing import SALT, token_for_person
from tests.notices.conftest import Clock, Outbox, Say

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def program() -> Client:
    """A mail program: it knows no cookie and no token of a form."""
    return Client(enforce_csrf_checks=True)


def way_out(mailoutbox: Outbox) -> str:
    """The path behind the last mail's own unsubscribe link."""
    header = mailoutbox[-1].message()["List-Unsubscribe"]
    assert re.fullmatch(r"<https://seven\.example/notices/unsubscribe/[\w:.=-]+/>", header)
    return str(header)[1:-1].removeprefix("https://seven.example")


def channels(user: User) -> dict[str, str]:
    return dict(user.preferences.values_list("kind", "channel"))


def test_one_click_stops_the_mails_and_leaves_the_page(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client
) -> None:
    say(mira, "One")
    response = program.post(way_out(mailoutbox), ONE_CLICK, content_type=FORM)
    assert response.status_code == 200
    page = response.content.decode()
    assert "These mails are off now" in page
    assert "comments, suggestions and resolved threads" in page
    assert "Turn them on again" in page
    say(mira, "Two")
    assert len(mailoutbox) == 1
    assert alice.notices.unread().count() == 2


def test_looking_at_the_link_changes_nothing(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client
) -> None:
    say(mira)
    for _ in range(2):
        response = program.get(way_out(mailoutbox))
        assert response.status_code == 200
        assert b"Yes, stop them" in response.content
    assert channels(alice) == {}


def test_the_button_of_the_page_turns_them_on_again(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client
) -> None:
    say(mira, "One")
    path = way_out(mailoutbox)
    program.post(path)
    again = program.post(path, {"again": "1"})
    assert b"These mails are on again" in again.content
    say(mira, "Two")
    assert len(mailoutbox) == 2


def test_the_same_click_twice_is_one(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client
) -> None:
    say(mira)
    for _ in range(2):
        assert program.post(way_out(mailoutbox)).status_code == 200
    assert set(channels(alice)) == set(CONVERSATION)
    assert set(channels(alice).values()) == {"page"}


@pytest.mark.parametrize("kind", sorted(set(Kind) - CONVERSATION))
def test_an_urgent_mail_stops_its_own_kind_only(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client, kind: Kind
) -> None:
    say(mira, kind=kind, to=[alice])
    program.post(way_out(mailoutbox))
    assert channels(alice) == {kind: "page"}


def test_the_digest_has_a_way_out_too(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client, clock: Clock
) -> None:
    from mlsd_app.notices import tasks

    for number in range(5):
        say(mira, str(number))
    clock.move(hours=13)
    tasks.look_after_mails()
    assert len(mailoutbox) == 5
    program.post(way_out(mailoutbox))
    assert set(channels(alice)) == set(CONVERSATION)


def test_what_was_turned_off_altogether_is_not_turned_on_by_a_link(
    alice: User, program: Client
) -> None:
    Preference.objects.create(user=alice, kind=Kind.COMMENT, channel="nothing")
    path = f"/notices/unsubscribe/{token_for_person(alice, [Kind.COMMENT])}/"
    program.post(path)
    program.post(path, {"again": "1"})
    assert channels(alice) == {"comment": "nothing"}


def test_a_link_works_when_the_site_was_signed_in_as_somebody_else(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, program: Client
) -> None:
    say(mira)
    program.force_login(mira)
    assert program.post(way_out(mailoutbox)).status_code == 200
    assert (set(channels(alice)), channels(mira)) == (set(CONVERSATION), {})


@pytest.mark.django_db
@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a:b:c",
        "%00",
        "é",
        "W10:1wABC:nonsense",
        "x" * 5000,
        signing.dumps([1, ["comment"]], salt="another"),
    ],
    ids=["short", "parts", "nul", "accent", "nonsense", "long", "made elsewhere"],
)
def test_a_link_that_was_not_made_here_changes_nothing(program: Client, token: str) -> None:
    for response in (
        program.get(f"/notices/unsubscribe/{token}/"),
        program.post(f"/notices/unsubscribe/{token}/"),
    ):
        assert response.status_code == 404
        assert b"This link does not work" in response.content


def test_a_link_of_somebody_who_is_gone_says_so(alice: User, program: Client) -> None:
    token = token_for_person(alice, [Kind.COMMENT])
    alice.delete()
    assert program.post(f"/notices/unsubscribe/{token}/").status_code == 404


def test_a_kind_that_no_longer_exists_is_passed_over(alice: User, program: Client) -> None:
    token = signing.dumps([alice.pk, ["comment", "weather"]], salt=SALT)
    assert program.post(f"/notices/unsubscribe/{token}/").status_code == 200
    assert channels(alice) == {"comment": "page"}
    only = signing.dumps([alice.pk, ["weather"]], salt=SALT)
    assert program.post(f"/notices/unsubscribe/{only}/").status_code == 404
