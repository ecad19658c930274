"""Who may open what: every route of a design, every kind of actor, every method."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.factories import make_complete_design, make_user, rows

pytestmark = pytest.mark.django_db

OWN = {"GET": 200, "POST": 405}
# For each route of a design: what its owner gets for GET and for POST (empty form).
ROUTES: dict[str, dict[str, int]] = {
    "designs:design_read": OWN,
    "designs:finding_list": OWN,
    "designs:chain_read": OWN,
    "designs:design_download": OWN,
    "designs:design_delete": {"GET": 405, "POST": 302},
    "designs:design_put_back": {"GET": 405, "POST": 404},
    "designs:what_if": OWN,
    "designs:number_list": OWN,
    "designs:text_preview": {"GET": 405, "POST": 200},
    "designs:answer_compare": OWN,
    "designs:stage_edit": {"GET": 200, "POST": 400},
    "designs:waiver_give": {"GET": 405, "POST": 422},
    "designs:waiver_renew": {"GET": 405, "POST": 422},
    "designs:waiver_take_back": {"GET": 405, "POST": 422},
    "designs:waiver_put_back": {"GET": 405, "POST": 422},
    "designs:row_edit": {"GET": 302, "POST": 405},
}
# Routes that name no design: what anybody gets.
OPEN_ROUTES = {
    "welcome",
    "example_try",
    "example_read",
    "example_chain",
    "check_list",
    "check_detail",
    "design_list",
    "design_new",
}


def path_of(name: str, design: Design) -> str:
    more = {
        "designs:design_download": ["yaml"],
        "designs:answer_compare": ["framing.decision"],
        "designs:stage_edit": ["framing"],
        "designs:waiver_renew": ["unknown"],
        "designs:waiver_take_back": ["unknown"],
        "designs:waiver_put_back": ["unknown"],
        "designs:row_edit": ["data", "sources", rows(design, "data.sources")[0]["row"]],
    }
    return reverse(name, args=[design.pk, *more.get(name, [])])


@pytest.fixture
def design() -> Design:
    return make_complete_design(make_user("Owner"))


def ask(actor: User | None, method: str, path: str) -> int:
    client = Client()
    if actor is not None:
        client.force_login(actor)
    return client.generic(method, path).status_code


def test_every_route_has_a_row_here() -> None:
    designs = next(
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace == "designs"
    )
    names = {str(one.name) for one in designs.url_patterns if isinstance(one, URLPattern)}
    assert names == {name.partition(":")[2] for name in ROUTES} | OPEN_ROUTES


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ROUTES)
def test_the_owner_may(design: Design, name: str, method: str) -> None:
    assert ask(design.owner, method, path_of(name, design)) == ROUTES[name][method]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("kind", ["stranger", "guest", "staff"])
def test_everybody_else_finds_nothing(design: Design, name: str, method: str, kind: str) -> None:
    actor = User.objects.create_guest() if kind == "guest" else make_user()
    if kind == "staff":
        actor.is_staff = actor.is_superuser = True
        actor.save()
    expected = 405 if ROUTES[name][method] == 405 else 404
    assert ask(actor, method, path_of(name, design)) == expected


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ROUTES)
def test_visitors_are_asked_to_sign_in(design: Design, name: str, method: str) -> None:
    client = Client()
    response = client.generic(method, path_of(name, design))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("name", ["designs:design_read", "designs:stage_edit"])
def test_a_deleted_design_is_gone_for_its_owner_too(design: Design, name: str) -> None:
    path = path_of(name, design)
    design.delete_softly()
    assert ask(design.owner, "GET", path) == 404


def test_an_example_cannot_be_edited_by_anybody(design: Design) -> None:
    example = Design.objects.examples().get(example="video")
    path = reverse("designs:stage_edit", args=[example.pk, "framing"])
    assert ask(design.owner, "GET", path) == 404
    assert ask(design.owner, "POST", path) == 404
    assert Client().get(reverse("designs:example_read", args=["video"])).status_code == 200
