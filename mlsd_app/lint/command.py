"""The command line, shared by ``manage.py lint`` and ``python -m mlsd_app.lint``."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mlsd_app.lint.github import as_commands
from mlsd_app.lint.linting import OWN, Options, Report, lint
from mlsd_app.lint.plain import Paint, as_json, as_text, unpainted
from mlsd_app.lint.sarif import as_sarif
from mlsd_app.lint.selecting import UnknownSelectorError
from mlsd_app.stages.general import GENERAL

FOR_PROGRAMS: Mapping[str, Callable[[Report], str]] = {
    "json": as_json,
    "sarif": as_sarif,
    "github": as_commands,
}


class Writable(Protocol):
    """Where output goes: a file, or what Django puts around one."""

    def write(self, text: str, /) -> object: ...


def add_arguments(parser: ArgumentParser) -> None:
    """Tell ``parser`` the options of the command."""
    asked = GENERAL.fields
    parser.add_argument("files", nargs="+", metavar="FILE", help="a file, or - for the input")
    parser.add_argument("--format", choices=["text", *FOR_PROGRAMS], default="text")
    for option, key, says in (
        ("--level", "target_level", "leave out what is first expected above this level"),
        ("--mode", "mode", "check as for this occasion, whatever the file says"),
        ("--project-stage", "project_stage", "for a concept, only hint at serving and monitoring"),
    ):
        words = [*asked[key].choices, OWN]
        parser.add_argument(
            option, choices=words, default="", help=f"{says}; own: as the design itself says"
        )
    for option, says in (("--select", "report only"), ("--ignore", "do not report")):
        parser.add_argument(
            option,
            action="append",
            metavar="CHECK",
            help=f"{says} these: names, refs or how they begin, such as framing. or serving.E",
        )
    parser.add_argument(
        "--show-waived", action="store_true", help="also show what the file waives, and why"
    )


def run(
    given: Mapping[str, Any],  # Any: what an argument parser returns
    out: Writable,
    err: Writable,
    paint: Paint = unpainted,
) -> int:
    """Lint the files ``given`` and write what was found; the exit code of the command.

    0 when nothing is an error, 1 when something is, 2 when a file or an option cannot be read.
    """
    try:
        options = Options.of(given)
    except UnknownSelectorError as error:
        err.write(f"{error}\n")
        return 2
    report = lint(given["files"], options)
    for unread in report.unread:
        err.write(f"{unread.file}: {unread.message}\n")
    write = FOR_PROGRAMS.get(given["format"])
    if written := write(report) if write else as_text(report, paint):
        out.write(written)
    return report.exit_code
