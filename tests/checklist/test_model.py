"""Where the checks of stage 5 begin to fire, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places


def candidates(*given: dict[str, Any], chosen: str = "") -> Example:
    return {"model.candidates": list(given), "model.chosen": chosen}


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("none-chosen", {}, ["chosen"]),
        ("none-chosen", candidates({"id": ""}), ["chosen"]),
        ("none-chosen", candidates({"id": "a"}, chosen="b"), ["chosen"]),
        ("complex-without-baseline", candidates({"id": "a", "family": "llm"}), []),
        ("complex-without-baseline", candidates({"id": "a", "family": "tree"}, chosen="a"), []),
        ("baseline-not-simple", candidates({"id": "a", "role": "baseline"}),
         ["candidates/1.family"]),
        ("baseline-not-simple", candidates({"id": "a", "role": "candidate", "family": "llm"}), []),
        ("baseline-not-simple", candidates({"id": "a", "role": "baseline", "family": "prompt"}),
         []),
        ("chosen-on-test-set", {}, []),
        ("cannot-be-repeated", {}, ["reproducibility", "registry"]),
        ("cannot-be-repeated",
         {"model.reproducibility": ["code", "data", "seed"], "model.registry": "yes"}, []),
        ("cannot-be-repeated",
         {"model.reproducibility": ["code", "data", " "], "model.registry": "yes"},
         ["reproducibility"]),
        ("upstream-may-change", {"model.upstream_models": [{"name": "embedding"}]},
         ["upstream_models/1.owner", "upstream_models/1.change_notice"]),
        ("upstream-may-change", {}, []),
        ("metric-unknown", candidates({"id": "a"}), ["candidates/1.metric"]),
        ("metric-unknown",
         {"metrics.rows": [{"id": "clicks", "kind": "online"}],
          **candidates({"id": "a", "metric": "clicks"})}, ["candidates/1.metric"]),
        ("grounding-not-measured", {"framing.category": "nlp"}, []),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"model.{name}", example) == [f"model.{place}" for place in expected]


@pytest.mark.parametrize(
    ("direction", "baselines", "reached", "fires"),
    [
        ("up", [0.371, 0.41], 0.424, False),
        ("up", [0.371, 0.41], 0.41, True),
        ("up", [0.371, 0.41], 0.4, True),  # it beats one baseline and not the other
        ("down", [0.3, 0.2], 0.1, False),
        ("down", [0.3, 0.2], 0.25, True),
        ("", [0.3], 0.1, False),
        ("up", [], 0.1, False),
    ],
)
def test_the_chosen_model_beats_the_best_baseline(
    direction: str, baselines: list[float], reached: float, *, fires: bool
) -> None:
    rows = [
        {"id": f"b{score}", "role": "baseline", "metric": "m", "score": score}
        for score in baselines
    ]
    other = {"id": "other", "role": "baseline", "metric": "another", "score": 99}
    chosen = {"id": "c", "role": "candidate", "metric": "m", "score": reached}
    example: Example = {
        "metrics.rows": [{"id": "m", "kind": "offline", "direction": direction}],
        **candidates(chosen, other, *rows, chosen="c"),
    }
    findings = found("model.no-better-than-baseline", example)
    assert bool(findings) is fires
    assert all(finding.also[1] == "metrics.rows/1.direction" for finding in findings)


def test_a_chosen_baseline_need_not_beat_itself() -> None:
    baseline = {"id": "a", "role": "baseline", "metric": "m", "score": 1}
    example: Example = {
        "metrics.rows": [{"id": "m", "direction": "up"}],
        **candidates(baseline, chosen="a"),
    }
    assert places("model.no-better-than-baseline", example) == []


@pytest.mark.parametrize(
    ("timeliness", "infer_ms", "fires"),
    [("online", 101, True), ("online", 100, False), ("batch", 101, False)],
)
def test_the_model_fits_into_the_whole_budget(
    timeliness: str, infer_ms: float, *, fires: bool
) -> None:
    example: Example = {
        "framing.timeliness": timeliness,
        "framing.latency_slo_ms": 100,
        **candidates({"id": "a", "infer_ms": infer_ms}, {"id": "b", "infer_ms": 999}, chosen="a"),
    }
    assert bool(places("model.slower-than-the-budget", example)) is fires


@pytest.mark.parametrize(
    ("cadence", "fires"),
    [
        ({"monitoring.retrain.cadence_days": 44}, True),
        ({"monitoring.retrain.cadence_days": 45}, False),
        ({}, False),
    ],
)
def test_late_labels_are_handled(cadence: Example, *, fires: bool) -> None:
    labels: list[dict[str, Any]] = [{"id": "a", "delay_s": 60}, {"id": "b", "delay_s": 3_888_000}]
    findings = found("model.labels-later-than-training", {"data.labels": labels, **cadence})
    assert bool(findings) is fires
    assert all(finding.also[0] == "data.labels/2.delay_s" for finding in findings)


@pytest.mark.parametrize(
    ("category", "entities", "says"),
    [
        ("ads", [], "Nothing is said about new users and new items."),
        ("ads", ["User"], "Nothing is said about new items."),
        ("search", ["user", "document"], ""),
        ("fraud", [], ""),
    ],
)
def test_newcomers_are_thought_of(category: str, entities: list[str], says: str) -> None:
    example: Example = {
        "framing.category": category,
        "model.cold_start": [{"entity": entity} for entity in entities],
    }
    findings = found("model.cold-start-open", example)
    assert [finding.message for finding in findings] == ([says] if says else [])


@pytest.mark.parametrize(
    ("task", "loss", "fires"),
    [
        ("ranking", "multi_task", False),
        ("binary_classification", "focal", False),
        ("forecasting", "quantile", False),
        ("retrieval", "contrastive", False),
        ("generation", "squared", True),
        ("ranking", "", True),
        ("", "squared", False),
        ("clustering", "squared", False),
    ],
)
def test_the_loss_fits_the_task(task: str, loss: str, *, fires: bool) -> None:
    example: Example = {"framing.ml_task": task, "model.loss": loss}
    assert bool(places("model.loss-does-not-fit", example)) is fires


@pytest.mark.parametrize(
    ("family", "pretrained", "rows", "fires"),
    [
        ("deep", False, 99_999, True),
        ("graph", False, 99_999, True),
        ("deep", False, 100_000, False),
        ("deep", True, 5, False),
        ("tree", False, 5, False),
    ],
)
def test_networks_want_rows(family: str, rows: int, *, pretrained: bool, fires: bool) -> None:
    example: Example = {
        "data.rows_train": rows,
        **candidates({"id": "a", "family": family, "pretrained": pretrained}, chosen="a"),
    }
    assert bool(places("model.too-few-rows", example)) is fires


def test_what_floats_take_from_decimals_is_no_delay() -> None:
    name = "model.labels-later-than-training"
    cadence: Example = {"monitoring.retrain.cadence_days": 0.7}  # a little under 60 480 s
    assert not places(name, {**cadence, "data.labels": [{"delay_s": 60_480}]})
    assert places(name, {**cadence, "data.labels": [{"delay_s": 60_481}]})


def test_training_ends_before_it_starts_again() -> None:
    name = "model.training-outlasts-its-interval"
    day: Example = {"monitoring.retrain.cadence_days": 1}
    assert places(name, {**day, "model.training.duration_h": 24})
    assert not places(name, {**day, "model.training.duration_h": 23.9})
    assert not places(name, {"model.training.duration_h": 24})
    decimal: Example = {"monitoring.retrain.cadence_days": 1.1, "model.training.duration_h": 26.4}
    assert places(name, decimal)  # 1.1 * 24 is a little more than 26.4
