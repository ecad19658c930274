"""Coming by a link: what is shown, what is stored, and what leaks to nobody."""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from http.cookies import Morsel

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role, ShareLink
from mlsd_app.designs.models import Design
from mlsd_app.sharing.access_log import AccessLog
from mlsd_app.sharing.models import Event
from mlsd_app.sharing.redaction import WithoutTokens, redacted
from tests.accounts.conftest import PASSWORD, create_account
from tests.factories import make_design
from tests.sharing.conftest import come, make_link, path, read, roles, signed_in, words

SECRET = "hunter22"


def opened(address: str, client: Client | None = None) -> Client:
    client = client or Client()
    client.get(address)
    return client


def offer_in(client: Client) -> str:
    found = re.search(r'name="offer" value="([^"]+)"', client.get("/s/").content.decode())
    assert found
    return found[1]


def test_the_token_leaves_the_address_bar_at_once(owner: Client, design: Design) -> None:
    _, address = make_link(owner, design)
    response = Client().get(address)
    assert (response.status_code, response.headers["Location"]) == (302, "/s/")
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "no-store"
    cookie: Morsel[str] = response.cookies["offer"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/s/")
    token = address.split("/")[2]
    assert token not in str(response.cookies)


def test_it_says_what_is_shared_by_whom_and_who_sees_what_one_writes(
    owner: Client, design: Design
) -> None:
    _, address = make_link(owner, design)
    response = opened(address).get("/s/")
    page = words(response.content)
    for said in (
        "Ada Nowak shares a design with you Feed Mentor",
        "You may read it and comment on it.",
        "What you write is seen by everybody who has access to the design, under your name.",
        "Ada Nowak, who owns it, sees that you came and on which days you open it.",
        "Your name",
    ):
        assert said in page
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert address.split("/")[2] not in response.content.decode()


def test_looking_stores_nothing(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design)
    before = (User.objects.count(), Session.objects.count(), Event.objects.count())
    for method in ("get", "head"):
        preview = Client()
        getattr(preview, method)(address)
        assert getattr(preview, method)("/s/").status_code == 200
    after = (User.objects.count(), Session.objects.count(), Event.objects.count())
    assert before == after
    link.refresh_from_db()
    assert (link.use_count, link.last_used_at) == (0, None)
    assert not design.grants.exists()


def test_saying_yes_leads_to_the_design_with_the_name_one_gave(
    owner: Client, design: Design
) -> None:
    _, address = make_link(owner, design)
    guest = opened(address)
    answer = guest.post("/s/", {"offer": offer_in(guest), "name": "  Priya   Raman "}, follow=True)
    assert answer.redirect_chain == [(reverse("designs:design_read", args=[design.pk]), 302)]
    page = words(answer.content)
    assert "You may read this design and comment on it. Ada Nowak owns it." in page
    assert "Mentor, guest" in page
    assert roles(design) == {"Priya Raman": Role.COMMENTER}
    assert "Priya Raman came by a link without a label as a mentor" in words(
        owner.get(path("access_log", design)).content
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "Write your name: it stands beside what you write."),
        ("   ", "Write your name"),
        ("a" * 101, "A name has at most 100 characters here."),
        ("\x00", "Null characters are not allowed."),
        ("Ada\u202enwoN", "The name holds characters that cannot be shown."),
    ],
)
def test_a_mentor_gives_a_name_that_can_be_shown(
    owner: Client, design: Design, name: str, said: str
) -> None:
    _, address = make_link(owner, design)
    visitor = opened(address)
    response = visitor.post("/s/", {"offer": offer_in(visitor), "name": name})
    assert response.status_code == 422
    assert said in words(response.content)
    assert not User.objects.filter(is_guest=True).exists()


def test_a_reader_may_stay_without_a_name(owner: Client, design: Design) -> None:
    _, address = make_link(owner, design, role="1")
    assert "You can leave it out." in words(opened(address).get("/s/").content)
    come(address, name="")
    assert roles(design) == {"Guest": Role.READER}


def test_who_is_signed_in_is_not_asked_for_a_name(
    owner: Client, design: Design, mentor: Client
) -> None:
    _, address = make_link(owner, design)
    page = words(opened(address, mentor).get("/s/").content)
    assert "You are signed in as Mira Okafor." in page
    assert "Your name" not in page
    come(address, mentor)
    assert roles(design) == {"Mira Okafor": Role.COMMENTER}


def test_who_has_access_already_goes_straight_in(
    owner: Client, design: Design, mentor: Client
) -> None:
    _, address = make_link(owner, design)
    come(address, mentor)
    design_read = reverse("designs:design_read", args=[design.pk])
    for client in (mentor, owner):
        assert opened(address, client).get("/s/").headers["Location"] == design_read


def test_wrong_expired_and_revoked_links_look_the_same(owner: Client, design: Design) -> None:
    past = timezone.now() - timedelta(days=1)
    links = [make_link(owner, design) for _ in range(3)]
    ShareLink.objects.filter(pk=links[0][0].pk).update(expires_at=past)
    ShareLink.objects.filter(pk=links[1][0].pk).update(revoked_at=past)
    wrong = ["/s/" + "A" * 43 + "/", "/s/x/", "/s/%00/", "/s/" + "é" * 99 + "/"]
    answers = set()
    for address in [*wrong, links[0][1], links[1][1]]:
        visitor = opened(links[2][1])
        first = visitor.get(address)
        second = visitor.get("/s/")
        body = re.sub(rb'"X-CSRFToken": "\w+"', b"", second.content)
        answers.add((first.status_code, first.headers["Location"], second.status_code, body))
    assert len(answers) == 1
    assert "This link opens nothing" in words(answers.pop()[3])


def test_a_link_that_closes_while_one_reads_what_it_offers_opens_nothing(
    owner: Client, design: Design
) -> None:
    link, address = make_link(owner, design)
    visitor = opened(address)
    offer = offer_in(visitor)
    owner.post(path("link_close", design, link.pk))
    assert visitor.post("/s/", {"offer": offer, "name": "Priya"}).status_code == 404
    assert not User.objects.filter(is_guest=True).exists()


def test_a_link_of_a_deleted_design_opens_nothing(owner: Client, design: Design) -> None:
    _, address = make_link(owner, design)
    design.delete_softly()
    assert opened(address).get("/s/").status_code == 404


@pytest.mark.parametrize(
    "cookie", ["link:x:", "link:" + "0" * 32 + ":", "invitation::", "", "\x00", "link"]
)
def test_a_made_up_cookie_opens_nothing(db: None, cookie: str) -> None:
    visitor = Client()
    visitor.cookies["offer"] = cookie
    assert visitor.get("/s/").status_code == 404


def test_a_password_comes_before_the_title(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design, password=SECRET, label="Panel")
    assert SECRET not in link.password
    visitor = opened(address)
    page = words(visitor.get("/s/").content)
    assert "This link has a password" in page
    assert "Feed" not in page
    assert "Ada" not in page
    wrong = visitor.post("/s/", {"password": "hunter23"})
    assert wrong.status_code == 422
    assert "This is not the password of this link." in words(wrong.content)
    assert visitor.post("/s/", {"offer": str(link.pk), "name": "Priya"}).status_code == 422
    assert not design.grants.exists()
    assert visitor.post("/s/", {"password": SECRET}).headers["Location"] == "/s/"
    assert "Feed" in words(visitor.get("/s/").content)
    visitor.post("/s/", {"offer": offer_in(visitor), "name": "Priya"})
    assert roles(design) == {"Priya": Role.COMMENTER}
    log = words(owner.get(path("access_log", design)).content)
    assert "Somebody tried a wrong password on the link “Panel”" in log


def test_a_new_password_is_asked_of_who_gave_the_old_one(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design, password=SECRET)
    visitor = opened(address)
    visitor.post("/s/", {"password": SECRET})
    assert b"This link has a password" not in visitor.get("/s/").content
    change = {"label": "", "role": "2", "lasts": "same"}
    owner.post(path("link_change", design, link.pk), change | {"password": "another one"})
    assert b"This link has a password" in visitor.get("/s/").content
    owner.post(path("link_change", design, link.pk), change | {"password": "", "no_password": "on"})
    assert b"This link has a password" not in visitor.get("/s/").content


def test_passwords_cannot_be_guessed_by_trying(owner: Client, design: Design) -> None:
    _, address = make_link(owner, design, password=SECRET)
    visitor = opened(address)
    tries = [visitor.post("/s/", {"password": f"guess {n}"}).status_code for n in range(11)]
    assert tries == [422] * 10 + [429]
    assert visitor.post("/s/", {"password": SECRET}).status_code == 429
    assert Event.objects.filter(kind=Event.Kind.REFUSED).count() == 1


def test_two_links_in_two_tabs_are_not_mixed_up(owner: Client, ada: User, design: Design) -> None:
    other = make_design(ada)
    _, first = make_link(owner, design)
    _, second = make_link(owner, other)
    visitor = opened(first)
    offer = offer_in(visitor)
    visitor.get(second)
    answer = visitor.post("/s/", {"offer": offer, "name": "Priya"}, follow=True)
    assert "You opened another link since." in words(answer.content)
    assert not design.grants.exists()
    assert not other.grants.exists()


def test_a_guest_of_one_link_takes_up_another_under_the_same_name(
    owner: Client, ada: User, design: Design
) -> None:
    guest = come(make_link(owner, design)[1])
    other = make_design(ada)
    assert "Your name" not in words(opened(make_link(owner, other)[1], guest).get("/s/").content)
    guest.post("/s/", {"offer": offer_in(guest)})
    assert roles(other) == {"Priya Raman": Role.COMMENTER}
    assert User.objects.filter(is_guest=True).count() == 1


def test_a_guest_who_signs_up_keeps_the_access(owner: Client, design: Design) -> None:
    guest = come(make_link(owner, design)[1])
    guest.post(
        "/accounts/signup/",
        {"name": "Priya R", "email": "priya@example.org", "password1": PASSWORD},
    )
    assert not User.objects.filter(is_guest=True).exists()
    assert read(guest, design) == 200
    assert roles(design) == {"Priya R": Role.COMMENTER}


def test_a_guest_who_signs_in_hands_over_the_access(owner: Client, design: Design) -> None:
    account = create_account("priya@example.org")
    reader = signed_in(account)
    come(make_link(owner, design, role="1")[1], reader)
    guest = come(link := make_link(owner, design, role="2")[1])
    read(guest, design)
    guest.post("/accounts/login/", {"login": account.email, "password": PASSWORD})
    assert not User.objects.filter(is_guest=True).exists()
    assert {grant.user for grant in design.grants.all()} == {account}
    assert design.grants.count() == 2
    assert Event.objects.filter(actor=account, kind=Event.Kind.CAME).count() == 2
    again = come_again(link, guest)
    assert again == reverse("designs:design_read", args=[design.pk])


def come_again(address: str, client: Client) -> str:
    return opened(address, client).get("/s/").headers["Location"]


def test_a_guest_who_signs_in_as_the_owner_leaves_no_grant(
    owner: Client, ada: User, design: Design
) -> None:
    guest = come(make_link(owner, design)[1])
    guest.post("/accounts/login/", {"login": ada.email, "password": "correct horse"})
    assert not design.grants.exists()
    assert read(guest, design) == 200


def test_clearing_guests_keeps_the_log_of_what_they_did(owner: Client, design: Design) -> None:
    come(make_link(owner, design)[1])
    past = timezone.localdate() - timedelta(days=31)
    User.objects.filter(is_guest=True).update(last_seen_on=past)
    call_command("clear_guests", verbosity=0)
    assert not design.grants.exists()
    assert "Priya Raman came by" in words(owner.get(path("access_log", design)).content)


def test_no_log_holds_a_token(owner: Client, design: Design) -> None:
    _, address = make_link(owner, design)
    token = address.split("/")[2]
    assert redacted(f"Not Found: {address}") == "Not Found: /s/***/"
    record = logging.LogRecord("x", 30, "", 1, "Not Found: %s", (address,), None)
    assert WithoutTokens().filter(record)
    assert token not in record.getMessage()
    plain = logging.LogRecord("x", 30, "", 1, "Saved %s", ("this/s",), None)
    WithoutTokens().filter(plain)
    assert (plain.getMessage(), plain.args) == ("Saved this/s", ("this/s",))
    assert AccessLog.atoms is not AccessLog.__mro__[1].atoms
