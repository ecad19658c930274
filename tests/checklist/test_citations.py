"""The check of what texts cite."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import CHECKS, changed_between, design_of, run, run_again
from mlsd_app.checklist.levels import FIRST_EXPECTED
from mlsd_app.stages.design import STAGES
from tests.checklist.designs import found, places

NAME = "general.unknown-citation"
COMPONENTS = {"serving.components": [{"id": "ranker", "p99_ms": 25}]}


def test_it_is_an_error_at_every_level() -> None:
    assert (CHECKS[NAME].severity, FIRST_EXPECTED[NAME]) == ("error", "L3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "At [[serving.pth_p99]]",
            "“serving.pth_p99” is no number of this design; the nearest is “serving.path_p99”.",
        ),
        (
            "At [[serving.components/rankr.p99_ms]]",
            "“serving.components/rankr.p99_ms” is no number of this design; "
            "the nearest is “serving.components/ranker.p99_ms”.",
        ),
        ("At [[TODO]]", "“TODO” is no number of this design."),
        (
            "[[a]] [[b]] [[a]]",
            "“a” is no number of this design. “b” is no number of this design.",
        ),
        (
            "[[a]] [[b]] [[c]] [[d]] [[e]]",
            "“a” is no number of this design. “b” is no number of this design. "
            "“c” is no number of this design. So are 2 other names.",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_found_with_the_nearest(text: str, message: str) -> None:
    findings = found(NAME, {**COMPONENTS, "serving.mode_reason": text})
    assert [(one.address, one.message) for one in findings] == [("serving.mode_reason", message)]


@pytest.mark.parametrize(
    "text",
    [
        "At [[serving.path_p99]]", "[[serving.components/ranker.p99_ms]]", "[[framing.peak_qps]]",
        "[[serving.replicas_needed/ranker]]", "`[[x]]`", "```\n[[x]]\n```", "\\[[x]]",
        "[[1]](https://example.org)", "[[1, 2], [3, 4]]", "[ [x] ]",
    ],
)  # fmt: skip
def test_known_names_and_code_are_fine(text: str) -> None:
    assert not found(NAME, {**COMPONENTS, "serving.mode_reason": text})


@pytest.mark.parametrize(
    ("example", "address"),
    [
        ({"framing.business_kpi": "[[x]]"}, "framing.business_kpi"),
        ({"framing.in_scope": ["a", "[[x]]", "[[y]]"]}, "framing.in_scope"),
        ({"metrics.ab.stop_rule": "[[x]]"}, "metrics.ab.stop_rule"),
        ({"data.sources": [{"id": "a", "owner": "[[x]]"}]}, "data.sources/1.owner"),
        (
            {"data.sources": [{"id": "a", "quality_checks": ["[[x]]", "[[y]]"]}]},
            "data.sources/1.quality_checks",
        ),
    ],
)
def test_every_text_list_and_cell_has_one_finding_of_its_own(
    example: dict[str, Any], address: str
) -> None:
    assert places(NAME, example) == [address]


def test_the_texts_of_a_line_and_of_markdown_differ_in_what_is_code() -> None:
    indented = "words\n\n    [[x]]"
    assert STAGES["serving"].fields["mode_reason"].kind == "text"
    assert not places(NAME, {"serving.mode_reason": indented})


@pytest.mark.parametrize("name", ["serving.components", "serving.mode_reason"])
def test_it_runs_again_when_a_text_or_the_id_of_a_row_changed(name: str) -> None:
    text = "At [[serving.components/ranker.p99_ms]]"
    before: dict[str, Any] = {**COMPONENTS, "serving.mode_reason": text}
    other: dict[str, Any] = {
        "serving.components": [{"id": "scorer", "p99_ms": 25}],
        "serving.mode_reason": "At [[serving.components/scorer.p99_ms]]",
    }
    old, new = design_of(before), design_of({**before, name: other[name]})
    findings = run_again(run(old), new, changed_between(old, new))
    assert findings == run(new)
    assert NAME in {finding.check for finding in findings}
    assert NAME not in {finding.check for finding in run(old)}


def test_a_cited_number_is_a_threshold() -> None:
    target = {
        "framing.ml_task": "binary_classification",
        "framing.target_definition": "The customer answers within [[framing.latency_slo_ms]].",
    }
    assert not found("framing.target-without-threshold", target)
