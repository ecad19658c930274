"""Whose turn it is: asked, the mentor's; found to need work, the author's; answered, the mentor's.

A list of designs costs the same few queries whatever its length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, F, Q

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design
from mlsd_app.review.models import ReviewRequest, Round, Thread


class Whose(StrEnum):
    """Who is to do something next, about what one mentor was asked or said."""

    MENTOR = "mentor"
    AUTHOR = "author"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Turn:
    """Where a design stands with one mentor, and since when."""

    mentor: User
    whose: Whose
    since: datetime
    author: str  # who asked or wrote, by name
    review: Round | None = None  # the mentor's newest
    request: ReviewRequest | None = None  # what is open

    def is_of(self, user: User, *, edits: bool) -> bool:
        """Whether ``user`` is the one to do something, who may edit the design or not."""
        if self.whose is Whose.MENTOR:
            return user.pk == self.mentor.pk
        return self.whose is Whose.AUTHOR and edits and user.pk != self.mentor.pk

    def words(self, user: User, *, edits: bool) -> str:
        """The same for ``user`` to read."""
        is_mine = self.is_of(user, edits=edits)
        name = self.mentor.get_full_name()
        if self.whose is Whose.NOBODY:
            return "You found it ready" if user.pk == self.mentor.pk else f"{name} found it ready"
        if not is_mine:
            return f"Waits for {name if self.whose is Whose.MENTOR else self.author}"
        if self.whose is Whose.AUTHOR:
            return f"Your turn: answer the review of {name}"
        if self.request:
            return f"Your turn: {self.author} asks for your review"
        return f"Your turn: {self.author} answered your review"


@dataclass(frozen=True)
class Standing:
    """What a list says of a design to one person; drafts are theirs alone."""

    turns: Sequence[Turn] = ()
    open_threads: int = 0
    drafts: int = 0  # threads and replies in a draft of theirs
    is_drafting: bool = False
    user: User | None = None
    edits: bool = False

    @property
    def mine(self) -> Sequence[Turn]:
        """Those in which this person is the one to do something."""
        if self.user is None:
            return ()
        return [one for one in self.turns if one.is_of(self.user, edits=self.edits)]

    @property
    def said(self) -> list[str]:
        """Every turn in words: first what this person is to do, last what is done."""
        if self.user is None:
            return []
        words = (
            (one.whose is Whose.NOBODY, one not in self.mine, one.since, one) for one in self.turns
        )
        ordered = sorted(words, key=lambda each: each[:3])
        return list(dict.fromkeys(each[3].words(self.user, edits=self.edits) for each in ordered))

    @property
    def since(self) -> datetime | None:
        """When it became this person's turn."""
        return max((one.since for one in self.mine), default=None)


def standings(
    designs: Sequence[Design], user: User, editable: Iterable[UUID] = ()
) -> Mapping[UUID, Standing]:
    """What to say of each of ``designs`` to ``user``, who may edit those named ``editable``.

    Six queries at most; one where nothing was said yet.
    """
    edits = {*editable, *(one.pk for one in designs if one.owner_id == user.pk)}
    turns = turns_of([one for one in designs if one.has_reviews])
    threads = _open_threads([one for one in designs if one.has_threads])
    drafts = _drafts(designs, user)
    return {
        one.pk: Standing(
            turns.get(one.pk, ()),
            threads.get(one.pk, 0),
            drafts.get(one.pk, 0),
            one.pk in drafts,
            user,
            one.pk in edits,
        )
        for one in designs
    }


def turns_of(designs: Sequence[Design]) -> Mapping[UUID, Sequence[Turn]]:
    """The turn of every mentor who may still comment, by design. Four queries."""
    if not designs:
        return {}
    by_key = {one.pk: one for one in designs}
    asked = ReviewRequest.objects.filter(
        design__in=by_key, answered_by=None, withdrawn_at=None
    ).select_related("mentor", "asked_by")
    submitted = Round.objects.submitted().filter(design__in=by_key, mentor__isnull=False)
    rounds = submitted.select_related("mentor", "answered_by").defer("summary", "answer")
    newest = {
        (one.design_id, one.mentor_id): one
        for one in rounds.order_by("submitted_at")
        if one.mentor_id is not None
    }
    requests = {(one.design_id, one.mentor_id): one for one in asked}
    may = _who_may_comment(by_key)
    owners = User.objects.in_bulk({one.owner_id for one in designs if one.owner_id})
    found: dict[UUID, list[Turn]] = defaultdict(list)
    for key in dict.fromkeys((*requests, *newest)):
        if key in may:
            owner = owners.get(by_key[key[0]].owner_id or 0)
            author = owner.get_full_name() if owner else "the author"
            found[key[0]].append(_turn(author, newest.get(key), requests.get(key)))
    return found


def _turn(author: str, review: Round | None, request: ReviewRequest | None) -> Turn:
    if request is not None:
        name = request.asked_by.get_full_name() if request.asked_by else author
        return Turn(request.mentor, Whose.MENTOR, request.asked_at, name, review, request)
    if review is None or review.mentor is None or review.submitted_at is None:
        raise ValueError(f"{review!r} is nobody's submitted round.")
    if review.verdict == Round.Verdict.READY:
        return Turn(review.mentor, Whose.NOBODY, review.submitted_at, author, review)
    if review.answered_at is None:
        return Turn(review.mentor, Whose.AUTHOR, review.submitted_at, author, review)
    name = review.answered_by.get_full_name() if review.answered_by else author
    return Turn(review.mentor, Whose.MENTOR, review.answered_at, name, review)


def _who_may_comment(designs: Iterable[UUID]) -> set[tuple[UUID, int]]:
    given = Grant.objects.to_comment().filter(design__in=designs)
    return set(given.values_list("design_id", "user_id"))


def _open_threads(designs: Sequence[Design]) -> Mapping[UUID, int]:
    if not designs:
        return {}
    threads = Thread.objects.shared().filter(design__in=designs, resolved_at=None, deleted_at=None)
    counted = threads.values("design").annotate(number=Count("pk")).order_by()
    return dict(counted.values_list("design", "number"))


def _drafts(designs: Sequence[Design], user: User) -> Mapping[UUID, int]:
    """How much ``user`` drafted, by design; 0 where a round was only begun. One query."""
    if not designs:
        return {}
    mine = Round.objects.drafts_of(user).filter(design__in=designs)
    of_others = Q(replies__deleted_at=None) & ~Q(replies__thread__round=F("pk"))
    found = mine.annotate(
        in_threads=Count("threads", filter=Q(threads__deleted_at=None), distinct=True),
        in_replies=Count("replies", filter=of_others, distinct=True),
    )
    return {
        design: threads + replies
        for design, threads, replies in found.values_list("design", "in_threads", "in_replies")
    }
