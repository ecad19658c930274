"""Where the checks of stage 7 begin to fire, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places


def monitors(*given: dict[str, Any]) -> Example:
    return {"monitoring.monitors": list(given)}


def steps(*given: dict[str, Any]) -> Example:
    return {"monitoring.rollout": list(given)}


def ramp(*traffic: float | None) -> Example:
    return steps(*({} if pct is None else {"traffic_pct": pct} for pct in traffic))


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("no-action", monitors({}), ["monitors/1.action", "monitors/1.action_kind"]),
        ("no-action", monitors({"action": "page", "action_kind": "page"}), []),
        ("monitor-without-owner", monitors({"owner": "x"}, {}), ["monitors/2.owner"]),
        ("no-threshold-or-window", monitors({}), ["monitors/1.critical", "monitors/1.window_s"]),
        ("no-threshold-or-window", monitors({"critical": 0, "window_s": 0}), []),
        ("oldest-before-next", {"monitoring.retrain.max_age_days": 1}, []),
        ("oldest-before-next",
         {"monitoring.retrain.max_age_days": 7, "monitoring.retrain.cadence_days": 7}, []),
        ("step-without-rollback", steps({"traffic_pct": 0}, {}), []),
        ("no-way-back", {}, ["rollback.minutes"]),
        ("no-way-back",
         {"monitoring.rollback.previous_version_kept": False, "monitoring.rollback.minutes": 0},
         ["rollback.previous_version_kept"]),
        ("nothing-starts-retraining", {"monitoring.retrain.triggers": ["m"]}, []),
        ("nothing-starts-retraining", {"monitoring.retrain.cadence_days": 0}, []),
        ("unchecked-promotion", {"monitoring.retrain.auto_promote": False}, []),
        ("unchecked-promotion", {}, []),
        ("unknown-trigger", {**monitors({"id": "a"}), "monitoring.retrain.triggers": ["a", "b"]},
         ["retrain.triggers"]),
        ("watches-nothing-known", monitors({"id": "a"}), ["monitors/1.watches"]),
        ("watches-nothing-known", {}, []),
        ("no-stop-switch", {"framing.risk_class": "medium"}, []),
        ("no-holdback", {"framing.feedback_loop": True}, []),
        ("no-holdback", {"framing.feedback_loop": False, "monitoring.holdback_pct": 0}, []),
        ("skew-not-measured", {"features.rows": [{"kind": "request_time"}]}, []),
        ("fallback-unseen", {"serving.components": [{"fallback_kind": "none"}, {}]}, []),
        ("online-metric-not-watched", {"metrics.rows": [{"kind": "online"}]}, []),
        ("critical-feature-not-watched",
         {"features.rows": [{"id": "f", "critical": True}],
          **monitors({"kind": "data_quality", "watches": "f"})}, ["monitors"]),
        ("critical-feature-not-watched", {"features.rows": [{"id": "f"}]}, []),
        ("serving-source-not-watched",
         {"data.sources": [{"id": "s", "feeds": "serving"}],
          **monitors({"kind": "feature_drift", "watches": "s"})}, ["monitors"]),
        ("serving-source-not-watched", {"data.sources": [{"id": "s", "feeds": "training"}]}, []),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"monitoring.{name}", example) == [f"monitoring.{place}" for place in expected]


@pytest.mark.parametrize(
    ("statistic", "warn", "critical", "fires"),
    [
        ("psi", 0.05, 0.5, False),
        (" PSI ", 0.1, 0.25, False),
        ("psi", 0.04, 0.25, True),
        ("psi", 0.1, 0.51, True),
        ("psi", 0.2, 0.2, True),
        ("psi", 0.3, 0.2, True),
        ("psi of scores", 0.3, 0.2, False),
        ("p99", 60, 80, False),
    ],
)
def test_psi_limits_are_usual(statistic: str, warn: float, critical: float, *, fires: bool) -> None:
    monitor = {"statistic": statistic, "warn": warn, "critical": critical}
    assert bool(places("monitoring.unusual-psi-limits", monitors(monitor))) is fires
    for missing in ("warn", "critical"):
        rest = {key: value for key, value in monitor.items() if key != missing}
        assert not places("monitoring.unusual-psi-limits", monitors(rest))


@pytest.mark.parametrize(
    ("traffic", "first", "back"),
    [
        ([0, 0, 1, 5, 50, 100], [], []),
        ([0, 10, 100], [], []),
        ([0, 11, 100], [2], []),
        ([100], [1], []),
        ([50], [1], [1]),
        ([5, 1, 100], [], [2]),
        ([5, 5, 100, 50], [], [4]),
        ([5, None, 1, 100], [], [3]),
        ([5, 100, None], [], []),
        ([None, None], [], []),
        ([], [], []),
        ([0, 0], [], [2]),
    ],
)
def test_a_ramp_begins_small_and_rises_to_everybody(
    traffic: list[float | None], first: list[int], back: list[int]
) -> None:
    def at(numbers: list[int]) -> list[str]:
        return [f"monitoring.rollout/{number}.traffic_pct" for number in numbers]

    assert places("monitoring.first-exposure-too-large", ramp(*traffic)) == at(first)
    assert places("monitoring.ramp-does-not-rise", ramp(*traffic)) == at(back)


def test_each_unwatched_metric_is_a_finding_with_its_own_other_end() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "a", "kind": "online"},
        {"id": "b", "kind": "online"},
        {"id": "c", "kind": "guardrail"},
        {"id": "d", "kind": "offline"},
    ]
    example = {"metrics.rows": rows, **monitors({"watches": "b"})}
    online = found("monitoring.online-metric-not-watched", example)
    assert [finding.also for finding in online] == [("metrics.rows/1",)]
    guardrails = found("monitoring.guardrail-not-watched", example)
    assert [finding.also for finding in guardrails] == [("metrics.rows/3",)]


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("metrics.rows", "id"),
        ("data.sources", "id"),
        ("data.labels", "id"),
        ("features.rows", "id"),
        ("model.candidates", "id"),
        ("serving.components", "id"),
    ],
)
def test_anything_with_an_id_can_be_watched(table: str, key: str) -> None:
    example = {table: [{key: "x"}], **monitors({"id": "m", "watches": "x"})}
    assert not places("monitoring.watches-nothing-known", example)


LABELS: list[dict[str, Any]] = [
    {"id": "verdict", "delay_s": 259_200},
    {"id": "claim", "main": True, "delay_s": 3_888_000},
]


@pytest.mark.parametrize(
    ("monitor", "fires"),
    [
        ({"kind": "label_drift", "watches": "verdict", "lag_s": 259_200}, False),
        ({"kind": "label_drift", "watches": "verdict", "lag_s": 259_199}, True),
        ({"kind": "offline_metric", "watches": "recall", "lag_s": 259_200}, True),
        ({"kind": "calibration", "watches": "ece", "lag_s": 3_888_000}, False),
        ({"kind": "calibration", "watches": "ece"}, False),
        ({"kind": "online_metric", "watches": "claim", "lag_s": 0}, False),
    ],
)
def test_monitors_wait_for_the_label_they_watch(monitor: dict[str, Any], *, fires: bool) -> None:
    example = {"data.labels": LABELS, **monitors(monitor)}
    assert bool(places("monitoring.labels-not-final", example)) is fires
    assert not places("monitoring.labels-not-final", monitors(monitor))


def test_the_latency_alarm_rings_at_the_promise() -> None:
    name = "monitoring.latency-not-watched"
    promise: Example = {"framing.latency_slo_ms": 100}
    assert places(name, promise)
    assert places(name, {**promise, **monitors({"kind": "latency", "critical": 101})})
    assert places(name, {**promise, **monitors({"kind": "error_rate", "critical": 1})})
    assert not places(name, {**promise, **monitors({"kind": "latency", "critical": 100})})
    assert not places(name, {})


@pytest.mark.parametrize("answer", ["metric", "component", "monitor", "step"])
def test_a_failure_is_answered_by_anything_that_can(answer: str) -> None:
    name = "monitoring.failure-without-counterpart"
    answers: Example = {
        "metrics.rows": [{"id": "metric"}],
        "serving.components": [{"id": "component"}],
        "monitoring.rollout": [{"step": "step"}],
        **monitors({"id": "monitor"}),
    }
    risk: Example = {"framing.failure_modes": [{"failure": "x", "mitigation": answer}]}
    assert not places(name, {**answers, **risk})
    (finding,) = found(name, risk)
    assert finding.also == ("framing.failure_modes/1.mitigation",)
    assert places(name, {"framing.failure_modes": [{"failure": "x"}]})


@pytest.mark.parametrize(
    ("load", "monitor", "fires"),
    [
        ({"framing.avg_qps": 10}, {"window_s": 1000, "sample_share": 0.1}, False),
        ({"framing.avg_qps": 10}, {"window_s": 999, "sample_share": 0.1}, True),
        ({"framing.avg_qps": 10}, {"window_s": 99}, True),
        ({"framing.avg_qps": 10}, {"window_s": 100}, False),
        ({"framing.daily_requests": 864_000}, {"window_s": 99}, True),
        ({"framing.avg_qps": 10}, {}, False),
        ({}, {"window_s": 1}, False),
    ],
)
def test_a_window_holds_enough(load: Example, monitor: dict[str, Any], *, fires: bool) -> None:
    name = "monitoring.window-holds-too-few"
    assert bool(places(name, {**load, **monitors({"kind": "feature_drift", **monitor})})) is fires
    assert not places(name, {**load, **monitors({"kind": "latency", **monitor})})


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ({"duration_h": 336, "traffic_pct": 5}, []),
        ({"duration_h": 335, "traffic_pct": 5.5}, ["duration_h"]),
        ({"duration_h": 400, "traffic_pct": 5.6}, ["traffic_pct"]),
        ({"duration_h": 24, "traffic_pct": 50}, ["duration_h", "traffic_pct"]),
        ({}, []),
    ],
)
def test_the_experiment_is_the_one_that_was_planned(
    step: dict[str, Any], expected: list[str]
) -> None:
    plan: Example = {"metrics.ab.duration_days": 14, "metrics.ab.treatment_pct": 5}
    name = "monitoring.experiment-off-plan"
    example = {**plan, **steps({"kind": "ab", **step})}
    assert places(name, example) == [f"monitoring.rollout/1.{column}" for column in expected]
    assert not places(name, {**plan, **steps({"kind": "ramp", **step})})


def test_what_floats_add_to_decimals_is_no_difference_from_the_plan() -> None:
    plan: Example = {"metrics.ab.duration_days": 1.1, "metrics.ab.treatment_pct": 0.6}
    step = {"kind": "ab", "duration_h": 26.4, "traffic_pct": 1.1}
    assert not places("monitoring.experiment-off-plan", {**plan, **steps(step)})


def test_the_gate_of_the_experiment_holds_primary_and_guardrails() -> None:
    rows: list[dict[str, Any]] = [
        {"id": "primary", "kind": "online", "role": "primary"},
        {"id": "other", "kind": "online", "role": "secondary"},
        {"id": "g1", "kind": "guardrail"},
        {"id": "g2", "kind": "guardrail"},
    ]
    name = "monitoring.experiment-gate-incomplete"

    def also(*gate: str) -> list[tuple[str, ...]]:
        step = {"kind": "ab", "gate_metrics": list(gate)}
        return [finding.also for finding in found(name, {"metrics.rows": rows, **steps(step)})]

    assert also("primary", "g1", "g2") == []
    assert also("primary", "g1") == [("metrics.rows/4",)]
    assert also("other") == [("metrics.rows/1", "metrics.rows/3", "metrics.rows/4")]
    assert not places(name, steps({"kind": "ab"}))


@pytest.mark.parametrize(
    ("rate", "fires"), [(0.002, False), (0.0019, True), (0, True), (None, False)]
)
def test_a_canary_meets_its_event_often_enough(rate: float | None, *, fires: bool) -> None:
    example: Example = {
        "metrics.ab.daily_units": 10_000_000,
        **steps({"kind": "canary", "traffic_pct": 1, "duration_h": 12}),
    }
    given: Example = {} if rate is None else {"monitoring.canary_base_rate": rate}
    assert bool(places("monitoring.canary-sees-too-little", {**example, **given})) is fires
