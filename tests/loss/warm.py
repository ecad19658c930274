"""What a web server does before it forks, so that a new process serves at once."""

from __future__ import annotations

from django.urls import get_resolver


def when_ready(server: object) -> None:
    """Called by gunicorn in the master."""
    assert get_resolver().url_patterns
