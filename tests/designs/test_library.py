"""The list of designs, a new one in its three ways, and the bin."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.examples import load_examples
from mlsd_app.designs.models import Design
from tests.factories import answer, make_complete_design, make_design, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("designs:design_list")
NEW = reverse("designs:design_new")


def upload(text: str | bytes, name: str = "design.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())


# -- The list -------------------------------------------------------------------------------------


def test_the_list_shows_own_designs_only(signed_in: Client, author: User) -> None:
    make_design(author, general={"title": "Mine"})
    make_design(make_user(), general={"title": "Theirs"})
    page = signed_in.get(LIST).content.decode()
    assert "Mine" in page
    assert "Theirs" not in page


def test_the_list_shows_progress_and_counts(signed_in: Client, author: User) -> None:
    make_complete_design(author)
    page = signed_in.get(LIST).content.decode()
    assert "100 % complete" in page
    assert "no errors" in page


def test_the_counts_follow_a_save(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    signed_in.post(url, {"base": 0, "framing.peak_qps": "5"})
    assert "1 error" in signed_in.get(LIST).content.decode()


def test_designs_are_found_by_words_of_the_title(signed_in: Client, author: User) -> None:
    make_design(author, general={"title": "Feed ranking"})
    make_design(author, general={"title": "Fraud"})
    page = signed_in.get(LIST, {"q": "RANK"}).content.decode()
    assert "Feed ranking" in page
    assert "Fraud" not in page
    assert "No design has" in signed_in.get(LIST, {"q": "<b>zebra"}).content.decode()


def test_the_list_costs_the_same_for_any_number(
    signed_in: Client, author: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(12):
        make_design(author)
    with django_assert_max_num_queries(7):
        signed_in.get(LIST)


def test_a_deleted_design_can_be_put_back_as_it_was(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"decision": "Block"})
    signed_in.post(reverse("designs:design_delete", args=[design.pk]))
    page = signed_in.get(LIST).content.decode()
    assert "Put it back" in page
    signed_in.post(reverse("designs:design_put_back", args=[design.pk]))
    assert answer(Design.objects.visible_to(author).get(), "framing.decision") == "Block"


# -- A new one ------------------------------------------------------------------------------------


def test_a_title_is_enough(signed_in: Client, author: User) -> None:
    response = signed_in.post(NEW, {"title": "Delivery time", "start": "empty"})
    design = Design.objects.get(owner=author)
    assert response["Location"] == design.get_absolute_url()
    assert design.title == "Delivery time"


def test_what_is_said_when_creating_is_stored_where_it_belongs(
    signed_in: Client, author: User
) -> None:
    said = {
        "title": "Delivery time",
        "start": "empty",
        "mode": "team",
        "category": "forecasting",
        "target_level": "L6",
        "project_stage": "pilot",
        "company_variant": "startup",
    }
    signed_in.post(NEW, said)
    design = Design.objects.get(owner=author)
    assert answer(design, "framing.category") == "forecasting"
    assert {field: answer(design, f"general.{field}") for field in ("mode", "target_level")} == {
        "mode": "team",
        "target_level": "L6",
    }
    assert answer(design, "general.project_stage") == "pilot"
    assert answer(design, "general.company_variant") == "startup"


def test_from_a_worked_example_with_another_title(signed_in: Client, author: User) -> None:
    load_examples()
    example = Design.objects.examples().get(example="fraud")
    signed_in.post(NEW, {"title": "Ours", "start": "example", "example": example.pk})
    design = Design.objects.get(owner=author)
    assert design.title == "Ours"
    assert answer(design, "model.chosen") == "gbdt"
    assert answer(design, "data.sources")[0]["row"] != answer(example, "data.sources")[0]["row"]


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_file_that_was_downloaded_comes_back_the_same(
    signed_in: Client, author: User, form: str
) -> None:
    design = make_complete_design(author)
    url = reverse("designs:design_download", args=[design.pk, form])
    first = signed_in.get(url).content
    signed_in.post(NEW, {"start": "file", "file": upload(first, f"design.{form}")})
    copy = Design.objects.filter(owner=author).exclude(pk=design.pk).get()
    again = signed_in.get(reverse("designs:design_download", args=[copy.pk, form])).content
    assert again == first


def test_waivers_of_a_file_come_back_with_it(signed_in: Client, author: User) -> None:
    text = (
        "general: {title: T}\n"
        "waivers:\n- {check: framing.E001, reason: told by the owner, by: Ada, on: '2026-11-20'}\n"
    )
    signed_in.post(NEW, {"start": "file", "file": upload(text)})
    design = Design.objects.get(owner=author)
    again = signed_in.get(reverse("designs:design_download", args=[design.pk, "yaml"]))
    assert "told by the owner" in again.content.decode()
    page = signed_in.get(reverse("designs:finding_list", args=[design.pk])).content.decode()
    assert "told by the owner" in page


def test_the_published_examples_can_be_uploaded_as_they_are(
    signed_in: Client, author: User
) -> None:
    text = (Path(__file__).parents[2] / "fixtures" / "fraud.yaml").read_bytes()
    signed_in.post(NEW, {"start": "file", "file": upload(text)})
    assert Design.objects.get(owner=author).overview["counts"]["error"] == 0


# -- Bad input ------------------------------------------------------------------------------------

BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- just\n- a list\n", "design"),
        ("framing: {colour: blue}\n", "colour"),
        ("framing: {latency_slo_ms: fast}\n", "Latency limit"),
        ("framing: {availability_slo_pct: 250}\n", "Availability"),
        ("framing: {timeliness: sometimes}\n", "Online"),
        ("framing: [unclosed\n", "Line 2"),
        (BOMB, "alias"),
        (b"\x00\x01\x02", "text"),
        (b"\xff\xfe\xff", "UTF-8"),
        (json.dumps({"framing": {"decision": "x" * 30_000}}), "20"),
        ("x" * 1_200_000, "1 MB"),
    ],
)
def test_a_file_that_is_no_design_says_why_and_creates_nothing(
    signed_in: Client, author: User, text: str | bytes, said: str
) -> None:
    response = signed_in.post(NEW, {"title": "T", "start": "file", "file": upload(text)})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Design.objects.filter(owner=author).exists()


def test_a_huge_upload_is_refused_without_being_read(signed_in: Client, author: User) -> None:
    response = signed_in.post(NEW, {"start": "file", "file": upload(b"a" * 50_000_000)})
    assert response.status_code == 422
    assert "50.0 MB" in response.content.decode()
    assert not Design.objects.filter(owner=author).exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"start": "empty"}, "Say in a few words"),
        ({"start": "example"}, "Choose the example"),
        ({"start": "file"}, "Choose the file"),
        ({"start": "empty", "title": "T", "mode": "party"}, "party"),
    ],
)
def test_an_incomplete_form_says_what_is_missing(
    signed_in: Client, author: User, fields: dict[str, str], said: str
) -> None:
    response = signed_in.post(NEW, fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Design.objects.filter(owner=author).exists()


def test_visitors_are_asked_to_sign_in(client: Client) -> None:
    for path in (LIST, NEW):
        assert client.get(path)["Location"].startswith(reverse("account_login"))


def test_a_guests_designs_move_to_the_account_they_sign_in_to(client: Client, author: User) -> None:
    load_examples()
    client.post(reverse("designs:example_try"))
    guest = User.objects.get(is_guest=True)
    design = Design.objects.get(owner=guest)
    client.post(reverse("account_login"), {"login": author.email, "password": "correct horse"})
    design.refresh_from_db()
    assert design.owner == author


def test_deleted_rows_are_forgotten_after_a_month(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": "a"}, {"id": "b"}]})
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    for row in answer(design, "data.sources"):
        change = {"base": 0, "op": "delete", "table": "data.sources", "row": row["row"]}
        signed_in.post(url, change)
        design.deleted_rows.update(deleted_at=design.created_at - timedelta(days=31))
    assert design.deleted_rows.count() == 1
