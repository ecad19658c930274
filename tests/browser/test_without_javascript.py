"""Every core flow works with plain forms and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.examples import FOLDER
from mlsd_app.designs.models import Design
from mlsd_app.interchange import read
from tests.browser.conftest import (
    CONFLICT,
    REFUSED,
    Complaints,
    Contexts,
    SignIn,
    control,
    open_stage,
    pill,
)
from tests.factories import answer, make_complete_design, make_design, rows


@pytest.fixture
def plain(new_context: Contexts, author: User, sign_in: SignIn) -> Page:
    """A page of the author in a browser that runs no scripts."""
    context = new_context(java_script_enabled=False)
    sign_in(context, author)
    return context.new_page()


def press(button: Locator) -> None:
    """Press a button and wait for the page that answers it."""
    with button.page.expect_navigation():
        button.click()


def save(page: Page, address: str) -> None:
    """Press the button of the question that asks about ``address``."""
    form = page.locator("form.question", has=page.locator(f'[name="{address}"]'))
    press(form.get_by_role("button", name="Save", exact=True).last)


def test_a_newcomer_tries_an_example(new_context: Contexts, examples: list[Design]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/")
    demo = page.get_by_role("form", name="A worked design, being checked")
    expect(demo).to_contain_text("Passed.")
    expect(page.get_by_role("button", name="Light or dark")).to_have_count(0)
    demo.get_by_label("Peak load").fill("40 k/s")
    press(demo.get_by_role("button", name="Check"))
    expect(demo.get_by_label("Peak load")).to_have_value("40k")
    expect(demo).to_contain_text("Error.")

    press(page.get_by_role("button", name="Try it on this example"))
    expect(page).to_have_url(re.compile("/framing/$"))
    design = Design.objects.exclude(owner=None).get()
    kpi = control(page, "framing.business_kpi")
    kpi.fill("Minutes a day")
    save(page, "framing.business_kpi")
    expect(page).to_have_url(re.compile("/framing/#q-framing-business_kpi$"))
    expect(kpi).to_have_value("Minutes a day")
    assert answer(design, "framing.business_kpi") == "Minutes a day"


def test_answers_of_every_kind_are_saved_and_taken_back(
    plain: Page, author: User, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    design = make_design(author)
    open_stage(plain, design)
    control(plain, "framing.in_scope").fill("The feed\nIts ranking")
    save(plain, "framing.in_scope")
    assert answer(design, "framing.in_scope") == ["The feed", "Its ranking"]

    pill(plain, "framing.timeliness", "online").check()
    save(plain, "framing.timeliness")
    latency = control(plain, "framing.latency_slo_ms")
    latency.fill("0.05 s")
    save(plain, "framing.latency_slo_ms")
    expect(latency).to_have_value("50")
    latency.fill("fast")
    control(plain, "framing.cost_budget_month").fill("80k")
    save(plain, "framing.latency_slo_ms")
    expect(plain.get_by_role("alert")).to_contain_text("Not everything could be stored")
    expect(latency).to_have_value("fast")
    expect(plain.locator("#c-framing-latency_slo_ms")).to_contain_text("Latency limit")
    assert answer(design, "framing.latency_slo_ms") == 50
    assert answer(design, "framing.cost_budget_month") == 80_000

    open_stage(plain, design)
    uses = "framing.decision_uses_probability"
    pill(plain, uses, "yes").check()
    save(plain, uses)
    assert answer(design, uses) is True
    pill(plain, uses, "").check()
    save(plain, uses)
    assert answer(design, uses) is None
    expect(plain.locator(".finding").first).to_be_visible()

    plain.get_by_label("What readers look for, aiming at").select_option("L6")
    press(plain.get_by_role("button", name="Show"))
    assert answer(design, "general.target_level") == "L6"


def test_several_values_are_chosen_and_others_added(plain: Page, author: User) -> None:
    design = make_design(
        author,
        data={"sources": [{"id": "clicks"}, {"id": "orders"}]},
        features={"rows": [{"id": "orders_7d"}]},
    )
    open_stage(plain, design, "features")
    row = rows(design, "features.rows")[0]["row"]
    sources = f"features.rows/{row}.sources"
    plain.get_by_role("link", name="orders_7d").click()
    plain.get_by_text("More about it").click()
    pill(plain, sources, "clicks").check()
    pill(plain, sources, "orders").check()
    press(plain.get_by_role("button", name="Save row"))
    assert answer(design, sources) == ["clicks", "orders"]

    skew = "features.skew_prevention"
    pill(plain, skew, "parity test").check()
    plain.locator(f'[name="{skew}"][placeholder=Other]').fill("one library")
    save(plain, skew)
    assert answer(design, skew) == ["parity test", "one library"]
    pill(plain, skew, "one library").uncheck()
    save(plain, skew)
    assert answer(design, skew) == ["parity test"]


def test_rows_are_added_changed_moved_deleted_put_back_and_pasted(
    plain: Page, author: User, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    table = plain.locator("#t-data-sources")

    def order() -> list[str]:
        return [row.get("id", "") for row in rows(design, "data.sources")]

    open_stage(plain, design, "data")
    press(table.get_by_role("button", name="Add source"))
    added = rows(design, "data.sources")[1]["row"]
    control(plain, f"data.sources/{added}.id").fill("orders")
    control(plain, f"data.sources/{added}.kind").select_option("stream")
    press(plain.get_by_role("button", name="Save row"))
    assert order() == ["clicks", "orders"]
    assert answer(design, f"data.sources/{added}.kind") == "stream"

    plain.get_by_role("link", name="orders").click()
    press(plain.get_by_role("button", name="Move up"))
    assert order() == ["orders", "clicks"]
    plain.get_by_role("link", name="orders").click()
    press(plain.get_by_role("button", name="Duplicate"))
    assert order() == ["orders", "orders_2", "clicks"]
    copied = rows(design, "data.sources")[1]["row"]
    expect(control(plain, f"data.sources/{copied}.id")).to_have_value("orders_2")
    press(plain.get_by_role("button", name="Delete"))
    assert order() == ["orders", "clicks"]
    expect(plain.get_by_text("orders_2 was deleted")).to_be_visible()
    press(plain.get_by_role("button", name="Put it back"))
    assert order() == ["orders", "orders_2", "clicks"]

    table.get_by_text("Paste from a spreadsheet").click()
    cells = table.get_by_label("Cells with the column names on top")
    cells.fill("Source\tKept\nreturns\tfor ever")
    press(table.get_by_role("button", name="Add these rows"))
    expect(table.get_by_role("alert")).to_contain_text("Line 2")
    expect(cells).to_have_value("Source\tKept\nreturns\tfor ever")
    expect(plain.locator("#paste-data-labels")).to_have_value("")
    cells.fill("Source\tKept\nreturns\t90")
    press(table.get_by_role("button", name="Add these rows"))
    assert order() == ["orders", "orders_2", "clicks", "returns"]


def test_a_conflict_shows_both_texts_on_a_page_of_its_own(
    plain: Page, author: User, complaints: Complaints
) -> None:
    complaints.expect(CONFLICT)
    design = make_design(author, framing={"decision": "Allow all"})
    other = plain.context.new_page()
    open_stage(plain, design)
    open_stage(other, design)
    for page, text in ((other, "Block above 0.9"), (plain, "Ask a person")):
        control(page, "framing.decision").fill(text)
        save(page, "framing.decision")
    conflict = plain.get_by_role("alert").filter(has_text="changed elsewhere")
    expect(conflict).to_contain_text("Block above 0.9")
    expect(control(plain, "framing.decision")).to_have_value("Ask a person")
    assert answer(design, "framing.decision") == "Block above 0.9"
    press(conflict.get_by_role("button", name="Use mine"))
    expect(conflict).to_have_count(0)
    assert answer(design, "framing.decision") == "Ask a person"

    control(other, "framing.decision").fill("Allow all again")
    save(other, "framing.decision")
    other.get_by_role("link", name="Use the stored one").click()
    expect(control(other, "framing.decision")).to_have_value("Ask a person")


def test_findings_document_comparison_and_files_are_plain_pages(
    plain: Page, author: User, examples: list[Design]
) -> None:
    design = make_complete_design(author)
    open_stage(plain, design)
    plain.locator("#q-framing-timeliness").get_by_role("link", name="Compare").click()
    expect(plain.get_by_role("complementary", name="A strong answer")).to_be_visible()
    plain.get_by_role("link", name="Back to Framing").click()
    plain.get_by_role("link", name="Findings").click()
    expect(plain.get_by_text("Every check passes.")).to_be_visible()
    plain.get_by_role("link", name="Read", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text(design.title)
    expect(plain.locator("#pic-pipeline svg").first).to_be_visible()

    plain.get_by_role("link", name="Export", exact=True).click()
    with plain.expect_download() as taken:
        plain.locator("#main").get_by_role("link", name="YAML").click()
    text = Path(taken.value.path()).read_text()
    assert read(text, name=taken.value.suggested_filename).problems == ()


def test_a_design_starts_from_a_file(
    plain: Page, author: User, complaints: Complaints, tmp_path: Path
) -> None:
    complaints.expect(REFUSED)
    plain.goto(reverse("designs:design_list"))
    plain.get_by_role("link", name="New design").first.click()
    plain.get_by_label("From a file").check()
    wrong = tmp_path / "design.yaml"
    wrong.write_text("framing: [not, a, stage]")
    plain.get_by_label("File", exact=True).set_input_files(wrong)
    press(plain.get_by_role("button", name="Create the design"))
    expect(plain.locator("#main")).to_contain_text("framing")
    assert not Design.objects.exists()

    plain.get_by_label("File", exact=True).set_input_files(FOLDER / "fraud.yaml")
    press(plain.get_by_role("button", name="Create the design"))
    expect(plain).to_have_url(re.compile("/framing/$"))
    assert answer(Design.objects.get(), "framing.category") == "fraud"
