"""The review page as data: whose turn it is, the rounds, who is asked, what is approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, QuerySet

from mlsd_app import markup
from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Abilities
from mlsd_app.designs.pages import StagePage
from mlsd_app.review.approvals import StageApproval, approvals_of
from mlsd_app.review.asking import open_requests, who_may_review
from mlsd_app.review.models import Comment, ReviewRequest, Round, Thread
from mlsd_app.review.rounds import discarded_of, draft_of, last_of
from mlsd_app.review.turns import Standing, standings
from mlsd_app.stages.reading import place_name

OPENING_SHOWN = 90  # characters of what a thread begins with


@dataclass(frozen=True)
class ThreadLine:
    """A thread in a list: where it stands, what it begins with, whether it is settled."""

    thread: Thread
    place: str
    opening: str

    @property
    def is_suggestion(self) -> bool:
        return hasattr(self.thread, "suggestion")


@dataclass(frozen=True)
class RoundView:
    """A submitted round with its threads."""

    review: Round
    threads: Sequence[ThreadLine]
    approved: Sequence[str]  # titles of stages

    @property
    def summary(self) -> str:
        """As safe HTML."""
        return markup.render(self.review.summary)

    @property
    def answer(self) -> str:
        """As safe HTML."""
        return markup.render(self.review.answer)

    @property
    def is_ready(self) -> bool:
        return self.review.verdict == Round.Verdict.READY

    @property
    def open_count(self) -> int:
        return sum(not one.thread.is_resolved for one in self.threads)


@dataclass(frozen=True)
class ReviewPage:
    """What one person sees of the reviews of a design."""

    page: StagePage
    user: User
    can: Abilities

    @cached_property
    def standing(self) -> Standing:
        design = self.page.design
        editable = [design.pk] if self.can.edit else []
        return standings([design], self.user, editable)[design.pk]

    @cached_property
    def requests(self) -> Sequence[ReviewRequest]:
        return open_requests(self.page.design) if self.page.design.has_reviews else []

    @cached_property
    def asked_me(self) -> ReviewRequest | None:
        return next((one for one in self.requests if one.mentor_id == self.user.pk), None)

    @cached_property
    def to_ask(self) -> Sequence[User]:
        """Who can be asked and is not."""
        if not self.can.edit:
            return []
        asked = {one.mentor_id for one in self.requests}
        people = who_may_review(self.page.design, self.user)
        return [one for one in people if one.pk not in asked]

    @property
    def may_review(self) -> bool:
        return self.can.comment and not self.can.own

    @cached_property
    def draft(self) -> Round | None:
        return draft_of(self.user, self.page.design) if self.may_review else None

    @cached_property
    def discarded(self) -> Round | None:
        """The draft that was thrown away last and can be put back."""
        if not self.may_review or self.draft:
            return None
        return discarded_of(self.user, self.page.design)

    @cached_property
    def last(self) -> Round | None:
        """The round that this mentor submitted last."""
        return last_of(self.user, self.page.design) if self.may_review else None

    @cached_property
    def approvals(self) -> Mapping[str, StageApproval]:
        return approvals_of(self.page.design, self.page.contents)

    @cached_property
    def rounds(self) -> Sequence[RoundView]:
        """Every submitted round, the newest first. Four queries."""
        design = self.page.design
        submitted = Round.objects.submitted().filter(design=design)
        found = submitted.select_related("mentor", "answered_by").order_by("-submitted_at")
        rounds = list(found.prefetch_related("approvals"))
        threads = self.lines(Thread.objects.filter(round__in=rounds).order_by("created_at"))
        by_round: dict[object, list[ThreadLine]] = defaultdict(list)
        for one in threads:
            by_round[one.thread.round_id].append(one)
        titles = {key: one.stage.title for key, one in self.approvals.items()}
        return [
            RoundView(
                one,
                by_round[one.pk],
                [title for key, title in titles.items() if key in _stages_of(one)],
            )
            for one in rounds
        ]

    def lines(self, threads: QuerySet[Thread]) -> Sequence[ThreadLine]:
        """``threads``, a query of those that this person may see, for a list. Two queries."""
        said = Comment.objects.seen_by(self.user).filter(deleted_at=None)
        query = Thread.objects.seen_by(self.user).filter(pk__in=threads, deleted_at=None)
        found = query.select_related("suggestion").prefetch_related(Prefetch("comments", said))
        return [self._line(one) for one in found.order_by("created_at")]

    def _line(self, thread: Thread) -> ThreadLine:
        comments = list(thread.comments.all())
        words = " ".join((comments[0].body if comments else "").split()) or thread.quote
        is_long = len(words) > OPENING_SHOWN
        return ThreadLine(
            thread,
            place_name(thread.address, self.page.state.snapshot) or "The whole design",
            f"{words[:OPENING_SHOWN].rstrip()}…" if is_long else words,
        )


def _stages_of(review: Round) -> set[str]:
    return {one.stage for one in review.approvals.all()}
