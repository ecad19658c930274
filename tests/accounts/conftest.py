from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.account.models import EmailAddress
from django.dispatch import receiver
from django.test import Client

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged

PASSWORD = "correct horse battery"


def create_account(email: str, *, confirmed: bool = True) -> User:
    user = User.objects.create_user(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=confirmed)
    return user


@pytest.fixture
def alice(db: None) -> User:
    return create_account("alice@example.org")


@pytest.fixture
def alice_client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def guest(client: Client, db: None) -> User:
    """A guest who is signed in on ``client``."""
    guest = User.objects.create_guest()
    client.force_login(guest)
    return guest


@pytest.fixture
def merged() -> Iterator[list[tuple[User, User]]]:
    """What guest_merged has sent: pairs of guest and user, while both exist."""
    sent: list[tuple[User, User]] = []

    @receiver(guest_merged)
    def note(sender: type[User], guest: User, user: User, **kwargs: object) -> None:
        assert User.objects.filter(pk__in=[guest.pk, user.pk]).count() == 2
        sent.append((guest, user))

    yield sent
    guest_merged.disconnect(note)


def signed_in(client: Client) -> User | None:
    """Return whom the session of ``client`` belongs to."""
    pk = client.session.get("_auth_user_id")
    return User.objects.get(pk=pk) if pk else None
