"""How much each person wants to hear about a design and its threads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.notices.models import Following

Level = Following.Level
ABOUT = re.compile(r"(thread:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})?")


def follow_by_itself(design: Design, about: str, users: Iterable[User]) -> None:
    """Let ``users`` hear of ``about`` who have not said how much they want to hear of it."""
    Following.objects.bulk_create(
        [Following(user=user, design=design, about=about) for user in users],
        ignore_conflicts=True,
    )


def set_level(user: User, design: Design, about: str, level: Level) -> None:
    Following.objects.update_or_create(
        user=user, design=design, about=about, defaults={"level": level}
    )


def level_of(said: Mapping[str, str], about: str, *, is_owner: bool) -> Level:
    """What follows from what a person ``said`` by design and thread, ``about`` being asked for.

    A muted design stays silent as a whole; otherwise the thread counts before the design.
    """
    if Level.MUTED in {said.get(""), said.get(about)}:
        return Level.MUTED
    unsaid = Level.FOLLOWED if is_owner else Level.ADDRESSED
    return Level(said.get(about) or said.get("") or unsaid)


def levels(
    design: Design, about: str, people: Collection[int] | None = None
) -> dict[int, dict[str, str]]:
    """What people said about ``design`` and ``about``, by person. One query."""
    rows = Following.objects.filter(design=design, about__in={"", about})
    if people is not None:
        rows = rows.filter(user__in=people)
    found: dict[int, dict[str, str]] = {}
    for user, thing, level in rows.values_list("user_id", "about", "level"):
        found.setdefault(user, {})[thing] = level
    return found
