"""Following the chain of a design: by pointing, with keys alone, and on a phone."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    PHONE,
    Contexts,
    SignIn,
    arrived,
    assert_accessible,
    control,
    open_stage,
    saving,
)
from tests.factories import make_complete_design, make_design, rows


def box(page: Page, name: str) -> Locator:
    return page.locator(f'a.trace__node[aria-label^="{name},"]')


def marked(page: Page) -> set[str]:
    """The first words of the boxes that stand out."""
    labels = page.locator("a.trace__node.is-on").evaluate_all(
        "boxes => boxes.map((box) => box.getAttribute('aria-label').split(',')[0])"
    )
    return set(labels)


def test_pointing_at_a_box_shows_its_chain(
    desk: Page, author: User, examples: list[Design]
) -> None:
    desk.goto(reverse("designs:chain_read", args=[make_complete_design(author).pk]))
    figure = desk.locator("[data-trace]")
    expect(figure).not_to_have_attribute("data-follows", "")
    box(desk, "watch_min").hover()
    expect(figure).to_have_attribute("data-follows", "")
    found = marked(desk)
    assert {"watch_min", "ndcg_20", "m_watch", "m_ndcg", "mt_dnn"} <= found
    assert not {"g_latency", "m_latency", "rerank_policy"} & found
    desk.mouse.move(0, 0)
    expect(figure).not_to_have_attribute("data-follows", "")
    assert marked(desk) == set()


def test_the_chain_is_followed_with_keys_into_the_editor(
    desk: Page, author: User, examples: list[Design]
) -> None:
    design = make_complete_design(author)
    open_stage(desk, design)
    desk.keyboard.press("t")
    arrived(desk, "/chain/$")
    box(desk, "ndcg_20").focus()
    for _ in range(3):  # the metrics that stand in for it follow it
        desk.keyboard.press("Tab")
    label = desk.evaluate("document.activeElement.getAttribute('aria-label')")
    assert "stands in for" in label
    assert {"watch_min", "ndcg_20"} <= marked(desk)
    drawn = desk.evaluate(
        "getComputedStyle(document.activeElement.querySelector('rect')).strokeWidth"
    )
    assert float(drawn.removesuffix("px")) > 2

    box(desk, "m_watch").focus()
    assert "g_latency" not in marked(desk)
    desk.keyboard.press("Enter")
    monitor = next(one for one in rows(design, "monitoring.monitors") if one["id"] == "m_watch")
    arrived(desk, "/monitoring/")
    expect(control(desk, f"monitoring.monitors/{monitor['row']}.id")).to_have_value("m_watch")


def test_a_hole_leads_to_its_field_and_is_gone_when_filled(desk: Page, author: User) -> None:
    design = make_design(
        author,
        framing={"business_kpi": "Weekly active people"},
        model={"candidates": [{"id": "rules"}, {"id": "trees"}]},
    )
    url = reverse("designs:chain_read", args=[design.pk])
    desk.goto(url)
    hole = desk.get_by_role("link", name="Missing: No model is chosen.")
    assert_accessible(desk)
    hole.click()
    arrived(desk, "/model/#q-model-chosen$")
    with saving(desk, "model.chosen"):
        control(desk, "model.chosen").select_option("trees")
        desk.keyboard.press("Tab")
    desk.goto(url)
    expect(box(desk, "trees")).to_be_visible()
    expect(hole).to_have_count(0)


def test_a_phone_shows_the_chain_as_a_list(
    new_context: Contexts, author: User, sign_in: SignIn, examples: list[Design]
) -> None:
    design = make_complete_design(author)
    context = new_context(viewport={"width": PHONE, "height": 844}, is_mobile=True, has_touch=True)
    sign_in(context, author)
    page = context.new_page()
    open_stage(page, design)
    page.get_by_role("button", name="More").tap()
    page.get_by_role("navigation", name="More").get_by_role("link", name="Chain").tap()
    arrived(page, "/chain/$")
    expect(page.locator("[data-trace]")).to_be_hidden()
    steps = page.locator(".steps__step > h3")
    expect(steps).to_have_text(
        [
            "Objective",
            "Metrics",
            "Labels and sources",
            "Features",
            "Models",
            "Components",
            "Monitors",
        ]
    )
    page.get_by_role("main").get_by_role("link", name="mt_dnn", exact=True).tap()
    arrived(page, "/model/")
    assert_accessible(page)
