"""Threads with their comments, as somebody sees them.

One query each for threads, comments and reactions, however many there are. Names come with what was
said, so that nobody has to be looked up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone

from mlsd_app import markup
from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.markup.anchors import PLACED
from mlsd_app.review.models import Comment as StoredComment
from mlsd_app.review.models import CommentQuerySet, Look, Reaction, Suggestion, Thread
from mlsd_app.review.places import beside
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES

NOBODYS = UUID(int=0)
UNDONE_WITHIN = timedelta(hours=1)  # of a deletion, by whoever deleted


class Reactions(NamedTuple):
    """How often a short answer was given to a comment."""

    kind: Reaction.Kind
    people: int
    is_mine: bool


class Comment(NamedTuple):
    """A comment, as far as it is shown. Its names are those of the model's columns."""

    pk: UUID
    thread: UUID
    author: int | None
    author_name: str
    body: str
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    round: UUID | None
    round__submitted_at: datetime | None


class CommentView(NamedTuple):
    """A comment with what its reader may do with it."""

    comment: Comment
    is_mine: bool
    is_new: bool
    can_be_put_back: bool
    reactions: tuple[Reactions, ...] = ()

    @property
    def html(self) -> str:
        return markup.render(self.comment.body)

    @property
    def is_draft(self) -> bool:
        return self.comment.round is not None and self.comment.round__submitted_at is None

    @property
    def is_deleted(self) -> bool:
        return self.comment.deleted_at is not None


@dataclass(frozen=True)
class ThreadView:
    """A thread with its comments."""

    thread: Thread
    comments: Sequence[CommentView]
    is_draft: bool
    revision: int  # the number of the one it was begun at, and its clock
    clock: int
    resolved_in: int | None  # of the one that answered it
    base: str  # the address of the threads of its design
    suggestion: Suggestion | None  # the other words it proposes, if it does

    @property
    def drawn_from(self) -> tuple[object, ...] | None:
        """All that its HTML depends on; ``None`` where more does."""
        one = self.thread
        if self.suggestion is not None:
            return None
        return (
            *(one.pk, one.author_name, one.target, one.address, one.subject_words, one.quote),
            *(one.anchor, one.start, one.end, one.original_start, one.words),
            *(one.reopened_because, one.created_at),
            *(one.resolved_at, one.resolved_by_name, one.deleted_at),
            *(self.is_draft, self.revision, self.clock, *self.comments),
        )

    @property
    def url(self) -> str:
        return f"{self.base}{self.thread.pk}/"

    @property
    def comments_url(self) -> str:
        return f"{self.base.removesuffix('threads/')}comments/"

    @property
    def is_whole(self) -> bool:
        """Whether something in it is not deleted by who said it."""
        return not all(one.is_deleted for one in self.comments)

    @property
    def beside(self) -> str:
        return beside(self.thread.address)

    @property
    def stage(self) -> str:
        return self.thread.address.partition(".")[0]

    @property
    def is_new(self) -> bool:
        return any(one.is_new for one in self.comments)

    @property
    def replies(self) -> int:
        return len(self.comments) - 1

    @property
    def is_deleted(self) -> bool:
        return self.thread.deleted_at is not None

    @property
    def is_placed(self) -> bool:
        """Whether the page can show which words are meant."""
        return self.thread.start is not None and self.thread.anchor in PLACED

    @property
    def warning(self) -> str:
        """What became of the place, unless it is what it was."""
        thread = self.thread
        if thread.anchor in {Thread.Anchor.EXACT, Thread.Anchor.TRACED}:
            return ""
        if thread.anchor == Thread.Anchor.FIELD and thread.original_start is None and thread.quote:
            return "These words are not in the text as it is read."
        said = thread.get_anchor_display()
        return f"{said[:1].upper()}{said[1:]}."

    @property
    def words_now(self) -> str:
        """What stands there now, if it is not what was quoted."""
        return self.thread.words if self.is_placed else ""

    @property
    def about(self) -> str:
        """What it is about, where the quote does not say so."""
        thread = self.thread
        if thread.subject_words:
            return thread.subject_words
        match thread.target:
            case Thread.Target.DESIGN:
                return "The whole design"
            case Thread.Target.STAGE:
                return f"The stage {STAGES[thread.address].title}" if self.stage in STAGES else ""
            case Thread.Target.ABSENCE:
                return f"Not said: {_asked(thread.address)}"
        return "" if thread.quote else _asked(thread.address)

    @property
    def is_about_its_place(self) -> bool:
        """Whether ``about`` says no more than a heading that names the place."""
        return not self.thread.subject_words and self.thread.target != Thread.Target.ABSENCE

    @property
    def then(self) -> str:
        """Where the design stands as it was then."""
        url = f"{self.base.removesuffix('threads/')}history/{self.revision}/"
        return f"{url}#a-{self.beside}" if self.beside else url


def _asked(address: str) -> str:
    try:
        place = Address.parse(address)
    except UnknownAddressError:
        return ""
    return place.asked.label


def threads_seen(design: Design, user: User) -> QuerySet[Thread]:
    """The threads of ``design`` that ``user`` may see, the deleted ones among them."""
    return Thread.objects.seen_by(user).filter(design=design)


def new_comments(design: Design, user: User, since: datetime | None = None) -> CommentQuerySet:
    """What others said after ``since``, or else after ``user`` last looked."""
    threads = threads_seen(design, user).filter(deleted_at=None)
    comments = StoredComment.objects.seen_by(user).filter(thread__in=threads, deleted_at=None)
    comments = comments.exclude(author=user)
    if since is not None:
        return comments.filter(created_at__gt=since)
    last = Look.objects.filter(design=design, user=user, looked_at__gte=OuterRef("created_at"))
    return comments.filter(~Exists(last))


def thread_view(thread: Thread, user: User) -> ThreadView:
    """One thread as ``user``, who may see it, sees it now."""
    return views_of([thread.pk], thread.design, user)[0]


def view_of_new(comment: StoredComment) -> ThreadView:
    """The thread that was just begun with ``comment``, as its author sees it. No query."""
    thread = comment.thread
    said = Comment(
        pk=comment.pk,
        thread=thread.pk,
        author=comment.author_id,
        author_name=comment.author_name,
        body=comment.body,
        created_at=comment.created_at,
        edited_at=None,
        deleted_at=None,
        round=None,
        round__submitted_at=None,
    )
    return ThreadView(
        thread,
        [CommentView(said, is_mine=True, is_new=False, can_be_put_back=False)],
        is_draft=thread.round_id is not None,
        revision=thread.revision.number,
        clock=thread.revision.clock,
        resolved_in=None,
        base=_base(thread.design_id),
        suggestion=None,
    )


def _base(design: UUID) -> str:
    return reverse("review:thread_list", args=[design])


def views_of(threads: Sequence[UUID], design: Design, user: User) -> list[ThreadView]:
    """Those of ``threads`` that ``user`` may see, with what was said in them. Four queries."""
    base = _base(design.pk)
    keys = list(threads) or [NOBODYS]  # as many queries for none as for many
    said = _said_in(StoredComment.objects.filter(thread__in=keys), design, user)
    found = threads_seen(design, user).filter(pk__in=keys).select_related("suggestion")
    found = found.annotate(
        begun_at_revision=F("revision__number"),
        begun_at_clock=F("revision__clock"),
        resolved_in_revision=F("resolved_in__number"),
        submitted_at=F("round__submitted_at"),
    )
    return [
        ThreadView(
            one,
            said[one.pk],
            one.round_id is not None and one.submitted_at is None,
            one.begun_at_revision,
            one.begun_at_clock,
            one.resolved_in_revision,
            base,
            getattr(one, "suggestion", None),
        )
        for one in found
        if one.pk in said
    ]


def _said_in(
    comments: CommentQuerySet, design: Design, user: User
) -> Mapping[UUID, list[CommentView]]:
    reactions, looked_at = _reactions_to(comments, user), last_look(design, user)
    earliest = timezone.now() - UNDONE_WITHIN
    found: dict[UUID, list[CommentView]] = defaultdict(list)
    for row in comments.seen_by(user).values_list(*Comment._fields):
        one = Comment._make(row)
        is_mine = one.author == user.pk
        is_new = not is_mine and (looked_at is None or one.created_at > looked_at)
        is_fresh = is_mine and one.deleted_at is not None and one.deleted_at > earliest
        view = CommentView(one, is_mine, is_new, is_fresh, reactions.get(one.pk, ()))
        found[one.thread].append(view)
    return found


def last_look(design: Design, user: User) -> datetime | None:
    """When ``user`` last looked at the conversation."""
    looks = Look.objects.filter(design=design, user=user)
    return looks.values_list("looked_at", flat=True).first()


def _reactions_to(comments: CommentQuerySet, user: User) -> Mapping[UUID, tuple[Reactions, ...]]:
    given: dict[UUID, Counter[str]] = defaultdict(Counter)
    mine: set[tuple[UUID, str]] = set()
    rows = Reaction.objects.filter(comment__in=comments.order_by())
    for comment, person, kind in rows.values_list("comment_id", "user_id", "kind"):
        given[comment][kind] += 1
        if person == user.pk:
            mine.add((comment, kind))
    return {
        comment: tuple(
            Reactions(kind, counts[kind], (comment, kind) in mine)
            for kind in Reaction.Kind
            if counts[kind]
        )
        for comment, counts in given.items()
    }
