"""Somebody answers; its author sees it, opens it, and turns down how loud it is."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.notices.telling import Kind, tell
from mlsd_app.notices.unsubscribing import token_for_person
from tests.browser.test_pages import assert_sound
from tests.factories import make_design, make_user

THREAD = "thread:00000000-0000-4000-8000-000000000001"


def comment(design: Design, mentor: User, words: str, text: str) -> None:
    path = f"{reverse('designs:design_read', args=[design.pk])}#framing"
    with transaction.atomic():
        tell(Kind.COMMENT, design, actor=mentor, words=words, path=path, about=THREAD, text=text)


def make_mentor(design: Design) -> User:
    mentor = make_user("Mira Lindgren")
    Grant.objects.create(design=design, user=mentor, role=Role.COMMENTER)
    return mentor


def test_a_notice_is_seen_opened_and_its_thread_muted(desk: Page, author: User) -> None:
    design = make_design(author)
    mentor = make_mentor(design)
    comment(design, mentor, "Mira Lindgren commented on Framing", "Who says so?")
    comment(design, mentor, "Mira Lindgren answered in Framing", "I found it.")
    desk.goto(reverse("designs:stage_edit", args=[design.pk, "framing"]))
    desk.get_by_role("link", name="Notices, 2 new").click()
    desk.get_by_role("link", name="Mira Lindgren commented on Framing").click()
    expect(desk).to_have_url(f"{reverse('designs:design_read', args=[design.pk])}#framing")
    desk.goto(reverse("notices:notice_list"))
    header = desk.get_by_role("banner")
    expect(header.get_by_role("link", name="Notices, 1 new")).to_be_visible()
    desk.get_by_role("button", name="Mark as read “Mira Lindgren answered in Framing”").click()
    expect(header.get_by_role("link", name="Notices", exact=True)).to_be_visible()

    desk.get_by_role("link", name="Follow or mute the thread").first.click()
    desk.get_by_role("radio", name="Mute").check()
    desk.get_by_role("button", name="Use this").click()
    expect(desk.get_by_role("status").first).to_contain_text("This thread is muted")
    comment(design, mentor, "Mira Lindgren answered again", "Still here?")
    desk.reload()
    expect(desk.get_by_text("answered again")).to_have_count(0)


def test_pages_about_notices_are_sound(desk: Page, author: User) -> None:
    design = make_design(author, general={"title": "A title of many words " * 12})
    comment(design, make_mentor(design), "Mira Lindgren commented on Data", "W" * 300)
    token = token_for_person(author, [Kind.COMMENT, Kind.RESOLVED])
    for path in (
        reverse("notices:notice_list"),
        reverse("notices:preferences"),
        f"{reverse('notices:following', args=[design.pk])}?about={THREAD}&next=/notices/",
        reverse("notices:unsubscribe", args=[token]),
    ):
        assert_sound(desk, path)
