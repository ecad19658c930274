"""What the owner does about people: it holds with their next request, in pages already open too."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role, abilities
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports.asking import ask
from mlsd_app.exports.document import Options
from mlsd_app.sharing.giving import give
from tests.factories import make_design, make_user
from tests.sharing.conftest import (
    come,
    make_link,
    path,
    read,
    roles,
    said,
    signed_in,
    words,
)

HTMX = {"HX-Request": "true"}


@pytest.fixture
def shared(design: Design, mira: User, ada: User) -> Design:
    """The design, with Mira as its mentor, who has been there."""
    give(design, mira, Role.COMMENTER, by=ada)
    read(signed_in(mira), design)
    return design


def test_a_role_is_changed(owner: Client, shared: Design, mira: User, mentor: Client) -> None:
    stage = reverse("designs:stage_edit", args=[shared.pk, "framing"])
    assert mentor.get(stage).status_code == 302
    answer = said(owner, path("role_change", shared, mira.pk), role="3")
    assert "Mira Okafor is an editor now." in answer
    assert mentor.get(stage).status_code == 200
    said(owner, path("role_change", shared, mira.pk), role="1")
    assert mentor.get(stage).status_code == 302
    assert roles(shared) == {"Mira Okafor": Role.READER}


def test_removing_ends_everything_with_the_next_request(
    owner: Client, shared: Design, mira: User, mentor: Client
) -> None:
    export = ask(Revision.of(shared), mira, Options())
    open_to_her = [
        reverse("designs:design_read", args=[shared.pk]),
        reverse("designs:finding_list", args=[shared.pk]),
        reverse("designs:chain_read", args=[shared.pk]),
        reverse("designs:design_download", args=[shared.pk, "yaml"]),
        reverse("history:history", args=[shared.pk]),
        reverse("history:revision_read", args=[shared.pk, 1]),
        reverse("exports:export_list", args=[shared.pk]),
        reverse("exports:export_detail", args=[shared.pk, export.pk]),
        reverse("pulse:pulse", args=[shared.pk]) + "?since=0&talk=0",
        path("sharing", shared),
    ]
    seen = [mentor.get(one, headers=HTMX).status_code for one in open_to_her]
    assert set(seen) <= {200, 204}
    assert "Mira Okafor has no access any more." in said(
        owner, path("person_remove", shared, mira.pk)
    )
    assert {mentor.get(one, headers=HTMX).status_code for one in open_to_her} == {404}
    posted = mentor.post(reverse("exports:export_list", args=[shared.pk]), {"paper": "A4"})
    assert posted.status_code == 404


def test_removing_is_undone_with_all_that_was_there(
    owner: Client, shared: Design, mira: User, mentor: Client
) -> None:
    _, address = make_link(owner, shared, role="3")
    mentor.get(address)
    before = {(one.link_id, one.role, one.since_clock) for one in shared.grants.all()}
    page = owner.post(path("person_remove", shared, mira.pk), follow=True).content.decode()
    undo = re.search(r'name="undo" value="([^"]+)"', page)
    assert undo
    assert read(mentor, shared) == 404
    answer = said(owner, path("person_put_back", shared), undo=undo[1])
    assert "Mira Okafor has the access back." in answer
    assert {(one.link_id, one.role, one.since_clock) for one in shared.grants.all()} == before
    assert read(mentor, shared) == 200


def test_an_undo_of_another_design_or_made_up_does_nothing(
    owner: Client, ada: User, shared: Design, mira: User
) -> None:
    where = owner.post(path("person_remove", shared, mira.pk)).headers["Location"]
    undo = where.partition("undo=")[2].partition("#")[0]
    other = make_design(ada)
    for made_up in (undo, "", "a:b:c", "\x00"):
        answer = said(owner, path("person_put_back", other), undo=made_up)
        assert "This cannot be undone any more." in answer
        assert "has no access any more" not in words(
            owner.get(path("sharing", other), {"undo": made_up}).content
        )
    assert roles(other) == {}


def test_an_undo_gives_no_more_than_the_link_gives_by_now(owner: Client, design: Design) -> None:
    link, address = make_link(owner, design, role="3")
    guest = come(address, name="Gus")
    person = design.grants.get().user
    where = owner.post(path("person_remove", design, person.pk))["Location"]
    undo = where.partition("undo=")[2].partition("#")[0]
    owner.post(path("link_change", design, link.pk), {"role": "1", "lasts": "same"})
    said(owner, path("person_put_back", design), undo=unquote(undo))
    assert read(guest, design) == 200
    assert abilities(person, design).role == Role.READER


def test_changing_the_role_of_who_came_by_a_link_makes_the_access_their_own(
    owner: Client, design: Design
) -> None:
    link, address = make_link(owner, design)
    guest = come(address)
    person = User.objects.get(is_guest=True)
    said(owner, path("role_change", design, person.pk), role="1")
    said(owner, path("link_close", design, link.pk))
    assert read(guest, design) == 200
    assert roles(design) == {"Priya Raman": Role.READER}


def test_who_sees_one_state_gets_no_other_role(owner: Client, design: Design) -> None:
    _, address = make_link(owner, design, role="1", opens="now")
    come(address)
    person = User.objects.get(is_guest=True)
    assert owner.post(path("role_change", design, person.pk), {"role": "3"}).status_code == 404
    assert owner.post(path("person_remove", design, person.pk)).status_code == 302
    assert not design.grants.exists()


def test_leaving(owner: Client, shared: Design, mentor: Client) -> None:
    assert "You left “Feed”." in said(mentor, path("leave", shared))
    assert read(mentor, shared) == 404
    assert "Mira Okafor left the design" in words(owner.get(path("access_log", shared)).content)


def test_the_owner_cannot_leave(owner: Client, shared: Design) -> None:
    assert owner.post(path("leave", shared)).status_code == 404


def test_handing_over_leaves_the_old_owner_an_editor(
    owner: Client, shared: Design, mira: User, mentor: Client, ada: User
) -> None:
    answer = said(owner, path("hand_over", shared), person=str(mira.pk))
    assert "Mira Okafor owns the design now. You stay as an editor." in answer
    shared.refresh_from_db()
    assert shared.owner == mira
    assert roles(shared) == {"Ada Nowak": Role.EDITOR}
    assert owner.post(path("person_remove", shared, ada.pk)).status_code == 404
    assert owner.post(reverse("designs:design_delete", args=[shared.pk])).status_code == 404
    assert owner.get(reverse("designs:stage_edit", args=[shared.pk, "framing"])).status_code == 200
    assert "Ada Nowak Editor." in words(mentor.get(path("sharing", shared)).content)


@pytest.mark.parametrize("kind", ["guest", "stranger", "pinned"])
def test_who_has_no_account_or_no_access_cannot_own_it(
    owner: Client, ada: User, shared: Design, kind: str
) -> None:
    if kind == "guest":
        come(make_link(owner, shared)[1])
        person = User.objects.get(is_guest=True)
    else:
        person = make_user("Sam")
    if kind == "pinned":
        come(make_link(owner, shared, role="1", opens="now")[1], signed_in(person))
    owner.post(path("hand_over", shared), {"person": str(person.pk)})
    shared.refresh_from_db()
    assert shared.owner == ada


@pytest.mark.parametrize("person", ["", "-1", "x", "²", "9" * 30])
def test_nobody_is_not_the_new_owner(owner: Client, shared: Design, person: str) -> None:
    status = owner.post(path("hand_over", shared), {"person": person}).status_code
    assert status in (302, 404)
    shared.refresh_from_db()
    assert str(shared.owner) == "Ada Nowak"


@pytest.mark.parametrize("role", ["", "0", "4", "x", "1" * 50])
def test_a_role_that_does_not_exist_changes_nothing(
    owner: Client, shared: Design, mira: User, role: str
) -> None:
    said(owner, path("role_change", shared, mira.pk), role=role)
    assert roles(shared) == {"Mira Okafor": Role.COMMENTER}


def test_a_number_that_is_nobody_is_not_found(owner: Client, shared: Design) -> None:
    for number in (0, 2**31, 2**63, 10**40):
        for name in ("role_change", "person_remove"):
            assert owner.post(path(name, shared, number), {"role": "1"}).status_code == 404


def test_a_deleted_design_is_gone_for_all_and_comes_back_for_all(
    owner: Client, shared: Design, mentor: Client
) -> None:
    owner.post(reverse("designs:design_delete", args=[shared.pk]))
    assert read(mentor, shared) == 404
    assert owner.get(path("sharing", shared)).status_code == 404
    owner.post(reverse("designs:design_put_back", args=[shared.pk]))
    assert read(mentor, shared) == 200


def test_a_reader_sees_the_past_from_their_coming_on(
    owner: Client, ada: User, design: Design, mira: User, mentor: Client
) -> None:
    first = Revision.of(design)
    export = ask(first, ada, Options())
    stage = reverse("designs:stage_edit", args=[design.pk, "framing"])
    saved = owner.post(
        stage, {"base": "0", "framing.decision": "Which videos to show"}, headers=HTMX
    )
    design.refresh_from_db()
    assert design.clock == 1, saved.content
    give(design, mira, Role.READER, by=ada)
    second = Revision.of(design)
    read_revision = [
        mentor.get(reverse("history:revision_read", args=[design.pk, one.number])).status_code
        for one in (first, second)
    ]
    assert read_revision == [404, 200]
    listed = mentor.get(reverse("exports:export_list", args=[design.pk])).content.decode()
    assert str(export.pk) not in listed
    detail = reverse("exports:export_detail", args=[design.pk, export.pk])
    assert mentor.get(detail, headers=HTMX).status_code == 404
    asked = {"paper": "A4", "revision": str(first.number)}
    where = reverse("exports:export_list", args=[design.pk])
    assert mentor.post(where, asked).status_code == 404
