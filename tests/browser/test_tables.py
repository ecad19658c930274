"""Tables are filled with the mouse, with the keyboard alone, and from a spreadsheet."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    PHONE,
    REFUSED,
    Complaints,
    assert_accessible,
    control,
    open_stage,
    saving,
    settled,
)
from tests.factories import answer, make_complete_design, make_design, rows

SOURCES = "data.sources"


def names(design: Design, address: str = SOURCES) -> list[Any]:
    return [row.get("id") for row in rows(design, address)]


def cell(page: Page, design: Design, number: int, column: str) -> Locator:
    """The control of a column in the open form of a row of the sources."""
    return control(page, f"{SOURCES}/{rows(design, SOURCES)[number]['row']}.{column}")


def summary(page: Page, name: str) -> Locator:
    """The line of a row, which opens it."""
    return page.locator("tr", has=page.get_by_role("link", name=name, exact=True))


@pytest.fixture
def page_of_sources(desk: Page, author: User) -> tuple[Page, Design]:
    design = make_design(author, data={"sources": [{"id": "clicks"}, {"id": "orders"}]})
    open_stage(desk, design, "data")
    return desk, design


def test_a_table_is_filled_with_the_mouse(page_of_sources: tuple[Page, Design]) -> None:
    page, design = page_of_sources
    table = page.locator("#t-data-sources")
    with saving(page):
        table.get_by_role("button", name="Add source").click()
    first = cell(page, design, 2, "id")
    expect(first).to_be_focused()
    with saving(page, "kind"):
        first.fill("refunds")
        cell(page, design, 2, "kind").select_option("stream")
    with saving(page):
        cell(page, design, 2, "events_per_day").fill("30M")
    table.get_by_text("More about it").click()
    with saving(page, "personal"):
        table.get_by_role("radiogroup", name="Personal data").get_by_label("Yes").check()
    assert rows(design, SOURCES)[2] | {"row": ""} == {
        "row": "",
        "id": "refunds",
        "kind": "stream",
        "events_per_day": 30_000_000,
        "personal": True,
    }
    expect(summary(page, "refunds")).to_contain_text("30 M/day")
    assert_accessible(page)

    with saving(page):
        table.get_by_role("button", name="Duplicate").click()
    assert names(design) == ["clicks", "orders", "refunds", "refunds_2"]
    expect(cell(page, design, 3, "id")).to_be_focused()
    with saving(page):
        table.get_by_role("button", name="Delete").click()
    assert names(design) == ["clicks", "orders", "refunds"]
    expect(table.get_by_role("button", name="Add source")).to_be_focused()
    toast = page.locator(".toast", has_text="refunds_2 was deleted")
    assert_accessible(page)
    with saving(page):
        toast.get_by_role("button", name="Put it back").click()
    expect(toast).to_have_count(0)
    assert names(design) == ["clicks", "orders", "refunds", "refunds_2"]

    page.set_viewport_size({"width": PHONE, "height": 844})
    settled(page)
    assert_accessible(page)


def test_a_table_is_filled_with_the_keyboard_alone(page_of_sources: tuple[Page, Design]) -> None:
    page, design = page_of_sources
    add = page.locator("#t-data-sources").get_by_role("button", name="Add source")
    add.focus()
    with saving(page):
        page.keyboard.press("Enter")
    expect(cell(page, design, 2, "id")).to_be_focused()
    with saving(page, "owner"):
        page.keyboard.type("refunds")
        page.keyboard.press("Tab")
        expect(cell(page, design, 2, "kind")).to_be_focused()
        page.keyboard.type("Stream")
        page.keyboard.press("Tab")
        expect(cell(page, design, 2, "owner")).to_be_focused()
        page.keyboard.type("payments")
        page.keyboard.press("Control+Enter")
    assert answer(design, f"{SOURCES}/{rows(design, SOURCES)[2]['row']}.owner") == "payments"
    assert names(design) == ["clicks", "orders", "refunds"]

    up = page.get_by_role("button", name="Move up")
    up.focus()
    for order in (["clicks", "refunds", "orders"], ["refunds", "clicks", "orders"]):
        with saving(page):
            page.keyboard.press("Enter")
        expect(up).to_be_focused()
        assert names(design) == order
    page.keyboard.press("Tab")
    with saving(page):
        page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Move down")).to_be_focused()
    assert names(design) == ["clicks", "refunds", "orders"]

    page.keyboard.press("Tab")
    with saving(page):
        page.keyboard.press("Enter")
    expect(cell(page, design, 2, "id")).to_be_focused()
    assert names(design) == ["clicks", "refunds", "refunds_2", "orders"]
    page.get_by_role("button", name="Delete").focus()
    with saving(page):
        page.keyboard.press("Enter")
    expect(add).to_be_focused()
    page.get_by_role("button", name="Put it back").focus()
    with saving(page):
        page.keyboard.press("Enter")
    assert names(design) == ["clicks", "refunds", "refunds_2", "orders"]

    page.get_by_role("link", name="clicks").focus()
    page.keyboard.press("Enter")
    opened = page.get_by_role("link", name="clicks")
    expect(opened).to_have_attribute("aria-expanded", "true")
    expect(cell(page, design, 0, "id")).to_be_visible()
    expect(opened).to_be_focused()
    page.get_by_role("link", name="Close", exact=True).first.focus()
    page.keyboard.press("Enter")
    expect(opened).to_have_attribute("aria-expanded", "false")
    expect(opened).to_be_focused()


def test_rows_are_pasted_from_a_spreadsheet(
    page_of_sources: tuple[Page, Design], complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    page, design = page_of_sources
    table = page.locator("#t-data-sources")
    table.get_by_text("Paste from a spreadsheet").click()
    field = table.get_by_label("Cells with the column names on top")
    field.fill("Source\tKind\tKept\nrefunds\tStream\tfor ever\n")
    with saving(page, status=422):
        table.get_by_role("button", name="Add these rows").click()
    expect(table.get_by_role("alert")).to_contain_text("Line 2")
    assert names(design) == ["clicks", "orders"]
    expect(field).to_be_visible()
    expect(field).to_have_value("Source\tKind\tKept\nrefunds\tStream\tfor ever\n")
    assert_accessible(page)
    field.fill("Source\tKind\tKept\nrefunds\tStream\t90\nreturns\tBatch\t1 year\n")
    with saving(page):
        table.get_by_role("button", name="Add these rows").click()
    expect(summary(page, "returns")).to_contain_text("365 d")
    expect(table.get_by_role("alert")).to_have_count(0)
    assert names(design) == ["clicks", "orders", "refunds", "returns"]


def test_references_follow_a_rename_in_this_stage_and_in_others(
    desk: Page, author: User, examples: list[Design]
) -> None:
    design = make_complete_design(author)
    open_stage(desk, design, "data")
    desk.get_by_role("link", name="playback_events").click()
    number = names(design).index("playback_events")
    with saving(desk):
        cell(desk, design, number, "id").fill("plays")
    label = rows(design, "data.labels")[0]
    assert label["source"] == "plays"
    desk.get_by_role("link", name=label["id"]).click()
    source = control(desk, f"data.labels/{label['row']}.source")
    expect(source).to_have_value("plays")
    expect(source.locator("option", has_text="playback_events")).to_have_count(0)
    expect(summary(desk, label["id"])).to_contain_text("plays")

    open_stage(desk, design, "features")
    feature = next(row for row in rows(design, "features.rows") if "plays" in row["sources"])
    desk.get_by_role("link", name=feature["id"], exact=True).click()
    offered = control(desk, f"features.rows/{feature['row']}.sources")
    expect(offered.and_(desk.locator("[value=plays]"))).to_be_checked()
    expect(offered.and_(desk.locator("[value=playback_events]"))).to_have_count(0)
