"""What was set aside, as printed: with its reason, and as it was at that revision."""

from __future__ import annotations

import io
import re
from datetime import date
from html import unescape

import pytest
from django.utils import timezone
from pypdf import PdfReader

from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.designs.state import state_of
from mlsd_app.designs.waivers_saving import Shown, set_aside, take_back
from mlsd_app.exports.asking import ask
from mlsd_app.exports.content import html_of
from mlsd_app.exports.document import Options
from mlsd_app.exports.models import Export
from mlsd_app.exports.render import render_pdf
from mlsd_app.stages.addresses import Address
from tests.exports.conftest import asked
from tests.factories import clock, make_design

LATENCY = "framing.latency-not-stated"
REASON = "The deadline is the player's, see the platform guide."


@pytest.fixture
def design(alice: User) -> Design:
    return make_design(alice, framing={"timeliness": "online", "problem_statement": "Rank"})


def aside(design: Design, user: User, check: str = LATENCY, reason: str = REASON) -> str:
    """Set aside what ``check`` finds; returns the name of the waiver."""
    found = state_of(design.contents()).verdicts
    fingerprint = next(one.fingerprint for one in found if one.check == check)
    outcome = set_aside(design.pk, user, Shown(fingerprint), reason)
    return outcome.after.waivers[-1].name


def edit(design: Design, user: User, address: str, value: str) -> None:
    save_edits(design.pk, user, [SetValue(Address.parse(address), value, clock(design))])


def printed(design: Design, user: User) -> str:
    """The words of the PDF of the design as it is now."""
    pages = PdfReader(io.BytesIO(render_pdf(html_of(asked(design, user))))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def written(design: Design, user: User) -> str:
    """The words of the document that the PDF is set from, which costs a fiftieth of it."""
    return words_of(asked(design, user))


def words_of(export: Export) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html_of(export))).split())


def day() -> str:
    today: date = timezone.localdate()
    return f"{today.day} {today:%B %Y}"


def errors(text: str) -> int:
    """How many the cover counts."""
    found = re.search(r"Findings (\d+) errors?", text)
    assert found, text[:800]
    return int(found[1])


def test_it_is_printed_with_reason_author_and_day_and_no_longer_counts(
    design: Design, alice: User, queue: list[str]
) -> None:
    before = written(design, alice)
    aside(design, alice)
    after = printed(design, alice)
    assert errors(after) == errors(before) - 1
    assert "1 set aside" in after
    assert "Set aside, with reasons" not in before
    appendix = after[after.rindex("Set aside, with reasons") :]
    assert "An online system without a latency limit" in appendix
    assert f"Reason. {REASON}" in appendix
    assert f"Alice Kowal, {day()}" in appendix
    opened = after[after.rindex("Open findings") : after.rindex("Set aside, with reasons")]
    assert "An online system without a latency limit" not in opened


def test_one_that_is_out_of_date_is_open_and_says_so(alice: User, queue: list[str]) -> None:
    design = make_design(alice, framing={"peak_qps": 5_000, "daily_requests": 600_000_000})
    aside(design, alice, "framing.peak-below-average")
    edit(design, alice, "framing.peak_qps", "6000")
    text = written(design, alice)
    assert "Set aside, with reasons" not in text
    assert f"Set aside because “{REASON}” (Alice Kowal, {day()})" in text
    assert "5000/s became 6000/s" in text


def test_a_revision_prints_what_was_set_aside_then(
    design: Design, alice: User, queue: list[str]
) -> None:
    name = aside(design, alice)
    then = asked(design, alice)
    take_back(design.pk, alice, name)
    now = asked(design, alice)
    assert then.key != now.key
    assert REASON in words_of(then)
    assert REASON not in words_of(now)


def test_asked_twice_it_is_rendered_once(design: Design, alice: User, queue: list[str]) -> None:
    aside(design, alice)
    assert asked(design, alice) == asked(design, alice)
    assert Export.objects.count() == 1


def test_the_bar_decides_what_is_printed(alice: User, queue: list[str]) -> None:
    framing = {"timeliness": "online", "problem_statement": "Rank", "target": "Watched"}
    low, high = (
        make_design(alice, general={"target_level": level}, framing=framing)
        for level in ("L3", "L6")
    )
    few, many = written(low, alice), written(high, alice)
    assert "held against L3" in few
    assert re.search(r"\d+ more are not looked for at this bar", few)
    assert "framing.nothing-out-of-scope" in many.replace("\u200b", "").replace(" ", "")
    assert "nothing-out-of-scope" not in few.replace("\u200b", "").replace(" ", "")


def test_without_findings_nothing_is_said_of_them(
    design: Design, alice: User, queue: list[str]
) -> None:
    aside(design, alice)
    export = ask(Revision.of(design), alice, Options(findings=False))
    assert REASON not in html_of(export)


def test_a_reason_of_somebody_hostile_is_text(
    design: Design, alice: User, queue: list[str]
) -> None:
    aside(design, alice, reason="<b>bold</b><script>x</script>")
    html = html_of(asked(design, alice))
    assert "&lt;b&gt;bold&lt;/b&gt;" in html
    assert "<script" not in html
