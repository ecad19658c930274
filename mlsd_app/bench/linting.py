"""What it costs to check the design files of a repository in one process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory

from django.conf import settings

from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.designs.examples import FOLDER

FILES = 1_000
MOST_SECONDS = 10  # a hundred files a second


def measure(instance: Instance) -> Iterator[Figure]:
    with TemporaryDirectory(prefix="seven-lint-") as folder:
        took = lint([str(path) for path in worked_files(Path(folder), FILES)])
    yield Figure(
        f"lint of {FILES:,} files",
        took,
        MOST_SECONDS,
        "s",
        f"fixed limit of processor time; complete designs in YAML, {FILES / took:.0f} files/s "
        "with the start of the process",
    )


def worked_files(folder: Path, how_many: int) -> Iterator[Path]:
    """Write that many copies of the worked designs to ``folder``, no two of them the same."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml"))]
    for number in range(how_many):
        path = folder / f"{number}.yaml"
        text = texts[number % len(texts)]
        path.write_text(f"# Design {number}\n{text}", encoding="utf-8")
        yield path


def lint(files: Sequence[str]) -> float:
    """The processor time [s] of the command on ``files``, as a step of a build runs it.

    Raises ``RuntimeError`` where a file could not be read.
    """
    before = _seconds_of_children()
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "mlsd_app.lint", *files],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in {0, 1}:
        raise RuntimeError(f"Linting failed: {done.stderr[-500:]}")
    return _seconds_of_children() - before


def _seconds_of_children() -> float:
    """Processor time of the processes that this one has started and that have ended."""
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
