from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum


class Kind(StrEnum):
    """What people can be told of; each person chooses how for each."""

    MENTION = "mention"  # by mail at once
    INVITATION = "invitation"  # at once
    ROUND = "round"  # a submitted round, or its answer: at once
    REVIEW_ASKED = "review-asked"  # at once
    ACCESS_ASKED = "access-asked"  # at once
    COMMENT = "comment"  # the small allowance a day, then the digest
    SUGGESTION = "suggestion"  # likewise, with its acceptance and its decline
    RESOLVED = "resolved"  # likewise


CONVERSATION = frozenset({Kind.COMMENT, Kind.SUGGESTION, Kind.RESOLVED})

# As a list names them: "Mails about ... are off."
TOPICS = {
    Kind.MENTION: "mentions",
    Kind.INVITATION: "invitations",
    Kind.ROUND: "reviews",
    Kind.REVIEW_ASKED: "requests for a review",
    Kind.ACCESS_ASKED: "requests for access",
    Kind.COMMENT: "comments",
    Kind.SUGGESTION: "suggestions",
    Kind.RESOLVED: "resolved threads",
}
ONE = {
    Kind.MENTION: "mention",
    Kind.INVITATION: "invitation",
    Kind.ROUND: "review",
    Kind.REVIEW_ASKED: "request for a review",
    Kind.ACCESS_ASKED: "request for access",
    Kind.COMMENT: "comment",
    Kind.SUGGESTION: "suggestion",
    Kind.RESOLVED: "resolved thread",
}


def in_a_row(words: Sequence[str]) -> str:
    """``comments, suggestions and resolved threads``; at least one."""
    *firsts, last = words
    return f"{', '.join(firsts)} and {last}" if firsts else last


def topics(kinds: Collection[Kind]) -> str:
    """Name several kinds in a sentence; at least one."""
    return in_a_row([words for kind, words in TOPICS.items() if kind in kinds])
