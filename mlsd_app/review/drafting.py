"""The page on which a mentor drafts a round and decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from django.http import QueryDict

from mlsd_app.review.changes import SinceLast
from mlsd_app.review.models import Comment, Round, Thread
from mlsd_app.review.overview import ReviewPage, ThreadLine
from mlsd_app.review.rounds import drafted
from mlsd_app.stages.design import NUMBERED_STAGES


@dataclass(frozen=True)
class Verdict:
    """What a mentor decided and wrote so far. ``shown`` are the contents of the stages, by their
    hashes, and ``clock`` the design's, when the page was made.
    """

    verdict: str = ""
    summary: str = ""
    ticked: frozenset[str] | None = None  # stages found ready one by one; None before any choice
    shown: Mapping[str, str] = field(default_factory=dict)
    clock: int | None = None
    problem: str = ""

    @classmethod
    def of_draft(cls, draft: Round) -> Self:
        return cls(
            draft.verdict,
            draft.summary,
            None if draft.ticked is None else frozenset(draft.ticked),
        )

    @classmethod
    def of(cls, post: QueryDict) -> Self:
        """What a form says."""
        clock = post.get("clock", "")
        known = {stage.key for stage in NUMBERED_STAGES}
        return cls(
            post.get("verdict", ""),
            post.get("summary", ""),
            frozenset(known & set(post.getlist("stage"))),
            {stage: post.get(f"shown-{stage}", "") for stage in known},
            int(clock) if clock.isascii() and clock.isdecimal() and len(clock) < 18 else None,
        )

    @property
    def approved(self) -> Mapping[str, str]:
        """The stages found ready, with what was shown of them: all of a design that is ready."""
        is_ready = self.verdict == Round.Verdict.READY
        ready = self.shown if is_ready else (self.ticked or ())
        return {stage: self.shown.get(stage, "") for stage in sorted(ready)}

    def refused(self, problem: str) -> Self:
        """The same, with why it was not stored."""
        return replace(self, problem=problem)


@dataclass(frozen=True)
class StageChoice:
    """A stage that can be found ready by itself."""

    key: str
    title: str
    content_hash: str
    is_ticked: bool
    errors: int


@dataclass(frozen=True)
class DraftPage:
    """A draft, what it is about, and what changed since its mentor last looked."""

    overview: ReviewPage
    review: Round
    verdict: Verdict

    @property
    def verdicts(self) -> Sequence[tuple[str, str, str]]:
        """What can be decided: value, word, what it means."""
        return [
            (Round.Verdict.READY, "Ready", "Good as it is. Approves all seven stages as they are."),
            (
                Round.Verdict.NEEDS_WORK,
                "Needs work",
                "The author answers, then you look again. Tick the stages that are ready.",
            ),
        ]

    @cached_property
    def _drafted(self) -> tuple[list[Thread], list[Comment]]:
        return drafted(self.review)

    @cached_property
    def threads(self) -> Sequence[ThreadLine]:
        return self.overview.lines(Thread.objects.filter(round=self.review))

    @property
    def deleted(self) -> Sequence[Thread]:
        """Suggestions of this draft that can be put back."""
        gone = Thread.objects.filter(round=self.review, deleted_at__isnull=False)
        return list(gone.filter(suggestion__isnull=False).order_by("-deleted_at")[:5])

    @property
    def replies(self) -> Sequence[Comment]:
        return self._drafted[1]

    @property
    def count(self) -> int:
        return len(self.threads) + len(self.replies)

    @cached_property
    def since(self) -> SinceLast:
        """From what the mentor looked at last; in a first round, from when it began."""
        last = self.overview.last
        base = last.revision if last else self.review.revision
        return SinceLast.of(self.overview.page.design, base, self.overview.user)

    @cached_property
    def stages(self) -> Sequence[StageChoice]:
        page, ticked = self.overview.page, self.verdict.ticked
        errors = {one.stage.key: dict(one.counts).get("error", 0) for one in page.rail}
        return [
            StageChoice(
                stage.key,
                stage.title,
                page.contents[stage.key].content_hash,
                self._is_mine(stage.key) if ticked is None else stage.key in ticked,
                errors[stage.key],
            )
            for stage in NUMBERED_STAGES
        ]

    def _is_mine(self, stage: str) -> bool:
        """Whether this mentor approved it as it is."""
        holding = self.overview.approvals[stage].holding
        return any(one.round.mentor_id == self.overview.user.pk for one in holding)

    @property
    def open_errors(self) -> int:
        return sum(one.errors for one in self.stages)
