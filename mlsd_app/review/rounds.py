"""Rounds: a mentor drafts in private and submits once; then the author answers.

Everything of a draft becomes visible in one transaction, or nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design, Revision
from mlsd_app.notices.telling import Kind, follow, tell
from mlsd_app.review.models import Approval, Comment, ReviewRequest, Round, Thread
from mlsd_app.review.people import mentioned_in, people_of
from mlsd_app.review.written import NotStoredError, name_of, written
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES

DISCARDED_ARE_KEPT = timedelta(days=30)
MADE_APART = timedelta(microseconds=1)  # what is published at once keeps its order


class RoundRefusedError(ValueError):
    """What was asked of a round cannot be done; the message says why and what to do."""


class StagesChangedError(RoundRefusedError):
    """Stages that were to be approved are not what the mentor was shown any more."""

    def __init__(self, stages: Iterable[str]) -> None:
        self.stages = tuple(stages)
        titles = " and ".join(STAGES[stage].title for stage in self.stages)
        super().__init__(
            f"{titles} changed while you decided, so nothing was submitted. Look at it again "
            "below, then submit; all that you wrote is kept."
        )


def bump(design: Design) -> int:
    """Count a change of the conversation that everybody may see, of a design that is locked."""
    design.talk += 1
    design.save(update_fields=["talk"])
    return design.talk


def is_reviewed(design: Design) -> None:
    """Let the pages of ``design`` look for turns and approvals from now on."""
    if not design.has_reviews:
        Design.objects.filter(pk=design.pk).update(has_reviews=True)


def draft_of(user: User, design: Design) -> Round | None:
    """What ``user`` drafts about ``design`` and has not submitted."""
    if not design.has_rounds:
        return None
    return Round.objects.drafts_of(user).filter(design=design).first()


def last_of(user: User, design: Design) -> Round | None:
    """The round of ``user`` that was submitted last."""
    submitted = Round.objects.submitted().filter(design=design, mentor=user)
    return submitted.select_related("revision").order_by("-submitted_at").first()


def discarded_of(user: User, design: Design) -> Round | None:
    """The draft that ``user`` discarded last, while it is kept."""
    since = timezone.now() - DISCARDED_ARE_KEPT
    mine = Round.objects.filter(design=design, mentor=user, submitted_at=None)
    return mine.filter(discarded_at__gt=since).order_by("-discarded_at").first()


def page_of(review: Round) -> str:
    """Where a submitted round is read."""
    return f"{reverse('review:review', args=[review.design_id])}#round-{review.pk}"


def _locked(design_id: UUID, user: User) -> Design:
    return Design.objects.commentable_by(user).select_for_update().get(pk=design_id)


@transaction.atomic
def begin(design_id: UUID, user: User) -> Round:
    """The draft of ``user``: the one there is, or a new one on the design as it is now.

    Raises ``Design.DoesNotExist`` unless ``user`` may comment, and ``RoundRefusedError``.
    """
    design = _locked(design_id, user)
    if draft := draft_of(user, design):
        return draft
    if design.owner_id == user.pk:
        raise RoundRefusedError("This design is yours. Ask somebody else to review it.")
    if not design.has_rounds:
        design.has_rounds = True
        design.save(update_fields=["has_rounds"])
    mine = Round.objects.filter(design=design, mentor=user)
    mine.filter(discarded_at__lt=timezone.now() - DISCARDED_ARE_KEPT).delete()
    return Round.objects.create(
        design=design,
        mentor=user,
        mentor_name=name_of(user),
        number=mine.submitted().count() + 1,
        revision=Revision.of_locked(design),
    )


def keep(draft: Round, verdict: str, summary: str, ticked: Iterable[str]) -> None:
    """Store what was decided and written so far, for its mentor alone.

    Raises ``NotStoredError``; the choices are kept then, the words are not.
    """
    # It may be submitted in this moment: what everybody sees then is not written over.
    unsubmitted = Round.objects.filter(pk=draft.pk, submitted_at=None)
    draft.verdict = verdict if verdict in Round.Verdict.values else ""
    draft.ticked = sorted(ticked)
    unsubmitted.update(verdict=draft.verdict, ticked=draft.ticked)
    draft.summary = written(summary, "The summary")
    unsubmitted.update(summary=draft.summary)


def discard(draft: Round) -> None:
    """Take a draft away from everybody, unless it was submitted; ``put_back`` returns it."""
    unsubmitted = Round.objects.filter(pk=draft.pk, submitted_at=None)
    unsubmitted.update(discarded_at=timezone.now())


@transaction.atomic
def put_back(design_id: UUID, user: User, round_id: UUID) -> Round:
    """The draft that ``user`` discarded, as it was. Raises ``RoundRefusedError``."""
    design = _locked(design_id, user)
    mine = Round.objects.filter(design=design, mentor=user, submitted_at=None)
    discarded = mine.get(pk=round_id)
    if discarded.discarded_at is None:
        return discarded
    if draft_of(user, design):
        raise RoundRefusedError(
            "You began another review since. Submit or discard it, then put the earlier one back."
        )
    discarded.discarded_at = None
    discarded.number = Round.objects.submitted().filter(design=design, mentor=user).count() + 1
    discarded.save(update_fields=["discarded_at", "number"])
    return discarded


def drafted(draft: Round) -> tuple[list[Thread], list[Comment]]:
    """The threads and the replies to other threads that a draft holds, in the order written."""
    threads = Thread.objects.filter(round=draft, deleted_at=None).select_related("suggestion")
    replies = Comment.objects.filter(round=draft, deleted_at=None, thread__deleted_at=None)
    replies = replies.exclude(thread__round=draft).select_related("thread")
    return list(threads.order_by("created_at")), list(replies)


@transaction.atomic
def submit(
    design_id: UUID,
    user: User,
    *,
    verdict: str,
    summary: str,
    approved: Mapping[str, str],
    clock: int | None,
) -> Round:
    """Show everybody the draft of ``user``, at once.

    ``approved`` are the stages found ready with the content hashes that the mentor was shown, and
    ``clock`` is the design's then. Raises ``Design.DoesNotExist``, ``Round.DoesNotExist``,
    ``RoundRefusedError`` and ``NotStoredError``; nothing is submitted then.
    """
    design = _locked(design_id, user)
    draft = Round.objects.drafts_of(user).select_for_update(of=("self",)).get(design=design)
    if design.owner_id == user.pk:
        raise RoundRefusedError(
            "This design is yours now, so it is for somebody else to review. Comment on it after "
            "you discard this review; copy what you want to keep of it first."
        )
    words = written(summary, "The summary")
    threads, replies = drafted(draft)
    _refuse_the_unfinished(verdict, words, has_drafts=bool(threads or replies))
    hashes = {stage: row.content_hash for stage, row in design.contents().items()}
    if changed := [stage for stage, shown in approved.items() if hashes[stage] != shown]:
        raise StagesChangedError(changed)

    now_at = Revision.of_locked(design)
    draft.verdict, draft.summary, draft.mentor_name = verdict, words, name_of(user)
    draft.submitted_at, draft.ticked = timezone.now(), None
    if clock == design.clock:  # else what came after the page was not looked at
        draft.revision = now_at
    draft.save()
    _approve(draft, now_at, approved, hashes)
    ReviewRequest.objects.filter(
        design=design, mentor=user, answered_by=None, withdrawn_at=None
    ).update(answered_by=draft)
    is_reviewed(design)
    _publish(draft, design, threads, replies)
    told = concerned(design, {one.thread_id for one in replies})
    tell(
        Kind.ROUND,
        design,
        actor=user,
        words=f"{draft.mentor_name} reviewed “{design}”: {draft.get_verdict_display().lower()}",
        path=page_of(draft),
        text=words,
        to=[one for one in told if one.pk != user.pk],
    )
    _tell_mentioned(draft, design, [one.pk for one in told])
    return draft


def _tell_mentioned(review: Round, design: Design, told: list[int]) -> None:
    """Who is mentioned in what was drafted hears of it now, unless they hear of the round."""
    said = Comment.objects.filter(Q(thread__round=review) | Q(round=review), deleted_at=None)
    said = said.filter(body__contains="@", thread__deleted_at=None)
    people = people_of(design) if said else []
    others = [one for one in people if one.pk not in {*told, review.mentor_id}]
    for comment in said:
        named = mentioned_in(comment.body, others)
        if named:
            tell(
                Kind.MENTION,
                design,
                actor=review.mentor,
                words=f"{review.mentor_name} mentioned you on “{design}”",
                path=reverse("review:thread", args=[design.pk, comment.thread_id]),
                about=f"thread:{comment.thread_id}",
                text=comment.body,
                to=named,
            )


def _refuse_the_unfinished(verdict: str, summary: str, *, has_drafts: bool) -> None:
    if verdict not in Round.Verdict.values:
        raise RoundRefusedError("Choose a verdict: ready, or needs work.")
    if verdict == Round.Verdict.NEEDS_WORK and not summary and not has_drafts:
        raise RoundRefusedError(
            "Nothing says yet what needs work. Write it into the summary, or comment where you "
            "read."
        )


def _approve(
    review: Round, revision: Revision, approved: Mapping[str, str], hashes: Mapping[str, str]
) -> None:
    """Approve stages as they are; an earlier approval of what is not found ready now ends."""
    Approval.objects.bulk_create(
        Approval(
            design_id=review.design_id,
            stage=stage,
            content_hash=digest,
            round=review,
            revision=revision,
        )
        for stage, digest in approved.items()
    )
    taken_back = Q()
    for stage in NUMBERED_STAGES:
        if stage.key not in approved:
            taken_back |= Q(stage=stage.key, content_hash=hashes[stage.key])
    if taken_back:
        mine = Approval.objects.filter(design=review.design_id, round__mentor=review.mentor)
        mine.filter(taken_back).delete()


def _publish(review: Round, design: Design, threads: list[Thread], replies: list[Comment]) -> None:
    """What was drafted counts as said now, in the order in which it was written."""
    talk = bump(design)
    at = review.submitted_at or timezone.now()
    said = list(Comment.objects.filter(thread__in=threads).order_by("created_at", "id"))
    written_in_order: list[Thread | Comment] = [*threads, *said, *replies]
    for number, one in enumerate(written_in_order):
        one.created_at = at + number * MADE_APART
    for thread in threads:
        thread.talk = talk
        if review.mentor:
            follow(review.mentor, design, f"thread:{thread.pk}")
    Thread.objects.bulk_update(threads, ["created_at", "talk"])
    Comment.objects.bulk_update([*said, *replies], ["created_at"])
    answered = {one.thread_id: one.thread for one in replies}
    for one in replies:
        if one.reopens and answered[one.thread_id].is_resolved:
            answered[one.thread_id].reopen()
    for thread in answered.values():
        thread.talk = talk
    Thread.objects.bulk_update(answered.values(), (*Thread.REOPENED_FIELDS, "talk"))


def concerned(design: Design, threads: Iterable[UUID] = ()) -> list[User]:
    """Who hears of a round: who writes the design, and who took part in ``threads``."""
    editors = Grant.objects.to_edit().filter(design=design)
    told = Q(pk=design.owner_id) | Q(pk__in=editors.values("user"))
    if ids := list(threads):
        others = Comment.objects.shared().filter(thread__in=ids).values("author")
        told |= Q(pk__in=others)
    return list(User.objects.filter(told))


@transaction.atomic
def answer(design_id: UUID, user: User, round_id: UUID, text: str) -> Round:
    """Answer a submitted round as a whole; said again, the words are replaced.

    Raises ``Design.DoesNotExist`` unless ``user`` may edit the design, ``Round.DoesNotExist`` and
    ``NotStoredError``.
    """
    design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
    review = Round.objects.submitted().filter(design=design).get(pk=round_id)
    words = written(text, "The answer")
    if not words:
        raise NotStoredError("The answer is empty. Say what you changed, or what you did not.")
    is_first = review.answered_at is None
    review.answer, review.answered_by = words, user
    review.answered_at = review.answered_at or timezone.now()
    review.save(update_fields=["answer", "answered_by", "answered_at"])
    bump(design)
    if is_first and review.mentor is not None:
        tell(
            Kind.ROUND,
            design,
            actor=user,
            words=f"{name_of(user)} answered your review of “{design}”",
            path=page_of(review),
            text=words,
            to=[review.mentor],
        )
    return review
