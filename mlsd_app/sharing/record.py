"""The access log: what is noted, by whom, in which words. Tokens and passwords never are."""

from __future__ import annotations

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.sharing.models import Event

Kind = Event.Kind
SOMEBODY = "Somebody"


def note(design: Design, kind: Event.Kind, actor: User | None, words: str) -> None:
    Event.objects.create(
        design=design,
        kind=kind,
        actor=actor,
        actor_name=str(actor) if actor else SOMEBODY,
        words=words[:400],
    )


def note_once(design: Design, kind: Event.Kind, actor: User | None, words: str, key: str) -> None:
    """Note it, unless something was noted under ``key`` before."""
    Event.objects.get_or_create(
        design=design,
        once=key,
        defaults={
            "kind": kind,
            "actor": actor,
            "actor_name": str(actor) if actor else SOMEBODY,
            "words": words[:400],
        },
    )
