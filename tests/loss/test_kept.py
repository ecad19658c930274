"""What is taken out stands in a revision, also when who takes it out has just written it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from tests.factories import answer, clock, make_design, make_user, rows

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"
SENTENCE = "Rank the feed of each reader by what they will watch next week."
SOURCES = "data.sources"


@pytest.fixture
def author() -> User:
    return make_user()


@pytest.fixture
def desk(client: Client, author: User) -> Client:
    client.force_login(author)
    return client


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, data={"sources": [{"id": "clicks"}]})


def post(desk: Client, design: Design, stage: str = "framing", **form: Any) -> Any:
    """What is answered to a form; Any: what the test client takes and gives."""
    url = reverse("designs:stage_edit", args=[design.pk, stage])
    return desk.post(url, {"base": clock(design)} | form)


def write(desk: Client, design: Design, address: str, text: str) -> None:
    stage = address.partition(".")[0]
    assert post(desk, design, stage, **{address: text}).status_code == 302


def kept(design: Design) -> str:
    """The words of all revisions."""
    found = Revision.objects.filter(design=design)
    return str([revision.answers() for revision in found])


def test_a_row_that_was_just_filled_in_is_kept_when_it_is_deleted(
    desk: Client, design: Design
) -> None:
    row = rows(design, SOURCES)[0]["row"]
    write(desk, design, f"{SOURCES}/{row}.owner", "the web team")
    assert "web team" not in kept(design)
    post(desk, design, "data", op="delete", table=SOURCES, row=row)
    assert "web team" in kept(design)


def test_a_row_that_was_just_pasted_is_kept_when_it_is_deleted(
    desk: Client, design: Design
) -> None:
    post(desk, design, "data", op="paste", table=SOURCES, paste="views")
    row = rows(design, SOURCES)[1]["row"]
    post(desk, design, "data", op="delete", table=SOURCES, row=row)
    assert "views" in kept(design)


def test_rows_that_a_revision_holds_already_are_deleted_without_another(
    desk: Client, author: User
) -> None:
    design = make_design(author, data={"sources": [{"id": name} for name in ("a", "b", "c")]})
    for row in rows(design, SOURCES):
        post(desk, design, "data", op="delete", table=SOURCES, row=row["row"])
    assert Revision.objects.filter(design=design).count() == 1


def test_a_text_that_is_cleared_or_replaced_is_kept(desk: Client, design: Design) -> None:
    write(desk, design, DECISION, SENTENCE)
    write(desk, design, DECISION, "")
    assert SENTENCE in kept(design)
    entries = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    write(desk, design, "framing.out_of_scope", "\n".join(entries))
    write(desk, design, "framing.out_of_scope", "none")
    assert all(entry in kept(design) for entry in entries)


def test_typing_makes_no_revision_however_often_it_is_saved(desk: Client, design: Design) -> None:
    for end in range(10, len(SENTENCE), 5):
        write(desk, design, DECISION, SENTENCE[:end])
    for end in range(len(SENTENCE), 10, -5):
        write(desk, design, DECISION, SENTENCE[:end])
    assert Revision.objects.filter(design=design).count() == 1  # how it began
    assert answer(design, DECISION)
