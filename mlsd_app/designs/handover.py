"""What a guest made belongs to the account they sign in to."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged
from mlsd_app.designs.models import Design


@receiver(guest_merged)
def hand_over_designs(guest: User, user: User, **kwargs: Any) -> None:  # Any: signal arguments
    Design.objects.filter(owner=guest).update(owner=user)
