"""Two browsers on one design: each sees what the other does, and nothing moves under the cursor."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.editing import DeleteRow, SetValue
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages.addresses import Address
from tests.browser.conftest import (
    PHONE,
    REFUSED,
    Complaints,
    Contexts,
    SignIn,
    all_is_saved,
    assert_accessible,
    control,
    open_stage,
    pill,
    saving,
    says,
    settled,
)
from tests.factories import answer, clock, make_design, make_user, rows

DECISION, KPI = "framing.decision", "framing.business_kpi"
BEGAN = "Rank the feed. Block above 0.9. Ask a person."
SOURCES = {"sources": [{"id": "clicks", "owner": "web team"}, {"id": "views"}]}


@pytest.fixture(autouse=True)
def quick_pulse(settings: Settings) -> None:
    settings.PULSE_SECONDS = 0.2


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": BEGAN}, data=SOURCES)


@pytest.fixture
def editor(design: Design) -> User:
    editor = make_user("Priya Raman")
    Grant.objects.create(design=design, user=editor, role=Role.EDITOR)
    return editor


@pytest.fixture
def pair(new_context: Contexts, author: User, editor: User, sign_in: SignIn) -> tuple[Page, Page]:
    """A page of the author and one of an editor, in browsers of their own."""
    pages = []
    for user in (author, editor):
        context = new_context()
        sign_in(context, user)
        pages.append(context.new_page())
    return pages[0], pages[1]


@pytest.fixture
def both(pair: tuple[Page, Page], design: Design) -> tuple[Page, Page]:
    """Both on the same stage."""
    for page in pair:
        open_stage(page, design)
    return pair


def write(page: Page, text: str, address: str = DECISION) -> None:
    with saving(page, address):
        control(page, address).fill(text)
        control(page, address).press("Tab")


def decide(design: Design, editor: User) -> None:
    """Store another decision, as if somebody did so elsewhere."""
    edit = SetValue(Address("framing", "decision"), "Ask me", clock(design))
    save_edits(design.pk, editor, [edit])


def person_of(page: Page) -> str:
    return page.locator("#presence .who").first.get_attribute("title") or ""


def test_each_sees_what_the_other_writes_in_another_field(both: tuple[Page, Page]) -> None:
    first, second = both
    control(first, DECISION).focus()
    write(second, "Loss per month", KPI)
    expect(control(first, KPI)).to_have_value("Loss per month")
    expect(control(first, DECISION)).to_be_focused()
    expect(first.locator("#presence-status")).to_contain_text("Changed by somebody else")
    with saving(second):
        pill(second, "framing.kpi_direction", "down").check()
    expect(pill(first, "framing.kpi_direction", "down")).to_be_checked()
    # What was seen is what the next change starts from.
    write(first, "Loss per week", KPI)
    expect(control(second, KPI)).to_have_value("Loss per week")
    assert_accessible(first)


def test_findings_and_the_rail_follow_what_the_other_changes(both: tuple[Page, Page]) -> None:
    first, second = both
    with saving(second):
        pill(second, "framing.timeliness", "online").check()
    counts = second.locator("#rail [data-stage=framing] .rail__counts").inner_text()
    expect(first.locator("#rail [data-stage=framing] .rail__counts")).to_have_text(
        counts, use_inner_text=True
    )
    found = second.locator("#questions [data-finding] .finding__title").all_text_contents()
    assert found
    expect(first.locator("#questions [data-finding] .finding__title")).to_have_text(found)


def test_both_write_in_one_text_while_they_see_each_other(
    both: tuple[Page, Page], design: Design
) -> None:
    first, second = both
    control(first, DECISION).focus()
    control(first, DECISION).press("Control+End")
    control(first, DECISION).press_sequentially(" Or two.", delay=40)
    write(second, BEGAN.replace("the feed", "the whole feed"))
    control(first, DECISION).press_sequentially(" Today.")
    both_texts = BEGAN.replace("the feed", "the whole feed") + " Or two. Today."
    all_is_saved(first)
    expect(control(first, DECISION)).to_have_value(both_texts)
    control(first, DECISION).press("Tab")
    expect(control(second, DECISION)).to_have_value(both_texts)
    assert answer(design, DECISION) == both_texts


def test_what_somebody_reads_does_not_move_when_something_grows_above_it(
    both: tuple[Page, Page],
) -> None:
    first, second = both
    first.locator("#q-framing-assumptions").scroll_into_view_if_needed()
    first.evaluate("scrollTo({top: 1800, behavior: 'instant'})")
    settled(first)
    place = """() => {
      const seen = [...document.querySelectorAll('.question')]
        .find((one) => one.getBoundingClientRect().top > 120);
      return [seen.parentElement.id, Math.round(seen.getBoundingClientRect().top)];
    }"""
    stood = first.evaluate(place)
    write(second, "\n\n".join(["A long decision with many words in it."] * 12))
    expect(control(first, DECISION)).to_have_value(
        "\n\n".join(["A long decision with many words in it."] * 12)
    )
    settled(first)
    now = first.evaluate(place)
    assert now[0] == stood[0]
    assert abs(now[1] - stood[1]) <= 1


def test_rows_come_and_go_around_the_one_that_is_open(
    pair: tuple[Page, Page], design: Design
) -> None:
    first, second = pair
    for page in pair:
        open_stage(page, design, "data")
    first.get_by_role("link", name="clicks").click()
    owner = control(first, f"data.sources/{rows(design, 'data.sources')[0]['row']}.owner")
    expect(owner).to_be_visible()
    owner.focus()
    with saving(second):
        second.locator("#t-data-sources").get_by_role("button", name="Add source").click()
    table = first.locator("#t-data-sources > table > tbody")
    expect(table).to_have_count(3)
    expect(owner).to_be_focused()
    second.get_by_role("link", name="views").click()
    with saving(second):
        second.locator("[data-open-row]", has_text="Edit this").get_by_role(
            "button", name="Delete"
        ).last.click()
    expect(table).to_have_count(2)
    expect(owner).to_be_focused()
    assert len(rows(design, "data.sources")) == 2


def test_a_row_that_is_deleted_while_it_is_edited_is_kept_and_offered_back(
    pair: tuple[Page, Page], design: Design, editor: User, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    first, _ = pair
    row = rows(design, "data.sources")[0]["row"]
    owner = f"data.sources/{row}.owner"
    open_stage(first, design, "data")
    first.get_by_role("link", name="clicks").click()
    control(first, owner).focus()
    save_edits(design.pk, editor, [DeleteRow(Address("data", "sources", row))])
    gone = first.locator("[data-gone-word]")
    expect(gone).to_contain_text("deleted this row")
    control(first, owner).press("End")
    control(first, owner).press_sequentially(", Oslo")
    expect(says(first, owner)).to_contain_text("deleted in another window")
    first.evaluate("scrollTo(0, 0)")
    assert_accessible(first)
    gone.get_by_role("button", name="Put it back").click()
    expect(first.locator("#t-data-sources > table > tbody")).to_have_count(2)
    all_is_saved(first)
    assert answer(design, owner) == "web team, Oslo"


def test_a_deleted_row_that_is_only_looked_at_goes_when_it_is_left(
    pair: tuple[Page, Page], design: Design, editor: User
) -> None:
    first, _ = pair
    row = rows(design, "data.sources")[0]["row"]
    open_stage(first, design, "data")
    first.get_by_role("link", name="clicks").click()
    control(first, f"data.sources/{row}.owner").focus()
    save_edits(design.pk, editor, [DeleteRow(Address("data", "sources", row))])
    expect(first.locator("[data-gone-word]")).to_be_visible()
    first.locator("#t-data-sources").get_by_role("button", name="Add source").focus()
    expect(first.locator("#t-data-sources > table > tbody")).to_have_count(1)


def test_who_is_here_is_shown_where_they_are_until_they_leave(
    pair: tuple[Page, Page], design: Design
) -> None:
    first, second = pair
    open_stage(first, design)
    expect(first.locator("#presence")).to_be_hidden()
    open_stage(second, design, "data")
    expect(first.locator("#presence .who")).to_have_count(1)
    assert person_of(first) == "Priya Raman, reading Data"
    expect(first.locator("#presence-status")).to_have_text("Here now: Priya Raman.")
    expect(first.locator("#rail [data-stage=data]")).to_contain_text("Priya Raman, reading")
    with saving(second):
        second.locator("#t-data-sources").get_by_role("button", name="Add source").click()
    second.keyboard.type("x")
    expect(first.locator("#presence .who--editing")).to_have_count(1)
    assert_accessible(first)
    for width in (820, PHONE):
        first.set_viewport_size({"width": width, "height": 844})
        settled(first)
        assert_accessible(first)
    second.goto("/designs/")
    expect(first.locator("#presence")).to_be_hidden()
    expect(first.locator("#presence-status")).to_have_text("Gone: Priya Raman.")


def test_what_is_read_stays_and_says_that_there_is_news(
    pair: tuple[Page, Page], design: Design, editor: User
) -> None:
    first, _ = pair
    first.goto(f"/designs/{design.pk}/read/")
    decide(design, editor)
    word = first.locator("#toasts")
    expect(word).to_contain_text("The design has changed")
    expect(first.locator("#main")).not_to_contain_text("Ask me")
    assert_accessible(first)
    word.get_by_role("link", name="Show it").click()
    expect(first.locator("#main")).to_contain_text("Ask me")


def test_who_loses_access_is_told_and_keeps_what_was_typed(
    pair: tuple[Page, Page], design: Design, complaints: Complaints
) -> None:
    complaints.expect("Failed to load resource: .* 404", "^htmx:responseError")
    _, second = pair
    open_stage(second, design)
    expect(second.locator("#presence")).to_be_attached()
    Grant.objects.all().delete()
    expect(second.locator("#saved")).to_contain_text("not open to you any more")
    control(second, KPI).press_sequentially("Loss")
    expect(second.locator("#saved")).to_contain_text("not open to you any more")
    expect(control(second, KPI)).to_have_value("Loss")
    assert "Loss" in second.evaluate("Object.values({ ...localStorage }).join()")


def test_other_parts_of_the_page_hear_of_changes(
    both: tuple[Page, Page], design: Design, editor: User
) -> None:
    first, _ = both
    first.evaluate("""() => {
      globalThis.heard = [];
      for (const name of ['seven:changed', 'seven:talk'])
        document.addEventListener(name, ({ type, detail }) => {
          heard.push([type, detail]);
          document.documentElement.dataset.heard = heard.length;
        });
    }""")
    decide(design, editor)
    expect(control(first, DECISION)).to_have_value("Ask me")
    Design.objects.filter(pk=design.pk).update(talk=1)
    expect(first.locator("html")).to_have_attribute("data-heard", "2")
    assert first.evaluate("heard") == [
        ["seven:changed", {"clock": 1, "addresses": [DECISION]}],
        ["seven:talk", {"talk": 1}],
    ]


def test_who_signs_in_again_elsewhere_writes_on_in_the_page_that_was_open(
    both: tuple[Page, Page], author: User, design: Design, sign_in: SignIn, complaints: Complaints
) -> None:
    complaints.expect("Failed to load resource: .* 40[13]", "^htmx:")
    first, _ = both
    first.context.clear_cookies(name="sessionid")
    control(first, KPI).press_sequentially("Loss")
    expect(first.locator("#saved")).to_contain_text("Signed out, 1 edit kept here since")
    sign_in(first.context, author)
    all_is_saved(first)
    expect(first.locator("#saved")).to_contain_text("Saved")
    assert answer(design, KPI) == "Loss"
