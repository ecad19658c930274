"""Inviting by email address, or by the name of somebody one already shares a design with.

An address gets the same answer whether it has an account or not. Names do not identify people, and
anybody may take one, so a name reaches only people whom the inviter already works with.
"""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, abilities
from mlsd_app.designs.models import Design
from mlsd_app.notices.telling import Kind as News
from mlsd_app.notices.telling import invite as mail_invitation
from mlsd_app.notices.telling import tell, uninvite
from mlsd_app.sharing.giving import RefusedError, a_role, give, locked
from mlsd_app.sharing.models import Invitation, when_it_ends
from mlsd_app.sharing.record import Kind, note
from mlsd_app.sharing.tokens import digest, new_token

AGAIN_AFTER = timedelta(minutes=5)  # a second mail about the same


def known_to(user: User) -> list[User]:
    """People with an account whom ``user`` shares a design with, by name.

    Who was invited and has not come is not among them: that they have an account is theirs to say.
    """
    shared = Grant.objects.to_the_present().of_who_came()
    owners = User.objects.filter(designs__in=Design.objects.shared_with(user))
    beside = User.objects.filter(
        grants__in=shared.filter(design__in=Design.objects.visible_to(user))
    )
    found = User.objects.filter(Q(pk__in=owners) | Q(pk__in=beside), is_guest=False)
    return list(found.exclude(pk=user.pk).exclude(name="").order_by("name", "pk"))


@transaction.atomic
def invite(design: Design, whom: str, role: Role, *, by: User) -> Invitation:
    """Ask the person behind ``whom`` in. Raises ``RefusedError``."""
    design = locked(design)
    if whom.casefold() == (by.email or "").casefold():
        raise RefusedError("This is you: the design is yours already.")
    user = _person(whom, by)
    invitation = Invitation.objects.waiting().filter(design=design, whom=whom).first()
    if invitation is None:
        invitation = Invitation(design=design, whom=whom, role=role, invited_by=by)
    elif invitation.grant:
        _lower(invitation.grant, role)
    invitation.role, invitation.user, invitation.invited_by = role, user, by
    if user is not None:
        had = Grant.objects.filter(design=design, user=user, link=None).exists()
        grant = give(design, user, role, by=by)
        if not had:
            grant.is_awaited = True
            grant.save(update_fields=["is_awaited"])
            invitation.grant = grant
    _send(invitation, by)
    note(design, Kind.INVITED, by, f"invited {whom} as {a_role(role)}")
    return invitation


def _person(whom: str, by: User) -> User | None:
    """Who ``whom`` is: the account with that address, or somebody known by that name."""
    if "@" in whom:
        # Anybody may sign up with an address; only who confirmed it is known to be behind it.
        confirmed = EmailAddress.objects.filter(email__iexact=whom, verified=True)
        return User.objects.filter(pk__in=confirmed.values("user"), email__iexact=whom).first()
    found = [one for one in known_to(by) if one.name.casefold() == whom.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise RefusedError(
            f"More than one person you share a design with is called “{whom}”. "
            "Write the email address instead."
        )
    raise RefusedError(
        f"Nobody you share a design with is called “{whom}”. Write an email address, "
        "like name@company.org."
    )


def _lower(given: Grant, role: Role) -> None:
    """Let the access that an invitation gave become what it says now, also where that is less."""
    given.role = role
    given.save(update_fields=["role"])


@transaction.atomic
def send_again(invitation: Invitation, *, by: User) -> None:
    """Mail it again, with a new link; the one before it opens nothing then."""
    design = locked(invitation.design)
    if timezone.now() - invitation.sent_at < AGAIN_AFTER:
        raise RefusedError(
            f"A mail to {invitation.whom} went out less than five minutes ago. "
            "Let them look for it, then send it again."
        )
    _send(invitation, by)
    note(design, Kind.INVITED, by, f"sent the invitation to {invitation.whom} again")


def _send(invitation: Invitation, by: User) -> None:
    token, design, role = new_token(), invitation.design, Role(invitation.role)
    invitation.token_hash = digest(token)
    invitation.sent_at, invitation.expires_at = timezone.now(), when_it_ends()
    invitation.save()
    if invitation.user is None:
        path = reverse("sharing:link_take", args=[token])
        mail_invitation(invitation.whom, design, by, role, path)
    else:
        tell(
            News.INVITATION,
            design,
            actor=by,
            words=f"{by} invites you to “{design}” as {a_role(role)}",
            path=reverse("designs:design_read", args=[design.pk]),
            to=[invitation.user],
        )


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User) -> None:
    """End the invitation, and the access that it gave."""
    design = locked(invitation.design)
    if invitation.grant:
        invitation.grant.delete()
        invitation.grant = None
    invitation.withdrawn_at = timezone.now()
    invitation.save(update_fields=["grant", "withdrawn_at"])
    uninvite(invitation.whom, design)
    note(design, Kind.ENDED, by, f"withdrew the invitation of {invitation.whom}")


@transaction.atomic
def accept(invitation: Invitation, user: User) -> None:
    """Take the invitation up. Raises ``Invitation.DoesNotExist`` when it is gone meanwhile."""
    design = locked(invitation.design)
    waiting = Invitation.objects.waiting().get(pk=invitation.pk, expires_at__gt=timezone.now())
    if not abilities(user, design).own:
        give(design, user, Role(waiting.role), by=waiting.invited_by)
        note(design, Kind.CAME, user, f"took up the invitation of {waiting.whom}")
    waiting.accepted_at, waiting.user = timezone.now(), user
    waiting.save(update_fields=["accepted_at", "user"])
