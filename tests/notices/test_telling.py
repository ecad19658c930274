"""Who hears of what."""

from __future__ import annotations

import pytest
from django.test import Client

from mlsd_app.accounts.guests import merge_guest
from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.notices.following import Level
from mlsd_app.notices.models import Notice, Preference
from mlsd_app.notices.telling import Kind, follow, seen, take_back, tell
from tests.factories import make_user
from tests.notices.conftest import THREAD, Clock, Outbox, Say, client_of, invited

Channel = Preference.Channel


def told(user: User) -> list[str]:
    """What ``user`` finds among their notices, the oldest first."""
    return list(Notice.objects.shown_to(user).order_by("at", "id").values_list("text", flat=True))


def say_how(user: User, design: Design, level: Level, about: str = "") -> None:
    page = f"/designs/{design.pk}/following/"
    answer = client_of(user).post(page, {"about": about, "level": level.value})
    assert answer.status_code == 302


def test_the_owner_hears_of_a_comment_and_its_author_does_not(
    say: Say, alice: User, mira: User
) -> None:
    say(mira, "Why NDCG?")
    assert (told(alice), told(mira)) == (["Why NDCG?"], [])


def test_who_took_part_in_a_thread_hears_of_the_answer(say: Say, alice: User, mira: User) -> None:
    say(mira, "Why NDCG?")
    say(alice, "Because the order counts.")
    assert told(mira) == ["Because the order counts."]


def test_who_may_read_and_took_no_part_hears_nothing(say: Say, design: Design, mira: User) -> None:
    reader = invited(make_user(), design, Role.READER)
    say(mira)
    assert told(reader) == []


def test_who_is_mentioned_hears_of_it_and_follows_the_thread_from_then_on(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    bo = invited(make_user("Bo"), design)
    say(mira, "@Bo, see above", kind=Kind.MENTION, to=[bo])
    say(alice, "So he did")
    assert told(bo) == ["@Bo, see above", "So he did"]


def test_a_mention_and_the_comment_it_stands_in_are_told_once_in_either_order(
    say: Say, alice: User, mira: User
) -> None:
    heard = say(mira, "@Alice, one", kind=Kind.MENTION, to=[alice])
    say(mira, "@Alice, one", but=heard)
    say(mira, "@Alice, two")
    say(mira, "@Alice, two", kind=Kind.MENTION, to=[alice])
    assert told(alice) == ["@Alice, one", "@Alice, two"]
    assert set(Notice.objects.values_list("kind", flat=True)) == {Kind.MENTION}


def test_the_same_words_twice_are_two_comments(say: Say, alice: User, mira: User) -> None:
    say(mira, "Done")
    say(mira, "Done")
    assert told(alice) == ["Done", "Done"]


def test_a_follower_of_the_design_hears_of_every_thread(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    reader = invited(make_user(), design, Role.READER)
    say_how(reader, design, Level.FOLLOWED)
    say(mira, "One")
    say(alice, "Two", about="")
    assert told(reader) == ["One", "Two"]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("about", ["", THREAD])
def test_who_muted_hears_nothing_of_any_kind(
    say: Say, design: Design, alice: User, mira: User, kind: Kind, about: str
) -> None:
    say_how(alice, design, Level.MUTED, about)
    say(mira, kind=kind)
    say(mira, kind=kind, to=[alice])
    assert told(alice) == []


def test_an_owner_who_follows_no_more_hears_only_what_is_addressed_to_them(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    say_how(alice, design, Level.ADDRESSED)
    say(mira, "A comment", about="")
    say(mira, "Please look", kind=Kind.ROUND, to=[alice], about="")
    assert told(alice) == ["Please look"]


@pytest.mark.parametrize("level", [Level.ADDRESSED, Level.MUTED])
def test_taking_part_never_undoes_what_somebody_said(
    say: Say, design: Design, alice: User, mira: User, level: Level
) -> None:
    say_how(mira, design, level, THREAD)
    say(mira, "One more word")
    follow(mira, design, THREAD)
    say(alice, "An answer")
    assert told(mira) == []


def test_a_muted_thread_leaves_the_others_loud(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    say_how(alice, design, Level.MUTED, THREAD)
    say(mira, "Here")
    say(mira, "There", about="thread:00000000-0000-4000-8000-000000000000")
    assert told(alice) == ["There"]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize(
    ("channel", "notices", "mails"), [("mail", 1, 1), ("page", 1, 0), ("nothing", 0, 0)]
)
def test_each_kind_is_told_as_its_preference_says(
    say: Say,
    alice: User,
    mira: User,
    mailoutbox: Outbox,
    kind: Kind,
    channel: str,
    notices: int,
    mails: int,
) -> None:
    Preference.objects.create(user=alice, kind=kind, channel=channel)
    say(mira, kind=kind, to=[alice])
    assert (len(told(alice)), len(mailoutbox)) == (notices, mails)


def test_a_preference_for_one_kind_leaves_the_others(
    say: Say, alice: User, mira: User, mailoutbox: Outbox
) -> None:
    Preference.objects.create(user=alice, kind=Kind.COMMENT, channel=Channel.NOTHING)
    say(mira, "Comment")
    say(mira, "Suggestion", kind=Kind.SUGGESTION)
    assert told(alice) == ["Suggestion"]
    assert len(mailoutbox) == 1


def test_strangers_and_who_lost_access_hear_nothing(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    stranger = make_user()
    say(mira, "Before")
    Grant.objects.filter(user=mira).delete()
    say(alice, "After")
    say(alice, "To them by name", to=[mira, stranger], kind=Kind.MENTION)
    assert (told(mira), told(stranger)) == ([], [])
    assert not Notice.objects.filter(recipient__in=[mira, stranger]).exists()


def test_what_was_told_is_hidden_while_there_is_no_access(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    say(mira)
    say(alice, "The secret answer")
    assert b"The secret answer" in client_of(mira).get("/notices/").content
    Grant.objects.filter(user=mira).delete()
    page = client_of(mira).get("/notices/").content.decode()
    assert "The secret answer" not in page
    assert "badge" not in page
    key = Notice.objects.get(recipient=mira).pk
    assert client_of(mira).get(f"/notices/{key}/").status_code == 404


def test_a_deleted_design_is_silent(say: Say, design: Design, alice: User, mira: User) -> None:
    design.delete_softly()
    say(mira)
    assert not Notice.objects.exists()


def test_a_guest_is_told_in_the_page_and_keeps_it_when_they_sign_up(
    say: Say, design: Design, alice: User, mailoutbox: Outbox, clock: Clock
) -> None:
    guest = User.objects.create_guest()
    guest.name = "Noor"
    guest.save()
    invited(guest, design)
    say(guest, "As a guest")
    say(alice, "Thank you, Noor")
    assert told(guest) == ["Thank you, Noor"]
    assert [mail.to for mail in mailoutbox] == [[alice.email]]

    noor = invited(make_user("Noor"), design)
    merge_guest(guest, noor)
    assert told(noor) == ["Thank you, Noor"]
    say(alice, "Are you still there?")
    assert told(noor)[-1] == "Are you still there?"


def test_what_an_account_said_stands_when_a_guest_becomes_part_of_it(
    say: Say, design: Design, alice: User, mira: User
) -> None:
    guest = invited(User.objects.create_guest(), design)
    say(guest)
    say_how(mira, design, Level.MUTED, THREAD)
    merge_guest(guest, mira)
    say(alice, "An answer")
    assert "An answer" not in told(mira)


def test_what_is_taken_back_is_told_no_more(
    say: Say, design: Design, alice: User, mira: User, queued: list[object]
) -> None:
    say(mira, "Too early")
    say(mira, "This stays")
    take_back(design, THREAD, "Too early")
    assert told(alice) == ["This stays"]
    take_back(design, THREAD)
    assert told(alice) == []


def test_who_has_seen_the_conversation_has_read_what_was_told_of_it_until_then(
    say: Say, design: Design, alice: User, mira: User, clock: Clock
) -> None:
    say(mira, "In a thread")
    say(mira, "A request", kind=Kind.ACCESS_ASKED, about="", to=[alice])
    then = clock.now
    say(mira, "Later")
    seen(alice, design, then)
    unread = Notice.objects.shown_to(alice).unread().order_by("at")
    assert [notice.text for notice in unread] == ["A request", "Later"]


@pytest.mark.parametrize("path", ["https://elsewhere.example/", "//elsewhere.example", "", "read/"])
def test_a_notice_leads_nowhere_else(design: Design, alice: User, mira: User, path: str) -> None:
    with pytest.raises(ValueError, match="not a path of this site"):
        tell(Kind.COMMENT, design, actor=mira, words="Mira commented", path=path)


def test_odd_words_are_kept_as_a_line(say: Say, alice: User, mira: User) -> None:
    say(mira, "a\0b\r\nc" + "x" * 9000, words="Mira\r\nBcc: all@example.org\0 said \u202ethis")
    notice = Notice.objects.get()
    assert notice.words == "Mira Bcc: all@example.org said this"
    assert notice.text.startswith("ab\ncxxx")
    assert len(notice.text) == 2000


def test_a_comment_nobody_else_hears_of_costs_little(
    design: Design, alice: User, client: Client, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        tell(Kind.COMMENT, design, actor=alice, words="Alice", path="/", about=THREAD, text="x")


def test_the_cost_does_not_grow_with_those_who_hear(
    design: Design, alice: User, mira: User, django_assert_max_num_queries: object
) -> None:
    for _ in range(5):
        follow(invited(make_user(), design), design, THREAD)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        tell(Kind.COMMENT, design, actor=mira, words="Mira", path="/", about=THREAD, text="x")
    assert Notice.objects.count() == 6
