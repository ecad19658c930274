"""Workers that are killed with SIGKILL in the middle of a real export.

A site of its own: a folder with database, queue and files, and workers as `bin/run` starts them.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from django.conf import settings

LEASE = 3  # seconds
PATIENCE = 40  # seconds

ASK = """
import sys
from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Revision
from mlsd_app.designs.saving import create_design
from mlsd_app.exports.asking import ask
from mlsd_app.exports.document import Options

ada, _ = User.objects.get_or_create(email="ada@example.org")
design = create_design(ada, {"framing": {"problem_statement": "Rank the feed."}})
print(ask(Revision.of(design), ada, Options(paper=PAPER, findings=True)).pk.hex)
"""


@dataclass(frozen=True)
class Row:
    """What the database says of an export."""

    state: str
    attempts: int
    page_count: int
    file: str
    error: str


@dataclass(frozen=True)
class Site:
    """An installation in a folder, and the means to look at it from outside."""

    folder: Path

    @property
    def env(self) -> dict[str, str]:
        ours = {"SEVEN_DATA_DIR": str(self.folder), "EXPORT_LEASE_SECONDS": str(LEASE)}
        ours["DJANGO_SETTINGS_MODULE"] = "mlsd_app.settings"
        elsewhere = {"DATABASE_URL", "REDIS_URL", "REDIS_CACHE_URL", "S3_BUCKET", "SEVEN_ENV"}
        return {key: value for key, value in os.environ.items() if key not in elsewhere} | ours

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def ask(self, paper: str) -> str:
        """Ask for the PDF of the worked example; returns the key of the row."""
        return self.manage("shell", "--no-imports", "-c", ASK.replace("PAPER", repr(paper)))

    def row(self, export: str) -> Row:
        database = sqlite3.connect(self.folder / "seven.sqlite3", timeout=10)
        try:
            columns = "state, attempts, page_count, file, error"
            found = database.execute(
                f"SELECT {columns} FROM exports_export WHERE id = ?",  # noqa: S608  our own words
                [export],
            ).fetchone()
        finally:
            database.close()
        return Row(*found)

    def wait(self, export: str, until: Callable[[Row], bool]) -> Row:
        deadline = time.monotonic() + PATIENCE
        while not until(row := self.row(export)):
            assert time.monotonic() < deadline, row
            time.sleep(0.01)
        return row

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "mlsd_app", "worker"]
        flags = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return subprocess.Popen(
            [*command, "--concurrency=1", "--loglevel=error", *flags],
            cwd=settings.BASE_DIR,
            env=self.env,
            start_new_session=True,  # a group of its own, to be killed with all its children
        )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    site = Site(tmp_path_factory.mktemp("site"))
    site.manage("migrate", "--verbosity=0")
    return site


@pytest.fixture
def start_worker(site: Site) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(site.start_worker())
        return started[-1]

    yield start
    for worker in started:
        kill(worker)


def kill(worker: subprocess.Popen[bytes]) -> None:
    """Kill a worker with all its processes, as a machine that loses its power would."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=10)


def kill_only_child(worker: subprocess.Popen[bytes]) -> None:
    """Kill the process of the pool that renders, as the kernel does when memory runs out."""
    (child,) = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    os.kill(int(child), signal.SIGKILL)


def assert_made_once(site: Site, export: str) -> None:
    row = site.wait(export, lambda row: row.state in {"ready", "failed"})
    assert (row.state, row.error) == ("ready", "")
    assert row.attempts == 2  # the one that was killed, and the one that finished
    pages = len(pypdf.PdfReader(BytesIO((site.folder / "media" / row.file).read_bytes())).pages)
    assert pages == row.page_count > 1
    time.sleep(1)  # messages that are still on their way change nothing
    assert site.row(export) == row


def test_a_worker_finishes_what_its_killed_process_began(
    site: Site, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    export = site.ask("A4")
    site.wait(export, lambda row: row.state == "rendering")
    kill_only_child(worker)
    assert site.row(export).state == "rendering"
    assert_made_once(site, export)


def test_another_worker_finishes_what_a_killed_one_began(
    site: Site, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    worker = start_worker()
    export = site.ask("Letter")
    site.wait(export, lambda row: row.state == "rendering")
    kill(worker)
    assert site.row(export).state == "rendering"
    start_worker()
    assert_made_once(site, export)


def test_a_process_of_a_worker_is_warm_and_bounded() -> None:
    code = """
import sys, django
django.setup()
from mlsd_app.exports import worker
worker.limit_memory()
worker.warm_up()
assert "weasyprint" in sys.modules
try:
    bytearray(800 * 1024 * 1024)
except MemoryError:
    print("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=os.environ | {"EXPORT_MEMORY_MB": "800"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "refused\n"
