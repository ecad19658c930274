"""HTML of a report to PDF. Knows neither requests nor queues, and reaches no network and no file.

Slow and heavy: about a second, and some 100 MB, for twenty pages. Call it in a process that may be
killed; nothing can interrupt a layout from inside.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.logger import PROGRESS_LOGGER
from weasyprint.text.fonts import FontConfiguration

from mlsd_app.exports.assets import BASE_URL, FACE_STYLE, AssetFetcher, asset
from mlsd_app.exports.limits import refuse_beyond

Progress = Callable[[str, int], None]

VARIANT = "pdf/ua-1"
ELEMENTS = 40_000  # of the whole document; laying one out takes about 0.3 ms
DEPTH = 100  # elements in each other; layout recurses
SIZE = 8_000_000  # characters of HTML

_LINK = re.compile(r'<link rel="stylesheet" href="([^"]+)">\n?')
_LAYING_OUT = re.compile(r"Step 5 - Creating layout - Page (\d+)$")
_STEPS = (("Step 3", "style"), ("Step 4", "boxes"), ("Step 6", "drawing"), ("Step 7", "writing"))

_one_at_a_time = threading.Lock()  # the logger of progress and the collector are the process's own


def render_pdf(html: str, *, progress: Progress | None = None) -> bytes:
    """The PDF (tagged, PDF/UA-1) of a report made by ``document_html``.

    The same HTML gives the same bytes. ``progress`` is told a step and the pages laid out so far;
    what it raises ends the rendering. Raises ``LimitExceededError`` for a document beyond the
    limits, before any layout.
    """
    refuse_beyond("characters of HTML", len(html), SIZE)
    document = HTML(string=html, base_url=BASE_URL, url_fetcher=AssetFetcher())
    styles = [_style(name) for name in _take_styles(document.etree_element)]
    _check_shape(document.etree_element)
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    with _one_at_a_time, _reporting(progress), _without_collector():
        laid_out = document.render(font_config=_fonts(), stylesheets=styles, pdf_variant=VARIANT)
        pdf: bytes = laid_out.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier)
    return pdf


def render_html(html: str) -> str:
    """The report as one file for a browser: styles inside, faces left to the reader's system."""
    screen = f"{_inlined('screen.css')}</head>"
    return _LINK.sub(lambda link: _inlined(link[1]), html).replace("</head>", screen, 1)


def _inlined(name: str) -> str:
    return "" if name == FACE_STYLE else f"<style>\n{asset(name).decode()}</style>\n"


@cache
def _fonts() -> FontConfiguration:
    """The faces of the report, read once for a process."""
    return FontConfiguration()


@cache
def _style(name: str) -> CSS:
    """A style sheet, parsed once for a process."""
    return CSS(
        string=asset(name).decode(),
        base_url=BASE_URL,
        url_fetcher=AssetFetcher(),
        font_config=_fonts(),
    )


def _take_styles(root: Any) -> list[str]:
    """The names of the style sheets that the document links, which are taken out of it."""
    names = []
    for head in root.iter("head"):
        for link in head.findall("link"):
            if link.get("rel") == "stylesheet":
                names.append(link.get("href", ""))
                head.remove(link)
    return names


def _check_shape(root: Any) -> None:
    elements, deepest = 0, 0
    stack = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        elements += 1
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in element)
    refuse_beyond("elements in its texts and tables", elements, ELEMENTS)
    refuse_beyond("levels of lists and quotations in each other", deepest, DEPTH)


class _Reporter(logging.Handler):
    """Passes what the layout logs on to a callback; what that raises is not swallowed."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.progress = progress
        self.pages = 0

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if page := _LAYING_OUT.match(message):
            self.pages = max(self.pages, int(page[1]))
            self.progress("pages", self.pages)
            return
        for start, step in _STEPS:
            if message.startswith(start):
                self.progress(step, self.pages)


@contextmanager
def _reporting(progress: Progress | None) -> Iterator[None]:
    if progress is None:
        yield
        return
    reporter = _Reporter(progress)
    level, propagates = PROGRESS_LOGGER.level, PROGRESS_LOGGER.propagate
    PROGRESS_LOGGER.setLevel(logging.INFO)
    PROGRESS_LOGGER.propagate = False
    PROGRESS_LOGGER.addHandler(reporter)
    try:
        yield
    finally:
        PROGRESS_LOGGER.removeHandler(reporter)
        PROGRESS_LOGGER.setLevel(level)
        PROGRESS_LOGGER.propagate = propagates


@contextmanager
def _without_collector() -> Iterator[None]:
    """A layout makes millions of objects that live until its end; looking for garbage is wasted."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
