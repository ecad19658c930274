from __future__ import annotations

from django import template

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.markup.rendering import plain
from mlsd_app.notices.kinds import Kind
from mlsd_app.notices.models import Notice

register = template.Library()

MOST_COUNTED = 99
ICONS = {
    Kind.MENTION: "comment",
    Kind.INVITATION: "share",
    Kind.ROUND: "review",
    Kind.REVIEW_ASKED: "review",
    Kind.ACCESS_ASKED: "lock",
    Kind.COMMENT: "comment",
    Kind.SUGGESTION: "suggest",
    Kind.RESOLVED: "check",
}


@register.simple_tag(takes_context=True)
def unread_notices(context: template.Context) -> str:
    """How many the person who looks at the page has not read, "" for none. One query."""
    user = context.get("user")
    if not isinstance(user, User):
        return ""
    count = Notice.objects.shown_to(user).unread()[: MOST_COUNTED + 1].count()
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")


@register.filter
def kind_icon(kind: str) -> str:
    return ICONS[Kind(kind)]


@register.filter
def beside(words: str, design: Design) -> str:
    """``words`` under a heading that names the design already."""
    return words.removesuffix(f" of “{design}”")


@register.filter
def unmarked(text: str) -> str:
    """The words of a comment, without the signs of Markdown."""
    return plain(text)
