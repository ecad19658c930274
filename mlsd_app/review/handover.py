"""What a guest said belongs to the account they sign in to."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.dispatch import receiver

from mlsd_app.accounts.models import User
from mlsd_app.accounts.signals import guest_merged
from mlsd_app.review.models import (
    Comment,
    Look,
    Reaction,
    ReviewRequest,
    Round,
    Suggestion,
    Thread,
)

OPEN = {"answered_by": None, "withdrawn_at": None}


@receiver(guest_merged)
def hand_over_conversation(guest: User, user: User, **kwargs: Any) -> None:  # Any: of signals
    """Who said it is another person now; the name under which it was said stays.

    What the account has already is not doubled: one reaction of a kind, one draft a design.
    """
    Thread.objects.filter(author=guest).update(author=user)
    Thread.objects.filter(resolved_by=guest).update(resolved_by=user)
    Comment.objects.filter(author=guest).update(author=user)
    Suggestion.objects.filter(decided_by=guest).update(decided_by=user)
    _but_doubles(Reaction.objects.filter(user=guest), user, "user", "comment", "kind")
    _but_doubles(Look.objects.filter(user=guest), user, "user", "design")
    _hand_over_rounds(guest, user)


def _hand_over_rounds(guest: User, user: User) -> None:
    asked = ReviewRequest.objects.filter(mentor=guest)
    _but_doubles(asked.filter(**OPEN), user, "mentor", "design", **OPEN)
    asked.exclude(**OPEN).update(mentor=user)
    ReviewRequest.objects.filter(asked_by=guest).update(asked_by=user)
    for draft in Round.objects.drafts_of(guest):
        mine = Round.objects.drafts_of(user).filter(design=draft.design_id).first()
        if mine is not None:
            _merge(draft, mine)
    Round.objects.filter(mentor=guest).update(mentor=user)
    Round.objects.filter(answered_by=guest).update(answered_by=user)


def _merge(draft: Round, mine: Round) -> None:
    """Put what was drafted as a guest into the draft of the account."""
    Thread.objects.filter(round=draft).update(round=mine)
    Comment.objects.filter(round=draft).update(round=mine)
    if draft.summary:
        mine.summary = "\n\n".join(filter(None, (mine.summary, draft.summary)))
        mine.save(update_fields=["summary"])
    draft.delete()


def _but_doubles(rows: QuerySet[Any], user: User, whose: str, *alike: str, **among: object) -> None:
    """Give ``user`` the ``rows`` of a guest, but those alike to one that is theirs ``among`` all.

    Any: rows of several models, whose columns are named.
    """
    theirs = rows.model._default_manager.filter(**{whose: user}, **among)
    doubles = theirs.filter(**{name: OuterRef(name) for name in alike})
    rows.filter(~Exists(doubles)).update(**{whose: user})
