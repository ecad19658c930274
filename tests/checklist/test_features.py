"""Where the checks of stage 4 begin to fire, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places


def features(*given: dict[str, Any]) -> Example:
    return {"features.rows": list(given)}


SOURCE_ROWS: list[dict[str, Any]] = [
    {"id": "slow", "kind": "batch", "ingestion_lag_s": 7200, "retention_days": 30, "feeds": "both"},
    {"id": "quick", "kind": "stream", "ingestion_lag_s": 5, "retention_days": 400, "feeds": "both"},
    {"id": "survey", "kind": "batch", "feeds": "training"},
]
SOURCES: Example = {"data.sources": SOURCE_ROWS}


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("not-known-in-time", features({"available_at_prediction": "unknown"}, {}), []),
        ("availability-unknown", features({"available_at_prediction": "no"}, {}), []),
        ("joined-without-time", features({"kind": "request_time", "point_in_time": "none"}), []),
        ("joined-without-time", features({"kind": "batch"}), []),
        ("joined-without-time", features({"kind": "streaming", "point_in_time": "none"}),
         ["rows/1.point_in_time"]),
        ("answer-may-be-inside", features({"derives_from_label": True}), ["rows/1.point_in_time"]),
        ("answer-may-be-inside",
         features({"derives_from_label": True, "point_in_time": "logged_at_serving"}), []),
        ("answer-may-be-inside", features({"derives_from_label": False}, {}), []),
        ("no-default", features({"kind": "batch"}, {"kind": "request_time"}),
         ["rows/2.missing_default"]),
        ("no-default", features({"kind": "streaming", "missing_default": "0"}), []),
        ("skew-not-prevented", features({"kind": "request_time"}), []),
        ("parity-not-tested", features({"transform": "shared"}), []),
        ("sensitive-without-reason", features({"sensitive": False}, {}), []),
        ("feature-without-owner", features({"owner": " "}), ["rows/1.owner"]),
        ("wrong-number-for-an-interview", {"general.mode": "team"}, []),
        ("wrong-number-for-an-interview", {"general.mode": "interview"}, ["rows"]),
        ("wrong-number-for-an-interview", {"general.mode": "interview", **features(*[{}] * 4)}, []),
        ("wrong-number-for-an-interview", {"general.mode": "interview", **features(*[{}] * 15)},
         []),
        ("wrong-number-for-an-interview", {"general.mode": "interview", **features(*[{}] * 16)},
         ["rows"]),
        ("cannot-be-rebuilt", features({"kind": "request_time"}), ["rows/1.point_in_time"]),
        ("cannot-be-rebuilt",
         features({"kind": "request_time", "point_in_time": "not_needed"}), []),
        ("cannot-be-rebuilt", features({"kind": "batch", "point_in_time": "snapshot"}), []),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"features.{name}", example) == [f"features.{place}" for place in expected]


@pytest.mark.parametrize(
    ("name", "feature", "also"),
    [
        ("fresher-than-its-source", {"sources": ["quick", "slow"], "freshness_s": 7199},
         ["data.sources/1.ingestion_lag_s"]),
        ("fresher-than-its-source", {"sources": ["quick", "slow"], "freshness_s": 7200}, None),
        ("fresher-than-its-source", {"sources": ["survey", "gone"], "freshness_s": 0}, None),
        ("fresher-than-its-source", {"sources": ["slow"]}, None),
        ("source-not-described", {"sources": ["quick", "gone"]}, ["data.sources"]),
        ("source-not-described", {"sources": []}, None),
        ("stream-from-batches", {"kind": "streaming", "sources": ["slow", "survey"]},
         ["data.sources/1.kind", "data.sources/3.kind"]),
        ("stream-from-batches", {"kind": "streaming", "sources": ["slow", "quick"]}, None),
        ("stream-from-batches", {"kind": "streaming", "sources": []}, None),
        ("stream-from-batches", {"kind": "batch", "sources": ["slow"]}, None),
        ("window-beyond-retention", {"sources": ["quick", "slow"], "window_days": 31},
         ["data.sources/1.retention_days"]),
        ("window-beyond-retention", {"sources": ["quick", "slow"], "window_days": 30}, None),
        ("window-beyond-retention", {"sources": ["survey"], "window_days": 999}, None),
        ("source-for-training-only", {"sources": ["quick", "survey"]}, ["data.sources/3.feeds"]),
        ("source-for-training-only", {"sources": ["quick"]}, None),
    ],
)  # fmt: skip
def test_a_feature_is_held_against_its_sources(
    name: str, feature: dict[str, Any], also: list[str] | None
) -> None:
    findings = found(f"features.{name}", {**SOURCES, **features(feature)})
    assert [list(finding.also) for finding in findings] == ([] if also is None else [also])


@pytest.mark.parametrize(
    ("mode", "kind", "fetched", "fires"),
    [
        ("online", "batch", "", True),
        ("hybrid", "streaming", "", True),
        ("online", "request_time", "", False),
        ("batch", "batch", "", False),
        ("", "batch", "", False),
        ("online", "batch", "gone", False),  # another check says that it does not exist
    ],
)
def test_what_is_served_is_read_by_something(
    mode: str, kind: str, fetched: str, *, fires: bool
) -> None:
    example = {"serving.mode": mode, **features({"kind": kind, "fetch_component": fetched})}
    assert bool(places("features.not-read-by-anything", example)) is fires


def test_a_reader_exists() -> None:
    name = "features.read-by-an-unknown-component"
    assert places(name, features({"fetch_component": "gone"}))
    assert not places(name, features({"fetch_component": ""}))


@pytest.mark.parametrize(
    ("category", "entities", "fires"),
    [
        ("recommender", ["user", "item"], False),
        ("search", ["query", "Item"], False),
        ("ads", ["user", "ad"], False),
        ("recommender", ["user", "context"], True),
        ("recommender", ["user-item"], True),
        ("recommender", [], True),
        ("fraud", ["card"], False),
    ],
)
def test_both_sides_of_a_match_are_described(
    category: str, entities: list[str], *, fires: bool
) -> None:
    example = {"framing.category": category, **features(*({"entity": e} for e in entities))}
    assert bool(places("features.one-side-missing", example)) is fires


def test_one_feature_is_as_fresh_as_required() -> None:
    name = "features.none-fresh-enough"
    ages = features({"freshness_s": 3600}, {"freshness_s": 61}, {})
    assert places(name, {**ages, "framing.freshness_requirement_s": 60}) == ["features.rows"]
    assert places(name, {**ages, "framing.freshness_requirement_s": 61}) == []
    assert places(name, ages) == []
