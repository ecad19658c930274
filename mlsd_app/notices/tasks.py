"""The tasks that mail. Each is safe to run twice, and what the queue loses is found again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.db import transaction

from mlsd_app.notices import mailing
from mlsd_app.notices.models import Mail

logger = logging.getLogger(__name__)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def mail_person(user_id: int) -> None:
    """Mail one person what is due to them now."""
    for mail_id in mailing.claimed(user_id):
        mailing.deliver(mail_id)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def mail_people(user_ids: list[int]) -> None:
    """Queue a task for each person; whoever says something waits for one message, not for many."""
    for user_id in user_ids:
        send(mail_person, user_id)


@shared_task(acks_late=True, reject_on_worker_lost=True, ignore_result=True)
def deliver_mail(mail_id: str) -> None:
    """Send one mail that is claimed."""
    mailing.deliver(UUID(mail_id))


@shared_task(ignore_result=True)
def look_after_mails() -> None:
    """Queue the digests that are due, what failed before, and what the queue has lost.

    Called every minute; two clocks that call it do no harm.
    """
    people, mails = mailing.overdue()
    for user_id in people:
        send(mail_person, user_id)
    for mail_id in mails:
        send(deliver_mail, str(mail_id))


@shared_task(ignore_result=True)
def forget_old_notices() -> None:
    """Keep a year of notices, and the record of their mails."""
    mailing.forget_old()


def people_on_commit(user_ids: Sequence[int]) -> None:
    if len(user_ids) == 1:
        transaction.on_commit(partial(send, mail_person, user_ids[0]))
    elif user_ids:
        transaction.on_commit(partial(send, mail_people, list(user_ids)))


def mail_on_commit(mail: Mail) -> None:
    transaction.on_commit(partial(send, deliver_mail, str(mail.pk)))


def send(task: Task[Any, None], argument: int | str | list[int]) -> None:  # Any: what tasks take
    """Put a task into the queue. A queue that is down breaks nothing: the rows wait."""
    try:
        task.apply_async((argument,), retry=False)
    except Exception:  # each kind of broker has its own errors
        logger.exception("%s could not be queued", task.name)
