"""What people were told, what they want to be told, and the mails that tell it.

The row is the truth and the queue a hint, as for exports: a mail is claimed with all it tells
before it is sent, and what was claimed or is waiting is found again by ``mailing.overdue``.
"""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.notices.kinds import Kind

KINDS = [(kind.value, kind.value) for kind in Kind]


class Mail(models.Model):
    """One mail to one person, made when it is claimed and kept as the record of its sending."""

    class Occasion(models.TextChoices):
        AT_ONCE = "at-once"
        ALLOWED = "allowed"  # one of the few a day
        DIGEST = "digest"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="mails"
    )
    address = models.EmailField(blank=True)  # of who has no account
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)  # of the next attempt
    begun_at = models.DateTimeField(null=True, blank=True)  # of an attempt that has not ended
    crashes = models.PositiveSmallIntegerField(default=0)  # attempts that never ended
    failures = models.PositiveSmallIntegerField(default=0)  # attempts that the server refused
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="a_mail_goes_to_a_person_or_an_address",
                condition=Q(recipient__isnull=False, address="")
                | (Q(recipient=None) & ~Q(address="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["recipient", "-made_at"], name="mails_of_a_person"),
            models.Index(
                fields=["due_at"],
                condition=Q(sent_at=None, given_up_at=None),
                name="mails_to_be_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occasion} mail {self.pk}"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def shown_to(self, user: User) -> Self:
        """What ``user`` was told of designs that they may still see."""
        return self.filter(recipient=user, design__in=Design.objects.visible_to(user))

    def unread(self) -> Self:
        return self.filter(read_at=None)

    def waiting(self) -> Self:
        """Those that are to be mailed and that no mail has claimed."""
        return self.filter(mail=None).exclude(mailing=Notice.Mailing.NOT)


class Notice(models.Model):
    """One thing that one person was told. Who has no account is told by mail only."""

    class Mailing(models.TextChoices):
        NOT = "not"
        NOW = "now"
        DIGEST = "digest"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="notices"
    )
    address = models.EmailField(blank=True)  # of who has no account
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=KINDS)
    actor = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    actor_name = models.CharField(max_length=254, blank=True)
    words = models.TextField()  # one line
    text = models.TextField(blank=True)  # what was said
    path = models.TextField()
    about = models.CharField(max_length=100, blank=True)  # what can be followed: "thread:UUID"
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    mailing = models.CharField(max_length=10, choices=Mailing.choices, default=Mailing.NOT)
    mail = models.ForeignKey(
        Mail, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="a_notice_goes_to_a_person_or_an_address",
                condition=Q(recipient__isnull=False, address="")
                | (Q(recipient=None) & ~Q(address="")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["recipient", "-at"], name="notices_of_a_person"),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="unread_notices"),
            models.Index(
                fields=["mailing", "at"],
                condition=Q(mail=None) & ~Q(mailing="not"),
                name="notices_to_be_mailed",
            ),
            models.Index(fields=["design", "about"], name="notices_about_something"),
        ]

    def __str__(self) -> str:
        return self.words


class Following(models.Model):
    """How much a person hears about a design or a thread of it.

    Without a row the owner follows a design, and everybody hears of what is addressed to them.
    """

    class Level(models.TextChoices):
        FOLLOWED = "followed", "Follow"
        ADDRESSED = "addressed", "Only what is addressed to me"
        MUTED = "muted", "Mute"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="followings")
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="followings")
    about = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.FOLLOWED)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "design", "about"], name="one_level_a_person"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["design", "about"], name="followings_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.level}: {self.about or self.design_id}"


class Preference(models.Model):
    """How a person wants to be told of one kind of thing; without a row, by mail as well."""

    class Channel(models.TextChoices):
        MAIL = "mail", "By mail"
        PAGE = "page", "Here only"
        NOTHING = "nothing", "Nothing"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="preferences")
    kind = models.CharField(max_length=20, choices=KINDS)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.MAIL)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_channel_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.channel}"


class ClosedAddress(models.Model):
    """An address without an account whose owner wants no invitations from here."""

    address = models.EmailField(unique=True)  # in lower case
    closed_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.address
