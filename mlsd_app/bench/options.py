"""What can be measured, and how it is asked for on the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping

# Name to module and function. What grows the memory of this process comes last.
MEASUREMENTS: Mapping[str, tuple[str, str]] = {
    "checks": ("checking", "measure"),
    "checks-again": ("checking", "measure_again"),
    "fragment": ("checking", "measure_beside_fragment"),
    "lint": ("linting", "measure"),
    "save": ("saving", "measure"),
    "save-queries": ("saving", "measure_queries"),
    "pulse": ("beating", "measure"),
    "tabs": ("beating", "measure_beside_tabs"),
    "comment": ("reviewing", "measure_posting"),
    "save-threads": ("reviewing", "measure"),
    "read-threads": ("reviewing", "measure_reading"),
    "page-queries": ("loading", "measure_queries"),
    "page-weight": ("loading", "measure_weight"),
    "layout-shift": ("shifting", "measure"),
    "history": ("remembering", "measure"),
    "pdf": ("printing", "measure"),
}


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print a list for machines")
    parser.add_argument(
        "--only", nargs="+", choices=MEASUREMENTS, metavar="NAME", help=", ".join(MEASUREMENTS)
    )


def parser() -> ArgumentParser:
    made = ArgumentParser(prog="bin/bench")
    add_options(made)
    return made
