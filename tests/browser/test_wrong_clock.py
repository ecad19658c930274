"""Browsers whose clocks are wrong by a day: what they write stands, in the order it arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Revision
from tests.browser.conftest import Contexts, SignIn, control, open_stage, saving
from tests.factories import answer, make_design

DECISION = "framing.decision"
KPI = "framing.business_kpi"


@pytest.fixture
def early_and_late(new_context: Contexts, author: User, sign_in: SignIn) -> tuple[Page, Page]:
    """Two browsers, one a day behind and one a day ahead."""
    pages = []
    for days in (-1, 1):
        context = new_context(locale="en-GB")  # its own: a clock cannot be put right again
        sign_in(context, author)
        pages.append(context.new_page())
        pages[-1].clock.set_fixed_time(timezone.now() + timedelta(days=days))
    return pages[0], pages[1]


def test_both_write_in_one_text_and_neither_is_lost(
    early_and_late: tuple[Page, Page], author: User
) -> None:
    design = make_design(author, framing={"decision": "Rank the feed. Ask a person."})
    early, late = early_and_late
    for page in early_and_late:
        open_stage(page, design)
    for page, text in (
        (late, "Rank the whole feed. Ask a person."),
        (early, "Rank the feed. Ask two people."),
    ):
        with saving(page, DECISION):
            control(page, DECISION).fill(text)
            control(page, DECISION).press("Tab")
    assert answer(design, DECISION) == "Rank the whole feed. Ask two people."
    with saving(early, KPI):
        control(early, KPI).fill("Hours")
        control(early, KPI).press("Tab")
    assert answer(design, KPI) == "Hours"
    assert Revision.objects.filter(design=design).count() == 1  # as it began
