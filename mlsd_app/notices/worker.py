"""What a Celery worker does about mails when it starts and when it stops."""

from __future__ import annotations

from typing import Any

from celery.signals import worker_ready, worker_shutdown
from django.db import connections

from mlsd_app.notices.tasks import look_after_mails

STOPS_WITHIN = 5  # seconds


@worker_ready.connect
def resume(**kwargs: Any) -> None:  # Any: signal arguments
    """Look at once for what is due: the queue may have lost some meanwhile."""
    try:
        look_after_mails()
    finally:
        connections.close_all()  # processes forked from this one must not share them


@worker_shutdown.connect
def end_the_clock(sender: object, **kwargs: Any) -> None:  # Any: signal arguments
    """Wait for the clock that runs inside a worker, which Celery ends without waiting for it."""
    clock = getattr(sender, "beat", None)
    if clock is not None and clock.pid is not None:
        clock.join(STOPS_WITHIN)
