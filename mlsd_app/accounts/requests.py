from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from mlsd_app.accounts.models import User


class AuthedRequest(HttpRequest):
    """A request that has passed ``login_required``: its user is a person, perhaps a guest."""

    user: User
    htmx: HtmxDetails
