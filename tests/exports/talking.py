"""A conversation for the tests: what mentors and authors say about a design."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design, Revision
from mlsd_app.review.models import Approval, Comment, Round, Suggestion, Thread
from mlsd_app.review.places import text_at
from tests.factories import make_user

DAY = datetime(2026, 11, 12, 9, tzinfo=UTC)


def person(design: Design, role: Role, name: str = "Mira Lang") -> User:
    """Somebody with access to ``design``."""
    user = make_user(name)
    Grant.objects.create(design=design, user=user, role=role)
    return user


def talked(design: Design) -> None:
    """Note that the conversation changed, as whoever changes it does."""
    Design.objects.filter(pk=design.pk).update(talk=F("talk") + 1)
    design.refresh_from_db()


def start(
    design: Design, author: User, address: str = "", body: str = "A remark.", **more: Any
) -> Thread:
    """A thread; with ``quote`` about these words of the answer at ``address``."""
    revision = Revision.of(design)
    if quote := more.get("quote", ""):
        at = (text_at(address, revision.snapshot()) or "").find(quote)
        if at >= 0:
            more = {"start": at, "end": at + len(quote), **more}
    thread = Thread.objects.create(
        design=design,
        author=author,
        author_name=author.name,
        created_at=DAY + timedelta(seconds=design.talk),
        address=address,
        revision=revision,
        **{"target": "text" if quote else "answer", **more},
    )
    if body:
        reply(thread, author, body)
    talked(design)
    return thread


def reply(thread: Thread, author: User, body: str, **more: Any) -> Comment:
    moment = {"created_at": DAY + timedelta(seconds=thread.design.talk)}
    said = Comment.objects.create(
        thread=thread,
        author=author,
        author_name=author.name,
        body=body,
        **moment | more,
    )
    talked(thread.design)
    return said


def suggest(thread: Thread, was: str, proposed: str, **more: Any) -> Suggestion:
    return Suggestion.objects.create(thread=thread, was=was, proposed=proposed, **more)


def resolve(thread: Thread, user: User) -> None:
    """As answered by the design as it is now."""
    thread.resolved_at, thread.resolved_by, thread.resolved_by_name = DAY, user, user.name
    thread.resolved_in = Revision.of(thread.design)
    thread.save()
    talked(thread.design)


def begin_round(design: Design, mentor: User, **more: Any) -> Round:
    """A draft, or a submitted round with ``submitted_at``."""
    number = Round.objects.filter(design=design, mentor=mentor).count() + 1
    return Round.objects.create(
        design=design,
        mentor=mentor,
        mentor_name=mentor.name,
        number=number,
        revision=Revision.of(design),
        **more,
    )


def approve(review: Round, *stages: str) -> None:
    for stage in stages:
        Approval.objects.create(
            design=review.design,
            stage=stage,
            content_hash=review.revision.hashes[stage],
            round=review,
            revision=review.revision,
        )
    talked(review.design)
