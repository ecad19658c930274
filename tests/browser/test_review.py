"""A review from the question to the next round: asked, drafted, submitted, accepted, answered."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.designs.models import Design
from mlsd_app.review.models import Round
from mlsd_app.review.rounds import begin
from mlsd_app.review.threads import Said, start
from tests.browser.conftest import (
    PHONE,
    WIDE,
    Contexts,
    SignIn,
    arrived,
    assert_accessible,
    settled,
)
from tests.factories import answer, make_design, make_user
from tests.review.cast import give

DECISION = "Show ten videos. Never show one twice."


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": DECISION, "peak_qps": 20_000})


@pytest.fixture
def mentor(design: Design, new_context: Contexts, sign_in: SignIn) -> Page:
    context = new_context()
    sign_in(context, give(design, make_user("Mira"), Role.COMMENTER))
    return context.new_page()


def looks_right(page: Page) -> None:
    """At a desk and on a phone, by day and by night."""
    for width in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settled(page)
            assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": WIDE, "height": 900})


def go(page: Page, design: Design, name: str = "review:review") -> None:
    page.goto(reverse(name, args=[design.pk]))
    page.wait_for_load_state()


def test_a_review_goes_round(desk: Page, mentor: Page, author: User, design: Design) -> None:
    go(desk, design)
    expect(desk.get_by_text("Nobody has reviewed this design yet.")).to_be_visible()
    desk.get_by_label("What they should look at").fill("The decision above all")
    desk.get_by_role("button", name="Ask for a review").click()
    expect(desk.get_by_text("Mira is asked.")).to_be_visible()
    looks_right(desk)

    # The mentor finds it on the desk, and drafts where they read.
    mentor.goto(reverse("review:desk"))
    expect(mentor.get_by_role("heading", name="Waits for you")).to_be_visible()
    looks_right(mentor)
    mentor.get_by_role("link", name="Review Feed").click()
    expect(mentor.get_by_text("The decision above all")).to_be_visible()
    mentor.get_by_role("button", name="Begin a review").click()
    arrived(mentor, "/review/draft/$")
    mentor.get_by_role("link", name="Read and comment").click()
    arrived(mentor, "/read/$")
    mentor.locator("#a-framing-decision .report__tool").click()
    mentor.locator("[data-composer] [data-body]").fill("Twelve fit on a screen.")
    mentor.get_by_role("button", name="Suggest other words").click()
    arrived(mentor, "/suggest/$")
    expect(mentor.get_by_label("Why, if it does not")).to_have_value("Twelve fit on a screen.")
    looks_right(mentor)
    mentor.locator("#proposed").fill(DECISION.replace("ten", "twelve"))
    mentor.reload()  # and half a suggestion is still there
    go(mentor, design, "review:suggestion_new")
    mentor.goto(reverse("review:suggestion_new", args=[design.pk]) + "?address=framing.decision")
    expect(mentor.locator("#proposed")).to_have_value(DECISION.replace("ten", "twelve"))
    mentor.get_by_role("button", name="Suggest it").click()
    expect(mentor.locator(".thread--draft ins")).to_contain_text("twelve")

    # Nobody else sees any of it, until it is submitted.
    go(desk, design, "designs:design_read")
    expect(desk.locator(".thread")).to_have_count(0)
    go(mentor, design, "review:round_draft")
    mentor.get_by_label("Needs work").check()
    mentor.get_by_label("What is good").press_sequentially("Nearly there.")
    expect(mentor.get_by_text("Draft kept")).to_be_visible()
    mentor.reload()
    expect(mentor.get_by_label("What is good")).to_have_value("Nearly there.")
    mentor.get_by_role("checkbox", name="Data").check()
    looks_right(mentor)
    mentor.get_by_role("button", name="Submit round 1").click()
    expect(mentor.get_by_text("Round 1 is submitted.")).to_be_visible()
    expect(mentor.locator(".bar__turn")).to_have_text("Waits for Ada Nowak")

    # The author takes the suggestion with one click, and answers.
    go(desk, design)
    expect(desk.locator(".bar__turn")).to_have_text("Your turn: answer the review of Mira")
    looks_right(desk)
    go(desk, design, "designs:design_read")
    desk.locator(".thread").get_by_role("button", name="Accept").click()
    expect(desk.get_by_text("says that it comes from Mira")).to_be_visible()
    assert answer(design, "framing.decision") == DECISION.replace("ten", "twelve")
    go(desk, design)
    desk.get_by_label("Your answer to the round as a whole").fill("Twelve it is.")
    desk.get_by_role("button", name="Answer the round").click()
    expect(desk.get_by_text("Mira sees your answer.")).to_be_visible()

    # The next round opens on what changed.
    go(mentor, design)
    expect(mentor.locator(".bar__turn")).to_have_text("Your turn: Ada Nowak answered your review")
    mentor.get_by_role("button", name="Begin a review").click()
    arrived(mentor, "/review/draft/$")
    expect(mentor.locator(".change ins")).to_contain_text("twelve")
    expect(mentor.get_by_text("Twelve it is.")).to_be_visible()
    mentor.get_by_role("button", name="Discard round 2").click()
    mentor.get_by_role("button", name="Put it back").click()
    mentor.get_by_role("radio", name="Ready Good as it is").check()
    mentor.get_by_role("button", name="Submit round 2").click()
    expect(mentor.get_by_text("Approved by Mira").first).to_be_visible()
    looks_right(mentor)
    assert Round.objects.submitted().count() == 2


def test_each_of_several_drafts_can_be_opened(mentor: Page, design: Design) -> None:
    mira = User.objects.get(name="Mira")
    begin(design.pk, mira)
    for field in ("decision", "peak_qps"):
        start(design.pk, mira, f"answer:framing.{field}", Said("Why?", field))
    go(mentor, design, "review:round_draft")
    links = mentor.get_by_role("group", name="Drafts of this round").get_by_role("link")
    expect(links).to_have_count(2)
    links.last.click()
    arrived(mentor, "/read/.*#t-")


def test_a_suggestion_is_decided_beside_the_answer_that_is_being_written(
    desk: Page, mentor: Page, design: Design
) -> None:
    mentor.goto(reverse("review:suggestion_new", args=[design.pk]) + "?address=framing.peak_qps")
    mentor.locator("#proposed").fill("40 k/s")
    mentor.get_by_role("button", name="Suggest it").click()
    stage = reverse("designs:stage_edit", args=[design.pk, "framing"])
    desk.goto(stage)
    thread = desk.locator(".thread")
    thread.get_by_role("button", name="Accept").click()
    arrived(desk, f"{stage}\\?thread=")
    expect(desk.locator('[name="framing.peak_qps"]')).to_have_value("40k")
    assert answer(design, "framing.peak_qps") == 40_000
