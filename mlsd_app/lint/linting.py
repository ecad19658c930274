"""From files to a report: read, check, judge, waive, select."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from mlsd_app.checklist import run
from mlsd_app.checklist.bar import Bar, apply
from mlsd_app.interchange import SIZE_LIMIT, UnreadableError, read
from mlsd_app.lint.remarks import Remark
from mlsd_app.lint.selecting import Selection
from mlsd_app.lint.waiving import remarks_on_waivers, waive
from mlsd_app.stages.design import Design

MOST_BYTES = 4 * SIZE_LIMIT  # a character of UTF-8 has at most four
OWN = "own"


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a run. A part of ``bar`` that is ``"own"`` is taken from each design."""

    bar: Bar = field(default_factory=Bar)
    selection: Selection = field(default_factory=Selection.of)
    show_waived: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:  # Any: what an argument parser returns
        """The options as parsed from a command line. Raises ``UnknownSelectorError``."""
        return cls(
            Bar(
                given.get("level") or "",
                given.get("mode") or "",
                given.get("project_stage") or "",
            ),
            Selection.of(_words(given.get("select")), _words(given.get("ignore"))),
            bool(given.get("show_waived")),
        )

    def bar_for(self, design: Design) -> Bar:
        own = dataclasses.astuple(Bar.of(design))
        asked = dataclasses.astuple(self.bar)
        return Bar(*(o if a == OWN else a for a, o in zip(asked, own, strict=True)))


def _words(given: str | Iterable[str] | None) -> list[str]:
    """Selectors that may be given several times, and several at once with commas between."""
    texts = [given] if isinstance(given, str) else given or ()
    return [word for text in texts for part in text.split(",") if (word := part.strip())]


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read as a design, and why."""

    file: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found: the remarks that were asked for, the waived ones among them."""

    files: int
    remarks: tuple[Remark, ...]
    hidden: int
    unread: tuple[Unread, ...]
    show_waived: bool = False

    @property
    def listed(self) -> tuple[Remark, ...]:
        """The remarks to be listed for people."""
        return self.remarks if self.show_waived else self.open

    @property
    def open(self) -> tuple[Remark, ...]:
        """The remarks that nobody has waived."""
        return tuple(remark for remark in self.remarks if remark.waiver is None)

    @property
    def exit_code(self) -> int:
        """2 when a file could not be read, 1 when an error was found, 0 otherwise."""
        if self.unread:
            return 2
        return int(any(remark.counts for remark in self.remarks))


def lint(files: Sequence[str], options: Options | None = None) -> Report:
    """Check every file; one that cannot be read is reported and does not stop the others."""
    options = options or Options()
    remarks: list[Remark] = []
    unread: list[Unread] = []
    for file in files:
        name = "".join(letter if letter.isprintable() else "\ufffd" for letter in file)
        try:
            remarks.extend(remarks_on(name, text_of(file), options))
        except UnreadableError as error:
            unread.append(Unread(name, str(error), error.line))
    wanted = [remark for remark in remarks if remark.check in options.selection.names]
    shown = tuple(remark for remark in wanted if not remark.hidden)
    hidden = len(wanted) - len(shown)
    return Report(len(files), shown, hidden, tuple(unread), options.show_waived)


def text_of(file: str) -> str:
    """The text of a file, or of the standard input for ``-``. Raises ``UnreadableError``."""
    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as source:
                content = source.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise UnreadableError(f"The file is larger than {SIZE_LIMIT:,} characters.")
        return content.decode()
    except UnicodeDecodeError:
        raise UnreadableError("The file is not UTF-8 text. Save it as UTF-8.") from None
    except (OSError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        reason = error.strerror if isinstance(error, OSError) else None
        raise UnreadableError(f"The file cannot be opened: {reason or error}.") from None


def remarks_on(file: str, text: str, options: Options) -> Iterator[Remark]:
    """What is wrong with the file, what its checks find, what is wrong with its waivers.

    Every finding is there, whatever the bar and the waivers make of it. Raises ``UnreadableError``.
    """
    reading = read(text, name=file)
    design = _as_for(options.bar.mode, Design.of(reading.answers))
    remarks = [Remark.of_problem(file, problem, reading) for problem in reading.problems]
    judged = apply(run(design), options.bar_for(design))
    remarks.extend(Remark.of_finding(file, one, reading) for one in judged)
    yield from waive(remarks, reading.waivers, design)
    yield from remarks_on_waivers(file, reading, remarks, design)


def _as_for(mode: str, design: Design) -> Design:
    """``design`` as if it were written for that occasion, so that the conditions ask for it."""
    if mode in {"", OWN}:
        return design
    return dataclasses.replace(design, general=dataclasses.replace(design.general, mode=mode))
