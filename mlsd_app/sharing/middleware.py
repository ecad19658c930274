"""Notes once a day that somebody who does not own a design looked at it.

What a page asked about its reader tells who looked at what, so owners cost nothing here.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, abilities_asked
from mlsd_app.designs.models import Design
from mlsd_app.sharing.models import Invitation
from mlsd_app.sharing.record import Kind, note_once

GetResponse = Callable[[HttpRequest], HttpResponse]
A_DAY = 60 * 60 * 24  # seconds


def looks(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for design, can in abilities_asked(request):
            if response.status_code == 200 and not can.own and (can.read or can.pinned):
                assert isinstance(request.user, User)  # noqa: S101  nobody else may do anything
                _look(design, request.user)
        return response

    return middleware


def _look(design: Design, user: User) -> None:
    now = timezone.now()
    key = f"read:{user.pk}:{now:%Y-%m-%d}"
    if not cache.add(f"sharing:{design.pk}:{key}", 1, A_DAY):
        return
    note_once(design, Kind.READ, user, "opened it", key)
    coming = Invitation.objects.waiting().filter(design=design, user=user)
    if coming.update(accepted_at=now):
        Grant.objects.filter(design=design, user=user).update(is_awaited=False)
