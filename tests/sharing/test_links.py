"""Share links, from their making to their end."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role, ShareLink
from mlsd_app.designs.models import Design, Revision
from mlsd_app.sharing.tokens import digest
from tests.factories import make_design
from tests.sharing.conftest import (
    LIVE_LINK,
    come,
    make_link,
    path,
    read,
    roles,
    said,
    signed_in,
    words,
)


def revision_read(client: Client, design: Design, number: int) -> int:
    where = reverse("history:revision_read", args=[design.pk, number])
    return client.get(where).status_code


def test_its_address_is_shown_once_and_only_its_hash_is_kept(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design, label="Panel")
    token = address.removeprefix("/s/").removesuffix("/")
    assert re.fullmatch(r"[\w-]{43}", token)
    assert link.token_hash == digest(token)
    assert link.token_hash not in token
    for where in (path("sharing", design), path("access_log", design)):
        page = owner.get(where).content.decode()
        assert token not in page
        assert link.token_hash not in page
    assert "made the link “Panel” for a mentor" in words(
        owner.get(path("access_log", design)).content
    )


def test_the_page_with_its_address_is_kept_nowhere(owner: Client, design: Design) -> None:
    response = owner.post(path("link_make", design), LIVE_LINK | {"name": str(uuid4())})
    assert response.headers["Cache-Control"] == "no-store"
    assert b'readonly data-copied><button type="button"' in response.content


def test_the_same_request_twice_makes_one_link(owner: Client, design: Design) -> None:
    asked = LIVE_LINK | {"name": str(uuid4())}
    assert b'id="made"' in owner.post(path("link_make", design), asked).content
    again = owner.post(path("link_make", design), asked, follow=True)
    assert b'id="made"' not in again.content
    assert "This link was made before" in words(again.content)
    assert ShareLink.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [(Role.READER, 302), (Role.COMMENTER, 302), (Role.EDITOR, 200)]
)
def test_who_comes_has_its_role(owner: Client, design: Design, role: Role, status: int) -> None:
    _, address = make_link(owner, design, role=str(role.value))
    guest = come(address)
    assert roles(design) == {"Priya Raman": role}
    stage = reverse("designs:stage_edit", args=[design.pk, "framing"])
    assert guest.get(stage).status_code == status


def test_it_works_for_thirty_days_unless_something_else_is_chosen(
    owner: Client, design: Design
) -> None:
    now = timezone.now()
    thirty, _ = make_link(owner, design)
    one, _ = make_link(owner, design, lasts="1")
    forever, _ = make_link(owner, design, lasts="never")
    assert thirty.expires_at
    assert one.expires_at
    assert timedelta(days=29) < thirty.expires_at - now < timedelta(days=31)
    assert timedelta(0) < one.expires_at - now < timedelta(days=2)
    assert forever.expires_at is None
    page = owner.get(path("sharing", design)).content.decode()
    assert '<option value="30" selected>30 days</option>' in page


def test_its_end_is_the_end_of_who_came_by_it(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design)
    guest = come(address)
    assert read(guest, design) == 200
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert read(guest, design) == 404
    assert "Run out" in words(owner.get(path("sharing", design)).content)
    same = {"label": "", "role": "2", "password": ""}
    said(owner, path("link_change", design, link.pk), **same, lasts="7")
    assert read(guest, design) == 200


def test_revoking_ends_it_with_the_next_request_and_can_be_undone(
    owner: Client, design: Design
) -> None:
    link, address = make_link(owner, design)
    guest = come(address)
    assert "is revoked" in said(owner, path("link_close", design, link.pk))
    assert read(guest, design) == 404
    assert Client().get(address, follow=True).status_code == 404
    assert roles(design) == {}
    assert "works again" in said(owner, path("link_reopen", design, link.pk))
    assert read(guest, design) == 200


def test_a_changed_role_holds_for_who_came_before(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design, role="3", label="Pair")
    guest = come(address)
    answer = said(
        owner,
        path("link_change", design, link.pk),
        label="Pair, later",
        role="1",
        lasts="same",
        password="",
    )
    assert "“Pair, later” is changed." in answer
    assert roles(design) == {"Priya Raman": Role.READER}
    stage = reverse("designs:stage_edit", args=[design.pk, "framing"])
    assert guest.get(stage).status_code == 302
    assert guest.post(stage, {"base": "0"}).status_code == 404


def test_how_often_and_when_it_was_used(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design)
    assert "Not used yet" in words(owner.get(path("sharing", design)).content)
    first = come(address)
    come(address, name="Second")
    first.get(address, follow=True)
    link.refresh_from_db()
    assert link.use_count == 2
    assert link.last_used_at
    assert "2 people came, last" in words(owner.get(path("sharing", design)).content)


def test_one_pinned_to_now_opens_that_state_and_nothing_else(
    owner: Client, ada: User, design: Design
) -> None:
    Revision.of(design)
    stage = reverse("designs:stage_edit", args=[design.pk, "framing"])
    owner.post(stage, {"base": "0", "framing.decision": "Which videos to show"})
    link, address = make_link(owner, design, role="1", opens="now")
    owner.post(stage, {"base": "1", "framing.decision": "A later secret"})
    general = reverse("designs:stage_edit", args=[design.pk, "general"])
    owner.post(general, {"base": "2", "general.title": "A later title"})
    Revision.of(design)
    guest = come(address)
    assert link.revision
    assert [revision_read(guest, design, number) for number in (1, 2, 3)] == [404, 200, 404]
    page = guest.get(reverse("history:revision_read", args=[design.pk, 2])).content.decode()
    assert "Which videos to show" in page
    assert "later" not in page.replace("Later changes are not shown", "")
    assert read(guest, design) == 404
    for name in ("designs:finding_list", "history:history", "exports:export_list"):
        assert guest.get(reverse(name, args=[design.pk])).status_code == 404


def test_one_can_be_pinned_to_a_named_revision(owner: Client, ada: User, design: Design) -> None:
    revision = Revision.of(design)
    asked = LIVE_LINK | {"name": str(uuid4()), "role": "1", "opens": "1"}
    refused = owner.post(path("link_make", design), asked)
    assert "Choose the design, or a revision that has a name" in words(refused.content)
    revision.name = "Before the review"
    revision.save()
    link, address = make_link(owner, design, role="1", opens="1")
    assert link.revision == revision
    assert revision_read(come(address, name=""), design, 1) == 200
    assert "Revision 1, Before the review" in words(owner.get(path("sharing", design)).content)


def test_one_state_is_for_reading(owner: Client, design: Design) -> None:
    asked = LIVE_LINK | {"name": str(uuid4()), "role": "2", "opens": "now", "label": "Kept label"}
    response = owner.post(path("link_make", design), asked)
    assert response.status_code == 422
    assert "One state of a design can only be read." in words(response.content)
    assert b'value="Kept label"' in response.content
    link, _ = make_link(owner, design, role="1", opens="now")
    change = {"label": "", "role": "3", "lasts": "same", "password": ""}
    owner.post(path("link_change", design, link.pk), change)
    link.refresh_from_db()
    assert link.role == Role.READER


@pytest.mark.parametrize(
    ("wrong", "words_said"),
    [
        ({"role": "4"}, "Choose reader, mentor or editor."),
        ({"role": ""}, "Choose what they may do."),
        ({"opens": "9"}, "Choose the design, or a revision that has a name"),
        ({"lasts": "31"}, "Choose how long the link works."),
        ({"lasts": ""}, "Choose how long the link works."),
        ({"label": "a" * 101}, "A label has at most 100 characters."),
        ({"label": "\x00"}, "Null characters are not allowed."),
        ({"password": "short"}, "fewer than 6 characters"),
        ({"password": "p" * 129}, "more than 128 characters"),
    ],
)
def test_what_cannot_be_made_is_answered(
    owner: Client, design: Design, wrong: dict[str, str], words_said: str
) -> None:
    response = owner.post(path("link_make", design), LIVE_LINK | {"name": str(uuid4())} | wrong)
    assert response.status_code == 422
    assert words_said in words(response.content)
    assert not ShareLink.objects.exists()


def test_a_name_that_is_no_uuid_makes_nothing(owner: Client, design: Design) -> None:
    assert owner.post(path("link_make", design), LIVE_LINK | {"name": "x"}).status_code == 422


def test_a_change_that_cannot_be_stored_stays_in_the_form(owner: Client, design: Design) -> None:
    link, _ = make_link(owner, design, label="Panel")
    change = {"label": "Typed", "role": "2", "lasts": "same", "password": "short"}
    response = owner.post(path("link_change", design, link.pk), change)
    assert response.status_code == 422
    assert b'value="Typed"' in response.content
    assert "fewer than 6 characters" in words(response.content)
    link.refresh_from_db()
    assert link.label == "Panel"


def test_a_link_of_another_design_is_not_found(owner: Client, ada: User, design: Design) -> None:
    link, _ = make_link(owner, design)
    other = make_design(ada)
    for name in ("link_change", "link_close", "link_reopen"):
        assert owner.post(path(name, other, link.pk)).status_code == 404


def test_a_guest_makes_no_links(db: None) -> None:
    guest = User.objects.create_guest()
    design = make_design(guest)
    client = signed_in(guest)
    answer = client.post(path("link_make", design), LIVE_LINK | {"name": str(uuid4())}, follow=True)
    assert "Sign up first" in words(answer.content)
    assert not ShareLink.objects.exists()
