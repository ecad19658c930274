"""Everything the page about sharing shows: to its owner all of it, to others their part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from django.db.models import Max

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Abilities, Grant, Role, ShareLink
from mlsd_app.designs.models import Design
from mlsd_app.sharing.forms import AskForm, InviteForm, LinkChangeForm, LinkForm, RoleForm
from mlsd_app.sharing.inviting import known_to
from mlsd_app.sharing.links import SAME
from mlsd_app.sharing.models import AccessRequest, Event, Invitation

SHOWN = 5  # newest of the log


@dataclass(frozen=True)
class Person:
    """Somebody who has access, and what lets them in."""

    user: User
    grants: Sequence[Grant]
    last_look: datetime | None

    @property
    def _present(self) -> list[Grant]:
        return [one for one in self.grants if one.link is None or one.link.revision_id is None]

    @property
    def role(self) -> Role:
        return Role(max((one.role for one in self._present), default=Role.READER))

    @property
    def is_pinned(self) -> bool:
        """Whether they see nothing but single revisions."""
        return not self._present

    @property
    def links(self) -> list[ShareLink]:
        """The links that let them in; none for who has access of their own."""
        if any(one.link is None for one in self.grants):
            return []
        return [one.link for one in self.grants if one.link is not None]

    @property
    def since(self) -> datetime:
        return min(one.created_at for one in self.grants)

    @property
    def can_own(self) -> bool:
        return not self.user.is_guest and not self.is_pinned

    @property
    def form(self) -> RoleForm:
        return RoleForm(initial={"role": self.role.value}, auto_id=f"role-{self.user.pk}")


@dataclass(frozen=True)
class SharedLink:
    """A link as its owner sees it; its token is not among what is known."""

    link: ShareLink
    bound: LinkChangeForm | None = None  # what was typed and could not be stored

    @property
    def form(self) -> LinkChangeForm:
        if self.bound is not None:
            return self.bound
        initial = {"label": self.link.label, "role": self.link.role, "lasts": SAME}
        return LinkChangeForm(initial=initial, auto_id=f"%s-{self.link.pk}")


@dataclass(frozen=True)
class Typed:
    """Forms that could not be stored, to be shown again as they were."""

    invite: InviteForm | None = None
    link: LinkForm | None = None
    changed: tuple[UUID, LinkChangeForm] | None = None

    @property
    def is_any(self) -> bool:
        return any(one is not None for one in (self.invite, self.link, self.changed))


@dataclass(frozen=True)
class SharingPage:
    design: Design
    can: Abilities
    user: User
    typed: Typed = field(default_factory=Typed)

    @cached_property
    def people(self) -> list[Person]:
        """Who has access now, the strongest first. Two queries."""
        grants = self.design.grants.standing().of_who_came()
        grants = grants.select_related("user", "link__revision")
        by_user: dict[User, list[Grant]] = defaultdict(list)
        for grant in grants.order_by("created_at"):
            by_user[grant.user].append(grant)
        looks = dict(
            Event.objects.filter(design=self.design, kind=Event.Kind.READ)
            .values_list("actor")
            .annotate(Max("at"))
        )
        people = [Person(user, found, looks.get(user.pk)) for user, found in by_user.items()]
        return sorted(people, key=lambda one: (-one.role, one.is_pinned, str(one.user).casefold()))

    @cached_property
    def invitations(self) -> list[Invitation]:
        found = Invitation.objects.waiting().filter(design=self.design)
        return list(found.order_by("-sent_at"))

    @cached_property
    def requests(self) -> list[AccessRequest]:
        found = self.design.access_requests.filter(decided_at=None)
        return list(found.select_related("user").order_by("asked_at"))

    @cached_property
    def _links(self) -> list[SharedLink]:
        pk, bound = self.typed.changed or (None, None)
        found = self.design.links.select_related("revision").order_by("-created_at")
        return [SharedLink(one, bound if one.pk == pk else None) for one in found]

    @property
    def open_links(self) -> list[SharedLink]:
        return [one for one in self._links if one.link.is_open]

    @property
    def closed_links(self) -> list[SharedLink]:
        return [one for one in self._links if not one.link.is_open]

    @cached_property
    def heirs(self) -> list[Person]:
        """To whom the design can be handed over."""
        return [one for one in self.people if one.can_own]

    @cached_property
    def log(self) -> list[Event]:
        """The newest of the log, and one more where there is more."""
        found = self.design.access_log.select_related("actor").order_by("-at", "-pk")
        return list(found[: SHOWN + 1])

    @property
    def newest(self) -> list[Event]:
        return self.log[:SHOWN]

    @property
    def known(self) -> list[str]:
        """Names that an invitation may be addressed to."""
        return sorted({one.name for one in known_to(self.user)})

    @property
    def invite_form(self) -> InviteForm:
        return InviteForm() if self.typed.invite is None else self.typed.invite

    @property
    def link_form(self) -> LinkForm:
        return self.typed.link or LinkForm(design=self.design, auto_id="link-%s")

    @property
    def ask_form(self) -> AskForm:
        return AskForm(initial={"role": min((self.can.role or 0) + 1, 3)})
