"""What this browser keeps: each edit is sent once, by who wrote it, or said to be waiting."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.editing import DeleteRow
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages.addresses import Address
from tests.browser.conftest import (
    REFUSED,
    Complaints,
    SignIn,
    all_is_saved,
    assert_accessible,
    control,
    open_stage,
    saving,
)
from tests.factories import answer, make_design, make_user, rows

NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "^htmx:(afterRequest|sendError)")
KPI, UNIT = "framing.business_kpi", "framing.kpi_unit"
CONTENT = "Object.values({ ...localStorage }).join()"


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, data={"sources": [{"id": "clicks", "owner": "web team"}]})


def waits_in(page: Page) -> None:
    expect(page.locator("#saved")).to_contain_text("kept here since")


def test_two_tabs_without_a_network_send_what_each_wrote_once(
    desk: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK)
    other = desk.context.new_page()
    for page in (desk, other):
        open_stage(page, design)
    desk.context.set_offline(True)
    control(desk, KPI).press_sequentially("Loss")
    control(other, UNIT).press_sequentially("USD")
    waits_in(desk)
    waits_in(other)
    posted: list[str] = []
    desk.context.on("request", lambda asked: posted.append(asked.post_data or ""))
    desk.context.set_offline(False)
    for page in (desk, other):
        page.evaluate("dispatchEvent(new Event('online'))")
        all_is_saved(page)
    assert [answer(design, one) for one in (KPI, UNIT)] == ["Loss", "USD"]
    assert sum("business_kpi=Loss" in one for one in posted) == 1
    assert sum("kpi_unit=USD" in one for one in posted) == 1
    assert desk.evaluate(CONTENT) == ""


def test_a_tab_that_is_open_sends_what_a_closed_one_left(
    desk: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK)
    other = desk.context.new_page()
    for page in (desk, other):
        open_stage(page, design)
    desk.context.set_offline(True)
    control(other, UNIT).press_sequentially("USD")
    waits_in(other)
    other.close()
    waits_in(desk)
    expect(control(desk, UNIT)).to_have_value("USD")
    desk.context.set_offline(False)
    all_is_saved(desk)
    assert answer(design, UNIT) == "USD"
    assert desk.evaluate(CONTENT) == ""


def test_what_somebody_wrote_is_not_sent_as_somebody_else(
    desk: Page, author: User, design: Design, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK, "403")
    editor = make_user("Priya Raman")
    Grant.objects.create(design=design, user=editor, role=Role.EDITOR)
    open_stage(desk, design)
    sign_in(desk.context, editor)
    control(desk, KPI).press_sequentially("Loss")
    expect(desk.locator("#saved")).to_contain_text("somebody else is signed in here now")
    open_stage(desk, design)
    all_is_saved(desk)
    expect(control(desk, KPI)).to_have_value("")
    assert answer(design, KPI) is None
    sign_in(desk.context, author)
    with saving(desk, KPI):
        open_stage(desk, design)
    assert answer(design, KPI) == "Loss"


def test_an_edit_of_a_deleted_row_is_said_wherever_the_design_is_opened(
    desk: Page, author: User, design: Design, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK, REFUSED)
    row = rows(design, "data.sources")[0]["row"]
    owner = f"data.sources/{row}.owner"
    open_stage(desk, design, "data")
    desk.get_by_role("link", name="clicks").click()
    expect(control(desk, owner)).to_be_visible()
    desk.context.set_offline(True)
    control(desk, owner).fill("Oslo team")
    waits_in(desk)
    context = desk.context
    desk.close()
    save_edits(design.pk, author, [DeleteRow(Address("data", "sources", row))])
    context.set_offline(False)
    page = context.new_page()
    open_stage(page, design)
    left = page.get_by_role("region", name="Not stored")
    expect(left).to_contain_text("clicks: Owner")
    expect(left).to_contain_text("Oslo team")
    expect(left).to_contain_text("deleted")
    assert_accessible(page)
    left.get_by_role("button", name="Put the row back").click()
    expect(left).to_be_hidden()
    all_is_saved(page)
    assert answer(design, owner) == "Oslo team"
    assert page.evaluate(CONTENT) == ""


def test_what_is_left_can_be_removed(
    desk: Page, author: User, design: Design, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    open_stage(desk, design)
    with saving(desk, status=422):
        control(desk, "framing.peak_qps").fill("many")
        control(desk, "framing.peak_qps").press("Tab")
    open_stage(desk, design, "metrics")
    left = desk.get_by_role("region", name="Not stored")
    expect(left).to_contain_text("many")
    expect(left.get_by_role("link", name="See what stands there")).to_be_visible()
    left.get_by_role("button", name="Remove it").click()
    expect(left).to_be_hidden()
    assert desk.evaluate(CONTENT) == ""


def sign_out(page: Page, choice: str) -> None:
    page.goto("/accounts/logout/")
    expect(page.locator("[data-leaving]")).to_contain_text("1 edit wait")
    assert_accessible(page)
    page.get_by_label(choice).check()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_load_state()


@pytest.fixture
def waiting(desk: Page, design: Design, complaints: Complaints) -> BrowserContext:
    """A browser that keeps one edit, which no page is there to send."""
    complaints.expect(*NO_NETWORK)
    open_stage(desk, design)
    desk.context.set_offline(True)
    control(desk, KPI).press_sequentially("Loss")
    waits_in(desk)
    desk.close()
    desk.context.set_offline(False)
    return desk.context


def test_signing_out_keeps_what_waits_for_the_next_sign_in(
    waiting: BrowserContext, author: User, design: Design, sign_in: SignIn
) -> None:
    page = waiting.new_page()
    sign_out(page, "Keep them here.")
    assert "Loss" in page.evaluate(CONTENT)
    sign_in(waiting, author)
    with saving(page, KPI):
        open_stage(page, design)
    assert answer(design, KPI) == "Loss"


def test_signing_out_removes_what_waits_when_asked(
    waiting: BrowserContext, author: User, design: Design, sign_in: SignIn
) -> None:
    page = waiting.new_page()
    sign_out(page, "Remove them.")
    assert page.evaluate(CONTENT) == ""
    sign_in(waiting, author)
    open_stage(page, design)
    all_is_saved(page)
    assert answer(design, KPI) is None


def test_signing_out_asks_nothing_when_nothing_waits(desk: Page) -> None:
    desk.goto("/accounts/logout/")
    expect(desk.get_by_role("button", name="Sign out")).to_be_visible()
    expect(desk.locator("[data-leaving]")).to_be_hidden()


def test_half_a_reason_is_there_when_the_page_is_opened_again(desk: Page, author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    open_stage(desk, design)
    finding = desk.locator("#questions [data-finding]").first
    finding.locator("> summary").click()
    finding.get_by_text("Does not apply…").click()
    reason = finding.get_by_label("Does not apply because")
    reason.press_sequentially("Traffic is")
    open_stage(desk, design, "metrics")
    open_stage(desk, design)
    reason = desk.locator("#questions [data-finding]").first.locator("textarea[name=reason]")
    expect(reason).to_have_value("Traffic is")
    finding = desk.locator("#questions [data-finding]").first
    finding.locator("> summary").click()
    reason.press("End")
    reason.press_sequentially(" known")
    with saving(desk):
        finding.get_by_role("button", name="Set aside").click()
    assert desk.evaluate(CONTENT) == ""
