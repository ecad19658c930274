"""Numbers cited in texts, in print and in files."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from pypdf import PdfReader

DESIGN = """
general: {title: Feed}
framing:
  peak_qps: 20000
  latency_slo_ms: 100
  timeliness: online
  problem_statement: |
    The peak is **[[framing.peak_qps]]**; in code it stays `[[framing.peak_qps]]`.

    | part | time |
    |---|---|
    | path | [[serving.path_p99]] |

    Then [[framing.no_such]] and [[framing.average_qps]].
  business_kpi: Watch time at [[framing.peak_qps]], a line that is long enough to be set as prose
  in_scope: ["To [[framing.latency_slo_ms]]"]
  assumptions: [{assumption: "The peak stays below [[framing.peak_qps]]", value: 3}]
serving:
  components:
    - {id: gateway, p99_ms: 5, critical: true}
    - {id: ranker, p99_ms: 25, critical: true, fallback: "popular within [[serving.path_p99]]"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "feed.yaml"
    path.write_text(DESIGN)
    return path


def rendered(file: Path, ending: str) -> Path:
    made = file.with_name(f"made.{ending}")
    call_command("render", str(file), output=made, stdout=io.StringIO())
    return made


def test_the_pdf_prints_the_numbers(file: Path) -> None:
    pages = PdfReader(rendered(file, "pdf")).pages
    text = re.sub(r"\s+", " ", "".join(page.extract_text() for page in pages))
    text = text.replace("\u202f", " ").replace("\u200b", "")
    for said in (
        "The peak is 20 000/s; in code it stays [[framing.peak_qps]].",
        "path 30 ms",
        "Then [[framing.no_such]] and Average load (not known yet).",
        "Watch time at 20 000/s",
        "To 100 ms",
        "The peak stays below 20 000/s",
        "popular within 30 ms",
    ):
        assert said in text
    assert text.count("[[") == 2


def test_html_shows_the_numbers_and_marks_what_leads_nowhere(file: Path) -> None:
    html = rendered(file, "html").read_text()
    assert 'title="Framing, Peak load" value="framing.peak_qps">20\u202f000/s</data>' in html
    assert 'class="cite cite--unknown"' in html
    assert 'class="cite cite--missing"' in html


@pytest.mark.parametrize("ending", ["yaml", "json"])
def test_files_keep_the_names(file: Path, ending: str) -> None:
    made = rendered(file, ending)
    given = yaml.safe_load(DESIGN)
    kept = (yaml.safe_load if ending == "yaml" else json.loads)(made.read_text())
    for key in ("business_kpi", "in_scope"):
        assert kept["framing"][key] == given["framing"][key]
    assert (
        kept["framing"]["problem_statement"].strip()
        == given["framing"]["problem_statement"].strip()
    )
    assert rendered(made, ending).read_text() == made.read_text()
