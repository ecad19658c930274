"""Which mails go out, when, and that they go out once."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.core.mail import EmailMessage
from django.db import transaction

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant
from mlsd_app.designs.models import Design
from mlsd_app.notices import tasks
from mlsd_app.notices.following import Level, set_level
from mlsd_app.notices.models import Mail, Notice, Preference
from mlsd_app.notices.telling import Kind, take_back, tell
from tests.factories import make_design, make_user
from tests.notices.conftest import THREAD, Clock, Committing, Outbox, Say, invited

pytestmark = pytest.mark.usefixtures("clock")
Queued = list[tuple[str, object]]
AT_ONCE = [
    Kind.MENTION,
    Kind.INVITATION,
    Kind.ROUND,
    Kind.REVIEW_ASKED,
    Kind.ACCESS_ASKED,
]


class Server:
    """A mail server that can be down, can refuse, and whose sender can die after sending."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: BaseException | None = None
        self.dies_after: BaseException | None = None
        self.accepted: list[EmailMessage] = []
        self.tries = 0

        def send(message: EmailMessage) -> int:
            message.message()  # as a real backend does, which looks at the headers
            self.tries += 1
            if self.error is not None:
                raise self.error
            self.accepted.append(message)
            if self.dies_after is not None:
                raise self.dies_after
            return 1

        monkeypatch.setattr(EmailMessage, "send", send)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    return Server(monkeypatch)


def a_minute_later(clock: Clock, minutes: float = 1) -> None:
    clock.move(minutes=minutes, seconds=1)
    tasks.look_after_mails()


def test_fifty_comments_are_four_mails_and_one_digest(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock
) -> None:
    for number in range(50):
        say(mira, f"Comment {number}")
        a_minute_later(clock)
    assert len(mailoutbox) == 4
    for _ in range(24):
        a_minute_later(clock, minutes=60)
    assert len(mailoutbox) == 5
    digest = mailoutbox[4]
    assert digest.subject == "46 comments in “Feed”"
    assert "Comment 4\n" in digest.body
    assert digest.body.count("Mira Lindgren commented on Serving") == 40
    assert "And 6 more: https://seven.example/notices/" in digest.body
    assert not Notice.objects.waiting().exists()


def test_the_digest_waits_twelve_hours_from_the_first_that_waits(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock
) -> None:
    for number in range(6):
        say(mira, f"Comment {number}")
    clock.move(hours=11, minutes=59)
    tasks.look_after_mails()
    assert len(mailoutbox) == 4
    a_minute_later(clock)
    assert len(mailoutbox) == 5
    a_minute_later(clock)
    assert len(mailoutbox) == 5


def test_a_day_later_there_are_four_mails_again(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock
) -> None:
    for number in range(5):
        say(mira, f"Comment {number}")
    clock.move(hours=24, seconds=1)
    say(mira, "The next day")
    assert "The next day" in mailoutbox[-2].body  # and then the digest, which is due as well
    assert mailoutbox[-1].subject == "1 comment in “Feed”"
    assert len(mailoutbox) == 6


def test_what_was_read_meanwhile_is_not_in_the_digest(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock
) -> None:
    for number in range(7):
        say(mira, f"Comment {number}")
    Notice.objects.filter(text="Comment 5").update(read_at=clock.now)
    a_minute_later(clock, minutes=12 * 60)
    assert mailoutbox[-1].subject == "2 comments in “Feed”"
    assert "Comment 5" not in mailoutbox[-1].body


def test_when_all_was_read_there_is_no_digest(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock
) -> None:
    for number in range(7):
        say(mira, f"Comment {number}")
    Notice.objects.update(read_at=clock.now)
    a_minute_later(clock, minutes=12 * 60)
    assert len(mailoutbox) == 4


def test_the_digest_tells_of_every_design_under_its_title(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock, committing: Committing
) -> None:
    other = make_design(alice, general={"title": "Fraud"})
    for number in range(5):
        say(mira, f"Comment {number}")
    for number in range(2):
        with committing():
            tell(Kind.SUGGESTION, other, actor=mira, words="Mira suggests", path=f"/o/{number}")
    a_minute_later(clock, minutes=12 * 60)
    digest = mailoutbox[-1]
    assert digest.subject == "1 comment and 2 suggestions in 2 designs"
    assert digest.body.index("\n== Feed\n") < digest.body.index("\n== Fraud\n")
    assert "https://seven.example/o/1" in digest.body


@pytest.mark.parametrize("kind", AT_ONCE)
def test_what_is_urgent_is_mailed_at_once_however_much_there_was_today(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, kind: Kind
) -> None:
    for number in range(6):
        say(mira, f"Comment {number}")
    bo = make_user("Bo")
    say(bo, "Please", kind=kind, to=[alice], words="Bo asks", path="/designs/x/#t-9")
    assert len(mailoutbox) == 5
    assert mailoutbox[4].to == [alice.email]
    assert "https://seven.example/designs/x/#t-9" in mailoutbox[4].body


def test_somebody_who_mentions_without_end_fills_the_digest_instead(
    say: Say, alice: User, mira: User, mailoutbox: Outbox
) -> None:
    for number in range(40):
        say(mira, f"@Alice {number}", kind=Kind.MENTION, to=[alice])
    assert len(mailoutbox) == 30


def test_a_round_is_one_mail_for_each_recipient_with_all_that_was_said_in_it(
    design: Design, alice: User, mira: User, mailoutbox: Outbox, committing: Committing
) -> None:
    bo = invited(make_user("Bo"), design)
    with committing():
        for number in range(3):
            tell(
                Kind.MENTION,
                design,
                actor=mira,
                words="Mira mentions you",
                path=f"/t/{number}",
                about=f"thread:{number}",
                text=f"@Alice @Bo {number}",
                to=[alice, bo],
            )
        tell(
            Kind.ROUND,
            design,
            actor=mira,
            words="Mira reviewed it: needs work",
            path="/r/1",
            to=[alice, bo],
        )
    assert {mail.to[0] for mail in mailoutbox} == {alice.email, bo.email}
    assert len(mailoutbox) == 2
    for mail in mailoutbox:
        assert mail.subject == "Mira reviewed it: needs work, and 3 more (Feed)"
        assert all(f"https://seven.example{path}" in mail.body for path in ("/r/1", "/t/0", "/t/2"))


def test_two_people_are_two_mails(
    say: Say, design: Design, alice: User, mira: User, mailoutbox: Outbox
) -> None:
    bo = invited(make_user("Bo"), design)
    say(bo, "From Bo")
    say(mira, "From Mira")
    assert [mail.to[0] for mail in mailoutbox].count(str(alice.email)) == 2


def test_nothing_is_queued_before_the_commit_nor_after_a_rollback(
    design: Design, alice: User, mira: User, queued: Queued, committing: Committing
) -> None:
    with committing():
        tell(Kind.COMMENT, design, actor=mira, words="Mira", path="/")
        assert queued == []
    assert queued == [("mail_person", alice.pk)]

    def break_off() -> None:
        with committing():
            tell(Kind.COMMENT, design, actor=mira, words="Mira", path="/")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert len(queued) == 1


def test_one_message_is_queued_however_many_hear(
    design: Design, alice: User, mira: User, queued: Queued, committing: Committing
) -> None:
    bo = invited(make_user(), design)
    with committing():
        tell(Kind.ROUND, design, actor=mira, words="Mira", path="/", to=[alice, bo])
    assert [name for name, _ in queued] == ["mail_people"]
    tasks.mail_people([alice.pk, bo.pk])
    assert queued[1:] == [("mail_person", alice.pk), ("mail_person", bo.pk)]


@pytest.mark.parametrize("change", ["access", "design", "muted", "preference", "read", "inactive"])
def test_what_changed_between_queueing_and_sending_counts(
    say: Say,
    design: Design,
    alice: User,
    mira: User,
    queued: Queued,
    mailoutbox: Outbox,
    clock: Clock,
    change: str,
) -> None:
    say(alice, "@Mira", kind=Kind.MENTION, to=[mira])
    match change:
        case "access":
            Grant.objects.filter(user=mira).delete()
        case "design":
            design.delete_softly()
        case "muted":
            set_level(mira, design, "", Level.MUTED)
        case "preference":
            Preference.objects.create(user=mira, kind=Kind.MENTION, channel="page")
        case "read":
            Notice.objects.update(read_at=clock.now)
        case "inactive":
            User.objects.filter(pk=mira.pk).update(is_active=False)
    tasks.mail_person(mira.pk)
    a_minute_later(clock)
    assert len(mailoutbox) == 0
    assert not Notice.objects.waiting().exists()


def test_access_is_checked_again_at_every_attempt(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.error = SMTPServerDisconnected("down")
    say(alice, "@Mira", kind=Kind.MENTION, to=[mira])
    Grant.objects.filter(user=mira).delete()
    server.error = None
    a_minute_later(clock, minutes=2)
    assert server.accepted == []
    assert not Mail.objects.exists()


def test_what_was_taken_back_is_not_mailed(
    say: Say, design: Design, alice: User, mira: User, queued: Queued, mailoutbox: Outbox
) -> None:
    say(mira, "Too early")
    take_back(design, THREAD, "Too early")
    tasks.mail_person(alice.pk)
    assert len(mailoutbox) == 0


def test_a_recipient_who_is_gone_breaks_nothing(
    say: Say, design: Design, alice: User, mira: User, queued: Queued, mailoutbox: Outbox
) -> None:
    say(alice, "@Mira", kind=Kind.MENTION, to=[mira])
    key = mira.pk
    mira.delete()
    tasks.mail_person(key)
    tasks.deliver_mail("00000000-0000-4000-8000-000000000000")
    assert len(mailoutbox) == 0


def test_an_actor_who_is_gone_keeps_their_name(
    say: Say, alice: User, mira: User, queued: Queued, mailoutbox: Outbox
) -> None:
    say(mira, "Still here")
    mira.delete()
    tasks.mail_person(alice.pk)
    assert mailoutbox[0].subject == "Mira Lindgren commented on Serving (Feed)"


def test_the_same_task_twice_sends_once(
    say: Say, alice: User, mira: User, queued: Queued, mailoutbox: Outbox
) -> None:
    say(mira)
    tasks.mail_person(alice.pk)
    tasks.mail_person(alice.pk)
    tasks.deliver_mail(str(Mail.objects.get().pk))
    assert len(mailoutbox) == 1


def test_what_was_told_a_year_ago_is_forgotten_with_its_mail(
    say: Say, alice: User, mira: User, clock: Clock, mailoutbox: Outbox
) -> None:
    say(mira, "Long ago")
    assert mailoutbox
    clock.move(days=364)
    say(mira, "Lately")
    tasks.forget_old_notices()
    assert (Notice.objects.count(), Mail.objects.count()) == (2, 2)
    clock.move(days=2)
    tasks.forget_old_notices()
    assert [one.text for one in Notice.objects.all()] == ["Lately"]
    assert Mail.objects.get() == Notice.objects.get().mail


def test_two_clocks_send_one_digest(
    say: Say, alice: User, mira: User, mailoutbox: Outbox, clock: Clock, queued: Queued
) -> None:
    for number in range(6):
        say(mira, f"Comment {number}")
        tasks.mail_person(alice.pk)
    queued.clear()
    clock.move(hours=12)
    tasks.look_after_mails()
    tasks.look_after_mails()
    assert queued == [("mail_person", alice.pk)] * 2
    for _, person in queued:
        assert isinstance(person, int)
        tasks.mail_person(person)
    assert len(mailoutbox) == 5


def test_a_mail_server_that_is_down_is_asked_again_ever_more_rarely(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.error = SMTPServerDisconnected("down")
    say(mira, "Patience")
    for _ in range(60):
        a_minute_later(clock)
    assert server.tries == 6  # after 0, 1, 2, 4, 8 and 16 minutes each
    server.error = None
    for _ in range(32):
        a_minute_later(clock)
    assert len(server.accepted) == 1
    assert Notice.objects.get().mailed_at is not None
    a_minute_later(clock, minutes=600)
    assert server.tries == 7


def test_after_two_days_it_is_given_up_and_stands_in_the_page(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.error = SMTPServerDisconnected("down")
    say(mira, "Patience")
    for _ in range(60):
        a_minute_later(clock, minutes=60)
    server.error = None
    a_minute_later(clock, minutes=60)
    assert server.accepted == []
    assert Mail.objects.get().given_up_at is not None
    assert Notice.objects.shown_to(alice).unread().count() == 1


def test_an_address_that_does_not_exist_is_asked_once(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.error = SMTPRecipientsRefused({"alice": (550, b"nobody")})
    say(mira)
    a_minute_later(clock, minutes=600)
    assert server.tries == 1


def test_an_address_that_is_full_is_asked_again(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.error = SMTPRecipientsRefused({"alice": (452, b"full")})
    say(mira)
    a_minute_later(clock, minutes=2)
    assert server.tries == 2


def test_a_crash_between_sending_and_noting_sends_once_more_and_never_again(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.dies_after = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        say(mira)
    a_minute_later(clock)  # it may still be on its way
    assert len(server.accepted) == 1
    with pytest.raises(KeyboardInterrupt):
        a_minute_later(clock, minutes=5)
    assert len(server.accepted) == 2
    names = {str(mail.extra_headers["Message-ID"]) for mail in server.accepted}
    assert len(names) == 1  # so that a mail program may show it once
    for _ in range(20):
        a_minute_later(clock, minutes=10)
    assert len(server.accepted) == 2


def test_a_crash_before_sending_is_made_good(
    say: Say, alice: User, mira: User, server: Server, clock: Clock
) -> None:
    server.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        say(mira)
    server.error = None
    a_minute_later(clock, minutes=5)
    assert len(server.accepted) == 1
    assert Mail.objects.get().sent_at is not None


def test_what_the_queue_lost_is_found_again(
    say: Say,
    alice: User,
    mira: User,
    queued: Queued,
    mailoutbox: Outbox,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    say(mira)
    queued.clear()
    tasks.look_after_mails()
    assert queued == []  # it may still be on its way
    clock.move(minutes=1, seconds=1)
    tasks.look_after_mails()
    assert queued == [("mail_person", alice.pk)]


def test_a_mail_that_was_claimed_by_a_worker_that_died_is_sent_by_the_next(
    say: Say,
    alice: User,
    mira: User,
    queued: Queued,
    mailoutbox: Outbox,
    clock: Clock,
) -> None:
    say(mira)
    from mlsd_app.notices.mailing import claimed

    (key,) = claimed(alice.pk)
    queued.clear()
    tasks.look_after_mails()
    assert queued == [("deliver_mail", str(key))]
    tasks.deliver_mail(str(key))
    assert len(mailoutbox) == 1


def test_guests_have_no_mail(
    say: Say, design: Design, alice: User, mailoutbox: Outbox, clock: Clock
) -> None:
    guest = invited(User.objects.create_guest(), design)
    say(alice, "@Guest", kind=Kind.MENTION, to=[guest])
    a_minute_later(clock, minutes=60 * 24)
    assert len(mailoutbox) == 0
    assert Notice.objects.filter(recipient=guest).exists()
    assert not Notice.objects.waiting().exists()


@pytest.mark.parametrize(
    "title", ["T" * 500, "Two\r\nBcc: all@example.org", "<b>Ranking</b> & more"]
)
def test_titles_and_names_stay_in_their_place(
    say: Say, design: Design, alice: User, mailoutbox: Outbox, title: str
) -> None:
    Design.objects.filter(pk=design.pk).update(title=title)
    bo = invited(make_user("Bo\r\nTo: all@example.org <i>"), design)
    design.refresh_from_db()
    say(bo, "</blockquote><script>alert(1)</script> & <b>bold</b>", words=f"{bo} commented")
    (mail,) = mailoutbox
    sent = mail.message()
    assert sent["To"] == alice.email
    assert sent["Bcc"] is None
    assert "\n" not in mail.subject
    assert len(mail.subject) <= 250
    html = str(mail.alternatives[0][0])
    assert "<script>" not in html
    assert "<i>" not in html
    assert "<b>Ranking</b>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;bold" in html
    assert "> </blockquote><script>alert(1)</script> & <b>bold</b>" in mail.body
    assert "&lt;" not in mail.body
    assert "&amp;" not in mail.body


def test_a_mail_has_two_parts_a_link_and_a_way_out(
    say: Say, design: Design, alice: User, mira: User, mailoutbox: Outbox
) -> None:
    say(mira, "First line\n\nSecond line", path=f"/designs/{design.pk}/read/#t-7")
    (mail,) = mailoutbox
    link = f"https://seven.example/designs/{design.pk}/read/#t-7"
    sent = mail.message()
    parts = [part for part in sent.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    plain, html = (str(part.get_payload(decode=True), "utf-8") for part in parts)  # type: ignore[arg-type]
    assert f"Open the thread: {link}" in plain
    assert "> First line\n>\n> Second line\n" in plain
    assert f'href="{link}"' in html
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = sent["List-Unsubscribe"].strip("<>")
    assert stop.startswith("https://seven.example/notices/unsubscribe/")
    assert stop in plain
    assert stop in html
    quieter = f"https://seven.example/designs/{design.pk}/following/?about={THREAD}"
    assert quieter in plain
    assert "the design is yours" in plain
    assert sent["Auto-Submitted"] == "auto-generated"
    for remote in ("<img", "url(", "@import", "<link", "src="):
        assert remote not in html


def test_answers_of_one_thread_belong_together_for_mail_programs(
    say: Say, alice: User, mira: User, mailoutbox: Outbox
) -> None:
    say(mira, "One")
    say(mira, "Two")
    say(mira, "Elsewhere", about="thread:00000000-0000-4000-8000-000000000000")
    one, two, elsewhere = (mail.extra_headers["References"] for mail in mailoutbox)
    assert one == two != elsewhere


def test_a_mail_is_claimed_once_by_whoever_comes_first(
    design: Design, alice: User, mira: User, mailoutbox: Outbox
) -> None:
    """Many comments that wait for a worker that was away are one mail."""
    for number in range(10):
        with transaction.atomic():
            tell(Kind.COMMENT, design, actor=mira, words="Mira", path=f"/{number}", about=THREAD)
    tasks.mail_person(alice.pk)
    (mail,) = mailoutbox
    assert mail.subject == "Mira, and 9 more (Feed)"
