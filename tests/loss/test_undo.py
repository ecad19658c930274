"""What was deleted is put back for as long as that is promised."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import DeletedRow, Design
from mlsd_app.designs.state import state_of
from mlsd_app.designs.waivers_saving import Shown, set_aside, take_back
from tests.factories import clock, make_design, make_user, rows

pytestmark = pytest.mark.django_db

SOURCES = "data.sources"
ALMOST = timedelta(days=29, hours=23)  # of the thirty days


@pytest.fixture
def author() -> User:
    return make_user()


@pytest.fixture
def desk(client: Client, author: User) -> Client:
    client.force_login(author)
    return client


@pytest.fixture
def design(author: User) -> Design:
    return make_design(
        author,
        framing={"timeliness": "online", "problem_statement": "Rank"},
        data={"sources": [{"id": "clicks", "owner": "the web team"}, {"id": "views"}]},
    )


def press(desk: Client, design: Design, operation: str, row: str) -> int:
    form = {"base": clock(design), "op": operation, "table": SOURCES, "row": row}
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    return desk.post(url, form).status_code


@pytest.mark.parametrize("since", [timedelta(minutes=1), ALMOST])
def test_a_deleted_row_comes_back_whole_and_where_it_stood(
    desk: Client, design: Design, since: timedelta
) -> None:
    before = rows(design, SOURCES)
    press(desk, design, "delete", before[0]["row"])
    DeletedRow.objects.update(deleted_at=timezone.now() - since)
    press(desk, design, "delete", before[1]["row"])  # which throws away what is too old
    press(desk, design, "put-back", before[1]["row"])
    assert rows(design, SOURCES) == before[1:]
    press(desk, design, "put-back", before[0]["row"])
    assert rows(design, SOURCES) == before


def test_a_row_that_somebody_deleted_is_put_back_twice_over(desk: Client, design: Design) -> None:
    """Deleted, put back, deleted again: the newest of its states comes back."""
    row = rows(design, SOURCES)[0]["row"]
    press(desk, design, "delete", row)
    press(desk, design, "put-back", row)
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    desk.post(url, {"base": clock(design), f"{SOURCES}/{row}.owner": "nobody"})
    press(desk, design, "delete", row)
    press(desk, design, "put-back", row)
    assert rows(design, SOURCES)[0]["owner"] == "nobody"


def test_a_waiver_that_was_taken_back_is_put_back(
    desk: Client, design: Design, author: User
) -> None:
    found = state_of(design.contents()).verdicts
    finding = next(one for one in found if one.check == "framing.latency-not-stated")
    name = set_aside(design.pk, author, Shown(finding.fingerprint), "No.").after.waivers[0].name
    take_back(design.pk, author, name)
    design.refresh_from_db()
    (given,) = design.waivers
    given["taken_back"] = (timezone.now() - ALMOST).isoformat(timespec="seconds")
    design.save()
    url = reverse("designs:waiver_put_back", args=[design.pk, name])
    assert desk.post(url).status_code == 302
    design.refresh_from_db()
    assert [one.is_given for one in design.given_waivers()] == [True]


def test_a_deleted_design_is_put_back_however_many_were_deleted_since(
    desk: Client, author: User, design: Design
) -> None:
    desk.post(reverse("designs:design_delete", args=[design.pk]))
    Design.objects.filter(pk=design.pk).update(deleted_at=timezone.now() - ALMOST)
    for _ in range(25):
        make_design(author).delete_softly()
    url = reverse("designs:design_put_back", args=[design.pk])
    assert url in desk.get(reverse("designs:design_list")).content.decode()
    assert desk.post(url).status_code == 302
    design.refresh_from_db()
    assert design.deleted_at is None
