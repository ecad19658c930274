"""What stands behind a secret address: a share link or an invitation, until somebody takes it up.

The token leaves the address bar at once. What remains in the browser is a signed cookie that names
the offer and says whether its password was given; nothing is stored before somebody says yes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role, ShareLink, abilities
from mlsd_app.designs.models import Design, Revision
from mlsd_app.sharing.inviting import accept
from mlsd_app.sharing.links import come_by
from mlsd_app.sharing.models import Invitation
from mlsd_app.sharing.tokens import digest, is_same

COOKIE = "offer"
SALT = "mlsd_app.sharing.offers"
LASTS = 60 * 60 * 4  # seconds; enough to sign up in between


@dataclass(frozen=True)
class Offer:
    """An open link or invitation, and whether its password was given."""

    source: ShareLink | Invitation
    is_proven: bool = False

    @classmethod
    def of_token(cls, token: str) -> Self | None:
        hashed = digest(token)
        links = ShareLink.objects.select_related("design", "revision")
        source = (
            links.filter(token_hash=hashed).first()
            or Invitation.objects.select_related("design").filter(token_hash=hashed).first()
        )
        if source is None or not is_same(hashed, source.token_hash):
            return None
        return cls._if_open(source)

    @classmethod
    def of_request(cls, request: HttpRequest) -> Self | None:
        """The one that this browser was last sent to, if it is still open."""
        kept = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LASTS)
        kind, _, rest = str(kept).partition(":")
        key, _, proof = rest.partition(":")
        if not key:
            return None
        source: ShareLink | Invitation | None
        if kind == "link":
            links = ShareLink.objects.select_related("design", "revision", "design__owner")
            source = links.filter(pk=UUID(key)).first()
        else:
            asked = Invitation.objects.select_related("design", "design__owner")
            source = asked.filter(pk=UUID(key)).first()
        return cls._if_open(source, proof) if source else None

    @classmethod
    def _if_open(cls, source: ShareLink | Invitation, proof: str = "") -> Self | None:
        if not source.is_open or source.design.deleted_at is not None:
            return None
        password = source.password if isinstance(source, ShareLink) else ""
        return cls(source, not password or is_same(proof, _proof_of(password)))

    @property
    def design(self) -> Design:
        return self.source.design

    @property
    def role(self) -> Role:
        return Role(self.source.role)

    @property
    def key(self) -> str:
        return str(self.source.pk)

    @property
    def link(self) -> ShareLink | None:
        return self.source if isinstance(self.source, ShareLink) else None

    @property
    def revision(self) -> Revision | None:
        """The one state that it opens; ``None`` where it opens the design as it changes."""
        return self.link.revision if self.link else None

    @property
    def title(self) -> str:
        """What it is called; of one state, what it was called then."""
        if self.revision:
            return str(Design(title=self.revision.snapshot().general.title))
        return str(self.design)

    @property
    def shared_by(self) -> User | None:
        return self.link.created_by if self.link else self.source_invitation.invited_by

    @property
    def source_invitation(self) -> Invitation:
        assert isinstance(self.source, Invitation)  # noqa: S101  there are two sorts
        return self.source

    @property
    def needs_account(self) -> bool:
        return self.link is None

    def asks_name(self, user: User | AnonymousUser) -> bool:
        """Whether who comes is to say who they are: whoever has no name here yet."""
        if self.needs_account or (user.is_authenticated and not user.is_guest):
            return False
        return not (user.is_authenticated and user.name)

    @property
    def must_be_named(self) -> bool:
        """Whether one cannot come without a name: others read what one writes."""
        return self.role >= Role.COMMENTER

    def url(self) -> str:
        """What it opens."""
        if self.revision:
            return reverse("history:revision_read", args=[self.design.pk, self.revision.number])
        return reverse("designs:design_read", args=[self.design.pk])

    def is_taken_by(self, user: User | AnonymousUser) -> bool:
        """Whether ``user`` has what it offers already."""
        can = abilities(user, self.design)
        if self.revision:
            return can.past or self.revision.pk in can.pinned
        return (can.role or 0) >= self.role

    def take(self, user: User) -> None:
        """Let ``user`` in. Raises ``DoesNotExist`` of its source when it closed meanwhile."""
        if isinstance(self.source, ShareLink):
            come_by(self.source, user)
        else:
            accept(self.source, user)

    def opens_with(self, password: str) -> bool:
        return self.link is not None and check_password(password, self.link.password)

    def keep(self, response: HttpResponse, *, is_proven: bool = False) -> None:
        """Let the browser that gets ``response`` come back to it for some hours."""
        proof = _proof_of(self.link.password) if is_proven and self.link else ""
        response.set_signed_cookie(
            COOKIE,
            f"{'link' if self.link else 'invitation'}:{self.key}:{proof}",
            salt=SALT,
            max_age=LASTS,
            path=cookie_path(),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=cookie_path(), samesite="Lax")


def cookie_path() -> str:
    return reverse("sharing:link_open")


def _proof_of(password: str) -> str:
    """Shows that a stored password was met; another password makes it void."""
    return hashlib.sha256(password.encode()).hexdigest()[:32]
