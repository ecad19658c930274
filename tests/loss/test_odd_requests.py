"""Requests that no page makes, or that come late, twice or from elsewhere: answered in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import DeletedRow, Design, Revision
from tests.factories import answer, clock, make_design, make_user, rows

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"
LOAD = "framing.peak_qps"
KPI = "framing.business_kpi"
SOURCES = "data.sources"
HTMX = {"HX-Request": "true"}
UNKNOWN = "6a1f4e0c-2f0e-4b3a-9c0d-5d1f7a3b8e21"  # the name of no row


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
        framing={"decision": "Rank the feed", "peak_qps": 5000},
        data={"sources": [{"id": "clicks"}, {"id": "views"}]},
    )


def post(desk: Client, design: Design, stage: str = "framing", **form: Any) -> Any:
    """What is answered to a page's form; Any: what the test client takes and gives."""
    url = reverse("designs:stage_edit", args=[design.pk, stage])
    return desk.post(url, {"base": clock(design)} | form, headers=HTMX)


def press(desk: Client, design: Design, operation: str, row: str = "", **form: Any) -> Any:
    return post(desk, design, "data", op=operation, table=SOURCES, row=row, **form)


def said(response: Any) -> str:
    return " ".join(response.content.decode().split())


def called(design: Design) -> list[str]:
    """The ids of the sources."""
    return [str(row.get("id", "")) for row in rows(design, SOURCES)]


# -- A version that cannot be ---------------------------------------------------------------------


@pytest.mark.parametrize("ahead", ["1", "999", "9" * 300])
def test_a_version_from_the_future_replaces_nothing_and_shows_both(
    desk: Client, design: Design, ahead: str
) -> None:
    ahead = str(clock(design) + int(ahead))
    response = post(desk, design, base=ahead, **{LOAD: "70"})
    assert response.status_code == 409
    assert "70" in said(response)
    assert "5000" in said(response)
    assert answer(design, LOAD) == 5000
    again = post(desk, design, base=clock(design), settles=LOAD, **{LOAD: "70"})
    assert again.status_code == 200
    assert answer(design, LOAD) == 70


def test_words_from_a_version_of_the_future_still_merge(desk: Client, design: Design) -> None:
    words = {DECISION: "Rank the feed well", f"was:{DECISION}": "Rank the feed"}
    assert post(desk, design, base="999", **words).status_code == 200
    assert answer(design, DECISION) == "Rank the feed well"


@pytest.mark.parametrize("base", ["", "x", "1.5", "9" * 5000, "\x00"])
def test_a_version_that_is_no_number_is_refused_in_words(
    desk: Client, design: Design, base: str
) -> None:
    response = post(desk, design, base=base, **{LOAD: "70"})
    assert response.status_code == 400
    assert "Load the page again; what you typed stays in the browser." in said(response)
    assert answer(design, LOAD) == 5000


@pytest.mark.parametrize("known", ["9" * 5000, "-1", "x", "\u0663", "²"])
def test_a_page_that_knows_an_odd_clock_is_answered_all_the_same(
    desk: Client, design: Design, known: str
) -> None:
    response = post(desk, design, clock=known, **{LOAD: "70"})
    assert response.status_code == 200
    assert answer(design, LOAD) == 70


# -- Places that are not there --------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "framing.nothing",
        "nothing.decision",
        "framing.decision/x",
        "data.sources/x.nothing",
        "data.sources/\x00.owner",
        f"data.sources/{'x' * 65}.owner",
        "framing." + "x" * 500,
    ],
)
def test_an_address_that_does_not_exist_is_refused_in_words(
    desk: Client, design: Design, address: str
) -> None:
    before = clock(design)
    response = post(desk, design, **{address: "x", KPI: "Hours"})
    assert response.status_code == 400
    assert "Load the page again." in said(response)
    assert clock(design) == before


def test_what_was_typed_into_a_row_that_is_gone_is_given_back_with_the_row(
    desk: Client, design: Design
) -> None:
    row = rows(design, SOURCES)[0]["row"]
    press(desk, design, "delete", row)
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    form = {"base": clock(design), f"{SOURCES}/{row}.owner": "the web team", "open": row}
    answered = desk.post(url, form)
    assert answered.status_code == 422
    assert "Owner, not stored." in said(answered)
    assert "the web team" in said(answered)
    assert "clicks was deleted" in said(answered)
    assert f'value="{row}"' in said(answered)


def test_a_made_up_row_takes_no_answer_and_gives_what_was_typed_back(
    desk: Client, design: Design
) -> None:
    address = f"{SOURCES}/{uuid4()}.owner"
    response = post(desk, design, "data", **{address: "the web team"})
    assert response.status_code == 422
    assert "This row was deleted" in said(response)
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    plain = desk.post(url, {"base": clock(design), address: "the web team"})
    assert plain.status_code == 422
    assert "the web team" in said(plain)
    assert "This row was deleted" in said(plain)
    assert called(design) == ["clicks", "views"]


@pytest.mark.parametrize("operation", ["up", "down", "duplicate"])
def test_a_made_up_row_is_neither_moved_nor_copied_and_says_so(
    desk: Client, design: Design, operation: str
) -> None:
    response = press(desk, design, operation, str(uuid4()))
    assert response.status_code == 422
    assert "was deleted in another window" in said(response)
    assert called(design) == ["clicks", "views"]


@pytest.mark.parametrize("row", ["", "\x00", "x" * 5000, "../..", UNKNOWN])
def test_a_row_that_was_never_deleted_is_not_put_back(
    desk: Client, design: Design, row: str
) -> None:
    response = press(desk, design, "put-back", row)
    assert response.status_code == 400
    assert "cannot be put back" in said(response)
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    assert desk.get(url, {"removed": f"{SOURCES}/{row}", "row": row}).status_code == 200
    assert desk.get(url, {"removed": row, "taken-back": row}).status_code == 200


@pytest.mark.parametrize("row", ["\x00", "x" * 5000, "a b"])
def test_a_row_is_not_made_under_a_name_that_no_address_can_hold(
    desk: Client, design: Design, row: str
) -> None:
    assert press(desk, design, "add", new_row=row).status_code == 400
    assert called(design) == ["clicks", "views"]


def test_a_search_for_nothing_that_can_be_typed_finds_nothing(desk: Client) -> None:
    assert desk.get(reverse("designs:design_list"), {"q": "\x00"}).status_code == 200


# -- The same again -------------------------------------------------------------------------------


def test_rows_that_were_pasted_twice_by_one_request_are_there_once(
    desk: Client, design: Design
) -> None:
    for _ in range(2):
        response = press(desk, design, "paste", paste="likes\nshares", token="t1")
        assert response.status_code == 200
        assert "shares" in said(response)
    assert called(design) == ["clicks", "views", "likes", "shares"]
    press(desk, design, "paste", paste="likes\nshares", token="t2")
    assert len(called(design)) == 6


def test_a_move_that_came_twice_is_one_move(desk: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": name} for name in "abc"]})
    row = rows(design, SOURCES)[0]["row"]
    for _ in range(2):
        press(desk, design, "down", row, token="t1")
    assert called(design) == ["b", "a", "c"]


def test_a_copy_asked_for_twice_by_one_request_is_one(desk: Client, design: Design) -> None:
    for _ in range(2):
        press(desk, design, "duplicate", rows(design, SOURCES)[0]["row"], token="t1")
    assert called(design) == ["clicks", "clicks_2", "views"]


def test_an_old_request_to_add_a_row_does_not_bring_it_back(desk: Client, design: Design) -> None:
    new = {"new_row": str(uuid4()), "token": "t1"}
    press(desk, design, "add", **new)
    press(desk, design, "delete", new["new_row"], token="t2")
    response = press(desk, design, "add", **new)
    assert response.status_code == 200
    assert called(design) == ["clicks", "views"]


def test_a_deletion_that_came_twice_spares_the_row_that_was_put_back(
    desk: Client, design: Design
) -> None:
    row = rows(design, SOURCES)[0]["row"]
    press(desk, design, "delete", row, token="t1")
    press(desk, design, "put-back", row, token="t2")
    press(desk, design, "delete", row, token="t1")
    assert called(design) == ["clicks", "views"]
    assert DeletedRow.objects.filter(design=design).count() == 1


def test_what_was_refused_is_tried_again_under_the_same_token(desk: Client, design: Design) -> None:
    refused = press(desk, design, "paste", paste="x\ty\tz\tw\tv\tu\tt\ts\tr" * 5, token="t1")
    assert refused.status_code == 422
    press(desk, design, "paste", paste="likes", token="t1")
    assert called(design)[-1] == "likes"


def test_what_one_request_could_not_store_is_not_taken_for_stored_when_it_comes_again(
    desk: Client, design: Design
) -> None:
    """Two answers in one request: one is stored, one in conflict. The answer is lost."""
    form = {KPI: "Hours", f"was:{KPI}": ""}
    form |= {DECISION: "Block the spam", f"was:{DECISION}": "Rank the posts", "token": "t1"}
    assert post(desk, design, **form).status_code == 409
    assert post(desk, design, **form).status_code == 409
    assert answer(design, KPI) == "Hours"


def test_a_token_of_another_address_hides_nothing(desk: Client, design: Design) -> None:
    post(desk, design, **{KPI: "Hours", f"was:{KPI}": "", "token": "t1"})
    words = {DECISION: "Rank the whole feed", f"was:{DECISION}": "Rank the feed"}
    assert post(desk, design, **words, token="t1").status_code == 200
    assert answer(design, DECISION) == "Rank the whole feed"


@pytest.mark.parametrize("token", ["\x00", "#", ":", "x" * 5000, "framing.decision", "\u202e"])
def test_an_odd_token_is_a_token(desk: Client, design: Design, token: str) -> None:
    words = {DECISION: "Rank the whole feed", f"was:{DECISION}": "Rank the feed", "token": token}
    for _ in range(2):
        assert post(desk, design, **words).status_code == 200
    assert answer(design, DECISION) == "Rank the whole feed"
    assert press(desk, design, "add", token=token).status_code == 200
    assert len(called(design)) == 3


# -- A clock that is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-1, 1, 400])
def test_what_time_a_browser_thinks_it_is_changes_nothing(
    desk: Client, design: Design, days: int
) -> None:
    elsewhere = http_date((timezone.now() + timedelta(days=days)).timestamp())
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    headers = HTMX | {"Date": elsewhere, "If-Unmodified-Since": elsewhere}
    for number, text in enumerate(("Show ten", "Show nine")):
        form = {"base": clock(design), DECISION: text, "token": f"t{number}"}
        assert desk.post(url, form, headers=headers).status_code == 200
    assert answer(design, DECISION) == "Show nine"
    assert Revision.objects.filter(design=design).count() == 1
    page = desk.get(url, headers={"If-Modified-Since": elsewhere})
    assert page.status_code == 200
    assert "Show nine" in said(page)
