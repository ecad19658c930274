"""How large a report may become. Layout cannot be interrupted, so sizes are refused before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mlsd_app.exports.conversation import Conversation, Thread
from mlsd_app.stages.design import STAGES, Design, rows_at

THREADS = 1_000  # laying one out takes about 30 ms and 0.8 MB
ROWS = 1_000  # of all tables; laying one out takes about 20 ms and 0.5 MB
CHARACTERS = 600_000  # of all texts, some 200 pages
LINES = 12_000  # of all texts; each takes room, however short it is


class LimitExceededError(ValueError):
    """The design cannot be printed; the message says which limit was met, for people."""


def check_size(design: Design) -> None:
    """Raises ``LimitExceededError`` when ``design`` has too much in it to be laid out."""
    rows = characters = lines = 0
    for text in _texts(design):
        characters += len(text)
        lines += text.count("\n")
    for stage in STAGES.values():
        rows += sum(len(rows_at(design, f"{stage.key}.{key}")) for key in stage.tables)
    refuse_beyond("rows in its tables", rows, ROWS)
    refuse_beyond("characters", characters, CHARACTERS)
    refuse_beyond("lines of text", lines, LINES)


def check_talk(conversation: Conversation) -> None:
    """Raises ``LimitExceededError`` when too much was said to be laid out."""
    texts = [one for thread in conversation.threads for one in _said_in(thread)]
    for review in conversation.reviews:
        texts += review.summary, review.answer
    for what, found, limit in (
        ("threads", len(conversation.threads), THREADS),
        ("characters", sum(map(len, texts)), CHARACTERS),
        ("lines", sum(text.count("\n") for text in texts), LINES),
    ):
        if found > limit:
            raise LimitExceededError(
                f"This conversation has {_counted(found)} {what}; a file holds at most "
                f"{_counted(limit)}. Print the open threads only, or one round."
            )


def _said_in(thread: Thread) -> Iterator[str]:
    yield from (remark.body for remark in thread.remarks)
    yield from (thread.quote, thread.about)
    if thread.suggested:
        yield from (thread.suggested.was, thread.suggested.proposed, thread.suggested.reason)


def refuse_beyond(what: str, found: int, limit: int) -> None:
    """Raises ``LimitExceededError`` when more was ``found`` than ``limit``."""
    if found > limit:
        raise LimitExceededError(
            f"This design has {_counted(found)} {what}; a report holds at most {_counted(limit)}. "
            "Shorten it, or take it away as YAML or JSON, which have no limit."
        )


def _texts(design: Design) -> Iterator[str]:
    for stage in STAGES.values():
        for key, field in stage.fields.items():
            value = design.value(stage.key, key)
            if not field.is_table:
                yield from _strings(value)
                continue
            for row in value:
                for column in field.columns:
                    yield from _strings(getattr(row, column))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        yield from value


def _counted(number: int) -> str:
    return f"{number:,}".replace(",", "\u202f")
