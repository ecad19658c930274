"""What follows when rows of other capabilities, or exports themselves, come and go."""

from __future__ import annotations

from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged
from mlsd_app.exports.models import Export


@receiver(guest_merged)
def hand_over_exports(guest: User, user: User, **kwargs: Any) -> None:  # Any: signal arguments
    Export.objects.filter(requested_by=guest).update(requested_by=user)


@receiver(post_delete, sender=Export)
def delete_file(instance: Export, **kwargs: Any) -> None:  # Any: signal arguments
    """Delete the file with the last export that has it."""
    if instance.file:
        name = instance.file.name or ""
        # What cannot be deleted now is a file too many, not a reason to break a page.
        transaction.on_commit(lambda: _delete_unless_used(name), robust=True)


def _delete_unless_used(name: str) -> None:
    if not Export.objects.filter(file=name).exists():
        default_storage.delete(name)
