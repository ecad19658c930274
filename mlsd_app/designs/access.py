"""Who may do what with a design: one answer for views, templates and tests.

An actor is a user; who came by a share link without an account is a user too, a guest with a name.
A door of ``DesignQuerySet`` and ``abilities`` read the same grants, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID, uuid4

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from mlsd_app.accounts.models import User

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from mlsd_app.designs.models import Design


class Role(models.IntegerChoices):
    """What a person may do with a design; each may do what those before it may."""

    READER = 1, "Reader"
    COMMENTER = 2, "Mentor"
    EDITOR = 3, "Editor"
    OWNER = 4, "Owner"


class ShareLink(models.Model):
    """A secret address that lets whoever has it in, until it expires or is revoked.

    Only the hash of its token is stored. A link to one revision opens that state and nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    design = models.ForeignKey("designs.Design", on_delete=models.CASCADE, related_name="links")
    role = models.PositiveSmallIntegerField(choices=Role.choices, default=Role.READER)
    token_hash = models.CharField(max_length=64, unique=True)
    label = models.CharField(max_length=100, blank=True)
    password = models.CharField(max_length=128, blank=True)  # hashed
    revision = models.ForeignKey(
        "designs.Revision", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    use_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.label or f"{Role(self.role).label} link"

    @property
    def is_open(self) -> bool:
        has_expired = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not has_expired


class Stands(models.Func):
    """Whether a grant lets somebody in now: a person's own, or one of a link that is still open.

    SQL of our own: nearly every request asks for it, and the same put together by the mapper took
    longer than the answer. ``to_the_present`` leaves links to one revision out.
    """

    output_field = models.BooleanField()
    sql = (
        "({link} IS NULL OR EXISTS (SELECT 1 FROM designs_sharelink l WHERE l.id = {link} "
        "AND l.revoked_at IS NULL AND (l.expires_at IS NULL OR l.expires_at > %s){present}))"
    )

    def __init__(self, *, to_the_present: bool) -> None:
        super().__init__(models.F("link_id"))
        self.to_the_present = to_the_present

    @classmethod
    def written(cls, link: str, *, to_the_present: bool) -> str:
        """The SQL for a grant whose column is ``link``; its one parameter is the time."""
        present = " AND l.revision_id IS NULL" if to_the_present else ""
        return cls.sql.format(link=link, present=present)

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,  # Any: as Django declares it
    ) -> tuple[str, tuple[Any, ...]]:
        link, _ = compiler.compile(self.source_expressions[0])
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        return self.written(link, to_the_present=self.to_the_present), (now,)


class GrantQuerySet(models.QuerySet["Grant"]):
    def standing(self) -> Self:
        """Those that let somebody in now: of people, and of links that are still open."""
        return self.filter(Stands(to_the_present=False))

    def to_the_present(self) -> Self:
        """Those that let somebody in now to the design as it is, not to one revision."""
        return self.filter(Stands(to_the_present=True))

    def to_comment(self) -> Self:
        """Those that let somebody comment now. A design's owner, who may, has no grant."""
        return self.to_the_present().filter(role__gte=Role.COMMENTER)

    def to_edit(self) -> Self:
        """Those that let somebody edit now. A design's owner, who may, has no grant."""
        return self.to_the_present().filter(role__gte=Role.EDITOR)

    def of_who_came(self) -> Self:
        """Without those of invited people whose account nobody is to learn of by inviting them."""
        return self.filter(is_awaited=False)


class Grant(models.Model):
    """The access of one person to one design, given by its owner or found through a link.

    Who may only read or comment sees revisions from ``since_clock`` of the design on.
    """

    design = models.ForeignKey("designs.Design", on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    link = models.ForeignKey(
        ShareLink, on_delete=models.CASCADE, null=True, blank=True, related_name="grants"
    )
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    since_clock = models.PositiveBigIntegerField(default=0)
    is_awaited = models.BooleanField(default=False)  # until who was invited first looks
    given_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[GrantQuerySet] = GrantQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["design", "user"], condition=Q(link=None), name="one_grant_a_person"
            ),
            models.UniqueConstraint(
                fields=["design", "user", "link"], name="one_grant_a_person_and_link"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user", "design"], name="grants_of_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} as {Role(self.role).label} of {self.design_id}"


class LetIn(models.Func):
    """Whether a person owns the design of a row, or a grant of at least a role that ``Stands`` lets
    them in.
    """

    output_field = models.BooleanField()
    sql = (
        "({owner} = %s OR EXISTS (SELECT 1 FROM designs_grant g "
        "WHERE g.design_id = {design} AND g.user_id = %s AND g.role >= %s AND {stands}))"
    )

    def __init__(self, user: User, least: Role, *, to_a_revision: bool = False) -> None:
        super().__init__(models.F("owner"), models.F("pk"))
        self.user, self.least, self.to_a_revision = user, least, to_a_revision

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,  # Any: as Django declares it
    ) -> tuple[str, tuple[Any, ...]]:
        (owner, _), (design, _) = map(compiler.compile, self.source_expressions)
        stands = Stands.written("g.link_id", to_the_present=not self.to_a_revision)
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        sql = self.sql.format(owner=owner, design=design, stands=stands)
        return sql, (self.user.pk, self.user.pk, int(self.least), now)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What one actor may do with one design."""

    role: Role | None = None
    since_clock: int = 0  # of the oldest revision that may be seen
    pinned: frozenset[int] = frozenset()  # revisions that links open, by their keys

    @property
    def read(self) -> bool:
        return self.role is not None

    @property
    def comment(self) -> bool:
        return self.role is not None and self.role >= Role.COMMENTER

    @property
    def edit(self) -> bool:
        return self.role is not None and self.role >= Role.EDITOR

    @property
    def own(self) -> bool:
        """Share it, delete it, hand it over."""
        return self.role == Role.OWNER

    @property
    def past(self) -> bool:
        """See all of its history."""
        return self.edit


def abilities(user: User | AnonymousUser, design: Design) -> Abilities:
    """What ``user`` may do with ``design``. No query for its owner, one for everybody else."""
    if not user.is_authenticated or design.owner_id is None:
        return Abilities()
    if design.owner_id == user.pk:
        return Abilities(Role.OWNER)
    if design.deleted_at is not None:
        return Abilities()
    return _from(Grant.objects.standing().filter(design=design, user=user).select_related("link"))


def abilities_on_page(request: HttpRequest, design: Design) -> Abilities:
    """What the person who looks at a page may do with ``design``, asked once for the page."""
    asked: dict[UUID, tuple[Design, Abilities]] = request.__dict__.setdefault("_abilities", {})
    if design.pk not in asked:
        asked[design.pk] = design, abilities(request.user, design)
    return asked[design.pk][1]


def abilities_asked(request: HttpRequest) -> list[tuple[Design, Abilities]]:
    """The designs that the page of ``request`` showed, with what its reader may do with each."""
    return list(request.__dict__.get("_abilities", {}).values())


def _from(grants: Iterable[Grant]) -> Abilities:
    present, pinned = [], set()
    for grant in grants:
        if grant.link is not None and grant.link.revision_id is not None:
            pinned.add(grant.link.revision_id)
        else:
            present.append(grant)
    return Abilities(
        role=Role(max(grant.role for grant in present)) if present else None,
        since_clock=min((grant.since_clock for grant in present), default=0),
        pinned=frozenset(pinned),
    )
