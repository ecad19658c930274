"""Guests: people who try before they sign up. Everything they make is theirs from the start."""

from __future__ import annotations

from datetime import timedelta

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import consume_or_429
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def ensure_guest(request: HttpRequest) -> User:
    """Return who is signed in; a visitor becomes a new guest, signed in from this request on.

    Too many of them by POST from one address are answered with 429, whichever view asked.
    """
    if request.user.is_authenticated:
        return request.user
    if pause := consume_or_429(request, action="guest"):
        raise ImmediateHttpResponse(pause)
    guest = User.objects.create_guest()
    login(request, guest, backend=BACKEND)
    return guest


def guest_signing_in(request: HttpRequest) -> User | None:
    """Return the guest who is on a sign-in page, where ``request.user`` counts as a visitor."""
    return getattr(request, "guest", None)


def leave_guest_session(request: HttpRequest) -> None:
    """Forget who the session belonged to and keep the rest of it for who signs in next."""
    for key in (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY):
        request.session.pop(key, None)


def merge_guest(guest: User, user: User) -> None:
    """Hand everything of ``guest`` to ``user`` and delete the guest."""
    with transaction.atomic():
        guest_merged.send(sender=User, guest=guest, user=user)
        guest.delete()


def clear_guests(days: int) -> int:
    """Delete guests, and all they made, who have not come back for ``days``. Returns how many."""
    idle = User.objects.filter(
        is_guest=True, last_seen_on__lt=timezone.localdate() - timedelta(days=days)
    )
    count = idle.count()
    idle.delete()
    return count
