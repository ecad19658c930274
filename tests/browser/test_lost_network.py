"""The network or the login goes away: what was typed is kept in the browser, then stored."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    Complaints,
    arrived,
    assert_accessible,
    control,
    open_stage,
    pill,
    saving,
)
from tests.factories import answer, make_design, rows

NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "^htmx:(afterRequest|sendError)")
KPI, UNIT, BETTER = "framing.business_kpi", "framing.kpi_unit", "framing.kpi_direction"


@pytest.fixture
def offline(desk: Page, author: User, complaints: Complaints) -> tuple[Page, Design]:
    """The page of a stage that was opened before the network went away."""
    complaints.expect(*NO_NETWORK)
    design = make_design(author)
    open_stage(desk, design)
    desk.context.set_offline(True)
    return desk, design


def type_three_answers(page: Page) -> None:
    saved = page.locator("#saved")
    control(page, KPI).press_sequentially("Loss")
    expect(saved).to_contain_text("Offline, 1 edit kept here since")
    control(page, UNIT).fill("USD")
    pill(page, BETTER, "down").check()
    expect(saved).to_contain_text("Offline, 3 edits kept here since")


def assert_all_are_stored(design: Design) -> None:
    assert [answer(design, one) for one in (KPI, UNIT, BETTER)] == ["Loss", "USD", "down"]


def test_edits_wait_for_the_network_and_are_stored_when_it_is_back(
    offline: tuple[Page, Design],
) -> None:
    page, design = offline
    type_three_answers(page)
    assert_accessible(page)
    with saving(page, BETTER):
        page.context.set_offline(False)
    expect(page.locator("#saved")).to_contain_text("Saved")
    assert_all_are_stored(design)
    with saving(page, KPI):
        control(page, KPI).fill("Loss per month")
        control(page, KPI).press("Tab")
    assert answer(design, KPI) == "Loss per month"


def test_edits_outlive_the_page_that_could_not_store_them(offline: tuple[Page, Design]) -> None:
    page, design = offline
    type_three_answers(page)
    context = page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    with saving(again, BETTER):
        open_stage(again, design)
    expect(control(again, KPI)).to_have_value("Loss")
    expect(control(again, UNIT)).to_have_value("USD")
    expect(pill(again, BETTER, "down")).to_be_checked()
    assert_all_are_stored(design)
    again.reload()
    expect(again.locator("#saved")).to_contain_text("Saved")
    assert again.evaluate("Object.keys(localStorage)") == []


def test_edits_of_a_row_are_stored_from_whichever_page_is_opened_next(
    desk: Page, author: User, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK)
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    owner = f"data.sources/{rows(design, 'data.sources')[0]['row']}.owner"
    open_stage(desk, design, "data")
    desk.get_by_role("link", name="clicks").click()
    expect(control(desk, owner)).to_be_visible()
    context = desk.context
    context.set_offline(True)
    control(desk, owner).press_sequentially("web team")
    expect(desk.locator("#saved")).to_contain_text("Offline, 1 edit kept here since")
    desk.close()
    context.set_offline(False)
    elsewhere = context.new_page()
    with saving(elsewhere, owner):
        open_stage(elsewhere, design, "framing")
    assert answer(design, owner) == "web team"


def test_a_row_added_without_the_network_says_so_and_can_be_added_later(
    offline: tuple[Page, Design],
) -> None:
    page, design = offline
    add = page.locator("#t-framing-assumptions").get_by_role("button", name="Add assumption")
    add.click()
    expect(page.locator("#saved")).to_contain_text("Offline")
    page.context.set_offline(False)
    with saving(page):
        add.click()
    assert len(rows(design, "framing.assumptions")) == 1


def test_what_is_typed_after_the_login_ran_out_is_stored_after_the_next(
    desk: Page, author: User
) -> None:
    design = make_design(author)
    open_stage(desk, design)
    Session.objects.all().delete()
    control(desk, KPI).press_sequentially("Loss")
    expect(desk.locator("#saved")).to_contain_text("Signed out, 1 edit kept here since")
    assert_accessible(desk)
    desk.get_by_role("link", name="Sign in").click()
    arrived(desk, "/accounts/login/")
    desk.get_by_label("Email address").fill(str(author.email))
    desk.get_by_label("Password").fill("correct horse")
    with saving(desk, KPI):
        desk.get_by_role("button", name="Sign in").click()
    arrived(desk, f"{design.pk}/framing/$")
    expect(control(desk, KPI)).to_have_value("Loss")
    assert answer(design, KPI) == "Loss"
