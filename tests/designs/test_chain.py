"""The page that follows the chain: boxes and holes that lead to their fields."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.examples import example_called, load_examples
from mlsd_app.designs.models import Design
from tests.factories import make_complete_design, make_design, make_user, rows

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert(1)</script>"><b onclick="y">'


def page_of(client: Client, design: Design) -> str:
    response = client.get(reverse("designs:chain_read", args=[design.pk]))
    assert response.status_code == 200
    return unescape(response.content.decode())


def test_a_box_leads_to_its_row_in_the_editor(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    page = page_of(signed_in, design)
    row = next(one for one in rows(design, "features.rows") if one["id"] == "user_recent_watches")
    url = f"/designs/{design.pk}/features/?row={row['row']}#q-features-rows"
    [box] = re.findall(r'<a class="trace__node"[^>]*aria-label="user_recent_watches[^>]*>', page)
    assert f'href="{url}"' in box
    assert signed_in.get(url).status_code == 200


def test_a_hole_leads_to_the_field_and_names_its_check(signed_in: Client, author: User) -> None:
    metric = {"id": "watch_min", "kind": "online", "proxy_for": "kpi"}
    design = make_design(
        author,
        framing={"business_kpi": "Weekly active people"},
        metrics={"rows": [metric]},
        monitoring={"monitors": [{"id": "m_latency"}]},
    )
    page = page_of(signed_in, design)
    says = "The online metric watch_min has no monitor."
    hole = rf'<a class="trace__node trace__node--hole"[^>]*aria-label="Missing: {says}"[^>]*>'
    [box] = re.findall(hole, page)
    assert f'href="/designs/{design.pk}/monitoring/#q-monitoring-monitors"' in box
    listed = page.partition('id="holes"')[2]
    assert says in listed
    assert reverse("designs:check_detail", args=["monitoring.online-metric-not-watched"]) in listed


def test_filling_the_hole_removes_it(signed_in: Client, author: User) -> None:
    metric = {"id": "watch_min", "kind": "online", "proxy_for": "kpi"}
    monitor = {"id": "m_watch", "kind": "online_metric", "watches": "watch_min"}
    design = make_design(author, metrics={"rows": [metric]}, monitoring={"monitors": [monitor]})
    page = page_of(signed_in, design)
    assert "watch_min has no monitor" not in page
    assert "is watched by m_watch" in page


def test_the_chain_is_told_in_words(signed_in: Client, author: User) -> None:
    page = page_of(signed_in, make_complete_design(author)).partition("In words")[2]
    words = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "31.0 → 31.5" in words
    assert "stands in for watch_min; is read on long_view_label" in words
    assert re.search(r"← watch_min ← ndcg_20 ← .*long_view_label ← playback_events", words)


def test_an_empty_design_says_where_to_begin(signed_in: Client, author: User) -> None:
    design = make_design(author)
    page = page_of(signed_in, design)
    assert "Nothing to follow yet." in page
    assert f"/designs/{design.pk}/framing/#q-framing-business_kpi" in page
    assert "data-trace" not in page


def test_forty_features_stay_readable(signed_in: Client, author: User) -> None:
    names = [f"count_{n}d" for n in range(40)]
    features = [{"id": name, "kind": "batch", "sources": ["log"]} for name in names]
    design = make_design(
        author,
        framing={"business_kpi": "Weekly active people"},
        data={"sources": [{"id": "log"}]},
        features={"rows": features},
    )
    page = page_of(signed_in, design)
    drawing, _, words = page.partition("In words")
    assert "40 features" in drawing
    assert "from log" in drawing
    assert all(name in words for name in names)


def test_names_of_rows_stay_text(signed_in: Client, author: User) -> None:
    design = make_design(
        author,
        framing={"business_kpi": HOSTILE, "business_objective": HOSTILE},
        features={"rows": [{"id": HOSTILE, "sources": [HOSTILE]}]},
    )
    response = signed_in.get(reverse("designs:chain_read", args=[design.pk]))
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "<b onclick" not in page
    assert 'style="' not in page


def test_a_long_design_asks_no_more_of_the_database(
    signed_in: Client, author: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    design = make_complete_design(author)
    with django_assert_max_num_queries(6):
        page_of(signed_in, design)


def test_the_rail_leads_to_it(signed_in: Client, author: User) -> None:
    design = make_design(author)
    url = reverse("designs:chain_read", args=[design.pk])
    stage = signed_in.get(reverse("designs:stage_edit", args=[design.pk, "data"])).content.decode()
    assert stage.count(f'href="{url}"') == 2  # in the rail, and in the menu of phones


def test_what_the_bar_does_not_ask_for_is_no_hole(signed_in: Client, author: User) -> None:
    says = "Training-serving skew is not measured."
    answers: dict[str, Any] = {
        "framing": {"business_kpi": "Weekly active people"},
        "features": {"rows": [{"id": "age", "kind": "batch"}]},
    }
    for level, is_missing in (("L6", True), ("L4", False)):
        design = make_design(author, general={"target_level": level}, **answers)
        assert (f"Missing: {says}" in page_of(signed_in, design)) == is_missing


@pytest.mark.parametrize("kind", ["visitor", "guest", "person"])
def test_everybody_may_follow_the_chain_of_an_example(client: Client, kind: str) -> None:
    if kind != "visitor":
        client.force_login(User.objects.create_guest() if kind == "guest" else make_user())
    load_examples()
    example = example_called("fraud")
    response = client.get(reverse("designs:example_chain", args=["fraud"]))
    page = response.content.decode()
    document = reverse("designs:example_read", args=["fraud"])
    led_to = set(re.findall(rf'href="{document}#([^"]+)"', page))
    shown = set(re.findall(r'id="([^"]+)"', client.get(document).content.decode()))
    assert response.status_code == 200
    assert len(led_to) > 40
    assert led_to <= shown
    assert f"/designs/{example.pk}/" not in page


def test_an_example_that_does_not_exist_has_no_chain(client: Client) -> None:
    assert client.get(reverse("designs:example_chain", args=["nothing"])).status_code == 404


def test_a_guest_follows_the_chain_of_the_own_design(client: Client) -> None:
    guest = User.objects.create_guest()
    client.force_login(guest)
    assert "data-trace" in page_of(client, make_complete_design(guest))
