"""Numbers are cited while writing: found by name, shown with their value, kept up to date."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    PHONE,
    Contexts,
    SignIn,
    assert_accessible,
    control,
    notes,
    open_stage,
    saving,
    says,
    settled,
)
from tests.factories import answer, make_design, rows

REASON = "serving.mode_reason"
THIN = "\u202f"


@pytest.fixture
def design(author: User) -> Design:
    return make_design(
        author,
        framing={"peak_qps": 20_000},
        serving={
            "mode_reason": "It takes",
            "components": [
                {"id": "gateway", "p99_ms": 5, "critical": True},
                {"id": "ranker", "p99_ms": 25, "critical": True},
            ],
        },
    )


def offered(page: Page) -> Locator:
    """The numbers that the list shows."""
    return page.get_by_role("listbox", name="Numbers to cite").get_by_role("option")


def open_ranker(page: Page) -> None:
    page.locator("#t-serving-components").get_by_role("link", name="ranker").click()


def test_a_number_is_cited_with_the_keyboard_and_stays_live(desk: Page, design: Design) -> None:
    open_stage(desk, design, "serving")
    text = control(desk, REASON)
    text.focus()
    desk.keyboard.press("Control+End")
    desk.keyboard.type(" [[path")
    expect(offered(desk).first).to_have_attribute("aria-selected", "true")
    expect(offered(desk).first).to_contain_text("serving.path_p99")
    expect(offered(desk).first).to_contain_text(f"30{THIN}ms")
    expect(text).to_have_attribute("aria-controls", "numbers")
    chosen = offered(desk).first.get_attribute("id") or ""
    expect(text).to_have_attribute("aria-activedescendant", chosen)
    settled(desk)
    assert_accessible(desk)
    with saving(desk, REASON):
        desk.keyboard.press("Enter")
    expect(text).to_have_value("It takes [[serving.path_p99]]")
    expect(text).to_be_focused()
    expect(offered(desk).first).to_be_hidden()
    expect(says(desk, REASON)).to_have_text(f"serving.path_p99 = 30{THIN}ms")
    # Another number, and what is said below the text follows.
    ranker = rows(design, "serving.components")[1]["row"]
    open_ranker(desk)
    with saving(desk, "p99_ms"):
        control(desk, f"serving.components/{ranker}.p99_ms").fill("35")
    expect(says(desk, REASON)).to_have_text(f"serving.path_p99 = 40{THIN}ms")
    # Another id, and so does the text.
    with saving(desk, "mode_reason"):
        text.fill("It takes [[serving.components/ranker.p99_ms]]")
    with saving(desk, ".id"):
        control(desk, f"serving.components/{ranker}.id").fill("scorer")
    expect(text).to_have_value("It takes [[serving.components/scorer.p99_ms]]")
    with saving(desk, "mode_reason"):
        text.fill("It takes [[serving.components/scorer.p99_ms]].")
    assert answer(design, REASON) == "It takes [[serving.components/scorer.p99_ms]]."


def test_the_list_is_walked_filtered_and_closed(desk: Page, design: Design) -> None:
    open_stage(desk, design, "serving")
    text = control(desk, REASON)
    text.focus()
    desk.keyboard.press("Control+End")
    desk.keyboard.type(" [[")
    expect(offered(desk).nth(1)).to_be_visible()
    everything = offered(desk).count()
    first, second = (offered(desk).nth(place).get_attribute("id") or "" for place in (0, 1))
    desk.keyboard.press("ArrowDown")
    expect(text).to_have_attribute("aria-activedescendant", second)
    desk.keyboard.press("ArrowUp")
    expect(text).to_have_attribute("aria-activedescendant", first)
    desk.keyboard.type("ranker")
    expect(offered(desk).filter(has_not_text="ranker")).to_have_count(0)
    assert 0 < offered(desk).count() < everything
    desk.keyboard.type("zzz")
    expect(desk.get_by_text("No number is called so.").first).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#picker")).to_be_hidden()
    expect(text).to_be_focused()
    # Closed is closed: writing on does not open it again.
    desk.keyboard.type("y")
    expect(desk.locator("#picker")).to_be_hidden()
    with saving(desk, REASON):
        desk.keyboard.type("]]")
    expect(notes(desk, "serving.mode")).to_contain_text(["rankerzzzy"])


def test_a_name_that_leads_nowhere_is_an_error_until_it_is_corrected(
    desk: Page, design: Design
) -> None:
    open_stage(desk, design, "serving")
    text = control(desk, REASON)
    with saving(desk, REASON):
        text.fill("It takes [[serving.path_p9]]")
    expect(says(desk, REASON)).to_contain_text("leads to no number of this design")
    finding = notes(desk, "serving.mode").filter(has_text="the nearest is “serving.path_p99”")
    expect(finding).to_have_count(1)
    with saving(desk, REASON):
        text.fill("It takes [[serving.path_p99]]")
    expect(finding).to_have_count(0)
    expect(says(desk, REASON)).to_have_text(f"serving.path_p99 = 30{THIN}ms")


@pytest.mark.parametrize("width", [None, PHONE])
def test_a_button_below_the_text_cites_too(desk: Page, design: Design, width: int | None) -> None:
    if width:
        desk.set_viewport_size({"width": width, "height": 800})
    open_stage(desk, design, "serving")
    text = control(desk, REASON)
    text.click()
    desk.keyboard.press("Control+End")
    field = desk.locator("#c-serving-mode_reason")
    field.get_by_role("link", name="Cite a number").click()
    expect(text).to_have_value("It takes [[")
    ranker = offered(desk).filter(has_text="serving.components/ranker.p99_ms")
    with saving(desk, REASON):
        ranker.click()
    expect(text).to_have_value("It takes [[serving.components/ranker.p99_ms]]")
    field.get_by_role("button", name="Preview").click()
    expect(field.locator(".preview .cite")).to_have_text(f"25{THIN}ms")
    settled(desk)
    assert_accessible(desk)


def test_a_cell_of_a_row_cites_too(desk: Page, design: Design) -> None:
    open_stage(desk, design, "serving")
    ranker = rows(design, "serving.components")[1]["row"]
    open_ranker(desk)
    cell = control(desk, f"serving.components/{ranker}.fallback")
    cell.fill("popular within [[path_")
    expect(offered(desk)).to_have_count(1)
    with saving(desk, "fallback"):
        desk.keyboard.press("Tab")
    expect(cell).to_have_value("popular within [[serving.path_p99]]")
    expect(says(desk, f"serving.components/{ranker}.fallback")).to_contain_text(f"30{THIN}ms")


def test_without_javascript_the_names_are_on_a_page_of_their_own(
    new_context: Contexts, author: User, sign_in: SignIn, design: Design
) -> None:
    context = new_context(java_script_enabled=False)
    sign_in(context, author)
    page = context.new_page()
    open_stage(page, design, "serving")
    page.locator("#c-serving-mode_reason").get_by_role("link", name="Cite a number").click()
    expect(page).to_have_url(re.compile("/numbers/$"))
    line = page.get_by_role("row").filter(has_text="[[serving.path_p99]]")
    expect(line).to_contain_text(f"30{THIN}ms")


def test_the_page_of_names_is_accessible(desk: Page, design: Design) -> None:
    for width in (1440, PHONE):
        desk.set_viewport_size({"width": width, "height": 800})
        desk.goto(f"/designs/{design.pk}/numbers/")
        assert_accessible(desk)
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
