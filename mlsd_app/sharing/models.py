"""Who is asked in, who asks to be let in, and the record of all that happens to access.

The access itself stands beside the designs (``designs.access``), where every door reads it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design

LASTS = timedelta(days=14)  # the link in the mail of an invitation


def when_it_ends() -> datetime:
    return timezone.now() + LASTS


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> Self:
        """Those that were neither taken up nor withdrawn, also those whose link has run out."""
        return self.filter(accepted_at=None, withdrawn_at=None)


class Invitation(models.Model):
    """A role that waits for the person behind an address or a name.

    Somebody with an account has the access at once (``grant``). Until they come the owner sees what
    was typed and nothing else, so nobody learns here whose address has an account.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="invitations")
    whom = models.CharField(max_length=254)  # an email address, or the name of somebody known
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations"
    )
    grant = models.OneToOneField(  # the one it gave, which goes with it
        Grant, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=when_it_ends)
    accepted_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["design", "whom"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_invitation_waits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.whom} as {Role(self.role).label} of {self.design_id}"

    @property
    def has_run_out(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and not self.has_run_out


class AccessRequest(models.Model):
    """Somebody asks the owner for access, or for more of it."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="access_requests")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_requests")
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    note = models.CharField(max_length=300, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["design", "user"],
                condition=Q(decided_at=None),
                name="one_open_access_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} asks for {self.design_id}"

    @property
    def slug(self) -> str:
        return f"request-{self.pk}"


class Event(models.Model):
    """One thing that happened to the access to a design, in words that stay as they were."""

    class Kind(models.TextChoices):
        INVITED = "invited", "Invitation"
        CAME = "came", "Came"
        CHANGED = "changed", "Change"
        ENDED = "ended", "End"
        LINK = "link", "Link"
        ASKED = "asked", "Request"
        READ = "read", "Look"
        REFUSED = "refused", "Refused"

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="access_log")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    actor_name = models.CharField(max_length=100)
    words = models.CharField(max_length=400)
    once = models.CharField(max_length=100, blank=True)  # what is noted once, by this key

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["design", "once"], condition=~Q(once=""), name="noted_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["design", "-at"], name="access_log_of_a_design"),
        ]

    def __str__(self) -> str:
        return f"{self.who} {self.words}"

    @property
    def who(self) -> str:
        return str(self.actor) if self.actor else self.actor_name

    @property
    def icon(self) -> str:
        return ICONS[self.Kind(self.kind)]


ICONS = {
    Event.Kind.INVITED: "plus",
    Event.Kind.CAME: "check",
    Event.Kind.CHANGED: "undo",
    Event.Kind.ENDED: "close",
    Event.Kind.LINK: "link",
    Event.Kind.ASKED: "help",
    Event.Kind.READ: "read",
    Event.Kind.REFUSED: "lock",
}
