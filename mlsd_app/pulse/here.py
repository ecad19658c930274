"""Who else is here, one entry a person, whatever number of tabs they have open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import NamedTuple, Self
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.pulse.models import GONE_AFTER, Doing, Presence
from mlsd_app.stages.design import STAGES

BUSIEST_FIRST = tuple(Doing.values)


class Tab(NamedTuple):
    """What is known of an open tab."""

    user: int
    tab: str
    stage: str
    doing: str


def tabs(design_id: UUID) -> QuerySet[Presence, tuple[int, str, str, str]]:
    """The rows of ``Tab`` of a design, without those that fell silent."""
    heard = Presence.objects.filter(design=design_id, seen_at__gte=timezone.now() - GONE_AFTER)
    return heard.order_by("-seen_at").values_list("user_id", "tab", "stage", "doing")


@dataclass(frozen=True, slots=True)
class Here:
    """The people who have a design open, each where they are busiest, as one page sees them."""

    you: int
    found: Sequence[Tab]

    @classmethod
    def beside(cls, you: int, tab: str, rows: Iterable[tuple[int, str, str, str]]) -> Self:
        """All but the page that asks: others, and ``you`` where you type in another tab."""
        found: dict[int, Tab] = {}
        for one in map(Tab._make, rows):
            if (one.user, one.tab) == (you, tab) or (
                one.user == you and one.doing != Doing.EDITING
            ):
                continue
            known = found.setdefault(one.user, one)
            if BUSIEST_FIRST.index(one.doing) < BUSIEST_FIRST.index(known.doing):
                found[one.user] = one
        return cls(you, sorted(found.values()))

    @property
    def key(self) -> str:
        """What a page sends back, to be told only of changes; empty while nobody is here."""
        if not self.found:
            return ""
        said = repr([(one.user, one.stage, one.doing) for one in self.found])
        return blake2s(said.encode(), digest_size=8).hexdigest()

    def people(self) -> list[Mapping[str, object]]:
        """As the page shows them, by name. One query, if there is anybody."""
        users = User.objects.in_bulk([one.user for one in self.found]) if self.found else {}
        people = [self._person(users[one.user], one) for one in self.found if one.user in users]
        return sorted(people, key=lambda person: str(person["name"]).casefold())

    def _person(self, user: User, tab: Tab) -> Mapping[str, object]:
        name = user.get_full_name()
        return {
            "id": user.pk,
            "name": "You, in another tab" if user.pk == self.you else name,
            "initials": initials(name),
            "guest": user.is_guest,
            "stage": tab.stage,
            "place": STAGES[tab.stage].title if tab.stage in STAGES else "",
            "doing": tab.doing,
        }


def initials(name: str) -> str:
    """The first letters of the first word and of the last."""
    words = name.split()
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()
