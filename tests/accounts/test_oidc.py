"""Signing in through another site, against a small OpenID Connect server of our own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from pytest_django import Settings

from mlsd_app.accounts.models import User
from tests.accounts.conftest import signed_in

LOGIN = "/accounts/oidc/oidc/login/"
CALLBACK = "/accounts/oidc/oidc/login/callback/"


class Provider(ThreadingHTTPServer):
    """Tells whoever comes back with the code what ``person`` holds."""

    person: dict[str, str | bool]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class ProviderPages(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        if self.path == "/.well-known/openid-configuration":
            url = self.server.url
            self.answer(
                {
                    "issuer": url,
                    "authorization_endpoint": f"{url}/authorize",
                    "token_endpoint": f"{url}/token",
                    "userinfo_endpoint": f"{url}/person",
                }
            )
        else:
            assert self.headers["Authorization"] == "Bearer the-token"
            self.answer(self.server.person)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert parse_qs(body)["code"] == ["the-code"]
        self.answer({"access_token": "the-token", "token_type": "Bearer"})

    def answer(self, content: object) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's name
        """Keep the test's output to itself."""


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    provider = Provider(("127.0.0.1", 0), ProviderPages)
    provider.person = {"sub": "42", "email": "Bo@Example.org", "name": "Bo Ek"}
    threading.Thread(target=provider.serve_forever, args=(0.01,), daemon=True).start()
    app = {
        "provider_id": "oidc",
        "name": "Example ID",
        "client_id": "seven",
        "settings": {"server_url": provider.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}
    }
    yield provider
    provider.shutdown()
    provider.server_close()


def come_back(client: Client) -> str:
    """Sign in through the provider, which agrees; return where it ends."""
    away = client.post(LOGIN).headers["Location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    return client.get(CALLBACK, {"code": "the-code", "state": state}).headers["Location"]


@pytest.mark.django_db
@pytest.mark.usefixtures("provider")
def test_the_button_leads_to_the_other_site(client: Client) -> None:
    page = client.get("/accounts/login/").content.decode()
    assert f'action="{LOGIN}?process=login"' in page
    assert "Continue with Example ID" in page


@pytest.mark.django_db
def test_there_is_no_button_for_what_is_not_configured(client: Client, settings: Settings) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = {}
    assert b"Continue with" not in client.get("/accounts/login/").content
    assert client.post(LOGIN).status_code == 404


@pytest.mark.django_db
def test_coming_back_opens_an_account(client: Client, provider: Provider) -> None:
    assert come_back(client) == "/"
    user = signed_in(client)
    assert user is not None
    assert (user.email, user.name, user.is_guest) == ("bo@example.org", "Bo Ek", False)
    assert not user.has_usable_password()

    again = Client()
    come_back(again)
    assert signed_in(again) == user


@pytest.mark.usefixtures("provider")
@pytest.mark.django_db
def test_a_guest_keeps_everything(
    client: Client, guest: User, merged: list[tuple[User, User]]
) -> None:
    come_back(client)
    user = User.objects.get()
    assert signed_in(client) == user
    assert not user.is_guest
    assert [to for _, to in merged] == [user]


def test_an_address_that_has_an_account_is_not_taken_over(
    client: Client, provider: Provider, alice: User
) -> None:
    provider.person["email"] = str(alice.email)
    assert come_back(client) == "/accounts/3rdparty/signup/"
    page = client.post("/accounts/3rdparty/signup/", {"email": alice.email})
    assert b"This address already has an account." in page.content
    assert b"connect Example ID" in page.content
    assert signed_in(client) is None
    assert not SocialAccount.objects.exists()


@pytest.mark.django_db
def test_a_person_without_an_address_is_asked_for_one(client: Client, provider: Provider) -> None:
    del provider.person["email"]
    assert come_back(client) == "/accounts/3rdparty/signup/"
    assert b"Example ID says who you are" in client.get("/accounts/3rdparty/signup/").content
    client.post("/accounts/3rdparty/signup/", {"email": "bo@work.example", "name": "Bo"})
    user = signed_in(client)
    assert user is not None
    assert (user.email, user.name) == ("bo@work.example", "Bo")


def test_an_account_connects_and_disconnects(
    alice_client: Client, alice: User, provider: Provider
) -> None:
    page = alice_client.get("/accounts/3rdparty/").content.decode()
    assert "Connect Example ID" in page
    away = alice_client.post(f"{LOGIN}?process=connect").headers["Location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    alice_client.get(CALLBACK, {"code": "the-code", "state": state})
    connected = SocialAccount.objects.get()
    assert connected.user == alice
    page = alice_client.get("/accounts/3rdparty/").content.decode()
    assert "Example ID: Bo@Example.org" in page

    alice_client.post("/accounts/3rdparty/", {"account": connected.pk})
    assert not SocialAccount.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ({"error": "access_denied"}, b"You stopped before the end"),
        ({"error": "server_error"}, b"The other site did not let you in"),
        ({"code": "the-code", "state": "made-up"}, b"The other site did not let you in"),
    ],
)
@pytest.mark.usefixtures("provider")
def test_a_sign_in_that_fails_there_says_so(
    client: Client, answer: dict[str, str], says: bytes
) -> None:
    away = client.post(LOGIN).headers["Location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    response = client.get(CALLBACK, {"state": state} | answer, follow=True)
    assert says in response.content
    assert signed_in(client) is None
