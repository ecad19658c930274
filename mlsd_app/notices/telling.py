"""What other packages call: they say what happened, this decides who hears of it and how."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.notices.following import Level, follow_by_itself, level_of, levels
from mlsd_app.notices.kinds import Kind
from mlsd_app.notices.lines import excerpt, one_line
from mlsd_app.notices.models import ClosedAddress, Mail, Notice, Preference
from mlsd_app.notices.tasks import mail_on_commit, people_on_commit

__all__ = ["Kind", "follow", "invite", "reword", "seen", "take_back", "tell", "uninvite"]

OF_A_COMMENT = frozenset({Kind.SUGGESTION, Kind.COMMENT})
LONGEST_ADDRESS = 254
MOST_INVITATIONS = 5  # mails to one address without an account, in a day
Channel = Preference.Channel
INVITED_TO = {Role.READER: "read", Role.COMMENTER: "comment on", Role.EDITOR: "work on"}


def tell(
    kind: Kind,
    design: Design,
    *,
    actor: User | None,
    words: str,
    path: str,
    about: str = "",
    text: str = "",
    to: Iterable[User] | None = None,
    but: Set[int] = frozenset(),
) -> Set[int]:
    """Note that something happened, for everybody whom it concerns but ``actor``.

    ``words`` is one line ("Mira answered in Serving"), ``text`` the comment itself, ``path`` the
    page with the fragment of the thread, ``about`` the key of what can be followed or muted
    (``thread:UUID``, "" for the design). Without ``to``, those who follow hear of it. Returns who
    hears of it, by their keys, for what else is told of the same comment: it leaves them out as
    ``but``. To be called inside the transaction of what happened; mails are queued when it commits.
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError(f"{path!r} is not a path of this site.")
    addressed = None if to is None else list(to)
    _follow_by_taking_part(kind, design, about, actor, addressed or ())
    people = _concerned(design, about, addressed) - but
    if actor is not None:
        people.discard(actor.pk)
    channels = _channels(kind, design, people)
    told = Notice(
        design=design,
        kind=kind,
        actor=actor,
        actor_name="" if actor is None else one_line(actor.get_full_name(), 254),
        words=one_line(words, 1000),
        text=excerpt(text),
        path=path,
        about=about,
        at=timezone.now(),
    )
    if kind == Kind.MENTION:
        _forget_the_same(told, channels)
    Notice.objects.bulk_create(_copies(told, channels))
    people_on_commit([user for user, mailing in channels.items() if mailing == Notice.Mailing.NOW])
    return channels.keys()


def follow(user: User, design: Design, about: str = "") -> None:
    """Let ``user`` hear of ``about`` from now on, unless they muted or unfollowed it."""
    follow_by_itself(design, about, [user])


def take_back(
    design: Design, about: str, text: str | None = None, *, by: User | None = None
) -> None:
    """Forget what was told about something that is gone; of one comment only, with its ``text``
    and who said it: others may have said the same.
    """
    told = Notice.objects.filter(design=design, about=about)
    if text is not None:
        told = told.filter(text=excerpt(text))
    if by is not None:
        told = told.filter(actor=by)
    told.delete()


def reword(design: Design, about: str, before: str, after: str, *, by: User) -> None:
    """Let what was told of a comment say what it says now."""
    told = Notice.objects.filter(design=design, about=about, actor=by, text=excerpt(before))
    told.update(text=excerpt(after))


def seen(user: User, design: Design, until: datetime) -> None:
    """Mark as read what ``user`` was told ``until`` then about the threads of ``design``.

    For when they have seen the conversation itself.
    """
    told = Notice.objects.unread().filter(recipient=user, design=design, at__lte=until)
    told.exclude(about="").update(read_at=timezone.now())


def invite(email: str, design: Design, actor: User, role: Role, path: str) -> bool:
    """Mail an invitation to who has no account; ``path`` is where it is accepted.

    Returns whether a mail goes out: not to what is no address, to who asked for no mails from
    here, nor to who was invited often today.
    """
    address = email.strip().lower()
    if not _takes_invitations(address):
        return False
    name = one_line(actor.get_full_name(), 254)
    now = timezone.now()
    mail = Mail.objects.create(
        address=address, occasion=Mail.Occasion.AT_ONCE, made_at=now, due_at=now
    )
    Notice.objects.create(
        address=address,
        design=design,
        kind=Kind.INVITATION,
        actor=actor,
        actor_name=name,
        words=f"{name} invites you to {INVITED_TO.get(role, 'see')} “{one_line(str(design), 500)}”",
        path=path,
        at=now,
        mailing=Notice.Mailing.NOW,
        mail=mail,
    )
    mail_on_commit(mail)
    return True


def uninvite(email: str, design: Design) -> None:
    """Mail no invitation that has not gone out yet, for one that is withdrawn."""
    waiting = Notice.objects.filter(address=email.strip().lower(), design=design, mailed_at=None)
    waiting.delete()


def _takes_invitations(address: str) -> bool:
    if len(address) > LONGEST_ADDRESS:
        return False
    try:
        validate_email(address)
    except ValidationError:
        return False
    since = timezone.now() - timedelta(days=1)
    invited = Mail.objects.filter(address=address, made_at__gt=since)
    return (
        not ClosedAddress.objects.filter(address=address).exists()
        and invited.count() < MOST_INVITATIONS
    )


def _follow_by_taking_part(
    kind: Kind, design: Design, about: str, actor: User | None, addressed: Iterable[User]
) -> None:
    """Who says something in a thread, or is mentioned in it, follows it."""
    if not about:
        return
    taking_part = [actor] if actor is not None and kind in OF_A_COMMENT | {Kind.MENTION} else []
    if kind == Kind.MENTION:
        taking_part += addressed
    if taking_part:
        follow_by_itself(design, about, taking_part)


def _concerned(design: Design, about: str, addressed: list[User] | None) -> set[int]:
    """Who is to hear of it, by their keys, as far as they said."""
    if addressed is None:
        said = levels(design, about)
        people = set(said) | ({design.owner_id} if design.owner_id else set())
        enough = {Level.FOLLOWED}
    else:
        people = {user.pk for user in addressed}
        said = levels(design, about, people) if people else {}
        enough = {Level.FOLLOWED, Level.ADDRESSED}
    return {
        user
        for user in people
        if level_of(said.get(user, {}), about, is_owner=user == design.owner_id) in enough
    }


def _channels(kind: Kind, design: Design, people: set[int]) -> dict[int, Notice.Mailing]:
    """How those of ``people`` hear of it who may see the design and want to. Two small queries.

    Whether they can be mailed at all turns out when it is sent.
    """
    sees = people & {design.owner_id}
    if others := people - sees:
        granted = Grant.objects.to_the_present().filter(design=design, user__in=others)
        sees |= set(granted.values_list("user_id", flat=True))
    if not sees or design.deleted_at is not None:
        return {}
    quiet = (Channel.PAGE, Channel.NOTHING)
    chosen = Preference.objects.filter(user__in=sees, kind=kind, channel__in=quiet)
    quieter = dict(chosen.values_list("user_id", "channel"))
    return {
        user: Notice.Mailing.NOT if user in quieter else Notice.Mailing.NOW
        for user in sees
        if quieter.get(user) != Channel.NOTHING
    }


def _forget_the_same(mention: Notice, people: Collection[int]) -> None:
    """Take back what ``people`` heard of a comment before it mentioned them."""
    Notice.objects.unread().filter(
        recipient__in=people,
        design=mention.design,
        actor=mention.actor,
        about=mention.about,
        text=mention.text,
        kind__in=OF_A_COMMENT,
    ).delete()


def _copies(told: Notice, channels: dict[int, Notice.Mailing]) -> list[Notice]:
    """A notice like ``told`` for each person."""
    same = ("design", "kind", "actor", "actor_name", "words", "text", "path", "about", "at")
    shared = {name: getattr(told, name) for name in same}
    return [
        Notice(recipient_id=user, mailing=mailing, **shared) for user, mailing in channels.items()
    ]
