"""Where the checks of stage 1 begin to fire, and what they leave alone."""

from __future__ import annotations

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places

CLASSIFICATION = {"framing.ml_task": "multilabel_classification"}
WHOLE_LOOP = "data -> training -> registry -> serving -> monitoring -> data"


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("objective-not-stated", {}, ["business_objective"]),
        ("objective-not-stated", {"framing.business_objective": f"  {'x' * 19}  "},
         ["business_objective"]),
        ("objective-not-stated", {"framing.business_objective": "x" * 20}, []),
        ("target-not-defined", {}, ["target_definition"]),
        ("target-not-defined", {"framing.ml_task": "clustering"}, []),
        ("target-not-defined", {"framing.ml_task": "anomaly_detection"}, []),
        ("target-not-defined", {"framing.ml_task": "ranking", "framing.target_definition": " \n "},
         ["target_definition"]),
        ("latency-not-stated", {}, []),
        ("latency-not-stated", {"framing.timeliness": "nearline"}, []),
        ("latency-not-stated", {"framing.timeliness": "online", "framing.latency_slo_ms": 0}, []),
        ("load-not-stated", {"framing.timeliness": "online"}, ["peak_qps"]),
        ("load-not-stated", {"framing.timeliness": "online", "framing.peak_qps": 1}, []),
        ("load-not-stated", {"framing.timeliness": "nearline"}, []),
        ("kpi-without-from-and-to", {}, ["kpi_baseline", "kpi_target"]),
        ("kpi-without-from-and-to", {"framing.kpi_baseline": 0, "framing.kpi_target": 0}, []),
        ("nothing-out-of-scope", {"framing.out_of_scope": [" "]}, ["out_of_scope"]),
        ("assumptions-missing", {}, ["assumptions"]),
        ("assumptions-missing",
         {"framing.assumptions": [{"assumption": "a", "value": 0}, {"assumption": "b"}]},
         ["assumptions/2.value"]),
        ("failure-not-priced", {}, ["failure_modes"]),
        ("failure-not-priced", {"framing.failure_modes": [{"cost": "1 USD"}, {"cost": " "}]},
         ["failure_modes/2.cost"]),
        ("error-costs-unknown", CLASSIFICATION, ["cost_fp", "cost_fn"]),
        ("error-costs-unknown", {**CLASSIFICATION, "framing.cost_fp": 0, "framing.cost_fn": 0}, []),
        ("error-costs-unknown", {"framing.ml_task": "ranking"}, []),
        ("personal-data-without-rule", {"framing.personal_data": False}, []),
        ("personal-data-without-rule", {}, []),
        ("latency-not-in-the-tail", {"framing.timeliness": "online"}, ["latency_percentile"]),
        ("latency-not-in-the-tail",
         {"framing.timeliness": "online", "framing.latency_percentile": "mean"},
         ["latency_percentile"]),
        ("latency-not-in-the-tail",
         {"framing.timeliness": "online", "framing.latency_percentile": "p99.9"}, []),
        ("latency-not-in-the-tail", {"framing.timeliness": "batch"}, []),
        ("target-without-threshold", CLASSIFICATION, []),
        ("target-without-threshold",
         {"framing.ml_task": "ranking", "framing.target_definition": "watched"}, []),
        ("high-risk-unexplained", {"framing.risk_class": "high"}, []),
        ("high-risk-unexplained",
         {"framing.risk_class": "medium", "framing.interpretability_need": "none"}, []),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"framing.{name}", example) == [f"framing.{place}" for place in expected]


@pytest.mark.parametrize(
    ("direction", "today", "goal", "fires"),
    [
        ("up", 31, 31.5, False),
        ("up", 31, 31, True),
        ("up", 31, 30, True),
        ("down", 8, 5.6, False),
        ("down", 8, 8, True),
        ("down", 8, 9, True),
        ("", 8, 9, False),
    ],
)
def test_a_goal_lies_on_the_better_side_of_today(
    direction: str, today: float, goal: float, *, fires: bool
) -> None:
    example: Example = {
        "framing.kpi_direction": direction,
        "framing.kpi_baseline": today,
        "framing.kpi_target": goal,
    }
    assert bool(places("framing.goal-no-better-than-today", example)) is fires


def test_half_a_from_to_pair_contradicts_nothing() -> None:
    example: Example = {"framing.kpi_direction": "up", "framing.kpi_target": 1}
    assert places("framing.goal-no-better-than-today", example) == []


@pytest.mark.parametrize(("peak", "fires"), [(999.9, True), (1_000, False), (0, True)])
def test_a_peak_is_at_least_the_average(peak: float, *, fires: bool) -> None:
    example: Example = {"framing.daily_requests": 86_400_000, "framing.peak_qps": peak}
    assert bool(places("framing.peak-below-average", example)) is fires


def test_the_message_names_peak_and_average() -> None:
    (finding,) = found(
        "framing.peak-below-average",
        {"framing.daily_requests": 600_000_000, "framing.peak_qps": 5_000},
    )
    assert finding.message == "Peak 5000/s is below the daily average of 6944/s."


@pytest.mark.parametrize(
    "blueprint",
    [
        "xgboost on the edge",
        "events -> Kafka -> training",
        "A random\nforest reads the store",
        "GPT-4 answers",
        "resnet50",
        "rows in S3",
        "scikit-learn",
        "Gradient-boosting behind Nginx",
        "exported to ONNX",
    ],
)
def test_a_blueprint_names_no_product(blueprint: str) -> None:
    assert places("framing.blueprint-names-products", {"framing.blueprint": blueprint})


@pytest.mark.parametrize(
    "blueprint", ["", WHOLE_LOOP, "a stream, a store and a cache", "sparkling data", "redistribute"]
)
def test_roles_are_no_products(blueprint: str) -> None:
    assert not places("framing.blueprint-names-products", {"framing.blueprint": blueprint})


@pytest.mark.parametrize(
    ("blueprint", "absent"),
    [
        (WHOLE_LOOP, ""),
        ("DATA, Train, model_registry, Server, Monitors", ""),
        ("```mermaid\nflowchart LR\nD[(data)] --> T[trainer] --> ModelRegistry --> S[serve] "
         "--> M[monitor]\n```", ""),
        ("data -> training -> serving", "registry and monitoring"),
        ("constraints and reserves", "data, training, registry, serving and monitoring"),
        ("", "data, training, registry, serving and monitoring"),
    ],
)  # fmt: skip
def test_a_blueprint_shows_the_whole_loop(blueprint: str, absent: str) -> None:
    findings = found("framing.loop-not-shown", {"framing.blueprint": blueprint})
    messages = [f"The blueprint does not show {absent}."] if absent else []
    assert [finding.message for finding in findings] == messages
