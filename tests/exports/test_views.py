from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.exports.models import FILE_IS_GONE, Export
from mlsd_app.exports.tasks import render_export
from tests.exports.conftest import HTMX, PDF, asked, made
from tests.exports.test_recovery import let_time_pass
from tests.factories import make_design, make_user

pytestmark = pytest.mark.django_db

FORM = {"paper": "A4", "findings": "on"}


def list_url(design: Design) -> str:
    return reverse("exports:export_list", args=[design.pk])


def url(name: str, export: Export) -> str:
    return reverse(f"exports:export_{name}", args=[export.design_id, export.pk])


def page_of(client: Client, design: Design) -> str:
    response = client.get(list_url(design))
    assert response.status_code == 200
    return response.content.decode()


# -- Ask ----------------------------------------------------------------------------------------


def test_a_plain_form_asks_for_a_pdf(
    alice_client: Client,
    design: Design,
    queue: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = alice_client.post(list_url(design), {"paper": "Letter"})
    export = design.exports.get()
    assert response["Location"] == f"{list_url(design)}#export-{export.pk}"
    assert (export.paper, export.has_findings) == ("Letter", False)
    assert queue == [str(export.pk)]
    page = page_of(alice_client, design)
    assert "The PDF of revision 1 is being made. You can leave this page" in page
    assert "Waiting for its turn" in page
    assert page.count("<h1") == 1


def test_htmx_gets_the_list_and_the_news(
    alice_client: Client, design: Design, queue: list[str]
) -> None:
    response = alice_client.post(list_url(design), FORM, headers=HTMX)
    fragment = response.content.decode()
    assert fragment.lstrip().startswith('<section class="stack" id="exports"')
    assert 'hx-trigger="every 1s"' in fragment
    assert 'id="export-news" hx-swap-oob="innerHTML">The PDF of revision 1 is being' in fragment
    assert "<html" not in fragment
    assert "HX-Request" in response["Vary"]


def test_a_double_click_is_one_job(
    alice_client: Client,
    design: Design,
    queue: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            alice_client.post(list_url(design), FORM, headers=HTMX)
    assert len(queue) == design.exports.count() == 1


def test_what_was_made_before_is_there_at_once(
    alice_client: Client, design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    made(design, alice)
    fragment = alice_client.post(list_url(design), FORM, headers=HTMX).content.decode()
    assert "The PDF of revision 1 is ready." in fragment
    assert len(renders) == 1


def test_the_form_remembers_the_last_choice(
    alice_client: Client, design: Design, alice: User, queue: list[str]
) -> None:
    asked(design, alice, "Letter", findings=False)
    page = page_of(alice_client, design)
    assert re.search(r'value="Letter"[^>]* checked', page)
    assert not re.search(r'name="findings"[^>]* checked', page)


def test_the_design_can_be_taken_away_as_a_file(alice_client: Client, design: Design) -> None:
    page = page_of(alice_client, design)
    for form in ("yaml", "json"):
        assert reverse("designs:design_download", args=[design.pk, form]) in page
    assert "No PDF of this design was made yet." in page


# -- Watch --------------------------------------------------------------------------------------


def test_progress_is_shown_and_polled(alice_client: Client, export: Export) -> None:
    claimed = Export.claimed(export.pk)
    assert claimed is not None
    first = alice_client.get(url("detail", export), headers=HTMX).content.decode()
    assert "Reading the design" in first
    claimed.beat(11)
    response = alice_client.get(url("detail", export), headers=HTMX)
    fragment = response.content.decode()
    assert response.status_code == 200
    assert "Page 11<" in fragment
    assert "<progress aria-label" in fragment
    assert f'hx-get="{url("detail", export)}" hx-trigger="every 1s"' in fragment
    assert "You can leave; it waits here." in fragment
    assert "export-news" not in fragment


def test_progress_is_measured_by_the_last_export(alice_client: Client, export: Export) -> None:
    claimed = Export.claimed(export.pk)
    assert claimed is not None
    claimed.beat(11)
    Export.objects.update(pages_expected=17)
    fragment = alice_client.get(url("detail", export), headers=HTMX).content.decode()
    assert "Page 11 of about 17" in fragment
    assert '<progress value="11" max="17"' in fragment


def test_polling_stops_when_it_is_ready(
    alice_client: Client, export: Export, renders: list[str]
) -> None:
    render_export(str(export.pk))
    response = alice_client.get(url("detail", export), headers=HTMX)
    fragment = response.content.decode()
    assert response.status_code == 286
    assert "hx-trigger" not in fragment
    assert url("download", export) in fragment
    assert "12 pages, 0 kB" in fragment
    assert "by Alice Kowal" in fragment
    assert 'hx-swap-oob="innerHTML">The PDF of revision 1 is ready.' in fragment


def test_polling_stops_when_it_failed(alice_client: Client, export: Export) -> None:
    Export.objects.update(state="failed", error="It has 900 pages.")
    response = alice_client.get(url("detail", export), headers=HTMX)
    fragment = response.content.decode()
    assert response.status_code == 286
    assert "It has 900 pages." in fragment
    assert f'action="{url("retry", export)}"' in fragment


def test_without_htmx_the_list_shows_it(alice_client: Client, export: Export) -> None:
    response = alice_client.get(url("detail", export))
    assert response["Location"] == f"{list_url(export.design)}#export-{export.pk}"
    page = page_of(alice_client, export.design)
    assert f'<noscript><a class="button button--small" href="{list_url(export.design)}' in page


@pytest.mark.parametrize("name", ["list", "detail"])
def test_looking_sends_a_forgotten_export_on(
    alice_client: Client,
    export: Export,
    queue: list[str],
    name: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    let_time_pass()
    where = list_url(export.design) if name == "list" else url("detail", export)
    with django_capture_on_commit_callbacks(execute=True):
        shown = alice_client.get(where, headers=HTMX).content.decode()
    assert queue == [str(export.pk)]
    assert "Nobody works on it yet. It is kept" in shown


def test_the_list_costs_the_same_however_long(
    alice_client: Client,
    design: Design,
    alice: User,
    queue: list[str],
    renders: list[str],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for paper in ("A4", "Letter"):
        made(design, alice, paper)
    # Session, user, design, stale, exports, answers, notices.
    with django_assert_num_queries(7):
        page = page_of(alice_client, design)
    assert page.count('class="job"') == 2


def test_the_newest_stands_first(
    alice_client: Client, design: Design, alice: User, queue: list[str], renders: list[str]
) -> None:
    first, second = made(design, alice), made(design, alice, "Letter")
    page = page_of(alice_client, design)
    assert page.index(str(second.pk)) < page.index(str(first.pk))


def test_nothing_on_the_page_needs_inline_code(alice_client: Client, export: Export) -> None:
    page = page_of(alice_client, export.design)
    assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=|javascript:", page)


# -- Take away ----------------------------------------------------------------------------------


def test_the_file_is_saved_under_a_good_name(
    alice_client: Client, alice: User, renders: list[str], queue: list[str]
) -> None:
    design = make_design(alice, general={"title": "Home feed: video recommendation"})
    export = made(design, alice)
    response = alice_client.get(url("download", export))
    assert b"".join(response) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        'attachment; filename="home-feed-video-recommendation-r1.pdf"'
    )


def test_the_file_is_read_in_the_browser(
    alice_client: Client, design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    response = alice_client.get(url("download", made(design, alice)) + "?inline")
    assert b"".join(response) == PDF
    assert response["Content-Disposition"] == 'inline; filename="feed-r1.pdf"'


def test_a_design_without_a_title_has_a_file_name_too(alice: User, queue: list[str]) -> None:
    assert asked(make_design(alice, general={}), alice).file_name == "design-r1.pdf"


def test_a_file_that_is_gone_says_so_and_can_be_made_again(
    alice_client: Client, design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    export = made(design, alice)
    Path(export.file.path).unlink()
    response = alice_client.get(url("download", export))
    assert response["Location"] == f"{list_url(design)}#export-{export.pk}"
    assert FILE_IS_GONE in page_of(alice_client, design)
    alice_client.post(url("retry", export))
    render_export(str(export.pk))
    assert b"".join(alice_client.get(url("download", export))) == PDF


@pytest.mark.parametrize("state", ["queued", "rendering", "failed"])
def test_there_is_nothing_to_download_before_it_is_ready(
    alice_client: Client, export: Export, state: str
) -> None:
    Export.objects.update(state=state)
    assert alice_client.get(url("download", export)).status_code == 404


# -- Try again ----------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_failed_export_is_tried_again(
    alice_client: Client, export: Export, queue: list[str], headers: dict[str, str]
) -> None:
    Export.objects.update(state="failed", error="It has 900 pages.", attempts=3)
    response = alice_client.post(url("retry", export), headers=headers)
    assert response.status_code == (200 if headers else 302)
    export.refresh_from_db()
    assert (export.state, export.error, export.attempts) == ("queued", "", 0)
    assert "It has 900 pages." not in page_of(alice_client, export.design)


# -- Permissions --------------------------------------------------------------------------------

METHODS = {"list": ["GET", "POST"], "detail": ["GET"], "download": ["GET"], "retry": ["POST"]}


@pytest.fixture
def ready(design: Design, alice: User, renders: list[str], queue: list[str]) -> Export:
    return made(design, alice)


def ask_as(actor: User | None, method: str, name: str, export: Export) -> tuple[int, str]:
    client = Client()
    if actor is not None:
        client.force_login(actor)
    path = list_url(export.design) if name == "list" else url(name, export)
    response = client.generic(method, path, headers=HTMX if actor else {})
    if response.streaming:
        assert b"".join(response) == PDF
    return response.status_code, response.headers.get("Location", "")


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_may_do_what(ready: Export, alice: User, name: str, method: str) -> None:
    if method not in METHODS[name]:
        assert ask_as(alice, method, name, ready)[0] == 405
        return
    status, location = ask_as(None, method, name, ready)
    assert status == 302
    assert location.startswith(reverse("account_login"))
    staff = make_user()
    staff.is_staff = staff.is_superuser = True
    staff.save()
    for stranger in (make_user(), User.objects.create_guest(), staff):
        assert ask_as(stranger, method, name, ready)[0] == 404
    expected = {("list", "POST"): 422, ("detail", "GET"): 286}.get((name, method), 200)
    assert ask_as(alice, method, name, ready)[0] == expected


@pytest.mark.parametrize("name", ["detail", "download", "retry"])
def test_an_export_is_found_under_its_own_design_only(
    alice_client: Client, ready: Export, alice: User, name: str
) -> None:
    other = make_design(alice)
    path = reverse(f"exports:export_{name}", args=[other.pk, ready.pk])
    method = METHODS[name][0]
    assert alice_client.generic(method, path).status_code == 404


def test_a_deleted_design_is_not_exported(alice_client: Client, ready: Export) -> None:
    ready.design.delete_softly()
    assert alice_client.get(list_url(ready.design)).status_code == 404
    assert alice_client.get(url("download", ready)).status_code == 404


# -- Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_unknown_paper_is_refused(
    alice_client: Client, design: Design, headers: dict[str, str]
) -> None:
    response = alice_client.post(list_url(design), {"paper": "A0\0"}, headers=headers)
    assert response.status_code == 422
    assert "Choose A4 or US Letter." in response.content.decode()
    assert not design.exports.exists()
    assert not design.revisions.exists()


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_fourth_at_a_time_is_refused(
    alice_client: Client, alice: User, queue: list[str], headers: dict[str, str]
) -> None:
    for number in range(3):
        asked(make_design(alice, general={"title": f"Feed {number}"}), alice)
    design = make_design(alice)
    response = alice_client.post(list_url(design), FORM, headers=headers)
    assert response.status_code == 409
    assert "3 of your PDFs are still being made." in response.content.decode()
    assert not design.exports.exists()


def test_a_broker_that_is_down_does_not_break_the_page(
    alice_client: Client,
    design: Design,
    broken_queue: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = alice_client.post(list_url(design), FORM, headers=HTMX)
    assert response.status_code == 200
    assert "Waiting for its turn" in response.content.decode()
