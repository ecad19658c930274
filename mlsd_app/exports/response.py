"""The response to reviewers: a letter with each thing they said, its answer and what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.template.loader import render_to_string

from mlsd_app.calculators.citing import written_out
from mlsd_app.exports.blocks import Block, Part, ReviewBlock
from mlsd_app.exports.conversation import Conversation, Data, Review, Thread
from mlsd_app.exports.document import RUNNING_HEAD, UNTITLED, Meta, Options, title_size
from mlsd_app.exports.limits import check_talk
from mlsd_app.exports.notes import note, state_of, words
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.figures.lettering import clipped
from mlsd_app.review.models import Round
from mlsd_app.stages.design import Design
from mlsd_app.stages.order import DocumentOrder

VERDICTS: Mapping[str, tuple[str, str, str]] = {
    Round.Verdict.READY.label: ("pass", "\u2713", "ready"),
    Round.Verdict.NEEDS_WORK.label: ("warning", "\u25b2", "needs work"),
}
_STATES = ("resolved", "answered", "open")


def response_html(
    design: Design,
    meta: Meta,
    options: Options,
    conversation: Conversation,
    present: Mapping[str, Data],
) -> str:
    """The whole letter. ``present`` are the answers of each stage as ``design`` has them.

    Raises ``LimitExceededError`` for a conversation that is too large to be laid out.
    """
    check_talk(conversation)
    setter = Typesetter(written_out(design), with_rows=False)
    title = " ".join(meta.title.split()) or UNTITLED
    day = max((one for one in (meta.created, conversation.last_day) if one), default=None)
    return render_to_string(
        "print/response.html",
        {
            "meta": meta,
            "title": title,
            "title_size": title_size(title),
            "running_head": clipped(title, *RUNNING_HEAD),
            "paper": options.paper,
            "facts": [
                (label, value)
                for label, value in (
                    ("To", ", ".join(_mentors(conversation))),
                    ("From", meta.by or "The author"),
                    ("Date", _written(day)),
                    ("About", f"Revision {meta.revision}, content {meta.content_hash}"),
                    ("In short", _in_short(conversation.threads)),
                )
                if value
            ],
            "day": day,
            "parts": list(_parts(design, conversation, present, setter)),
        },
    )


def _mentors(conversation: Conversation) -> Sequence[str]:
    """Whom the letter answers."""
    signed = [one.signed.by for one in conversation.reviews]
    signed += [one.signed.by for one in conversation.threads if not one.by_author]
    return list(dict.fromkeys(signed))


def _parts(
    design: Design,
    conversation: Conversation,
    present: Mapping[str, Data],
    setter: Typesetter,
) -> Iterator[Part]:
    """Each round with its threads, then what belongs to none; numbered throughout."""
    order = DocumentOrder(design)
    ordered = sorted(conversation.threads, key=lambda thread: order(thread.address, thread.start))
    number = 0
    for key in (*range(len(conversation.reviews)), None):
        threads = [thread for thread in ordered if thread.review == key]
        blocks: list[Block] = []
        if key is not None:
            blocks.append(_review(key, conversation.reviews[key], setter))
        for thread in threads:
            number += 1
            blocks.append(note(thread, number, conversation, setter, present=present))
        if not blocks:
            continue
        title = _title(conversation.reviews[key]) if key is not None else "Said outside of a round"
        if not conversation.reviews:
            title = "The conversation"
        yield Part(
            slug=f"part-{key if key is not None else 'rest'}",
            number="",
            title=title,
            purpose="",
            blocks=blocks,
            entries=[],
            figures=[],
            is_round=True,
        )


def _title(review: Review) -> str:
    return f"Round {review.number} of {review.signed.by}"


def _review(key: int, review: Review, setter: Typesetter) -> ReviewBlock:
    return ReviewBlock(
        slug=f"round-{key}",
        title=_title(review),
        when=review.signed.when,
        verdict=VERDICTS.get(review.verdict),
        revision=review.revision,
        summary=words(review.summary, setter) if review.summary else words("", setter),
        answer=words(review.answer, setter) if review.answer else words("", setter),
        answered=str(review.answered) if review.answered else "",
    )


def _in_short(threads: Sequence[Thread]) -> str:
    """``12 comments: 9 resolved, 2 answered, 1 open``."""
    if not threads:
        return "No comment on a place of the text"
    counted = Counter(state_of(thread)[2] for thread in threads)
    states = ", ".join(f"{counted[state]} {state}" for state in _STATES if counted[state])
    return f"{len(threads)} comment{'s' * (len(threads) != 1)}: {states}"


def _written(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
