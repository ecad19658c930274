"""What mentors and authors say about a design, and where it stands.

The address of a thread cannot be lost; the range of text that it is about may move or go, and its
original words stay for ever (``markup.anchors``). What belongs to a round that is not submitted is
seen by its mentor alone: ``Thread.objects.seen_by`` is the only door.
"""

from __future__ import annotations

from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision


class RoundQuerySet(models.QuerySet["Round"]):
    def submitted(self) -> Self:
        """Rounds that everybody who sees the design sees."""
        return self.filter(submitted_at__isnull=False)

    def drafts_of(self, user: User) -> Self:
        """What ``user`` drafts, which nobody else may see."""
        return self.filter(mentor=user, submitted_at=None, discarded_at=None)


class Round(models.Model):
    """One look of one mentor at a design: drafted in private, submitted once, then answered.

    A draft that was discarded is seen by nobody any more; its mentor can put it back.
    """

    class Verdict(models.TextChoices):
        READY = "ready", "Ready"
        NEEDS_WORK = "needs-work", "Needs work"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="rounds")
    mentor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="rounds")
    mentor_name = models.CharField(max_length=100)
    number = models.PositiveIntegerField()  # of this mentor for this design, from 1
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    summary = models.TextField(blank=True)
    ticked = models.JSONField(null=True, blank=True)  # of a draft: the stages found ready so far
    # What was looked at; of a draft, what the design was when it began.
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="+")
    begun_at = models.DateTimeField(auto_now_add=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)  # of the author, to the round as a whole
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[RoundQuerySet] = RoundQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["design", "mentor"],
                condition=Q(submitted_at=None, discarded_at=None),
                name="one_draft_a_mentor",
            ),
        ]

    def __str__(self) -> str:
        return f"round {self.number} of {self.mentor_name}"

    @property
    def is_draft(self) -> bool:
        return self.submitted_at is None


class ReviewRequest(models.Model):
    """An author asks a mentor to look; the mentor's next submitted round answers it."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="review_requests")
    mentor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="review_requests")
    asked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    note = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    answered_by = models.ForeignKey(Round, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["design", "mentor"],
                condition=Q(answered_by=None, withdrawn_at=None),
                name="one_open_request_a_mentor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mentor} is asked about {self.design_id}"


class Approval(models.Model):
    """A mentor found a stage ready as it was. It holds while the stage has that content hash."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="approvals")
    stage = models.CharField(max_length=20)
    content_hash = models.CharField(max_length=64)
    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="approvals")
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="+")  # as it was

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["round", "stage"], name="one_approval_a_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} of {self.design_id} by {self.round}"


SHARED = Q(round=None) | Q(round__submitted_at__isnull=False)  # of a thread or a reply: no draft


class ThreadQuerySet(models.QuerySet["Thread"]):
    def seen_by(self, user: User) -> Self:
        """Threads that ``user``, who may see their design, may see: no drafts of others."""
        return self.filter(SHARED | Q(round__mentor=user, round__discarded_at=None))

    def shared(self) -> Self:
        """Threads that everybody who sees the design sees: no drafts at all."""
        return self.filter(SHARED)


class Thread(models.Model):
    """A conversation about one place of a design.

    ``address`` is "" for the whole design, a stage key, or an address (``stages.addresses``). Where
    a range of an answer's text is meant, ``start`` and ``end`` are positions in its plain text, in
    code points, and ``quote`` what was selected. Saves of the answer keep them right
    (``review.anchoring``).
    """

    class Target(models.TextChoices):
        TEXT = "text", "Text"
        ANSWER = "answer", "Answer"  # a field, a row or a cell
        FINDING = "finding", "Finding"  # ``subject`` is its fingerprint
        VALUE = "value", "Computed value"  # ``subject`` is how it is cited
        RUBRIC = "rubric", "Rubric"  # ``subject`` names signal and level
        ABSENCE = "absence", "Missing"
        STAGE = "stage", "Stage"
        DESIGN = "design", "Design"

    class Anchor(models.TextChoices):
        EXACT = "exact", "exact"
        TRACED = "traced", "traced"
        FUZZY = "fuzzy", "text changed, please check"
        FIELD = "field", "the text is gone"
        STAGE = "stage", "the answer is gone"
        DESIGN = "design", "the stage is gone"

    WHERE_IT_STANDS: ClassVar[tuple[str, ...]] = (
        *("design", "target", "address", "subject", "subject_words", "revision"),
        *("quote", "prefix", "suffix", "words", "start", "end", "anchor"),
        *("original_start", "original_end"),
    )
    REOPENED_FIELDS: ClassVar[tuple[str, ...]] = (
        "resolved_at",
        "resolved_by",
        "resolved_by_name",
        "resolved_in",
        "reopened_because",
    )

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="threads")
    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, null=True, blank=True, related_name="threads"
    )
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="threads")
    author_name = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now)

    target = models.CharField(max_length=10, choices=Target.choices)
    address = models.CharField(max_length=200, blank=True)
    subject = models.CharField(max_length=300, blank=True)
    subject_words = models.TextField(blank=True)  # what the finding or the value said then

    quote = models.TextField(blank=True)
    prefix = models.TextField(blank=True)
    suffix = models.TextField(blank=True)
    words = models.TextField(blank=True)  # what stands there, or stood last, if not the quote
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    anchor = models.CharField(max_length=10, choices=Anchor.choices, default=Anchor.EXACT)
    revision = models.ForeignKey(Revision, on_delete=models.RESTRICT, related_name="+")  # as it was
    original_start = models.PositiveIntegerField(null=True, blank=True)
    original_end = models.PositiveIntegerField(null=True, blank=True)

    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    resolved_by_name = models.CharField(max_length=100, blank=True)
    resolved_in = models.ForeignKey(  # the revision that answered it
        Revision, on_delete=models.RESTRICT, null=True, blank=True, related_name="+"
    )
    reopened_because = models.CharField(max_length=200, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    talk = models.PositiveBigIntegerField(default=0)  # the design's when it last changed

    objects: ClassVar[ThreadQuerySet] = ThreadQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["design", "address"], name="threads_by_address"),
        ]

    def __str__(self) -> str:
        return f"thread at {self.address or 'the design'}"

    @property
    def is_draft(self) -> bool:
        """Whether it belongs to a round that is not submitted. Costs a query without its round."""
        return self.round is not None and self.round.is_draft

    @property
    def is_resolved(self) -> bool:
        return self.resolved_at is not None

    def reopen(self, because: str = "") -> None:
        """Settle it no longer; whoever calls stores ``REOPENED_FIELDS``."""
        self.resolved_at = self.resolved_by = self.resolved_in = None
        self.resolved_by_name, self.reopened_because = "", because


class CommentQuerySet(models.QuerySet["Comment"]):
    def seen_by(self, user: User) -> Self:
        """Of threads that ``user`` sees, what was said in them: no draft replies of others."""
        return self.filter(SHARED | Q(round__mentor=user, round__discarded_at=None))

    def shared(self) -> Self:
        """Of threads that everybody sees, what everybody sees in them."""
        return self.filter(SHARED)


class Comment(models.Model):
    """One thing that was said in a thread; the first one opens it. Only its author rewrites it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="comments")
    author_name = models.CharField(max_length=100)
    body = models.TextField()
    token = models.CharField(max_length=64, blank=True)  # the same request twice is one comment
    # A reply to a shared thread that waits for its round is a draft as well.
    round = models.ForeignKey(
        Round, on_delete=models.CASCADE, null=True, blank=True, related_name="replies"
    )
    reopens = models.BooleanField(default=False)  # its thread, once its round is submitted
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CommentQuerySet] = CommentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar[list[str]] = ["created_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["thread", "author", "token"],
                condition=~Q(token=""),
                name="one_comment_a_token",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author_name}: {self.body[:40]}"


class Reaction(models.Model):
    """Somebody's short answer to a comment, enough to say "done"."""

    class Kind(models.TextChoices):
        DONE = "done", "Done"
        AGREE = "agree", "Agreed"
        THANKS = "thanks", "Thank you"

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="reactions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["comment", "user", "kind"], name="one_reaction_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"


class Suggestion(models.Model):
    """Other words for a range, or another value for an answer, that opens a thread.

    ``was`` and ``proposed`` are the whole answer as it stands in its control: what it was when the
    suggestion was made, and what it would be. ``decided_at`` stays empty until the author accepts
    or declines.
    """

    thread = models.OneToOneField(Thread, on_delete=models.CASCADE, related_name="suggestion")
    was = models.TextField(blank=True)
    proposed = models.TextField(blank=True)
    is_accepted = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=100, blank=True)
    reason = models.TextField(blank=True)  # why it was declined

    def __str__(self) -> str:
        return f"suggestion in {self.thread_id}"


class Look(models.Model):
    """When a person last looked at the conversation and the state of a design."""

    design = models.ForeignKey(Design, on_delete=models.CASCADE, related_name="looks")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    talk = models.PositiveBigIntegerField(default=0)
    looked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["design", "user"], name="one_look_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} looked at {self.design_id}"
