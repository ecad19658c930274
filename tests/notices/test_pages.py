"""The page of notices, and what is done there."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.test import Client

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design
from mlsd_app.notices.following import Level
from mlsd_app.notices.models import Following, Notice
from mlsd_app.notices.telling import Kind
from tests.factories import make_design, make_user
from tests.notices.conftest import THREAD, Clock, Say, client_of, invited

LIST, READ = "/notices/", "/notices/read/"


def text_of(client: Client, path: str = LIST) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def badge(client: Client) -> str:
    found = re.search(r'class="badge">([^<]*)<', text_of(client, "/designs/"))
    return found[1] if found else ""


def unread(user: User) -> list[str]:
    return sorted(Notice.objects.shown_to(user).unread().values_list("text", flat=True))


def key_of(text: str) -> str:
    return str(Notice.objects.get(text=text).pk)


def test_an_empty_page_says_what_will_stand_there(alice_client: Client) -> None:
    page = text_of(alice_client)
    assert "Nothing to tell yet" in page
    assert "badge" not in page


def test_a_notice_is_read_without_signs_of_markdown_and_without_its_design_twice(
    say: Say, mira: User, alice_client: Client
) -> None:
    say(mira, "See **this** in `ranking`.", words="Mira commented on Data of “Feed”")
    page = text_of(alice_client)
    assert "See this in ranking." in page
    assert ">Mira commented on Data</a>" in page


def test_notices_stand_by_design_the_newest_first(
    say: Say, design: Design, alice: User, alice_client: Client, mira: User, clock: Clock
) -> None:
    say(mira, "Oldest")
    other = make_design(alice, general={"title": "Fraud"})
    Notice.objects.create(
        recipient=alice, design=other, kind=Kind.COMMENT, words="Elsewhere", path="/", at=clock.now
    )
    say(mira, "Newest")
    page = text_of(alice_client)
    order = [page.index(words) for words in (">Feed<", "Newest", "Oldest", ">Fraud<", "Elsewhere")]
    assert order == sorted(order)


def test_the_number_of_unread_stands_in_the_header(
    say: Say, alice_client: Client, mira: User
) -> None:
    assert badge(alice_client) == ""
    say(mira, "One")
    say(mira, "Two")
    assert badge(alice_client) == "2"
    for _ in range(98):
        Notice.objects.create(
            recipient=Notice.objects.all()[0].recipient,
            design=Notice.objects.all()[0].design,
            kind=Kind.COMMENT,
            words="x",
            path="/",
        )
    assert badge(alice_client) == "99+"


def test_visitors_see_no_notices_and_are_asked_to_sign_in(design: Design, client: Client) -> None:
    assert b"Notices" not in client.get("/").content
    for path in (LIST, READ, "/notices/preferences/", f"/designs/{design.pk}/following/"):
        for response in (client.get(path), client.post(path)):
            assert response.status_code == 302
            assert response["Location"].startswith("/accounts/login/")


def test_opening_a_notice_leads_to_the_thread_and_is_to_have_read_it(
    say: Say, design: Design, alice_client: Client, mira: User
) -> None:
    say(mira, "Why?")
    response = alice_client.get(f"/notices/{key_of('Why?')}/")
    assert response.status_code == 302
    assert response["Location"] == f"/designs/{design.pk}/read/#t-1"
    assert badge(alice_client) == ""
    assert "Mark as read" not in text_of(alice_client)


def test_one_those_of_a_design_or_all_are_marked_as_read(
    say: Say, design: Design, alice: User, alice_client: Client, mira: User
) -> None:
    other = make_design(alice, general={"title": "Fraud"})
    for text in ("One", "Two"):
        say(mira, text)
    Notice.objects.create(
        recipient=alice, design=other, kind=Kind.COMMENT, words="Other", text="Other", path="/"
    )
    response = alice_client.post(READ, {"notice": key_of("One")})
    assert response["Location"] == f"/notices/#notice-{key_of('One')}"
    assert unread(alice) == ["Other", "Two"]
    alice_client.post(READ, {"design": str(design.pk)})
    assert unread(alice) == ["Other"]
    alice_client.post(READ)
    assert unread(alice) == []


def test_what_came_after_the_page_was_opened_stays_unread(
    say: Say, alice: User, alice_client: Client, mira: User
) -> None:
    say(mira, "Seen")
    until = re.search(r'name="until" value="([^"]+)"', text_of(alice_client))
    assert until is not None
    say(mira, "Not seen")
    alice_client.post(READ, {"until": until[1]})
    assert unread(alice) == ["Not seen"]


def test_only_the_new_ones_can_be_shown(say: Say, alice_client: Client, mira: User) -> None:
    say(mira, "Old one")
    alice_client.post(READ)
    say(mira, "New one")
    page = text_of(alice_client, f"{LIST}?new")
    assert "New one" in page
    assert "Old one" not in page
    response = alice_client.post(READ, {"new": ""})
    assert response["Location"] == "/notices/?new"
    assert "You have read everything" in text_of(alice_client, "/notices/?new")


def test_a_long_list_has_pages(
    design: Design, alice: User, alice_client: Client, clock: Clock
) -> None:
    for number in range(60):
        clock.tick()
        Notice.objects.create(
            recipient=alice,
            design=design,
            kind=Kind.COMMENT,
            words=f"N{number}.",
            path="/",
            at=clock.now,
        )
    first = text_of(alice_client)
    assert "N59." in first
    assert "N9." not in first
    older = re.search(r'href="(\?before=[^"]+)"', first)
    assert older is not None
    second = text_of(alice_client, LIST + older[1])
    assert "N9." in second
    assert "N10." not in second


def test_somebody_elses_notices_are_nobody_elses_business(
    say: Say, alice: User, mira: User
) -> None:
    say(mira, "For Alice")
    key = key_of("For Alice")
    client = client_of(mira)
    assert "For Alice" not in text_of(client)
    assert client.get(f"/notices/{key}/").status_code == 404
    client.post(READ, {"notice": key})
    client.post(READ)
    assert unread(alice) == ["For Alice"]


def test_words_are_shown_as_they_were_written(say: Say, alice_client: Client, mira: User) -> None:
    say(mira, "<script>alert(1)</script>", words="<b>Mira</b> commented")
    page = text_of(alice_client)
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;b&gt;Mira" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("value", ["x", "\0", "1" * 5000, "00000000-0000-4000-8000-00000000000g"])
def test_odd_keys_are_answered_clearly(alice_client: Client, value: str) -> None:
    assert alice_client.get(LIST, {"before": value}).status_code == 200
    assert alice_client.post(READ, {"notice": value}).status_code == 400
    assert alice_client.post(READ, {"design": value}).status_code == 400
    assert alice_client.post(READ, {"until": value}).status_code == 302


def test_only_the_right_methods_are_taken(alice_client: Client) -> None:
    assert alice_client.post(LIST).status_code == 405
    assert alice_client.get(READ).status_code == 405
    assert alice_client.post(f"/notices/{uuid4()}/").status_code == 405
    assert alice_client.get(f"/notices/{uuid4()}/").status_code == 404


def test_the_page_takes_as_many_queries_for_many_designs(
    alice: User, alice_client: Client, django_assert_max_num_queries: object
) -> None:
    for _ in range(10):
        design = make_design(alice)
        for _ in range(3):
            Notice.objects.create(
                recipient=alice, design=design, kind=Kind.COMMENT, words="x", path="/"
            )
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        text_of(alice_client)


# -- How much one hears ------------------------------------------------------------------------


def following(design: Design) -> str:
    return f"/designs/{design.pk}/following/"


def chosen(page: str) -> str:
    found = re.search(r'value="(\w+)" checked', page)
    assert found is not None
    return found[1]


def test_the_owner_follows_and_others_hear_what_is_addressed_to_them(
    design: Design, alice_client: Client, mira: User
) -> None:
    assert chosen(text_of(alice_client, following(design))) == "followed"
    assert chosen(text_of(client_of(mira), following(design))) == "addressed"


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("about", ["", THREAD])
def test_a_choice_is_kept_for_the_design_or_the_thread(
    design: Design, mira: User, about: str, level: Level
) -> None:
    client = client_of(mira)
    response = client.post(following(design), {"about": about, "level": level.value})
    assert response.status_code == 302
    page = text_of(client, response["Location"])
    assert chosen(page) == level
    assert 'role="status"' in page


def test_the_page_of_a_thread_says_when_the_whole_design_is_muted(
    design: Design, alice_client: Client
) -> None:
    alice_client.post(following(design), {"about": "", "level": "muted"})
    page = text_of(alice_client, f"{following(design)}?about={THREAD}")
    assert "The whole design is muted" in page


def test_one_comes_back_to_where_one_was(design: Design, alice_client: Client) -> None:
    page = text_of(alice_client, f"{following(design)}?next=/notices/%3Fnew")
    assert 'name="next" value="/notices/?new"' in page
    data = {"about": "", "level": "muted"}
    here = alice_client.post(following(design), data | {"next": "/notices/?new"})
    assert here["Location"] == "/notices/?new"


@pytest.mark.parametrize(
    "after",
    ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", "x", "\0"],
)
def test_one_is_never_sent_elsewhere(design: Design, alice_client: Client, after: str) -> None:
    data = {"about": "", "level": "muted", "next": after}
    response = alice_client.post(following(design), data)
    assert response["Location"] == following(design)
    assert alice_client.get(following(design), {"next": after}).status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"level": "loud"},
        {"level": "muted", "about": "stage:serving"},
        {"level": "muted", "about": THREAD + "\n"},
        {"level": "muted", "about": "\0"},
        {"level": "muted", "about": "x" * 10_000},
    ],
)
def test_an_unknown_choice_is_refused(
    design: Design, alice_client: Client, data: dict[str, str]
) -> None:
    response = alice_client.post(following(design), data)
    assert response.status_code == 400
    assert not Following.objects.exists()


def test_who_may_not_see_a_design_cannot_follow_it(design: Design, mira: User) -> None:
    stranger = client_of(make_user())
    guest = client_of(User.objects.create_guest())
    Grant.objects.filter(user=mira).delete()
    for client in (stranger, guest, client_of(mira)):
        assert client.get(following(design)).status_code == 404
        assert client.post(following(design), {"level": "followed"}).status_code == 404


# -- How one is told ---------------------------------------------------------------------------

PREFERENCES = "/notices/preferences/"
ALL_BY_MAIL = {kind.value: "mail" for kind in Kind}


def test_preferences_are_kept(alice: User, alice_client: Client) -> None:
    data = ALL_BY_MAIL | {"comment": "page", "resolved": "nothing"}
    response = alice_client.post(PREFERENCES, data)
    assert response.status_code == 302
    assert dict(alice.preferences.values_list("kind", "channel")) == data
    page = text_of(alice_client, PREFERENCES)
    assert re.search(r'name="comment" value="page"[^>]*checked', page)
    assert re.search(r'name="resolved" value="nothing"[^>]*checked', page)
    assert "This is how you will be told" in page


def test_what_every_choice_has_in_common_is_said_once(alice_client: Client) -> None:
    page = text_of(alice_client, PREFERENCES)
    assert page.count("By mail") == page.count("Here only") == page.count("Mailed at once") == 1
    assert len(re.findall(r'<input type="radio"[^>]* checked>', page)) == len(Kind)
    names = re.findall(r'aria-labelledby="(\S+) (told-\w+)"', page)
    assert len(set(names)) == len(names) == 3 * len(Kind)
    for label in {one for name in names for one in name}:
        assert page.count(f'id="{label}"') == 1


@pytest.mark.parametrize("data", [{}, ALL_BY_MAIL | {"comment": "loudly"}])
def test_a_choice_that_does_not_exist_changes_nothing(
    alice: User, alice_client: Client, data: dict[str, str]
) -> None:
    response = alice_client.post(PREFERENCES, data)
    assert response.status_code == 422
    assert b"nothing was changed" in response.content
    assert not alice.preferences.exists()


def test_a_guest_is_offered_no_mails(design: Design) -> None:
    guest = invited(User.objects.create_guest(), design)
    client = client_of(guest)
    page = text_of(client, PREFERENCES)
    assert "Guests get no mails" in page
    assert 'value="mail"' not in page
    assert client.post(PREFERENCES, ALL_BY_MAIL).status_code == 422
    choices = {kind.value: "page" for kind in Kind} | {"comment": "nothing"}
    assert client.post(PREFERENCES, choices).status_code == 302
    assert list(guest.preferences.values_list("kind", "channel")) == [("comment", "nothing")]


def test_what_is_muted_is_listed_with_a_way_back(
    say: Say, design: Design, alice_client: Client, mira: User
) -> None:
    assert "Nothing is muted" in text_of(alice_client, PREFERENCES)
    say(mira, "Loud", words="Mira commented on the labels")
    alice_client.post(following(design), {"about": THREAD, "level": "muted"})
    page = text_of(alice_client, PREFERENCES)
    assert "A thread: Mira commented on the labels" in page
    assert f"{following(design)}?about={THREAD}&amp;next=" in page


def test_the_pages_of_the_account_lead_there_and_say_where_mails_land(
    alice_client: Client, settings: object
) -> None:
    assert PREFERENCES in text_of(alice_client, "/accounts/email/")
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"  # type: ignore[attr-defined]
    assert "sends no mail" in text_of(alice_client, PREFERENCES)
