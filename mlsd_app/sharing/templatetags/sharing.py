from __future__ import annotations

from typing import Any
from uuid import UUID

from django import template
from django.http import HttpRequest

from mlsd_app.designs.access import Role
from mlsd_app.sharing.forms import AskForm

register = template.Library()

ICONS = {Role.READER: "eye", Role.COMMENTER: "comment", Role.EDITOR: "edit", Role.OWNER: "key"}


@register.filter
def role_name(role: int) -> str:
    """``Mentor``."""
    return Role(role).label


@register.filter
def role_icon(role: int) -> str:
    return ICONS[Role(role)]


@register.inclusion_tag("sharing/_ask.html", takes_context=True)
def ask_for_access(context: template.Context) -> dict[str, Any]:
    """On the page of an address where nothing is: the question to whose design it may be.

    It is there for every address of a design's shape, so it says nothing about what exists.
    """
    request: HttpRequest | None = context.get("request")
    match = request.resolver_match if request else None
    key = match.kwargs.get("pk") if match else None
    if request is None or not isinstance(key, UUID) or not request.user.is_authenticated:
        return {}
    return {
        "pk": key,
        "user": request.user,
        "here": request.path,
        "form": AskForm(initial={"role": Role.READER.value}),
        "csrf_token": context.get("csrf_token"),
    }
