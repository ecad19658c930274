"""Inviting by address or name: who gets in, what the owner sees, what nobody learns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.sharing import inviting
from mlsd_app.sharing.models import Invitation
from tests.factories import confirmed, make_design, make_user
from tests.sharing.conftest import path, read, roles, said, signed_in, words

NEW = "new@example.com"


def invite(owner: Client, design: Design, whom: str, role: Role = Role.COMMENTER) -> str:
    return said(owner, path("invite", design), whom=whom, role=role.value)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses in the mails of invitations, instead of the mails."""
    paths: list[str] = []
    monkeypatch.setattr(
        inviting, "mail_invitation", lambda email, design, actor, role, path: paths.append(path)
    )
    return paths


def test_somebody_with_an_account_is_in_at_once(
    owner: Client, design: Design, mira: User, mentor: Client
) -> None:
    assert read(mentor, design) == 404
    assert f"{mira.email} is invited as a mentor." in invite(owner, design, str(mira.email))
    assert read(mentor, design) == 200
    assert roles(design) == {"Mira Okafor": Role.COMMENTER}


def test_an_address_without_an_account_waits_for_who_comes_by_the_mail(
    owner: Client, design: Design, sent: list[str], mentor: Client
) -> None:
    assert f"{NEW} is invited as an editor." in invite(owner, design, NEW, Role.EDITOR)
    assert roles(design) == {}
    assert mentor.get(sent[0]).status_code == 302
    page = mentor.get("/s/")
    assert "You may read it, comment on it and write in it." in words(page.content)
    key = Invitation.objects.get().pk
    mentor.post("/s/", {"offer": str(key)})
    assert roles(design) == {"Mira Okafor": Role.EDITOR}
    log = words(owner.get(path("access_log", design)).content)
    assert f"Mira Okafor took up the invitation of {NEW}" in log


def test_an_invitation_asks_to_sign_up_or_in_first(
    owner: Client, design: Design, sent: list[str]
) -> None:
    invite(owner, design, NEW)
    visitor = Client()
    visitor.get(sent[0])
    page = visitor.get("/s/").content
    assert "Sign up to open it" in words(page)
    assert b"/accounts/signup/?next=/s/" in page
    answer = visitor.post("/s/", {"offer": str(Invitation.objects.get().pk)})
    assert answer.headers["Location"] == "/accounts/signup/?next=%2Fs%2F"
    assert User.objects.count() == 1
    visitor.post(
        "/accounts/signup/",
        {"email": "other@example.com", "password1": "correct horse battery", "name": "Noor"},
    )
    visitor.post("/s/", {"offer": str(Invitation.objects.get().pk)})
    assert roles(design) == {"Noor": Role.COMMENTER}


def test_the_owner_cannot_tell_whether_an_address_has_an_account(
    owner: Client, design: Design, mira: User, sent: list[str]
) -> None:
    invite(owner, design, str(mira.email))
    invite(owner, design, NEW)
    page = owner.get(path("sharing", design)).content.decode()
    known, unknown = (
        re.search(rf'<li class="line" id="invitation-.*?{address}.*?</li>', page, re.DOTALL)
        for address in (mira.email, NEW)
    )
    assert known
    assert unknown
    assert "Mira Okafor" not in page.replace(str(mira.email), "")
    people = page[page.index('id="members"') :]
    assert people.count("Invited as mentor") == 2
    assert f"person-{mira.pk}" not in page


def test_who_came_is_shown_by_name(
    owner: Client, design: Design, mira: User, mentor: Client
) -> None:
    invite(owner, design, str(mira.email))
    read(mentor, design)
    page = words(owner.get(path("sharing", design)).content)
    assert "Mira Okafor Mentor. Last here on" in page
    assert str(mira.email) not in page.partition("Access log")[0]


def test_a_name_reaches_people_one_shares_with_and_nobody_else(
    owner: Client, ada: User, design: Design, mira: User
) -> None:
    answer = invite(owner, design, "Mira Okafor")
    assert "Nobody you share a design with is called “Mira Okafor”." in answer
    assert (
        'value="Mira Okafor"'
        in owner.post(path("invite", design), {"whom": "Mira Okafor", "role": "2"}).content.decode()
    )
    other = make_design(ada)
    invite(owner, other, str(mira.email))
    read(signed_in(mira), other)
    invite(owner, design, "mira okafor", Role.READER)
    assert roles(design) == {"Mira Okafor": Role.READER}


def test_two_known_people_of_one_name_are_not_mixed_up(
    owner: Client, ada: User, design: Design
) -> None:
    other = make_design(ada)
    for _ in range(2):
        smith = confirmed(make_user("Jo Smith"))
        invite(owner, other, str(smith.email))
        read(signed_in(smith), other)
    assert "More than one person you share a design with" in invite(owner, design, "Jo Smith")
    assert roles(design) == {}


def test_inviting_again_changes_what_waits_and_makes_no_second_one(
    owner: Client, design: Design, mira: User, sent: list[str]
) -> None:
    for whom in (str(mira.email), NEW):
        invite(owner, design, whom, Role.EDITOR)
        invite(owner, design, whom.upper(), Role.READER)
    assert [one.role for one in Invitation.objects.all()] == [Role.READER] * 2
    assert roles(design) == {"Mira Okafor": Role.READER}


def test_who_has_more_keeps_it(owner: Client, design: Design, mira: User, mentor: Client) -> None:
    invite(owner, design, str(mira.email), Role.EDITOR)
    read(mentor, design)
    invite(owner, design, str(mira.email), Role.READER)
    assert roles(design) == {"Mira Okafor": Role.EDITOR}


def test_a_withdrawn_invitation_opens_nothing(
    owner: Client, design: Design, mira: User, mentor: Client, sent: list[str]
) -> None:
    invite(owner, design, str(mira.email))
    invite(owner, design, NEW)
    mentor.get(sent[0])
    for invitation in Invitation.objects.all():
        said(owner, path("invitation_withdraw", design, invitation.pk))
    assert read(mentor, design) == 404
    assert mentor.get("/s/").status_code == 404
    assert roles(design) == {}


def test_it_works_for_fourteen_days_and_longer_when_sent_again(
    owner: Client, design: Design, sent: list[str]
) -> None:
    invite(owner, design, NEW)
    again = path("invitation_send", design, Invitation.objects.get().pk)
    assert "less than five minutes ago" in said(owner, again)
    assert len(sent) == 1
    past = timezone.now() - timedelta(days=15)
    Invitation.objects.update(sent_at=past, expires_at=past + timedelta(days=14))
    assert "has run out" in words(owner.get(path("sharing", design)).content)
    visitor = Client()
    visitor.get(sent[0])
    assert visitor.get("/s/").status_code == 404
    assert f"The invitation went to {NEW} again." in said(owner, again)
    visitor.get(sent[0])
    assert visitor.get("/s/").status_code == 404
    visitor.get(sent[1])
    assert visitor.get("/s/").status_code == 200


def test_an_invitation_is_taken_up_once(
    owner: Client, design: Design, sent: list[str], mentor: Client
) -> None:
    invite(owner, design, NEW)
    key = str(Invitation.objects.get().pk)
    for client in (mentor, second := signed_in(make_user("Second"))):
        client.get(sent[0])
        client.post("/s/", {"offer": key})
    assert roles(design) == {"Mira Okafor": Role.COMMENTER}
    assert read(second, design) == 404


@pytest.mark.parametrize(
    ("whom", "role", "words_said"),
    [
        ("", "2", "Write the email address of who is to come in"),
        ("new@example", "2", "This address is not complete."),
        ("@", "2", "This address is not complete."),
        ("a" * 300 + "@example.org", "2", "An address has at most 254 characters."),
        ("new@example.org\x00", "2", "Null characters are not allowed."),
        (NEW, "4", "Choose reader, mentor or editor."),
        (NEW, "", "Choose what they may do."),
        (NEW, "²", "Choose reader, mentor or editor."),
    ],
)
def test_what_cannot_be_understood_is_answered_and_kept(
    owner: Client, design: Design, whom: str, role: str, words_said: str
) -> None:
    response = owner.post(path("invite", design), {"whom": whom, "role": role})
    assert response.status_code == 422
    assert words_said in words(response.content)
    assert not Invitation.objects.exists()


def test_the_owner_is_not_invited(owner: Client, ada: User, design: Design) -> None:
    assert "This is you" in invite(owner, design, str(ada.email))


@pytest.mark.django_db
def test_a_guest_signs_up_before_inviting() -> None:
    guest = User.objects.create_guest()
    design = make_design(guest)
    client = signed_in(guest)
    assert "Sign up before you share" in words(client.get(path("sharing", design)).content)
    assert "Sign up first" in invite(client, design, NEW)
    assert not Invitation.objects.exists()


def test_nobody_floods_people_with_invitations(owner: Client, design: Design) -> None:
    sent = [
        owner.post(path("invite", design), {"whom": f"p{n}@example.org", "role": "1"}).status_code
        for n in range(41)
    ]
    assert sent == [302] * 40 + [429]


def test_an_invitation_of_another_design_is_not_found(
    owner: Client, ada: User, design: Design
) -> None:
    invite(owner, design, NEW)
    key = Invitation.objects.get().pk
    other = make_design(ada)
    for name in ("invitation_send", "invitation_withdraw"):
        assert owner.post(path(name, other, key)).status_code == 404


def test_who_signed_up_with_an_address_of_somebody_else_is_not_let_in(
    owner: Client, design: Design, sent: list[str]
) -> None:
    impostor = make_user("Not Noor")  # who never showed that the address is theirs
    invite(owner, design, str(impostor.email))
    assert read(signed_in(impostor), design) == 404
    assert len(sent) == 1
