"""The first minute: a design that answers, a copy to change without an account, and keeping it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect
from pytest_django import Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import arrived, assert_accessible, control, saving
from tests.factories import answer


@pytest.fixture
def mail(settings: Settings, tmp_path: Path) -> Path:
    """The folder in which mails land while none are sent."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def test_the_design_on_the_landing_page_answers_to_its_numbers(
    page: Page, examples: list[Design]
) -> None:
    page.goto("/")
    demo = page.get_by_role("form", name="A worked design, being checked")
    expect(demo).to_contain_text("Passed.")
    assert_accessible(page)

    peak = demo.get_by_label("Peak load")
    peak.fill("40 k/s")
    expect(demo).to_contain_text("Error.")
    expect(demo).not_to_contain_text("Passed.")
    expect(peak).to_be_focused()
    assert_accessible(page)

    peak.fill("a lot")
    expect(demo.locator("#demo-out")).to_contain_text("Peak load")
    expect(peak).to_have_value("a lot")
    peak.fill("20 k/s")
    expect(demo).to_contain_text("Passed.")


def test_a_newcomer_tries_an_example_and_keeps_it_by_signing_up(
    page: Page, examples: list[Design], mail: Path
) -> None:
    page.goto("/")
    page.get_by_role("button", name="Try it on this example").click()
    arrived(page, "/framing/$")
    design = Design.objects.exclude(owner=None).get()
    with saving(page):
        control(page, "framing.kpi_target").fill("43")
    assert answer(design, "framing.kpi_target") == 43

    page.get_by_role("link", name="Keep it: sign up").click()
    expect(page.get_by_text("What you have written so far stays yours.")).to_be_visible()
    expect(page.get_by_text(f"lands in the folder {mail}")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Your name").fill("Ada Nowak")
    page.get_by_label("Email address").fill("ada@example.org")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign up").click()

    arrived(page, f"/designs/{design.pk}/framing/$")
    expect(control(page, "framing.kpi_target")).to_have_value("43")
    expect(page.get_by_role("link", name="Keep it: sign up")).to_have_count(0)
    ada = User.objects.get()
    assert (ada.is_guest, ada.email) == (False, "ada@example.org")

    page.get_by_role("link", name="All designs").click()
    expect(page.get_by_role("heading", name="Home feed video recommendation")).to_be_visible()
    expect(page.get_by_text(f"lands in the folder {mail}")).to_be_visible()
    assert_accessible(page)
    (letter,) = mail.iterdir()
    link = re.search(r"http\S+/confirm-email/\S+", letter.read_text())
    assert link is not None
    page.goto(link[0])
    page.get_by_role("button", name="Yes, confirm").click()
    expect(page.get_by_role("status").filter(has_text="ada@example.org")).to_be_visible()
    assert EmailAddress.objects.get(user=ada).verified
