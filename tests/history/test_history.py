"""The history of a design over HTTP: revisions, two compared, one read, named and brought back."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import DeleteRow, MoveRow, SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages.addresses import Address
from tests.factories import answer, make_complete_design, make_design, make_user, rows
from tests.history.writing import later, write

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"


@pytest.fixture
def author() -> User:
    return make_user("Jonas")


@pytest.fixture
def design(author: User) -> Design:
    return make_complete_design(author)


@pytest.fixture
def desk(client: Client, author: User) -> Client:
    client.force_login(author)
    return client


def page(desk: Client, design: Design, name: str = "history", *args: int, **query: str) -> str:
    response = desk.get(reverse(f"history:{name}", args=[design.pk, *args]), query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def bring_back(desk: Client, design: Design, number: int, scope: str = "") -> int:
    url = reverse("history:revision_bring_back", args=[design.pk, number])
    return desk.post(url, {"scope": scope}).status_code


def decisions(design: Design) -> list[str]:
    found = Revision.objects.filter(design=design).order_by("number")
    return [str(one.answers()["framing"]["decision"]) for one in found]


def test_the_first_edit_keeps_how_the_design_began(design: Design, author: User) -> None:
    began = answer(design, DECISION)
    write(design, author, DECISION, "Show ten")
    assert decisions(design) == [began]


def test_edits_of_one_person_within_five_minutes_are_one_revision(
    design: Design, author: User
) -> None:
    began = answer(design, DECISION)
    for text in ("Show ten", "Show eleven", "Show twelve"):
        write(design, author, DECISION, text)
    later(design)
    write(design, author, DECISION, "Show one")
    assert decisions(design) == [began, "Show twelve"]


def test_what_somebody_else_wrote_is_kept_before_the_next_person_writes(
    design: Design, author: User
) -> None:
    write(design, author, DECISION, "Show ten")
    Design.objects.filter(pk=design.pk).update(writer=make_user("Priya"))
    write(design, author, DECISION, "Show one")
    assert decisions(design)[-1] == "Show ten"
    newest = Revision.objects.filter(design=design).latest("number")
    assert newest.author is not None
    assert newest.author.name == "Priya"


def test_a_revision_says_who_when_and_how_many_edits(
    desk: Client, design: Design, author: User
) -> None:
    for text in ("Show ten", "Show eleven"):
        write(design, author, DECISION, text)
    later(design)
    write(design, author, DECISION, "Show one")
    said = page(desk, design)
    assert "Jonas, 2 edits" in said
    assert "Jonas, 1 edit<" in said
    assert "Jonas. As it began" in said


def test_a_new_design_has_nothing_to_compare(desk: Client, author: User) -> None:
    assert "Nothing changed yet." in page(desk, make_design(author))


def test_what_changed_is_shown_by_word_by_number_and_by_row(
    desk: Client, design: Design, author: User
) -> None:
    write(design, author, DECISION, f"{answer(design, DECISION)} Never an old one.")
    write(design, author, "framing.peak_qps", "40k/s")
    first, second, third = rows(design, "serving.components")[:3]
    table = Address.parse("serving.components")
    gone = Address(table.stage, table.field, third["row"])
    moved = Address(table.stage, table.field, first["row"])
    save_edits(design.pk, author, [DeleteRow(gone), MoveRow(moved, 1)])
    said = page(desk, design)
    assert "<ins> Never an old one.</ins>" in said
    assert "2 times as much" in said
    assert f"Component {third['id']} deleted" in said
    assert f"Component {first['id']} moved" in said or f"Component {second['id']} moved" in said
    assert re.search(r"[1-9] findings? appeared", said)
    assert "ranking has 180 replicas" in said
    assert "Metrics" in said
    assert "the same in both" in said


def test_two_revisions_are_chosen_to_compare(desk: Client, design: Design, author: User) -> None:
    for text in ("Show ten", "Show eleven", "Show twelve"):
        write(design, author, DECISION, text)
        later(design)
    said = page(desk, design, **{"from": "2", "to": "3"})
    assert "<del> ten</del><ins> eleven</ins>" in said
    assert "twelve" not in said
    assert "<del> eleven</del><ins> ten</ins>" in page(desk, design, **{"from": "3", "to": "2"})
    assert "No answer differs." in page(desk, design, **{"from": "2", "to": "2"})


@pytest.mark.parametrize("key", ["9", "x", "-1", "²", "1" * 30])
def test_a_revision_that_is_not_there_is_not_found(
    desk: Client, design: Design, author: User, key: str
) -> None:
    write(design, author, DECISION, "Show ten")
    assert desk.get(reverse("history:history", args=[design.pk]), {"to": key}).status_code == 404


def test_an_older_state_is_read_with_its_findings(
    desk: Client, design: Design, author: User
) -> None:
    write(design, author, "framing.latency_slo_ms", "1")
    later(design)
    write(design, author, "framing.latency_slo_ms", "200")
    said = page(desk, design, "revision_read", 2)
    assert "This is how the design was: revision <b><bdi>2" in said
    assert "all checks pass" not in said
    assert "of p99 in serving against" in said
    began = page(desk, design, "revision_read", 1)
    assert "all checks pass" in began


def test_the_whole_design_comes_back_and_the_undo_too(
    desk: Client, design: Design, author: User
) -> None:
    began = {stage: row.content_hash for stage, row in design.contents().items()}
    row = rows(design, "serving.components")[2]
    write(design, author, DECISION, "Show ten")
    address = Address("serving", "components", row["row"])
    save_edits(design.pk, author, [DeleteRow(address), MoveRow(address, 1)])
    changed = {stage: row.content_hash for stage, row in design.contents().items()}
    assert bring_back(desk, design, 1) == 302
    assert {stage: row.content_hash for stage, row in design.contents().items()} == began
    assert bring_back(desk, design, 2) == 302
    assert {stage: row.content_hash for stage, row in design.contents().items()} == changed
    said = page(desk, design)
    assert "Brought back from 1: all answers" in said
    assert "Brought back from 2: all answers" in said


def test_a_stage_or_a_field_comes_back_alone(desk: Client, design: Design, author: User) -> None:
    began, load = answer(design, DECISION), answer(design, "framing.peak_qps")
    write(design, author, DECISION, "Show ten")
    write(design, author, "framing.peak_qps", "30k/s")
    write(design, author, "serving.cache_ttl_s", "7")
    assert bring_back(desk, design, 1, "framing.peak_qps") == 302
    assert answer(design, "framing.peak_qps") == load
    assert answer(design, DECISION) == "Show ten"
    assert bring_back(desk, design, 1, "framing") == 302
    assert answer(design, DECISION) == began
    assert answer(design, "serving.cache_ttl_s") == 7


def test_what_is_brought_back_is_newer_than_any_open_tab(
    desk: Client, design: Design, author: User
) -> None:
    write(design, author, DECISION, "Show ten")
    design.refresh_from_db()
    base = design.clock
    bring_back(desk, design, 1)
    stale = SetValue(Address.parse(DECISION), "Show eleven", base)
    assert save_edits(design.pk, author, [stale]).conflicts


def test_nothing_is_made_where_nothing_differs(desk: Client, design: Design, author: User) -> None:
    write(design, author, DECISION, "Show ten")
    bring_back(desk, design, 1)
    made = Revision.objects.filter(design=design).count()
    response = desk.post(
        reverse("history:revision_bring_back", args=[design.pk, 1]), {"scope": ""}, follow=True
    )
    assert "Nothing to bring back" in response.content.decode()
    assert Revision.objects.filter(design=design).count() == made


@pytest.mark.parametrize("scope", ["nothing", "framing.nothing", "framing/x", "\x00"])
def test_an_unknown_part_is_refused_in_words(
    desk: Client, design: Design, author: User, scope: str
) -> None:
    write(design, author, DECISION, "Show ten")
    url = reverse("history:revision_bring_back", args=[design.pk, 1])
    response = desk.post(url, {"scope": scope})
    assert response.status_code == 400
    assert "Name a stage or one of its fields." in response.content.decode()
    assert answer(design, DECISION) == "Show ten"


def test_the_present_is_named_and_renamed(desk: Client, design: Design, author: User) -> None:
    write(design, author, DECISION, "Show ten")
    url = reverse("history:name_version", args=[design.pk])
    desk.post(url, {"name": "  Before   the review ", "revision": "now"})
    assert "2 Before the review, now" in page(desk, design)
    write(design, author, DECISION, "Show one")
    assert "2 Before the review<" in page(desk, design)
    desk.post(url, {"name": "First draft", "revision": "2"})
    assert "2 First draft<" in page(desk, design)
    desk.post(url, {"name": "", "revision": "2"})
    assert "First draft<" not in page(desk, design)


def test_a_name_that_is_too_long_is_refused_in_words(desk: Client, design: Design) -> None:
    url = reverse("history:name_version", args=[design.pk])
    response = desk.post(url, {"name": "x" * 101, "revision": "now"}, follow=True)
    assert "The name has 101 characters; at most 100 fit." in response.content.decode()
    assert not Revision.objects.exclude(name="").exists()


def test_a_pdf_is_asked_for_an_older_revision(desk: Client, design: Design, author: User) -> None:
    write(design, author, DECISION, "Show ten")
    url = reverse("exports:export_list", args=[design.pk])
    desk.post(url, {"paper": "A4", "revision": "1"})
    assert design.exports.get().revision.number == 1
    assert desk.post(url, {"paper": "A4", "revision": "9"}).status_code == 404
    assert desk.post(url, {"paper": "A4", "revision": "x"}).status_code == 404


def test_many_revisions_are_paged(desk: Client, design: Design, author: User) -> None:
    for number in range(60):
        write(design, author, DECISION, f"Show {number}")
        later(design)
    said = page(desk, design)
    assert "Older ones" in said
    assert "As it began" not in said
    older = page(desk, design, until="10")
    assert "As it began" in older
    assert "Older ones" not in older


# For each route: what its owner gets for GET and for POST.
ROUTES: dict[str, tuple[list[int], int, int]] = {
    "history": ([], 200, 405),
    "revision_read": ([1], 200, 405),
    "name_version": ([], 405, 302),
    "revision_bring_back": ([1], 405, 302),
}


@pytest.mark.parametrize("name", ROUTES)
@pytest.mark.parametrize("kind", ["owner", "stranger", "guest", "nobody"])
def test_only_the_owner_sees_and_changes_the_history(
    client: Client, design: Design, author: User, name: str, kind: str
) -> None:
    write(design, author, DECISION, "Show ten")
    more, to_get, to_post = ROUTES[name]
    url = reverse(f"history:{name}", args=[design.pk, *more])
    if kind != "nobody":
        guest = User.objects.create_guest()
        client.force_login({"owner": author, "guest": guest}.get(kind, make_user()))
    answered = {"owner": (to_get, to_post), "nobody": (302, 302)}
    hidden = (405 if to_get == 405 else 404, 405 if to_post == 405 else 404)
    expected = answered.get(kind, hidden)
    assert (client.get(url).status_code, client.post(url).status_code) == expected
    if kind != "owner":
        assert answer(design, DECISION) == "Show ten"


def test_an_invisible_character_in_a_name_is_left_out(desk: Client, design: Design) -> None:
    url = reverse("history:name_version", args=[design.pk])
    desk.post(url, {"name": "First\x00 draft", "revision": "now"})
    assert Revision.objects.get(design=design).name == "First draft"


def test_findings_that_the_bar_leaves_out_are_not_counted(
    desk: Client, design: Design, author: User
) -> None:
    write(design, author, "framing.peak_qps", "40k/s")
    assert "2 findings appeared" in page(desk, design)
    write(design, author, "general.target_level", "L6")
    assert "3 findings appeared" in page(desk, design)


def test_a_page_of_revisions_that_cannot_be_is_the_newest(desk: Client, design: Design) -> None:
    for until in ("9" * 5000, "-1", "x", "\u0663"):
        assert page(desk, design, until=until)
