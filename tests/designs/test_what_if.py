"""Another number tried out: what would come out and break, and that nothing is stored."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, StageAnswers
from mlsd_app.designs.saving import create_design
from tests.checklist.designs import worked_answers
from tests.designs.test_panels import in_words
from tests.factories import make_complete_design, make_design, rows

pytestmark = pytest.mark.django_db

COMPONENTS = "serving.components"


def try_out(client: Client, design: Design, **asked: str) -> HttpResponse:
    response = client.get(reverse("designs:what_if", args=[design.pk]), asked)
    assert isinstance(response, HttpResponse)
    return response


def said(client: Client, design: Design, **asked: str) -> str:
    return in_words(try_out(client, design, **asked).content.decode())


def stored(design: Design) -> list[tuple[str, str]]:
    kept = StageAnswers.objects.filter(design=design).order_by("stage")
    return list(kept.values_list("content_hash", "versions_json"))


# -- It works -------------------------------------------------------------------------------------


def test_results_and_findings_stand_beside_those_of_today(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    before = stored(design), Design.objects.get(pk=design.pk).clock
    page = said(signed_in, design, beside=COMPONENTS, at="framing.peak_qps", value="40k/s")
    assert "40\u202f000/s 2\u202f× breaks 2" in page
    assert "Error, new: ranking has 180 replicas, but 40\u202f000/s at peak need 217." in page
    assert "Replicas needed at peak ranking 109 217 not met" in page
    assert (stored(design), Design.objects.get(pk=design.pk).clock) == before


def test_findings_that_would_go_are_named(signed_in: Client, author: User) -> None:
    design = make_design(
        author,
        framing={"timeliness": "online", "daily_requests": 600_000_000, "peak_qps": 5_000},
    )
    asked = {"beside": "framing.daily_requests", "at": "framing.peak_qps"}
    page = said(signed_in, design, **asked, value="20k")
    assert "resolves 1" in page
    assert "Resolved: Peak 5000/s is below the daily average" in page


def test_what_would_break_first_is_said_both_ways(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    page = said(signed_in, design, beside=COMPONENTS, at="framing.peak_qps")
    assert "Going up first breaks at 33\u202f" in page
    assert "ranking has 180 replicas" in page
    assert "Going down first breaks at 69" in page
    assert "below the daily average" in page


def test_a_limit_that_is_very_near_is_said_in_percent(signed_in: Client, author: User) -> None:
    design = create_design(author, worked_answers("fraud"))
    page = said(signed_in, design, beside="metrics.ab.unit", at="metrics.ab.eligible_units")
    assert "first breaks at 40.2\u202fM (0.5\u202f% more)" in page.replace("\xa0", "\u202f")


def test_a_number_of_a_row_can_be_tried(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    ranking = next(one for one in rows(design, COMPONENTS) if one["id"] == "ranking")
    at = f"{COMPONENTS}/{ranking['row']}.p99_ms"
    page = said(signed_in, design, beside=COMPONENTS, at=at, value="0.05 s")
    assert "p99 of the request path 78\u202fms 103\u202fms not met" in page
    assert "Serving, ranking" in try_out(signed_in, design, beside=COMPONENTS).content.decode()


def test_a_number_that_is_not_stated_yet_can_be_tried(signed_in: Client, author: User) -> None:
    design = make_design(author)
    asked = {"beside": "framing.daily_requests", "at": "framing.daily_requests"}
    assert "which is not stated yet" in said(signed_in, design, **asked)
    page = said(signed_in, design, **asked, value="600M/day")
    assert "Average load \u2013 6944/s" in page


def test_a_tried_value_can_be_used(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    at = "framing.peak_qps"
    html = try_out(signed_in, design, beside=COMPONENTS, at=at, value="25k").content.decode()
    assert f'name="use" value="{at}=25k"' in html
    assert reverse("designs:stage_edit", args=[design.pk, "framing"]) in html
    today = try_out(signed_in, design, beside=COMPONENTS, at=at, value="20k").content.decode()
    assert 'name="use"' not in today


def test_htmx_gets_only_the_part_it_asks_for(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    asked = {"beside": COMPONENTS, "at": "framing.peak_qps", "value": "40k"}
    address = reverse("designs:what_if", args=[design.pk])
    headers = {"HX-Request": "true", "HX-Target": "if-serving-components"}
    whole = signed_in.get(address, asked, headers=headers).content.decode()
    assert whole.startswith('<section class="whatif" id="what-if-serving-components"')
    headers["HX-Target"] = "tried-serving-components"
    tried = signed_in.get(address, asked, headers=headers).content.decode()
    assert tried.startswith('<div class="tried" id="tried-serving-components"')
    assert "breaks 2" in in_words(tried)
    assert "first breaks at" not in in_words(tried)
    headers["HX-Target"] = "anything"
    assert signed_in.get(address, {"beside": "monitoring.monitors"}, headers=headers).content


def test_without_rows_there_is_nothing_to_try_yet(signed_in: Client, author: User) -> None:
    page = said(signed_in, make_design(author), beside="monitoring.monitors")
    assert "Nothing to try yet." in page


def test_trying_costs_few_queries(
    signed_in: Client, author: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    design = make_complete_design(author)
    with django_assert_max_num_queries(6):
        try_out(signed_in, design, beside=COMPONENTS, at="framing.peak_qps", value="40k")


# -- Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["many", "10 ms", "-1", "1e999", "5 to 9"])
def test_what_is_no_such_number_is_said_and_stays(
    signed_in: Client, author: User, value: str
) -> None:
    design = make_complete_design(author)
    response = try_out(signed_in, design, beside=COMPONENTS, at="framing.peak_qps", value=value)
    assert response.status_code == 422
    html = response.content.decode()
    assert f'value="{value}"' in html
    assert "field__says--error" in html
    assert "Peak load:" in in_words(html)


@pytest.mark.parametrize("value", ["1e308", "1e101", "1e-200"])
def test_a_number_that_no_result_can_follow_from_is_said_to_be_one(
    signed_in: Client, author: User, value: str
) -> None:
    design = make_complete_design(author)
    response = try_out(signed_in, design, beside=COMPONENTS, at="framing.peak_qps", value=value)
    assert response.status_code == 422
    page = in_words(response.content.decode())
    assert "cannot be worked out: it is too " in page
    assert "resolves" not in page


@pytest.mark.parametrize("value", ["0", "1e-99", "1e100", "9" * 60])
def test_absurd_numbers_are_only_numbers(signed_in: Client, author: User, value: str) -> None:
    design = make_complete_design(author)
    for beside, at in [
        (COMPONENTS, "framing.peak_qps"),
        ("metrics.ab.unit", "metrics.ab.mean"),
        ("framing.daily_requests", "framing.daily_requests"),
    ]:
        response = try_out(signed_in, design, beside=beside, at=at, value=value)
        assert response.status_code == 200


@pytest.mark.parametrize(
    "at", ["", "framing.decision", "nowhere", "serving.components/gone.p99_ms"]
)
def test_an_address_that_is_no_input_becomes_the_first_that_is(
    signed_in: Client, author: User, at: str
) -> None:
    design = make_complete_design(author)
    response = try_out(signed_in, design, beside=COMPONENTS, at=at)
    assert response.status_code == 200
    assert b" selected" in response.content


@pytest.mark.parametrize("beside", ["framing.decision", "nowhere", "<script>"])
def test_beside_other_questions_nothing_is_calculated(
    signed_in: Client, author: User, beside: str
) -> None:
    assert try_out(signed_in, make_design(author), beside=beside).status_code == 404


def test_what_was_typed_is_shown_as_text(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    hostile = '"><script>alert(1)</script>'
    html = try_out(signed_in, design, beside=COMPONENTS, value=hostile).content.decode()
    assert "<script>alert" not in html
