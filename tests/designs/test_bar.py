"""The bar: what a design is held against decides which findings are shown, and says why."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.designs.state import state_of
from tests.factories import make_complete_design, make_design

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def listed(client: Client, design: Design) -> str:
    return words(client.get(reverse("designs:finding_list", args=[design.pk])).content.decode())


def opened(client: Client, design: Design, stage: str) -> str:
    return client.get(reverse("designs:stage_edit", args=[design.pk, stage])).content.decode()


def checks(design: Design) -> set[str]:
    return {one.check for one in state_of(design.contents()).open}


def aiming(owner: User, level: str, **general: str) -> Design:
    framing = {"timeliness": "online", "problem_statement": "Rank", "target": "Watched"}
    return make_design(owner, general={"target_level": level, **general}, framing=framing)


def test_a_lower_level_shows_less(author: User) -> None:
    low, high, unsaid = (checks(aiming(author, level)) for level in ("L3", "L6", ""))
    assert low < high == unsaid
    assert "framing.nothing-out-of-scope" in high - low


def test_rail_tally_and_list_count_alike(signed_in: Client, author: User) -> None:
    design = aiming(author, "L3")
    state = state_of(design.contents())
    errors = sum(one.severity == "error" and one.stage == "framing" for one in state.open)
    page = opened(signed_in, design, "framing")
    assert f"{errors} error" in words(page[page.index('id="tally"') :])
    assert f'<span class="count__n">{errors}</span>' in page[: page.index("</ol>")]
    assert design.overview["counts"] == state.overview()["counts"]
    hidden = [one for one in state.verdicts if not one.is_shown]
    found = listed(signed_in, design)
    assert f"Not shown at this bar ({len(hidden)})" in found
    for one in hidden:
        assert one.why in found
        assert f'data-finding="{one.fingerprint}"' not in page


def test_raising_the_level_shows_more_in_the_same_response(signed_in: Client, author: User) -> None:
    design = aiming(author, "L3")
    assert "framing.nothing-out-of-scope" not in opened(signed_in, design, "framing")
    edit = {"base": "0", "clock": "0", "general.target_level": "L6"}
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    page = signed_in.post(url, edit, headers=HTMX).content.decode()
    assert 'id="rail"' in page
    assert "framing.nothing-out-of-scope" in page


def test_the_head_of_a_page_names_the_level_as_people_do(signed_in: Client, author: User) -> None:
    page = words(opened(signed_in, aiming(author, "L6"), "framing"))
    assert "aiming at L6+" in page


def test_a_concept_softens_serving_and_monitoring(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    edit = {"base": 0, "framing.latency_slo_ms": "50", "general.project_stage": "concept"}
    signed_in.post(url, edit)
    counts = state_of(design.contents()).overview()["counts"]
    assert counts["error"] == counts["warning"] == 0
    page = opened(signed_in, design, "serving")
    assert 'class="finding finding--hint"' in page
    assert 'class="finding finding--error"' not in page
    assert "For a concept, Serving and Monitoring are only hinted at." in page


def test_a_team_is_not_asked_what_an_interview_asks(signed_in: Client, author: User) -> None:
    rows = [{"id": f"f{n}"} for n in range(3)]
    interview, team = (
        make_design(author, general={"mode": mode}, features={"rows": rows})
        for mode in ("interview", "team")
    )
    only = checks(interview) - checks(team)
    assert "general.nothing-asked" in only


@pytest.mark.parametrize(
    ("general", "said"),
    [
        ({}, "Held against: every level , any occasion , any stage of the project"),
        (
            {"target_level": "L5", "mode": "interview", "project_stage": "concept"},
            "Held against: L5 , Interview , Concept",
        ),
    ],
)
def test_the_list_says_what_it_holds_against_and_where_that_is_set(
    signed_in: Client, author: User, general: dict[str, str], said: str
) -> None:
    design = make_design(author, general=general)
    path = reverse("designs:finding_list", args=[design.pk])
    page = signed_in.get(path).content.decode()
    assert said in words(page)
    fields = re.findall(r'href="([^"]+)"', page[page.index('id="bar"') :])[:3]
    assert len(fields) == 3
    for link in fields:
        stage, _, anchor = link.partition("#")
        assert f'id="{anchor}"' in signed_in.get(stage).content.decode()


def test_each_finding_says_why_it_is_shown(signed_in: Client, author: User) -> None:
    page = words(opened(signed_in, aiming(author, "L5"), "framing"))
    assert "Expected from L5 on; the level aimed at is L5." in page
    assert "Expected at every level." in page
