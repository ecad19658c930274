"""What a visitor meets: the landing page, the worked examples, a copy to try."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.examples import load_examples
from mlsd_app.designs.models import Design
from tests.factories import answer

pytestmark = pytest.mark.django_db

HOME = reverse("designs:welcome")
TRY = reverse("designs:example_try")


@pytest.fixture(autouse=True)
def _examples() -> None:
    load_examples()


def test_the_landing_page_shows_a_design_being_checked(client: Client) -> None:
    page = client.get(HOME).content.decode()
    assert 'name="framing.peak_qps"' in page
    assert "Passed." in page
    changed = client.get(HOME, {"framing.peak_qps": "5 k/s"}).content.decode()
    assert "below the daily average" in changed


def test_the_demo_answers_htmx_with_itself_only(client: Client) -> None:
    said = client.get(HOME, {"data.split.gap_days": "0"}, headers={"HX-Request": "true"})
    page = said.content.decode()
    assert "<html" not in page
    assert "gap" in page.lower()


def test_a_number_the_demo_cannot_read_is_said(client: Client) -> None:
    page = client.get(HOME, {"framing.peak_qps": "many"}).content.decode()
    assert "many" in page
    assert "no number" in page


def test_trying_opens_an_editable_copy_at_once(client: Client) -> None:
    response = client.post(TRY)
    guest = User.objects.get(is_guest=True)
    design = Design.objects.get(owner=guest)
    assert response["Location"] == design.get_absolute_url()
    url = design.get_absolute_url()
    client.post(url, {"base": 0, "framing.decision": "Mine"})
    assert answer(design, "framing.decision") == "Mine"
    example = Design.objects.examples().get(example="video")
    assert answer(example, "framing.decision") != "Mine"


def test_trying_twice_keeps_one_guest_with_two_designs(client: Client) -> None:
    client.post(TRY)
    client.post(TRY, {"example": "fraud"})
    guest = User.objects.get(is_guest=True)
    assert Design.objects.filter(owner=guest).count() == 2


def test_signing_up_keeps_the_copy(client: Client) -> None:
    client.post(TRY)
    form = {"email": "new@example.org", "password1": "a long enough one", "name": "New"}
    client.post(reverse("account_signup"), form)
    user = User.objects.get(email="new@example.org")
    assert Design.objects.get().owner == user if Design.objects.count() == 1 else True
    assert Design.objects.filter(owner=user).count() == 1


def test_trying_is_a_post_and_an_unknown_example_is_not_found(client: Client) -> None:
    assert client.get(TRY).status_code == 405
    assert client.post(TRY, {"example": "nothing"}).status_code == 404
    assert client.get(reverse("designs:example_read", args=["nothing"])).status_code == 404
    assert User.objects.filter(is_guest=True).count() == 0


@pytest.mark.parametrize("name", ["video", "fraud"])
def test_a_worked_example_reads_as_a_document(client: Client, name: str) -> None:
    page = client.get(reverse("designs:example_read", args=[name])).content.decode()
    assert page.count("<h1") == 1
    for title in ("Framing", "Metrics", "Data", "Features", "Model", "Serving", "Monitoring"):
        assert f"{title}</h2>" in page or f"{title}<" in page
    assert "<svg" in page


def test_loading_examples_twice_keeps_one_of_each(client: Client) -> None:
    load_examples()
    assert Design.objects.examples().count() == 2
    for design in Design.objects.examples():
        assert design.overview["counts"] == {"error": 0, "warning": 0, "hint": 0}
        assert set(design.overview["percent"].values()) == {100}
