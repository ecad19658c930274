"""Every page at every width, in light and in dark: reachable for everybody, and nothing jumps."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.stages.design import STAGES
from tests.browser.conftest import (
    MIDDLE,
    NARROWEST,
    PHONE,
    WIDE,
    Complaints,
    Contexts,
    SignIn,
    arrived,
    assert_accessible,
    control,
    open_stage,
    saving,
    settled,
)
from tests.factories import answer, make_complete_design, make_design, rows

CONTRAST = "color-contrast"
DEPENDS_ON_WIDTH = ("button-name", CONTRAST, "label", "link-name", "region", "target-size")

# Elements that reach over the right edge, although the page itself cannot be scrolled there.
CUT_OFF = """() => [...document.querySelectorAll("body *")].filter((element) => {
  const box = element.getBoundingClientRect();
  if (!box.width || box.right <= innerWidth + 1 || !element.checkVisibility()) return false;
  for (let around = element; around; around = around.parentElement) {
    const style = getComputedStyle(around);
    if (style.clipPath !== "none") return false;
    if (around !== element && /auto|scroll|hidden/.test(style.overflowX)) return false;
  }
  return true;
}).map((element) => element.outerHTML.slice(0, 120))"""

# Of the layout shift that Chromium reports: half of what a page shows moving by a line is twice as
# much, and a font that arrives late and is a hair wider is a hundredth of it.
A_LINE_MOVES = 0.005

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) window.shifts.push(shift.value);
}).observe({ type: "layout-shift", buffered: true });
"""


def assert_sound(page: Page, url: str, *, brief: bool = False, colours_of: str = "") -> None:
    """Accessible at a desk in light and dark and on a phone, and whole at every width.

    What is like a page that was looked at is looked at in ``brief``. Contrast is measured letter by
    letter, which takes seconds on a long page: there only of one part, ``colours_of``.
    """
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": WIDE, "height": 900})
    page.goto(url)
    assert_accessible(page, without=CONTRAST if brief else "")
    if colours_of:
        assert_accessible(page, CONTRAST, within=colours_of)
    page.emulate_media(color_scheme="dark")
    settled(page)
    if not brief or colours_of:
        assert_accessible(page, CONTRAST, within=colours_of)
    for width in (MIDDLE, PHONE, NARROWEST):
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)
        assert page.evaluate(CUT_OFF) == [], (url, width)
        if width == PHONE and not brief:
            assert_accessible(page, *DEPENDS_ON_WIDTH)


def test_pages_for_visitors_are_sound(
    page: Page, examples: list[Design], complaints: Complaints
) -> None:
    complaints.expect("404")
    for url in (
        "/",
        reverse("designs:check_detail", args=["framing.goal-no-better-than-today"]),
        reverse("account_login"),
        "/nowhere/",
    ):
        assert_sound(page, url)
    for form in ("account_signup", "account_reset_password"):
        assert_sound(page, reverse(form), brief=True)
    example = reverse("designs:example_read", args=["fraud"])
    assert_sound(page, example, brief=True, colours_of="#serving")
    assert_sound(page, reverse("designs:example_chain", args=["video"]))
    checks = reverse("designs:check_list")
    assert_sound(page, checks, brief=True, colours_of="#metrics")


def test_pages_of_a_complete_design_are_sound(
    desk: Page, author: User, examples: list[Design]
) -> None:
    design = make_complete_design(author)
    for stage in STAGES:
        url = reverse("designs:stage_edit", args=[design.pk, stage])
        assert_sound(desk, url, brief=stage != "serving")  # has one of everything
    monitor = rows(design, "monitoring.monitors")[0]["row"]
    stage = reverse("designs:stage_edit", args=[design.pk, "monitoring"])
    assert_sound(desk, f"{stage}?row={monitor}", brief=True, colours_of="[data-open-row]")
    assert_sound(desk, reverse("designs:design_read", args=[design.pk]), brief=True)
    assert_sound(desk, reverse("designs:chain_read", args=[design.pk]), brief=True)
    assert_sound(desk, reverse("designs:answer_compare", args=[design.pk, "framing.timeliness"]))
    assert_sound(desk, reverse("history:answer_history", args=[design.pk, "framing.decision"]))


def test_pages_of_an_empty_design_are_sound(desk: Page, author: User) -> None:
    design = make_design(author, general={"mode": "team"})
    for stage in ("framing", "data"):
        url = reverse("designs:stage_edit", args=[design.pk, stage])
        assert_sound(desk, url, brief=stage == "data")
    for name in (
        "designs:chain_read",
        "designs:finding_list",
        "designs:design_read",
        "exports:export_list",
    ):
        assert_sound(desk, reverse(name, args=[design.pk]))


def test_pages_of_a_person_are_sound(desk: Page, author: User, examples: list[Design]) -> None:
    make_complete_design(author)
    make_design(author).delete_softly()
    for name in ("designs:design_list", "designs:design_new", "account_email"):
        assert_sound(desk, reverse(name))
    for name in ("account_change_password", "account_logout"):
        assert_sound(desk, reverse(name), brief=True)


def test_a_phone_reaches_every_page_and_fills_in_a_card(
    new_context: Contexts, author: User, sign_in: SignIn
) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    context = new_context(viewport={"width": PHONE, "height": 844}, is_mobile=True, has_touch=True)
    sign_in(context, author)
    page = context.new_page()
    open_stage(page, design)
    page.get_by_role("navigation", name="Design").get_by_role("link", name="Data").tap()
    arrived(page, "/data/$")
    page.get_by_role("link", name="clicks").tap()
    owner = f"data.sources/{rows(design, 'data.sources')[0]['row']}.owner"
    with saving(page, owner):
        control(page, owner).fill("web team")
        page.get_by_label("Lag", exact=True).tap()
    assert answer(design, owner) == "web team"
    assert_accessible(page)

    page.get_by_role("button", name="More").tap()
    menu = page.get_by_role("navigation", name="More")
    expect(menu).to_be_visible()
    assert_accessible(page)
    menu.get_by_role("link", name="Findings").tap()
    arrived(page, "/findings/$")


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_nothing_jumps_while_a_page_loads(
    new_context: Contexts, author: User, sign_in: SignIn, examples: list[Design], width: int
) -> None:
    context = new_context(viewport={"width": width, "height": 900})
    context.add_init_script(SHIFTS)
    sign_in(context, author)
    page = context.new_page()
    page.goto("/")  # brings the fonts, which a busy machine may draw late the first time
    page.evaluate("document.fonts.ready")
    design = make_complete_design(author)
    for stage in STAGES:
        open_stage(page, design, stage)
        page.evaluate("document.fonts.ready")
        settled(page)
        assert sum(page.evaluate("window.shifts")) < A_LINE_MOVES, stage


def test_a_note_never_stretches_the_sheet(desk: Page, author: User) -> None:
    open_stage(desk, make_design(author, general={"mode": "team"}))
    findings = desk.locator("[data-finding]")
    height = "document.getElementById('questions').offsetHeight"
    closed = desk.evaluate(height)
    for finding in findings.all():
        finding.locator("> summary").click()
        expect(finding.locator(".finding__body")).to_be_visible()
        assert desk.evaluate(height) == closed
        finding.locator("> summary").click()


def test_light_or_dark_is_chosen_once_and_kept(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    html = page.locator("html")
    for chosen in ("dark", "light"):
        page.get_by_role("button", name="Light or dark").click()
        expect(html).to_have_attribute("data-theme", chosen)
        page.goto("/accounts/login/")
        expect(html).to_have_attribute("data-theme", chosen)
        assert page.evaluate("getComputedStyle(document.body).colorScheme") == chosen
