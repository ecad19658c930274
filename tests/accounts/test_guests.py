from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.guests import ensure_guest
from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged
from tests.accounts.conftest import PASSWORD, signed_in

SIGNUP = {"name": "Gail", "email": "gail@example.org", "password1": PASSWORD}


def try_it(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(ensure_guest(request).pk))


urlpatterns = [path("try-it/", try_it), path("", include("mlsd_app.urls"))]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_trying_makes_a_visitor_one_guest(client: Client) -> None:
    first, second = client.get("/try-it/").content, client.get("/try-it/").content
    guest = User.objects.get()
    assert first == second == str(guest.pk).encode()
    assert signed_in(client) == guest
    assert (guest.is_guest, guest.email, guest.has_usable_password()) == (True, None, False)
    assert str(guest) == "Guest"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_one_address_cannot_fill_the_database_with_guests() -> None:
    statuses = [Client().post("/try-it/").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert User.objects.count() == 60


@pytest.mark.urls(__name__)
def test_trying_leaves_an_account_as_it_is(alice_client: Client, alice: User) -> None:
    assert alice_client.get("/try-it/").content == str(alice.pk).encode()
    assert User.objects.get() == alice


def test_signing_up_keeps_the_row_and_so_everything(
    client: Client, guest: User, merged: list[tuple[User, User]]
) -> None:
    assert b"What you have written so far stays yours." in client.get("/accounts/signup/").content
    client.session["theme"] = "dark"
    client.post("/accounts/signup/", SIGNUP)
    user = User.objects.get()
    assert (user.pk, user.is_guest, user.email) == (guest.pk, False, "gail@example.org")
    assert signed_in(client) == user
    assert merged == []


def test_a_sign_up_that_fails_leaves_the_guest_a_guest(client: Client, guest: User) -> None:
    client.post("/accounts/signup/", SIGNUP | {"password1": "abc"})
    guest.refresh_from_db()
    assert guest.is_guest
    assert signed_in(client) == guest


def test_signing_in_hands_over_and_deletes_the_guest(
    client: Client, guest: User, alice: User, merged: list[tuple[User, User]]
) -> None:
    assert client.get("/accounts/login/").status_code == 200
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert signed_in(client) == alice
    assert [user for _, user in merged] == [alice]
    assert User.objects.get() == alice


def test_what_cannot_be_handed_over_keeps_the_guest(
    client: Client, guest: User, alice: User
) -> None:
    def fail(**kwargs: object) -> None:
        raise RuntimeError("no room")

    guest_merged.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    finally:
        guest_merged.disconnect(fail)
    assert User.objects.filter(pk=guest.pk).exists()


def test_a_failed_sign_in_leaves_the_guest_signed_in(client: Client, guest: User) -> None:
    client.post("/accounts/login/", {"login": "nobody@example.org", "password": "wrong"})
    assert signed_in(client) == guest


@pytest.mark.parametrize("page", ["email", "password/change", "3rdparty"])
def test_pages_about_an_account_ask_a_guest_to_sign_in(
    client: Client, guest: User, page: str
) -> None:
    location = client.get(f"/accounts/{page}/").headers["Location"]
    assert location.startswith("/accounts/login/")


def test_a_guest_is_warned_before_signing_out(client: Client, guest: User) -> None:
    assert b"nobody can open what you have written" in client.get("/accounts/logout/").content
    client.post("/accounts/logout/")
    assert signed_in(client) is None
    assert User.objects.get() == guest


@pytest.mark.django_db
def test_only_guests_who_stayed_away_are_cleared(alice: User) -> None:
    today = timezone.localdate()
    User.objects.filter(pk=alice.pk).update(last_seen_on=today - timedelta(days=400))
    kept, gone = User.objects.create_guest(), User.objects.create_guest()
    User.objects.filter(pk=kept.pk).update(last_seen_on=today - timedelta(days=30))
    User.objects.filter(pk=gone.pk).update(last_seen_on=today - timedelta(days=31))
    out = StringIO()
    call_command("clear_guests", stdout=out)
    assert out.getvalue() == "1 guest deleted\n"
    assert set(User.objects.all()) == {alice, kept}


def test_clearing_takes_at_least_a_day() -> None:
    with pytest.raises(CommandError, match="--days is 0. Write 1 or more."):
        call_command("clear_guests", days=0)


def test_a_visit_on_a_new_day_is_noted_and_renews_the_session(
    client: Client, guest: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    User.objects.filter(pk=guest.pk).update(last_seen_on=yesterday)
    response = client.get("/healthz")
    assert response.cookies["sessionid"]["max-age"] == 60 * 60 * 24 * 60
    guest.refresh_from_db()
    assert guest.last_seen_on == timezone.localdate()

    with django_assert_num_queries(3):  # the session, the user, and the page's own
        response = client.get("/healthz")
    assert "sessionid" not in response.cookies
