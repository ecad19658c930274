"""What people write, as HTML that can be shown to anybody."""

from __future__ import annotations

import html
import logging
import re
import time

from mlsd_app.markup import diagrams, prose, sanitise
from mlsd_app.markup.cache import RenderedCache
from mlsd_app.markup.citations import Cite, said_by
from mlsd_app.markup.theme import Theme

MAX_TEXT = 20_000  # characters that are set; forms accept no more
MAX_INLINE = 2_000
MAX_DIAGRAMS = 12  # of one text
DRAWING_SECONDS = 4.0  # for all diagrams of one text

logger = logging.getLogger(__name__)

# Control characters but newline and tab, halves of characters, and what Unicode keeps for itself.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_DIAGRAM = re.compile(r'<figure class="diagram">(\d+)</figure>')

_rendered = RenderedCache(capacity=16_000_000)


def render(text: str, *, theme: Theme = Theme.SCREEN, cite: Cite | None = None) -> str:
    """HTML safe to show to anybody and to hand to WeasyPrint: no scripts, styles or ``hx-*``.

    Author headings start at ``h4``. ``cite`` says what a name between double brackets stands for;
    in code it stays as typed. Never raises; texts and diagrams beyond their limits are cut, with a
    sentence that says so. A text seen before, citing the same values, costs a look-up.
    """
    key = (text, theme, *said_by(cite, text))
    known = _rendered.get(*key)
    if known is not None:
        return known
    made, lasting = _render(text, theme, cite)
    if lasting:
        _rendered.put(made, *key)
    return made


def forget() -> None:
    """Drop what was rendered so far."""
    _rendered.clear()


def plain(text: str) -> str:
    """The words that ``render`` shows, on one line: no signs of Markdown, no diagrams."""
    cut, _ = shown(text)
    words = sanitise.words(_DIAGRAM.sub(" ", converted(cut, None).html))
    return " ".join(html.unescape(words).split())


def inline(text: str, cite: Cite | None = None) -> str:
    """Safe HTML of one line: emphasis, code and citations, never a block or a link."""
    line = " ".join(_printable(text).split())
    if len(line) > MAX_INLINE:
        line = line[: MAX_INLINE - 1] + "…"
    try:
        return sanitise.inline(prose.inline_to_html(line, cite))
    except Exception:
        logger.exception("A line of %s characters could not be converted", len(line))
        return html.escape(line)


def word_count(text: str) -> int:
    """Words that a reader reads: signs of Markdown and diagrams do not count."""
    return sum(any(map(str.isalnum, word)) for word in plain(text).split())


def _render(text: str, theme: Theme, cite: Cite | None) -> tuple[str, bool]:
    cut, notice = shown(text)
    written = converted(cut, cite)
    figures = _figures(written.diagrams, theme)
    safe = sanitise.prose(written.html)
    whole = _DIAGRAM.sub(lambda m: figures[int(m[1])].html, safe) + notice
    return whole, all(figure.lasting for figure in figures)


def _figures(sources: list[str], theme: Theme) -> list[diagrams.Figure]:
    figures = []
    started = time.monotonic()
    for number, source in enumerate(sources):
        if number >= MAX_DIAGRAMS:
            reason = f"A text has room for {MAX_DIAGRAMS} diagrams; this one is not drawn."
            figure = diagrams.left_out(source, reason, lasting=True)
        elif time.monotonic() - started > DRAWING_SECONDS:
            reason = "The diagrams above took too long, so this one is not drawn. Reload the page."
            figure = diagrams.left_out(source, reason, lasting=False)
        else:
            figure = _figure(source, theme, number)
        figures.append(figure)
    return figures


def _figure(source: str, theme: Theme, number: int) -> diagrams.Figure:
    try:
        return diagrams.figure(source, theme, number)
    except Exception:
        logger.exception("A diagram of %s characters could not be drawn", len(source))
        reason = "This diagram could not be drawn. Write it in a simpler way."
        return diagrams.left_out(source, reason, lasting=True)


def converted(text: str, cite: Cite | None) -> prose.Prose:
    """Unsafe HTML of a text that ``shown`` gave. Never raises."""
    try:
        return prose.to_html(text, cite)
    except Exception:
        # Whatever somebody typed, the page it stands on must come.
        logger.exception("A text of %s characters could not be converted", len(text))
        return prose.Prose(f"<pre><code>{html.escape(text, quote=False)}</code></pre>", [])


def shown(text: str) -> tuple[str, str]:
    """The text as far as it is shown, and the sentence about the rest."""
    if len(text) <= MAX_TEXT:
        return _printable(text), ""
    cut = text[:MAX_TEXT]
    whole_lines = cut.rpartition("\n")[0]
    if len(whole_lines) > MAX_TEXT / 2:
        cut = whole_lines
    notice = (
        f'<p class="markup-notice">This text has {_grouped(len(text))} characters; the first '
        f"{_grouped(MAX_TEXT)} are shown. Shorten it, or link to the rest.</p>"
    )
    return _printable(cut), notice


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _printable(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    return _UNPRINTABLE.sub("", text)
