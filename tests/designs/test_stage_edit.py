from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from tests.factories import answer, make_complete_design, make_design, rows

pytestmark = pytest.mark.django_db


def url(design: Design, stage: str = "framing") -> str:
    return reverse("designs:stage_edit", args=[design.pk, stage])


def save(
    signed_in: Client,
    design: Design,
    stage: str = "framing",
    fields: dict[str, str] | None = None,
    **operation: str,
) -> HttpResponse:
    """Post as the page does: one address or operation, on the newest version, as htmx."""
    design.refresh_from_db()
    posted = {"base": str(design.clock), **(fields or {}), **operation}
    response = signed_in.post(url(design, stage), posted, headers={"HX-Request": "true"})
    assert isinstance(response, HttpResponse)
    return response


# -- It works ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "stage",
    ["general", "framing", "metrics", "data", "features", "model", "serving", "monitoring"],
)
def test_every_stage_of_a_complete_design_opens(
    signed_in: Client, author: User, stage: str
) -> None:
    design = make_complete_design(author)
    page = signed_in.get(url(design, stage)).content.decode()
    assert page.count("<h1") == 1
    assert "all checks pass" in page


def test_an_answer_is_stored_and_comes_back(signed_in: Client, author: User) -> None:
    design = make_design(author)
    response = save(signed_in, design, fields={"framing.latency_slo_ms": "0.05 s"})
    assert response.status_code == 200
    assert answer(design, "framing.latency_slo_ms") == 50
    assert 'data-normal="50"' in response.content.decode()


def test_a_save_answers_with_the_findings_it_changed(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    said = save(signed_in, design, fields={"framing.peak_qps": "20 k/s"}).content.decode()
    assert 'id="rail"' in said
    assert 'id="tally"' in said
    assert "framing.load-not-stated" not in said
    design = make_design(author)
    said = save(signed_in, design, fields={"framing.timeliness": "online"}).content.decode()
    assert "framing.load-not-stated" in said


def test_a_save_sends_the_rail_only_when_it_differs_or_another_tab_changed_it(
    signed_in: Client, author: User
) -> None:
    design = make_complete_design(author)
    edit = {"base": 0, "clock": 0, "framing.peak_qps": "21000"}
    said = signed_in.post(url(design), edit, headers={"HX-Request": "true"}).content.decode()
    assert 'id="rail"' not in said
    edit = {"base": 1, "clock": 0, "framing.peak_qps": "22000"}
    said = signed_in.post(url(design), edit, headers={"HX-Request": "true"}).content.decode()
    assert 'id="rail"' in said


def test_a_conditional_field_appears_with_its_condition(signed_in: Client, author: User) -> None:
    design = make_design(author)
    assert 'name="framing.latency_slo_ms"' not in signed_in.get(url(design)).content.decode()
    said = save(signed_in, design, fields={"framing.timeliness": "online"}).content.decode()
    assert 'name="framing.latency_slo_ms"' in said


def test_a_plain_form_works_without_javascript(signed_in: Client, author: User) -> None:
    design = make_design(author)
    fields = {"base": 0, "question": "framing-business_kpi", "framing.business_kpi": "Share"}
    response = signed_in.post(url(design), fields)
    assert response.status_code == 302
    assert response["Location"].endswith("#q-framing-business_kpi")
    assert answer(design, "framing.business_kpi") == "Share"


def test_a_save_costs_at_most_ten_queries(
    signed_in: Client, author: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    design = make_complete_design(author)
    with django_assert_max_num_queries(10):
        save_once = {"base": design.clock, "framing.peak_qps": "21000"}
        response = signed_in.post(url(design), save_once, headers={"HX-Request": "true"})
    assert response.status_code == 200


@pytest.mark.parametrize("row_count", [0, 20, 200])
def test_a_page_costs_at_most_twelve_queries_whatever_its_rows(
    signed_in: Client,
    author: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    row_count: int,
) -> None:
    monitors = [{"id": f"m_{number}"} for number in range(row_count)]
    design = make_design(author, monitoring={"monitors": monitors} if monitors else {})
    with django_assert_max_num_queries(12):
        assert signed_in.get(url(design, "monitoring")).status_code == 200


# -- Only what was submitted, and never over newer text -----------------------------------------


def test_only_what_was_submitted_is_written(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"business_kpi": "Share", "kpi_unit": "percent"})
    save(signed_in, design, fields={"framing.kpi_unit": "bps"})
    assert answer(design, "framing.business_kpi") == "Share"


def test_two_tabs_on_different_answers_both_stand(signed_in: Client, author: User) -> None:
    design = make_design(author)
    stale = {"base": 0}
    signed_in.post(url(design), {**stale, "framing.business_kpi": "Share"})
    signed_in.post(url(design), {**stale, "framing.kpi_unit": "percent"})
    assert answer(design, "framing.business_kpi") == "Share"
    assert answer(design, "framing.kpi_unit") == "percent"


@pytest.mark.parametrize("htmx", [True, False])
def test_a_stale_tab_gets_both_texts_and_wipes_nothing(
    signed_in: Client, author: User, htmx: bool
) -> None:
    design = make_design(author, framing={"decision": "Allow all"})
    signed_in.post(url(design), {"base": 0, "framing.decision": "Block above t2"})
    headers = {"HX-Request": "true"} if htmx else {}
    stale = {"base": 0, "framing.decision": "Ask a person"}
    response = signed_in.post(url(design), stale, headers=headers)
    assert response.status_code == 409
    said = response.content.decode()
    assert "Block above t2" in said
    assert "Ask a person" in said
    assert answer(design, "framing.decision") == "Block above t2"


def test_keeping_mine_after_a_conflict_stores_it(signed_in: Client, author: User) -> None:
    design = make_design(author)
    signed_in.post(url(design), {"base": 0, "framing.decision": "theirs"})
    signed_in.post(url(design), {"base": 0, "framing.decision": "mine"})
    design.refresh_from_db()
    signed_in.post(url(design), {"base": design.clock, "framing.decision": "mine"})
    assert answer(design, "framing.decision") == "mine"


def test_the_same_text_twice_is_no_conflict(signed_in: Client, author: User) -> None:
    design = make_design(author)
    edit = {"base": 0, "framing.decision": "Block"}
    signed_in.post(url(design), edit, headers={"HX-Request": "true"})
    again = signed_in.post(url(design), edit, headers={"HX-Request": "true"})
    assert again.status_code == 200


# -- Tables ---------------------------------------------------------------------------------------


def test_a_row_is_added_open(signed_in: Client, author: User) -> None:
    design = make_design(author)
    response = save(signed_in, design, "data", op="add", table="data.sources", new_row="r1")
    assert rows(design, "data.sources") == [{"row": "r1"}]
    assert 'name="data.sources/r1.owner"' in response.content.decode()


def test_the_same_add_twice_is_one_row(signed_in: Client, author: User) -> None:
    design = make_design(author)
    for _ in range(2):
        save(signed_in, design, "data", op="add", table="data.sources", new_row="r1")
    assert len(rows(design, "data.sources")) == 1


def test_a_cell_is_stored(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    row = rows(design, "data.sources")[0]["row"]
    save(signed_in, design, "data", fields={f"data.sources/{row}.ingestion_lag_s": "2 min"})
    assert answer(design, f"data.sources/{row}.ingestion_lag_s") == 120


def test_rows_move_and_stop_at_the_ends(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": one} for one in "abc"]})
    first = rows(design, "data.sources")[0]["row"]
    for op, order in (("up", "abc"), ("down", "bac"), ("down", "bca"), ("down", "bca")):
        save(signed_in, design, "data", op=op, table="data.sources", row=first)
        assert "".join(one["id"] for one in rows(design, "data.sources")) == order


def test_a_duplicate_stands_below_with_an_id_of_its_own(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": "a", "owner": "x"}, {"id": "b"}]})
    first = rows(design, "data.sources")[0]["row"]
    save(signed_in, design, "data", op="duplicate", table="data.sources", row=first)
    assert [(one["id"], one.get("owner")) for one in rows(design, "data.sources")] == [
        ("a", "x"),
        ("a_2", "x"),
        ("b", None),
    ]


@pytest.mark.parametrize("htmx", [True, False])
def test_a_deleted_row_can_be_put_back_where_it_stood(
    signed_in: Client, author: User, htmx: bool
) -> None:
    design = make_design(author, data={"sources": [{"id": one} for one in "abc"]})
    before = rows(design, "data.sources")
    change = {"base": 0, "table": "data.sources", "row": before[1]["row"]}
    headers = {"HX-Request": "true"} if htmx else {}
    response = signed_in.post(url(design, "data"), {**change, "op": "delete"}, headers=headers)
    assert len(rows(design, "data.sources")) == 2
    page = response if htmx else signed_in.get(response["Location"])
    assert "Put it back" in page.content.decode()
    signed_in.post(url(design, "data"), {**change, "op": "put-back"}, headers=headers)
    assert rows(design, "data.sources") == before


def test_the_last_row_deleted_leaves_the_table_unanswered(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": "a"}]})
    row = rows(design, "data.sources")[0]["row"]
    save(signed_in, design, "data", op="delete", table="data.sources", row=row)
    assert answer(design, "data.sources") is None


def test_a_paste_from_a_spreadsheet_adds_rows(signed_in: Client, author: User) -> None:
    design = make_design(author)
    paste = "Id\tKind\tOwner\nclicks\tstream\tweb\norders\tBatch\tshop"
    save(signed_in, design, "data", op="paste", table="data.sources", paste=paste)
    stored = [{k: v for k, v in one.items() if k != "row"} for one in rows(design, "data.sources")]
    assert stored == [
        {"id": "clicks", "kind": "stream", "owner": "web"},
        {"id": "orders", "kind": "batch", "owner": "shop"},
    ]


def test_a_paste_with_a_wrong_cell_adds_nothing_and_says_where(
    signed_in: Client, author: User
) -> None:
    design = make_design(author)
    paste = "id\tretention_days\nclicks\t30\norders\tfor ever"
    response = save(signed_in, design, "data", op="paste", table="data.sources", paste=paste)
    assert response.status_code == 422
    assert "Line 3" in response.content.decode()
    assert rows(design, "data.sources") == []


# -- References follow ----------------------------------------------------------------------------


def test_references_follow_a_rename_through_all_stages(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    source = next(one for one in rows(design, "data.sources") if one["id"] == "playback_events")
    save(signed_in, design, "data", fields={f"data.sources/{source['row']}.id": "plays"})
    assert answer(design, "data.labels")[0]["source"] == "plays"
    used = [one for one in rows(design, "features.rows") if "plays" in one["sources"]]
    assert len(used) == 4
    assert all("playback_events" not in one["sources"] for one in rows(design, "features.rows"))
    watched = {one["watches"] for one in rows(design, "monitoring.monitors")}
    assert "plays" in watched
    assert "playback_events" not in watched


def test_references_stay_when_another_row_still_has_the_name(
    signed_in: Client, author: User
) -> None:
    design = make_design(
        author,
        data={"sources": [{"id": "a"}, {"id": "a"}]},
        features={"rows": [{"id": "f", "sources": ["a"]}]},
    )
    first = rows(design, "data.sources")[0]["row"]
    save(signed_in, design, "data", fields={f"data.sources/{first}.id": "b"})
    assert rows(design, "features.rows")[0]["sources"] == ["a"]


# -- Bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "raw", "said"),
    [
        ("framing.latency_slo_ms", "fast", "Latency"),
        ("framing.latency_slo_ms", "-5", "Latency"),
        ("framing.availability_slo_pct", "120", "Availability"),
        ("framing.timeliness", "sometimes", "Online"),
        ("framing.decision", "x" * 200_000, "20"),
        ("framing.decision", "nul \x00 byte", "character"),
    ],
)
def test_what_cannot_be_stored_is_said_and_kept_on_the_page(
    signed_in: Client, author: User, address: str, raw: str, said: str
) -> None:
    design = make_design(author, framing={"business_kpi": "Share"})
    response = signed_in.post(url(design), {"base": 0, address: raw, "framing.kpi_unit": "percent"})
    assert response.status_code == 422
    page = response.content.decode()
    assert said in page
    assert answer(design, address) is None
    assert answer(design, "framing.kpi_unit") == "percent"
    assert answer(design, "framing.business_kpi") == "Share"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"base": "now"},
        {"base": "0", "framing.colour": "blue"},
        {"base": "0", "nowhere.title": "x"},
        {"base": "0", "data.sources": "x"},
        {"base": "0", "data.sources/../x.id": "x"},
        {"base": "0", "op": "explode", "table": "data.sources"},
        {"base": "0", "op": "add", "table": "framing.decision"},
        {"base": "0", "op": "add", "table": "data.sources", "new_row": "<script>"},
        {"base": "0", "op": "put-back", "table": "data.sources", "row": "never"},
    ],
)
def test_a_form_that_is_not_ours_changes_nothing_and_says_so(
    signed_in: Client, author: User, fields: dict[str, str]
) -> None:
    design = make_design(author)
    response = signed_in.post(url(design, "data"), fields)
    assert response.status_code == 400
    assert response["Content-Type"].startswith("text/plain")
    design.refresh_from_db()
    assert design.clock == 0


def test_a_form_of_many_megabytes_is_refused_in_words(signed_in: Client, author: User) -> None:
    design = make_design(author)
    response = signed_in.post(url(design), {"base": 0, "framing.decision": "x" * 6_000_000})
    assert response.status_code == 400
    assert "at most 5 MB" in response.content.decode()
    assert answer(design, "framing.decision") is None


def test_a_cell_of_a_deleted_row_is_refused_with_a_way_back(
    signed_in: Client, author: User
) -> None:
    design = make_design(author, data={"sources": [{"id": "a"}]})
    row = rows(design, "data.sources")[0]["row"]
    save(signed_in, design, "data", op="delete", table="data.sources", row=row)
    response = save(signed_in, design, "data", fields={f"data.sources/{row}.owner": "web"})
    assert response.status_code == 422
    assert "deleted" in response.content.decode()


def test_a_table_has_a_limit_and_says_it(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": f"s{n}"} for n in range(500)]})
    response = save(signed_in, design, "data", op="add", table="data.sources")
    assert response.status_code == 422
    assert "500 rows" in response.content.decode()
    paste = "\n".join(f"s{n}" for n in range(2000))
    empty = make_design(author)
    response = save(signed_in, empty, "data", op="paste", table="data.sources", paste=paste)
    assert response.status_code == 422
    assert rows(empty, "data.sources") == []


def test_author_text_is_escaped_in_every_control(signed_in: Client, author: User) -> None:
    hostile = '"><script>alert(1)</script><b hx-get="/x">'
    design = make_design(
        author,
        general={"title": hostile},
        framing={"decision": hostile, "business_kpi": hostile, "in_scope": [hostile]},
        data={"sources": [{"id": hostile, "owner": hostile}]},
    )
    for stage in ("framing", "data", "general"):
        page = signed_in.get(url(design, stage)).content.decode()
        assert "<script>alert" not in page
        assert "<b hx-get" not in page
