"""The checks to look up: the list with its filters, and the page of each check."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.checklist import CHECKS, Check, Severity, Signal, design_of
from mlsd_app.rubric import traps
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES
from tests.factories import make_complete_design, make_design

pytestmark = pytest.mark.django_db

LIST = reverse("designs:check_list")
HTMX = {"HX-Request": "true"}
HOSTILE = '"><script>alert(1)</script>{{ 7|add:7 }}'
SAMPLE = (
    "framing.no-ml-option-skipped",  # its failing example is empty
    "framing.assumptions-missing",  # two findings
    "metrics.experiment-too-small",  # reads a group of fields
    "features.wrong-number-for-an-interview",  # one row against four
    "general.prose-disagrees-on-latency",  # reads nearly everything
    "general.model-before-metric",  # reads the history
    "serving.latency-over-budget",
)


def page_of(client: Client, name: str) -> str:
    response = client.get(reverse("designs:check_detail", args=[name]))
    assert response.status_code == 200, name
    return response.content.decode()


def listed(client: Client, **wanted: str) -> list[str]:
    """The names of the checks on the list, from top to bottom."""
    response = client.get(LIST, wanted)
    assert response.status_code == 200
    return re.findall(r'class="check__name" href="/checks/([^"]+)/"', response.content.decode())


# -- The list -------------------------------------------------------------------------------------


def test_every_check_is_listed_once_in_the_order_of_the_stages(client: Client) -> None:
    order = [*(stage.key for stage in NUMBERED_STAGES), "general"]
    names = listed(client)
    assert sorted(names) == sorted(CHECKS)
    assert [name.partition(".")[0] for name in names] == sorted(
        (check.stage for check in CHECKS.values()), key=order.index
    )
    page = client.get(LIST).content.decode()
    for stage in STAGES.values():
        assert f'href="#{stage.key}"' in page
        assert page.count(f'id="{stage.key}"') == 1


def test_a_line_says_what_one_needs_to_choose(client: Client) -> None:
    page = client.get(LIST).content.decode()
    lines = {
        found[1]: found[0]
        for found in re.findall(
            r'(<li class="check">.*?href="/checks/([^"]+)/".*?</li>)', page, re.S
        )
    }
    for name, check in CHECKS.items():
        line = unescape(lines[name])
        assert f">{name}</a>" in line
        assert check.message in line
        assert f"#{check.severity}" in line  # the icon
        assert check.severity.capitalize() in line
        assert check.signal.label in line


def test_a_line_says_whether_the_check_reads_across_stages(client: Client) -> None:
    page = client.get(LIST, {"q": "serving.latency-over-budget"}).content.decode()
    assert "Reads across stages" in page
    page = client.get(LIST, {"stage": "framing"}).content.decode()
    assert "Reads across stages" not in page


@pytest.mark.parametrize("stage", STAGES)
def test_filtered_by_stage(client: Client, stage: str) -> None:
    assert listed(client, stage=stage) == [n for n, c in CHECKS.items() if c.stage == stage]


@pytest.mark.parametrize("severity", Severity)
def test_filtered_by_severity(client: Client, severity: Severity) -> None:
    expected = {name for name, check in CHECKS.items() if check.severity is severity}
    assert set(listed(client, severity=severity)) == expected


@pytest.mark.parametrize("signal", Signal)
def test_filtered_by_signal(client: Client, signal: Signal) -> None:
    expected = {name for name, check in CHECKS.items() if check.signal is signal}
    assert set(listed(client, signal=signal)) == expected


def test_filters_and_words_narrow_together_and_stay_in_the_form(client: Client) -> None:
    wanted = {"stage": "serving", "severity": "error", "signal": "S4", "q": "latency"}
    names = listed(client, **wanted)
    assert "serving.latency-over-budget" in names
    for check in map(CHECKS.__getitem__, names):
        assert (check.stage, check.severity, check.signal) == ("serving", "error", "S4")
    page = client.get(LIST, wanted).content.decode()
    for value in ("serving", "error", "S4"):
        assert f'<option value="{value}" selected>' in page
    assert 'value="latency"' in page
    assert f"{len(names)} of {len(CHECKS)} checks" in page


def test_words_are_looked_for_everywhere_in_any_order_and_case(client: Client) -> None:
    check = CHECKS["metrics.accuracy-of-a-rare-class"]
    for said in (check.name, check.ref, check.message, check.hint, check.why, "  RARE  accuracy "):
        assert check.name in listed(client, q=said), said
    assert listed(client, q=check.ref) == [check.name]
    assert listed(client, q=f"{check.ref} zebra") == []
    assert listed(client, q="") == listed(client)


def test_a_choice_that_does_not_exist_narrows_nothing(client: Client) -> None:
    strange = {"stage": "cooking", "severity": "fatal", "signal": "S7", "colour": "blue"}
    assert listed(client, **strange) == listed(client)


@pytest.mark.parametrize(
    "wanted",
    [{"q": "zebra"}, {"stage": "framing", "signal": "S5"}, {"q": "zebra", "stage": "data"}],
)
def test_nothing_found_says_so_and_leads_back(client: Client, wanted: dict[str, str]) -> None:
    assert listed(client, **wanted) == []
    page = client.get(LIST, wanted).content.decode()
    assert "No check fits." in page
    assert f'<a href="{LIST}">Show all {len(CHECKS)}</a>' in page
    assert f"0 of {len(CHECKS)} checks" in page


def test_hostile_words_are_shown_as_text(client: Client) -> None:
    for headers in ({}, HTMX):
        response = client.get(LIST, {"q": HOSTILE}, headers=headers)
        page = response.content.decode()
        assert "<script>alert" not in page
        assert escape(HOSTILE) in page
    assert "<" not in response["HX-Replace-Url"]


@pytest.mark.parametrize("words", ["\x00", "a\r\nSet-Cookie: b=c", "é" * 2000, "%", "[(*\\"])
def test_any_words_are_answered(client: Client, words: str) -> None:
    response = client.get(LIST, {"q": words}, headers=HTMX)
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers


# -- With htmx ------------------------------------------------------------------------------------


def test_htmx_gets_the_list_and_the_count_only(client: Client) -> None:
    response = client.get(LIST, {"q": "latency", "stage": ""}, headers=HTMX)
    page = response.content.decode()
    assert "<html" not in page
    assert "<form" not in page
    assert 'id="listing"' in page
    assert re.search(rf'hx-swap-oob="innerHTML:#check-count">\d+ of {len(CHECKS)} checks', page)
    assert response["HX-Replace-Url"] == f"{LIST}?q=latency"
    assert client.get(LIST, headers=HTMX)["HX-Replace-Url"] == LIST


def test_the_page_is_whole_without_htmx_and_when_history_is_restored(client: Client) -> None:
    for headers in ({}, {**HTMX, "HX-History-Restore-Request": "true"}):
        response = client.get(LIST, {"q": "latency"}, headers=headers)
        page = response.content.decode()
        assert page.count("<h1") == 1
        assert page.count('id="check-count"') == 1
        assert "HX-Replace-Url" not in response.headers
        assert "HX-Request" in response["Vary"]


# -- Who and how much -----------------------------------------------------------------------------

PAGES = [LIST, reverse("designs:check_detail", args=["framing.latency-not-stated"])]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("kind", ["visitor", "guest", "author"])
def test_everybody_may_look(client: Client, author: User, path: str, kind: str) -> None:
    if kind != "visitor":
        client.force_login(User.objects.create_guest() if kind == "guest" else author)
    page = client.get(path).content.decode()
    assert page.count("<h1") == 1
    assert 'aria-current="' in page
    assert client.post(path).status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_visitors_cost_no_query(
    client: Client, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        client.get(path)


def test_people_cost_the_same_queries_whatever_is_listed(
    signed_in: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in.get(LIST)
    for path in (LIST, f"{LIST}?q=zebra", f"{LIST}?stage=serving", *PAGES):
        with django_assert_max_num_queries(4):  # session and user; notices and desk in the bar
            signed_in.get(path)


# -- One check ------------------------------------------------------------------------------------


def test_every_check_has_a_page_that_says_all_of_it(client: Client) -> None:
    for name, check in CHECKS.items():
        page = unescape(page_of(client, name))
        said = (name, check.ref, check.message, check.why, check.hint, check.source)
        assert [one for one in said if one not in page] == [], name
        assert check.signal.label in page
        assert [one for one in check.reads if one not in page] == [], name


def test_each_failing_example_shows_what_is_really_found_and_the_passing_one_passes(
    client: Client,
) -> None:
    for name, check in CHECKS.items():
        fails, passes = unescape(page_of(client, name)).split('id="passing"')
        findings = list(check.findings(design_of(check.failing)))
        assert findings
        assert [one.message for one in findings if one.message not in fails] == [], name
        assert fails.count(f"{check.severity.capitalize()}.</span>") == len(findings), name
        assert "Passed." not in fails, name
        assert passes.count("Passed.") == 1, name


@pytest.mark.parametrize("name", SAMPLE)
def test_what_it_reads_is_named_by_stage_question_and_address(client: Client, name: str) -> None:
    page = page_of(client, name)
    start = page.index('id="looks-for"')
    table = unescape(page[start : page.index("</table>", start)])
    for address in CHECKS[name].reads:
        stage_key, _, key = address.partition(".")
        assert f'<span class="address">{address}</span>' in table
        if stage_key in STAGES:
            stage = STAGES[stage_key]
            fields = [one for one in stage.fields if one == key or one.startswith(f"{key}.")]
            assert stage.title in table
            for field in fields:
                assert stage.question_of(field).label in table


def test_an_example_is_shown_as_labels_and_values(client: Client) -> None:
    page = page_of(client, "metrics.experiment-too-small")
    assert "<dt>Smallest effect to see</dt><dd" in page
    assert "0.5\u202f%" in page
    assert "<dt>Kind of metric</dt><dd>Mean" in page  # the label of the choice, not its key
    assert "1.281\u202fM units" in page


def test_rows_are_shown_as_tables_with_the_columns_they_fill(client: Client) -> None:
    page = page_of(client, "metrics.accuracy-of-a-rare-class")
    example = page[page.index('id="failing"') : page.index('id="passing"')]
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)', example) == [
        "Id",
        "Kind",
        "Family",
        "Label",
        "Positive",
    ]
    assert 'data-label="Positive">0.12\u202f%' in example
    assert "Data, fraud, Positive" in example  # where the finding stands: the row by its name


def test_the_passing_example_marks_what_differs(client: Client) -> None:
    fails, passes = page_of(client, "metrics.experiment-too-small").split('id="passing"')
    assert "<mark>" not in fails
    assert re.findall("<mark>([^<]+)", passes) == ["200\u202fM"]
    rows = page_of(client, "features.wrong-number-for-an-interview").split('id="passing"')[1]
    assert len(re.findall("<mark>", rows)) == 3  # of four rows, all but the one that both have


def test_an_empty_example_says_so(client: Client) -> None:
    fails, passes = page_of(client, "framing.no-ml-option-skipped").split('id="passing"')
    assert "nothing is answered yet" in fails
    assert "nothing is answered yet" not in passes


def test_when_stages_were_first_answered_is_part_of_an_example(client: Client) -> None:
    fails, passes = page_of(client, "general.model-before-metric").split('id="passing"')
    assert "<dt>Metrics, first answered after</dt>" in fails
    assert "15\u202fmin" in fails
    assert "<mark>5\u202fmin</mark>" in passes


def test_next_leads_through_the_stage_and_previous_back(client: Client) -> None:
    for stage in STAGES:
        names = [name for name, check in CHECKS.items() if check.stage == stage]
        for by, walk in (("next", names), ("prev", names[::-1])):
            page = page_of(client, walk[0])
            assert [walk[0], *_followed(client, page, by)] == walk


def _followed(client: Client, page: str, by: str) -> list[str]:
    found = re.search(rf'href="/checks/([^"]+)/" rel="{by}"', page)
    return [found[1], *_followed(client, page_of(client, found[1]), by)] if found else []


def noticed_by(check: Check) -> set[str]:
    return {trap.title for key in STAGES for trap in traps(key) if check.ref in trap.checks}


def test_the_traps_it_notices_are_told_once(client: Client) -> None:
    told = 0
    for name, check in CHECKS.items():
        titles = re.findall(r'panel__title">[^:]+: ([^<]+)<', page_of(client, name))
        assert sorted(map(unescape, titles)) == sorted(noticed_by(check)), name
        told += len(titles)
    assert told


@pytest.mark.parametrize(
    "name", ["nothing", "framing.E004", "framing.Latency-not-stated", "..", "<script>", "a" * 5000]
)
def test_an_unknown_name_is_not_found(client: Client, name: str) -> None:
    response = client.get(reverse("designs:check_detail", args=[name]))
    assert response.status_code == 404
    assert "<script>" not in response.content.decode().split("<body")[1]


# -- From everywhere ------------------------------------------------------------------------------


def test_a_finding_leads_to_its_check(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    link = f'href="{reverse("designs:check_detail", args=["framing.latency-not-stated"])}"'
    for view, more in (("stage_edit", ["framing"]), ("finding_list", [])):
        page = signed_in.get(reverse(f"designs:{view}", args=[design.pk, *more]))
        assert link in page.content.decode()


def test_a_finding_that_appears_with_a_save_leads_to_its_check(
    signed_in: Client, author: User
) -> None:
    design = make_complete_design(author)
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    saved = signed_in.post(url, {"base": 0, "framing.latency_slo_ms": ""}, headers=HTMX)
    assert 'href="/checks/framing.latency-not-stated/"' in saved.content.decode()


def test_the_header_leads_to_the_checks(client: Client) -> None:
    assert f'<a href="{LIST}">Checks</a>' in client.get("/").content.decode()
    assert f'<a href="{LIST}" aria-current="page">Checks</a>' in client.get(LIST).content.decode()
