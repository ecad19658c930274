"""An author shares a design by a link, a mentor comes by it, and the author shuts it again."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from tests.browser.conftest import (
    MIDDLE,
    NARROWEST,
    PHONE,
    WIDE,
    Complaints,
    Contexts,
    arrived,
    assert_accessible,
    settled,
)
from tests.factories import make_design


def looked_at(page: Page) -> None:
    """The page as it stands is accessible and needs no scrolling sideways, at every width."""
    for width in (WIDE, MIDDLE, PHONE, NARROWEST):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            settled(page)
            assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": WIDE, "height": 900})


def test_a_mentor_comes_by_a_link_until_it_is_revoked(
    desk: Page, author: User, new_context: Contexts, complaints: Complaints
) -> None:
    complaints.expect("404", "422")
    design = make_design(author)
    desk.goto(reverse("designs:design_read", args=[design.pk]))
    desk.keyboard.press("s")
    arrived(desk, "/sharing/$")
    desk.get_by_label("Label").fill("Interview panel")
    desk.get_by_label("Password").fill("hunter22")
    desk.get_by_role("button", name="Make the link").click()
    address = desk.get_by_label("The address").input_value()
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.get_by_role("button", name="Copy").click()
    expect(desk.get_by_role("button", name="Copied")).to_be_visible()
    assert desk.evaluate("navigator.clipboard.readText()") == address
    looked_at(desk)

    mentor = new_context().new_page()
    mentor.goto(address)
    arrived(mentor, "/s/$")
    expect(mentor.get_by_role("heading", name="This link has a password")).to_be_visible()
    mentor.keyboard.type("hunter23")
    mentor.keyboard.press("Enter")
    expect(mentor.get_by_text("This is not the password of this link.")).to_be_visible()
    looked_at(mentor)
    mentor.get_by_label("Password").fill("hunter22")
    mentor.keyboard.press("Enter")
    expect(mentor.get_by_role("heading", name="Feed")).to_be_visible()
    looked_at(mentor)
    mentor.get_by_label("Your name").fill("Priya Raman")
    mentor.keyboard.press("Enter")
    arrived(mentor, "/read/$")
    expect(mentor.get_by_text("You may read this design and comment on it.")).to_be_visible()
    mentor.keyboard.press("s")
    arrived(mentor, "/sharing/$")
    expect(mentor.get_by_text("under the name Priya Raman")).to_be_visible()
    looked_at(mentor)

    desk.goto(reverse("sharing:sharing", args=[design.pk]))
    expect(desk.locator("#members")).to_contain_text("Priya Raman")
    desk.get_by_role("button", name="Revoke Interview panel").click()
    expect(desk.get_by_text("is revoked, and who came by it is out.")).to_be_visible()
    mentor.reload()
    expect(mentor.get_by_role("heading", name="There is nothing here")).to_be_visible()
    mentor.goto(address)
    expect(mentor.get_by_role("heading", name="This link opens nothing")).to_be_visible()
    looked_at(mentor)


def test_a_removed_mentor_is_put_back(desk: Page, author: User, new_context: Contexts) -> None:
    design = make_design(author)
    desk.goto(reverse("sharing:sharing", args=[design.pk]))
    desk.get_by_role("button", name="Make the link").click()
    mentor = new_context().new_page()
    mentor.goto(desk.get_by_label("The address").input_value())
    mentor.get_by_label("Your name").fill("Priya Raman")
    mentor.get_by_role("button", name="Open the design").click()
    arrived(mentor, "/read/$")
    desk.goto(reverse("sharing:sharing", args=[design.pk]))
    desk.get_by_role("button", name="Remove Priya Raman").click()
    expect(desk.get_by_text("Priya Raman has no access any more.")).to_be_visible()
    expect(desk.locator("#members")).not_to_contain_text("Priya Raman")
    desk.get_by_role("button", name="Undo").click()
    expect(desk.locator("#members")).to_contain_text("Priya Raman")
    mentor.reload()
    expect(mentor.get_by_role("heading", name="Feed").first).to_be_visible()
