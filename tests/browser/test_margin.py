"""Threads beside what is read: near their answers, in order, and never between them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.review.threads import Said, start
from tests.browser.conftest import (
    PHONE,
    WIDE,
    Contexts,
    SignIn,
    assert_accessible,
    settled,
)
from tests.factories import make_complete_design, make_user
from tests.review.cast import give

NEIGHBOURS = ("in_scope", "ml_task", "decision", "timeliness", "daily_requests", "assumptions")
WORDS = "Which slice shows it? A clip of twelve seconds and a film of two hours differ. " * 4
NARROWER = 1100  # px, with a margin still

# Where every answer begins and what stands beside it, in px from the top of the document.
PLACES = """() => {
  const top = document.getElementById("report").getBoundingClientRect().top;
  return [...document.querySelectorAll("#report .row")].map((row) => {
    const [text, notes] = [row.firstElementChild, row.lastElementChild];
    const [at, beside] = [text.getBoundingClientRect(), notes.getBoundingClientRect()];
    const isEmpty = notes === text || !beside.height;
    return [at.top - top, isEmpty ? null : [beside.top - top, beside.bottom - top]];
  });
}"""

Places = list[tuple[float, tuple[float, float] | None]]


@pytest.fixture
def design(author: User) -> Design:
    return make_complete_design(author)


@pytest.fixture
def mentor(design: Design) -> User:
    return give(design, make_user("Mira"), Role.COMMENTER)


def talk(design: Design, mentor: User, each: int) -> None:
    """Begin ``each`` threads on every one of six neighbouring answers."""
    for field in NEIGHBOURS:
        for number in range(each):
            said = Said(f"{number}. {WORDS}", f"{field}-{number}")
            start(design.pk, mentor, f"answer:framing.{field}", said)


def places(page: Page, design: Design) -> Places:
    page.goto(f"/designs/{design.pk}/read/")
    page.wait_for_load_state()
    return measured(page)


def measured(page: Page) -> Places:
    settled(page)
    found: Places = page.evaluate(PLACES)
    return found


def answers(found: Places) -> list[float]:
    return [round(top) for top, _ in found]


def assert_in_order(found: Places) -> None:
    """Nothing in the margin begins above its answer, or lies over what is before it."""
    end = 0.0
    for top, notes in found:
        if notes is not None:
            assert notes[0] >= max(top, end) - 1
            end = notes[1]


def first(page: Page) -> Locator:
    return page.locator("#m-framing-ml_task .thread").first


@pytest.mark.parametrize(("width", "each"), [(WIDE, 1), (NARROWER, 2), (WIDE, 3)])
def test_threads_on_neighbouring_answers_leave_the_text_where_it_is(
    desk: Page, design: Design, mentor: User, width: int, each: int
) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    untouched = answers(places(desk, design))
    talk(design, mentor, each)
    found = places(desk, design)
    assert answers(found) == untouched
    assert_in_order(found)

    reply = first(desk).get_by_role("link", name="Reply")
    expect(reply).to_be_hidden()
    first(desk).click()
    expect(reply).to_be_visible()
    opened = measured(desk)
    assert answers(opened) == untouched
    assert_in_order(opened)


def test_no_script_is_needed_for_it(
    new_context: Contexts, author: User, sign_in: SignIn, design: Design, mentor: User
) -> None:
    context = new_context(java_script_enabled=False)
    sign_in(context, author)
    page = context.new_page()
    page.goto(f"/designs/{design.pk}/read/")
    untouched = answers(page.evaluate(PLACES))
    talk(design, mentor, 3)
    page.goto(f"/designs/{design.pk}/read/")
    found = page.evaluate(PLACES)
    assert answers(found) == untouched
    assert_in_order(found)
    first(page).click()
    expect(first(page).get_by_role("link", name="Reply")).to_be_visible()
    assert_in_order(page.evaluate(PLACES))


def test_below_an_answer_threads_are_short_until_they_are_tapped(
    new_context: Contexts, author: User, sign_in: SignIn, design: Design, mentor: User
) -> None:
    talk(design, mentor, 3)
    context = new_context(viewport={"width": PHONE, "height": 844}, is_mobile=True, has_touch=True)
    sign_in(context, author)
    page = context.new_page()
    page.goto(f"/designs/{design.pk}/read/")
    page.wait_for_load_state()
    closed = first(page).bounding_box()
    assert closed is not None
    assert closed["height"] < 80
    assert_accessible(page, within="#framing")
    first(page).locator(".comment__body").tap()
    expect(first(page).get_by_role("link", name="Reply")).to_be_visible()
    opened = first(page).bounding_box()
    assert opened is not None
    assert opened["height"] > closed["height"]
