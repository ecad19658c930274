"""Numbers cited in texts: shown where they are read, said below where they are written."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.interchange import read
from tests.factories import answer, make_complete_design, make_design, make_user, rows

pytestmark = pytest.mark.django_db

THIN = "\u202f"
FIRST = {"id": "gateway", "p99_ms": 5, "critical": True}
SECOND = {"id": "ranker", "p99_ms": 25, "critical": True, "fallback": "[[serving.path_p99]]"}


def citing(author: User, text: str = "The path takes [[serving.path_p99]].") -> Design:
    return make_design(
        author,
        framing={"peak_qps": 20_000, "business_kpi": "Load of [[framing.peak_qps]]"},
        serving={"mode_reason": text, "components": [dict(FIRST), dict(SECOND)]},
    )


def page(client: Client, design: Design, stage: str) -> str:
    url = reverse("designs:stage_edit", args=[design.pk, stage])
    return client.get(url).content.decode()


def save(client: Client, design: Design, stage: str, fields: dict[str, Any]) -> HttpResponse:
    """Post as the page does, on the newest version."""
    design.refresh_from_db()
    posted = {"base": design.clock, "clock": design.clock, **fields}
    url = reverse("designs:stage_edit", args=[design.pk, stage])
    response = client.post(url, posted, headers={"HX-Request": "true"})
    assert isinstance(response, HttpResponse)
    return response


class Attributes(HTMLParser):
    """Collects the names of all attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.update(name for name, _ in attrs)


# -- Read -----------------------------------------------------------------------------------------


def test_reading_shows_the_number_in_texts_lists_and_cells(signed_in: Client, author: User) -> None:
    design = make_design(
        author,
        framing={
            "peak_qps": 20_000,
            "problem_statement": "At **[[framing.peak_qps]]**, `[[framing.peak_qps]]`",
            "in_scope": ["All of [[framing.peak_qps]]"],
            "business_kpi": "Load <b> of [[framing.peak_qps]]",
            "assumptions": [{"assumption": "It stays below [[framing.peak_qps]]"}],
        },
    )
    read_page = signed_in.get(reverse("designs:design_read", args=[design.pk])).content.decode()
    assert read_page.count(f">20{THIN}000/s</data>") == 4
    assert "<code>[[framing.peak_qps]]</code>" in read_page
    assert "Load &lt;b&gt; of <data" in read_page
    assert 'title="Framing, Peak load"' in read_page


def test_what_is_missing_or_unknown_is_marked_where_it_is_read(
    signed_in: Client, author: User
) -> None:
    design = make_design(
        author, framing={"problem_statement": "[[framing.average_qps]] [[framing.no]]"}
    )
    read_page = signed_in.get(reverse("designs:design_read", args=[design.pk])).content.decode()
    assert "Average load (not known yet)</data>" in read_page
    assert 'title="Needs Framing, Requests a day"' in read_page
    assert 'class="cite cite--unknown"' in read_page
    assert ">[[framing.no]]</data>" in read_page


def test_an_example_and_a_comparison_show_numbers(signed_in: Client, author: User) -> None:
    example = make_complete_design(author)
    stored = Design.objects.examples().get(example="video")
    row = stored.contents()["framing"]
    row.hold({**row.answers, "problem_statement": "At [[framing.peak_qps]]"}, row.versions)
    row.save()
    read_page = signed_in.get(reverse("designs:example_read", args=["video"])).content.decode()
    assert f">20{THIN}000/s</data>" in read_page
    url = reverse("designs:answer_compare", args=[example.pk, "framing.problem_statement"])
    assert f">20{THIN}000/s</data>" in signed_in.get(url).content.decode()


def test_a_preview_shows_the_numbers_of_the_design(signed_in: Client, author: User) -> None:
    design = citing(author)
    url = reverse("designs:text_preview", args=[design.pk])
    shown = signed_in.post(url, {"text": "Takes [[serving.path_p99]]"}).content.decode()
    assert f">30{THIN}ms</data>" in shown


def test_a_hostile_name_is_harmless_wherever_it_is_shown(signed_in: Client, author: User) -> None:
    hostile = "[[<script>alert(1)</script>\"' onclick=x]]"
    design = make_design(
        author,
        framing={"problem_statement": hostile, "business_kpi": hostile, "in_scope": [hostile]},
    )
    pages = [page(signed_in, design, "framing")]
    for name in ("design_read", "finding_list"):
        url = reverse(f"designs:{name}", args=[design.pk])
        pages.append(signed_in.get(url).content.decode())
    for shown in pages:
        reader = Attributes()
        reader.feed(shown)
        assert "onclick" not in reader.names
        assert "<script>alert" not in shown


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_file_keeps_the_names(signed_in: Client, author: User, form: str) -> None:
    design = citing(author)
    url = reverse("designs:design_download", args=[design.pk, form])
    reading = read(signed_in.get(url).content.decode(), name=f"x.{form}")
    assert reading.answers["serving"]["mode_reason"] == "The path takes [[serving.path_p99]]."


# -- Written --------------------------------------------------------------------------------------


def said_below(html: str, address: str) -> str:
    """What the page, or the answer to a save, says below one answer; empty when it is not there."""
    _, _, rest = html.partition(f'data-for="{address}"')
    return rest.partition("</div>")[0]


def test_the_values_stand_below_the_text(signed_in: Client, author: User) -> None:
    design = citing(author, "[[serving.path_p99]] [[framing.average_qps]] [[serving.no]]")
    below = said_below(page(signed_in, design, "serving"), "serving.mode_reason")
    assert f"30{THIN}ms</data>" in below
    assert "is not known yet: needs" in below
    assert "/framing/#q-framing-daily_requests" in below
    assert "leads to no number of this design" in below


def test_a_text_that_cites_nothing_says_nothing(signed_in: Client, author: User) -> None:
    below = said_below(page(signed_in, citing(author, "30 ms"), "serving"), "serving.mode_reason")
    assert "cited" not in below


def test_the_answer_to_a_save_says_what_its_text_cites(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"peak_qps": 20_000})
    fields = {"framing.problem_statement": "At [[framing.peak_qps]]"}
    response = save(signed_in, design, "framing", fields)
    below = said_below(response.content.decode(), "framing.problem_statement")
    assert f"20{THIN}000/s</data>" in below


def test_a_save_that_changes_a_number_updates_the_texts_that_cite_it(
    signed_in: Client, author: User
) -> None:
    design = citing(author)
    ranker = rows(design, "serving.components")[1]["row"]
    cell = f"serving.components/{ranker}"
    fields = {f"{cell}.p99_ms": "35", "open": ranker}
    said = save(signed_in, design, "serving", fields).content.decode()
    assert f"40{THIN}ms</data>" in said_below(said, "serving.mode_reason")
    assert f"40{THIN}ms</data>" in said_below(said, f"{cell}.fallback")
    said = save(signed_in, design, "serving", {f"{cell}.timeout_ms": "90"}).content.decode()
    assert not said_below(said, "serving.mode_reason")


def test_cells_of_every_open_row_are_kept_up_to_date_and_of_no_other(
    signed_in: Client, author: User
) -> None:
    design = citing(author)
    gateway, ranker = (row["row"] for row in rows(design, "serving.components"))
    change = {f"serving.components/{gateway}.p99_ms": "6", "open": gateway}
    detail = f"serving.components/{ranker}.fallback"
    said = save(signed_in, design, "serving", change).content.decode()
    assert not said_below(said, detail)
    change = {f"serving.components/{gateway}.p99_ms": "7", "opened": f"{gateway} {ranker}"}
    said = save(signed_in, design, "serving", change).content.decode()
    assert f"32{THIN}ms</data>" in said_below(said, detail)


def test_a_finding_appears_with_an_unknown_name_and_goes_with_it(
    signed_in: Client, author: User
) -> None:
    design = citing(author)
    wrong = {"serving.mode_reason": "At [[serving.path_p9]]"}
    said = save(signed_in, design, "serving", wrong).content.decode()
    assert "general.unknown-citation" in said
    assert "the nearest is “serving.path_p99”" in said
    right = {"serving.mode_reason": "At [[serving.path_p99]]"}
    said = save(signed_in, design, "serving", right).content.decode()
    assert 'id="n-serving-mode"' in said
    assert "general.unknown-citation" not in said


def test_a_save_of_a_design_that_cites_much_costs_no_more_queries(
    signed_in: Client, author: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    design = citing(author, "[[serving.path_p99]] " * 500)
    url = reverse("designs:stage_edit", args=[design.pk, "serving"])
    fields = {"base": 0, "clock": 0, "serving.zones": "3"}
    with django_assert_max_num_queries(10):
        response = signed_in.post(url, fields, headers={"HX-Request": "true"})
    assert response.status_code == 200


# -- A row gets another id ------------------------------------------------------------------------


def test_texts_follow_the_id_of_a_row(signed_in: Client, author: User) -> None:
    design = make_design(
        author,
        framing={"in_scope": ["x", "[[serving.components/ranker.p99_ms]]"]},
        serving={
            "mode_reason": "At [[serving.components/ranker.p99_ms]]",
            "components": [{**FIRST}, {**SECOND, "fallback": "[[serving.path_p99]]"}],
        },
    )
    ranker = rows(design, "serving.components")[1]["row"]
    fields = {f"serving.components/{ranker}.id": "scorer", "open": ranker}
    said = save(signed_in, design, "serving", fields).content.decode()
    followed = "[[serving.components/scorer.p99_ms]]"
    assert answer(design, "serving.mode_reason") == f"At {followed}"
    assert answer(design, "framing.in_scope") == ["x", followed]
    assert answer(design, f"serving.components/{ranker}.fallback") == "[[serving.path_p99]]"
    # The text on the page is replaced, so that the next edit there is based on the new one.
    assert 'id="c-serving-mode_reason" hx-swap-oob="true"' in said
    assert f">At {followed}</textarea>" in said
    assert "general.unknown-citation" not in said


def test_a_cell_in_an_open_row_that_cites_the_row_itself_follows(
    signed_in: Client, author: User
) -> None:
    own = "[[serving.components/ranker.p99_ms]]"
    row = {**SECOND, "fallback": own}
    design = make_design(author, serving={"components": [row]})
    ranker = rows(design, "serving.components")[0]["row"]
    cell = f"serving.components/{ranker}.fallback"
    fields = {f"serving.components/{ranker}.id": "scorer", "open": ranker}
    said = save(signed_in, design, "serving", fields).content.decode()
    assert answer(design, cell) == "[[serving.components/scorer.p99_ms]]"
    assert f'name="{cell}" value="[[serving.components/scorer.p99_ms]]"' in said


def test_texts_do_not_follow_while_another_row_has_the_id(signed_in: Client, author: User) -> None:
    text = "[[serving.components/ranker.p99_ms]]"
    design = make_design(
        author, serving={"mode_reason": text, "components": [dict(SECOND), dict(SECOND)]}
    )
    ranker = rows(design, "serving.components")[0]["row"]
    save(signed_in, design, "serving", {f"serving.components/{ranker}.id": "scorer"})
    assert answer(design, "serving.mode_reason") == text


# -- The list of names ----------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [True, False])
def test_the_numbers_of_a_design_are_listed_by_name(
    signed_in: Client, author: User, htmx: bool
) -> None:
    url = reverse("designs:number_list", args=[citing(author).pk])
    response = signed_in.get(url, headers={"HX-Request": "true"} if htmx else {})
    listed = response.content.decode()
    assert ("<html" in listed) is not htmx
    assert "HX-Request" in response["Vary"]
    for name, value in (
        ("serving.path_p99", f"30{THIN}ms"),
        ("framing.peak_qps", f"20{THIN}000/s"),
        ("serving.components/ranker.p99_ms", f"25{THIN}ms"),
        ("framing.average_qps", "not known yet"),
    ):
        _, _, rest = listed.partition(name)
        assert value in rest[:300]
    assert "framing.latency_slo_ms" not in listed


def test_an_empty_design_lists_what_could_be_computed(signed_in: Client, author: User) -> None:
    url = reverse("designs:number_list", args=[make_design(author).pk])
    assert "framing.average_qps" in signed_in.get(url).content.decode()


def test_nobody_else_sees_the_numbers(author: User, client: Client) -> None:
    url = reverse("designs:number_list", args=[citing(author).pk])
    assert client.get(url).status_code == 302
    client.force_login(make_user("Somebody else"))
    assert client.get(url).status_code == 404
    client.force_login(author)
    assert client.post(url).status_code == 405
