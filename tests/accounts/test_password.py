from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import Settings

from mlsd_app.accounts.models import User
from tests.accounts.conftest import PASSWORD, signed_in

URL = "/accounts/password/reset/"
NEW = "a longer one than before"


def link_in(mail: EmailMessage) -> str:
    link = re.search(r"http://testserver(\S+)", str(mail.body))
    assert link is not None
    return link[1]


def without_token(page: bytes) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "token", page.decode())


def test_the_link_in_the_mail_sets_a_new_password(
    client: Client, alice: User, mailoutbox: list[EmailMessage]
) -> None:
    client.post(URL, {"email": alice.email})
    link = link_in(mailoutbox[0])
    form = client.get(link)
    assert form.status_code == 302  # to an address without the key, which no referrer can leak
    response = client.post(
        form.headers["Location"], {"password1": NEW, "password2": NEW}, follow=True
    )
    assert b"The new password is set" in response.content
    alice.refresh_from_db()
    assert alice.check_password(NEW)

    assert b"This link no longer works" in client.get(link).content


def test_two_different_passwords_are_not_set(
    client: Client, alice: User, mailoutbox: list[EmailMessage]
) -> None:
    client.post(URL, {"email": alice.email})
    address = client.get(link_in(mailoutbox[0])).headers["Location"]
    page = client.post(address, {"password1": NEW, "password2": "another"})
    assert b"You must type the same password each time." in page.content
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


@pytest.mark.usefixtures("alice")
def test_asking_does_not_tell_who_has_an_account(
    client: Client, mailoutbox: list[EmailMessage]
) -> None:
    known = client.post(URL, {"email": "alice@example.org"}, follow=True)
    unknown = client.post(URL, {"email": "nobody@example.org"}, follow=True)
    assert b"Look into your mail" in known.content
    assert without_token(known.content) == without_token(unknown.content)
    assert [mail.subject for mail in mailoutbox] == [
        "Choose a new password",
        "There is no account with this address",
    ]


@pytest.mark.django_db
def test_each_step_names_the_folder_when_mails_land_in_one(
    client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    for address in (URL, "/accounts/password/reset/done/"):
        assert b"lands in the folder" in client.get(address).content


def test_the_mail_lands_in_the_folder(
    client: Client, alice: User, settings: Settings, tmp_path: Path
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    client.post(URL, {"email": alice.email})
    (mail,) = tmp_path.iterdir()
    assert "Subject: Choose a new password" in mail.read_text()


def test_the_password_is_changed_with_the_old_one(alice_client: Client, alice: User) -> None:
    url = "/accounts/password/change/"
    page = alice_client.post(url, {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert b"This is not your current password." in page.content
    alice_client.post(url, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert signed_in(alice_client) == alice


def test_an_account_without_a_password_gets_one(alice_client: Client, alice: User) -> None:
    alice.set_unusable_password()
    alice.save()
    alice_client.force_login(alice)
    assert alice_client.get("/accounts/password/change/").headers["Location"] == (
        "/accounts/password/set/"
    )
    alice_client.post("/accounts/password/set/", {"password1": NEW, "password2": NEW})
    alice.refresh_from_db()
    assert alice.check_password(NEW)
