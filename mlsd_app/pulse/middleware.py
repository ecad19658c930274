"""Beats with nothing new are answered before everything else that a request passes.

Nearly all requests of a page that is open for an hour are such beats. Whatever is not plainly one
goes on to the view, which has the last word: here no more is said than "nothing is new", and only
to a person who may see the design in this moment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.pulse.asked import Asked
from mlsd_app.pulse.here import Here, tabs
from mlsd_app.pulse.models import Presence
from mlsd_app.pulse.often import OftenAsked

GetResponse = Callable[[HttpRequest], HttpResponse]
Rows = QuerySet[Any, Any]  # Any: whichever model, and the columns named there

PULSE = re.compile(r"/designs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/pulse/")


def _session(key: str) -> Rows:
    valid = Session.objects.filter(session_key=key, expire_date__gt=timezone.now())
    return valid.values_list("session_data")


def _person(pk: int) -> Rows:
    return User.objects.filter(pk=pk, is_active=True).values_list("password")


def _design(person: int, pk: UUID) -> Rows:
    return Design.objects.visible_to(User(pk=person)).filter(pk=pk).values_list("clock", "talk")


NOBODY, NOTHING = 2**31 - 77, UUID("5eed0000-5eed-45ee-85ee-5eed5eed5eed")
SESSION = OftenAsked(_session, key="a session")
PERSON = OftenAsked(_person, pk=NOBODY)
DESIGN = OftenAsked(_design, person=NOBODY, pk=NOTHING)
TABS = OftenAsked(lambda pk: tabs(pk), pk=NOTHING)


def quiet_beats(get_response: GetResponse) -> GetResponse:
    """Answer 204 to a beat with nothing new, and hand on everything else."""

    def middleware(request: HttpRequest) -> HttpResponse:
        found = PULSE.fullmatch(request.path_info) if request.method == "GET" else None
        if found is None or not is_quiet(request, UUID(found[1])):
            return get_response(request)
        response = HttpResponse(status=204)
        add_never_cache_headers(response)
        return response

    return middleware


def is_quiet(request: HttpRequest, pk: UUID) -> bool:
    """Whether whoever asks may see the design, and knows all about it."""
    request.get_host()  # refuses hosts that are not ours, as the middleware after this does
    asked = Asked.of(request.GET)
    person = who(request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""))
    if asked is None or person is None:
        return False
    key = Design._meta.pk.get_db_prep_value(pk, connection)
    if DESIGN.rows(person=person, pk=key) != [(asked.since, asked.talk)]:
        return False
    if asked.doing and not Presence.renew(
        pk, person, asked.tab, stage=asked.stage, doing=asked.doing
    ):
        return False
    return asked.here == Here.beside(person, asked.tab, TABS.rows(pk=key)).key


def who(session_key: str) -> int | None:
    """Whose session it is, as ``django.contrib.auth.get_user`` finds it; ``None`` in any doubt."""
    stored = SESSION.rows(key=session_key) if session_key.isalnum() else ()
    if not stored:
        return None
    session: dict[str, Any] = SessionStore().decode(stored[0][0])  # Any: what it holds
    known = str(session.get(SESSION_KEY, ""))
    backend = session.get(BACKEND_SESSION_KEY)
    if not known.isdecimal() or backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    person = PERSON.rows(pk=int(known))
    if not person:
        return None
    proof = User(password=person[0][0]).get_session_auth_hash()
    given = str(session.get(HASH_SESSION_KEY, ""))
    return int(known) if constant_time_compare(given, proof) else None
