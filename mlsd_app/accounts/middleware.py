from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mlsd_app.accounts.models import User

GetResponse = Callable[[HttpRequest], HttpResponse]


def daily_visit(get_response: GetResponse) -> GetResponse:
    """Once a day, note that a person came, and let their session last from today.

    Without it a guest who writes every day would lose everything when the first session ends.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            today = timezone.localdate()
            if request.user.last_seen_on != today:
                User.objects.filter(pk=request.user.pk).update(last_seen_on=today)
                request.session.modified = True
        return get_response(request)

    return middleware


class GuestsSignIn:
    """On the sign-in pages a guest counts as a visitor, kept in ``request.guest``.

    The pages of allauth send whoever is signed in away, and a guest would have to leave their work
    behind to sign up. Logging out stays theirs.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: list[Any],  # Any: whatever the address captures
        kwargs: dict[str, Any],
    ) -> None:
        match = request.resolver_match
        if (
            view.__module__.startswith("allauth.")
            and match is not None
            and match.url_name != "account_logout"
            and request.user.is_authenticated
            and request.user.is_guest
        ):
            request.guest = User.objects.get(pk=request.user.pk)  # type: ignore[attr-defined]
            request.user = AnonymousUser()
