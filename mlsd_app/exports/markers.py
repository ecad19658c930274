"""Where each note of a conversation is marked in the report: at its words, or as near as it gets.

Every thread gets one mark. While the parts are set it is a link without a number; numbers follow
when everything is set, in the order in which a reader meets the marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.safestring import SafeString, mark_safe

from mlsd_app.exports.conversation import Thread
from mlsd_app.exports.marking import Words, marked, offset_of_answer, words_at, words_found
from mlsd_app.review.places import text_at
from mlsd_app.stages.design import Design

# What authors write cannot look like it: their tags are escaped.
_UNNUMBERED = re.compile(r'<a class="mark" href="#thread-(\d+)"></a>')
_NOTHING = SafeString("")


class Markers:
    """Hands out the marks of ``threads`` on a ``design`` as it was written."""

    def __init__(self, threads: Sequence[Thread] = (), design: Design | None = None) -> None:
        self.threads = threads
        self._design = design or Design()
        self._waiting: dict[str, list[int]] = {}
        for key, thread in enumerate(threads):
            self._waiting.setdefault(thread.address, []).append(key)

    def in_text(self, address: str, html: SafeString) -> SafeString:
        """``html``, which shows the answer at ``address``, with its marks at their words, and a
        line below these.
        """
        keys = self._taken([address])
        if not keys:
            return html
        marks: dict[int, list[int]] = {}
        found = self._words(keys, address, html)
        for key in keys:
            offset = found[key].after if key in found else offset_of_answer(html)
            marks.setdefault(offset, []).append(key)
        given = {at: _marks(these) for at, these in marks.items()}
        return mark_safe(marked(html, given, found.values()))  # noqa: S308  safe

    def after(self, address: str, html: SafeString) -> SafeString:
        """``html``, a short answer, with the marks of all that is about it behind it."""
        keys = self._taken([address])
        if not keys:
            return html
        lined = self._words(keys, address, html).values()
        return mark_safe(marked(html, {len(html): _marks(keys)}, lined))  # noqa: S308  both are safe

    def left_at(self, *addresses: str) -> SafeString:
        """The marks of what is about one of ``addresses`` or anything in it, and has none yet."""
        if not self._waiting:
            return _NOTHING
        inside = tuple(f"{address}{sign}" for address in addresses for sign in "./")
        found = [at for at in self._waiting if at in addresses or at.startswith(inside)]
        return mark_safe(_marks(self._taken(found)))  # noqa: S308  only our own tags

    def left(self) -> SafeString:
        """The marks of everything that has none yet."""
        return mark_safe(_marks(self._taken(list(self._waiting))))  # noqa: S308  only our own tags

    def _taken(self, addresses: Iterable[str]) -> list[int]:
        return sorted(key for at in addresses for key in self._waiting.pop(at, ()))

    def _words(self, keys: Iterable[int], address: str, html: str) -> Mapping[int, Words]:
        """Where in ``html`` the words are that the threads quote, as far as they are there."""
        text = text_at(address, self._design) or ""
        found = ((key, _quoted(self.threads[key], html, text)) for key in keys)
        return {key: words for key, words in found if words is not None}


def _quoted(thread: Thread, html: str, text: str) -> Words | None:
    found, quote = None, thread.quote
    if not quote:
        return None
    if thread.start is not None and thread.end is not None:
        found = words_at(html, text, thread.start, thread.end)
    elif text.count(quote) == 1:
        at = text.index(quote)
        found = words_at(html, text, at, at + len(quote))
    return found or words_found(html, quote)


def _marks(keys: Iterable[int]) -> str:
    return "".join(f'<a class="mark" href="#thread-{key}"></a>' for key in keys)


def numbers_in(*parts: str) -> Mapping[int, int]:
    """The number of each thread by the order in which ``parts`` mark them."""
    keys = (int(mark[1]) for part in parts for mark in _UNNUMBERED.finditer(part))
    return {key: number for number, key in enumerate(dict.fromkeys(keys), start=1)}


def numbered(html: str, numbers: Mapping[int, int]) -> SafeString:
    """``html`` with a number in each of its marks, which leads to its note and back."""
    if not numbers:
        return mark_safe(html)  # noqa: S308  what templates made

    def write(mark: re.Match[str]) -> str:
        number = numbers[int(mark[1])]
        return f'<a class="mark" id="mark-{number}" href="#note-{number}">[{number}]</a>'

    return mark_safe(_UNNUMBERED.sub(write, html))  # noqa: S308  what templates made, and numbers
