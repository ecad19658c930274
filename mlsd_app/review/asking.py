"""An author asks for a review, and says no more when it is not needed any longer."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design
from mlsd_app.notices.telling import Kind, tell
from mlsd_app.review.models import ReviewRequest
from mlsd_app.review.rounds import RoundRefusedError, bump, is_reviewed
from mlsd_app.review.written import name_of, written


def open_requests(design: Design) -> list[ReviewRequest]:
    """Who is asked and has not answered, the first first."""
    asked = ReviewRequest.objects.filter(design=design, answered_by=None, withdrawn_at=None)
    return list(asked.select_related("mentor", "asked_by").order_by("asked_at"))


def who_may_review(design: Design, user: User) -> list[User]:
    """The people whom ``user`` can ask: those who may comment, but the owner and ``user``."""
    given = Grant.objects.to_comment().of_who_came().filter(design=design)
    people = User.objects.filter(pk__in=given.values("user"))
    return list(people.exclude(Q(pk=user.pk) | Q(pk=design.owner_id)).order_by("name", "email"))


@transaction.atomic
def ask(design_id: UUID, user: User, mentor_id: int, note: str) -> ReviewRequest:
    """Ask a mentor for a review. Who is asked already is not asked again; the note is replaced.

    Raises ``Design.DoesNotExist`` unless ``user`` may edit the design, ``RoundRefusedError`` and
    ``NotStoredError``.
    """
    design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
    mentor = next((one for one in who_may_review(design, user) if one.pk == mentor_id), None)
    if mentor is None:
        raise RoundRefusedError(
            "Choose somebody who may comment on this design, or share it with them first."
        )
    words = written(note, "The note")
    asked = ReviewRequest.objects.filter(design=design, mentor=mentor)
    standing = asked.filter(answered_by=None, withdrawn_at=None).first()
    if standing is not None:
        standing.note = words
        standing.save(update_fields=["note"])
        return standing
    made = ReviewRequest.objects.create(design=design, mentor=mentor, asked_by=user, note=words)
    is_reviewed(design)
    bump(design)
    tell(
        Kind.REVIEW_ASKED,
        design,
        actor=user,
        words=f"{name_of(user)} asks you to review “{design}”",
        path=reverse("review:review", args=[design.pk]),
        text=words,
        to=[mentor],
    )
    return made


@transaction.atomic
def withdraw(design_id: UUID, user: User, request_id: int) -> ReviewRequest:
    """Ask no longer. Who is asked may say so too.

    Raises ``Design.DoesNotExist`` and ``ReviewRequest.DoesNotExist``, also for who may do neither.
    """
    design = Design.objects.commentable_by(user).select_for_update().get(pk=design_id)
    asked = ReviewRequest.objects.select_related("mentor", "asked_by").filter(design=design)
    if not Design.objects.editable_by(user).filter(pk=design_id).exists():
        asked = asked.filter(mentor=user)
    request = asked.get(pk=request_id)
    if request.withdrawn_at is None and request.answered_by_id is None:
        request.withdrawn_at = timezone.now()
        request.save(update_fields=["withdrawn_at"])
        bump(design)
        if request.mentor_id == user.pk and request.asked_by is not None:
            tell(
                Kind.REVIEW_ASKED,
                design,
                actor=user,
                words=f"{name_of(user)} cannot review “{design}” now",
                path=reverse("review:review", args=[design.pk]),
                to=[request.asked_by],
            )
    return request
