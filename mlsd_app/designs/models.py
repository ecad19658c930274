"""A design and its answers.

The answers of one stage are one JSON document with a content hash, so that a save reads eight rows
however long the design is, and everything derived from a stage can be kept under that hash.
Whoever writes locks the design first; edits to different addresses then merge by themselves.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from mlsd_app.accounts.models import User
from mlsd_app.designs.canonical import CanonicalJSONField, canonical, content_hash, hash_of
from mlsd_app.stages.design import AllAnswers, Answers
from mlsd_app.stages.design import Design as Snapshot


class DesignQuerySet(models.QuerySet["Design"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)

    def examples(self) -> Self:
        """The worked designs, which everybody may read and copy."""
        return self.filter(owner=None).exclude(example="")

    def editable_by(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)

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
    waivers = CanonicalJSONField(default=list)  # of the file it came from, as they stood there
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
        """The design's clock when an address of the stage last changed, by address."""
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
    """The answers of a stage as they were in some revision, stored once."""

    content_hash = models.CharField(primary_key=True, max_length=64)
    answers = CanonicalJSONField()

    def __str__(self) -> str:
        return self.content_hash


class Revision(models.Model):
    """A state of a whole design that never changes: the content hash of each stage."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    hashes = CanonicalJSONField()
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "number"], name="revisions_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.design_id}"

    @classmethod
    def of(cls, design: Design, author: User | None) -> Revision:
        """The newest revision of ``design``; a new one when something changed since."""
        with transaction.atomic():
            Design.objects.select_for_update().get(pk=design.pk)
            contents = design.contents()
            hashes = {stage: row.content_hash for stage, row in contents.items()}
            newest = cls.objects.filter(design=design).order_by("-number").first()
            if newest is not None and newest.hashes == hashes:
                return newest
            StageContent.objects.bulk_create(
                [
                    StageContent(content_hash=row.content_hash, answers=row.answers)
                    for row in contents.values()
                ],
                ignore_conflicts=True,
            )
            number = newest.number + 1 if newest else 1
            return cls.objects.create(design=design, number=number, hashes=hashes, author=author)

    @property
    def content_hash(self) -> str:
        """One hash of the whole state."""
        return content_hash(self.hashes)

    def answers(self) -> AllAnswers:
        """The answers of every stage at this revision. One query."""
        stored: Mapping[str, Any] = StageContent.objects.in_bulk(list(self.hashes.values()))
        return {stage: stored[digest].answers for stage, digest in self.hashes.items()}

    def snapshot(self) -> Snapshot:
        return Snapshot.of(self.answers())
