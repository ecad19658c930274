"""A design and its answers.

The answers of one stage are one JSON document with a content hash, so that a save reads eight rows
however long the design is, and everything derived from a stage can be kept under that hash.
Whoever writes locks the design first; edits to different addresses then merge by themselves.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Abilities, LetIn, Role
from mlsd_app.designs.canonical import (
    CanonicalJSONField,
    CompressedJSONField,
    canonical,
    content_hash,
    hash_of,
)
from mlsd_app.designs.waivers import Waivers, stored_waivers, waivers_of
from mlsd_app.interchange import WAIVERS
from mlsd_app.stages.design import STAGES, AllAnswers, Answers
from mlsd_app.stages.design import Design as Snapshot

COALESCED_WITHIN = timedelta(minutes=5)  # of one person's edits that become one revision


class DesignQuerySet(models.QuerySet["Design"]):
    """The only doors to designs: who may not come through finds nothing."""

    def visible_to(self, user: User) -> Self:
        return self._open_to(user, Role.READER)

    def commentable_by(self, user: User) -> Self:
        return self._open_to(user, Role.COMMENTER)

    def editable_by(self, user: User) -> Self:
        return self._open_to(user, Role.EDITOR)

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)

    def reachable_by(self, user: User) -> Self:
        """Those that ``user`` may see now, or of which a link opens at least one revision."""
        return self.filter(LetIn(user, Role.READER, to_a_revision=True), deleted_at=None)

    def shared_with(self, user: User) -> Self:
        """Designs of other people that ``user`` may see."""
        return self.visible_to(user).exclude(owner=user)

    def _open_to(self, user: User, least: Role) -> Self:
        return self.filter(LetIn(user, least), deleted_at=None)

    def examples(self) -> Self:
        """The worked designs, which everybody may read and copy."""
        return self.filter(owner=None).exclude(example="")

    def deleted_by(self, user: User) -> Self:
        """Designs in the bin of ``user``, which can still be put back."""
        return self.filter(owner=user, deleted_at__isnull=False)


class Design(models.Model):
    """A document that one person owns, or a worked example that belongs to nobody.

    ``clock`` counts the saves that changed something. Each address carries the clock at which it
    last changed (``StageAnswers.versions``), so one number says what a page was based on.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="designs"
    )
    example = models.SlugField(blank=True)  # names a worked design, which has no owner
    title = models.CharField(max_length=500, blank=True)
    clock = models.PositiveBigIntegerField(default=0)
    talk = models.PositiveBigIntegerField(default=0)  # counts what changed in its conversation
    # Whether there may be threads, drafts of one mentor included: whether a save looks for them.
    has_threads = models.BooleanField(default=False, editable=False)
    # Whether anybody ever began a review, which may be private: whether comments look for a draft.
    has_rounds = models.BooleanField(default=False, editable=False)
    # Whether a review was asked for or submitted: whether pages look for turns and approvals.
    has_reviews = models.BooleanField(default=False, editable=False)
    # The newest revision, its number and the clock it was taken at.
    revision_count = models.PositiveIntegerField(default=0)
    kept_clock = models.BigIntegerField(default=-1)
    # Whose edits come together in the next revision, and since when.
    writer = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    writing_since = models.DateTimeField(null=True, editable=False)
    waivers = CanonicalJSONField(default=list)  # read by ``given_waivers``
    overview = CanonicalJSONField(default=dict)  # what the list of designs shows, kept by each save
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DesignQuerySet] = DesignQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="owned_or_an_example",
                condition=Q(owner__isnull=False, example="") | (Q(owner=None) & ~Q(example="")),
            ),
            models.UniqueConstraint(
                fields=["example"], condition=~Q(example=""), name="examples_have_one_name"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["owner", "-updated_at"], name="designs_of_an_owner"),
        ]

    def __str__(self) -> str:
        return self.title or "Untitled design"

    def get_absolute_url(self) -> str:
        return reverse("designs:stage_edit", args=[self.pk, "framing"])

    def contents(self) -> dict[str, StageAnswers]:
        """The stored answers of every stage, by stage key. One query."""
        return {row.stage: row for row in self.stage_answers.all()}

    def revisions_seen_by(self, can: Abilities) -> models.QuerySet[Revision]:
        """The revisions that somebody with these abilities may look at."""
        if can.past:
            return self.revisions.all()
        seen = Q(pk__in=can.pinned)
        if can.read:
            seen |= Q(clock__gte=can.since_clock)
        return self.revisions.filter(seen)

    def given_waivers(self) -> Waivers:
        """The findings that were set aside, those that were taken back lately among them."""
        return waivers_of(self.waivers)

    def turn_to(self, user: User, now: datetime) -> bool:
        """Note that ``user`` writes from here on, until the design is saved.

        Returns whether edits of somebody else, or of ``user`` long ago, are to be kept first.
        """
        since = self.writing_since
        if self.writer_id == user.pk and since is not None and now - since <= COALESCED_WITHIN:
            return False
        is_due = self.kept_clock < self.clock
        self.writer, self.writing_since = user, now
        return is_due

    def delete_softly(self) -> None:
        """Move the design to the bin, from which ``put_back`` returns it as it was."""
        self.deleted_at = timezone.now()
        self.save(update_fields=["deleted_at"])

    def put_back(self) -> None:
        self.deleted_at = None
        self.save(update_fields=["deleted_at"])


class StageAnswers(models.Model):
    """All answers of one stage of one design.

    They are kept as canonical JSON and read when asked for: a save touches one stage of eight.
    """

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="stage_answers")
    stage = models.CharField(max_length=20)
    answers_json = models.TextField(default="{}")
    versions_json = models.TextField(default="{}")
    content_hash = models.CharField(max_length=64)
    first_edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "stage"], name="one_document_a_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.design_id}"

    @classmethod
    def holding(cls, design: Design, stage: str, answers: Answers) -> Self:
        """A row with ``answers``, not saved yet."""
        row = cls(design=design, stage=stage)
        row.hold(answers, {})
        row.first_edited_at = timezone.now() if answers and stage != "general" else None
        return row

    @cached_property
    def answers(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.answers_json)
        return found

    @cached_property
    def versions(self) -> dict[str, int]:
        """The design's clock when an address of the stage last changed, by address.

        Among them stand the newest edits by their tokens, so that one sent twice is stored once.
        """
        found: dict[str, int] = json.loads(self.versions_json)
        return found

    def hold(self, answers: Answers, versions: Mapping[str, int]) -> None:
        """Take other answers, without saving them."""
        self.answers, self.versions = dict(answers), dict(versions)
        self.answers_json, self.versions_json = canonical(answers), canonical(versions)
        self.content_hash = hash_of(self.answers_json)


class DeletedRow(models.Model):
    """A row that was taken out of a table, with all its cells, so that it can be put back."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="deleted_rows")
    table = models.CharField(max_length=100)
    row = models.CharField(max_length=64)
    cells = CanonicalJSONField()
    position = models.PositiveIntegerField()
    deleted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["design", "table", "row"], name="deleted_rows_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.table}/{self.row}"


class StageContent(models.Model):
    """The answers of a stage, or the waivers, as they were in some revision, stored once."""

    content_hash = models.CharField(primary_key=True, max_length=64)
    answers = CompressedJSONField()

    def __str__(self) -> str:
        return self.content_hash


class Revision(models.Model):
    """A state of a whole design that never changes: the content hash of each stage and, where some
    findings are set aside, of the waivers.

    ``clock`` is the design's in that state, ``edited_at`` when the state was reached, and
    ``author`` who wrote last before it. What is named is kept in view for ever.
    """

    NAME_LIMIT = 100  # characters

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    hashes = CanonicalJSONField()
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    clock = models.PositiveBigIntegerField(default=0)
    edited_at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=NAME_LIMIT, blank=True)
    origin = models.CharField(max_length=200, blank=True)  # what it came from, where not from edits
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "number"], name="revisions_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.design_id}"

    @classmethod
    def of(cls, design: Design) -> Revision:
        """The newest revision of ``design``; a new one when something changed since."""
        with transaction.atomic():
            return cls.of_locked(Design.objects.select_for_update().get(pk=design.pk))

    @classmethod
    def of_locked(cls, design: Design) -> Revision:
        """The same, of a design that the caller has locked."""
        if design.kept_clock == design.clock:
            return design.revisions.get(number=design.revision_count)
        made = cls.keep(design, design.contents(), design.writer_id or design.owner_id)
        design.save(update_fields=["kept_clock", "revision_count"])
        return made

    @classmethod
    def keep(
        cls,
        design: Design,
        contents: Mapping[str, StageAnswers],
        author_id: int | None,
        *,
        origin: str = "",
    ) -> Revision:
        """A revision of the present state of ``design``, which is locked and saved by the caller.

        ``contents`` is that state as stored, whatever is being done to its answers.
        """
        hashes = {stage: row.content_hash for stage, row in contents.items()}
        kept = [
            StageContent(content_hash=row.content_hash, answers=json.loads(row.answers_json))
            for row in contents.values()
        ]
        given = tuple(one for one in design.given_waivers() if not one.taken_back)
        if waivers := stored_waivers(given):
            hashes[WAIVERS.key] = content_hash(waivers)
            kept.append(StageContent(content_hash=hashes[WAIVERS.key], answers=waivers))
        StageContent.objects.bulk_create(kept, ignore_conflicts=True)
        design.revision_count += 1
        design.kept_clock = design.clock
        return cls.objects.create(
            design=design,
            number=design.revision_count,
            hashes=hashes,
            author_id=author_id,
            clock=design.clock,
            edited_at=design.updated_at,
            origin=origin,
        )

    @property
    def content_hash(self) -> str:
        """One hash of the whole state."""
        return content_hash(self.hashes)

    def answers(self) -> AllAnswers:
        """The answers of every stage at this revision. One query."""
        hashes = {stage: self.hashes[stage] for stage in STAGES if stage in self.hashes}
        stored: Mapping[str, Any] = StageContent.objects.in_bulk(list(hashes.values()))
        return {stage: stored[digest].answers for stage, digest in hashes.items()}

    def waivers(self) -> Waivers:
        """The findings that were set aside at this revision. One query, if there are any."""
        digest = self.hashes.get(WAIVERS.key)
        return waivers_of(StageContent.objects.get(pk=digest).answers) if digest else ()

    def snapshot(self) -> Snapshot:
        return Snapshot.of(self.answers())
