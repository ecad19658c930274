"""Exports that nobody works on any more, and how they find a worker."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mlsd_app.exports.models import Export
from mlsd_app.exports.tasks import queue_on_commit, send


def requeue_stale() -> int:
    """Queue again what nobody claimed or whose worker fell silent. Returns how many.

    Called whenever somebody looks, so each is queued once a lease, whoever looks how often.
    """
    now = timezone.now()
    requeued = 0
    for export in Export.objects.overdue(now):
        with transaction.atomic():
            if Export.objects.overdue(now).filter(pk=export.pk).update(queued_at=now):
                queue_on_commit(export)
                requeued += 1
    return requeued


def resume_unfinished() -> None:
    """Queue everything unfinished, for when its claim would have run out.

    For a worker that starts: what the one before it held in its hands was lost with it.
    """
    for export in Export.objects.unfinished().order_by("asked_at"):
        send(str(export.pk), countdown=export.retry_after or 0)
