"""What is kept of the conversation when somebody asks for an export: what everybody may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports.conversation import Data
from mlsd_app.exports.document import Options
from mlsd_app.review.models import Approval, Comment, Round, Suggestion, Thread
from mlsd_app.stages.design import NUMBERED_STAGES


def said_of(design: Design, revision: Revision, options: Options, *, since_clock: int = 0) -> Data:
    """The approvals of ``revision`` and, as ``options`` say, threads and rounds; never a draft.

    What the design held before ``since_clock`` is left out.

    ``design`` is locked, so that positions and text belong together. No query where nothing was
    ever said.
    """
    if not design.talk:
        return {}
    said: dict[str, Any] = {}
    if approved := _approved(design, revision):
        said["approved"] = approved
    if not options.holds_conversation:
        return said
    rounds = list(_rounds(design, options))
    threads = _threads(design, options)
    order = {one.pk: place for place, one in enumerate(rounds)}
    is_present = revision.clock == design.clock
    authors = _authors(design)
    said["reviews"] = [_review(one) for one in rounds]
    said["threads"] = [
        data
        for one in threads
        if (data := _thread(one, order, authors, since_clock, is_present=is_present)) is not None
    ]
    return said


def _approved(design: Design, revision: Revision) -> Sequence[Data]:
    """Who found which stages ready as they are in ``revision``, in the order of the days."""
    given = Approval.objects.filter(design=design, round__submitted_at__isnull=False)
    holds = [
        one
        for one in given.select_related("round").order_by("round__submitted_at", "pk")
        if revision.hashes.get(one.stage) == one.content_hash
    ]
    order = [stage.key for stage in NUMBERED_STAGES]
    signed: dict[tuple[str, str], set[str]] = {}
    for one in holds:
        key = (one.round.mentor_name, _day(one.round.submitted_at))
        signed.setdefault(key, set()).add(one.stage)
    return [
        {"by": by, "on": on, "stages": sorted(stages & {*order}, key=order.index)}
        for (by, on), stages in signed.items()
        if stages & {*order}
    ]


def _rounds(design: Design, options: Options) -> Iterable[Round]:
    rounds = (
        Round.objects.submitted().filter(design=design).select_related("revision", "answered_by")
    )
    if options.round:
        rounds = rounds.filter(pk=UUID(options.round))
    return rounds.order_by("submitted_at", "pk")


def _threads(design: Design, options: Options) -> Iterable[Thread]:
    said = Comment.objects.shared().prefetch_related("reactions__user")
    threads = (
        Thread.objects.shared()
        .filter(design=design, deleted_at=None)
        .select_related("revision", "resolved_in", "suggestion")
        .prefetch_related(Prefetch("comments", queryset=said))
        .order_by("created_at", "pk")
    )
    if options.talk == "open":
        threads = threads.filter(resolved_at=None)
    if not options.round:
        return threads
    asked = UUID(options.round)
    return [
        one
        for one in threads
        if asked in (one.round_id, *(comment.round_id for comment in one.comments.all()))
    ]


def _authors(design: Design) -> Collection[int | None]:
    """Who answers for the design: its owner, and who may edit it."""
    editors = Grant.objects.to_edit().filter(design=design)
    return {design.owner_id, *editors.values_list("user_id", flat=True)}


def _review(one: Round) -> Data:
    answered = one.answered_by.get_full_name() if one.answered_by else ""
    return {
        "by": one.mentor_name,
        "on": _day(one.submitted_at),
        "number": one.number,
        "revision": one.revision.number,
        "verdict": one.get_verdict_display() if one.verdict else "",
        "summary": one.summary,
        "answer": one.answer,
        "answered": {"by": answered, "on": _day(one.answered_at)} if one.answer else None,
    }


def _thread(
    one: Thread,
    rounds: dict[UUID, int],
    authors: Collection[int | None],
    since_clock: int,
    *,
    is_present: bool,
) -> Data | None:
    """What to keep of a thread; ``None`` where all that was said in it was deleted."""
    suggested = getattr(one, "suggestion", None)
    comments = list(one.comments.all())
    while comments and comments[-1].deleted_at:
        comments.pop()
    if not comments and suggested is None:
        return None
    has_place = is_present and one.start is not None and one.end is not None
    stage = one.address.partition(".")[0]
    in_round = next(
        (rounds[key] for key in (one.round_id, *(c.round_id for c in comments)) if key in rounds),
        None,
    )
    return {
        "by": one.author_name,
        "on": _day(one.created_at),
        "is_answer": one.author_id in authors,
        "target": one.target,
        "address": one.address,
        "anchor": one.anchor,
        "about": one.subject_words,
        "quote": one.quote,
        "range": [one.start, one.end] if has_place else None,
        "then": _kept(one.revision, stage, since_clock),
        "remarks": [
            _remark(comment, is_answer=comment.author_id in authors)
            for place, comment in enumerate(comments)
            if not (comment.deleted_at and place)
        ],
        "suggested": _suggested(suggested) if suggested else None,
        "review": in_round,
        "resolved": {"by": one.resolved_by_name, "on": _day(one.resolved_at)}
        if one.is_resolved
        else None,
        "answered_in": _kept(one.resolved_in, stage, since_clock)
        if one.is_resolved and one.resolved_in
        else None,
        "reopened": "" if one.is_resolved else one.reopened_because,
    }


def _remark(one: Comment, *, is_answer: bool) -> Data:
    given = sorted(
        (each.get_kind_display(), each.user.get_full_name()) for each in one.reactions.all()
    )
    return {
        "by": one.author_name,
        "on": _day(one.created_at),
        "body": "" if one.deleted_at else one.body,
        "is_answer": is_answer,
        "is_deleted": one.deleted_at is not None,
        "reactions": []
        if one.deleted_at
        else [
            f"{kind}: {', '.join(name for _, name in names)}"
            for kind, names in groupby(given, key=lambda each: each[0])
        ],
    }


def _suggested(one: Suggestion) -> Data:
    decided = {"by": one.decided_by_name, "on": _day(one.decided_at)}
    return {
        "was": one.was,
        "proposed": one.proposed,
        "is_accepted": one.is_accepted,
        "decided": decided if one.decided_at else None,
        "reason": one.reason,
    }


def _kept(revision: Revision, stage: str, since_clock: int) -> Data:
    is_seen = revision.clock >= since_clock
    return {"number": revision.number, "content": revision.hashes.get(stage, "") if is_seen else ""}


def _day(moment: datetime | None) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""
