from __future__ import annotations

from django.http import HttpRequest

THEMES = {"light", "dark"}


def theme(request: HttpRequest) -> dict[str, str]:
    """The colour scheme that the reader pinned, which the page must know before its first paint."""
    pinned = request.COOKIES.get("theme", "")
    return {"theme": pinned if pinned in THEMES else ""}
