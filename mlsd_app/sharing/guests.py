"""What a guest was given belongs to the account they sign in to."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged
from mlsd_app.designs.access import Grant
from mlsd_app.sharing.giving import merge
from mlsd_app.sharing.models import Event


@receiver(guest_merged)
def hand_over_access(guest: User, user: User, **kwargs: Any) -> None:  # Any: signal arguments
    merge(Grant.objects.filter(user=guest).select_related("design"), user)
    Event.objects.filter(actor=guest).update(actor=user)
