"""Two browsers write in one text: both changes stand, or the writer chooses between them."""

from __future__ import annotations

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from tests.browser.conftest import (
    CONFLICT,
    PHONE,
    Complaints,
    Contexts,
    SignIn,
    all_is_saved,
    assert_accessible,
    control,
    open_stage,
    saving,
    says,
    settled,
)
from tests.factories import answer, make_design, rows

NO_NETWORK = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "^htmx:(afterRequest|sendError)")
DECISION = "framing.decision"
BEGAN = "Rank the feed. Block above 0.9. Ask a person."
THEIRS = "Rank the whole feed. Block above 0.9. Ask a person."
MINE = "Rank the feed. Block above 0.9. Ask two people."
BOTH = "Rank the whole feed. Block above 0.9. Ask two people."
CONTENT = "Object.values({ ...localStorage }).join()"


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": BEGAN})


@pytest.fixture
def browsers(
    new_context: Contexts, author: User, design: Design, sign_in: SignIn
) -> tuple[Page, Page]:
    """Two browsers that opened the same stage before either changed it."""
    pages = []
    for _ in range(2):
        context = new_context()
        sign_in(context, author)
        pages.append(context.new_page())
        open_stage(pages[-1], design)
    return pages[0], pages[1]


def write(page: Page, text: str, address: str = DECISION, *, status: int = 200) -> None:
    with saving(page, address, status=status):
        control(page, address).fill(text)
        control(page, address).press("Tab")


def type_after(page: Page, words: str, typed: str) -> None:
    """Put the cursor behind ``words`` of the decision, and type."""
    text = control(page, DECISION)
    text.evaluate(
        "(area, words) => { area.focus(); const end = area.value.indexOf(words) + words.length;"
        " area.setSelectionRange(end, end); }",
        words,
    )
    text.press_sequentially(typed)


def hold_the_next(page: Page) -> list[Route]:
    """Keep the next request of a page on its way, for the list that is returned."""
    kept: list[Route] = []
    page.route("**/framing/", lambda route: route.continue_() if kept else kept.append(route))
    return kept


def heard_by_the_server(route: Route) -> APIResponse:
    """Let a request reach the server, and its answer not yet come back."""
    response = route.fetch()
    assert response.status == 200
    return response


def test_changes_of_different_sentences_stand_in_both_browsers(
    browsers: tuple[Page, Page], design: Design
) -> None:
    first, second = browsers
    write(first, THEIRS)
    write(second, MINE)
    expect(control(second, DECISION)).to_have_value(BOTH)
    expect(says(second, DECISION)).to_contain_text("Both changes stand")
    assert answer(design, DECISION) == BOTH
    assert_accessible(second)
    write(first, THEIRS.replace("0.9", "0.8"))
    both = BOTH.replace("0.9", "0.8")
    expect(control(first, DECISION)).to_have_value(both)
    assert answer(design, DECISION) == both
    assert second.evaluate(CONTENT) == ""


def test_the_cursor_stays_where_it_is_in_the_words(
    browsers: tuple[Page, Page], design: Design
) -> None:
    first, second = browsers
    write(first, f"First: {THEIRS} 🙂 At last.")
    with saving(second, DECISION):
        type_after(second, "Block", " all")
    expect(control(second, DECISION)).to_have_value(
        "First: Rank the whole feed. Block all above 0.9. Ask a person. 🙂 At last."
    )
    with saving(second, DECISION):
        control(second, DECISION).press_sequentially(" of them")
    assert answer(design, DECISION) == (
        "First: Rank the whole feed. Block all of them above 0.9. Ask a person. 🙂 At last."
    )


def test_what_is_typed_while_a_merge_arrives_is_neither_lost_nor_doubled(
    browsers: tuple[Page, Page], design: Design
) -> None:
    first, second = browsers
    write(first, THEIRS)
    kept = hold_the_next(second)
    with second.expect_request("**/framing/"):
        type_after(second, "a person", " or two")
    type_after(second, " or two", " of them")
    response = heard_by_the_server(kept[0])
    assert answer(design, DECISION) == THEIRS.replace("a person", "a person or two")
    kept[0].fulfill(response=response)
    all_is_saved(second)
    both = THEIRS.replace("a person", "a person or two of them")
    expect(control(second, DECISION)).to_have_value(both)
    assert answer(design, DECISION) == both


def test_an_edit_whose_answer_got_lost_is_stored_once(
    browsers: tuple[Page, Page], design: Design, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK)
    first, second = browsers
    write(first, THEIRS)
    kept = hold_the_next(second)
    with second.expect_request("**/framing/"):
        type_after(second, "a person", " or two")
    expect(second.locator("#saved")).to_have_text("Saving")
    heard_by_the_server(kept[0])
    kept[0].abort()
    expect(second.locator("#saved")).to_contain_text("Offline, 1 edit kept here since")
    type_after(second, " or two", " of them")
    second.evaluate("dispatchEvent(new Event('online'))")
    all_is_saved(second)
    both = THEIRS.replace("a person", "a person or two of them")
    expect(control(second, DECISION)).to_have_value(both)
    assert answer(design, DECISION) == both


def test_what_was_typed_offline_merges_when_the_network_is_back(
    browsers: tuple[Page, Page], design: Design, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK)
    first, second = browsers
    second.context.set_offline(True)
    type_after(second, "a person", " or two")
    expect(second.locator("#saved")).to_contain_text("Offline, 1 edit kept here since")
    write(first, THEIRS)
    type_after(second, " or two", " of them")
    second.context.set_offline(False)
    all_is_saved(second)
    both = THEIRS.replace("a person", "a person or two of them")
    expect(control(second, DECISION)).to_have_value(both)
    assert answer(design, DECISION) == both


def test_what_was_typed_offline_merges_when_the_page_is_opened_again(
    browsers: tuple[Page, Page], design: Design, complaints: Complaints
) -> None:
    complaints.expect(*NO_NETWORK)
    first, second = browsers
    second.context.set_offline(True)
    type_after(second, "a person", " or two")
    expect(second.locator("#saved")).to_contain_text("Offline, 1 edit kept here since")
    second.close()
    write(first, THEIRS)
    second.context.set_offline(False)
    again = second.context.new_page()
    with saving(again, DECISION):
        open_stage(again, design)
    both = THEIRS.replace("a person", "a person or two")
    expect(control(again, DECISION)).to_have_value(both)
    assert answer(design, DECISION) == both
    assert again.evaluate(CONTENT) == ""


# -- The same words -----------------------------------------------------------------------------

STORED, TYPED = BEGAN.replace("0.9", "0.8"), BEGAN.replace("0.9", "0.7")


@pytest.fixture
def conflict(browsers: tuple[Page, Page], complaints: Complaints) -> Page:
    """The later of two browsers that changed the same word."""
    complaints.expect(CONFLICT)
    write(browsers[0], STORED)
    write(browsers[1], TYPED, status=409)
    return browsers[1]


def test_a_conflict_shows_what_each_changed(conflict: Page, design: Design) -> None:
    sides = says(conflict, DECISION).locator(".conflict__text")
    expect(sides.nth(0).locator("ins")).to_have_text("7")
    expect(sides.nth(1).locator("ins")).to_have_text("8")
    expect(sides.locator("del")).to_have_text(["9", "9"])
    expect(control(conflict, DECISION)).to_have_value(TYPED)
    assert TYPED in conflict.evaluate(CONTENT)
    assert_accessible(conflict)
    conflict.set_viewport_size({"width": PHONE, "height": 844})
    settled(conflict)
    assert_accessible(conflict)


@pytest.mark.parametrize(
    ("button", "stored"),
    [("Use mine", TYPED), ("Use both", f"{STORED}\n\n{TYPED}"), ("Use the stored one", STORED)],
)
def test_a_conflict_is_settled_by_a_button(
    conflict: Page, design: Design, button: str, stored: str
) -> None:
    says(conflict, DECISION).get_by_role("button", name=button).click()
    expect(says(conflict, DECISION).get_by_role("alert")).to_have_count(0)
    all_is_saved(conflict)
    expect(control(conflict, DECISION)).to_have_value(stored)
    assert answer(design, DECISION) == stored
    assert conflict.evaluate(CONTENT) == ""
    with saving(conflict, DECISION):
        type_after(conflict, "Rank", " all of")
    assert answer(design, DECISION) == stored.replace("Rank", "Rank all of", 1)


def test_what_my_text_replaces_stays_in_history(conflict: Page, design: Design) -> None:
    with saving(conflict, DECISION):
        says(conflict, DECISION).get_by_role("button", name="Use mine").click()
    newest = Revision.objects.filter(design=design).order_by("number").last()
    assert newest is not None
    assert newest.answers()["framing"]["decision"] == STORED


def test_a_conflict_goes_when_the_texts_no_longer_touch(conflict: Page, design: Design) -> None:
    write(conflict, BEGAN.replace("a person", "two people"))
    both = STORED.replace("a person", "two people")
    expect(says(conflict, DECISION).get_by_role("alert")).to_have_count(0)
    expect(control(conflict, DECISION)).to_have_value(both)
    assert answer(design, DECISION) == both


def test_a_conflict_outlives_the_page_and_still_guards_the_stored_text(
    conflict: Page, design: Design
) -> None:
    conflict.close()
    again = conflict.context.new_page()
    with saving(again, DECISION, status=409):
        open_stage(again, design)
    write(again, BEGAN.replace("0.9", "0.6"), status=409)
    assert answer(design, DECISION) == STORED
    with saving(again, DECISION):
        says(again, DECISION).get_by_role("button", name="Use mine").click()
    assert answer(design, DECISION) == BEGAN.replace("0.9", "0.6")


def test_entries_that_both_added_are_both_kept(
    new_context: Contexts, author: User, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect(CONFLICT)
    excluded = "framing.out_of_scope"
    design = make_design(author, framing={"out_of_scope": ["ads"]})
    context = new_context()
    sign_in(context, author)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        open_stage(page, design)
    write(first, "ads\nsearch", excluded)
    write(second, "ads\nmail", excluded, status=409)
    with saving(second, excluded):
        says(second, excluded).get_by_role("button", name="Use both").click()
    assert answer(design, excluded) == ["ads", "search", "mail"]


def test_cells_of_one_row_merge(new_context: Contexts, author: User, sign_in: SignIn) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks", "owner": "the web team"}]})
    owner = f"data.sources/{rows(design, 'data.sources')[0]['row']}.owner"
    context = new_context()
    sign_in(context, author)
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        open_stage(page, design, "data")
        page.get_by_role("link", name="clicks").click()
        expect(control(page, owner)).to_be_visible()
    write(first, "the new web team", owner)
    write(second, "the web team, Oslo", owner)
    expect(control(second, owner)).to_have_value("the new web team, Oslo")
    assert answer(design, owner) == "the new web team, Oslo"
