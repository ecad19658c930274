"""The pulse of a design over HTTP: what each kind of person is told, and what nonsense gets."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, ShareLink
from mlsd_app.designs.models import Design
from mlsd_app.pulse.models import TABS_AT_MOST, Presence
from tests.factories import make_complete_design, make_design, make_user, rows

pytestmark = pytest.mark.django_db

Answer = Any  # what the test client returns, which also reads JSON


@pytest.fixture
def author() -> User:
    return make_user()


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": "Allow all"})


@pytest.fixture(params=["quick", "thorough"])
def either_way(request: pytest.FixtureRequest, settings: Settings) -> None:
    """With and without the shortcut of beats with nothing new: it must not let in anybody else."""
    if request.param == "thorough":
        quick = "mlsd_app.pulse.middleware.quiet_beats"
        settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if one != quick]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def beat(client: Client, design: Design, **said: int | str) -> Answer:
    """Ask as a page does that knows all but what is ``said``."""
    known: dict[str, int | str] = {"since": design.clock, "talk": design.talk, "tab": "one"}
    answer: Answer = client.get(reverse("pulse:pulse", args=[design.pk]), known | said)
    return answer


def note(client: Client, design: Design, tab: str = "one", **said: int | str) -> Answer:
    """Say where the reader of a page is."""
    known: dict[str, int | str] = {"tab": tab, "doing": "reading"}
    return beat(client, design, **(known | said))


def leave(client: Client, design: Design, tab: str = "one", **said: int | str) -> Answer:
    """Say that a page is closed."""
    known: dict[str, int | str] = {"since": design.clock, "tab": tab}
    answer: Answer = client.post(reverse("pulse:pulse", args=[design.pk]), known | said)
    return answer


def save(design: Design, address: str, value: str, by: User) -> None:
    """Store an answer as the page of its stage does."""
    design.refresh_from_db()
    url = reverse("designs:stage_edit", args=[design.pk, address.partition(".")[0]])
    response = signed_in(by).post(url, {"base": design.clock, address: value})
    assert response.status_code == 302
    design.refresh_from_db()


def share(design: Design, user: User, role: Role, **link: Any) -> None:
    made = None
    if link:
        made = ShareLink.objects.create(design=design, role=role, token_hash=str(uuid4()), **link)
    Grant.objects.create(design=design, user=user, role=role, link=made)


# -- It works ---------------------------------------------------------------------------------


def test_nothing_new_is_an_empty_answer_that_no_cache_keeps(author: User, design: Design) -> None:
    response = beat(signed_in(author), design)
    assert (response.status_code, response.content) == (204, b"")
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Security-Policy"]


def test_nothing_new_costs_no_more_queries_than_it_must(
    author: User, design: Design, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(author)
    with django_assert_num_queries(4):
        assert beat(client, design).status_code == 204


def test_a_change_is_told_by_its_addresses_and_not_by_its_text(
    author: User, design: Design
) -> None:
    client, known = signed_in(author), design.clock
    save(design, "framing.decision", "Block above 0.9", author)
    save(design, "general.title", "Fraud", author)
    response = beat(client, design, since=known)
    assert response.json() == {
        "clock": known + 2,
        "talk": 0,
        "addresses": ["framing.decision", "general.title"],
        "here": "",
        "people": [],
    }
    assert beat(client, design, since=known + 1).json()["addresses"] == ["general.title"]
    assert beat(client, design).status_code == 204


def test_a_waiver_moves_the_clock_though_no_answer_changed(author: User) -> None:
    design = make_design(author, framing={"timeliness": "online"})
    client, known = signed_in(author), design.clock
    Design.objects.filter(pk=design.pk).update(clock=known + 1)
    assert beat(client, design).json() | {"people": 0} == {
        "clock": known + 1,
        "talk": 0,
        "addresses": [],
        "here": "",
        "people": 0,
    }


def test_the_conversation_has_a_clock_of_its_own(author: User, design: Design) -> None:
    Design.objects.filter(pk=design.pk).update(talk=3)
    told = beat(signed_in(author), design, talk=2).json()
    assert (told["talk"], told["addresses"]) == (3, [])
    design.refresh_from_db()
    assert beat(signed_in(author), design).status_code == 204


# -- Who is here ------------------------------------------------------------------------------


def test_others_are_told_where_somebody_is_and_what_they_do(author: User, design: Design) -> None:
    mentor = make_user("Priya Raman")
    share(design, mentor, Role.COMMENTER)
    assert note(signed_in(mentor), design, stage="framing").status_code == 204
    told = beat(signed_in(author), design).json()
    assert told["people"] == [
        {
            "id": mentor.pk,
            "name": "Priya Raman",
            "initials": "PR",
            "guest": False,
            "stage": "framing",
            "place": "Framing",
            "doing": "reading",
        }
    ]
    assert beat(signed_in(author), design, here=told["here"]).status_code == 204
    note(signed_in(mentor), design, stage="framing", doing="editing")
    told = beat(signed_in(author), design, here=told["here"]).json()
    assert told["people"][0]["doing"] == "editing"


def test_a_person_with_several_tabs_is_one_and_where_they_type(
    author: User, design: Design
) -> None:
    mentor = make_user("Priya Raman")
    share(design, mentor, Role.EDITOR)
    client = signed_in(mentor)
    note(client, design, "one", stage="data", doing="editing")
    note(client, design, "two", stage="framing", doing="idle")
    (person,) = beat(signed_in(author), design).json()["people"]
    assert (person["stage"], person["doing"]) == ("data", "editing")


def test_a_tab_that_leaves_is_gone_at_once_and_one_that_falls_silent_after_a_while(
    author: User, design: Design
) -> None:
    mentor = make_user("Priya Raman")
    share(design, mentor, Role.READER)
    client = signed_in(mentor)
    note(client, design)
    assert leave(client, design).status_code == 204
    assert beat(signed_in(author), design).status_code == 204
    note(client, design)
    long_ago = timezone.now() - timedelta(minutes=1)
    Presence.objects.filter(user=mentor).update(seen_at=long_ago)
    assert beat(signed_in(author), design).status_code == 204
    note(signed_in(author), design)
    assert not Presence.objects.filter(user=mentor).exists()


def test_my_other_tab_is_told_only_while_something_is_typed_there(
    author: User, design: Design
) -> None:
    client = signed_in(author)
    note(client, design, "one", doing="editing")
    assert beat(client, design, tab="one").status_code == 204
    (person,) = beat(client, design, tab="two").json()["people"]
    assert person["name"] == "You, in another tab"
    note(client, design, "one", doing="reading")
    assert beat(client, design, tab="two").status_code == 204


def test_nobody_can_speak_for_the_tab_of_somebody_else(author: User, design: Design) -> None:
    mentor = make_user("Priya Raman")
    share(design, mentor, Role.COMMENTER)
    note(signed_in(author), design, "mine", doing="editing")
    note(signed_in(mentor), design, "mine", doing="idle")
    leave(signed_in(mentor), design, "mine")
    (person,) = beat(signed_in(mentor), design).json()["people"]
    assert (person["name"], person["doing"]) == ("Ada Nowak", "editing")


def test_one_person_cannot_fill_the_table_with_tabs(author: User, design: Design) -> None:
    for number in range(TABS_AT_MOST + 5):
        assert note(signed_in(author), design, f"tab {number}").status_code == 204
    assert Presence.objects.count() == TABS_AT_MOST
    note(signed_in(author), design, "tab 0", doing="editing")
    assert Presence.objects.get(tab="tab 0").doing == "editing"


# -- Permissions ------------------------------------------------------------------------------


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_is_told_to_sign_in(design: Design, method: str) -> None:
    response = beat(Client(), design) if method == "get" else leave(Client(), design)
    assert response.status_code == 401
    assert "signed out" in response.json()["message"]


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("since", [0, 99])
def test_a_stranger_is_not_told_that_there_is_such_a_design(design: Design, since: int) -> None:
    stranger = signed_in(make_user("Stranger"))
    for response in (note(stranger, design, since=since), leave(stranger, design, since=since)):
        assert response.status_code == 404
        assert "not open to you" in response.json()["message"]
    assert not Presence.objects.exists()


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("role", [Role.READER, Role.COMMENTER, Role.EDITOR])
def test_everybody_whom_it_is_shared_with_has_its_pulse_until_it_is_not(
    design: Design, role: Role
) -> None:
    person = make_user("Priya Raman")
    share(design, person, role)
    client = signed_in(person)
    assert beat(client, design).status_code == 204
    assert note(client, design).status_code == 204
    Grant.objects.all().delete()
    assert beat(client, design).status_code == 404
    assert note(client, design).status_code == 404
    assert leave(client, design).status_code == 404


@pytest.mark.usefixtures("either_way")
def test_a_link_lets_in_until_it_is_revoked_or_expires(design: Design) -> None:
    guest = User.objects.create_guest()
    share(design, guest, Role.COMMENTER, label="team")
    client = signed_in(guest)
    assert beat(client, design).status_code == 204
    ShareLink.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    assert beat(client, design).status_code == 404
    ShareLink.objects.update(expires_at=None, revoked_at=timezone.now())
    assert beat(client, design).status_code == 404


@pytest.mark.usefixtures("either_way")
def test_a_design_in_the_bin_has_no_pulse(author: User, design: Design) -> None:
    client = signed_in(author)
    assert beat(client, design).status_code == 204
    design.delete_softly()
    assert beat(client, design).status_code == 404


@pytest.mark.usefixtures("either_way")
def test_an_example_has_no_pulse(author: User, design: Design) -> None:
    make_complete_design(author)
    example = Design.objects.examples().first()
    assert example is not None
    assert beat(signed_in(author), example).status_code == 404


@pytest.mark.usefixtures("either_way")
def test_a_session_that_ended_is_no_session(author: User, design: Design) -> None:
    client = signed_in(author)
    assert beat(client, design).status_code == 204
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
    assert beat(client, design).status_code == 401


@pytest.mark.usefixtures("either_way")
def test_who_is_switched_off_or_has_another_password_is_signed_out(
    author: User, design: Design
) -> None:
    client = signed_in(author)
    assert beat(client, design).status_code == 204
    author.is_active = False
    author.save()
    assert beat(client, design).status_code == 401
    author.is_active = True
    author.set_password("another horse battery")
    author.save()
    assert beat(client, design).status_code == 401


@pytest.mark.usefixtures("either_way")
def test_a_session_that_was_tampered_with_is_none(author: User, design: Design) -> None:
    client = signed_in(author)
    Session.objects.update(session_data="e30:nonsense")
    assert beat(client, design).status_code == 401
    for odd in ("", "x" * 5000, "a\0b", "é"):
        client.cookies["sessionid"] = odd
        assert beat(client, design).status_code == 401


@pytest.mark.usefixtures("either_way")
def test_leaving_needs_the_page_s_own_token(author: User, design: Design) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(author)
    note(client, design)
    assert leave(client, design).status_code == 403
    assert Presence.objects.exists()


# -- Nonsense ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "since", ["", "x", "-1", "1.5", "٣", "1e3", "9" * 30, "9" * 5000, "0x10", "\0", "1 2"]
)
def test_what_is_no_clock_is_refused_with_a_sentence(
    author: User, design: Design, since: str
) -> None:
    for response in (
        beat(signed_in(author), design, since=since),
        leave(signed_in(author), design, since=since),
    ):
        assert response.status_code == 400
        assert "since=12" in response.json()["message"]


@pytest.mark.parametrize("known", [{"since": 99}, {"talk": 99}, {"since": 2**63 - 1}])
def test_a_page_from_the_future_is_told_to_load_again(
    author: User, design: Design, known: dict[str, int]
) -> None:
    response = beat(signed_in(author), design, **known)
    assert response.status_code == 409
    assert "Load the page again" in response.json()["message"]


def test_odd_tabs_and_places_are_taken_as_none(author: User, design: Design) -> None:
    client = signed_in(author)
    for _ in range(2):
        odd = note(client, design, "\0" + "t" * 200, stage="nowhere\0")
        assert odd.status_code == 204
    kept = Presence.objects.get()
    assert (kept.tab, kept.stage, kept.doing) == ("t" * 40, "", "reading")
    assert note(client, design, "another", doing="dancing").status_code == 204
    assert note(client, design, "", doing="editing").status_code == 204
    assert Presence.objects.count() == 1
    assert beat(client, design, tab="\0", here="\0" * 9).status_code == 200


def test_an_address_that_is_no_design_is_not_found(author: User) -> None:
    client = signed_in(author)
    for odd in (f"/designs/{uuid4()}/pulse/", "/designs/1/pulse/", "/designs/x%00/pulse/"):
        assert client.get(odd, {"since": 0}).status_code == 404


def test_other_methods_and_other_hosts_are_refused(author: User, design: Design) -> None:
    client = signed_in(author)
    assert client.put(reverse("pulse:pulse", args=[design.pk])).status_code == 405
    url = reverse("pulse:pulse", args=[design.pk])
    answer = client.get(url, {"since": design.clock}, headers={"host": "elsewhere.example"})
    assert answer.status_code == 400


# -- What others changed in a stage -------------------------------------------------------------


def changes(client: Client, design: Design, stage: str = "framing", **said: int | str) -> Answer:
    url = reverse("pulse:stage_changes", args=[design.pk, stage])
    answer: Answer = client.get(url, said)
    return answer


def test_the_changes_of_a_stage_are_the_parts_of_its_page_that_may_differ(
    author: User, design: Design
) -> None:
    known = design.clock
    save(design, "framing.kpi_direction", "down", author)
    save(design, "framing.peak_qps", "20 k/s", author)
    page = changes(signed_in(author), design, since=known).content.decode()
    for there in ('id="c-framing-kpi_direction"', 'id="c-framing-peak_qps"', 'id="rail"'):
        assert there in page
    assert f'data-clock="{design.clock}"' in page
    assert 'id="c-framing-decision"' not in page
    later = changes(signed_in(author), design, since=known + 1).content.decode()
    assert 'id="c-framing-kpi_direction"' not in later
    assert 'id="c-framing-peak_qps"' in later


def test_a_table_comes_whole_when_its_rows_changed_and_cells_only_where_a_row_is_open(
    author: User,
) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks"}]})
    (row,) = rows(design, "data.sources")
    owner, known = f"data.sources/{row['row']}.owner", design.clock
    save(design, owner, "web team", author)
    client = signed_in(author)
    slug = owner.replace("/", "--").replace(".", "-")
    closed = changes(client, design, "data", since=known).content.decode()
    assert f'id="c-{slug}"' not in closed
    assert "web team" in closed
    opened = changes(client, design, "data", since=known, opened=row["row"]).content.decode()
    assert f'id="c-{slug}"' in opened
    assert 'id="t-data-sources"' not in opened
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    client.post(url, {"base": design.clock, "op": "add", "table": "data.sources"})
    assert 'id="t-data-sources"' in changes(client, design, "data", since=known).content.decode()


def test_what_a_change_reveals_comes_and_what_it_hides_goes(author: User, design: Design) -> None:
    client, known, asked = signed_in(author), design.clock, "framing.timeliness"
    before = hidden_in(client, design)
    save(design, asked, "online", author)
    revealed = before - hidden_in(client, design)
    assert revealed
    shown = changes(client, design, since=known, hidden=" ".join(before)).content.decode()
    assert all(f'id="{one}"' in shown for one in revealed)
    kept = " ".join(before - revealed)
    again = changes(client, design, since=design.clock - 1, hidden=kept).content.decode()
    assert not any(f'id="{one}"' in again for one in revealed)
    save(design, asked, "", author)
    gone = changes(client, design, since=known + 1, hidden=kept).content.decode()
    assert all(f'id="{one}"' in gone for one in revealed)


def hidden_in(client: Client, design: Design) -> set[str]:
    """The controls that the page of a stage does not show."""
    page = client.get(reverse("designs:stage_edit", args=[design.pk, "framing"])).content.decode()
    return set(re.findall(r'<div class="field[^"]*" id="(c-[^"]+)" hidden>', page))


@pytest.mark.parametrize("role", [Role.READER, Role.COMMENTER])
def test_who_cannot_open_the_stage_does_not_get_its_changes(design: Design, role: Role) -> None:
    person = make_user("Priya Raman")
    assert changes(signed_in(person), design, since=0).status_code == 404
    share(design, person, role)
    assert changes(signed_in(person), design, since=0).status_code == 404
    assert changes(Client(), design, since=0).status_code == 302


def test_an_editor_gets_the_changes_of_a_stage(design: Design) -> None:
    person = make_user("Priya Raman")
    share(design, person, Role.EDITOR)
    assert changes(signed_in(person), design, since=0).status_code == 200


def test_changes_since_nonsense_are_refused(author: User, design: Design) -> None:
    client = signed_in(author)
    for since in ("", "x", "-1", "9" * 40):
        assert changes(client, design, since=since).status_code == 400
    assert changes(client, design, "nowhere", since=0).status_code == 404
    odd = changes(client, design, since=0, opened="\0 x/y ../..", hidden="\0 c-")
    assert odd.status_code == 200
    assert client.post(reverse("pulse:stage_changes", args=[design.pk, "data"])).status_code == 405
