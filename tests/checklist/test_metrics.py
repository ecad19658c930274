"""Where the checks of stage 2 begin to fire, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places

PRIMARY = {"id": "watch_min", "kind": "online", "role": "primary"}
LABEL = {"id": "fraud", "positive_rate_pct": 0.12}


def rows(*metrics: dict[str, Any]) -> Example:
    return {"metrics.rows": list(metrics)}


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("direction-not-stated", rows({"id": "a"}, {"id": "b", "direction": "up"}, {"id": "c"}),
         ["rows/1.direction", "rows/3.direction"]),
        ("primary-without-from-and-to", rows({"id": "a", "kind": "online", "role": "secondary"}),
         []),
        ("primary-without-from-and-to", rows({**PRIMARY, "baseline": 0}), ["rows/1.target"]),
        ("target-against-direction",
         rows({"id": "a", "kind": "offline", "direction": "up", "baseline": 1, "target": 1}), []),
        ("target-against-direction",
         rows({"id": "a", "kind": "offline", "direction": "down", "baseline": 1, "target": 2}),
         ["rows/1.target"]),
        ("target-against-direction",
         rows({"id": "a", "kind": "guardrail", "direction": "down", "baseline": 1, "target": 2}),
         []),
        ("target-against-direction", rows({"id": "a", "direction": "down", "target": 2}), []),
        ("stands-in-for-nothing", rows({"id": "a", "kind": "guardrail"}), []),
        ("gap-not-discussed", {"metrics.offline_online_gap": "x" * 79}, ["offline_online_gap"]),
        ("gap-not-discussed", {"metrics.offline_online_gap": "x" * 80}, []),
        ("not-one-primary", {}, ["rows"]),
        ("not-one-primary", rows(PRIMARY), []),
        ("guardrail-without-bound", rows({"id": "a", "kind": "guardrail", "bound": 0}), []),
        ("only-global", {"metrics.slices": ["new users", " "]}, ["slices"]),
        ("partial-weeks", {}, []),
        ("partial-weeks", {"metrics.ab.duration_days": 6}, ["ab.duration_days"]),
        ("partial-weeks", {"metrics.ab.duration_days": 0}, ["ab.duration_days"]),
        ("partial-weeks", {"metrics.ab.duration_days": 28}, []),
        ("partial-weeks", {"metrics.ab.duration_days": 14.5}, ["ab.duration_days"]),
        ("experiment-reads-another-metric", rows(PRIMARY), ["ab.primary_metric"]),
        ("experiment-reads-another-metric",
         {**rows(PRIMARY), "metrics.ab.not_possible": "The law forbids it."}, []),
        ("experiment-reads-another-metric", {"metrics.ab.primary_metric": "clicks"}, []),
        ("lenient-error-rates", {"metrics.ab.alpha": 0.1, "metrics.ab.power": 0.8}, []),
        ("lenient-error-rates", {"metrics.ab.alpha": 0.11, "metrics.ab.power": 0.79},
         ["ab.alpha", "ab.power"]),
        ("no-operating-point", {"framing.ml_task": "ranking"}, []),
        ("only-a-word", rows({"id": "a", "family": "ndcg", "name": " Good  results "}),
         ["rows/1.name"]),
        ("only-a-word", rows({"id": "a", "name": "performance"}), ["rows/1.family", "rows/1.name"]),
        ("only-a-word", rows({"id": "a", "family": "own formula", "name": "quality index"}), []),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"metrics.{name}", example) == [f"metrics.{place}" for place in expected]


@pytest.mark.parametrize(
    ("families", "rate", "fires"),
    [
        (["accuracy"], 4.9, True),
        (["accuracy", "accuracy"], 0, True),
        (["accuracy"], 5, False),
        (["accuracy", "pr_auc"], 1, False),
        (["accuracy", ""], 1, False),
        ([], 1, False),
        (["accuracy"], None, False),
    ],
)
def test_accuracy_alone_says_nothing_of_a_rare_class(
    families: list[str], rate: float | None, *, fires: bool
) -> None:
    labels: list[dict[str, Any]] = [{"positive_rate_pct": 50}, {"positive_rate_pct": rate}]
    example: Example = {
        "metrics.rows": [{"kind": "offline", "family": family} for family in families],
        "data.labels": labels[:1] if rate is None else labels,
    }
    assert bool(places("metrics.accuracy-of-a-rare-class", example)) is fires


@pytest.mark.parametrize(
    ("chain", "broken_at"),
    [
        ({"a": "kpi"}, None),
        ({"a": "b", "b": "c", "c": "kpi"}, None),
        ({"a": "Weekly  habit"}, 1),
        ({"a": "Weekly habit"}, None),
        ({"a": ""}, 1),
        ({"a": "b", "b": ""}, 2),
        ({"a": "gone"}, 1),
        ({"a": "a"}, 1),
        ({"a": "b", "b": "a"}, 2),
        ({"a": "b", "b": "c", "c": "b"}, 3),
    ],
)
def test_the_chain_ends_at_the_kpi(chain: dict[str, str], broken_at: int | None) -> None:
    metrics = [{"id": name, "kind": "online", "proxy_for": to} for name, to in chain.items()]
    metrics[0] |= {"kind": "offline", "role": "primary"}
    findings = found(
        "metrics.chain-to-kpi-broken",
        {"framing.business_kpi": "Weekly habit", "metrics.rows": metrics},
    )
    assert [finding.address for finding in findings] == (
        [f"metrics.rows/{broken_at}.proxy_for"] if broken_at else []
    )
    assert all(finding.also == ("framing.business_kpi",) for finding in findings)


def test_two_primaries_that_break_at_one_metric_are_one_finding() -> None:
    example = rows(
        {"id": "a", "kind": "offline", "role": "primary", "proxy_for": "c"},
        {"id": "b", "kind": "offline", "role": "primary", "proxy_for": "c"},
        {"id": "c", "kind": "online"},
    )
    assert places("metrics.chain-to-kpi-broken", example) == ["metrics.rows/3.proxy_for"]


def test_a_chain_without_a_beginning_is_not_followed() -> None:
    assert places("metrics.chain-to-kpi-broken", rows({"id": "a", "kind": "offline"})) == []


@pytest.mark.parametrize(
    ("task", "families", "fires"),
    [
        ("ranking", ["ndcg"], False),
        ("ranking", ["rmse"], True),
        ("ranking", ["rmse", "ndcg"], False),
        ("multiclass_classification", ["macro_f1"], False),
        ("regression", ["ndcg", "accuracy"], True),
        ("clustering", ["accuracy"], False),
        ("", ["accuracy"], False),
        ("ranking", [""], False),
        ("ranking", [], False),
    ],
)
def test_metrics_fit_the_task(task: str, families: list[str], *, fires: bool) -> None:
    example: Example = {
        "framing.ml_task": task,
        "metrics.rows": [{"kind": "offline", "family": family} for family in families],
    }
    assert bool(places("metrics.do-not-fit-the-task", example)) is fires


@pytest.mark.parametrize(
    ("families", "fires"),
    [
        (["roc_auc"], True),
        (["roc_auc", "accuracy", "f1"], True),
        (["roc_auc", "pr_auc"], False),
        (["roc_auc", "recall_at_k"], False),  # the hint's own remedy
        (["roc_auc", "precision_at_k"], True),  # says nothing of what is missed
        (["roc_auc", "ndcg"], False),
        (["pr_auc"], False),
    ],
)
def test_roc_auc_does_not_stand_alone(families: list[str], *, fires: bool) -> None:
    offline = [{"kind": "offline", "family": family} for family in families]
    example: Example = {"metrics.rows": offline, "data.labels": [LABEL]}
    assert bool(places("metrics.roc-auc-flatters", example)) is fires
    common: Example = {"metrics.rows": offline, "data.labels": [{"positive_rate_pct": 1}]}
    assert places("metrics.roc-auc-flatters", common) == []


def test_fairness_is_asked_where_people_are_at_risk() -> None:
    name = "metrics.no-fairness-metric"
    assert places(name, {"framing.personal_data": True, "framing.risk_class": "medium"})
    assert not places(name, {"framing.personal_data": True, "framing.risk_class": "low"})
    assert not places(name, {"framing.personal_data": False, "framing.risk_class": "high"})


PLAN: Example = {
    "metrics.ab.metric_type": "mean",
    "metrics.ab.mean": 42,
    "metrics.ab.sd": 60,
    "metrics.ab.mde_relative_pct": 0.5,
    "metrics.ab.alpha": 0.05,
    "metrics.ab.power": 0.8,
    "metrics.ab.treatment_pct": 5,
    "metrics.ab.eligible_units": 25_000_000,
}


@pytest.mark.parametrize(
    ("changed", "fires"),
    [
        ({}, True),
        ({"metrics.ab.eligible_units": 26_000_000}, False),
        ({"metrics.ab.metric_type": "proportion", "metrics.ab.rate": 0.001}, True),
        ({"metrics.ab.metric_type": "proportion", "metrics.ab.rate": 0.9}, False),
        ({"metrics.ab.metric_type": ""}, False),
        ({"metrics.ab.mde_relative_pct": 0}, False),
        ({"metrics.ab.mde_relative_pct": 1e-300}, True),
        ({"metrics.ab.alpha": 0}, False),
        ({"metrics.ab.treatment_pct": 0}, True),
    ],
)
def test_an_experiment_is_large_enough(changed: Example, *, fires: bool) -> None:
    assert bool(places("metrics.experiment-too-small", {**PLAN, **changed})) is fires


@pytest.mark.parametrize("missing", PLAN)
def test_a_plan_with_a_gap_has_no_size(missing: str) -> None:
    example = {key: value for key, value in PLAN.items() if key != missing}
    assert places("metrics.experiment-too-small", example) == []


def test_requests_may_meet_features_that_forget() -> None:
    name = "metrics.requests-remember-the-user"
    live = {"entity": "user", "kind": "request_time"}
    stored = {"entity": "item", "kind": "batch"}
    assert not places(name, {"metrics.ab.unit": "request", "features.rows": [live, stored]})


def test_only_the_population_that_is_named_is_compared() -> None:
    name = "metrics.more-units-than-exist"
    example: Example = {
        "framing.scale": [{"entity": "user", "count": 10}, {"entity": "card", "count": 50}],
        "metrics.ab.unit_entity": "card",
        "metrics.ab.eligible_units": 50,
    }
    assert not places(name, example)
    (finding,) = found(name, {**example, "metrics.ab.eligible_units": 51})
    assert finding.also == ("framing.scale/2.count",)
    assert not places(name, {**example, "metrics.ab.unit_entity": "shop"})
    assert not places(name, {**example, "metrics.ab.unit_entity": ""})


@pytest.mark.parametrize(
    ("label_based", "lag", "fires"),
    [
        (True, {"metrics.ab.readout_lag_days": 44.9}, True),
        (True, {"metrics.ab.readout_lag_days": 45}, False),
        (True, {}, False),
        (False, {"metrics.ab.readout_lag_days": 1}, False),
    ],
)
def test_the_read_out_waits_for_the_main_label(
    lag: Example, *, label_based: bool, fires: bool
) -> None:
    labels: list[dict[str, Any]] = [
        {"id": "verdict", "delay_s": 1e9},
        {"id": "claim", "main": True, "delay_s": 3_888_000},
    ]
    example: Example = {
        "metrics.rows": [{"id": "loss", "label_based": label_based}],
        "metrics.ab.primary_metric": "loss",
        "data.labels": labels,
        **lag,
    }
    assert bool(places("metrics.read-before-labels-are-final", example)) is fires


def test_what_floats_take_from_a_read_out_in_decimals_does_not_count() -> None:
    example: Example = {
        "metrics.rows": [{"id": "loss", "label_based": True}],
        "metrics.ab.primary_metric": "loss",
        "metrics.ab.readout_lag_days": 0.7,
        "data.labels": [{"id": "claim", "main": True, "delay_s": 60_480}],
    }
    assert not places("metrics.read-before-labels-are-final", example)
