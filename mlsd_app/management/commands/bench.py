from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mlsd_app.bench.options import add_options

MINUTES_AT_MOST = 19
STOPS_WITHIN = 30  # seconds
# Nothing else is handed on: whatever instance the caller's environment names is left alone.
HANDED_ON = {"CHROMIUM", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TMPDIR"}


class Command(BaseCommand):
    """Exits with 1 when a limit is missed, and with 2 when the measuring itself failed."""

    help = "Measure speed and size against what the project promises."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add_options(parser)

    def handle(self, *args: Any, json: bool, only: list[str] | None, **options: Any) -> None:
        arguments = ["--json"] * json + (["--only", *only] if only else [])
        with TemporaryDirectory(prefix="seven-bench-") as folder, ended_properly():
            code, printed = measured(arguments, folder)
        if code not in {0, 1} or not printed:
            raise CommandError("Nothing was measured; see above.", returncode=2)
        self.stdout.write(printed)
        if code:
            sys.exit(code)


def measured(arguments: list[str], folder: str) -> tuple[int, str]:
    """The exit code and the output of a process that measures an empty instance in ``folder``.

    What it started itself ends with it.
    """
    environment = {name: value for name, value in os.environ.items() if name in HANDED_ON}
    environment["DJANGO_SETTINGS_MODULE"] = "mlsd_app.bench.settings"
    environment["SEVEN_DATA_DIR"] = folder
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "mlsd_app.bench", *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=settings.BASE_DIR,
        start_new_session=True,
    )
    try:
        printed, _ = process.communicate(timeout=MINUTES_AT_MOST * 60)
    except subprocess.TimeoutExpired:
        message = f"Not finished after {MINUTES_AT_MOST} minutes. Measure parts of it with --only."
        raise CommandError(message, returncode=2) from None
    finally:
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOPS_WITHIN)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its session, where all it started lives
        process.wait()
    return process.returncode, printed


@contextmanager
def ended_properly() -> Iterator[None]:
    """Turn a request to end into an exception, so that what was started is ended too."""

    def end(*args: object) -> NoReturn:
        sys.exit(143)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
