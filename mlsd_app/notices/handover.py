"""What a guest was told, and follows, belongs to the account they sign in to."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged
from mlsd_app.notices.models import Following, Notice


@receiver(guest_merged)
def hand_over_notices(guest: User, user: User, **kwargs: Any) -> None:  # Any: signal arguments
    """What the account has said itself stands."""
    Notice.objects.filter(recipient=guest).update(recipient=user)
    Notice.objects.filter(actor=guest).update(actor=user)
    Notice.objects.filter(recipient=user, actor=user).delete()
    for row in Following.objects.filter(user=guest):
        Following.objects.get_or_create(
            user=user, design=row.design, about=row.about, defaults={"level": row.level}
        )
