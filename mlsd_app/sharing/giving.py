"""Giving people access, changing it, taking it away. Each locks the design and is in the log.

What is changed here holds from the next request on: every door reads the grants each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.notices.telling import Kind as News
from mlsd_app.notices.telling import follow, tell
from mlsd_app.sharing.models import Invitation
from mlsd_app.sharing.record import Kind, note


class RefusedError(Exception):
    """Something about access cannot be done; the message says why, and what to do instead."""


def locked(design: Design) -> Design:
    """``design`` as stored now, held until the transaction ends."""
    return Design.objects.select_for_update().get(pk=design.pk)


def give(design: Design, user: User, role: Role, *, by: User | None) -> Grant:
    """Let ``user`` in with at least ``role``; who has more keeps it. Notes nothing."""
    grant, _ = Grant.objects.get_or_create(
        design=design,
        user=user,
        link=None,
        defaults={"role": role, "since_clock": design.clock, "given_by": by},
    )
    if grant.role < role:
        grant.role = role
        grant.save(update_fields=["role"])
    if role >= Role.COMMENTER:
        follow(user, design)
    return grant


def standing_grants(design: Design, user: User) -> list[Grant]:
    """What lets ``user`` in now. Raises ``Grant.DoesNotExist`` when nothing does."""
    grants = list(design.grants.standing().filter(user=user).select_related("link"))
    if not grants:
        raise Grant.DoesNotExist(f"User {user.pk} has no access to design {design.pk}.")
    return grants


@transaction.atomic
def change_role(design: Design, user: User, role: Role, *, by: User) -> None:
    """Give ``user``, who has access to the present state, access of their own with ``role``.

    What they had by links goes: their access no longer ends with a link.
    """
    design = locked(design)
    present = [one for one in standing_grants(design, user) if not _is_pinned(one)]
    if not present:
        raise Grant.DoesNotExist(f"User {user.pk} sees no present state of {design.pk}.")
    Grant.objects.filter(pk__in=[one.pk for one in present if one.link_id]).delete()
    since = min(one.since_clock for one in present)
    Grant.objects.update_or_create(
        design=design,
        user=user,
        link=None,
        defaults={"role": role, "since_clock": since, "given_by": by},
    )
    note(design, Kind.CHANGED, by, f"made {user} {a_role(role)}")


@transaction.atomic
def remove(design: Design, user: User, *, by: User) -> list[Any]:
    """End the access of ``user``. Returns what ``restore`` takes to undo it."""
    design = locked(design)
    grants = standing_grants(design, user)
    _end(design, user)
    note(design, Kind.ENDED, by, f"removed {user}")
    kept = [[str(one.link_id) if one.link_id else "", one.role, one.since_clock] for one in grants]
    return [user.pk, kept]


@transaction.atomic
def restore(design: Design, removed: Sequence[Any], *, by: User) -> User:
    """Undo ``remove``; nothing changes where access was given anew since.

    Raises ``User.DoesNotExist`` when the account is gone.
    """
    design = locked(design)
    pk, kept = removed
    user = User.objects.get(pk=pk)
    if user.pk == design.owner_id:
        return user
    links = {str(link.pk): link.role for link in design.links.all()}
    Grant.objects.bulk_create(
        [
            Grant(
                design=design,
                user=user,
                link_id=link or None,
                role=links.get(link, role),  # a link may let in as something else by now
                since_clock=since,
                given_by=by,
            )
            for link, role, since in kept
            if not link or link in links
        ],
        ignore_conflicts=True,
    )
    note(design, Kind.CHANGED, by, f"gave {user} the access back")
    return user


@transaction.atomic
def leave(design: Design, user: User) -> None:
    design = locked(design)
    _end(design, user)
    note(design, Kind.ENDED, user, "left the design")


@transaction.atomic
def hand_over(design: Design, to: User, *, by: User) -> None:
    """Make ``to`` the owner; ``by`` stays as an editor."""
    design = locked(design)
    if design.owner_id != by.pk:
        raise RefusedError("Somebody else owns this design by now. Nothing was changed.")
    present = any(not _is_pinned(one) for one in standing_grants(design, to))
    if to.is_guest or not present:
        raise RefusedError(
            f"{to} cannot own it without an account and access. Invite their email address first."
        )
    design.grants.filter(user=to).delete()
    Invitation.objects.waiting().filter(design=design, user=to).update(accepted_at=timezone.now())
    design.owner = to
    design.save(update_fields=["owner"])
    Grant.objects.update_or_create(
        design=design,
        user=by,
        link=None,
        defaults={"role": Role.EDITOR, "since_clock": 0, "given_by": to},
    )
    follow(to, design)
    note(design, Kind.CHANGED, by, f"handed the design over to {to}")
    tell(
        News.INVITATION,
        design,
        actor=by,
        words=f"{by} handed “{design}” over to you: you own it now",
        path=reverse("sharing:sharing", args=[design.pk]),
        to=[to],
    )


def _end(design: Design, user: User) -> None:
    design.grants.filter(user=user).delete()
    waiting = Invitation.objects.waiting().filter(design=design, user=user)
    waiting.update(withdrawn_at=timezone.now())


def _is_pinned(grant: Grant) -> bool:
    return grant.link is not None and grant.link.revision_id is not None


def a_role(role: int) -> str:
    """``a reader``, ``an editor``, within a sentence."""
    label = Role(role).label.lower()
    return f"an {label}" if label[0] in "aeiou" else f"a {label}"


def merge(grants: Iterable[Grant], user: User) -> None:
    """Make ``grants`` those of ``user``: the higher role and the earlier state count."""
    for grant in grants:
        design = grant.design
        if design.owner_id == user.pk:
            grant.delete()
            continue
        own = Grant.objects.filter(design=design, user=user, link=grant.link).first()
        if own is None:
            grant.user = user
            grant.save(update_fields=["user"])
            continue
        own.role = max(own.role, grant.role)
        own.since_clock = min(own.since_clock, grant.since_clock)
        own.save(update_fields=["role", "since_clock"])
        grant.delete()
