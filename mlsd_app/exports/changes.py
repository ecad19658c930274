"""What became of a place between two states of its stage, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from django.utils.safestring import SafeString, mark_safe

from mlsd_app.comparison.designs import Change, Sort, changes_at, compare
from mlsd_app.comparison.words import Fate, Piece, changed_words
from mlsd_app.exports.conversation import Data

KEPT_AROUND = 90  # characters of what stayed, on each side of what changed
LONGEST = 1_200  # characters of what went out or came in, in one piece
MOST = 4  # changes that are written out; of more the rest is counted


@dataclass(frozen=True, slots=True)
class Rewritten:
    """How a text was and how it is; what went out is struck, what came in underlined."""

    before: SafeString
    after: SafeString
    label: str = ""
    by_how_much: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """The first changes at a place, and how many there are in all."""

    shown: Sequence[Rewritten] = ()
    count: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.shown)


def printed_changes(address: str, before: Data | None, after: Data | None) -> Changes | None:
    """What changed at ``address``, or anywhere in it, from one content of its stage to another.

    ``None`` where one of them is not known.
    """
    if before is None or after is None:
        return None
    if before == after:
        return Changes()
    stage = address.partition(".")[0]
    found = changes_at(address, compare({stage: before}, {stage: after}))
    return Changes([_shown(change, address) for change in found[:MOST]], len(found))


def rewritten(before: str, after: str) -> Rewritten:
    """``before`` and ``after`` beside each other, with their differences by words."""
    return _by_words(changed_words(before, after))


def _by_words(pieces: Sequence[Piece], label: str = "") -> Rewritten:
    return Rewritten(_side(pieces, Fate.OUT, "del"), _side(pieces, Fate.IN, "ins"), label)


def _shown(change: Change, address: str) -> Rewritten:
    label = ", ".join(_label(change, address))
    if change.words:
        return _by_words(change.words, label)
    if not change.is_row:
        before, after = escape(change.shown_before), escape(change.shown_after)
        return Rewritten(_whole(before, "del"), _whole(after, "ins"), label, change.by_how_much)
    if change.sort is Sort.MOVED:
        moved = f"{label}: moved among the rows" if label else "Moved among the rows"
        return Rewritten(SafeString(""), SafeString(""), moved)
    cells = "; ".join(f"{column.label}: {shown}" for column, shown in change.cells)
    cells = escape(cells if len(cells) <= LONGEST else f"{cells[:LONGEST]}\u2026")
    is_gone = change.sort is Sort.REMOVED
    return Rewritten(
        _whole(cells if is_gone else "", "del"), _whole("" if is_gone else cells, "ins"), label
    )


def _label(change: Change, address: str) -> Iterator[str]:
    """What the change is in, as far as ``address`` does not say it."""
    at = str(change.address)
    if at == address:
        return
    if change.row and not address.startswith(str(change.address.table) + "/"):
        yield change.row
    if not change.is_row:
        yield change.asked.label


def _whole(html: str, tag: str) -> SafeString:
    return mark_safe(f"<{tag}>{html}</{tag}>" if html else "")  # noqa: S308  escaped


def _side(pieces: Sequence[Piece], fate: Fate, tag: str) -> SafeString:
    """One of the two texts; of a long run that stayed, only what is next to a change."""
    parts = []
    for place, piece in enumerate(pieces):
        if piece.fate is Fate.KEPT:
            is_first, is_last = place == 0, place == len(pieces) - 1
            parts.append(escape(_around(piece.text, is_first=is_first, is_last=is_last)))
        elif piece.fate is fate:
            text = piece.text if len(piece.text) <= LONGEST else f"{piece.text[:LONGEST]}\u2026"
            space = len(text) - len(text.lstrip())
            parts.append(f"{text[:space]}<{tag}>{escape(text[space:])}</{tag}>")
    return mark_safe("".join(parts).strip())  # noqa: S308  every part is escaped


def _around(text: str, *, is_first: bool, is_last: bool) -> str:
    if len(text) <= 2 * KEPT_AROUND + 20:
        return text
    start = "" if is_first else text[:KEPT_AROUND].rpartition(" ")[0]
    end = "" if is_last else text[-KEPT_AROUND:].partition(" ")[2]
    return f"{start} \u2026 {end}"
