"""What a reader sees of an answer as one string: what ranges of text are counted in.

A page builds the same string from what it shows of the answer. It reads the text nodes in order;
elements other than ``a``, ``code``, ``data``, ``em`` and ``strong`` part words, ``<data value>``
counts as ``[[value]]``, ``figure`` and ``.markup-notice`` count as nothing. Runs of what ``\\s``
matches in JavaScript become one space, the ends are trimmed, and the rest is normalised to NFC.
Positions are code points, of which JavaScript's strings may hold two for one.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from mlsd_app.markup import rendering
from mlsd_app.markup.cache import RenderedCache


class Written(StrEnum):
    """How an answer is written, and so how it is shown."""

    PROSE = "prose"  # Markdown
    LINES = "lines"  # a list, a line each, with emphasis and code
    PLAIN = "plain"  # as typed


INLINE = {"a", "code", "data", "em", "strong"}

_SPACE = re.compile("[\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_UNCOUNTED = re.compile(
    r'<figure class="diagram">\d+</figure>|<p class="markup-notice">.*?</p>', re.DOTALL
)
_TAG = re.compile(r"</?(\w+)[^<>]*+>")

# A paragraph after an empty line stands for itself, whatever is before it. Converting is what
# costs, so each is converted once, and one without any sign that Markdown knows not at all.
_PARAGRAPH = re.compile(r"\n *+\n(?=[^\W\d_])")
_REACHES_OUT = re.compile(r"```|~~~|\]:|\|")  # fences, references and the rows of tables
_LITERAL = re.compile(r"(?:[^\W\d_][^\n\\`*_\[\]<>&#~|]*+(?:\n(?=[^\W\d_])|\Z))++")

_known = RenderedCache(capacity=4_000_000)


@dataclass(frozen=True, slots=True)
class _AsWritten:
    """A citation that is shown as its name: its number changes while its text does not."""

    shown: str
    about: str = ""
    state: str = ""


def plain_text(source: str, written: Written = Written.PROSE) -> str:
    """The words of ``source`` as ``rendering`` shows them, on one line. Never raises.

    A list is given with a line for each of its texts.
    """
    if written is Written.PLAIN:
        return collapsed(source)
    if written is Written.LINES:
        return collapsed("\n".join(map(_of_line, source.split("\n"))))
    shown, _ = rendering.shown(source)
    parts = [shown] if _REACHES_OUT.search(shown) else _PARAGRAPH.split(shown)
    return collapsed("\n".join(map(_of_prose, parts)))


def collapsed(text: str) -> str:
    """``text`` on one line, with one space where it has any, in NFC."""
    return unicodedata.normalize("NFC", _SPACE.sub(" ", text).strip(" "))


def forget() -> None:
    """Drop what was read so far."""
    _known.clear()


def _of_prose(part: str) -> str:
    if _LITERAL.fullmatch(part):
        return part
    known = _known.get(part)
    if known is None:
        known = _words(rendering.converted(part, _as_written).html)
        _known.put(known, part)
    return known


def _of_line(line: str) -> str:
    is_short = len(line) <= rendering.MAX_INLINE
    if is_short and line.isprintable() and _LITERAL.fullmatch(line):
        return line
    return _words(rendering.inline(line, _as_written))


def _as_written(name: str) -> _AsWritten:
    return _AsWritten(f"[[{name}]]")


def _words(rendered: str) -> str:
    """The text between the tags, parted where a reader sees parts."""
    counted = _UNCOUNTED.sub(" ", rendered)
    return html.unescape(_TAG.sub(lambda tag: "" if tag[1] in INLINE else " ", counted))
