"""Share links: made, changed, closed; and who comes by one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, ShareLink
from mlsd_app.designs.models import Design, Revision
from mlsd_app.notices.telling import follow
from mlsd_app.sharing.giving import a_role, locked
from mlsd_app.sharing.record import Kind, note
from mlsd_app.sharing.tokens import digest, new_token

LIVE, AS_NOW = "live", "now"  # what a link opens, besides a revision by its number
NEVER, SAME = "never", "same"  # when it ends, besides a number of days


class MadeBeforeError(Exception):
    """The same request made this link before."""


@transaction.atomic
def make_link(design: Design, name: UUID, asked: Mapping[str, Any], *, by: User) -> str:
    """Store a link called ``name`` as the form ``asked`` for; returns its token, this once.

    Raises ``MadeBeforeError``.
    """
    design = locked(design)
    if ShareLink.objects.filter(pk=name).exists():
        raise MadeBeforeError
    token = new_token()
    link = ShareLink.objects.create(
        id=name,
        design=design,
        role=asked["role"],
        token_hash=digest(token),
        label=asked["label"],
        password=make_password(asked["password"]) if asked["password"] else "",
        revision=_opened(design, asked["opens"], by),
        created_by=by,
        expires_at=_end(asked["lasts"]),
    )
    note(design, Kind.LINK, by, f"made {called(link)} for {a_role(link.role)}")
    return token


def _opened(design: Design, opens: str, by: User) -> Revision | None:
    if opens == LIVE:
        return None
    if opens == AS_NOW:
        return Revision.of(design)
    return design.revisions.get(number=int(opens))


def _end(lasts: str) -> datetime | None:
    return None if lasts == NEVER else timezone.now() + timedelta(days=int(lasts))


def called(link: ShareLink) -> str:
    return f"the link “{link.label}”" if link.label else "a link without a label"


@transaction.atomic
def change_link(link: ShareLink, asked: Mapping[str, Any], *, by: User) -> None:
    """Store what the form ``asked`` for; who came by it has the new role from now on."""
    design = locked(link.design)
    was = called(link)
    link.label = asked["label"]
    if link.revision_id is None:
        link.role = asked["role"]
        link.grants.update(role=link.role)
    if asked["lasts"] != SAME:
        link.expires_at = _end(asked["lasts"])
    if asked["password"]:
        link.password = make_password(asked["password"])
    elif asked["no_password"]:
        link.password = ""
    link.save(update_fields=["label", "role", "expires_at", "password"])
    note(design, Kind.LINK, by, f"changed {was}: {link}, for {a_role(link.role)}")


@transaction.atomic
def close_link(link: ShareLink, *, by: User) -> None:
    """Revoke it. Who came by it finds nothing from the next request on."""
    design = locked(link.design)
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    note(design, Kind.LINK, by, f"revoked {called(link)}")


@transaction.atomic
def open_link_again(link: ShareLink, *, by: User) -> None:
    """Undo ``close_link``: the same address works again, and who came by it is back."""
    design = locked(link.design)
    link.revoked_at = None
    link.save(update_fields=["revoked_at"])
    note(design, Kind.LINK, by, f"opened {called(link)} again")


@transaction.atomic
def come_by(link: ShareLink, user: User) -> None:
    """Let ``user`` in by ``link``. Raises ``ShareLink.DoesNotExist`` when it closed meanwhile."""
    design = locked(link.design)
    link = ShareLink.objects.select_related("revision").get(pk=link.pk)
    if not link.is_open or design.deleted_at is not None:
        raise ShareLink.DoesNotExist(f"Link {link.pk} is closed.")
    _, is_new = Grant.objects.get_or_create(
        design=design,
        user=user,
        link=link,
        defaults={
            "role": link.role,
            "since_clock": design.clock,
            "given_by": link.created_by,
        },
    )
    if not is_new:
        return
    now = timezone.now()
    ShareLink.objects.filter(pk=link.pk).update(use_count=F("use_count") + 1, last_used_at=now)
    if link.role >= Role.COMMENTER:
        follow(user, design)
    note(design, Kind.CAME, user, f"came by {called(link)} as {a_role(link.role)}")
