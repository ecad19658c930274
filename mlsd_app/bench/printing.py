"""What the PDF costs beside the bare renderer, and what it costs when it is asked for again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from weasyprint import HTML
from weasyprint.logger import PROGRESS_LOGGER

from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.timing import compare, timed
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports import content
from mlsd_app.exports.asking import ask
from mlsd_app.exports.assets import BASE_URL, AssetFetcher
from mlsd_app.exports.document import Options
from mlsd_app.exports.models import Export
from mlsd_app.exports.tasks import render_export
from mlsd_app.markup import diagrams, rendering

ROUNDS = 7


def measure(instance: Instance) -> Iterator[Figure]:
    printer = Printer(instance)
    export = printer.first_pdf()  # loads faces and styles, as a worker does before it takes work
    html = content.html_of(export)

    def bare() -> None:
        HTML(string=html, base_url=BASE_URL, url_fetcher=AssetFetcher()).write_pdf()

    bare()
    found = compare(timed(printer.first_pdf), timed(bare), rounds=ROUNDS)
    yield Figure(
        "first PDF",
        found.ratio,
        1.15,
        "x",
        f"WeasyPrint alone on the same HTML, {found.in_ms}",
    )

    with layouts() as made:
        printer.ask_again()
    yield Figure("PDF asked again", len(made), 0, "renderings", "the first time, with one")


class Printer:
    """Asks for the PDF of one design and does what a worker does with the task."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.design: Design = instance.new_design()

    def first_pdf(self) -> Export:
        """The whole way from the design to a stored file, with nothing remembered."""
        self.design.exports.all().delete()
        rendering.forget()
        diagrams.forget()
        return self.ask_again()

    def ask_again(self) -> Export:
        author = self.instance.author
        export = ask(Revision.of(self.design), author, Options(findings=True))
        render_export(str(export.pk))
        export.refresh_from_db()
        if not export.has_file:
            raise RuntimeError(f"The export failed: {export.error}")
        return export


@contextmanager
def layouts() -> Iterator[list[str]]:
    """What the renderer reports of each document that it starts to lay out meanwhile."""
    started: list[str] = []

    class Note(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().startswith("Step 1 "):
                started.append(record.getMessage())

    note, level = Note(), PROGRESS_LOGGER.level
    PROGRESS_LOGGER.addHandler(note)
    PROGRESS_LOGGER.setLevel(logging.INFO)
    try:
        yield started
    finally:
        PROGRESS_LOGGER.setLevel(level)
        PROGRESS_LOGGER.removeHandler(note)
