"""``python -m mlsd_app.lint`` in a process of its own, where Django cannot be imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mlsd_app.lint.__main__ import main
from tests.lint.designs import ROOT, WORKED, written

# What an interpreter without Django does with it, and without everything but PyYAML.
BLOCK = """
import sys
from importlib.abc import MetaPathFinder

class Refuse(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in {"django", "celery", "weasyprint", "markdown", "nh3", "merman", "asgiref"}:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

sys.meta_path.insert(0, Refuse())
"""
RUN = "import runpy; runpy.run_module('mlsd_app.lint', run_name='__main__', alter_sys=True)"


def run(
    *arguments: str, code: str = "", given: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the module, or ``code`` in its place, without any settings of Django."""
    command = ["-c", code] if code else ["-m", "mlsd_app.lint"]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    return subprocess.run(
        [sys.executable, *command, *arguments],
        cwd=ROOT,
        env=environment | variables,
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_it_works_where_django_cannot_be_imported(tmp_path: Path) -> None:
    blocked = run(code=f"{BLOCK}import django")
    assert "django is blocked" in blocked.stderr
    sound = run(*WORKED, code=BLOCK + RUN)
    assert (sound.returncode, sound.stderr) == (0, "")
    assert sound.stdout == f"{len(WORKED)} files: nothing found\n"
    for format_ in ("text", "json", "sarif", "github"):
        unsound = run("--format", format_, written(tmp_path), code=BLOCK + RUN)
        assert (unsound.returncode, unsound.stderr) == (1, "")
        assert "framing.task-not-chosen" in unsound.stdout


def test_it_needs_nothing_but_pyyaml() -> None:
    listed = run(
        code="import sys; import mlsd_app.lint.__main__\n"
        "known = sys.stdlib_module_names | {'mlsd_app', 'yaml', '_yaml', 'cython_runtime'}\n"
        "tops = {name.partition('.')[0] for name in sys.modules} - known\n"
        "print(sorted(top for top in tops if not top.startswith('_')))"
    )
    bare = run(code="import sys; print(sorted({name.partition('.')[0] for name in sys.modules}))")
    assert set(json.loads(listed.stdout.replace("'", '"'))) <= set(
        json.loads(bare.stdout.replace("'", '"'))
    )


def test_the_module_and_its_function_are_the_same_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--level", "L4", "--format", "json", written(tmp_path)]
    process = run(*arguments)
    assert main(arguments) == process.returncode == 1
    assert capsys.readouterr().out == process.stdout


def test_the_input_is_read_for_a_dash() -> None:
    process = run("-", given="framing: {timeliness: online}")
    assert process.returncode == 1
    assert "\n-:1:1: framing.latency_slo_ms: error: " in process.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: FILE"),
        (["--level", "L9", "x"], "invalid choice: 'L9'"),
        (["--select", "nothing", "x"], "--select 'nothing': no check has this name"),
        (["/no/such/file.yaml"], "The file cannot be opened: No such file or directory."),
    ],
)
def test_what_cannot_be_done_exits_with_two(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: object = main(arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert says in capsys.readouterr().err


def test_a_terminal_of_few_characters_is_no_reason_to_fail(tmp_path: Path) -> None:
    path = written(tmp_path, "framing: {cost_fp: -3, ml_task: ödd}")
    process = run(path, PYTHONIOENCODING="ascii")
    assert (process.returncode, process.stderr) == (1, "")
    assert "?dd" in process.stdout


def test_a_reader_who_has_seen_enough_is_no_reason_to_fail() -> None:
    files = " ".join(["fixtures/*.yaml /dev/null"] * 2)
    command = f"{sys.executable} -m mlsd_app.lint --format sarif {files} | head -c 1"
    process = subprocess.run(
        ["/bin/bash", "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.stdout == "{"
    assert "Traceback" not in process.stderr
    assert "Exception ignored" not in process.stderr
