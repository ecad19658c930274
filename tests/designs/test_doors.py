"""The doors to designs let in whom the grants let in, whichever way they are asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, ShareLink, abilities
from mlsd_app.designs.models import Design, Revision
from tests.factories import make_design, make_user

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
LINKS = {
    "none": None,
    "open": {},
    "ends later": {"expires_at": HOUR},
    "expired": {"expires_at": -HOUR},
    "revoked": {"revoked_at": -HOUR},
    "of one state": {"revision": True},
}


def given(design: Design, role: Role, of: str) -> User:
    """Somebody with a grant of ``role``, by a link such as ``of``."""
    user, link = make_user(), None
    asked = LINKS[of]
    if asked is not None:
        times = {k: timezone.now() + v for k, v in asked.items() if isinstance(v, timedelta)}
        revision = Revision.of(design) if "revision" in asked else None
        link = ShareLink.objects.create(
            design=design, role=role, token_hash=f"{user.pk}", revision=revision, **times
        )
    Grant.objects.create(design=design, user=user, role=role, link=link)
    return user


@pytest.mark.parametrize("of", LINKS)
@pytest.mark.parametrize("role", [Role.READER, Role.COMMENTER, Role.EDITOR])
def test_doors_and_abilities_agree(role: Role, of: str) -> None:
    design = make_design(make_user())
    user = given(design, role, of)
    standing = Grant.objects.standing().filter(user=user)
    present = Grant.objects.to_the_present().filter(user=user).exists()
    assert present == (of in {"none", "open", "ends later"})
    can = abilities(user, design)
    for door, may, least in (
        (Design.objects.visible_to, can.read, Role.READER),
        (Design.objects.commentable_by, can.comment, Role.COMMENTER),
        (Design.objects.editable_by, can.edit, Role.EDITOR),
    ):
        assert door(user).exists() == may == (present and role >= least)
    assert Design.objects.reachable_by(user).exists() == standing.exists()
    assert not Design.objects.owned_by(user).exists()
    assert not Design.objects.reachable_by(make_user()).exists()
