"""The worked designs of ``fixtures/``: complete, sound, and consistent in their arithmetic."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest

from mlsd_app.checklist import run
from mlsd_app.interchange import Reading, read, write_json, write_yaml
from mlsd_app.stages.design import STAGES, Design, is_empty, referable
from mlsd_app.stages.fields import Field, Kind

FIXTURES = Path(__file__).parents[2] / "fixtures"
# What a design with an experiment has no answer for.
LEFT_OPEN = {"metrics.ab.not_possible"}


def reading_of(name: str) -> Reading:
    return read((FIXTURES / name).read_text(encoding="utf-8"), name=name)


def design_of(name: str) -> Design:
    return Design.of(reading_of(name).answers)


def applies(field: Field, design: Design) -> bool:
    return field.when is None or field.when(design)


both = pytest.mark.parametrize("name", ["video.yaml", "fraud.yaml"])


@both
def test_the_file_has_no_problem_and_no_finding(name: str) -> None:
    assert reading_of(name).problems == ()
    assert run(design_of(name)) == ()


@both
def test_every_field_that_applies_is_filled(name: str) -> None:
    design = design_of(name)
    open_fields = {
        f"{stage.key}.{key}"
        for stage in STAGES.values()
        for key, field in stage.fields.items()
        if applies(field, design) and is_empty(design.value(stage.key, key))
    }
    assert open_fields <= LEFT_OPEN


@both
def test_every_reference_names_a_row(name: str) -> None:
    design, answers = design_of(name), reading_of(name).answers
    for stage in STAGES.values():
        for key, asked in stage.fields.items():
            rows: Any = answers[stage.key].get(key, ()) if asked.is_table else [answers[stage.key]]
            for field in (asked.columns if asked.is_table else {key: asked}).values():
                known = {named for named, _ in referable(design, field)}
                for row in rows if field.refs else ():
                    value = row.get(field.key) or []
                    named = {value} if isinstance(value, str) else set(value)
                    assert named <= known, f"{stage.key}.{key}: {field.key}"


@both
def test_both_formats_give_the_same_answers_back(name: str) -> None:
    answers = reading_of(name).answers
    assert read(write_yaml(answers)).answers == answers
    assert read(write_json(answers)).answers == answers


@both
def test_the_blueprint_is_drawn(name: str) -> None:
    blueprint = design_of(name).framing.blueprint
    drawn = re.search(r"```mermaid\nflowchart TB\n(.*?)```", blueprint, re.DOTALL)
    assert drawn is not None
    nodes = re.findall(r"(\w+)\[(\w+)\]", drawn[1])
    assert [key for key, _ in nodes] == ["data", "training", "registry", "serving", "monitoring"]
    assert re.search(r"monitoring -- \w+ --> data", drawn[1])


@both
def test_the_numbers_agree_with_each_other(name: str) -> None:
    design = design_of(name)
    framing, metrics, data, serving = (
        design.framing,
        design.metrics,
        design.data,
        design.serving,
    )
    assert framing.daily_requests == pytest.approx((framing.avg_qps or 0) * 86_400, rel=0.01)

    label = next(label for label in data.labels if label.main)
    positive = (label.positive_rate_pct or 0) / 100
    kept = positive + (1 - positive) * (data.sampling_rate or 0)
    rows = (
        (label.examples_per_day or 0) * (data.base_sample or 0) * (data.training_window_days or 0)
    )
    assert data.rows_train == pytest.approx(rows * kept, rel=0.01)
    assert data.positives_train == pytest.approx(rows * positive, rel=0.01)
    assert (data.split.gap_days or 0) * 86_400 >= (label.delay_s or 0)

    groups = {component.group for component in serving.components}
    path = sum(
        max(part.p99_ms or 0 for part in serving.components if part.group == group)
        for group in groups
    )
    assert path == {"video.yaml": 78, "fraud.yaml": 45}[name]
    assert path <= 0.9 * (framing.latency_slo_ms or 0)

    cost = sum(part.cost_month or 0 for part in serving.components)
    cost += serving.other_cost_month or 0
    assert cost == {"video.yaml": 388_950, "fraud.yaml": 40_000}[name]
    assert cost <= (framing.cost_budget_month or 0)

    experiment = metrics.ab
    delta = (experiment.mean or 0) * (experiment.mde_relative_pct or 0) / 100
    needed = math.ceil(2 * 7.849 * (experiment.sd or 0) ** 2 / delta**2)
    assert needed == pytest.approx(
        {"video.yaml": 1_281_450, "fraud.yaml": 364_501}[name], rel=0.001
    )
    assert needed <= (experiment.eligible_units or 0) * (experiment.treatment_pct or 0) / 100


def test_the_two_designs_differ_where_it_teaches() -> None:
    video, fraud = design_of("video.yaml"), design_of("fraud.yaml")
    assert {video.general.mode, fraud.general.mode} == {"interview", "team"}
    assert {video.framing.category, fraud.framing.category} == {"recommender", "fraud"}
    assert {video.framing.risk_class, fraud.framing.risk_class} == {"medium", "high"}


def test_every_kind_of_field_occurs() -> None:
    kinds = {
        STAGES[stage].fields[key].kind
        for stage, answers in reading_of("video.yaml").answers.items()
        for key in answers
    }
    assert kinds == set(Kind)
