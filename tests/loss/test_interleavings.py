"""Whatever up to four writers do, in whatever order it arrives, nothing that was stored is lost."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.designs.models import DeletedRow, Revision
from mlsd_app.history.restoring import Scope, bring_back
from tests.loss.browsers import NUMBER, WORDED, Browser, Site

pytestmark = pytest.mark.django_db

WRITTEN = ("add", "line", "take out", "anew", "number", "cell")
PRESSED = ("row", "paste", "duplicate", "delete", "move", "put back")
DONE = (*WRITTEN, *WRITTEN, *PRESSED, "look", "send", "repeat", "bring back")
THEN = (
    "send",
    "send",
    "send",
    "send",
    "lost",
    "wait",
)  # what becomes of something that was written

STEPS = 28


def do(browser: Browser, what: str, here: int, there: int, then: str) -> None:
    """One thing that somebody, or the network, does."""
    rows = [row["row"] for row in browser.rows()]
    row = rows[here % len(rows)] if rows else ""
    name = WORDED[here % len(WORDED)]
    waiting = browser.waiting
    match what:
        case "add":
            browser.add(name, there)
        case "line":
            browser.add_line("framing.out_of_scope")
        case "take out":
            browser.take_out(name, there)
        case "anew":
            browser.write_anew(name)
        case "number":
            browser.type(NUMBER, str(1000 + here))
        case "cell" if row:
            column = ("owner", "id")[there % 2]
            browser.type(f"data.sources/{row}.{column}", browser.site.new_token(browser.user))
        case "row":
            browser.press("add")
        case "paste":
            one, other = (browser.site.new_token(browser.user) for _ in range(2))
            browser.press("paste", paste=f"{one}\n{other}")
        case "duplicate" | "delete" if row:
            browser.press(what, row)
        case "move" if row:
            browser.press(("up", "down")[there % 2], row)
        case "put back":
            gone = DeletedRow.objects.filter(design=browser.site.design).order_by("pk")
            if gone:
                browser.press("put-back", gone[here % len(gone)].row)
        case "look":
            browser.look()
        case "send" if waiting:
            settle = ("theirs", "mine")[there % 2]
            browser.send(waiting[here % len(waiting)], settle=settle)
        case "bring back":
            revisions = Revision.objects.filter(design=browser.site.design).order_by("number")
            if revisions:
                scope = Scope(("", "framing", "data")[there % 3])
                number = str(revisions[here % len(revisions)].number)
                bring_back(browser.site.design.pk, browser.user, number, scope)
    if what in WRITTEN and then != "wait" and browser.waiting:
        browser.send(browser.waiting[-1], is_lost=then == "lost")
    if what == "repeat" or there == 0:
        for form in browser.stored_once[-3:]:
            assert not browser.repeat(form).changed, form


@given(st.integers(0, 2**32))
@settings(max_examples=20)
def test_nothing_that_was_stored_is_lost_and_all_end_with_the_same(seed: int) -> None:
    random = Random(seed)  # noqa: S311  not for secrets
    people = random.randint(1, 4)
    site = Site.with_people(people)
    browsers = [Browser(site, site.people[number % people]) for number in range(4)]
    for browser in browsers:
        browser.look()
    for _ in range(STEPS):
        browser = browsers[random.randrange(people + 1) % 4]
        here, there = random.randrange(12), random.randrange(12)
        do(browser, random.choice(DONE), here, there, random.choice(THEN))
    for browser in browsers:
        for _ in range(20):
            if not browser.waiting:
                break
            browser.send(browser.waiting[0])
        assert not browser.waiting
    stored = site.stored()
    for browser in browsers:
        browser.look()
        assert browser.answers == stored

    assert site.ever - site.kept() - site.typed_over == set()

    revisions = list(Revision.objects.filter(design=site.design).order_by("number"))
    for revision in revisions[:: max(1, len(revisions) // 3)]:
        bring_back(site.design.pk, site.people[0], str(revision.number), Scope())
        now = {stage: row.content_hash for stage, row in site.design.contents().items()}
        assert now == {stage: revision.hashes[stage] for stage in now}
