"""Exports as rows. The row is the truth and the queue a hint: a message may be lost or come twice.

Whoever makes the file holds a claim and keeps it with a heartbeat. A claim whose heartbeat stopped
is free for the next worker, and what its former holder still hands in is not taken.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Abilities
from mlsd_app.designs.canonical import CompressedJSONField
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports.conversation import contents_in
from mlsd_app.review.models import Round

PAPERS = [("A4", "A4"), ("Letter", "US Letter")]
TALKS = [("none", "None"), ("open", "Open threads"), ("all", "All threads")]
KINDS = [("report", "Report"), ("response", "Response to reviewers")]
MOST_ATTEMPTS = 3  # workers that may die over one document before it is given up
GIVEN_UP = (
    "The PDF was started three times and each time the worker stopped in the middle. Your text is "
    "safe. Shorten the longest tables and diagrams, then export again."
)
FILE_IS_GONE = "The file is no longer kept. Your text is safe; export again to make it anew."


def lease() -> timedelta:
    """How long a worker may be silent before another one takes over."""
    return timedelta(seconds=settings.EXPORT_LEASE_SECONDS)


class ExportQuerySet(models.QuerySet["Export"]):
    def seen_with(self, can: Abilities, design: Design) -> Self:
        """Those of ``design`` that somebody with these abilities may have: of revisions that they
        may see, and with the conversation only if they take part in it.
        """
        found = self.filter(design=design)
        if can.past:
            return found
        found = found.filter(revision__in=design.revisions_seen_by(can))
        if not can.comment:
            return found.filter(talk="none", kind="report")
        earlier = design.revisions.filter(clock__lt=can.since_clock)
        numbers = frozenset(earlier.values_list("number", flat=True))
        return found.exclude(pk__in=found._telling_of(numbers))

    def _telling_of(self, revisions: Collection[int]) -> list[uuid.UUID]:
        """Those whose conversation says what the design held in one of ``revisions``."""
        if not revisions:
            return []
        return [
            key
            for key, said in self.values_list("pk", "said")
            if any(one["number"] in revisions for one in contents_in(said))
        ]

    def unfinished(self) -> Self:
        return self.filter(state__in=[Export.State.QUEUED, Export.State.RENDERING])

    def overdue(self, at: datetime) -> Self:
        """Those that nobody seems to work on, and that were not queued again lately."""
        silent_since = at - lease()
        return self.filter(
            Q(state=Export.State.QUEUED)
            | Q(state=Export.State.RENDERING, heartbeat_at__lt=silent_since),
            queued_at__lt=silent_since,
        )


class Export(models.Model):
    """A PDF of one revision with one set of options: wanted, in the making, made, or failed.

    ``key`` is a hash of everything in the file, so a design has one row for each different file.
    ``said`` is what it says of the conversation, as it was when somebody asked for it.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RENDERING = "rendering"
        READY = "ready"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="exports")
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="exports")
    requested_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="exports"
    )
    paper = models.CharField(max_length=10, choices=PAPERS)
    has_findings = models.BooleanField()
    kind = models.CharField(max_length=10, choices=KINDS, default="report")
    talk = models.CharField(max_length=10, choices=TALKS, default="none")
    round = models.ForeignKey(  # whose response it is, if not to all that was said
        Round, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    said = CompressedJSONField(default=dict)
    key = models.CharField(max_length=64)

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    claim = models.UUIDField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    pages_done = models.PositiveIntegerField(default=0)
    pages_expected = models.PositiveIntegerField(default=0)  # 0 where no earlier export tells

    file = models.FileField(blank=True, max_length=200)
    size = models.PositiveIntegerField(default=0)  # bytes
    page_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ExportQuerySet] = ExportQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "key"], name="one_export_a_file"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["design", "-asked_at"], name="exports_of_a_design"),
            models.Index(fields=["key"], name="exports_by_key"),
            models.Index(
                fields=["queued_at"],
                condition=Q(state__in=["queued", "rendering"]),
                name="unfinished_exports",
            ),
        ]

    def __str__(self) -> str:
        what = "Response to reviewers" if self.is_response else "PDF"
        return f"{what} of revision {self.revision.number}"

    @property
    def is_response(self) -> bool:
        return self.kind == "response"

    @property
    def is_unfinished(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RENDERING}

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_waiting(self) -> bool:
        """Whether nobody works on it now: not yet, or no longer."""
        return self.state == self.State.QUEUED or (self.is_unfinished and not self._lease_left)

    @property
    def is_delayed(self) -> bool:
        """Whether it waits for longer than people should wait without a word."""
        return self.is_waiting and timezone.now() - self.asked_at > lease()

    @property
    def is_measured(self) -> bool:
        """Whether an earlier export tells how many pages are to come."""
        return 0 < self.pages_done <= self.pages_expected

    @property
    def news(self) -> str:
        """Its state in a sentence."""
        called = str(self).replace("Response", "response", 1)
        if self.is_ready:
            return f"The {called} is ready."
        if self.is_unfinished:
            return f"The {called} is being made. You can leave this page; it waits here."
        return f"The {called} was not made."

    @property
    def volume(self) -> str:
        """The size of the file as people say it."""
        return f"{self.size / 1e6:.1f} MB" if self.size >= 1e6 else f"{self.size / 1e3:.0f} kB"

    @property
    def file_name(self) -> str:
        """What the file is called where it is saved: "home-feed-ranking-r3.pdf"."""
        what = "-response" if self.is_response else ""
        what = "-with-comments" if self.talk != "none" else what
        return f"{slugify(self.design.title) or 'design'}-r{self.revision.number}{what}.pdf"

    @property
    def has_file(self) -> bool:
        """Whether the file is where it was stored. Asks the storage."""
        return self.is_ready and default_storage.exists(self.file.name or "")

    @property
    def retry_after(self) -> float | None:
        """Seconds until it can be claimed at the earliest; ``None`` when it is finished."""
        return self._lease_left.total_seconds() if self.is_unfinished else None

    @property
    def _lease_left(self) -> timedelta:
        if self.state != self.State.RENDERING or self.heartbeat_at is None:
            return timedelta(0)
        return max(self.heartbeat_at + lease() - timezone.now(), timedelta(0))

    @classmethod
    def claimed(cls, pk: uuid.UUID | str) -> Export | None:
        """The export, now held by the caller; ``None`` if it is finished or held by another.

        One conditional UPDATE decides, so of two callers one gets it. An export over which too many
        workers died is marked as failed instead.
        """
        export = (
            cls.objects.select_related("design", "revision__design__owner").filter(pk=pk).first()
        )
        if export is None or not export.is_unfinished or export._lease_left:
            return None
        as_it_was = cls.objects.filter(
            pk=pk, state=export.state, claim=export.claim, heartbeat_at=export.heartbeat_at
        )
        if export.attempts >= MOST_ATTEMPTS:
            as_it_was.update(
                state=cls.State.FAILED, claim=None, error=GIVEN_UP, finished_at=timezone.now()
            )
            return None
        before = export._stored_as
        export.state = cls.State.RENDERING
        export.claim = uuid.uuid4()
        export.heartbeat_at = timezone.now()
        export.attempts += 1
        taken = as_it_was.update(
            state=export.state,
            claim=export.claim,
            heartbeat_at=export.heartbeat_at,
            attempts=export.attempts,
            pages_done=0,
        )
        if not taken:
            return None
        if before:
            default_storage.delete(before)  # perhaps half a file
        return export

    @property
    def _stored_as(self) -> str:
        """Where the holder of the claim stores the file: a place that no other holder writes to."""
        return f"exports/{self.key}-{self.claim.hex[:12]}.pdf" if self.claim else ""

    def _held(self) -> models.QuerySet[Export]:
        return Export.objects.filter(pk=self.pk, state=self.State.RENDERING, claim=self.claim)

    def beat(self, pages_done: int | None = None) -> bool:
        """Keep the claim and note the progress. False when another worker holds it by now."""
        progress = {} if pages_done is None else {"pages_done": pages_done}
        return bool(self._held().update(heartbeat_at=timezone.now(), **progress))

    def finish(self, pdf: bytes, page_count: int) -> bool:
        """Store the file and mark the export as ready. False, and no file, if the claim is lost."""
        name = default_storage.save(self._stored_as, ContentFile(pdf))
        is_held = self._held().update(
            state=self.State.READY,
            claim=None,
            file=name,
            size=len(pdf),
            page_count=page_count,
            pages_done=page_count,
            finished_at=timezone.now(),
        )
        if not is_held:
            default_storage.delete(name)
        return bool(is_held)

    def fail(self, reason: str) -> bool:
        """Mark the export as failed, with a reason for people. False if the claim is lost."""
        return bool(
            self._held().update(
                state=self.State.FAILED, claim=None, error=reason, finished_at=timezone.now()
            )
        )

    def lose_file(self) -> None:
        """Note that the file is gone from the storage, so that it can be made again."""
        Export.objects.filter(pk=self.pk, state=self.State.READY).update(
            state=self.State.FAILED, file="", error=FILE_IS_GONE
        )
