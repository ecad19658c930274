"""Talking about a design where one reads it, with the keyboard, in two browsers at once."""

from __future__ import annotations

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect
from pytest_django import Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.review.models import Comment, Thread
from mlsd_app.review.places import text_at
from mlsd_app.review.threads import QUOTE_LIMIT
from mlsd_app.stages.design import STAGES
from tests.browser.conftest import (
    PHONE,
    REFUSED,
    WIDE,
    Complaints,
    Contexts,
    SignIn,
    assert_accessible,
    open_stage,
)
from tests.factories import make_complete_design, make_design
from tests.review.cast import guest_of_a_link

DECISION = "Show **ten** videos. Never show one twice."
WRITTEN = "Why ten, and not as many as fit?"


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": DECISION, "peak_qps": 20_000})


@pytest.fixture
def mentor(design: Design, new_context: Contexts, sign_in: SignIn) -> Page:
    """The page of a guest who came by a link."""
    context = new_context()
    sign_in(context, guest_of_a_link(design, Role.COMMENTER, "Mira"))
    return context.new_page()


@pytest.fixture
def beating(settings: Settings) -> None:
    """Pages ask what is new five times a second."""
    settings.PULSE_SECONDS = 0.2


def read(page: Page, design: Design) -> None:
    page.goto(f"/designs/{design.pk}/read/")
    page.wait_for_load_state()


def select(page: Page, words: str) -> None:
    """Put the caret before ``words`` by a click, then select them with the keys."""
    page.evaluate(
        """(words) => {
          const report = document.getElementById("report");
          const walker = document.createTreeWalker(report, NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) {
            const at = walker.currentNode.data.indexOf(words);
            if (at >= 0) return getSelection().setPosition(walker.currentNode, at);
          }
        }""",
        words,
    )
    for _ in words:
        page.keyboard.press("Shift+ArrowRight")


def threads(page: Page) -> Locator:
    return page.locator(".thread")


def body(page: Page) -> Locator:
    return page.locator("[data-composer] [data-body]")


def highlighted(page: Page) -> list[str]:
    """The words that are marked, as the page shows them."""
    found: list[str] = page.evaluate(
        """() => [...(CSS.highlights.get("thread") ?? [])].map((range) => range.toString())"""
    )
    return found


def test_a_guest_comments_with_the_keys_and_the_author_settles_it(
    beating: None, mentor: Page, desk: Page, design: Design, author: User
) -> None:
    read(desk, design)
    read(mentor, design)
    select(mentor, "Never show")
    expect(mentor.get_by_role("button", name="Comment c", exact=True)).to_be_visible()
    mentor.keyboard.press("c")
    expect(body(mentor)).to_be_focused()
    expect(mentor.locator("[data-quoted]")).to_contain_text("Never show")
    mentor.keyboard.type(WRITTEN)
    assert_accessible(mentor)
    mentor.keyboard.press("Control+Enter")
    expect(threads(mentor)).to_be_focused()
    expect(threads(mentor)).to_contain_text(WRITTEN)
    assert highlighted(mentor) == ["Never show"]

    news = desk.get_by_role("button", name="1 new comment: show")
    expect(news).to_be_visible()
    expect(threads(desk)).to_have_count(0)
    desk.keyboard.press("l")
    expect(threads(desk)).to_be_focused()
    assert highlighted(desk) == ["Never show"]
    desk.keyboard.press("Enter")
    expect(body(desk)).to_be_focused()
    desk.keyboard.type("Ten @Mi")
    expect(desk.get_by_role("option", name="Mira")).to_be_visible()
    desk.keyboard.press("Enter")
    desk.keyboard.type("fit the screen.")
    desk.keyboard.press("Control+Enter")
    expect(threads(desk)).to_contain_text("Ten @Mira fit the screen.")
    expect(threads(desk)).to_be_focused()
    desk.keyboard.press("e")
    expect(threads(desk)).to_contain_text("Resolved by")
    expect(threads(desk)).to_be_focused()
    assert highlighted(desk) == []
    assert_accessible(desk)

    expect(mentor.get_by_role("button", name="1 new comment: show")).to_be_visible()
    mentor.keyboard.press("l")
    expect(threads(mentor)).to_contain_text("Resolved by")
    assert Thread.objects.get().is_resolved
    assert [one.author for one in Comment.objects.all()][1] == author


def test_what_is_typed_outlives_a_closed_form_a_lost_network_and_the_page(
    mentor: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect("net::ERR_INTERNET_DISCONNECTED")
    read(mentor, design)
    mentor.locator("#a-framing-decision").get_by_role("link", name="Comment").click()
    expect(body(mentor)).to_be_focused()
    mentor.keyboard.type("Half a thou")
    mentor.keyboard.press("Escape")
    expect(body(mentor)).to_have_count(0)
    expect(mentor.locator("#a-framing-decision .report__tool")).to_be_focused()
    mentor.reload()
    mentor.get_by_role("button", name="A comment you began is kept here").click()
    expect(body(mentor)).to_have_value("Half a thou")

    mentor.context.set_offline(True)
    mentor.keyboard.type("ght.")
    mentor.keyboard.press("Control+Enter")
    expect(mentor.locator("#news")).to_contain_text("Offline: not sent.")
    expect(body(mentor)).to_have_value("Half a thought.")
    mentor.context.set_offline(False)
    mentor.keyboard.press("Control+Enter")
    expect(threads(mentor)).to_contain_text("Half a thought.")
    mentor.reload()
    expect(mentor.get_by_role("button", name="kept here")).to_have_count(0)
    expect(threads(mentor)).to_have_count(1)


def test_where_only_a_label_is_selected_the_answer_is_commented(
    mentor: Page, design: Design
) -> None:
    read(mentor, design)
    mentor.locator("#a-framing-decision").get_by_text("Decision", exact=True).click(click_count=3)
    mentor.keyboard.press("c")
    expect(body(mentor)).to_be_focused()
    expect(mentor.locator("[data-composer] option:checked")).to_have_text("Decision")
    expect(mentor.locator("[data-quoted]")).to_be_hidden()


def test_a_login_that_ran_out_costs_no_word(
    mentor: Page, design: Design, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect("401")
    read(mentor, design)
    guest = User.objects.get(is_guest=True)
    mentor.locator("#a-framing-decision").get_by_role("link", name="Comment").click()
    expect(body(mentor)).to_be_focused()
    mentor.keyboard.type("Not lost.")
    mentor.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    mentor.keyboard.press("Control+Enter")
    expect(mentor.locator("#news")).to_contain_text("You are signed out.")
    sign_in(mentor.context, guest)
    read(mentor, design)
    mentor.get_by_role("button", name="A comment you began is kept here").click()
    expect(body(mentor)).to_have_value("Not lost.")


def test_a_comment_is_rewritten_deleted_and_put_back_on_the_page_of_a_stage(
    desk: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    open_stage(desk, design)
    question = desk.locator("#q-framing-decision")
    question.get_by_role("link", name="Comment").click()
    expect(body(desk)).to_be_focused()
    desk.keyboard.press("Control+Enter")
    desk.keyboard.type("x" * 3)
    desk.keyboard.press("Control+Enter")
    expect(threads(desk)).to_contain_text("xxx")
    threads(desk).get_by_role("link", name="Edit").click()
    expect(body(desk)).to_have_value("xxx")
    body(desk).fill("")
    desk.keyboard.type("A note to myself.")
    desk.keyboard.press("Control+Enter")
    expect(threads(desk)).to_contain_text("A note to myself.")
    expect(threads(desk)).to_contain_text("edited")
    threads(desk).locator(".comment__tools button").click()
    undo = threads(desk).get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    desk.keyboard.press("Enter")
    expect(threads(desk)).to_contain_text("A note to myself.")
    assert_accessible(desk)


@pytest.mark.parametrize("width", [WIDE, PHONE])
def test_the_threads_are_readable_on_every_width(
    desk: Page, design: Design, mentor: Page, width: int
) -> None:
    read(mentor, design)
    for number in range(4):
        mentor.keyboard.press("Escape")
        mentor.locator("#a-framing-decision").get_by_role("link", name="Comment").click()
        expect(body(mentor)).to_be_focused()
        mentor.keyboard.type(f"Remark {number}")
        mentor.keyboard.press("Control+Enter")
        expect(threads(mentor)).to_have_count(number + 1)
    desk.set_viewport_size({"width": width, "height": 800})
    read(desk, design)
    assert_accessible(desk)
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(threads(desk)).to_have_count(3)
    desk.get_by_role("link", name="1 more here").click()
    expect(threads(desk)).to_have_count(4)
    for _ in range(4):
        desk.keyboard.press("n")
    expect(threads(desk).nth(3)).to_be_focused()
    threads(desk).nth(3).get_by_role("link", name="React").click()
    desk.get_by_role("button", name="Agreed").click()
    expect(threads(desk).nth(3).locator(".reaction--mine")).to_contain_text("Agreed 1")
    desk.goto(f"/designs/{design.pk}/threads/")
    assert_accessible(desk)


def test_threads_work_as_plain_pages(
    new_context: Contexts, author: User, sign_in: SignIn, design: Design
) -> None:
    context = new_context(java_script_enabled=False)
    sign_in(context, author)
    page = context.new_page()
    page.goto(f"/designs/{design.pk}/read/")
    page.locator("#a-framing-decision").get_by_role("link", name="Comment").click(force=True)
    page.get_by_label("Its words").fill("ten videos")
    page.get_by_role("textbox", name="Comment").fill("Plainly said.")
    page.locator("[data-composer]").get_by_role("button", name="Comment").click()
    thread = page.locator(".thread", has_text="Plainly said.")
    expect(thread.locator("blockquote")).to_have_text("ten videos")
    thread.get_by_role("link", name="Reply").click()
    page.get_by_role("textbox", name="Reply to").fill("And answered.")
    page.locator("[data-composer]").get_by_role("button", name="Reply").click()
    expect(thread).to_contain_text("And answered.")
    thread.get_by_role("button", name="Resolve").click()
    expect(thread).to_contain_text("Resolved by")
    thread.get_by_role("button", name="Reopen").click()
    expect(thread).not_to_contain_text("Resolved by")


EVERY_PLACE = """async (quotes) => {
  const { selection } = await import(quotes);
  const places = "[data-at], [data-table] tbody :is(th, td):not([colspan]), [data-column]";
  return [...document.getElementById("report").querySelectorAll(places)].map((one) => {
    getSelection().selectAllChildren(one);
    const { about, quote } = selection() ?? {};
    return [about, quote];
  });
}"""


def test_the_page_counts_the_words_of_every_answer_as_the_server_does(
    desk: Page, author: User, transactional_db: None
) -> None:
    design = make_complete_design(author)
    read(desk, design)
    quotes = desk.evaluate("""() => document.querySelector("script[src*='threads']").src""")
    found = desk.evaluate(EVERY_PLACE, quotes.replace("threads", "quotes"))
    snapshot = StagePage.of(design, STAGES["general"]).state.snapshot
    counted = {about.removeprefix("text:"): words for about, words in found if about}
    assert len(counted) > 500
    for address, words in counted.items():
        text = text_at(address, snapshot)
        assert text is not None
        assert text[:QUOTE_LIMIT] == words, address
