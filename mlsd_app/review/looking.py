"""What somebody has seen of a conversation."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.notices import telling
from mlsd_app.review.models import Look


def look(design: Design, user: User, at: datetime) -> None:
    """Note that ``user`` has seen what there was at ``at``; an earlier time changes nothing."""
    at = min(at, timezone.now())
    seen, is_new = Look.objects.get_or_create(
        design=design, user=user, defaults={"talk": design.talk, "looked_at": at}
    )
    if not is_new and seen.looked_at < at:
        seen.talk, seen.looked_at = design.talk, at
        seen.save(update_fields=["talk", "looked_at"])
    telling.seen(user, design, at)
