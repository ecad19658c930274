"""The same design in two tabs: nothing that was typed in either is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    CONFLICT,
    PHONE,
    REFUSED,
    Complaints,
    SignIn,
    assert_accessible,
    control,
    open_stage,
    pill,
    saving,
    says,
    settled,
)
from tests.factories import answer, make_design, rows

DECISION = "framing.decision"


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": "Allow all"})


@pytest.fixture
def tabs(
    context: BrowserContext, author: User, design: Design, sign_in: SignIn
) -> tuple[Page, Page]:
    """Two tabs that opened the same stage before either changed it."""
    sign_in(context, author)
    first, second = context.new_page(), context.new_page()
    open_stage(first, design)
    open_stage(second, design)
    return first, second


def write(page: Page, address: str, text: str, *, status: int = 200) -> None:
    with saving(page, address, status=status):
        control(page, address).fill(text)
        control(page, address).press("Tab")


@pytest.fixture
def conflict(tabs: tuple[Page, Page], complaints: Complaints) -> Page:
    """The later of two tabs that wrote the same answer."""
    complaints.expect(CONFLICT)
    write(tabs[0], DECISION, "Block above 0.9")
    write(tabs[1], DECISION, "Ask a person", status=409)
    return tabs[1]


def test_different_answers_both_stand(tabs: tuple[Page, Page], design: Design) -> None:
    first, second = tabs
    write(first, DECISION, "Block above 0.9")
    write(second, "framing.business_kpi", "Loss per month")
    write(first, "framing.kpi_unit", "USD")
    with saving(second):
        pill(second, "framing.kpi_direction", "down").check()
    assert answer(design, DECISION) == "Block above 0.9"
    assert answer(design, "framing.business_kpi") == "Loss per month"
    assert answer(design, "framing.kpi_unit") == "USD"
    assert answer(design, "framing.kpi_direction") == "down"


def test_the_same_answer_shows_both_texts_and_mine_can_be_used(
    conflict: Page, design: Design
) -> None:
    said = says(conflict, DECISION)
    expect(said.get_by_role("alert")).to_contain_text("Ask a person")
    expect(said.get_by_role("alert")).to_contain_text("Block above 0.9")
    expect(control(conflict, DECISION)).to_have_value("Ask a person")
    assert answer(design, DECISION) == "Block above 0.9"
    assert_accessible(conflict)
    conflict.set_viewport_size({"width": PHONE, "height": 844})
    settled(conflict)
    assert_accessible(conflict)
    with saving(conflict):
        said.get_by_role("button", name="Use mine").click()
    expect(said.get_by_role("alert")).to_have_count(0)
    assert answer(design, DECISION) == "Ask a person"
    write(conflict, DECISION, "Ask two people")
    assert answer(design, DECISION) == "Ask two people"


def test_after_a_conflict_the_stored_text_can_be_used(conflict: Page, design: Design) -> None:
    said = says(conflict, DECISION)
    said.get_by_role("button", name="Use the stored one").click()
    expect(said.get_by_role("alert")).to_have_count(0)
    expect(control(conflict, DECISION)).to_have_value("Block above 0.9")
    write(conflict, DECISION, "Block above 0.95")
    assert answer(design, DECISION) == "Block above 0.95"


def test_after_a_conflict_a_text_from_both_is_stored_when_chosen(
    conflict: Page, design: Design
) -> None:
    both = "Block above 0.9, else ask a person"
    write(conflict, DECISION, both, status=409)
    said = says(conflict, DECISION)
    expect(said.get_by_role("alert")).to_contain_text(both)
    assert answer(design, DECISION) == "Block above 0.9"
    with saving(conflict):
        said.get_by_role("button", name="Use mine").click()
    assert answer(design, DECISION) == both


def test_a_conflict_outlives_the_page(conflict: Page, design: Design) -> None:
    conflict.close()
    again = conflict.context.new_page()
    with saving(again, DECISION, status=409):
        open_stage(again, design)
    expect(control(again, DECISION)).to_have_value("Ask a person")
    expect(says(again, DECISION).get_by_role("alert")).to_contain_text("Block above 0.9")
    assert answer(design, DECISION) == "Block above 0.9"


def test_a_conflict_over_a_pill_can_be_settled_either_way(
    tabs: tuple[Page, Page], design: Design, complaints: Complaints
) -> None:
    complaints.expect(CONFLICT)
    first, second = tabs
    better = "framing.kpi_direction"
    with saving(first):
        pill(first, better, "up").check()
    with saving(second, status=409):
        pill(second, better, "down").check()
    said = says(second, better)
    expect(said.get_by_role("alert")).to_contain_text("Up")
    expect(pill(second, better, "down")).to_be_checked()
    said.get_by_role("button", name="Use the stored one").click()
    expect(said.get_by_role("alert")).to_have_count(0)
    expect(pill(second, better, "up")).to_be_checked()
    assert answer(design, better) == "up"
    with saving(second):
        pill(second, better, "down").check()
    assert answer(design, better) == "down"


def test_a_conflict_over_a_cell_stands_in_its_row(
    context: BrowserContext, author: User, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect(CONFLICT, REFUSED)
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    owner = f"data.sources/{rows(design, 'data.sources')[0]['row']}.owner"
    sign_in(context, author)
    first, second = context.new_page(), context.new_page()
    for tab in (first, second):
        open_stage(tab, design, "data")
        tab.get_by_role("link", name="clicks").click()
        expect(control(tab, owner)).to_be_visible()
    write(first, owner, "web team")
    write(second, owner, "platform team", status=409)
    said = says(second, owner)
    expect(said.get_by_role("alert")).to_contain_text("web team")
    expect(control(second, owner)).to_have_value("platform team")
    with saving(second):
        said.get_by_role("button", name="Use mine").click()
    assert answer(design, owner) == "platform team"

    with saving(first):
        first.get_by_role("button", name="Delete").click()
    write(second, owner, "data team", status=422)
    expect(says(second, owner)).to_contain_text("deleted in another window")
    expect(control(second, owner)).to_have_value("data team")


def test_going_back_shows_what_is_stored_and_not_what_stood_there(
    desk: Page, author: User, design: Design
) -> None:
    open_stage(desk, design)
    write(desk, DECISION, "Block above 0.9")
    open_stage(desk, design, "metrics")
    other = desk.context.new_page()
    open_stage(other, design)
    write(other, DECISION, "Ask a person")
    desk.go_back()
    expect(control(desk, DECISION)).to_have_value("Ask a person")
