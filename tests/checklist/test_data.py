"""Where the checks of stage 3 begin to fire, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from mlsd_app.checklist import Example
from tests.checklist.designs import found, places

DAY = 86_400


def sources(*given: dict[str, Any]) -> Example:
    return {"data.sources": list(given)}


def labels(*given: dict[str, Any]) -> Example:
    return {"data.labels": list(given)}


@pytest.mark.parametrize(
    ("name", "example", "expected"),
    [
        ("label-from-unknown-source", labels({"id": "a"}), ["labels/1.source"]),
        ("label-from-unknown-source",
         {**sources({"id": ""}, {"id": "log"}), **labels({"source": "log"}, {"source": "gone"})},
         ["labels/2.source"]),
        ("source-without-owner", sources({"owner": " "}, {"owner": "x"}), ["sources/1.owner"]),
        ("source-size-unknown", sources({}),
         ["sources/1.events_per_day", "sources/1.retention_days"]),
        ("source-size-unknown", sources({"events_per_day": 0, "retention_days": 0}), []),
        ("source-not-tested", sources({"quality_checks": []}), ["sources/1.quality_checks"]),
        ("label-delay-unknown", labels({"delay_s": 0}, {}), ["labels/2.delay_s"]),
        ("label-noise-unknown", labels({"noise_pct": 0}, {}), ["labels/2.noise_pct"]),
        ("random-split-over-time", {"data.time_dependent": True}, []),
        ("random-split-over-time",
         {"data.time_dependent": False, "data.split.kind": "random"}, []),
        ("random-split-over-time",
         {"data.time_dependent": True, "data.split.kind": "stratified_random"}, ["split.kind"]),
        ("random-split-over-time",
         {"data.time_dependent": True, "data.split.kind": "group"}, []),
        ("entity-on-both-sides", {"data.repeated_entities": True}, []),
        ("imbalance-not-handled", labels({"positive_rate_pct": 5}), []),
        ("imbalance-not-handled", labels({"positive_rate_pct": 50}, {"positive_rate_pct": 4.9}),
         ["imbalance_handling"]),
        ("imbalance-not-handled", labels({}), []),
        ("agreement-unknown", labels({"method": "implicit"}), []),
        ("agreement-unknown",
         {**labels({"method": "human"}), "data.annotation.agreement": 0}, []),
        ("card-incomplete", {}, ["data_card.motivation"]),
        ("no-label", {}, []),
        ("no-label", {"framing.ml_task": "clustering"}, []),
        ("no-label", {"framing.ml_task": "generation"}, ["labels"]),
        ("loop-feeds-itself", {"framing.feedback_loop": False}, []),
        ("clicks-at-face-value",
         {"framing.category": "fraud", **labels({"method": "implicit"})}, []),
        ("clicks-at-face-value",
         {"framing.category": "ads", **labels({"method": "implicit"}, {"method": "human"}),
          "model.bias_handling": ["exposure"]}, ["labels/1.method"]),
        ("clicks-at-face-value",
         {"framing.category": "ads", **labels({"method": "implicit"}),
          "model.bias_handling": ["Position as a training-only feature"]}, []),
        ("predictions-not-logged", {"data.logs_predictions": False}, []),
        ("predictions-not-logged", {"monitoring.monitors": [{"id": "m"}]}, ["logs_predictions"]),
    ],
)  # fmt: skip
def test_it_fires_where_the_table_says(name: str, example: Example, expected: list[str]) -> None:
    assert places(f"data.{name}", example) == [f"data.{place}" for place in expected]


@pytest.mark.parametrize(
    ("feeds", "kept", "fires"),
    [("training", 29, True), ("both", 29, True), ("serving", 29, False), ("", 29, False),
     ("training", 30, False)],
)  # fmt: skip
def test_the_window_fits_into_what_training_keeps(feeds: str, kept: int, *, fires: bool) -> None:
    example = {
        "data.training_window_days": 30,
        **sources({"id": "a", "feeds": feeds, "retention_days": kept}, {"feeds": "training"}),
    }
    assert bool(places("data.window-beyond-retention", example)) is fires


def test_every_short_source_is_named() -> None:
    (finding,) = found(
        "data.window-beyond-retention",
        {
            "data.training_window_days": 365,
            **sources(
                {"id": "a", "feeds": "both", "retention_days": 180},
                {"id": "b", "feeds": "training", "retention_days": 400},
                {"id": "c", "feeds": "training", "retention_days": 90},
            ),
        },
    )
    assert finding.message.replace("\u202f", " ") == (
        "The training window of 365 d is longer than it is kept: a (180 d) and c (90 d)."
    )


@pytest.mark.parametrize(
    ("kind", "gap", "fires"),
    [
        ("time_with_gap", {"data.split.gap_days": 1}, True),
        ("time_with_gap", {"data.split.gap_days": 3}, False),
        ("time_with_gap", {}, False),
        ("group_time", {"data.split.gap_days": 0}, True),
        ("time", {"data.split.gap_days": 0}, True),
        ("time", {}, True),  # a plain split by time leaves no gap
        ("random", {"data.split.gap_days": 0}, False),
        ("", {"data.split.gap_days": 0}, False),
    ],
)
def test_the_gap_covers_the_latest_label(kind: str, gap: Example, *, fires: bool) -> None:
    late = labels({"id": "a", "delay_s": DAY}, {"id": "b", "delay_s": 3 * DAY}, {"id": "c"})
    example = {"data.split.kind": kind, **late, **gap}
    assert bool(places("data.gap-shorter-than-delay", example)) is fires
    assert places("data.gap-shorter-than-delay", {"data.split.kind": kind, **gap}) == []


def test_what_floats_take_from_a_gap_in_decimals_does_not_count() -> None:
    gap: Example = {"data.split.kind": "time_with_gap", "data.split.gap_days": 0.7}
    assert not places("data.gap-shorter-than-delay", {**gap, **labels({"delay_s": 60_480})})
    assert places("data.gap-shorter-than-delay", {**gap, **labels({"delay_s": 60_481})})


ROWS: Example = {
    **labels(
        {"id": "verdict", "examples_per_day": 5, "positive_rate_pct": 30},
        {"id": "claim", "main": True, "examples_per_day": 1_000_000, "positive_rate_pct": 10},
    ),
    "data.base_sample": 0.5,
    "data.training_window_days": 20,
    "data.sampling_rate": 0.1,
}  # 10 000 000 examples x (0.1 + 0.9 x 0.1) = 1 900 000 rows


@pytest.mark.parametrize(
    ("stated", "fires"),
    [(1_900_000, False), (950_000, False), (949_000, True), (3_800_000, False), (3_801_000, True)],
)
def test_training_rows_follow_from_the_main_label(stated: int, *, fires: bool) -> None:
    assert bool(places("data.rows-do-not-follow", {**ROWS, "data.rows_train": stated})) is fires


def test_what_floats_add_to_the_expected_rows_does_not_count() -> None:
    example: Example = {
        **labels({"id": "view", "examples_per_day": 12_000_000_000, "positive_rate_pct": 8}),
        "data.base_sample": 0.01,
        "data.training_window_days": 30,
        "data.sampling_rate": 0.3,
    }  # 3 600 000 000 examples x (0.08 + 0.92 x 0.3) = 1 281 600 000 rows
    name = "data.rows-do-not-follow"
    assert not places(name, {**example, "data.rows_train": 640_800_000})
    assert places(name, {**example, "data.rows_train": 640_799_990})


@pytest.mark.parametrize("missing", ROWS)
def test_rows_follow_from_nothing_where_a_rate_is_missing(missing: str) -> None:
    example = {key: value for key, value in ROWS.items() if key != missing}
    assert places("data.rows-do-not-follow", {**example, "data.rows_train": 1}) == []


@pytest.mark.parametrize(
    ("correction", "share", "uses", "fires"),
    [
        ("none", 0.5, True, True),
        ("none", 1, True, False),
        ("weights", 0.5, True, False),
        ("", 0.5, True, False),
        ("none", 0.5, False, False),
    ],
)
def test_sampled_probabilities_are_corrected(
    correction: str, share: float, *, uses: bool, fires: bool
) -> None:
    example: Example = {
        "data.sampling_correction": correction,
        "data.sampling_rate": share,
        "framing.decision_uses_probability": uses,
    }
    assert bool(places("data.sampling-distorts-probabilities", example)) is fires


def test_only_personal_data_have_a_retention_limit() -> None:
    example = {
        "framing.retention_limit_days": 400,
        **sources(
            {"personal": True, "retention_days": 400},
            {"personal": True, "retention_days": 401},
            {"personal": False, "retention_days": 999},
            {"personal": True},
        ),
    }
    assert places("data.personal-kept-too-long", example) == ["data.sources/2.retention_days"]


def test_the_freshest_serving_source_counts() -> None:
    given = sources(
        {"feeds": "training", "ingestion_lag_s": 1},
        {"feeds": "serving", "ingestion_lag_s": 61},
        {"feeds": "both", "ingestion_lag_s": 3_600},
        {"feeds": "both"},
    )
    name = "data.no-source-fresh-enough"
    assert places(name, {**given, "framing.freshness_requirement_s": 60}) == ["data.sources"]
    assert places(name, {**given, "framing.freshness_requirement_s": 61}) == []
    assert places(name, given) == []
    assert places(name, {"framing.freshness_requirement_s": 60}) == []


def test_two_seasons_are_asked_of_forecasts() -> None:
    seasons: Example = {"data.training_window_days": 729, "data.longest_season_days": 365}
    name = "data.under-two-seasons"
    assert places(name, {**seasons, "framing.ml_task": "forecasting"})
    assert not places(name, {**seasons, "framing.ml_task": "regression"})
    assert not places(name, {"framing.ml_task": "forecasting", "data.training_window_days": 1})
