"""What a mentor has before them: designs of others, and which of them wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Q, Subquery

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.review.models import Comment, Look
from mlsd_app.review.turns import Standing, standings


@dataclass(frozen=True)
class DeskLine:
    """A design of somebody else. ``answers`` were given in this mentor's threads since they
    looked.
    """

    design: Design
    role: Role
    standing: Standing
    answers: int = 0

    @property
    def at(self) -> datetime:
        """When it last became their turn, or else when it last changed."""
        return self.standing.since or self.design.updated_at

    @property
    def goes_on(self) -> bool:
        """Whether a review of theirs is begun and not submitted, and still may be."""
        return self.standing.is_drafting and self.role >= Role.COMMENTER

    @property
    def waits(self) -> bool:
        return bool(self.standing.mine) or self.goes_on


@dataclass(frozen=True)
class Desk:
    """All of them: what waits for this mentor, where they were answered, and the others."""

    waiting: Sequence[DeskLine]
    answered: Sequence[DeskLine]
    others: Sequence[DeskLine]

    @classmethod
    def of(cls, user: User) -> Self:
        """Nine queries, however many designs there are."""
        shared = Design.objects.shared_with(user).select_related("owner")
        designs = list(shared.order_by("-updated_at"))
        roles = _roles(user, designs)
        editable = [pk for pk, role in roles.items() if role >= Role.EDITOR]
        stands = standings(designs, user, editable)
        answers = _answers(user, designs)
        lines = [
            DeskLine(one, roles[one.pk], stands[one.pk], answers.get(one.pk, 0))
            for one in designs
            if one.pk in roles
        ]
        waiting = [one for one in lines if one.waits]
        rest = [one for one in lines if not one.waits]
        return cls(
            sorted(waiting, key=lambda line: line.at, reverse=True),
            [one for one in rest if one.answers],
            [one for one in rest if not one.answers],
        )

    def __bool__(self) -> bool:
        return bool(self.waiting or self.answered or self.others)


def has_shared(user: User) -> bool:
    """Whether somebody shared a design with ``user``. One query."""
    return Grant.objects.to_the_present().filter(user=user).exists()


def _roles(user: User, designs: Sequence[Design]) -> Mapping[UUID, Role]:
    given = Grant.objects.to_the_present().filter(user=user, design__in=designs)
    found = given.values("design").annotate(role=Max("role")).order_by()
    return {pk: Role(role) for pk, role in found.values_list("design", "role")}


def _answers(user: User, designs: Sequence[Design]) -> Mapping[UUID, int]:
    looked = Look.objects.filter(design=OuterRef("thread__design"), user=user)
    said = Comment.objects.shared().filter(
        thread__design__in=designs, thread__author=user, thread__deleted_at=None, deleted_at=None
    )
    new = said.exclude(author=user).annotate(looked_at=Subquery(looked.values("looked_at")[:1]))
    new = new.filter(Q(looked_at=None) | Q(created_at__gt=F("looked_at")))
    counted = new.values("thread__design").annotate(number=Count("pk")).order_by()
    return dict(counted.values_list("thread__design", "number"))
