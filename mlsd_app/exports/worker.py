"""What a Celery worker does around its exports: before the first, and after one that hung."""

from __future__ import annotations

import logging
import resource
from collections.abc import Sequence
from typing import Any

from celery.exceptions import TimeLimitExceeded
from celery.signals import task_failure, worker_process_init, worker_ready
from django.conf import settings
from django.db import connections

from mlsd_app.exports.models import Export
from mlsd_app.exports.recovery import resume_unfinished
from mlsd_app.exports.tasks import TOOK_TOO_LONG, render_export
from mlsd_app.stages.design import Design

logger = logging.getLogger(__name__)


@worker_process_init.connect
def limit_memory(**kwargs: Any) -> None:  # Any: signal arguments
    """Let a document that wants too much memory fail by itself, not take the machine with it."""
    wanted = settings.EXPORT_MEMORY_MB * 1024 * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    except (OSError, ValueError) as error:
        logger.warning("Memory of the worker is not limited: %s", error)


@worker_process_init.connect
def warm_up(**kwargs: Any) -> None:  # Any: signal arguments
    """Load the renderer, its styles and its fonts, which takes seconds, before somebody waits."""
    from mlsd_app.exports.document import Meta, document_html
    from mlsd_app.exports.render import render_pdf

    render_pdf(document_html(Design(), Meta(title="")))


@worker_ready.connect
def resume(**kwargs: Any) -> None:  # Any: signal arguments
    try:
        resume_unfinished()
    finally:
        connections.close_all()  # processes forked from this one must not share them


@task_failure.connect
def say_what_hung(
    sender: object, exception: object, args: Sequence[str], **kwargs: Any
) -> None:  # Any: signal arguments
    """Mark an export as failed whose process did not even stop when asked, and was killed."""
    if getattr(sender, "name", "") != render_export.name:
        return
    if not isinstance(exception, TimeLimitExceeded):
        return
    try:
        export = Export.objects.filter(pk=args[0], state=Export.State.RENDERING).first()
        if export is not None:
            export.fail(TOOK_TOO_LONG)
    finally:
        connections.close_all()
