"""The threads of a conversation as numbered notes: what was said, where, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from django.utils.safestring import SafeString

from mlsd_app import markup
from mlsd_app.exports.blocks import Block, Decision, Entry, Heading, NoteBlock, Part, Said
from mlsd_app.exports.changes import Changes, printed_changes, rewritten
from mlsd_app.exports.conversation import Conversation, Data, Remark, Suggested, Thread
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.markup import Theme
from mlsd_app.review.models import Thread as Stored
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES, Design, rows_at
from mlsd_app.stages.reading import place_name

CHAPTER = "conversation"
TITLE = "Conversation"
QUOTED = 320  # characters of the words that a note is about
LINES, DEEPEST = 200, 12  # of one remark: lines, and levels of lists and quotations

RESOLVED = ("pass", "\u2713", "resolved")
ANSWERED = ("hint", "\u25cb", "answered")
OPEN = ("warning", "\u25b2", "open")

DOUBTS: Mapping[str, str] = {
    Stored.Anchor.FUZZY: "The text changed since, please check.",
    Stored.Anchor.FIELD: "These words are gone.",
    Stored.Anchor.STAGE: "The answer is gone.",
    Stored.Anchor.DESIGN: "The stage is gone.",
}
_NESTED = re.compile(r"<(/?)(?:blockquote|ul|ol)\b")


def notes_part(
    conversation: Conversation, numbers: Mapping[int, int], letter: str, setter: Typesetter
) -> Part:
    """The appendix of notes, by the chapters in which their marks stand."""
    blocks: list[Block] = []
    entries: list[Entry] = []
    chapter = ""
    for key, number in numbers.items():
        thread = conversation.threads[key]
        title = STAGES[thread.stage].title if thread.stage in STAGES else "The whole design"
        if title != chapter:
            chapter = title
            slug = f"{CHAPTER}-{len(entries) + 1}"
            blocks.append(Heading(slug, title, is_wide=True))
            entries.append(Entry(slug, title))
        blocks.append(note(thread, number, conversation, setter, mark=f"mark-{number}"))
    return Part(
        slug=CHAPTER,
        number=f"Appendix {letter}",
        title=TITLE,
        purpose="What was said about this design. Numbers are those in brackets in the text.",
        blocks=blocks,
        entries=entries,
        figures=[],
    )


def note(
    thread: Thread,
    number: int,
    conversation: Conversation,
    setter: Typesetter,
    *,
    mark: str = "",
    present: Mapping[str, Data] | None = None,
) -> NoteBlock:
    """One thread. With ``present``, the answers as printed, what changed is written out."""
    after = conversation.content(thread.answered_in)
    if after is None and present is not None:
        after = present.get(thread.stage)
    changes = printed_changes(thread.address, conversation.content(thread.then), after)
    remarks = [said(one, setter) for one in thread.remarks]
    stored = Stored.Target(thread.target)
    return NoteBlock(
        number=number,
        mark=mark,
        kind="Suggestion" if thread.suggested else str(stored.label),
        state=state_of(thread),
        by=thread.signed.by,
        when=thread.signed.when,
        place=place_of(thread, setter.design),
        opening=remarks[0] if remarks else None,
        replies=remarks[1:],
        quote=_shortened(thread.quote),
        about=thread.about,
        doubt=_doubt(thread),
        decision=_decision(thread.suggested, setter) if thread.suggested else None,
        outcome=_outcome(thread, changes),
        changes=changes if present is not None else None,
    )


def state_of(thread: Thread) -> tuple[str, str, str]:
    """Severity, mark and word of where a thread stands."""
    if thread.resolved is not None:
        return RESOLVED
    return ANSWERED if thread.is_answered else OPEN


def place_of(thread: Thread, design: Design) -> str:
    """Where a thread is, in words."""
    if thread.address in STAGES:
        return f"{STAGES[thread.address].title}, the whole stage"
    try:
        place = Address.parse(thread.address)
    except UnknownAddressError:
        return "The whole design"
    rows = rows_at(design, str(place.table)) if place.row else ()
    if place.row and all(row.row != place.row for row in rows):
        return f"{place_name(str(place.table))}, a row that is gone"
    return place_name(thread.address, design)


def said(remark: Remark, setter: Typesetter) -> Said:
    """A remark, signed."""
    if remark.is_deleted:
        html = SafeString('<p class="empty">This comment was deleted.</p>')
    else:
        html = words(remark.body, setter)
    return Said(remark.signed.by, remark.signed.when, html, remark.is_answer, remark.reactions)


def words(text: str, setter: Typesetter) -> SafeString:
    """What people wrote in the conversation: Markdown of a length and depth that a page takes."""
    lines = text.split("\n")
    html = markup.render("\n".join(lines[:LINES]), theme=Theme.PRINT).strip()
    if _depth(html) > DEEPEST:
        html = f"<p>{escape(markup.plain(text), quote=False)}</p>"
    if len(lines) > LINES:
        html += f'<p class="markup-notice">{len(lines) - LINES} more lines are not printed.</p>'
    return setter.typeset(html or '<p class="empty">Nothing was written.</p>')


def _depth(html: str) -> int:
    deepest = depth = 0
    for tag in _NESTED.finditer(html):
        depth += -1 if tag[1] else 1
        deepest = max(deepest, depth)
    return deepest


def _shortened(quote: str) -> str:
    if len(quote) <= QUOTED:
        return quote
    start, end = quote[: QUOTED // 2], quote[-QUOTED // 2 :]
    return f"{start.rpartition(' ')[0] or start} \u2026 {end.partition(' ')[2] or end}"


def _doubt(thread: Thread) -> str:
    is_about_words = thread.quote or thread.anchor != Stored.Anchor.FIELD
    doubt = DOUBTS.get(thread.anchor, "") if is_about_words else ""
    return f"{doubt} It was written about revision {thread.then.number}." if doubt else ""


def _decision(suggested: Suggested, setter: Typesetter) -> Decision:
    verdict = "Not decided yet"
    if suggested.decided is not None:
        done = "Accepted" if suggested.is_accepted else "Declined"
        verdict = f"{done} by {suggested.decided}"
    reason = words(suggested.reason, setter) if suggested.reason else SafeString("")
    return Decision(rewritten(suggested.was, suggested.proposed), verdict, reason)


def _outcome(thread: Thread, changes: Changes | None) -> str:
    return ". ".join(_outcomes(thread, changes))


def _outcomes(thread: Thread, changes: Changes | None) -> Iterator[str]:
    if thread.resolved is None:
        if thread.reopened:
            yield f"Open again: {thread.reopened}"
        return
    answered_in = thread.answered_in
    if answered_in is not None and changes is not None:
        is_changed = f"Changed in revision {answered_in.number}"
        yield is_changed if changes.count else "Answered, text unchanged"
    yield f"Resolved by {thread.resolved}"
