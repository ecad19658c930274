"""The task that makes one export."""

from __future__ import annotations

import gc
import logging
import threading
import traceback
from functools import partial
from time import monotonic
from types import TracebackType
from typing import Self

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, connection, transaction

from mlsd_app.exports.limits import LimitExceededError
from mlsd_app.exports.models import Export, lease

logger = logging.getLogger(__name__)

SECONDS_AT_MOST = 120
PROGRESS_EVERY = 0.5  # seconds between two notes of the progress

NOT_MADE = "The PDF could not be made. Your text is safe; try again in a minute."
TOOK_TOO_LONG = (
    f"The PDF was not finished after {SECONDS_AT_MOST // 60} minutes, so it was stopped. Your text "
    "is safe. Shorten the longest tables and diagrams, then export again."
)
NEEDED_TOO_MUCH = (
    "The PDF needed more memory than one export may take, so it was stopped. Your text is safe. "
    "Shorten the longest tables and diagrams, then export again."
)

WITHOUT_TALK = " Without the conversation it may be small enough."


class ClaimLostError(Exception):
    """Another worker took the export over; what this one makes is not wanted any more."""


@shared_task(
    acks_late=True,
    reject_on_worker_lost=True,
    ignore_result=True,
    soft_time_limit=SECONDS_AT_MOST,
    time_limit=SECONDS_AT_MOST + 30,
)
def render_export(export_id: str) -> None:
    """Make one export. Safe to run twice: what is finished or held by another is left alone."""
    export = Export.claimed(export_id)
    if export is None:
        _look_again(export_id)
        return
    try:
        with Heartbeat(export) as heartbeat:
            pdf = _made(export, heartbeat)
            export.finish(pdf, heartbeat.pages)
    except ClaimLostError:
        logger.warning("Export %s was taken over by another worker", export_id)
    except Exception as error:
        # The frames still hold the half-made document; without it there is memory to go on with.
        traceback.clear_frames(error.__traceback__)
        gc.collect()
        logger.exception("Export %s failed", export_id)
        reason = reason_for(error)
        is_too_large = reason != NOT_MADE and export.talk != "none"
        export.fail(reason + WITHOUT_TALK if is_too_large else reason)


def queue_on_commit(export: Export) -> None:
    transaction.on_commit(partial(send, str(export.pk)))


def send(export_id: str, countdown: float = 0) -> None:
    """Put the export into the queue, to be taken out ``countdown`` seconds later at the earliest.

    A queue that is down loses nothing and breaks nothing: the row waits, to be sent again.
    """
    try:
        render_export.apply_async((export_id,), countdown=countdown, retry=False)
    except Exception:  # each kind of broker has its own errors
        logger.exception("Export %s could not be queued", export_id)


def _look_again(export_id: str) -> None:
    """Come back when the claim of whoever holds the export would have run out."""
    export = Export.objects.filter(pk=export_id).first()
    if export is not None and export.retry_after is not None:
        send(export_id, countdown=export.retry_after + 1)


def _made(export: Export, heartbeat: Heartbeat) -> bytes:
    # Here and not above: the web process queues this task and has no use for a renderer.
    from mlsd_app.exports import content, render

    return render.render_pdf(content.html_of(export), progress=heartbeat.progress)


def reason_for(error: Exception) -> str:
    """What to tell people about ``error``."""
    if isinstance(error, LimitExceededError):
        return str(error)
    if isinstance(error, SoftTimeLimitExceeded):
        return TOOK_TOO_LONG
    return NEEDED_TOO_MUCH if isinstance(error, MemoryError) else NOT_MADE


class Heartbeat:
    """Keeps the claim on an export for as long as this process lives, and notes the progress.

    The progress is written by whoever reports it. A thread keeps the claim while nothing is
    reported, so that only a process that died or hangs altogether is taken for dead.
    """

    def __init__(self, export: Export) -> None:
        self.export = export
        self.pages = 0
        self._written_at = monotonic()
        self._is_lost = self._is_over = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def progress(self, step: str, pages: int) -> None:
        """Note how far the renderer is. Raises ``ClaimLostError`` to stop it."""
        self.pages = max(self.pages, pages)
        if monotonic() - self._written_at >= PROGRESS_EVERY:
            self._beat(self.pages)
        if self._is_lost:
            raise ClaimLostError

    def _keep(self) -> None:
        try:
            while not self._over.wait(lease().total_seconds() / 3) and not self._is_lost:
                self._beat()
        finally:
            connection.close()

    def _beat(self, pages: int | None = None) -> None:
        self._written_at = monotonic()
        try:
            self._is_lost = not self.export.beat(pages)
        except DatabaseError:  # the next beat may pass, and the end is checked in any case
            logger.warning("The heartbeat of export %s was not stored", self.export.pk)
