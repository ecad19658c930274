"""Who may have the conversation in print, and how the page asks for it."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, ShareLink
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports.asking import ask
from mlsd_app.exports.document import Options
from mlsd_app.exports.models import Export
from mlsd_app.exports.tasks import render_export
from tests.exports.conftest import HTMX, PDF
from tests.exports.talking import DAY, begin_round, person, resolve, start, talked
from tests.exports.test_views import list_url, page_of, url
from tests.factories import make_design, make_user

pytestmark = pytest.mark.django_db

WITH_TALK = {"paper": "A4", "talk": "all"}
RESPONSE = {"paper": "A4", "kind": "response", "round": ""}
UNKNOWN = "6a1f4e0c-2f0e-4b3a-9c0d-5d1f7a3b8e21"  # a round of nobody


@pytest.fixture
def mira(design: Design) -> User:
    return person(design, Role.COMMENTER)


@pytest.fixture
def reader(design: Design) -> User:
    return person(design, Role.READER, "Rita Roth")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def made(design: Design, user: User, **options: str) -> Export:
    export = ask(Revision.of(design), user, Options(**options))  # type: ignore[arg-type]
    render_export(str(export.pk))
    export.refresh_from_db()
    return export


# -- Ask ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("talk", ["none", "open", "all"])
def test_the_conversation_is_printed_as_chosen(
    alice_client: Client, design: Design, queue: list[str], talk: str
) -> None:
    response = alice_client.post(list_url(design), {"paper": "A4", "talk": talk})
    assert response.status_code == 302
    assert design.exports.get().talk == talk
    said = {"open": "with the open threads", "all": "with the conversation"}.get(talk)
    assert (said or "without findings") in _after_failing(alice_client, design)


def _after_failing(client: Client, design: Design) -> str:
    """The page, when what was asked for says what it is: it does once nothing is under way."""
    Export.objects.update(state="failed")
    return page_of(client, design)


def test_nothing_is_chosen_unless_somebody_does(
    alice_client: Client, design: Design, alice: User, mira: User, queue: list[str]
) -> None:
    start(design, mira)
    resolve(start(design, mira), alice)
    page = page_of(alice_client, design)
    choices = re.findall(r'name="talk" value="(\w+)"[^>]*?( checked)?>\s*<span>([^<]*)', page)
    assert choices == [
        ("none", " checked", "None"),
        ("open", "", "Open threads, 1"),
        ("all", "", "All threads, 2"),
    ]
    alice_client.post(list_url(design), {"paper": "A4"})
    assert design.exports.get().talk == "none"
    alice_client.post(list_url(design), WITH_TALK)
    assert re.search(r'name="talk" value="none"[^>]* checked', page_of(alice_client, design))


def test_a_response_is_asked_for_by_its_round(
    alice_client: Client, design: Design, mira: User, queue: list[str]
) -> None:
    assert 'name="kind"' not in page_of(alice_client, design)
    first, second = (
        begin_round(design, mira, submitted_at=DAY.replace(hour=hour)) for hour in (9, 10)
    )
    begin_round(design, mira)
    talked(design)
    page = page_of(alice_client, design)
    assert re.findall(r"<option[^>]*>([^<]*)", page) == [
        "Round 2 of Mira Lang, 12 November 2026",
        "Round 1 of Mira Lang, 12 November 2026",
        "Everything that was said",
    ]
    chosen = alice_client.get(list_url(design), {"round": str(first.pk)}).content.decode()
    assert f'<option value="{first.pk}" selected>' in chosen
    response = alice_client.post(list_url(design), RESPONSE | {"round": str(second.pk)})
    export = design.exports.get()
    assert (export.kind, export.round, export.talk) == ("response", second, "none")
    assert response["Location"].endswith(f"#export-{export.pk}")
    assert "The response to reviewers of revision" in page_of(alice_client, design)
    assert "round 2 of Mira Lang" in _after_failing(alice_client, design)


def test_htmx_asks_for_the_letter_in_place(
    alice_client: Client, design: Design, mira: User, queue: list[str]
) -> None:
    start(design, mira)
    response = alice_client.post(list_url(design), RESPONSE, headers=HTMX)
    fragment = response.content.decode()
    assert fragment.lstrip().startswith('<section class="stack" id="exports"')
    assert "Response to reviewers of revision 1" in fragment


def test_the_page_says_that_files_hold_no_conversation(
    alice_client: Client, design: Design, mira: User
) -> None:
    start(design, mira, "framing.decision", "Zanzibar")
    assert "The conversation is not in these files." in page_of(alice_client, design)
    for form in ("yaml", "json"):
        address = reverse("designs:design_download", args=[design.pk, form])
        assert b"Zanzibar" not in alice_client.get(address).content


def test_another_try_prints_what_is_said_by_now(
    alice_client: Client, design: Design, alice: User, mira: User, queue: list[str]
) -> None:
    start(design, mira, "framing.decision", "Before.")
    failed = ask(Revision.of(design), alice, Options(talk="all"))
    Export.objects.update(state="failed", error="It has 900 pages.")
    start(design, mira, "framing.decision", "Afterwards.")
    alice_client.post(url("retry", failed))
    export = design.exports.get()
    assert (export.talk, export.state) == ("all", "queued")
    assert len(export.said["threads"]) == 2


def test_the_list_costs_the_same_however_much_was_said(
    alice_client: Client,
    design: Design,
    alice: User,
    mira: User,
    queue: list[str],
    renders: list[str],
) -> None:
    costs = []
    for _ in range(2):
        for _ in range(3):
            start(design, mira, round=begin_round(design, mira, submitted_at=DAY))
        made(design, alice, talk="all")
        made(design, alice, kind="response")
        with CaptureQueriesContext(connection) as queries:
            page_of(alice_client, design)
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("feed-r1-with-comments.pdf", {"talk": "open"}),
        ("feed-r1-response.pdf", {"kind": "response"}),
    ],
)
def test_the_file_says_what_it_holds(
    alice_client: Client,
    design: Design,
    alice: User,
    renders: list[str],
    queue: list[str],
    file: str,
    options: dict[str, str],
) -> None:
    response = alice_client.get(url("download", made(design, alice, **options)))
    assert b"".join(response) == PDF
    assert response["Content-Disposition"] == f'attachment; filename="{file}"'


# -- Permissions --------------------------------------------------------------------------------


@pytest.fixture
def guest_mentor(design: Design) -> User:
    """Somebody who came by a link that lets them comment."""
    link = ShareLink.objects.create(design=design, role=Role.COMMENTER, token_hash="x")
    guest = User.objects.create_guest()
    Grant.objects.create(design=design, user=guest, role=Role.COMMENTER, link=link)
    return guest


def actors(
    design: Design, alice: User, mira: User, reader: User, guest_mentor: User
) -> dict[str, User]:
    return {
        "owner": alice,
        "editor": person(design, Role.EDITOR, "Ed Ito"),
        "mentor": mira,
        "guest mentor": guest_mentor,
        "reader": reader,
        "stranger": make_user(),
    }


TAKE_PART = {"owner", "editor", "mentor", "guest mentor"}


@pytest.mark.parametrize("options", [{"talk": "open"}, {"talk": "all"}, {"kind": "response"}])
def test_only_who_takes_part_sees_a_file_with_the_conversation(
    design: Design,
    alice: User,
    mira: User,
    reader: User,
    guest_mentor: User,
    renders: list[str],
    queue: list[str],
    options: dict[str, str],
) -> None:
    start(design, mira)
    export = made(design, alice, **options)
    for name, actor in actors(design, alice, mira, reader, guest_mentor).items():
        client, may = client_of(actor), name in TAKE_PART
        for what, status in (("detail", 286), ("download", 200)):
            response = client.get(url(what, export), headers=HTMX)
            if response.streaming:
                assert b"".join(response) == PDF
            assert response.status_code == (status if may else 404), (name, what)
        assert client.post(url("retry", export)).status_code == (302 if may else 404), name
        page = client.get(list_url(design)).content.decode()
        assert (str(export.pk) in page) == may, name


@pytest.mark.parametrize("form", [WITH_TALK, {"paper": "A4", "talk": "open"}, RESPONSE])
def test_only_who_takes_part_may_ask_for_the_conversation(
    design: Design,
    alice: User,
    mira: User,
    reader: User,
    guest_mentor: User,
    queue: list[str],
    form: dict[str, str],
) -> None:
    start(design, mira)
    for name, actor in actors(design, alice, mira, reader, guest_mentor).items():
        client, may = client_of(actor), name in TAKE_PART
        assert client.post(list_url(design), form).status_code == (302 if may else 404), name
        page = client.get(list_url(design)).content.decode()
        assert ('name="talk"' in page, 'name="kind"' in page) == (may, may), name
    assert design.exports.count() == 1
    assert Client().post(list_url(design), form)["Location"].startswith(reverse("account_login"))


def test_a_reader_may_print_the_design(design: Design, reader: User, queue: list[str]) -> None:
    for talk in ({}, {"talk": ""}, {"talk": "none"}):
        assert client_of(reader).post(list_url(design), {"paper": "A4", **talk}).status_code == 302
    assert design.exports.get().requested_by == reader


def test_who_ceases_to_take_part_loses_the_files_with_the_next_request(
    design: Design, mira: User, renders: list[str], queue: list[str]
) -> None:
    start(design, mira)
    export, client = made(design, mira, talk="all"), client_of(mira)
    assert b"".join(client.get(url("download", export))) == PDF
    Grant.objects.filter(user=mira).update(role=Role.READER)
    assert client.get(url("download", export)).status_code == 404
    Grant.objects.filter(user=mira).delete()
    assert client.get(list_url(design)).status_code == 404


def test_a_reader_has_no_file_of_what_was_before_they_came(
    alice_client: Client, design: Design, alice: User, renders: list[str], queue: list[str]
) -> None:
    old = made(design, alice)
    Design.objects.filter(pk=design.pk).update(clock=5)
    reader = make_user()
    Grant.objects.create(design=design, user=reader, role=Role.READER, since_clock=5)
    client = client_of(reader)
    assert client.get(url("download", old)).status_code == 404
    assert client.post(list_url(design), {"paper": "A4", "revision": "1"}).status_code == 404
    assert str(old.pk) not in client.get(list_url(design)).content.decode()
    assert b"".join(alice_client.get(url("download", old))) == PDF


def test_a_mentor_has_no_file_that_says_what_was_before_they_came(
    design: Design, alice: User, mira: User, renders: list[str], queue: list[str]
) -> None:
    thread = start(design, mira, "framing.decision")
    before = made(design, alice, kind="response")
    Design.objects.filter(pk=design.pk).update(clock=5)
    late = make_user("Late")
    Grant.objects.create(design=design, user=late, role=Role.COMMENTER, since_clock=5)
    old = Revision.of(Design.objects.get(pk=design.pk))
    export = made(Design.objects.get(pk=design.pk), alice, kind="response")
    assert (before.revision, export.revision) == (thread.revision, old)
    client = client_of(late)
    assert client.get(url("download", export)).status_code == 404
    assert client.post(list_url(design), RESPONSE).status_code == 302
    own = design.exports.exclude(pk__in=[before.pk, export.pk]).get()
    assert [one["then"]["content"] for one in own.said["threads"]] == [""]
    assert str(own.pk) in client.get(list_url(design)).content.decode()
    assert b"".join(client_of(mira).get(url("download", export))) == PDF


# -- Bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (WITH_TALK | {"talk": "drafts"}, "Choose none, open or all threads of the conversation."),
        (WITH_TALK | {"talk": "\0"}, "Choose none, open or all threads of the conversation."),
        (RESPONSE | {"round": "1; drop"}, "Choose one of the rounds listed"),
        (
            RESPONSE | {"round": "6a1f4e0c-2f0e-4b3a-9c0d-5d1f7a3b8e21"},
            "Choose one of the rounds listed",
        ),
        (RESPONSE | {"round": "\0" * 900}, "Choose one of the rounds listed"),
        (RESPONSE | {"paper": "A0"}, "Choose A4 or US Letter."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_is_not_offered_is_refused(
    alice_client: Client,
    design: Design,
    mira: User,
    form: dict[str, str],
    says: str,
    headers: dict[str, str],
) -> None:
    start(design, mira)
    response = alice_client.post(list_url(design), form, headers=headers)
    assert response.status_code == 422
    assert says in response.content.decode()
    assert not design.exports.exists()


def test_a_draft_or_a_round_of_another_design_is_not_answered(
    alice_client: Client, alice: User, design: Design, mira: User
) -> None:
    elsewhere = begin_round(make_design(alice), mira, submitted_at=DAY)
    start(design, mira)
    for review in (begin_round(design, mira), elsewhere):
        form = RESPONSE | {"round": str(review.pk)}
        assert alice_client.post(list_url(design), form).status_code == 422
