"""An author fills in a stage: everything saves by itself and is answered beside the question."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from mlsd_app.accounts.models import User
from mlsd_app.checklist import Severity
from mlsd_app.designs.models import Design
from mlsd_app.designs.state import state_of
from mlsd_app.stages.design import NUMBERED_STAGES
from tests.browser.conftest import (
    REFUSED,
    Complaints,
    all_is_saved,
    arrived,
    assert_accessible,
    control,
    notes,
    open_stage,
    pill,
    saving,
    says,
)
from tests.factories import answer, make_complete_design, make_design

DIAGRAM = "```mermaid\nflowchart LR\n  Log --> Train --> Serve --> Log\n```"
HOLDS_STILL = "() => [scrollY, document.activeElement.selectionStart]"


def assert_rail_counts(page: Page, design: Design) -> None:
    """The rail shows the findings and the progress of every stage as they are stored now."""
    state = state_of(design.contents())
    for stage, link in zip(NUMBERED_STAGES, page.locator("#rail a").all(), strict=True):
        said = " ".join(link.inner_text().split())
        for severity in (Severity.ERROR, Severity.WARNING):
            shown = re.search(rf"(\d+) {severity.value}", said)
            assert int(shown[1] if shown else 0) == state.count(severity, stage.key), said
        assert f"{state.progress[stage.key].percent} % complete" in said


def test_what_is_typed_saves_by_itself_and_nothing_moves(desk: Page, author: User) -> None:
    kpi = {"kpi_direction": "up", "kpi_baseline": 12}
    design = make_design(author, framing=kpi)
    open_stage(desk, design)
    goal = control(desk, "framing.kpi_target")
    goal.focus()
    before = desk.evaluate("scrollY")
    with saving(desk):
        goal.press_sequentially("11 ")
    expect(goal).to_be_focused()
    expect(goal).to_have_value("11 ")
    assert desk.evaluate(HOLDS_STILL) == [before, 3]
    finding = notes(desk, "framing.business_kpi").filter(has_text="no better than today")
    expect(finding).to_have_count(1)
    expect(desk.locator("#saved")).to_have_text(re.compile(r"Saved\s+\d\d:\d\d"))
    assert answer(design, "framing.kpi_target") == 11
    assert_rail_counts(desk, design)

    with saving(desk):
        goal.fill("13")
    expect(finding).to_have_count(0)
    expect(goal).to_be_focused()
    assert_rail_counts(desk, design)

    posted: list[str] = []
    desk.on("request", lambda request: posted.append(request.method))
    goal.press("Tab")
    all_is_saved(desk)
    desk.wait_for_timeout(1000)  # ms; longer than a pause in typing
    assert posted == []  # it was stored while it was typed

    text = control(desk, "framing.business_objective")
    with saving(desk):
        text.press_sequentially("Viewers find something sooner")
    expect(text).to_be_focused()
    expect(text).to_have_value("Viewers find something sooner")
    assert answer(design, "framing.business_objective") == "Viewers find something sooner"


def test_a_quantity_is_shown_as_it_was_understood_once_it_is_left(desk: Page, author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    open_stage(desk, design)
    latency = control(desk, "framing.latency_slo_ms")
    with saving(desk):
        latency.press_sequentially("0.05 s")
    expect(latency).to_have_value("0.05 s")
    latency.press("Tab")
    expect(latency).to_have_value("50")
    assert answer(design, "framing.latency_slo_ms") == 50

    load = control(desk, "framing.daily_requests")
    with saving(desk):
        load.fill("1.2M/day")
        load.press("Tab")
    expect(load).to_have_value("1.2M")
    assert answer(design, "framing.daily_requests") == 1_200_000


def test_a_refused_value_stays_with_its_message_until_it_is_right(
    desk: Page, author: User, complaints: Complaints
) -> None:
    complaints.expect(REFUSED)
    design = make_design(author, framing={"timeliness": "online", "latency_slo_ms": 80})
    open_stage(desk, design)
    latency = control(desk, "framing.latency_slo_ms")
    with saving(desk, status=422):
        latency.fill("fast")
        latency.press("Tab")
    expect(latency).to_have_value("fast")
    expect(latency).to_have_attribute("aria-invalid", "true")
    expect(says(desk, "framing.latency_slo_ms")).to_contain_text("Latency limit")
    assert_accessible(desk)
    with saving(desk):
        control(desk, "framing.peak_qps").fill("20 k/s")
        control(desk, "framing.peak_qps").press("Tab")
    assert answer(design, "framing.peak_qps") == 20_000
    assert answer(design, "framing.latency_slo_ms") == 80
    expect(latency).to_have_value("fast")

    with saving(desk):
        latency.fill("60 ms")
        latency.press("Tab")
    expect(latency).to_have_value("60")
    expect(latency).not_to_have_attribute("aria-invalid", "true")
    expect(says(desk, "framing.latency_slo_ms")).not_to_contain_text("Latency limit")
    assert answer(design, "framing.latency_slo_ms") == 60


def test_conditional_fields_come_and_go_and_a_pill_can_be_taken_back(
    desk: Page, author: User
) -> None:
    design = make_design(author)
    open_stage(desk, design)
    latency = control(desk, "framing.latency_slo_ms")
    percentile = desk.get_by_role("radiogroup", name="Measured at")
    online = pill(desk, "framing.timeliness", "online")
    expect(latency).to_have_count(0)
    with saving(desk):
        online.click()
    expect(online).to_be_focused()
    expect(percentile).to_be_visible()
    with saving(desk):
        latency.fill("50")
        latency.press("Tab")

    with saving(desk):
        online.click()
    expect(online).not_to_be_checked()
    expect(percentile).to_have_count(0)
    expect(latency).to_have_value("50")  # what is answered never hides
    assert answer(design, "framing.timeliness") is None

    with saving(desk):
        pill(desk, "framing.timeliness", "batch").click()
    expect(control(desk, "framing.batch_rows_per_run")).to_be_visible()
    with saving(desk):
        online.click()
    expect(percentile).to_be_visible()
    expect(control(desk, "framing.batch_rows_per_run")).to_have_count(0)


def test_several_values_are_chosen_and_one_of_ones_own_is_added(desk: Page, author: User) -> None:
    design = make_design(author)
    open_stage(desk, design, "features")
    skew = "features.skew_prevention"
    with saving(desk):
        pill(desk, skew, "parity test").check()
    with saving(desk):
        desk.locator(f'[name="{skew}"][placeholder=Other]').fill("one library")
    assert answer(design, skew) == ["parity test", "one library"]
    with saving(desk):
        pill(desk, skew, "parity test").uncheck()
    desk.reload()
    expect(pill(desk, skew, "one library")).to_be_checked()
    expect(pill(desk, skew, "parity test")).not_to_be_checked()


def test_the_rubric_follows_the_level_and_an_example_can_be_compared(
    desk: Page, author: User, examples: list[Design]
) -> None:
    design = make_complete_design(author)
    open_stage(desk, design)
    rubric = desk.locator("#rubric")
    level = desk.get_by_label("What readers look for, aiming at")
    expect(level).to_have_value("L5")
    rubric.locator("summary").first.click()
    expect(rubric.get_by_text("At L5", exact=True).first).to_be_visible()
    with saving(desk):
        level.select_option("L3")
    rubric.locator("summary").first.click()
    expect(rubric.get_by_text("At L3", exact=True).first).to_be_visible()
    assert answer(design, "general.target_level") == "L3"

    question = desk.locator("#q-framing-timeliness")
    question.hover()
    question.get_by_role("link", name="Compare").click()
    strong = question.get_by_role("complementary", name="A strong answer")
    expect(strong).to_contain_text("Home feed video recommendation")
    expect(strong.get_by_role("link", name="See it in the whole example")).to_be_visible()
    assert_accessible(desk)
    question.get_by_role("link", name="Compare").click()
    expect(strong).to_have_count(0)


def test_the_level_is_chosen_among_the_answers_of_the_document(desk: Page, author: User) -> None:
    design = make_design(author, general={"title": "Feed", "target_level": "L5"})
    open_stage(desk, design, "general")
    with saving(desk):
        pill(desk, "general.target_level", "L3").check()
    assert answer(design, "general.target_level") == "L3"


def test_markdown_is_previewed_with_its_diagram_or_the_mistake_in_it(
    desk: Page, author: User
) -> None:
    design = make_design(author)
    open_stage(desk, design)
    text = control(desk, "framing.blueprint")
    question = desk.locator("#q-framing-blueprint")
    preview = question.get_by_role("button", name="Preview")
    with saving(desk):
        text.fill(f"The **loop**:\n\n{DIAGRAM}")
    preview.click()
    shown = question.locator(".preview")
    expect(shown.locator("strong")).to_have_text("loop")
    expect(shown.locator("svg")).to_contain_text("Train")
    expect(preview).to_have_attribute("aria-pressed", "true")
    expect(text).to_be_hidden()
    assert_accessible(desk)
    preview.click()
    expect(shown).to_be_hidden()
    expect(text).to_be_focused()

    with saving(desk):
        text.fill(DIAGRAM.replace("-->", "--> -->"))
    preview.click()
    expect(shown.locator(".diagram--error")).to_be_visible()
    assert_accessible(desk)


def test_topics_fold_and_stay_open_once_they_are_used(desk: Page, author: User) -> None:
    design = make_design(author)
    open_stage(desk, design)
    topic = desk.locator("details", has=desk.get_by_text("People, privacy and risk")).first
    risk = pill(desk, "framing.risk_class", "high")
    expect(risk).to_be_hidden()
    desk.get_by_text("People, privacy and risk").click()
    with saving(desk):
        risk.click()
    desk.reload()
    expect(topic).to_have_attribute("open", "")
    expect(risk).to_be_checked()
    expect(pill(desk, "framing.personal_data", "yes")).to_be_visible()


def test_every_finding_leads_to_its_question(desk: Page, author: User) -> None:
    design = make_design(author, framing={"risk_class": "high", "interpretability_need": "none"})
    open_stage(desk, design)
    desk.locator("#tally a").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Findings")
    assert_accessible(desk)
    desk.get_by_role("link", name="High risk, but no explanation is required.").click()
    arrived(desk, "/framing/#q-framing-risk_class$")
    expect(desk.locator("#q-framing-risk_class")).to_be_in_viewport()
    notes(desk, "framing.risk_class").locator("summary").first.click()
    expect(desk.get_by_text("Say who must understand a decision")).to_be_visible()
