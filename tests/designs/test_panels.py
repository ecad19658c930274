"""What follows from the numbers of a design, beside its questions and where it is copied to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.accounts.models import User
from mlsd_app.calculators.calculations import CALCULATIONS
from mlsd_app.checklist import run
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.panels import BESIDE, panels_beside, panels_that_differ, rounded_for
from mlsd_app.designs.saving import with_row_names
from mlsd_app.designs.state import State, state_of
from mlsd_app.designs.trial import inputs_of, trial_of
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.changing import with_answers
from mlsd_app.stages.design import STAGES, AllAnswers, rows_at
from mlsd_app.stages.design import Design as Snapshot
from mlsd_app.stages.fields import Field, Kind
from tests.designs.test_stage_edit import save, url
from tests.factories import answer, make_complete_design, make_design, rows
from tests.strategies import answers

pytestmark = pytest.mark.django_db

THIN = "\u202f"
REPLICAS = Address.parse("serving.components/any.replicas").asked
ROWS = Address.parse("data.rows_train").asked


def panel(html: str, name: str) -> str:
    """The words of a panel, one space between them; nothing when it is not in ``html``."""
    found = re.search(
        rf'<div class="calc" id="k-{name.replace(".", "-")}".*?</div>(?!<)', html, re.S
    )
    return in_words(found[0]) if found else ""


def in_words(html: str) -> str:
    text = re.sub("</(p|li|div|span|summary|b|td|th|dt|dd)>", " ", html)
    return re.sub("[ \n]+", " ", unescape(re.sub("<[^>]*>", "", text))).strip()


def panels(html: str) -> set[str]:
    return set(re.findall(r'<div class="calc" id="k-([\w-]+)"', html))


def opened(client: Client, design: Design, stage: str) -> str:
    return client.get(url(design, stage)).content.decode()


def cell(design: Design, table: str, name: str, column: str) -> str:
    """The address of a cell, by the id of its row."""
    row = next(one for one in rows(design, table) if one["id"] == name)
    return f"{table}/{row['row']}.{column}"


# -- What is shown --------------------------------------------------------------------------------


def test_every_calculation_stands_beside_a_question() -> None:
    questions = {f"{s.key}.{one.key}" for s in STAGES.values() for one in s.questions}
    assert BESIDE.keys() <= questions
    assert sum(map(len, BESIDE.values())) == len(CALCULATIONS)


def test_a_result_stands_beside_its_question_with_formula_and_limit(
    signed_in: Client, author: User
) -> None:
    html = opened(signed_in, make_complete_design(author), "serving")
    said = panel(html, "serving.path_p99")
    assert "p99 of the request path 78\u202fms met at most 100\u202fms, latency limit" in said
    assert "= 78\u202fms" in said
    assert "ranking: p99 25\u202fms" in said
    assert "The Tail at Scale" in said


def test_a_limit_that_is_not_kept_says_so_in_words(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    save(signed_in, design, fields={"framing.latency_slo_ms": "60"})
    said = panel(opened(signed_in, design, "serving"), "serving.path_p99")
    assert "78\u202fms not met at most 60\u202fms, latency limit" in said


def test_what_is_missing_is_named_and_linked(signed_in: Client, author: User) -> None:
    component = {"id": "ranker", "critical": True, "concurrency": 16, "replicas": 3}
    design = make_design(
        author, framing={"peak_qps": 20_000}, serving={"mode": "online", "components": [component]}
    )
    html = opened(signed_in, design, "serving")
    said = panel(html, "serving.replicas_needed")
    assert "1 not known yet" in said
    assert "ranker" in said
    assert "needs Mean, Planned use" in said
    row = rows(design, "serving.components")[0]["row"]
    assert f'href="{url(design, "serving")}?row={row}#q-serving-components">Mean</a>' in html


def test_a_table_has_a_line_for_each_row(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    said = panel(opened(signed_in, design, "serving"), "serving.replicas_needed")
    for component in rows(design, "serving.components"):
        assert component["id"] in said
    assert f"{len(rows(design, 'serving.components'))} met" in said


def test_without_rows_a_table_has_no_panel_yet_but_a_place_for_it(
    signed_in: Client, author: User
) -> None:
    design = make_design(author, serving={"mode": "online"})
    html = opened(signed_in, design, "serving")
    assert '<div class="calc" id="k-serving-replicas_needed"></div>' in html


# -- What a save sends ----------------------------------------------------------------------------


def test_a_save_sends_only_the_panels_that_come_out_differently(
    signed_in: Client, author: User
) -> None:
    design = make_complete_design(author)
    place = cell(design, "serving.components", "gateway", "p99_ms")
    said = save(signed_in, design, "serving", {place: "6"}, clock=str(design.clock))
    assert panels(said.content.decode()) == {"serving-path_p99", "serving-latency_headroom"}
    design.refresh_from_db()
    kpi = {"framing.business_kpi": "Minutes"}
    said = save(signed_in, design, "framing", kpi, clock=str(design.clock))
    assert panels(said.content.decode()) == set()


def other(asked: Field, value: Any) -> Any:
    """Another answer to the same question."""
    match asked.kind:
        case Kind.QUANTITY:
            return None if value is None else value * 1.5 + 1
        case Kind.FLAG:
            return not value
        case Kind.CHOICE:
            return next((one for one in asked.choices if one != value), "another")
        case Kind.LINE | Kind.TEXT:
            return f"{value} and more"
    return []


def every_place(design: Snapshot) -> Iterator[tuple[str, Any]]:
    """Each field and each cell with another answer."""
    for stage in STAGES.values():
        for key, field in stage.fields.items():
            if not field.is_table:
                yield f"{stage.key}.{key}", other(field, design.value(stage.key, key))
            for row in rows_at(design, f"{stage.key}.{key}") if field.is_table else ():
                for column, asked in field.columns.items():
                    yield row.at(column), other(asked, getattr(row, column))


def test_a_save_misses_no_panel_whatever_is_changed(author: User) -> None:
    contents = make_complete_design(author).contents()
    design = state_of(contents).snapshot
    before, tried = State(design, (), {}), 0
    for address, changed in every_place(design):
        after = State(with_answers(design, {address: changed}), (), {})
        for stage in STAGES.values():
            sent = panels_that_differ(stage, before, after, [Address.parse(address)])
            questions = [f"{stage.key}.{question.key}" for question in stage.questions]
            was = [panel for one in questions for panel in panels_beside(one, before)]
            now = [panel for one in questions for panel in panels_beside(one, after)]
            differ = [new for old, new in zip(was, now, strict=True) if old != new]
            assert {one.calculation.name for one in sent} == {
                one.calculation.name for one in differ
            }, address
            tried += len(differ)
    assert tried > 100


def test_a_page_that_is_behind_gets_all_its_panels(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    save(signed_in, design, "framing", {"framing.latency_slo_ms": "70"})
    kept = {"serving.security": "Tokens."}
    said = save(signed_in, design, "serving", kept, clock="0").content.decode()
    assert panel(said, "serving.path_p99").startswith("p99 of the request path")
    assert "serving-availability" in panels(said)


def test_another_peak_load_changes_the_replicas_of_serving(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    save(signed_in, design, "framing", {"framing.peak_qps": "60k"})
    said = panel(opened(signed_in, design, "serving"), "serving.replicas_needed")
    assert "not met" in said
    assert f"60{THIN}000/s" in said


def test_a_save_with_panels_costs_at_most_ten_queries(
    signed_in: Client, author: User, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    design = make_complete_design(author)
    place = cell(design, "serving.components", "gateway", "p99_ms")
    fields = {"base": str(design.clock), "clock": str(design.clock), place: "6"}
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        said = signed_in.post(url(design, "serving"), fields, headers={"HX-Request": "true"})
    assert "k-serving-path_p99" in said.content.decode()


# -- Use this -------------------------------------------------------------------------------------


def offers(html: str) -> dict[str, str]:
    """What may be used: number by address."""
    found = re.findall(r'name="use" value="([^"=]+)=([^"]*)"', html)
    return dict(found)


def test_a_result_is_copied_with_a_plain_form(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"daily_requests": 600_000_000})
    assert offers(opened(signed_in, design, "framing")) == {"framing.avg_qps": "6940"}
    posted = {"base": "0", "question": "framing-daily_requests", "use": "framing.avg_qps=6940"}
    response = signed_in.post(url(design), posted)
    assert response.status_code == 302
    assert response["Location"].endswith("#q-framing-daily_requests")
    assert answer(design, "framing.avg_qps") == 6940
    assert offers(opened(signed_in, design, "framing")) == {}


def test_replicas_are_rounded_up_and_go_into_their_row(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    save(signed_in, design, "framing", {"framing.peak_qps": "60k"})
    place = cell(design, "serving.components", "ranking", "replicas")
    assert offers(opened(signed_in, design, "serving"))[place] == "325"
    design.refresh_from_db()
    signed_in.post(url(design, "serving"), {"base": design.clock, "use": f"{place}=325"})
    assert answer(design, place) == 325
    html = opened(signed_in, design, "serving")
    assert place not in offers(html)


def test_a_result_that_stands_there_already_is_not_offered(signed_in: Client, author: User) -> None:
    framing = {"daily_requests": 600_000_000, "avg_qps": 6944}
    design = make_design(author, framing=framing)
    assert offers(opened(signed_in, design, "framing")) == {}


def test_a_result_never_replaces_a_newer_answer(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"daily_requests": 600_000_000})
    save(signed_in, design, fields={"framing.avg_qps": "8000"})
    stale = {"base": "0", "use": "framing.avg_qps=6940"}
    assert signed_in.post(url(design), stale).status_code == 409
    assert answer(design, "framing.avg_qps") == 8000


@pytest.mark.parametrize(
    ("use", "status"),
    [
        ("framing.nothing=1", 400),
        ("framing", 400),
        ("framing.avg_qps=many", 422),
        ("framing.scale=1", 422),
        ("serving.components/gone.replicas=3", 422),
    ],
)
def test_what_cannot_be_used_changes_nothing(
    signed_in: Client, author: User, use: str, status: int
) -> None:
    design = make_design(author, framing={"avg_qps": 5})
    assert signed_in.post(url(design), {"base": "0", "use": use}).status_code == status
    assert answer(design, "framing.avg_qps") == 5


def test_a_stranger_uses_nothing(client: Client, author: User) -> None:
    design = make_design(author, framing={"daily_requests": 600_000_000})
    client.force_login(User.objects.create_guest())
    response = client.post(url(design), {"base": "0", "use": "framing.avg_qps=6940"})
    assert response.status_code == 404
    assert answer(design, "framing.avg_qps") is None


def test_a_guest_uses_a_result_in_a_design_of_their_own(client: Client) -> None:
    guest = User.objects.create_guest()
    design = make_design(guest, framing={"daily_requests": 600_000_000})
    client.force_login(guest)
    client.post(url(design), {"base": "0", "use": "framing.avg_qps=6940"})
    assert answer(design, "framing.avg_qps") == 6940


@given(st.floats(min_value=1e-6, max_value=1e300))
def test_wholes_are_rounded_up_and_other_numbers_to_three_digits(number: float) -> None:
    assert rounded_for(REPLICAS, number) == math.ceil(number)
    assert rounded_for(ROWS, number) == pytest.approx(number, rel=0.005)
    assert rounded_for(ROWS, float(rounded_for(ROWS, number))) == rounded_for(ROWS, number)


# -- Reading --------------------------------------------------------------------------------------


def test_the_read_view_says_results_with_their_formula(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    html = signed_in.get(reverse("designs:design_read", args=[design.pk])).content.decode()
    assert "p99 of the request path" in html
    assert "= 78\u202fms" in in_words(html)


# -- Whatever stands in a design ------------------------------------------------------------------


@settings(max_examples=25)
@given(answers(), st.sampled_from(["7", "0", "1e300", "50 %", "x"]))
def test_panels_and_trials_of_any_design_are_shown(stored: AllAnswers, tried: str) -> None:
    snapshot = Snapshot.of(with_row_names(stored))
    state = State(snapshot, run(snapshot), {})
    for question in BESIDE:
        place = Address.parse(question)
        page = StagePage(Design(), {}, place.definition, state)
        for panel in panels_beside(question, state):
            html = render_to_string("designs/_panel.html", {"panel": panel, "page": page})
            assert bool(panel.results) == (panel.calculation.title in unescape(html))
            render_to_string("designs/_panel_read.html", {"panel": panel})
        known = inputs_of(question, state)
        for at in [known[0], known[-1]] if known else []:
            trial = trial_of(state, question, str(at), tried)
            html = render_to_string("designs/_what_if.html", {"trial": trial, "page": page})
            assert "<select" in html
