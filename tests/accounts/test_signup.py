from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from mlsd_app.accounts.models import User
from tests.accounts.conftest import PASSWORD, signed_in

URL = "/accounts/signup/"
ANSWERS = {"name": "Bo Ek", "email": "Bo@Example.org", "password1": PASSWORD}


@pytest.mark.django_db
def test_signing_up_opens_the_account_at_once(client: Client) -> None:
    response = client.post(URL, ANSWERS)
    assert response.status_code == 302
    user = signed_in(client)
    assert user is not None
    assert (user.email, user.name, user.is_guest) == ("bo@example.org", "Bo Ek", False)
    assert user.check_password(PASSWORD)


@pytest.mark.django_db
def test_the_link_in_the_mail_confirms_the_address(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    client.post(URL, ANSWERS)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject) == (["bo@example.org"], "Confirm your address")
    link = re.search(r"http://testserver(\S+)", str(mail.body))
    assert link is not None

    page = client.get(link[1])
    assert b"<b>bo@example.org</b> belongs to the account of Bo Ek" in page.content
    assert not EmailAddress.objects.get().verified
    client.post(link[1])
    assert EmailAddress.objects.get().verified


@pytest.mark.django_db
def test_a_link_that_was_never_sent_confirms_nothing(client: Client) -> None:
    page = client.get("/accounts/confirm-email/MQ:1abcde:0000/")
    assert b"This link no longer works" in page.content


@pytest.mark.django_db
def test_where_people_go_next_survives_signing_up(client: Client) -> None:
    response = client.post(URL, ANSWERS | {"next": "/designs/"})
    assert response.headers["Location"] == "/designs/"
    response = Client().post(
        URL, ANSWERS | {"email": "cy@example.org", "next": "https://elsewhere.example/"}
    )
    assert response.headers["Location"] == "/"


@pytest.mark.django_db
def test_the_page_names_the_folder_when_mails_land_in_one(
    client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(settings.BASE_DIR / "var" / "mail")
    assert b"lands in the folder <code>var/mail</code>" in client.get(URL).content
    settings.EMAIL_FILE_PATH = "/srv/mail"
    assert b"lands in the folder <code>/srv/mail</code>" in client.get(URL).content


@pytest.mark.django_db
def test_the_page_names_no_folder_when_mails_are_sent(client: Client, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert b"folder" not in client.get(URL).content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"email": ""}, "There is no address yet. Write it like name@company.org."),
        ({"email": "bo@"}, "This address is not complete. Write it like name@company.org."),
        ({"email": "b" * 250 + "@example.org"}, "Write"),
        ({"email": "bo\0@example.org"}, "Null characters are not allowed."),
        ({"password1": ""}, "There is no password yet. Choose one of at least 8 characters."),
        ({"password1": "abc"}, "This password is too short."),
        ({"password1": "83920175463"}, "This password is entirely numeric."),
        ({"password1": "password1234"}, "This password is too common."),
        ({"name": "x" * 101}, "at most 100 characters"),
        ({"name": "Bo\0"}, "Null characters are not allowed."),
    ],
)
def test_a_bad_answer_is_explained_beside_its_question(
    client: Client, answers: dict[str, str], says: str
) -> None:
    page = client.post(URL, ANSWERS | answers).content.decode()
    (name,) = answers
    error = re.search(rf'<div id="id_{name}_error">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert error is not None
    assert says in error[1]
    assert re.search(rf'name="{name}"[^>]*aria-describedby="[^"]*id_{name}_error', page)
    assert not User.objects.exists()


def test_an_address_that_has_an_account_is_not_taken_over(client: Client, alice: User) -> None:
    page = client.post(URL, ANSWERS | {"email": "ALICE@example.org"})
    assert b"This address already has an account." in page.content
    assert signed_in(client) is None
    assert User.objects.get() == alice


def test_whoever_is_signed_in_is_sent_on(alice_client: Client) -> None:
    assert alice_client.get(URL).status_code == 302


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused() -> None:
    assert Client(enforce_csrf_checks=True).post(URL, ANSWERS).status_code == 403
    assert not User.objects.exists()


@pytest.mark.django_db
def test_too_many_tries_are_answered_with_a_pause(client: Client) -> None:
    statuses = [client.post(URL, {"email": ""}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
