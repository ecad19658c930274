"""Asking for a PDF: the same file is asked for once, however often people click."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports.content import key_of
from mlsd_app.exports.document import Options
from mlsd_app.exports.models import Export
from mlsd_app.exports.pinning import said_of
from mlsd_app.exports.tasks import queue_on_commit

MOST_UNFINISHED = 3  # by one person at a time
KEPT = 20  # newest exports of a design


class TooManyUnfinishedError(Exception):
    """Somebody has as many exports in the making as one person may; the message says so."""


def ask(revision: Revision, user: User, options: Options, *, since_clock: int = 0) -> Export:
    """The export of ``revision`` with ``options`` and what is said of it now: the one there is, or
    one to be made. ``since_clock`` is of the oldest state that ``user`` may see.

    A failed one, or one whose file is gone, starts again. A file that another design's export made
    of the same content is used as it is. Raises ``TooManyUnfinishedError``.
    """
    with transaction.atomic():
        # Two clicks at once: the second waits here and then finds what the first made.
        User.objects.select_for_update().get(pk=user.pk)
        design = Design.objects.select_for_update().get(pk=revision.design_id)
        said = said_of(design, revision, options, since_clock=since_clock)
        key = key_of(revision, options, said)
        export = design.exports.filter(key=key).first()
        if export is not None and (export.is_unfinished or export.has_file):
            return export
        if export is None:
            export = Export(
                design=design,
                revision=revision,
                key=key,
                paper=options.paper,
                has_findings=options.findings,
                kind=options.kind,
                talk=options.talk,
                round_id=options.round or None,
                said=said,
            )
        _start(export, user)
        _drop_old(design)
    return export


def _start(export: Export, user: User) -> None:
    now = timezone.now()
    export.requested_by = user
    export.asked_at = export.queued_at = now
    export.attempts = export.pages_done = 0
    export.error = ""
    export.file, export.size, export.page_count = "", 0, 0
    twin = Export.objects.filter(key=export.key, state=Export.State.READY).first()
    if twin is not None and twin.has_file:
        export.state = Export.State.READY
        export.file, export.size, export.page_count = twin.file.name, twin.size, twin.page_count
        export.finished_at = now
        export.save()
        return
    if Export.objects.filter(requested_by=user).unfinished().count() >= MOST_UNFINISHED:
        raise TooManyUnfinishedError(
            f"{MOST_UNFINISHED} of your PDFs are still being made. "
            "Wait until one of them is ready, then ask again."
        )
    export.state = Export.State.QUEUED
    export.finished_at = None
    export.pages_expected = _pages_of_newest(export)
    export.save()
    queue_on_commit(export)


def _pages_of_newest(export: Export) -> int:
    made = export.design.exports.filter(
        state=Export.State.READY, paper=export.paper, kind=export.kind, talk=export.talk
    )
    newest = made.order_by("-finished_at").first()
    return newest.page_count if newest else 0


def _drop_old(design: Design) -> None:
    """Delete all but the newest exports, and by a signal the files that no other row needs."""
    kept = design.exports.order_by("-asked_at").values_list("pk", flat=True)[:KEPT]
    old = design.exports.exclude(pk__in=list(kept))
    old.exclude(state__in=[Export.State.QUEUED, Export.State.RENDERING]).delete()
