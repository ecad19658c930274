"""How a mail reads: a plain part, the same in our look, and a way out that needs no sign-in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from mlsd_app.designs.models import Design
from mlsd_app.notices.kinds import CONVERSATION, ONE, TOPICS, Kind, in_a_row, topics
from mlsd_app.notices.lines import one_line, shortened
from mlsd_app.notices.models import Mail, Notice
from mlsd_app.notices.unsubscribing import token_for_address, token_for_person

LONGEST_SUBJECT = 150  # characters
LONGEST_TITLE = 100
MOST_ENTRIES = 40  # notices in one mail; the page has the rest

LINK_WORDS = {
    Kind.INVITATION: "Open the design",
    Kind.ROUND: "Read the review",
    Kind.REVIEW_ASKED: "Open the design",
    Kind.ACCESS_ASKED: "See who asks",
}
REASONS = {
    Kind.MENTION: "you were mentioned",
    Kind.INVITATION: "you were invited",
    Kind.ROUND: "a review concerns you",
    Kind.REVIEW_ASKED: "you were asked",
    Kind.ACCESS_ASKED: "the design is yours",
}


@dataclass(frozen=True)
class Entry:
    notice: Notice

    @property
    def url(self) -> str:
        return on_site(self.notice.path)

    @property
    def link_words(self) -> str:
        return LINK_WORDS.get(Kind(self.notice.kind), "Open the thread")

    @property
    def quoted(self) -> str:
        """What was said, as plain text quotes."""
        return "\n".join(f"> {line}".rstrip() for line in self.notice.text.splitlines())


@dataclass(frozen=True)
class Group:
    """What a mail tells about one design. Its title is "" where the heading has it."""

    title: str
    entries: list[Entry]


def on_site(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def composed(mail: Mail, notices: Sequence[Notice]) -> EmailMultiAlternatives:
    """The mail that tells ``notices``, of which there is at least one, with their designs."""
    lead = _lead(notices)
    notices = [lead, *(notice for notice in notices if notice is not lead)]
    kinds = kinds_of(mail, notices)
    if mail.recipient is not None:
        address, token = mail.recipient.email or "", token_for_person(mail.recipient, kinds)
    else:
        address, token = mail.address, token_for_address(mail.address)
    stop_url = on_site(reverse("notices:unsubscribe", args=[token]))
    context = {
        "heading": (words := heading(mail, notices)),
        "groups": _groups(notices[:MOST_ENTRIES], words),
        "left_out": max(len(notices) - MOST_ENTRIES, 0),
        "is_single": len(notices) == 1,
        "stranger": mail.recipient is None,
        "actor": notices[0].actor_name,
        "reason": reason(mail, notices),
        "topics": topics(kinds),
        "stop_url": stop_url,
        "quieter_url": _quieter_url(mail, notices),
        "page_url": on_site(reverse("notices:notice_list")),
        "preferences_url": on_site(reverse("notices:preferences")),
        "site_url": settings.SITE_URL,
        "site": urlsplit(settings.SITE_URL).netloc,
    }
    message = EmailMultiAlternatives(
        subject=subject(mail, notices),
        body=render_to_string("notices/mail/message.txt", context).strip() + "\n",
        to=[address],
        headers=_headers(mail, notices, stop_url),
    )
    message.attach_alternative(render_to_string("notices/mail/message.html", context), "text/html")
    return message


def kinds_of(mail: Mail, notices: Sequence[Notice]) -> frozenset[Kind]:
    """What its unsubscribe link turns off: all of the conversation together, the rest by kind."""
    kinds = {Kind(notice.kind) for notice in notices}
    if mail.occasion == Mail.Occasion.AT_ONCE and kinds - CONVERSATION:
        return frozenset(kinds - CONVERSATION)
    return frozenset(kinds | CONVERSATION)


def subject(mail: Mail, notices: Sequence[Notice]) -> str:
    lead = _lead(notices)
    title = _title(lead.design)
    words = heading(mail, notices)
    has_title = mail.occasion == Mail.Occasion.DIGEST or str(lead.design) in lead.words
    whole = words if has_title else f"{shortened(words, LONGEST_SUBJECT)} ({title})"
    return one_line(whole, LONGEST_SUBJECT + LONGEST_TITLE)


def heading(mail: Mail, notices: Sequence[Notice]) -> str:
    """The mail in one line."""
    if mail.occasion == Mail.Occasion.DIGEST:
        designs = {notice.design_id for notice in notices}
        about = f"“{_title(notices[0].design)}”" if len(designs) == 1 else f"{len(designs)} designs"
        return f"{_counts(notices)} in {about}"
    words = _lead(notices).words
    return f"{words}, and {len(notices) - 1} more" if len(notices) > 1 else words


def reason(mail: Mail, notices: Sequence[Notice]) -> str:
    """Why this person gets it."""
    lead = _lead(notices)
    if lead.kind not in CONVERSATION:
        return REASONS[Kind(lead.kind)]
    if mail.occasion != Mail.Occasion.DIGEST and lead.design.owner_id == mail.recipient_id:
        return "the design is yours"
    return "you follow what is said there"


def _lead(notices: Sequence[Notice]) -> Notice:
    """What the subject speaks of: a review before what was said in it, then by urgency."""
    order = [Kind.ROUND, *(kind for kind in Kind if kind != Kind.ROUND)]
    return min(notices, key=lambda notice: order.index(Kind(notice.kind)))


def _groups(notices: Sequence[Notice], words: str) -> list[Group]:
    by_design: dict[Design, list[Entry]] = {}
    for notice in notices:
        by_design.setdefault(notice.design, []).append(Entry(notice))
    return [
        Group("" if f"“{design}”" in words else str(design), entries)
        for design, entries in by_design.items()
    ]


def _quieter_url(mail: Mail, notices: Sequence[Notice]) -> str:
    """Where its recipient says to hear less of the one design or thread that it is about."""
    if mail.recipient is None or len({notice.design_id for notice in notices}) > 1:
        return ""
    url = on_site(reverse("notices:following", args=[notices[0].design_id]))
    abouts = {notice.about for notice in notices}
    return f"{url}?about={abouts.pop()}" if len(abouts) == 1 and "" not in abouts else url


def _headers(mail: Mail, notices: Sequence[Notice], stop_url: str) -> dict[str, Any]:
    """Any: as Django types headers. The same mail sent twice has the same name."""
    domain = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<{mail.pk}@{domain}>",
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    threads = {(notice.design_id, notice.about) for notice in notices}
    if len(threads) == 1:  # mail programs keep together what answers the same
        design, about = threads.pop()
        place = about.replace(":", ".") or "design"
        headers["In-Reply-To"] = headers["References"] = f"<{place}.{design}@{domain}>"
    return headers


def _title(design: Design) -> str:
    return one_line(str(design), LONGEST_TITLE)


def _counts(notices: Sequence[Notice]) -> str:
    """How many of each kind: ``12 comments and 2 suggestions``."""
    kinds = Counter(Kind(notice.kind) for notice in notices)
    counted = [(kind, kinds[kind]) for kind in Kind if kind in kinds]
    return in_a_row([f"{n} {TOPICS[kind] if n > 1 else ONE[kind]}" for kind, n in counted])
