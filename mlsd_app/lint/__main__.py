"""``python -m mlsd_app.lint``: the command without Django."""

from __future__ import annotations

import gc
import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence

from mlsd_app.lint.command import add_arguments, run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command on ``arguments``, or on those of the process; the exit code."""
    parser = ArgumentParser(
        prog="python -m mlsd_app.lint", description="Check designs in YAML or JSON files."
    )
    add_arguments(parser)
    given = parser.parse_args(arguments)
    gc.freeze()  # what was imported stays: there is nothing in it to be collected with each file
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal may know fewer characters
    try:
        code = run(vars(given), sys.stdout, sys.stderr)
        sys.stdout.flush()
    except BrokenPipeError:  # who reads has seen enough; the exit must not try to write the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())
