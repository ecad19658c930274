"""Whatever a file holds, it ends in remarks or in a sentence that says why it cannot be read."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlsd_app.checklist import CHECKS
from mlsd_app.interchange import write_json, write_yaml
from mlsd_app.lint import Options, Report, lint
from mlsd_app.lint.__main__ import main
from mlsd_app.lint.github import as_commands
from mlsd_app.lint.plain import as_json, as_text
from mlsd_app.lint.sarif import as_sarif
from mlsd_app.stages.addresses import Address
from tests.absurdities import ABSURDITIES, absurd
from tests.checklist.designs import tangled_answers
from tests.lint.designs import DESIGN, FIXTURES, ROOT, linted, of, written
from tests.strategies import lines, raw_documents

options = st.builds(
    lambda **given: Options.of(given),
    level=st.sampled_from(["", "L3", "L6", "own"]),
    mode=st.sampled_from(["", "team", "interview", "own"]),
    project_stage=st.sampled_from(["", "concept", "own"]),
    show_waived=st.booleans(),
)
waivers = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {},
            optional={
                "check": st.one_of(st.sampled_from(sorted(CHECKS)), lines),
                "address": st.one_of(st.sampled_from([c.at for c in CHECKS.values()]), lines),
                "reason": lines,
                "by": st.integers(),
                "on": st.dates().map(str),
            },
        ),
        lines,
    ),
    max_size=3,
)


def assert_sound(report: Report) -> None:
    """Every remark has its words and its place, and every format can say them."""
    for remark in report.remarks:
        assert remark.message
        assert remark.place is None or min(remark.place) >= 1
        if remark.finding:
            assert str(Address.parse(remark.address)) == remark.address
    assert len(json.loads(as_json(report))) == len(report.listed)
    assert len(json.loads(as_sarif(report))["runs"][0]["results"]) == len(report.remarks)
    assert as_text(report).splitlines()[-1].startswith("1 file: ")
    assert as_commands(report).count("\n") == len(report.listed) + len(report.unread)
    for text in (as_text(report), as_commands(report)):
        text.encode()


def texts_of(document: Any, with_waivers: list[Any]) -> list[tuple[str, str]]:
    if isinstance(document, dict) and with_waivers:
        document = {**document, "waivers": with_waivers}
    as_yaml = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    return [("a.json", json.dumps(document)), ("a.yaml", as_yaml), ("a", json.dumps(document))]


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(document=raw_documents(), waivers=waivers, options=options)
def test_any_document_ends_in_a_report(
    tmp_path: Path, document: Any, waivers: list[Any], options: Options
) -> None:
    for name, text in texts_of(document, waivers):
        path = tmp_path / name
        path.write_bytes(text.encode(errors="surrogatepass"))
        report = lint([str(path)], options)
        assert_sound(report)
        assert report.exit_code in {0, 1, 2}


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
def test_tangled_designs_end_in_a_report(tmp_path: Path, seed: int) -> None:
    """Absurd numbers, references to nothing, circles, and rows that share an id."""
    answers = tangled_answers(seed)
    for write, name in ((write_yaml, "a.yaml"), (write_json, "a.json")):
        assert_sound(lint([written(tmp_path, write(answers), name)]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), name=st.sampled_from(["video", "fraud"]))
def test_worked_designs_with_damaged_lines_end_in_a_report(
    tmp_path: Path, seed: int, name: str
) -> None:
    random = Random(seed)  # noqa: S311  the same seed gives the same damage
    text = (FIXTURES / f"{name}.yaml").read_text().splitlines()
    for _ in range(random.randint(1, 5)):
        at = random.randrange(len(text))
        damage = random.choice(["", text[at] * 2, text[at][3:], text[at].replace(":", ": -1e308 ")])
        text[at] = damage
    assert_sound(linted(tmp_path, "\n".join(text)))


ABSURD = [
    "NaN",
    "Infinity",
    "-Infinity",
    "1e308",
    "-1e308",
    "1e999",
    "5e-324",
    "1" * 400,
    "0",
    "-1",
]


@pytest.mark.parametrize("number", ABSURD)
@pytest.mark.parametrize("name", ["video", "fraud"])
def test_a_design_of_one_absurd_number_ends_in_a_report(
    tmp_path: Path, number: str, name: str
) -> None:
    document = yaml.safe_load((FIXTURES / f"{name}.yaml").read_text())

    def absurd(node: Any) -> Any:
        match node:
            case dict():
                return {key: absurd(value) for key, value in node.items()}
            case list():
                return [absurd(value) for value in node]
            case bool():
                return node
            case int() | float():
                return "@"
        return node

    text = json.dumps(absurd(document)).replace('"@"', number)
    report = lint([written(tmp_path, text, "absurd.json")])
    assert_sound(report)
    assert report.exit_code == 1


def test_a_circle_of_metrics_is_a_finding(tmp_path: Path) -> None:
    text = """
metrics:
  rows:
    - {id: a, kind: offline, role: primary, proxy_for: b}
    - {id: b, kind: online, proxy_for: a}
"""
    (remark,) = of(linted(tmp_path, text), "metrics.chain-to-kpi-broken")
    assert (remark.address, remark.place) == ("metrics.rows/b.proxy_for", (5, 29))


def test_rows_that_share_an_id_are_a_finding_at_their_table(tmp_path: Path) -> None:
    text = DESIGN.replace("id: clicks", "id: orders")
    report = linted(tmp_path, text)
    assert [one.place for one in of(report, "file.duplicate")] == [(9, 3)]
    assert [one.place for one in of(report, "data.source-without-owner")] == [(10, 7), (11, 7)]


def test_no_more_than_a_design_holds_is_checked(tmp_path: Path) -> None:
    rows = "".join(f"    - {{id: m{n}, kind: online}}\n" for n in range(2_000))
    report = linted(tmp_path, f"metrics:\n  rows:\n{rows}")
    assert [one.check for one in report.remarks if one.check.startswith("file.")] == [
        "file.too-long"
    ]
    assert_sound(report)


FORMATS = ("text", "json", "sarif", "github")


def main_on(*arguments: str) -> tuple[int, str]:
    """What ``python -m mlsd_app.lint`` does in this process: its exit code and its errors."""
    err = io.StringIO()
    with redirect_stdout(io.StringIO()), redirect_stderr(err):
        code = main(arguments)
    return code, err.getvalue()


@pytest.mark.parametrize("absurdity", ABSURDITIES)
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), format_=st.sampled_from(FORMATS))
def test_a_file_that_holds_an_absurdity_gets_its_findings(
    tmp_path: Path, absurdity: str, seed: int, format_: str
) -> None:
    answers = absurd(absurdity, seed)
    for write, name in ((write_yaml, "absurd.yaml"), (write_json, "absurd.json")):
        file = written(tmp_path, write(answers), name)
        code, err = main_on("--format", format_, file)
        assert (code in {0, 1}, err) == (True, "")
        assert_sound(lint([file]))


def test_files_of_every_absurdity_are_checked_by_one_process(tmp_path: Path) -> None:
    files = [
        written(tmp_path, write(absurd(name, seed)), f"{number}-{seed}.{ending}")
        for number, name in enumerate(ABSURDITIES)
        for seed, (write, ending) in enumerate([(write_yaml, "yaml"), (write_json, "json")])
    ]
    done = subprocess.run(
        [sys.executable, "-m", "mlsd_app.lint", "--format", "json", *files],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert len({finding["file"] for finding in json.loads(done.stdout)}) > len(ABSURDITIES)
