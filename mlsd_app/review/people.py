"""Who takes part in the conversation about a design, and who is named in what is said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design


def people_of(design: Design) -> list[User]:
    """Everybody who may read ``design`` now, its owner first, then by name."""
    grants = Grant.objects.to_the_present().of_who_came().filter(design=design)
    with_access = User.objects.filter(pk__in=grants.values("user"))
    owner = [design.owner] if design.owner else []
    found = {user.pk: user for user in (*owner, *with_access)}
    return sorted(found.values(), key=lambda one: (one.pk != design.owner_id, one.get_full_name()))


def mentioned_in(body: str, people: Iterable[User]) -> list[User]:
    """Those of ``people`` whose name stands in ``body`` after an @; of two that fit, the longer."""
    by_name: dict[str, list[User]] = {}
    for one in people:
        by_name.setdefault(one.get_full_name().casefold(), []).append(one)
    names = sorted(filter(None, by_name), key=len, reverse=True)
    if not names or "@" not in body:
        return []
    pattern = rf"(?<!\w)@({'|'.join(map(re.escape, names))})(?!\w)"
    named = {found[1].casefold() for found in re.finditer(pattern, body, re.IGNORECASE)}
    return [user for name in sorted(named) for user in by_name.get(name, ())]
