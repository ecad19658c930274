"""Design files for the tests of linting."""

from __future__ import annotations

from pathlib import Path

from mlsd_app.checklist.bar import Bar
from mlsd_app.lint import Options, Remark, Report, lint
from mlsd_app.lint.selecting import Selection

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "fixtures"
WORKED = [str(path) for path in sorted(FIXTURES.glob("*.yaml"))]

# Two sources without an owner, a serving stage with an error, a monitor with a hint.
DESIGN = """\
general:
  mode: interview
  target_level: L4
  project_stage: concept
framing:
  timeliness: online
  latency_slo_ms: 100
data:
  sources:
    - {id: orders, kind: stream}
    - {id: clicks, kind: stream}
serving:
  mode: online
  components:
    - {id: gateway, p99_ms: 250, critical: true, group: "1"}
"""


def written(folder: Path, text: str = DESIGN, name: str = "design.yaml") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def linted(
    folder: Path,
    text: str = DESIGN,
    *,
    level: str = "",
    mode: str = "",
    project_stage: str = "",
    select: tuple[str, ...] = (),
    ignore: tuple[str, ...] = (),
    show_waived: bool = False,
) -> Report:
    """The report on one file that holds ``text``."""
    bar = Bar(level, mode, project_stage)
    options = Options(bar, Selection.of(select, ignore), show_waived)
    return lint([written(folder, text)], options)


def of(report: Report, check: str) -> list[Remark]:
    return [remark for remark in report.remarks if remark.check == check]
