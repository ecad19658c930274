from __future__ import annotations

import pytest
from django.test import Client

from mlsd_app.accounts.models import User
from tests.accounts.conftest import PASSWORD, signed_in

URL = "/accounts/login/"
MISMATCH = b"The address and the password do not belong together."


def test_the_address_and_the_password_sign_in(client: Client, alice: User) -> None:
    response = client.post(URL, {"login": "Alice@example.org", "password": PASSWORD})
    assert response.status_code == 302
    assert signed_in(client) == alice


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize("address", ["alice@example.org", "nobody@example.org"])
def test_a_failed_sign_in_does_not_tell_who_has_an_account(client: Client, address: str) -> None:
    page = client.post(URL, {"login": address, "password": "wrong"})
    assert MISMATCH in page.content
    assert signed_in(client) is None


def test_after_five_failures_the_right_password_has_to_wait(client: Client, alice: User) -> None:
    for _ in range(5):
        client.post(URL, {"login": alice.email, "password": "wrong"})
    page = client.post(URL, {"login": alice.email, "password": PASSWORD})
    assert b"There were too many tries." in page.content
    assert signed_in(client) is None


def test_an_account_that_is_switched_off_says_so(client: Client, alice: User) -> None:
    alice.is_active = False
    alice.save()
    response = client.post(URL, {"login": alice.email, "password": PASSWORD}, follow=True)
    assert b"This account is switched off" in response.content
    assert signed_in(client) is None


@pytest.mark.usefixtures("alice")
@pytest.mark.parametrize(
    ("remember", "ends_with_browser"), [({"remember": "on"}, False), ({}, True)]
)
def test_staying_signed_in_is_a_choice(
    client: Client, remember: dict[str, str], ends_with_browser: bool
) -> None:
    client.post(URL, {"login": "alice@example.org", "password": PASSWORD} | remember)
    assert client.session.get_expire_at_browser_close() is ends_with_browser


def test_signing_out_takes_a_form(alice_client: Client) -> None:
    assert b"Your designs stay as they are" in alice_client.get("/accounts/logout/").content
    assert signed_in(alice_client) is not None
    alice_client.post("/accounts/logout/")
    assert signed_in(alice_client) is None
