"""Results beside the questions: opened, used and tried out, by keyboard and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.browser.conftest import (
    PHONE,
    REFUSED,
    WIDE,
    Complaints,
    Contexts,
    SignIn,
    all_is_saved,
    assert_accessible,
    control,
    notes,
    open_stage,
    saving,
)
from tests.factories import answer, make_complete_design, make_design, rows

THIN = "\u202f"


@pytest.fixture
def design(author: User, examples: list[Design]) -> Design:
    return make_complete_design(author)


def panel(page: Page, name: str) -> Locator:
    return page.locator(f"#k-{name.replace('.', '-')}")


def summary(page: Page, name: str) -> Locator:
    return page.locator(f"#ks-{name.replace('.', '-')}")


def component(design: Design, name: str) -> str:
    """The permanent name of the row called ``name``."""
    found = (row for row in rows(design, "serving.components") if row["id"] == name)
    return str(next(found)["row"])


def overload(page: Page, design: Design) -> None:
    """Make the peak too high for two components, and go to serving."""
    open_stage(page, design)
    with saving(page):
        control(page, "framing.peak_qps").fill("60k")
    open_stage(page, design, "serving")


def test_a_result_follows_what_is_typed_and_stays_open(desk: Page, design: Design) -> None:
    open_stage(desk, design, "serving")
    path = summary(desk, "serving.path_p99")
    expect(path).to_contain_text(f"78{THIN}ms")
    path.focus()
    desk.keyboard.press("Enter")
    expect(panel(desk, "serving.path_p99").get_by_text("The Tail at Scale")).to_be_visible()

    desk.get_by_role("link", name="ranking").first.focus()
    desk.keyboard.press("Enter")
    place = f"serving.components/{component(design, 'ranking')}.p99_ms"
    with saving(desk):
        control(desk, place).fill("49 ms")
    expect(path).to_contain_text(f"102{THIN}ms")
    expect(path).to_contain_text("not met")
    expect(panel(desk, "serving.path_p99").get_by_text("The Tail at Scale")).to_be_visible()
    expect(summary(desk, "serving.latency_headroom")).to_contain_text(f"\u22122{THIN}ms")
    assert_accessible(desk)


def test_a_result_is_used_with_the_keyboard(desk: Page, design: Design) -> None:
    overload(desk, design)
    needed = panel(desk, "serving.replicas_needed")
    expect(summary(desk, "serving.replicas_needed")).to_contain_text("2 not met")
    rail = desk.locator("#rail [aria-current] .count--error")
    before = notes(desk, "serving.components").count()
    errors = int(re.sub(r"\D", "", rail.inner_text()))
    needed.get_by_role("button", name="Use this: ranking").last.focus()
    with saving(desk):
        desk.keyboard.press("Enter")
    assert answer(design, f"serving.components/{component(design, 'ranking')}.replicas") == 325
    expect(desk.get_by_role("row", name="ranking 25")).to_contain_text("325")
    expect(summary(desk, "serving.replicas_needed")).to_contain_text("1 not met")
    expect(summary(desk, "serving.replicas_needed")).to_be_focused()
    expect(notes(desk, "serving.components")).not_to_have_count(before)
    expect(rail).to_contain_text(str(errors - 1))


def test_a_result_is_used_in_an_open_row_and_in_a_field(desk: Page, design: Design) -> None:
    overload(desk, design)
    row = component(design, "ranking")
    desk.locator(f"#o-serving-components--{row}").click()
    place = control(desk, f"serving.components/{row}.replicas")
    expect(place).to_have_value("180")
    with saving(desk):
        desk.get_by_role("button", name="Use this: ranking").last.click()
    expect(place).to_have_value("325")

    open_stage(desk, design)
    with saving(desk):
        control(desk, "framing.avg_qps").fill("9k")
    with saving(desk):
        panel(desk, "framing.average_qps").get_by_role("button", name="Use this").click()
    expect(control(desk, "framing.avg_qps")).to_have_value("6940")
    expect(panel(desk, "framing.average_qps").get_by_role("button")).to_have_count(0)


def test_a_number_is_tried_out_with_the_keyboard_and_nothing_is_stored(
    desk: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    open_stage(desk, design, "serving")
    opener = desk.locator("#try-serving-components")
    opener.focus()
    desk.keyboard.press("Enter")
    trial = desk.locator("#what-if-serving-components")
    expect(trial).to_contain_text("first breaks at")
    trial.get_by_label("What if").select_option("framing.peak_qps")
    expect(trial).to_contain_text(f"instead of 20{THIN}000/s")
    expect(trial).to_contain_text(f"first breaks at 33{THIN}")

    value = trial.get_by_role("textbox", name="were")
    value.focus()
    desk.keyboard.press("Control+a")
    desk.keyboard.type("40k/s")
    expect(trial).to_contain_text("breaks 2")
    expect(trial.get_by_role("row", name="Replicas needed at peak ranking")).to_contain_text("217")
    expect(value).to_be_focused()
    slider = trial.get_by_role("slider")
    expect(slider).to_have_value("0.3")
    desk.keyboard.press("Control+a")
    desk.keyboard.type("many")
    expect(trial.locator(".field__says--error")).to_contain_text("Peak load")
    expect(value).to_have_value("many")

    slider.focus()
    desk.keyboard.press("Home")
    expect(value).to_have_value("2000")
    expect(trial).to_contain_text("below the daily average")
    desk.keyboard.press("End")
    expect(value).to_have_value("200000")
    expect(trial.get_by_role("row", name="Replicas needed at peak ranking")).to_contain_text("1084")
    assert_accessible(desk)
    desk.set_viewport_size({"width": PHONE, "height": 900})
    assert desk.evaluate("document.documentElement.scrollWidth") <= PHONE
    desk.set_viewport_size({"width": WIDE, "height": 900})
    design.refresh_from_db()
    assert design.clock == 0

    trial.get_by_role("link", name="Try 33").focus()
    desk.keyboard.press("Enter")
    expect(trial).to_contain_text("breaks 1")
    expect(value).to_have_value(re.compile("^33"))
    opener.focus()
    desk.keyboard.press("Enter")
    expect(trial).to_have_count(0)


def test_a_tried_number_is_used(desk: Page, design: Design) -> None:
    open_stage(desk, design)
    desk.locator("#try-framing-daily_requests").click()
    trial = desk.locator("#what-if-framing-daily_requests")
    trial.get_by_label("What if").select_option("framing.peak_qps")
    expect(trial).to_contain_text(f"instead of 20{THIN}000/s")
    with saving(desk):
        control(desk, "framing.peak_qps").fill("30k")
    expect(trial).to_contain_text(f"instead of 30{THIN}000/s")
    trial.get_by_role("textbox", name="were").fill("25k")
    with saving(desk):
        trial.get_by_role("button", name="Use this: Peak load").click()
    assert answer(design, "framing.peak_qps") == 25_000
    expect(control(desk, "framing.peak_qps")).to_have_value("25k")
    expect(trial).to_have_count(0)
    expect(desk.locator("#try-framing-daily_requests")).to_be_focused()
    all_is_saved(desk)


def test_a_trial_never_answers_for_a_save_that_is_on_its_way(
    desk: Page, design: Design, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    open_stage(desk, design)
    desk.locator("#try-framing-daily_requests").click()
    trial = desk.locator("#what-if-framing-daily_requests")
    expect(trial).to_contain_text("instead of")
    held: list[Route] = []
    desk.route(re.compile("/framing/$"), lambda route: held.append(route))
    with desk.expect_request(re.compile("/framing/$")):
        control(desk, "framing.avg_qps").fill("9k")
    trial.get_by_role("textbox", name="were").fill("many")
    expect(trial.locator(".field__says--error")).to_be_visible()
    held[0].continue_()
    all_is_saved(desk)
    assert answer(design, "framing.avg_qps") == 9000
    assert desk.evaluate("Object.keys(localStorage)") == []


def test_without_scripts_results_are_used_and_numbers_tried(
    new_context: Contexts, author: User, sign_in: SignIn
) -> None:
    design = make_design(author, framing={"daily_requests": 600_000_000, "peak_qps": 20_000})
    context = new_context(java_script_enabled=False)
    sign_in(context, author)
    page = context.new_page()
    open_stage(page, design)
    load = panel(page, "framing.average_qps")
    load.locator("summary").click()
    expect(load.get_by_text("86\u202f400").first).to_be_visible()
    with page.expect_navigation():
        load.get_by_role("button", name="Use this").click()
    expect(control(page, "framing.avg_qps")).to_have_value("6940")
    assert answer(design, "framing.avg_qps") == 6940

    with page.expect_navigation():
        page.locator("#try-framing-daily_requests").click()
    page.get_by_label("What if").select_option("framing.peak_qps")
    page.get_by_role("textbox", name="were").fill("5k")
    with page.expect_navigation():
        page.get_by_role("button", name="Try").click()
    expect(page.get_by_text("breaks 1")).to_be_visible()
    expect(page.get_by_role("slider")).to_have_count(0)
    assert answer(design, "framing.peak_qps") == 20_000
    with page.expect_navigation():
        page.get_by_role("button", name="Use this").click()
    assert answer(design, "framing.peak_qps") == 5_000
