from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlsd_app.checklist import run
from mlsd_app.designs.waivers import from_file
from mlsd_app.exports.document import PAPERS, Meta, Options, document_html
from mlsd_app.exports.limits import LimitExceededError
from mlsd_app.interchange import (
    SIZE_LIMIT,
    Reading,
    UnreadableError,
    read,
    write_json,
    write_yaml,
)
from mlsd_app.stages.design import Design

MOST_BYTES = 4 * SIZE_LIMIT  # a character of UTF-8 has at most four
UNREADABLE = 2  # exit code: nothing could be read, or nothing could be made of the name


class Command(BaseCommand):
    """Exits with 2 when the file cannot be read; what is wrong inside it is said and left out."""

    help = "Write a design from a YAML or JSON file as PDF, HTML, YAML or JSON, without a database."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a design, or - for the input")
        parser.add_argument("-o", "--output", metavar="OUT", required=True, type=Path)
        parser.add_argument("--paper", choices=PAPERS, default=PAPERS[0], help="of a PDF")
        parser.add_argument(
            "--findings",
            action=argparse.BooleanOptionalAction,
            default=False,
            help="add what the checks find as an appendix",
        )

    def handle(self, *args: Any, file: str, output: Path, **options: Any) -> None:
        make = MAKERS.get(output.suffix.lower())
        if make is None:
            endings = ", ".join(MAKERS)
            raise CommandError(
                f"{output}: the ending says what is written. End the name with one of {endings}.",
                returncode=UNREADABLE,
            )
        try:
            reading = read(_text_of(file), name=file)
        except UnreadableError as error:
            raise CommandError(f"{file}: {error}", returncode=UNREADABLE) from None
        for problem in reading.problems:
            place = f"{problem.address}: " if problem.address else ""
            self.stderr.write(f"{file}: {place}{problem.message}")
        chosen = Options(paper=options["paper"], findings=options["findings"])
        try:
            output.write_bytes(make(reading, chosen))
        except LimitExceededError as error:
            raise CommandError(f"{file}: {error}") from None
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"Wrote {output}")


def _text_of(file: str) -> str:
    """The text of a file, or of the standard input for ``-``. Raises ``UnreadableError``."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as source:
                content = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"The file cannot be opened: {error.strerror}.") from None
    if len(content) > MOST_BYTES:
        raise UnreadableError(f"The file is larger than {SIZE_LIMIT:,} characters.")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise UnreadableError("The file is not UTF-8 text. Save it as UTF-8.") from None


def _html(reading: Reading, options: Options) -> str:
    design = Design.of(reading.answers)
    meta = Meta(title=design.general.title)
    return document_html(design, meta, options, run(design), from_file(reading.waivers, {}))


def _as_pdf(reading: Reading, options: Options) -> bytes:
    # Here and not above: loading the renderer takes a second, which the other forms need not wait.
    from mlsd_app.exports.render import render_pdf

    return render_pdf(_html(reading, options))


def _as_html(reading: Reading, options: Options) -> bytes:
    from mlsd_app.exports.render import render_html

    return render_html(_html(reading, options)).encode()


def _as_yaml(reading: Reading, _options: Options) -> bytes:
    return write_yaml(reading.answers, reading.waivers).encode()


def _as_json(reading: Reading, _options: Options) -> bytes:
    return write_json(reading.answers, reading.waivers).encode()


MAKERS: Mapping[str, Callable[[Reading, Options], bytes]] = {
    ".pdf": _as_pdf,
    ".html": _as_html,
    ".yaml": _as_yaml,
    ".json": _as_json,
}
