from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.template import Context, Template
from django.test import Client, RequestFactory

from mlsd_app.accounts.models import User
from tests.accounts.conftest import create_account

URL = "/accounts/email/"


def banner_for(user: User) -> str:
    request = RequestFactory().get("/")
    template = Template("{% load accounts %}{% confirmation_banner %}")
    return template.render(Context({"user": user, "request": request})).strip()


def test_an_address_is_added_confirmed_and_made_primary(
    alice_client: Client, alice: User, mailoutbox: list[EmailMessage]
) -> None:
    alice_client.post(URL, {"email": "alice@work.example", "action_add": ""})
    added = EmailAddress.objects.get(email="alice@work.example")
    assert (added.user, added.verified, mailoutbox[0].to) == (alice, False, [added.email])

    added.verified = True
    added.save()
    alice_client.post(URL, {"email": added.email, "action_primary": ""})
    alice.refresh_from_db()
    assert alice.email == "alice@work.example"
    alice_client.post(URL, {"email": "alice@example.org", "action_remove": ""})
    assert EmailAddress.objects.get() == added


def test_the_last_address_stays(alice_client: Client) -> None:
    alice_client.post(URL, {"email": "alice@example.org", "action_remove": ""})
    assert EmailAddress.objects.filter(email="alice@example.org").exists()


def test_the_page_lists_the_addresses(alice_client: Client) -> None:
    page = alice_client.get(URL).content.decode()
    assert "alice@example.org" in page
    assert "primary, confirmed" in page


@pytest.mark.django_db
def test_a_visitor_is_sent_to_sign_in(client: Client) -> None:
    assert client.get(URL).headers["Location"] == "/accounts/login/?next=/accounts/email/"


@pytest.mark.django_db
def test_the_banner_asks_to_confirm_and_sends_the_link_again(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    bo = create_account("bo@example.org", confirmed=False)
    assert "<b>bo@example.org</b>" in banner_for(bo)
    client.force_login(bo)
    client.post(URL, {"email": "bo@example.org", "action_send": ""})
    assert mailoutbox[0].subject == "Confirm your address"


def test_the_banner_leaves_confirmed_people_and_guests_alone(alice: User, guest: User) -> None:
    assert banner_for(alice) == ""
    assert banner_for(guest) == ""
