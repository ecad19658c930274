"""What people do in the conversation: begin a thread, answer, rewrite or delete what they said,
resolve.

Whoever writes locks the design, so that a request that arrives twice is stored once, and what
everybody may see is counted in ``Design.talk``. What belongs to a draft of a round is told to
nobody and counted nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.state import state_of
from mlsd_app.markup.anchors import CONTEXT, Quote, find
from mlsd_app.markup.plain_text import collapsed
from mlsd_app.notices.telling import Kind, reword, take_back, tell
from mlsd_app.review.models import Comment, Reaction, Round, Thread
from mlsd_app.review.people import mentioned_in, people_of
from mlsd_app.review.places import place_called, text_at
from mlsd_app.review.rounds import bump, draft_of
from mlsd_app.review.written import NotStoredError, name_of, written
from mlsd_app.stages import values
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.design import Design as Snapshot
from mlsd_app.stages.reading import place_name

QUOTE_LIMIT = 2_000  # characters; of a longer selection the beginning is quoted
TOKEN_LENGTH = 64


class ThreadGoneError(NotStoredError):
    """What was answered or changed was deleted meanwhile."""


@dataclass(frozen=True, slots=True)
class Selected:
    """Words that somebody selected, as their page counts them."""

    quote: Quote
    near: int | None = None  # code points before it

    @classmethod
    def of(cls, post: QueryDict) -> Self | None:
        """What a form says was selected; ``None`` when nothing was."""
        words, before, after = (
            values.CONTROL_CHARACTER.sub("", post.get(name, ""))
            for name in ("quote", "prefix", "suffix")
        )
        exact = collapsed(words)[:QUOTE_LIMIT].strip()
        start = post.get("start", "")
        near = int(start) if start.isascii() and start.isdigit() and len(start) < 8 else None
        return cls(Quote(exact, before[-CONTEXT:], after[:CONTEXT]), near) if exact else None


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote, and the name of the request that brought it."""

    body: str
    token: str = ""

    @classmethod
    def of(cls, post: QueryDict) -> Self:
        """Raises ``NotStoredError``."""
        return cls(_worded(post.get("body", "")), token_in(post))


def token_in(post: QueryDict) -> str:
    """The name that a form gives its request."""
    return values.CONTROL_CHARACTER.sub("", post.get("token", ""))[:TOKEN_LENGTH]


def _worded(text: str) -> str:
    body = written(text, "The comment")
    if not body:
        raise NotStoredError("The comment is empty. Write what you want to say, then send it.")
    return body


def thread_path(thread: Thread) -> str:
    """The address of a thread that stays right wherever it stands."""
    return reverse("review:thread", args=[thread.design_id, thread.pk])


@dataclass(frozen=True, slots=True)
class Begun:
    """The comment that a thread begins with, and whether the same request brought it before."""

    comment: Comment
    is_repeated: bool = False


@transaction.atomic
def start(
    design_id: UUID, user: User, about: str, said: Said, selected: Selected | None = None
) -> Begun:
    """Begin a thread at the place called ``about``. The same request again gives the same thread.

    Raises ``Design.DoesNotExist`` unless ``user`` may comment, and ``UnknownPlaceError``.
    """
    design = Design.objects.commentable_by(user).select_for_update().get(pk=design_id)
    if known := said_before(user, said.token, design):
        return Begun(known, is_repeated=True)
    state = state_of(design.contents(), design.given_waivers())
    place = place_called(about, state)
    thread = Thread(
        design=design,
        round=draft_of(user, design),
        author=user,
        author_name=name_of(user),
        target=place.target,
        address=place.address,
        subject=place.subject,
        subject_words=place.words,
        revision=Revision.of_locked(design),
    )
    if place.is_gone:
        thread.anchor = Thread.Anchor.FIELD
    if selected is not None:
        anchor(thread, selected, state.snapshot)
    if thread.round is None:
        thread.talk = bump(design)
    thread.save()
    comment = Comment.objects.create(
        thread=thread, author=user, author_name=thread.author_name, body=said.body, token=said.token
    )
    _said(thread, comment, thread.round, design)
    return Begun(comment)


def anchor(thread: Thread, selected: Selected, design: Snapshot) -> None:
    """Keep the selected words, and their place if they stand there."""
    quote = selected.quote
    thread.target = Thread.Target.TEXT
    thread.quote, thread.prefix, thread.suffix = quote.exact, quote.prefix, quote.suffix
    text = text_at(thread.address, design)
    place = find(text, quote, selected.near) if text else None
    if text is None or place is None:
        thread.anchor = Thread.Anchor.FIELD
        return
    start, end = place
    thread.start, thread.end = thread.original_start, thread.original_end = start, end
    around = Quote.at(text, start, end)
    thread.quote, thread.prefix, thread.suffix = around.exact, around.prefix, around.suffix


@transaction.atomic
def reply(thread: Thread, user: User, said: Said, *, reopens: bool = False) -> Comment:
    """Answer in a thread; ``reopens`` it if it was resolved, a draft once its round is submitted.

    Raises ``ThreadGoneError``.
    """
    design = _locked(thread)
    if known := said_before(user, said.token, design, thread):
        return known
    thread.refresh_from_db()
    if thread.deleted_at is not None:
        raise ThreadGoneError(
            "This thread was deleted meanwhile, so your reply was not sent. Copy it, and comment "
            "beside the answer."
        )
    draft = draft_of(user, design)
    comment = Comment.objects.create(
        thread=thread,
        author=user,
        author_name=name_of(user),
        body=said.body,
        token=said.token,
        round=None if thread.is_draft else draft,
        reopens=reopens and thread.is_resolved and draft is not None and not thread.is_draft,
    )
    if reopens and thread.is_resolved and not comment.reopens:
        _reopen(thread)
    _changed(thread, comment)
    _said(thread, comment, draft, design)
    return comment


@transaction.atomic
def rewrite(comment: Comment, user: User, body: str) -> None:
    """Replace what ``user`` said. Raises ``NotStoredError``, ``ThreadGoneError``."""
    design = _locked(comment.thread)
    words = _worded(body)
    comment.refresh_from_db(fields=["body", "deleted_at"])
    if comment.deleted_at is not None:
        raise ThreadGoneError(
            "This comment is deleted, so it was not changed. Undo the deletion first."
        )
    if words == comment.body:
        return
    before, comment.body, comment.edited_at = comment.body, words, timezone.now()
    comment.save(update_fields=["body", "edited_at"])
    _changed(comment.thread, comment)
    if not _is_draft(comment):
        reword(design, f"thread:{comment.thread_id}", before, words, by=user)
        people = people_of(design)
        known = mentioned_in(before, people)
        _tell_mentioned(comment, [p for p in mentioned_in(words, people) if p not in known], design)


@transaction.atomic
def delete_comment(comment: Comment) -> None:
    """Take back what one said. A thread in which nothing else was said goes with it."""
    design, thread = _locked(comment.thread), comment.thread
    comment.refresh_from_db(fields=["deleted_at"])
    thread.refresh_from_db(fields=["deleted_at"])
    if comment.deleted_at is None:
        comment.deleted_at = timezone.now()
        comment.save(update_fields=["deleted_at"])
        if not _is_draft(comment):  # nobody was told of a draft
            take_back(design, f"thread:{thread.pk}", comment.body, by=comment.author)
        left = thread.comments.filter(deleted_at=None)
        if not _is_draft(comment):  # what others draft in it must not tell
            left = left.shared()
        if thread.deleted_at is None and not left.exists():
            thread.deleted_at = comment.deleted_at
            thread.save(update_fields=["deleted_at"])
            _move_drafts_out(thread)
        _changed(thread, comment)


@transaction.atomic
def put_back_comment(comment: Comment) -> None:
    """Undo ``delete_comment``. A thread that the owner of the design deleted stays so."""
    _locked(comment.thread)
    thread = comment.thread
    comment.refresh_from_db(fields=["deleted_at"])
    thread.refresh_from_db(fields=["deleted_at"])
    if comment.deleted_at is not None:
        went_with_a_comment = thread.comments.filter(deleted_at=thread.deleted_at).exists()
        comment.deleted_at = None
        comment.save(update_fields=["deleted_at"])
        if went_with_a_comment:
            _set_deleted(thread, is_deleted=False)
        _changed(thread, comment)


@transaction.atomic
def delete_thread(thread: Thread) -> None:
    """Take the whole thread away; ``put_back_thread`` returns it as it was."""
    design = _locked(thread)
    _set_deleted(thread, is_deleted=True)
    _move_drafts_out(thread)
    take_back(design, f"thread:{thread.pk}")
    _changed(thread)


def _move_drafts_out(thread: Thread) -> None:
    """Let what mentors drafted as replies to a deleted thread begin one of its own in its place.

    It would be submitted, and nobody would see it.
    """
    drafts = thread.comments.filter(round__submitted_at=None, deleted_at=None)
    by_round: dict[UUID | None, list[Comment]] = {}
    for one in drafts.exclude(round=None).order_by("created_at"):
        by_round.setdefault(one.round_id, []).append(one)
    if by_round:  # a save may have moved it since it was read
        thread.refresh_from_db(fields=[*Thread.WHERE_IT_STANDS])
    for replies in by_round.values():
        first = replies[0]
        own = Thread.objects.create(
            **{name: getattr(thread, name) for name in Thread.WHERE_IT_STANDS},
            round_id=first.round_id,
            author_id=first.author_id,
            author_name=first.author_name,
            created_at=first.created_at,
            reopened_because="It answers a thread that was deleted.",
        )
        ids = [one.pk for one in replies]
        Comment.objects.filter(pk__in=ids).update(thread=own, round=None, reopens=False)


@transaction.atomic
def put_back_thread(thread: Thread) -> None:
    _locked(thread)
    _set_deleted(thread, is_deleted=False)
    _changed(thread)


@transaction.atomic
def resolve(thread: Thread, user: User) -> None:
    """Settle a thread: the design as it is now answers it."""
    design = _locked(thread)
    thread.refresh_from_db()
    if thread.is_resolved:
        return
    thread.resolved_at, thread.resolved_by = timezone.now(), user
    thread.resolved_by_name, thread.reopened_because = name_of(user), ""
    thread.resolved_in = Revision.of_locked(design)
    thread.save(
        update_fields=[
            "resolved_at",
            "resolved_by",
            "resolved_by_name",
            "resolved_in",
            "reopened_because",
        ]
    )
    _changed(thread)
    if not thread.is_draft:
        tell(
            Kind.RESOLVED,
            design,
            actor=user,
            words=f"{thread.resolved_by_name} resolved a thread on {_where(thread, design)}",
            path=thread_path(thread),
            about=f"thread:{thread.pk}",
        )


@transaction.atomic
def reopen(thread: Thread) -> None:
    _locked(thread)
    thread.refresh_from_db()
    if thread.is_resolved:
        _reopen(thread)
        _changed(thread)


def _reopen(thread: Thread) -> None:
    thread.reopen()
    thread.save(update_fields=thread.REOPENED_FIELDS)


@transaction.atomic
def react(comment: Comment, user: User, kind: Reaction.Kind) -> None:
    """Say a short answer, or take it back."""
    _locked(comment.thread)
    said, is_new = Reaction.objects.get_or_create(comment=comment, user=user, kind=kind)
    if not is_new:
        said.delete()
    _changed(comment.thread, comment)


def _locked(thread: Thread) -> Design:
    thread.design = Design.objects.select_for_update().get(pk=thread.design_id)
    return thread.design


def said_before(
    user: User, token: str, design: Design, thread: Thread | None = None
) -> Comment | None:
    """What the request called ``token`` said when it came before."""
    if not token:
        return None
    mine = Comment.objects.filter(author=user, token=token, thread__design=design)
    if thread is not None:
        mine = mine.filter(thread=thread)
    return mine.select_related("thread").first()


def _set_deleted(thread: Thread, *, is_deleted: bool) -> None:
    thread.deleted_at = timezone.now() if is_deleted else None
    thread.save(update_fields=["deleted_at"])


def _is_draft(comment: Comment) -> bool:
    return comment.thread.is_draft or (comment.round is not None and comment.round.is_draft)


def _changed(thread: Thread, comment: Comment | None = None) -> None:
    """Count a change, if it is one that everybody may see."""
    if thread.is_draft or (comment is not None and _is_draft(comment)):
        return
    thread.talk = bump(thread.design)
    thread.save(update_fields=["talk"])


def _said(thread: Thread, comment: Comment, draft: Round | None, design: Design) -> None:
    """Let those who follow hear of a new comment, unless it is a draft."""
    if draft is not None:
        return
    user = comment.author
    if user is None:
        return
    people = people_of(design) if "@" in comment.body else ()
    heard = _tell_mentioned(comment, mentioned_in(comment.body, people), design)
    tell(
        Kind.COMMENT,
        design,
        actor=user,
        words=f"{comment.author_name} commented on {_where(thread, design)}",
        path=thread_path(thread),
        about=f"thread:{thread.pk}",
        text=comment.body,
        but=heard,
    )


def _tell_mentioned(comment: Comment, people: Sequence[User], design: Design) -> Set[int]:
    """Returns who heard of it."""
    if not people:
        return frozenset()
    return tell(
        Kind.MENTION,
        design,
        actor=comment.author,
        words=f"{comment.author_name} mentioned you on {_where(comment.thread, design)}",
        path=thread_path(comment.thread),
        about=f"thread:{comment.thread_id}",
        text=comment.body,
        to=people,
    )


def _where(thread: Thread, design: Design) -> str:
    """Where a thread stands, in words for somebody who does not see the page."""
    if thread.address in STAGES:
        place = STAGES[thread.address].title
    else:
        place = place_name(thread.address) if thread.address else "the whole design"
    return f"{place} of “{design}”"
