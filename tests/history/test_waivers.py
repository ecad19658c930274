"""What was set aside, and taken back, is part of the history."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.state import state_of
from mlsd_app.designs.waivers_saving import Shown, set_aside, take_back
from tests.factories import answer, make_design, make_user
from tests.history.writing import later, write

pytestmark = pytest.mark.django_db

LATENCY = "framing.latency-not-stated"
REASON = "The deadline is the player's."


@pytest.fixture
def author() -> User:
    return make_user("Jonas Berg")


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"timeliness": "online", "decision": "Rank the feed."})


@pytest.fixture
def desk(client: Client, author: User) -> Client:
    client.force_login(author)
    return client


def aside(design: Design, user: User) -> str:
    """Set aside that there is no limit of latency; the name of the waiver."""
    found = state_of(design.contents()).verdicts
    fingerprint = next(one.fingerprint for one in found if one.check == LATENCY)
    return set_aside(design.pk, user, Shown(fingerprint), REASON).after.waivers[-1].name


def page(desk: Client, design: Design, **query: str) -> str:
    response = desk.get(reverse("history:history", args=[design.pk]), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def bring_back(desk: Client, design: Design, number: int) -> str:
    """Bring back a whole revision; what is said about it."""
    url = reverse("history:revision_bring_back", args=[design.pk, number])
    response = desk.post(url, {"scope": ""}, follow=True)
    return " ".join(response.content.decode().split())


def test_what_was_set_aside_since_is_listed_with_its_reason_and_author(
    desk: Client, design: Design, author: User
) -> None:
    aside(design, author)
    said = page(desk, design)
    assert "1 finding set aside" in said
    assert "Set aside by Jonas Berg" in said
    assert "The deadline is the player" in said
    assert "What was set aside does, as listed beside." in said


def test_what_was_taken_back_since_is_listed(desk: Client, design: Design, author: User) -> None:
    name = aside(design, author)
    write(design, author, "framing.decision", "Rank it.")
    later(design)
    take_back(design.pk, author, name)
    assert Revision.objects.filter(design=design).count() == 2
    said = page(desk, design, **{"from": "2", "to": "now"})
    assert "1 finding no longer set aside" in said
    assert "No longer set aside." in said
    forth_and_back = page(desk, design, **{"from": "1", "to": "now"})
    assert "set aside" not in forth_and_back.split("What follows from it")[1]


def test_bringing_a_revision_back_says_that_what_is_set_aside_stays(
    desk: Client, design: Design, author: User
) -> None:
    write(design, author, "framing.decision", "Rank it.")
    aside(design, author)
    assert "What is set aside now stays set aside" in page(desk, design)
    said = bring_back(desk, design, 1)
    assert "Only answers come back: findings that are set aside stay so" in said
    assert answer(design, "framing.decision") == "Rank the feed."
    design.refresh_from_db()
    assert [one.reason for one in design.given_waivers()] == [REASON]


def test_nothing_is_said_of_it_where_nothing_was_set_aside(
    desk: Client, design: Design, author: User
) -> None:
    write(design, author, "framing.decision", "Rank it.")
    assert "set aside" not in page(desk, design).split("What follows from it")[1]
    assert "Only answers come back" not in bring_back(desk, design, 1)
