"""Which mails go out, and that each goes out once.

A mail is claimed with its notices while its recipient is locked, so two workers or two clocks that
want the same make one mail of it. It is sent outside of any transaction: a mail server may be slow.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.notices.composing import composed
from mlsd_app.notices.following import Level, level_of
from mlsd_app.notices.kinds import CONVERSATION
from mlsd_app.notices.models import ClosedAddress, Following, Mail, Notice, Preference

logger = logging.getLogger(__name__)

A_DAY = timedelta(hours=24)
ALLOWANCE = 4  # mails a day about what is not urgent
URGENT_AT_MOST = 30  # mails a day at once; what exceeds it waits for the digest
DIGEST_AFTER = timedelta(hours=12)
LEASE = timedelta(minutes=5)  # after which an attempt that has not ended is taken for dead
CRASHES_AT_MOST = 1  # what may have been sent before a crash is sent once more, not twice
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=2)
QUEUED_WITHIN = timedelta(minutes=1)  # what waits for longer was lost by the queue
KEPT_FOR = timedelta(days=365)

Mailing = Notice.Mailing


def claimed(user_id: int) -> list[UUID]:
    """Make the mails that are due to a person, and return their keys.

    What one person did in one design comes as one mail: a round with everything said in it.
    """
    now = timezone.now()
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            return []
        waiting = user.notices.waiting().select_related("design").order_by("at", "id")
        mails = _claim_now(user, _still_wanted(user, waiting.filter(mailing=Mailing.NOW)), now)
        if waiting.filter(mailing=Mailing.DIGEST, at__lte=now - DIGEST_AFTER).exists():
            together = _still_wanted(user, waiting.filter(mailing=Mailing.DIGEST))
            mails += [_claim(user, together, Mail.Occasion.DIGEST, now)] if together else []
        return [mail.pk for mail in mails]


def _claim_now(user: User, notices: Iterable[Notice], now: datetime) -> list[Mail]:
    groups: dict[tuple[UUID, int | None], list[Notice]] = {}
    for notice in notices:
        groups.setdefault((notice.design_id, notice.actor_id), []).append(notice)
    lately = list(user.mails.filter(made_at__gt=now - A_DAY).values_list("occasion", flat=True))
    left = {
        Mail.Occasion.ALLOWED: ALLOWANCE - lately.count(Mail.Occasion.ALLOWED),
        Mail.Occasion.AT_ONCE: URGENT_AT_MOST - lately.count(Mail.Occasion.AT_ONCE),
    }
    mails = []
    for group in groups.values():
        is_urgent = any(notice.kind not in CONVERSATION for notice in group)
        occasion = Mail.Occasion.AT_ONCE if is_urgent else Mail.Occasion.ALLOWED
        if left[occasion] > 0:
            left[occasion] -= 1
            mails.append(_claim(user, group, occasion, now))
        else:
            _all(group).update(mailing=Mailing.DIGEST)
    return mails


def _claim(user: User, notices: Sequence[Notice], occasion: Mail.Occasion, now: datetime) -> Mail:
    mail = Mail.objects.create(recipient=user, occasion=occasion, made_at=now, due_at=now)
    _all(notices).update(mail=mail)
    return mail


def _all(notices: Iterable[Notice]) -> QuerySet[Notice]:
    return Notice.objects.filter(pk__in=[notice.pk for notice in notices])


def _still_wanted(user: User, notices: Iterable[Notice]) -> list[Notice]:
    """Those of ``notices`` that ``user`` may see, has not read, and wants by mail, as of now.

    The others will not be mailed any more.
    """
    notices = list(notices)
    designs = {notice.design_id for notice in notices}
    seen = Design.objects.visible_to(user).filter(pk__in=designs)
    visible = set(seen.values_list("pk", flat=True))
    said: dict[UUID, dict[str, str]] = {}
    for row in Following.objects.filter(user=user, design__in=designs):
        said.setdefault(row.design_id, {})[row.about] = row.level
    not_mailed = set(
        user.preferences.exclude(channel=Preference.Channel.MAIL).values_list("kind", flat=True)
    )
    can_be_mailed = user.is_active and bool(user.email)

    def is_wanted(notice: Notice) -> bool:
        level = level_of(said.get(notice.design_id, {}), notice.about, is_owner=False)
        return (
            can_be_mailed
            and notice.design_id in visible
            and notice.read_at is None
            and notice.kind not in not_mailed
            and level != Level.MUTED
        )

    wanted = [notice for notice in notices if is_wanted(notice)]
    kept = {notice.pk for notice in wanted}
    _all(one for one in notices if one.pk not in kept).update(mailing=Mailing.NOT, mail=None)
    return wanted


def _still_stands(address: str, notices: Iterable[Notice]) -> list[Notice]:
    """Those invitations that who gave them could still give, and may be mailed to ``address``."""
    if ClosedAddress.objects.filter(address=address).exists():
        return []
    return [
        notice
        for notice in notices
        if notice.actor is not None
        and Design.objects.owned_by(notice.actor).filter(pk=notice.design_id).exists()
    ]


def deliver(mail_id: UUID) -> None:
    """Send a mail that is due. Safe to call twice: what is sent, or being sent, is left alone."""
    now = timezone.now()
    with transaction.atomic():
        mail = Mail.objects.select_for_update().filter(pk=mail_id).first()
        notices = _begun(mail, now) if mail is not None else []
    if mail is None or not notices:
        return
    try:
        composed(mail, notices).send()
    except Exception as error:  # each way to send has its own errors
        is_final = _is_final(error) or now - mail.made_at > GIVEN_UP_AFTER
        logger.exception("Mail %s was not sent%s", mail.pk, ", and is given up" * is_final)
        _note_failure(mail, now, is_final=is_final)
    else:
        _note_sent(mail)


def _is_final(error: Exception) -> bool:
    """Whether the next attempt would fail as well: nobody has this address, or nobody can."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, ValueError)


def _begun(mail: Mail, now: datetime) -> list[Notice]:
    """Begin an attempt; returns what the mail tells, nothing when there is nothing to send."""
    is_over = mail.sent_at is not None or mail.given_up_at is not None
    is_under_way = mail.begun_at is not None and mail.begun_at > now - LEASE
    if is_over or is_under_way or mail.due_at > now:
        return []
    if mail.begun_at is not None:
        mail.crashes += 1
    if mail.crashes > CRASHES_AT_MOST:
        mail.given_up_at, mail.begun_at = now, None
        mail.save(update_fields=["crashes", "given_up_at", "begun_at"])
        logger.error("Mail %s was begun twice without an end, and is given up", mail.pk)
        return []
    claimed_for = mail.notices.select_related("design", "actor").order_by("at", "id")
    notices = (
        _still_stands(mail.address, claimed_for)
        if mail.recipient is None
        else _still_wanted(mail.recipient, claimed_for)
    )
    if not notices:
        mail.notices.filter(recipient=None).delete()
        mail.delete()
        return []
    mail.begun_at = now
    mail.save(update_fields=["crashes", "begun_at"])
    return notices


def _note_sent(mail: Mail) -> None:
    now = timezone.now()
    with transaction.atomic():
        Mail.objects.filter(pk=mail.pk).update(sent_at=now, begun_at=None)
        told = Notice.objects.filter(mail=mail.pk)
        told.update(mailed_at=now, mailing=Mailing.NOT)
        told.filter(recipient=None).update(path="/")  # the secret address is in the mail alone


def _note_failure(mail: Mail, now: datetime, *, is_final: bool) -> None:
    """Let it be tried again later, after a pause that doubles, or never."""
    pause = min(FIRST_PAUSE * 2 ** min(mail.failures, 10), LONGEST_PAUSE)
    Mail.objects.filter(pk=mail.pk).update(
        failures=mail.failures + 1,
        begun_at=None,
        due_at=now + pause,
        given_up_at=now if is_final else None,
    )


def overdue() -> tuple[list[int], list[UUID]]:
    """People to whom something is due that no mail has claimed, and mails that are to be sent."""
    now = timezone.now()
    due = Q(mailing=Mailing.NOW, at__lt=now - QUEUED_WITHIN) | Q(
        mailing=Mailing.DIGEST, at__lte=now - DIGEST_AFTER
    )
    waiting = Notice.objects.waiting().filter(due, recipient__isnull=False)
    people = waiting.order_by().values_list("recipient_id", flat=True).distinct()
    unsent = Mail.objects.filter(sent_at=None, given_up_at=None, due_at__lte=now)
    silent = unsent.filter(Q(begun_at=None) | Q(begun_at__lte=now - LEASE))
    return list(people), list(silent.values_list("pk", flat=True))


def forget_old() -> None:
    """Delete what was told, and mailed, longer ago than notices are kept."""
    until = timezone.now() - KEPT_FOR
    Notice.objects.filter(at__lt=until).delete()
    Mail.objects.filter(made_at__lt=until).delete()
