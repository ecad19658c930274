"""What the page of notices shows: one design after the other, the newest first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.notices.following import Level, level_of
from mlsd_app.notices.models import Following, Notice

ON_A_PAGE = 50
NOW = {
    Level.FOLLOWED: "Following",
    Level.ADDRESSED: "Only what is addressed to you",
    Level.MUTED: "Muted",
}


@dataclass(frozen=True)
class About:
    """A design, with what its reader was told of it and how much they hear about it."""

    design: Design
    level: Level
    notices: list[Notice] = field(default_factory=list)

    @property
    def now(self) -> str:
        return NOW[self.level]

    @property
    def unread(self) -> int:
        return sum(notice.read_at is None for notice in self.notices)


@dataclass(frozen=True)
class Inbox:
    designs: list[About]
    unread: int
    only_unread: bool
    newest: UUID | None  # of what is shown; what came since is not marked as read
    older: UUID | None  # before which the next page begins

    @classmethod
    def of(cls, user: User, *, only_unread: bool, before: datetime | None) -> Inbox:
        shown = Notice.objects.shown_to(user)
        found = shown.unread() if only_unread else shown
        if before is not None:
            found = found.filter(at__lt=before)
        notices = list(found.select_related("design").order_by("-at", "id")[: ON_A_PAGE + 1])
        page = notices[:ON_A_PAGE]
        return cls(
            designs=_by_design(user, page),
            unread=shown.unread().count(),
            only_unread=only_unread,
            newest=page[0].pk if page else None,
            older=page[-1].pk if len(notices) > ON_A_PAGE else None,
        )


def _by_design(user: User, notices: list[Notice]) -> list[About]:
    rows = Following.objects.filter(user=user, design__in={one.design_id for one in notices})
    said = {(row.design_id, row.about): row.level for row in rows}
    found: dict[Design, About] = {}
    for notice in notices:
        design = notice.design
        if design not in found:
            own = {"": said[design.pk, ""]} if (design.pk, "") in said else {}
            level = level_of(own, "", is_owner=design.owner_id == user.pk)
            found[design] = About(design, level)
        found[design].notices.append(notice)
    return list(found.values())


@dataclass(frozen=True)
class QuietPlace:
    """A design or a thread that somebody wants to hear less of."""

    design: Design
    about: str
    level: Level
    words: str  # of the last that was told about the thread

    @property
    def now(self) -> str:
        return NOW[self.level]


def quiet_places(user: User) -> list[QuietPlace]:
    rows = (
        Following.objects.filter(user=user, design__in=Design.objects.visible_to(user))
        .exclude(level=Level.FOLLOWED)
        .select_related("design")
        .order_by("design__title", "design", "about")
    )
    abouts = {row.about for row in rows} - {""}
    told = Notice.objects.filter(recipient=user, about__in=abouts).order_by("at")
    words = dict(told.values_list("about", "words"))
    return [
        QuietPlace(row.design, row.about, Level(row.level), words.get(row.about, ""))
        for row in rows
    ]
