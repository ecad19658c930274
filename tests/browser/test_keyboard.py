"""Everything is reached with the keyboard alone, and one always sees where one is."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import arrived, assert_accessible, control, open_stage, saving
from tests.factories import answer, make_design

# A pill's circle is drawn by its label, a quantity's ring by the box around it.
SHOWS_FOCUS = """() => {
  const focused = document.activeElement;
  const drawn = focused.closest(".quantity__box") ??
    (focused.matches(".choice__one input") ? focused.nextElementSibling : focused);
  const style = getComputedStyle(drawn);
  return [focused.outerHTML.slice(0, 120), style.boxShadow !== "none"];
}"""


def tab_to(page: Page, aim: Locator) -> None:
    """Press Tab until ``aim`` has the focus."""
    for _ in range(100):
        page.keyboard.press("Tab")
        if aim.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"Tab never came to {aim}.")


def test_a_design_is_made_with_keys_alone(desk: Page, author: User) -> None:
    desk.goto("/designs/")
    tab_to(desk, desk.get_by_role("link", name="New design").first)
    desk.keyboard.press("Enter")
    tab_to(desk, desk.get_by_label("What is designed?"))
    desk.keyboard.type("Feed ranking")
    desk.keyboard.press("Tab")
    expect(desk.get_by_label("Empty")).to_be_focused()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Space")
    expect(desk.get_by_label("Interview")).to_be_checked()
    desk.keyboard.press("Enter")

    arrived(desk, "/framing/$")
    design = Design.objects.get()
    assert (design.title, design.owner) == ("Feed ranking", author)
    desk.keyboard.press("Tab")
    skip = desk.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Tab")
    assert desk.evaluate("document.activeElement.closest('main') !== null")

    kpi = control(desk, "framing.business_kpi")
    tab_to(desk, kpi)
    with saving(desk):
        desk.keyboard.type("Minutes watched")
        desk.keyboard.press("Control+Enter")
    expect(kpi).not_to_be_focused()
    assert answer(design, "framing.business_kpi") == "Minutes watched"


def test_the_focus_is_always_seen(desk: Page, author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    open_stage(desk, design)
    seen: list[str] = []
    while not seen or desk.evaluate("document.activeElement !== document.body"):
        desk.keyboard.press("Tab")
        where, is_shown = desk.evaluate(SHOWS_FOCUS)
        assert is_shown or where.startswith("<body"), where
        seen.append(where)
    assert len(seen) > 60


def test_keys_lead_through_a_design(desk: Page, author: User, examples: list[Design]) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    open_stage(desk, design)
    desk.keyboard.press("?")
    keys = desk.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    desk.keyboard.press("g")
    desk.keyboard.press("3")
    arrived(desk, "/data/$")
    findings = desk.locator("[data-finding]")
    opened = desk.locator("[data-finding][open]")
    desk.keyboard.press("n")
    expect(findings.first.locator("> summary")).to_be_focused()
    first = opened.inner_text()
    desk.keyboard.press("n")
    expect(opened).to_have_count(1)
    expect(opened).not_to_have_text(first, use_inner_text=True)
    desk.keyboard.press("p")
    expect(opened).to_have_text(first, use_inner_text=True)
    expect(opened).to_be_in_viewport()
    assert_accessible(desk)
    desk.keyboard.press("Escape")
    expect(opened).to_have_count(0)

    desk.keyboard.press("r")
    arrived(desk, "/read/$")
    desk.keyboard.press("f")
    arrived(desk, "/findings/$")
    desk.keyboard.press("g")
    desk.keyboard.press("0")
    arrived(desk, "/general/$")


def test_single_keys_type_in_text_and_can_be_turned_off(desk: Page, author: User) -> None:
    design = make_design(author)
    open_stage(desk, design)
    kpi = control(desk, "framing.business_kpi")
    kpi.focus()
    with saving(desk):
        desk.keyboard.type("r? n g3 f")
    expect(kpi).to_have_value("r? n g3 f")
    arrived(desk, "/framing/$")

    desk.keyboard.press("Control+Enter")
    desk.keyboard.press("?")
    desk.get_by_label("Single keys work outside text").uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("n")
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(desk.locator("[data-finding][open]")).to_have_count(0)
