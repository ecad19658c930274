"""Who has a design open. Most beats only read this: a page renews its row once in many of them.

It is renewed by GET, as a visit is: nothing of the design changes, and nobody else can be named.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.db import models
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design

GONE_AFTER = timedelta(seconds=30)  # of silence; a page in use speaks three times as often
TABS_AT_MOST = 20  # of one person on one design


class Doing(models.TextChoices):
    """What somebody does in a tab, the busiest first."""

    EDITING = "editing"
    READING = "reading"
    IDLE = "idle"


class Presence(models.Model):
    """A tab in which somebody has a design open, as it said last."""

    TAB_LENGTH = 40  # characters

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    tab = models.CharField(max_length=TAB_LENGTH)
    stage = models.CharField(max_length=20, blank=True)  # empty on pages of the whole design
    doing = models.CharField(max_length=10, choices=Doing.choices)
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "user", "tab"], name="one_presence_a_tab"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.doing} {self.stage or 'the design'}"

    @classmethod
    def renew(cls, design: UUID, user: int, tab: str, *, stage: str, doing: Doing) -> bool:
        """Know that the tab is still open. Returns whether it was known before."""
        known = cls.objects.filter(design=design, user=user, tab=tab)
        return bool(known.update(stage=stage, doing=doing, seen_at=timezone.now()))

    @classmethod
    def note(cls, design: Design, user: User, tab: str, *, stage: str, doing: Doing) -> None:
        """Know that the tab is open, and forget those that fell silent."""
        now = timezone.now()
        tabs = cls.objects.filter(design=design)
        tabs.filter(seen_at__lt=now - GONE_AFTER).delete()
        if tabs.filter(user=user).exclude(tab=tab).count() >= TABS_AT_MOST:
            return
        row = Presence(design=design, user=user, tab=tab, stage=stage, doing=doing, seen_at=now)
        Presence.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["design", "user", "tab"],
            update_fields=["stage", "doing", "seen_at"],
        )
