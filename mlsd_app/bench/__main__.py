"""Measures the instance of this process's settings, which has to be empty: see ``bin/bench``."""

from __future__ import annotations

import signal
import sys
from contextlib import ExitStack
from importlib import import_module
from typing import NoReturn

import django

from mlsd_app.bench.figures import Figure, as_json, as_table
from mlsd_app.bench.options import MEASUREMENTS, parser


def main(arguments: list[str]) -> int:
    """Print every figure; 1 when a limit is missed."""
    options = parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, stop)
    django.setup()
    from mlsd_app.bench.instance import Instance  # reads models, so not before the setup

    figures: list[Figure] = []
    with ExitStack() as closing:
        instance = Instance(closing)
        for name in options.only or MEASUREMENTS:
            sys.stderr.write(f"Measuring: {name}\n")
            module, function = MEASUREMENTS[name]
            measure = getattr(import_module(f"mlsd_app.bench.{module}"), function)
            figures.extend(measure(instance))
    sys.stdout.write(f"{as_json(figures) if options.json else as_table(figures)}\n")
    return 0 if all(figure.is_met for figure in figures) else 1


def stop(*args: object) -> NoReturn:
    sys.exit(143)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
