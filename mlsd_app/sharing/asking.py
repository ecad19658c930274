"""Asking for access to a design that one knows the address of, or for more of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role, abilities
from mlsd_app.designs.models import Design
from mlsd_app.notices.telling import Kind as News
from mlsd_app.notices.telling import tell
from mlsd_app.sharing.giving import a_role, give, locked
from mlsd_app.sharing.models import AccessRequest
from mlsd_app.sharing.record import Kind, note

AGAIN_AFTER = timedelta(days=7)  # a decision, or the question before


@transaction.atomic
def ask_for_access(pk: UUID, user: User, role: Role, words: str) -> None:
    """Ask the owner of design ``pk``, if there is one to ask. Who asks learns nothing from it."""
    design = Design.objects.filter(pk=pk, deleted_at=None, owner__isnull=False).first()
    if design is None or (abilities(user, design).role or 0) >= role:
        return
    design = locked(design)
    lately = AccessRequest.objects.filter(design=design, user=user)
    open_one = lately.filter(decided_at=None).first()
    if open_one:
        open_one.role, open_one.note = role, words
        open_one.save(update_fields=["role", "note"])
        return
    if lately.filter(decided_at__gt=timezone.now() - AGAIN_AFTER).exists():
        return
    AccessRequest.objects.create(design=design, user=user, role=role, note=words)
    note(design, Kind.ASKED, user, f"asked to be {a_role(role)}")
    owner = design.owner
    tell(
        News.ACCESS_ASKED,
        design,
        actor=user,
        words=f"{user} asks to be {a_role(role)} of “{design}”",
        text=words,
        path=f"{reverse('sharing:sharing', args=[design.pk])}#requests",
        to=[owner] if owner else [],
    )


@transaction.atomic
def grant_request(asked: AccessRequest, role: Role, *, by: User) -> Role:
    """Give access, at most as much as was asked for. Returns what was given."""
    design = locked(asked.design)
    role = Role(min(role, asked.role))
    give(design, asked.user, role, by=by)
    _decide(asked)
    note(design, Kind.CHANGED, by, f"let {asked.user} in as {a_role(role)}, who had asked")
    tell(
        News.INVITATION,
        design,
        actor=by,
        words=f"{by} made you {a_role(role)} of “{design}”, as you had asked",
        path=reverse("designs:design_read", args=[design.pk]),
        to=[asked.user],
    )
    return role


@transaction.atomic
def decline_request(asked: AccessRequest, *, by: User) -> None:
    design = locked(asked.design)
    _decide(asked)
    note(design, Kind.ASKED, by, f"declined the request of {asked.user}")


def _decide(asked: AccessRequest) -> None:
    asked.decided_at = timezone.now()
    asked.save(update_fields=["decided_at"])
