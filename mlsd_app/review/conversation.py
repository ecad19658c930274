"""The conversation about a design: threads in the order of the document, and where each stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Abilities, abilities
from mlsd_app.designs.models import Design
from mlsd_app.review.models import Reaction
from mlsd_app.review.places import beside
from mlsd_app.review.said import ThreadView, new_comments, threads_seen, views_of
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.design import Design as Snapshot
from mlsd_app.stages.fields import Stage
from mlsd_app.stages.order import IN_ORDER, DocumentOrder
from mlsd_app.stages.reading import place_name

SHOWN = ("open", "resolved", "all")
AT_ONCE = 3  # threads on one answer that stand open; more wait until they are asked for


class Spot(NamedTuple):
    """Where a thread stands. Its names are those of the model's columns."""

    pk: UUID
    address: str
    subject: str
    start: int | None
    created_at: datetime
    resolved_at: datetime | None
    deleted_at: datetime | None

    @property
    def beside(self) -> str:
        return beside(self.address)

    @property
    def stage(self) -> str:
        return self.address.partition(".")[0]


@dataclass(frozen=True)
class Stack:
    """The threads at one place: some at once, and how many more there are."""

    threads: Sequence[ThreadView] = ()
    left_out: int = 0
    place: str = ""  # as ``thread_list`` is asked for it

    def __bool__(self) -> bool:
        return bool(self.threads)


NOTHING = Stack()


@dataclass
class Conversation:
    """What ``user`` sees of the conversation about ``design``.

    ``shown`` says which threads: open, resolved or all; the one called ``opened`` in any case.
    """

    design: Design
    user: User
    snapshot: Snapshot
    shown: str = "open"
    opened: str = ""
    stage: str = ""  # the only one that matters, if one is named
    at: str = ""  # the only element beside which threads matter, if one is named
    only: frozenset[UUID] = frozenset()  # the only threads that matter, if some are named
    asked_at: datetime = field(default_factory=timezone.now)  # others may say something after

    @cached_property
    def can(self) -> Abilities:
        return abilities(self.user, self.design)

    @cached_property
    def spots(self) -> Sequence[Spot]:
        """Where every thread stands, in the order of the document, then by age; of the deleted ones
        only the opened one.
        """
        threads = threads_seen(self.design, self.user)
        if self.stage:
            threads = threads.filter(
                Q(address=self.stage) | Q(address__startswith=f"{self.stage}.")
            )
        if self.only:
            threads = threads.filter(pk__in=self.only)
        threads = threads.filter(Q(deleted_at=None) | Q(pk=_uuid(self.opened)))
        spots = map(Spot._make, threads.values_list(*Spot._fields))
        order = DocumentOrder(self.snapshot)
        return sorted(spots, key=lambda one: (order(one.address, one.start), one.created_at))

    @cached_property
    def chosen(self) -> Sequence[Spot]:
        """Those that are shown."""
        return [one for one in self.spots if self._is_asked_for(one) and self._is_shown(one)]

    @property
    def threads(self) -> Sequence[ThreadView]:
        """All that is shown, in order."""
        views = self._views(self.chosen)
        return [views[one.pk] for one in self.chosen if one.pk in views]

    def _views(self, spots: Sequence[Spot]) -> Mapping[UUID, ThreadView]:
        views = views_of([one.pk for one in spots], self.design, self.user)
        return {
            view.thread.pk: view
            for view in views
            if not view.is_deleted or self._may_put_back(view)
        }

    def _is_asked_for(self, spot: Spot) -> bool:
        return self.at in ("", spot.beside, spot.stage) or (self.at == "design" and not spot.stage)

    def _is_shown(self, spot: Spot) -> bool:
        if str(spot.pk) == self.opened or self.shown == "all":
            return True
        return (spot.resolved_at is not None) == (self.shown == "resolved")

    def _may_put_back(self, view: ThreadView) -> bool:
        return (self.can.own and view.is_whole) or any(one.can_be_put_back for one in view.comments)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """How many there are to show: the name of the choice, its label, the number."""
        there = [one for one in self.spots if one.deleted_at is None]
        resolved = sum(one.resolved_at is not None for one in there)
        numbers = {"open": len(there) - resolved, "resolved": resolved, "all": len(there)}
        return [(name, name.capitalize(), numbers[name]) for name in SHOWN]

    @property
    def short_answers(self) -> list[tuple[str, str]]:
        return list(Reaction.Kind.choices)

    @cached_property
    def new_count(self) -> int:
        """How much others said since ``user`` last looked."""
        return new_comments(self.design, self.user).count()

    def laid_out(self, places: Collection[str]) -> Mapping[str, Stack]:
        """The threads by the element they stand beside, one of ``places``: their finding, their
        question, their stage, or ``""`` for the head of the page. Others are left out.
        """
        found: dict[str, list[Spot]] = defaultdict(list)
        for one in self.chosen:
            near = [f"finding-{one.subject}", *filter(None, (one.beside, one.stage)), ""]
            if (at := next((place for place in near if place in places), None)) is not None:
                found[at].append(one)
        at_once = {at: self._at_once(spots) for at, spots in found.items()}
        views = self._views([one for spots in at_once.values() for one in spots])
        return {
            at: Stack(
                [views[one.pk] for one in spots if one.pk in views],
                len(found[at]) - len(spots),
                at or "design",
            )
            for at, spots in at_once.items()
        }

    def _at_once(self, spots: Sequence[Spot]) -> Sequence[Spot]:
        is_asked_for = any(str(one.pk) == self.opened for one in spots)
        return spots if is_asked_for else spots[:AT_ONCE]

    @property
    def by_stage(self) -> Iterator[tuple[Stage | None, Sequence[tuple[str, Sequence[ThreadView]]]]]:
        """All that is shown under headings: the stage, then the place in words."""
        stages: dict[str, dict[str, list[ThreadView]]] = defaultdict(lambda: defaultdict(list))
        for one in self.threads:
            stage = STAGES.get(one.stage)
            place = place_name(one.thread.address, self.snapshot) if one.beside else ""
            heading = place.removeprefix(f"{stage.title}, ") if stage else place
            stages[stage.key if stage else ""][heading].append(one)
        for key in ["", *(stage.key for stage in IN_ORDER)]:
            if key in stages:
                yield STAGES.get(key), list(stages[key].items())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
