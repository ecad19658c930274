"""Invitations of people without an account."""

from __future__ import annotations

import pytest
from django.test import Client

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.notices import tasks
from mlsd_app.notices.models import Mail, Notice
from mlsd_app.notices.telling import invite, uninvite
from tests.factories import make_user
from tests.notices.conftest import Clock, Committing, Outbox

Queued = list[tuple[str, object]]
PATH = "/invitations/secret/"


def ask(committing: Committing, design: Design, email: str = "bo@example.org") -> bool:
    assert design.owner is not None
    with committing():
        return invite(email, design, design.owner, Role.COMMENTER, PATH)


@pytest.mark.parametrize(
    ("role", "words"),
    [(Role.READER, "read"), (Role.COMMENTER, "comment on"), (Role.EDITOR, "work on")],
)
def test_an_invitation_says_who_invites_to_what(
    design: Design,
    alice: User,
    committing: Committing,
    mailoutbox: Outbox,
    role: Role,
    words: str,
) -> None:
    with committing():
        assert invite(" Bo@Example.org ", design, alice, role, PATH)
    (mail,) = mailoutbox
    assert mail.to == ["bo@example.org"]
    assert mail.subject == f"Alice Kowal invites you to {words} “Feed”"
    assert "https://seven.example/invitations/secret/" in mail.body
    assert "Alice Kowal gave your address to Seven" in mail.body
    assert "notices/preferences" not in mail.body
    assert Mail.objects.get().sent_at is not None


def test_the_address_can_be_closed_with_one_click_and_opened_again(
    design: Design, committing: Committing, mailoutbox: Outbox
) -> None:
    ask(committing, design)
    stop = mailoutbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    path = stop.removeprefix("https://seven.example")
    page = Client().post(path, {"List-Unsubscribe": "One-Click"})
    assert page.status_code == 200
    assert b"Nobody can mail an invitation to <b>bo@example.org</b>" in page.content
    assert ask(committing, design, "BO@example.org") is False
    assert ask(committing, design, "other@example.org") is True
    Client().post(path, {"again": "1"})
    assert ask(committing, design) is True
    assert len(mailoutbox) == 3


def test_an_invitation_is_not_sent_when_it_no_longer_stands(
    design: Design, alice: User, committing: Committing, queued: Queued, mailoutbox: Outbox
) -> None:
    ask(committing, design)
    design.delete_softly()
    ((_, key),) = queued
    tasks.deliver_mail(str(key))
    assert len(mailoutbox) == 0
    assert not Notice.objects.exists()


def test_a_withdrawn_invitation_is_not_sent(
    design: Design, committing: Committing, queued: Queued, mailoutbox: Outbox
) -> None:
    ask(committing, design)
    uninvite("Bo@example.org", design)
    ((_, key),) = queued
    tasks.deliver_mail(str(key))
    assert len(mailoutbox) == 0
    assert not Mail.objects.exists()


def test_nobody_can_fill_a_letter_box(
    design: Design, committing: Committing, mailoutbox: Outbox, clock: Clock
) -> None:
    assert [ask(committing, design) for _ in range(7)] == [True] * 5 + [False] * 2
    assert len(mailoutbox) == 5
    clock.move(hours=25)
    assert ask(committing, design)


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b@c", "a@example.org\r\nBcc: all@example.org", "a" * 300 + "@b.org"]
)
def test_what_is_no_address_gets_nothing(
    design: Design, committing: Committing, mailoutbox: Outbox, email: str
) -> None:
    assert ask(committing, design, email) is False
    assert len(mailoutbox) == 0


def test_an_invitation_stands_in_no_page(
    design: Design, alice: User, committing: Committing, mailoutbox: Outbox
) -> None:
    ask(committing, design, "new@example.org")
    user = make_user()
    client = Client()
    client.force_login(user)
    assert b"invites you" not in client.get("/notices/").content
