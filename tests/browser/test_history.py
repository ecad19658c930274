"""An author looks at what changed, reads how it was, names it and brings a part of it back."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from tests.browser.conftest import (
    NARROWEST,
    PHONE,
    WIDE,
    arrived,
    assert_accessible,
    control,
    open_stage,
    saving,
    settled,
)
from tests.factories import answer, make_complete_design


def test_what_changed_is_seen_named_and_brought_back(desk: Page, author: User) -> None:
    design = make_complete_design(author)
    load = answer(design, "framing.peak_qps")
    open_stage(desk, design)
    with saving(desk, "framing.peak_qps"):
        control(desk, "framing.peak_qps").fill("40k/s")
        control(desk, "framing.peak_qps").press("Tab")
    desk.keyboard.press("Escape")
    desk.get_by_role("link", name="History").click()
    arrived(desk, "/history/$")

    change = desk.locator(".change", has_text="Peak load")
    expect(change.locator("del")).to_contain_text("20")
    expect(change.locator("ins")).to_contain_text("40")
    expect(desk.get_by_text("findings appeared")).to_be_visible()
    for width in (WIDE, PHONE, NARROWEST):
        desk.set_viewport_size({"width": width, "height": 844})
        for scheme in ("light", "dark"):
            desk.emulate_media(color_scheme=scheme)
            settled(desk)
            assert_accessible(desk)
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.set_viewport_size({"width": WIDE, "height": 900})

    desk.get_by_label("Name the present version").fill("Twice the load")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Revision 2 is called “Twice the load” now.")).to_be_visible()

    desk.get_by_role("link", name="Read 1").click()
    arrived(desk, "/history/1/$")
    expect(desk.get_by_text("This is how the design was")).to_be_visible()
    assert_accessible(desk)
    desk.get_by_role("link", name="Compare with now").click()
    arrived(desk, "from=1&to=now$")
    desk.get_by_role("button", name="Bring back “Peak load” of 1").click()
    arrived(desk, "from=2&to=3$")
    assert answer(design, "framing.peak_qps") == load
    expect(desk.locator(".change", has_text="Peak load").locator("ins")).to_contain_text("20")
    desk.goto(reverse("history:history", args=[design.pk]) + "?from=2&to=now")
    desk.get_by_role("button", name="Bring back 2").click()
    arrived(desk, "from=3&to=4$")
    assert answer(design, "framing.peak_qps") == 40_000
