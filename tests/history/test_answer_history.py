"""The history of one answer: its values, who wrote them, and bringing one of them back."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.editing import AddRow, DeleteRow, Edit
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages.addresses import Address
from tests.factories import answer, make_complete_design, make_design, make_user, rows
from tests.history.writing import later, write

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"
BEGAN = "Rank the feed."
SOURCES = "data.sources"


@pytest.fixture
def author() -> User:
    return make_user("Jonas Berg")


@pytest.fixture
def priya(design: Design) -> User:
    """Somebody else who may edit the design."""
    user = make_user("Priya Rao")
    Grant.objects.create(design=design, user=user, role=Role.EDITOR)
    return user


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": BEGAN}, data={"sources": [{"id": "clicks"}]})


@pytest.fixture
def desk(client: Client, author: User) -> Client:
    client.force_login(author)
    return client


def page(desk: Client, design: Design, address: str = DECISION, **query: str) -> str:
    response = desk.get(reverse("history:answer_history", args=[design.pk, address]), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_each_value_stands_with_who_wrote_it_newest_first(
    desk: Client, design: Design, author: User, priya: User
) -> None:
    write(design, priya, DECISION, "Rank the whole feed.")
    write(design, author, DECISION, "Rank the whole feed. Block spam.")
    said = page(desk, design)
    newest, older, oldest = (said.index(f'id="r-{key}"') for key in ("now", "2", "1"))
    assert newest < older < oldest
    assert "Jonas Berg, as it stands now" in said[newest:older]
    assert "<ins> Block spam.</ins>" in said[newest:older]
    assert "Priya Rao" in said[older:oldest]
    assert "Rank the<ins> whole</ins> feed." in said[older:oldest]
    assert "As it began." in said[oldest:]
    assert f"<ins>{BEGAN}</ins>" in said[oldest:]


def test_what_changed_elsewhere_is_not_in_it(desk: Client, design: Design, author: User) -> None:
    write(design, author, DECISION, "Rank it.")
    later(design)
    for text in ("Hours", "Minutes", "Days"):
        write(design, author, "framing.business_kpi", text)
        later(design)
    said = page(desk, design)
    assert said.count("<article") == 2
    assert "Hours" not in said


def test_a_value_that_stayed_is_dated_to_when_it_was_written(
    desk: Client, design: Design, author: User, priya: User
) -> None:
    write(design, priya, DECISION, "Rank it.")
    for text in ("Hours", "Minutes"):
        write(design, author, "framing.business_kpi", text)
        later(design)
    said = page(desk, design)
    assert "Priya Rao, as it stands now" in said
    assert "Jonas Berg" in said[said.index('id="r-1"') :]


def test_a_value_is_brought_back_from_it(desk: Client, design: Design, author: User) -> None:
    write(design, author, DECISION, "Rank it.")
    write(design, author, "framing.business_kpi", "Hours")
    said = page(desk, design)
    assert f'name="scope" value="{DECISION}"' in said
    assert "of now" not in said
    desk.post(reverse("history:revision_bring_back", args=[design.pk, 1]), {"scope": DECISION})
    assert answer(design, DECISION) == BEGAN
    assert answer(design, "framing.business_kpi") == "Hours"
    assert "Brought back from 1" in page(desk, design)


def test_rows_and_cells_of_a_table_are_told_apart(
    desk: Client, design: Design, author: User
) -> None:
    row = rows(design, SOURCES)[0]["row"]
    write(design, author, f"{SOURCES}/{row}.owner", "the web team")
    later(design)
    table = Address.parse(SOURCES)
    edits: list[Edit] = [
        DeleteRow(Address("data", "sources", row)),
        AddRow(table, cells={"id": "views"}),
    ]
    save_edits(design.pk, author, edits)
    said = page(desk, design, SOURCES)
    assert "Source views added" in said
    assert "Source clicks deleted" in said
    assert "clicks, Owner" in said


def test_what_stands_since_the_beginning_is_its_owner_s(desk: Client, design: Design) -> None:
    assert "Jonas Berg, as it stands now" in page(desk, design)


def test_an_answer_that_nobody_gave_says_so(desk: Client, design: Design) -> None:
    assert "Nobody has answered this yet." in page(desk, design, "framing.business_kpi")


def test_many_versions_are_paged(desk: Client, design: Design, author: User) -> None:
    for number in range(25):
        write(design, author, DECISION, f"Rank {number}.")
        later(design)
    said = page(desk, design)
    assert said.count("<article") == 20
    assert "As it began." not in said
    older = said.split("?until=")[1].split('"')[0]
    rest = page(desk, design, until=older)
    assert rest.count("<article") == 6
    assert "As it began." in rest
    assert "as it stands now" not in rest


def test_many_revisions_are_few_queries(
    desk: Client,
    design: Design,
    author: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        write(design, author, "framing.business_kpi", f"Hours {number}")
        later(design)
    with django_assert_max_num_queries(12):
        page(desk, design)


def test_every_question_leads_to_its_history(desk: Client, author: User) -> None:
    design = make_complete_design(author)
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    said = desk.get(url).content.decode()
    link = reverse("history:answer_history", args=[design.pk, DECISION])
    assert f'href="{link}"' in said


def test_a_comparison_says_who_wrote_each_change(
    desk: Client, design: Design, author: User, priya: User
) -> None:
    write(design, priya, DECISION, "Rank it.")
    write(design, author, "framing.business_kpi", "Hours")
    url = reverse("history:history", args=[design.pk])
    said = " ".join(desk.get(url, {"from": "1", "to": "now"}).content.decode().split())
    first, second = said.split('<article class="change">')[1:3]
    assert {"Priya Rao" in first, "Priya Rao" in second} == {True, False}
    assert reverse("history:answer_history", args=[design.pk, DECISION]) in said


@pytest.mark.parametrize("address", ["framing.nothing", "nothing", "framing.decision/x", "%00"])
def test_an_address_that_does_not_exist_is_not_found(
    desk: Client, design: Design, address: str
) -> None:
    url = reverse("history:answer_history", args=[design.pk, "ADDRESS"])
    assert desk.get(url.replace("ADDRESS", address)).status_code == 404


@pytest.mark.parametrize("until", ["9" * 5000, "-1", "x", "\u0663", "0"])
def test_a_page_that_cannot_be_is_answered(desk: Client, design: Design, until: str) -> None:
    assert page(desk, design, until=until)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("reader", 200), ("mentor", 200), ("editor", 200), ("stranger", 404), ("nobody", 302)],
)
def test_who_may_read_the_design_sees_it_and_only_editors_bring_back(
    client: Client, design: Design, author: User, kind: str, expected: int
) -> None:
    write(design, author, DECISION, "Rank it.")
    roles = {"reader": Role.READER, "mentor": Role.COMMENTER, "editor": Role.EDITOR}
    if kind != "nobody":
        user = make_user()
        client.force_login(user)
        if kind in roles:
            Grant.objects.create(design=design, user=user, role=roles[kind])
    url = reverse("history:answer_history", args=[design.pk, DECISION])
    response = client.get(url)
    assert response.status_code == expected
    assert (b"Bring back" in response.content) == (kind == "editor")
    assert client.post(url).status_code == (302 if kind == "nobody" else 405)


def test_who_was_let_in_later_does_not_see_what_was_before(
    client: Client, design: Design, author: User
) -> None:
    write(design, author, DECISION, "A secret.")
    later(design)
    write(design, author, DECISION, "Rank it.")
    reader = make_user()
    now = Design.objects.get(pk=design.pk).clock
    Grant.objects.create(design=design, user=reader, role=Role.READER, since_clock=now)
    client.force_login(reader)
    assert Revision.objects.filter(design=design).count() == 2
    said = page(client, design)
    assert "Rank it." in said
    assert "secret" not in said
