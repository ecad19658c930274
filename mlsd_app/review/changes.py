"""What changed since a mentor last looked, by field, with what they had said there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Prefetch

from mlsd_app.accounts.models import User
from mlsd_app.comparison.designs import Change
from mlsd_app.designs.models import Design, Revision
from mlsd_app.history.comparing import Compared
from mlsd_app.history.moments import NOW, Moment
from mlsd_app.review.models import Comment, Thread
from mlsd_app.review.places import question_at
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Stage


@dataclass(frozen=True)
class Earlier:
    """A thread that a mentor opened in an earlier round, and what came of it."""

    thread: Thread
    mentor: User

    @cached_property
    def comments(self) -> Sequence[Comment]:
        return list(self.thread.comments.all())

    @property
    def opening(self) -> str:
        """What it began with."""
        return self.comments[0].body if self.comments else ""

    @property
    def answer(self) -> Comment | None:
        """The last thing that somebody else said in it."""
        said = (one for one in reversed(self.comments) if one.author_id != self.mentor.pk)
        return next(said, None)

    @property
    def stands(self) -> str:
        """``resolved``, ``answered`` or ``open``."""
        if self.thread.is_resolved:
            return "resolved"
        return "answered" if self.answer else "open"


@dataclass(frozen=True)
class ChangedPlace:
    """A change, and the mentor's own threads about what changed."""

    change: Change
    threads: Sequence[Earlier] = ()


@dataclass(frozen=True)
class ChangedStage:
    stage: Stage
    places: Sequence[ChangedPlace]


@dataclass(frozen=True)
class SinceLast:
    """What is different from the revision that a mentor looked at."""

    compared: Compared
    earlier: Sequence[Earlier] = field(default_factory=tuple)

    @classmethod
    def of(cls, design: Design, revision: Revision, mentor: User) -> SinceLast:
        """From ``revision`` to now. Six queries, however much changed."""
        compared = Compared(Moment(design, revision), Moment.at_key(design, NOW))
        return cls(compared, _earlier(design, mentor))

    @cached_property
    def stages(self) -> Sequence[ChangedStage]:
        return [
            ChangedStage(
                one.stage,
                [ChangedPlace(change, self._threads_at(change)) for change in one.changes],
            )
            for one in self.compared.stages
        ]

    @cached_property
    def elsewhere(self) -> Sequence[Earlier]:
        """The mentor's threads where nothing changed."""
        shown = {
            one.thread.pk
            for stage in self.stages
            for place in stage.places
            for one in place.threads
        }
        return [one for one in self.earlier if one.thread.pk not in shown]

    def counted(self) -> Sequence[tuple[str, int]]:
        """How many of the mentor's threads are resolved, answered and open."""
        stands = [one.stands for one in self.earlier]
        return [(word, stands.count(word)) for word in ("resolved", "answered", "open")]

    def _threads_at(self, change: Change) -> Sequence[Earlier]:
        """Those about what changed; what is about a whole stage would stand at all of it."""
        return [
            one
            for one in self.earlier
            if question_at(one.thread.address) and change.concerns(one.thread.address)
        ]


def _earlier(design: Design, mentor: User) -> Sequence[Earlier]:
    """In the order of the stages, then as they were opened."""
    said = Comment.objects.shared().filter(deleted_at=None)
    threads = Thread.objects.shared().filter(design=design, author=mentor, deleted_at=None)
    found = threads.select_related("suggestion", "resolved_in").prefetch_related(
        Prefetch("comments", said)
    )
    order = {stage: number for number, stage in enumerate(STAGES)}
    return sorted(
        (Earlier(one, mentor) for one in found),
        key=lambda each: (
            order.get(each.thread.address.partition(".")[0], -1),
            each.thread.created_at,
        ),
    )
