"""The page about sharing, the log, and what each page shows to whom."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.sharing.giving import give
from mlsd_app.sharing.models import Event
from mlsd_app.sharing.record import note
from tests.factories import make_user
from tests.sharing.conftest import come, make_link, path, read, signed_in, words


def test_a_reader_sees_their_role_and_who_owns_it(
    ada: User, owner: Client, design: Design, mira: User
) -> None:
    give(design, mira, Role.READER, by=ada)
    give(design, make_user("Tom Brandt"), Role.EDITOR, by=ada)
    make_link(owner, design, label="Panel")
    page = words(signed_in(mira).get(path("sharing", design)).content)
    assert "Reader You may read this design. Ada Nowak owns it." in page
    assert "Leave this design" in page
    for hidden in ("Tom Brandt", "Panel", "Access log", "Invite"):
        assert hidden not in page


def test_an_editor_sees_who_has_access(
    ada: User, owner: Client, design: Design, mira: User
) -> None:
    give(design, mira, Role.EDITOR, by=ada)
    give(design, make_user("Tom Brandt"), Role.READER, by=ada)
    make_link(owner, design, label="Panel")
    page = words(signed_in(mira).get(path("sharing", design)).content)
    assert "Tom Brandt Reader" in page
    for hidden in ("Panel", "Access log", "Invite", "Remove"):
        assert hidden not in page


def test_the_header_says_as_what_one_is_here(ada: User, design: Design, mira: User) -> None:
    give(design, mira, Role.READER, by=ada)
    page = signed_in(mira).get(reverse("designs:design_read", args=[design.pk]))
    chip = re.search(r'<a class="tag tag--accent role".*?</a>', page.content.decode(), re.DOTALL)
    assert chip
    assert "#eye" in chip[0]
    assert "Reader" in words(chip[0].encode())


def test_who_looked_stands_in_the_log_once_a_day(
    ada: User, owner: Client, design: Design, mira: User, mentor: Client
) -> None:
    give(design, mira, Role.COMMENTER, by=ada)
    for _ in range(2):
        read(mentor, design)
        read(owner, design)
    looks = Event.objects.filter(kind=Event.Kind.READ)
    assert [str(one) for one in looks] == ["Mira Okafor opened it"]
    page = words(owner.get(path("sharing", design)).content)
    assert f"Last here on {timezone.now():%-d %B %Y}." in page


def test_a_request_that_is_refused_is_no_look(
    ada: User, design: Design, mira: User, mentor: Client
) -> None:
    give(design, mira, Role.READER, by=ada)
    mentor.get(path("access_log", design))
    mentor.get(reverse("exports:export_list", args=[design.pk]) + "x/")
    assert not Event.objects.filter(kind=Event.Kind.READ).exists()


def test_the_log_shows_the_newest_first_in_pages(owner: Client, ada: User, design: Design) -> None:
    for number in range(60):
        note(design, Event.Kind.CHANGED, ada, f"did thing {number:02}")
    Event.objects.filter(words="did thing 07").update(at=timezone.now() + timedelta(hours=1))
    first = words(owner.get(path("access_log", design)).content)
    assert first.index("did thing 07") < first.index("did thing 59") < first.index("did thing 58")
    assert "did thing 05" not in first
    assert "did thing 05" in words(owner.get(path("access_log", design) + "?page=2").content)
    for odd in ("0", "-1", "x", "9" * 40, "\x00"):
        assert owner.get(path("access_log", design), {"page": odd}).status_code == 200


def test_the_page_costs_the_same_for_many_people(ada: User, owner: Client, design: Design) -> None:
    def fill() -> None:
        for number in range(8):
            person = make_user(f"Person {number}")
            give(design, person, Role.READER, by=ada)
            Event.objects.create(design=design, kind="read", actor=person, words="opened it")
            make_link(owner, design)

    counted = []
    for _ in range(2):
        fill()
        with CaptureQueriesContext(connection) as found:
            owner.get(path("sharing", design))
        counted.append(len(found))
    assert counted[0] == counted[1]


@pytest.mark.parametrize("kind", ["reader", "mentor", "pinned"])
def test_nothing_on_a_page_leads_nowhere(
    ada: User, owner: Client, design: Design, mira: User, kind: str
) -> None:
    """Every link and every form on what they may open leads to something that they may open."""
    if kind == "pinned":
        client = come(make_link(owner, design, role="1", opens="now")[1], signed_in(mira))
        start = [reverse("history:revision_read", args=[design.pk, 1])]
    else:
        give(design, mira, {"reader": Role.READER, "mentor": Role.COMMENTER}[kind], by=ada)
        client = signed_in(mira)
        start = [reverse("designs:design_read", args=[design.pk])]
    seen, waiting = set(start), list(start)
    while waiting:
        where = waiting.pop()
        response = client.get(where)
        if response.status_code == 405:
            with transaction.atomic():  # what a form does is undone, and the next one is tried
                response = client.post(where)
                transaction.set_rollback(True)
            assert response.status_code not in (403, 404), where
            continue
        assert response.status_code in (200, 204, 302), (where, response.status_code)
        if response.status_code == 302:
            page, found = "", [response.headers["Location"]]
        elif response.headers["Content-Type"].startswith("text/html"):
            page = response.content.decode()
            found = re.findall(r'(?:href|action|hx-get)="(/designs/[^"#?]*)', page)
        else:
            continue
        new = {one.partition("#")[0] for one in found} - seen
        seen |= new
        waiting.extend(new)
    if kind != "pinned":
        assert len(seen) > 8
