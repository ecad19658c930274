"""What ``docs/files.md`` says about linting is true: commands, files, hook and steps."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from mlsd_app.lint.__main__ import main
from mlsd_app.lint.command import FOR_PROGRAMS
from tests.lint.designs import FIXTURES, ROOT, linted, of

DOCS = (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", DOCS, re.MULTILINE | re.DOTALL)
COMMANDS = [
    line.removeprefix("$ ")
    for language, block in BLOCKS
    if language == "console"
    for line in block.splitlines()
]
YAML: list[Any] = [yaml.safe_load(block) for language, block in BLOCKS if language == "yaml"]
HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder with two designs, this repository beside them, and its ``manage.py``."""
    designs = tmp_path / "designs"
    designs.mkdir()
    shutil.copy(FIXTURES / "video.yaml", designs / "delivery.yaml")
    shutil.copy(FIXTURES / "fraud.yaml", designs / "fraud.yaml")
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")
    (tmp_path / "seven").symlink_to(ROOT)
    return tmp_path


def bash(command: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    python = Path(sys.executable).parent
    return subprocess.run(
        ["/bin/bash", "-euc", command],
        cwd=folder,
        env=os.environ
        | {"PATH": f"{python}:{os.environ['PATH']}", "SEVEN_DATA_DIR": str(folder / "var")}
        | variables,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_there_are_commands_to_run() -> None:
    assert sum("mlsd_app.lint" in command for command in COMMANDS) >= 4
    assert any("manage.py lint" in command for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_run(repository: Path, command: str) -> None:
    ended = bash(command, repository, PYTHONPATH=str(ROOT))
    assert (ended.returncode, ended.stderr) == (0, "")
    if "lint" in command:
        assert ended.stdout.startswith("2 files: nothing found")
    else:
        written = repository / shlex.split(command)[-1]
        assert written.stat().st_size > 10_000


@pytest.mark.parametrize("command", [one for one in COMMANDS if "mlsd_app.lint" in one])
def test_the_commands_find_what_is_wrong(repository: Path, command: str) -> None:
    design = repository / "designs" / "delivery.yaml"
    kept = [line for line in design.read_text().splitlines() if "business_objective" not in line]
    design.write_text("\n".join(kept))
    ended = bash(command, repository, PYTHONPATH=str(ROOT))
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "[framing.objective-not-stated]" in ended.stdout


def test_the_table_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert options <= set(re.findall(r"--[a-z-]+", DOCS))
    assert {"text", *FOR_PROGRAMS} == set(re.findall(r"`--format (\w+)`", DOCS))


def test_the_keys_of_json_are_those_of_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("framing: {}")
    main(["--format", "json", str(path)])
    said = re.search(r"a list of `\{(.*?)\}`", DOCS)
    assert said is not None
    assert list(json.loads(capsys.readouterr().out)[0]) == said[1].split(", ")


def test_the_waivers_are_read_and_used(tmp_path: Path) -> None:
    (waivers,) = [block for _, block in BLOCKS if block.startswith("waivers:")]
    design = """
framing: {feedback_loop: true}
data:
  sources:
    - {id: orders, kind: stream}
monitoring: {holdback_pct: 0}
"""
    report = linted(tmp_path, waivers + design)
    for name in ("monitoring.no-holdback", "data.source-without-owner"):
        (remark,) = of(report, name)
        assert remark.waiver is not None
        assert remark.waiver.reason
    assert not any("waiver" in remark.check for remark in report.remarks)


def test_the_hook_is_called_as_it_says(repository: Path) -> None:
    (config,) = [one for one in YAML if "repos" in one]
    (hook,) = config["repos"][0]["hooks"]
    assert hook["id"] == HOOK["id"]
    assert HOOK["language"] == "python"
    files = ["designs/delivery.yaml", "designs/a/b.json", "other.yaml", "docs/designs/x.yaml"]
    assert [one for one in files if re.search(HOOK["files"], one)] == files[:2]
    command = shlex.join([*shlex.split(HOOK["entry"]), *hook["args"], files[0]])
    ended = bash(command, repository, PYTHONPATH=str(ROOT))
    assert (ended.returncode, ended.stdout) == (0, "1 file: nothing found\n")


def test_pip_installs_the_package_for_the_hook_and_nothing_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["build-system"]["build-backend"] == "setuptools.build_meta"
    (pattern,) = project["tool"]["setuptools"]["packages"]["find"]["include"]
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert {name for name in packages if fnmatch(name, pattern)} == {"mlsd_app"}


def test_the_steps_of_ci_run(repository: Path) -> None:
    design = repository / "designs" / "delivery.yaml"
    kept = [line for line in design.read_text().splitlines() if "business_objective" not in line]
    design.write_text("\n".join(kept))
    steps = [step for block in YAML if isinstance(block, list) for step in block]
    annotate, collect = (s["run"] for s in steps if "mlsd_app.lint" in s.get("run", ""))
    ended = bash(annotate, repository)
    assert ended.returncode == 1
    assert ended.stdout.startswith("::error file=designs/delivery.yaml,line=")
    assert bash(collect, repository).returncode == 0
    (upload,) = [step["with"] for step in steps if "uses" in step]
    log = json.loads((repository / upload["sarif_file"]).read_text(encoding="utf-8"))
    assert log["runs"][0]["results"][0]["ruleId"] == "framing.objective-not-stated"
