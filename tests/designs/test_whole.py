"""The design as a whole: read, listed findings, files, comparing, previewing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.interchange import read
from tests.factories import make_complete_design, make_design, rows

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script> [x](javascript:alert(1)) <b hx-get='/x' onclick='y'>bold</b>\n\n"
    "<style>@page{size:1mm}</style>\n\n<svg onload=alert(1)></svg>"
)


def test_reading_shows_every_answer_and_the_pictures(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    page = signed_in.get(reverse("designs:design_read", args=[design.pk])).content.decode()
    for words in ("unbiased test set", "user_recent_watches", "mt_dnn", "m_score_psi", "<svg"):
        assert words in page


def test_reading_says_which_core_questions_are_open(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"decision": "Block"})
    page = signed_in.get(reverse("designs:design_read", args=[design.pk])).content.decode()
    assert "Not answered yet" in page


def test_hostile_text_reaches_no_page(signed_in: Client, author: User) -> None:
    design = make_design(
        author,
        general={"title": HOSTILE[:400], "glossary": HOSTILE},
        framing={"decision": HOSTILE, "in_scope": [HOSTILE], "business_kpi": HOSTILE},
        data={"sources": [{"id": "<i>", "owner": HOSTILE, "quality_checks": [HOSTILE]}]},
    )
    pages = [
        reverse("designs:design_read", args=[design.pk]),
        reverse("designs:finding_list", args=[design.pk]),
        reverse("designs:design_list"),
    ]
    for path in pages:
        page = signed_in.get(path).content.decode()
        assert "<script>alert" not in page
        assert "javascript:" not in page.replace("[x](javascript:alert(1))", "")
        assert "<b hx-get" not in page
        assert "<style" not in page
        assert "<svg onload" not in page


def test_findings_are_listed_with_a_link_to_their_question(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    page = signed_in.get(reverse("designs:finding_list", args=[design.pk])).content.decode()
    assert "framing.load-not-stated" in page
    assert f"/designs/{design.pk}/framing/#q-framing-" in page


def test_a_finding_in_a_row_leads_to_the_row_and_names_it(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks", "kind": "stream"}]})
    row = rows(design, "data.sources")[0]["row"]
    page = signed_in.get(reverse("designs:finding_list", args=[design.pk])).content.decode()
    assert f"/designs/{design.pk}/data/?row={row}#q-data-sources" in page
    assert "Data, clicks, Owner" in page


def test_a_finding_across_stages_stands_at_both_ends(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    edit = {"base": 0, "framing.latency_slo_ms": "50"}
    signed_in.post(reverse("designs:stage_edit", args=[design.pk, "framing"]), edit)
    for stage in ("framing", "serving"):
        page = signed_in.get(reverse("designs:stage_edit", args=[design.pk, stage]))
        assert "serving.latency-over-budget" in page.content.decode()


def test_a_complete_design_has_no_findings(signed_in: Client, author: User) -> None:
    design = make_complete_design(author)
    page = signed_in.get(reverse("designs:finding_list", args=[design.pk])).content.decode()
    assert "Every check passes" in page


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_the_file_holds_every_answer(signed_in: Client, author: User, form: str) -> None:
    design = make_complete_design(author)
    response = signed_in.get(reverse("designs:design_download", args=[design.pk, form]))
    assert f'filename="home-feed-video-recommendation.{form}"' in response["Content-Disposition"]
    reading = read(response.content.decode(), name=f"x.{form}")
    assert not reading.problems
    monitors = reading.answers["monitoring"]["monitors"]
    assert isinstance(monitors, list)
    assert len(monitors) == 20


def test_an_unknown_kind_of_file_is_not_found(signed_in: Client, author: User) -> None:
    design = make_design(author)
    url = reverse("designs:design_download", args=[design.pk, "docx"])
    assert signed_in.get(url).status_code == 404


# -- Compare and preview --------------------------------------------------------------------------


@pytest.mark.parametrize("htmx", [True, False])
def test_comparing_shows_how_the_nearest_example_answers(
    signed_in: Client, author: User, htmx: bool
) -> None:
    make_complete_design(author)
    design = make_design(author, framing={"category": "fraud"})
    design.overview = {"category": "fraud"}
    design.save()
    headers = {"HX-Request": "true"} if htmx else {}
    url = reverse("designs:answer_compare", args=[design.pk, "framing.problem_statement"])
    page = signed_in.get(url, headers=headers).content.decode()
    assert "An issuer decides on each card payment" in page
    assert ("<html" in page) is not htmx


def test_comparing_an_unknown_question_is_not_found(signed_in: Client, author: User) -> None:
    design = make_design(author)
    url = reverse("designs:answer_compare", args=[design.pk, "framing.colour"])
    assert signed_in.get(url).status_code == 404


def preview(client: Client, design: Design, text: str) -> str:
    url = reverse("designs:text_preview", args=[design.pk])
    return client.post(url, {"text": text}, headers={"HX-Request": "true"}).content.decode()


def test_a_preview_renders_markdown_and_mermaid_and_stores_nothing(
    signed_in: Client, author: User
) -> None:
    design = make_design(author)
    page = preview(signed_in, design, "**bold**\n\n```mermaid\nflowchart LR\n a --> b\n```\n")
    assert "<strong>bold</strong>" in page
    assert "<svg" in page
    design.refresh_from_db()
    assert design.clock == 0


def test_a_mermaid_mistake_is_shown_where_the_diagram_would_be(
    signed_in: Client, author: User
) -> None:
    design = make_design(author)
    page = preview(signed_in, design, "```mermaid\nflowchart LR\n a -->\n```\n")
    assert "diagram--error" in page


def test_hostile_text_is_harmless_in_a_preview(signed_in: Client, author: User) -> None:
    page = preview(signed_in, make_design(author), HOSTILE)
    assert "<script" not in page
    assert 'href="javascript:' not in page
    assert "<style" not in page


def test_a_preview_of_too_much_text_says_so(signed_in: Client, author: User) -> None:
    page = preview(signed_in, make_design(author), "x" * 200_000)
    assert "200" in page
    assert "20" in page
