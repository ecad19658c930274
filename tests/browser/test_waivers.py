"""Setting a finding aside with keys alone, and its way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    PHONE,
    REFUSED,
    WIDE,
    Complaints,
    Contexts,
    SignIn,
    assert_accessible,
    control,
    open_stage,
    saving,
)
from tests.browser.test_keyboard import tab_to
from tests.factories import make_design

PEAK = "framing.peak-below-average"
REASON = "Told by the owner."


@pytest.fixture
def design(author: User) -> Design:
    """Its peak is below its average."""
    return make_design(author, framing={"peak_qps": 5_000, "daily_requests": 600_000_000})


def errors(page: Page) -> int:
    """How many the rail counts for the open stage."""
    count = page.locator("#rail [aria-current] .count--error .count__n")
    return int(count.inner_text()) if count.count() else 0


def set_aside(page: Page, reason: str) -> str:
    """Go to the finding with the keys, write why it does not apply; returns its fingerprint."""
    finding = page.locator("[data-finding]", has_text=PEAK).first
    for _ in range(40):
        page.keyboard.press("n")
        if finding.evaluate("(note) => note.open"):
            break
    tab_to(page, finding.locator("summary", has_text="Does not apply"))
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(finding.get_by_label("Does not apply because")).to_be_focused()
    page.keyboard.type(reason)
    fingerprint = finding.get_attribute("data-finding")
    assert fingerprint
    return fingerprint


def test_a_finding_is_set_aside_comes_back_and_is_set_aside_again(
    desk: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    open_stage(desk, design)
    before = errors(desk)
    fingerprint = set_aside(desk, "")
    with saving(desk, status=422):
        desk.keyboard.press("Control+Enter")
    expect(desk.get_by_text("Say why it does not apply here.")).to_be_visible()
    reason = desk.get_by_label("Does not apply because").and_(desk.locator(":focus"))
    expect(reason).to_be_visible()
    assert_accessible(desk)

    desk.keyboard.type(REASON)
    with saving(desk):
        desk.keyboard.press("Control+Enter")
    aside = desk.locator(f'[data-aside="{fingerprint}"]')
    expect(aside.locator("summary")).to_be_focused()
    expect(desk.locator(f'[data-finding="{fingerprint}"]')).to_have_count(0)
    assert errors(desk) == before - 1
    desk.keyboard.press("Enter")
    expect(aside).to_contain_text(REASON)
    assert_accessible(desk)

    with saving(desk):
        control(desk, "framing.peak_qps").fill("6000")
        desk.keyboard.press("Tab")
    again = desk.locator(f'[data-finding="{fingerprint}"]')
    expect(again.locator("summary").first).to_contain_text("Error, again.")
    assert errors(desk) == before
    again.locator("summary").first.click()
    expect(again).to_contain_text("since then 5000/s became 6000/s")
    with saving(desk):
        again.get_by_role("button", name="Still applies").click()
    assert errors(desk) == before - 1

    with saving(desk):
        desk.locator(".aside").get_by_role("button", name="Take back").click()
    assert errors(desk) == before
    expect(desk.locator(f'[data-finding="{fingerprint}"] > summary')).to_be_focused()
    with saving(desk):
        desk.get_by_role("button", name="Set it aside again").click()
    expect(desk.locator(".toast")).to_have_count(0)
    expect(aside.locator("summary")).to_be_focused()
    assert errors(desk) == before - 1


def test_a_reason_being_written_outlives_a_save_beside_it(desk: Page, design: Design) -> None:
    open_stage(desk, design)
    set_aside(desk, "Half a rea")
    with saving(desk):
        control(desk, "framing.daily_requests").fill("700M")
        desk.keyboard.press("Tab")
    written = desk.get_by_label("Does not apply because").filter(visible=True)
    expect(written.first).to_have_value("Half a rea")


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_list_sets_aside_and_takes_back_as_a_plain_page(
    new_context: Contexts,
    author: User,
    sign_in: SignIn,
    design: Design,
    javascript: bool,
    width: int,
) -> None:
    context: BrowserContext = new_context(
        java_script_enabled=javascript, viewport={"width": width, "height": 800}
    )
    sign_in(context, author)
    page = context.new_page()
    page.goto(f"/designs/{design.pk}/findings/")
    line = page.locator("li.line", has_text=PEAK).first
    line.locator("summary").click()
    line.get_by_label("Does not apply because").fill(REASON)
    line.get_by_role("button", name="Set aside").click()
    listed = page.locator("#set-aside li", has_text=REASON)
    expect(listed).to_be_visible()
    listed.get_by_role("button", name="Take back").click()
    expect(page.locator("#set-aside")).to_have_count(0)
    page.get_by_role("button", name="Set it aside again").click()
    expect(page.locator("#set-aside li", has_text=REASON)).to_be_visible()
    if javascript:
        assert_accessible(page)
