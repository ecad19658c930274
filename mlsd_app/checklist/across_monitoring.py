"""Checks of stage 7 against the others: is everything watched that was promised?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.load import average_load
from mlsd_app.calculators.numbers import finite
from mlsd_app.calculators.watching import (
    DRIFT_MONITORS,
    ENOUGH_PREDICTIONS,
    holds_enough,
    window_predictions,
)
from mlsd_app.checklist.reading import called, ids, of_kind, watched
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import (
    FEEDS_SERVING,
    LABEL_MONITORS,
    STORED_FEATURES,
)
from mlsd_app.checklist.wording import about, number, span
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import main_label
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import MS


@check(
    "monitoring.online-metric-not-watched",
    ref="monitoring.E002",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("metrics.rows", "monitoring.monitors"),
    message="An online metric has no monitor.",
    hint="What stage 2 promises, stage 7 watches.",
    source="ML Test Score, monitoring 7",
    failing={
        "metrics.rows": [{"id": "watch_min", "kind": "online"}],
        "monitoring.monitors": [{"id": "m_latency", "watches": "g_latency"}],
    },
    passing={
        "metrics.rows": [{"id": "watch_min", "kind": "online"}],
        "monitoring.monitors": [{"id": "m_watch", "watches": "watch_min"}],
    },
)
def online_metric_not_watched(design: Design) -> Iterator[Hit]:
    """The experiment ends after two weeks; the metric it was about can fall on any day after."""
    seen = watched(design.monitoring.monitors)
    for row in of_kind(design.metrics.rows, "online"):
        if row.id and row.id not in seen:
            yield Hit(
                "monitoring.monitors",
                f"The online metric {called(row)} has no monitor.",
                (row.at(),),
            )


@check(
    "monitoring.guardrail-not-watched",
    ref="monitoring.W003",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("metrics.rows", "monitoring.monitors"),
    message="A guardrail has no monitor.",
    hint="Guardrails live on after the experiment.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={"metrics.rows": [{"id": "g_reports", "kind": "guardrail"}]},
    passing={
        "metrics.rows": [{"id": "g_reports", "kind": "guardrail"}],
        "monitoring.monitors": [{"id": "m_reports", "watches": "g_reports"}],
    },
)
def guardrail_not_watched(design: Design) -> Iterator[Hit]:
    """The harm that a guardrail bounds does not end with the launch."""
    seen = watched(design.monitoring.monitors)
    for row in of_kind(design.metrics.rows, "guardrail"):
        if row.id and row.id not in seen:
            yield Hit(
                "monitoring.monitors", f"The guardrail {called(row)} has no monitor.", (row.at(),)
            )


@check(
    "monitoring.critical-feature-not-watched",
    ref="monitoring.W005",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("features.rows", "monitoring.monitors"),
    message="A critical feature is not watched for drift.",
    hint="Top features by importance at least.",
    source="ML Test Score, monitoring 2",
    failing={"features.rows": [{"id": "affinity_28d", "critical": True}]},
    passing={
        "features.rows": [{"id": "affinity_28d", "critical": True}],
        "monitoring.monitors": [
            {"id": "m_affinity", "kind": "feature_drift", "watches": "affinity_28d"}
        ],
    },
)
def critical_feature_not_watched(design: Design) -> Iterator[Hit]:
    """A feature that carries the decision takes the decision with it when it drifts."""
    seen = watched(design.monitoring.monitors, "feature_drift")
    for row in design.features.rows:
        if row.critical and row.id and row.id not in seen:
            yield Hit(
                "monitoring.monitors",
                f"{called(row)} is critical and is not watched for drift.",
                (row.at("critical"),),
            )


@check(
    "monitoring.serving-source-not-watched",
    ref="monitoring.W006",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("data.sources", "monitoring.monitors"),
    message="A serving source is not watched.",
    hint="Lateness, volume, nulls.",
    source="ML Test Score, monitoring 2",
    failing={"data.sources": [{"id": "playback_events", "feeds": "both"}]},
    passing={
        "data.sources": [{"id": "playback_events", "feeds": "both"}],
        "monitoring.monitors": [
            {"id": "m_dq_playback", "kind": "data_quality", "watches": "playback_events"}
        ],
    },
)
def serving_source_not_watched(design: Design) -> Iterator[Hit]:
    """A source that stops changes every answer at once, and the model keeps answering."""
    seen = watched(design.monitoring.monitors, "data_quality")
    for row in design.data.sources:
        if row.feeds in FEEDS_SERVING and row.id and row.id not in seen:
            yield Hit(
                "monitoring.monitors",
                f"{called(row)} feeds serving, and no monitor watches its quality.",
                (row.at("feeds"),),
            )


@check(
    "monitoring.watches-nothing-known",
    ref="monitoring.E011",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=(
        "metrics.rows",
        "data.sources",
        "data.labels",
        "features.rows",
        "model.candidates",
        "serving.components",
        "monitoring.monitors",
    ),
    message="A monitor watches something that does not exist.",
    hint="Fix the reference.",
    source="Consistency",
    failing={"monitoring.monitors": [{"id": "m_watch", "watches": "watch_minutes"}]},
    passing={
        "metrics.rows": [{"id": "watch_min", "kind": "online"}],
        "monitoring.monitors": [{"id": "m_watch", "watches": "watch_min"}],
    },
)
def watches_nothing_known(design: Design) -> Iterator[Hit]:
    """The alarm of a renamed metric never rings, and its absence looks like peace."""
    monitors = design.monitoring.monitors
    if not monitors:
        return
    known = (
        ids(design.metrics.rows)
        | ids(design.data.sources)
        | ids(design.data.labels)
        | ids(design.features.rows)
        | ids(design.model.candidates)
        | ids(design.serving.components)
        | ids(monitors)
    )
    for row in monitors:
        if row.watches not in known:
            what = f"{row.watches}, which no stage has" if row.watches else "nothing"
            yield Hit(row.at("watches"), f"{called(row)} watches {what}.")


@check(
    "monitoring.labels-not-final",
    ref="monitoring.E012",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("data.labels", "monitoring.monitors"),
    message="A label-based monitor looks at rows whose labels are not final.",
    hint="evaluate rows at least delay [s] old; use drift or proxies for the time before.",
    source="A fault seen in published designs; arithmetic",
    failing={
        "data.labels": [{"id": "confirmed_fraud", "main": True, "delay_s": 3_888_000}],
        "monitoring.monitors": [{"id": "m_recall", "kind": "offline_metric", "lag_s": 86_400}],
    },
    passing={
        "data.labels": [{"id": "confirmed_fraud", "main": True, "delay_s": 3_888_000}],
        "monitoring.monitors": [{"id": "m_recall", "kind": "offline_metric", "lag_s": 3_974_400}],
    },
)
def labels_not_final(design: Design) -> Iterator[Hit]:
    """Rows whose bad outcomes are still to come look good. The monitor shows a dip that is always
    there, or hides one that is not.
    """
    by_name = {label.id: label for label in reversed(design.data.labels) if label.id}
    for row in design.monitoring.monitors:
        label = by_name.get(row.watches) or main_label(design.data)
        if row.kind not in LABEL_MONITORS or label is None:
            continue
        lag, delay = finite(row.lag_s), finite(label.delay_s)
        if lag is not None and delay is not None and lag < delay:
            yield Hit(
                row.at("lag_s"),
                f"{called(row)} looks at rows {span(lag)} old, "
                f"but {called(label)} is final after {span(delay)}.",
                (label.at("delay_s"),),
            )


@check(
    "monitoring.latency-not-watched",
    ref="monitoring.W026",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("framing.latency_slo_ms", "monitoring.monitors"),
    message="The latency SLO is not watched at its value.",
    hint="Alert on the SLO or on its burn rate.",
    source="Site Reliability Workbook, chapter 5",
    failing={
        "framing.latency_slo_ms": 100,
        "monitoring.monitors": [{"id": "m_latency", "kind": "latency", "critical": 250}],
    },
    passing={
        "framing.latency_slo_ms": 100,
        "monitoring.monitors": [{"id": "m_latency", "kind": "latency", "critical": 100}],
    },
)
def latency_not_watched(design: Design) -> Iterator[Hit]:
    """An alarm above the promise rings when it has been broken for long."""
    limit = finite(design.framing.latency_slo_ms)
    alarms = [
        alarm
        for row in design.monitoring.monitors
        if row.kind == "latency" and (alarm := finite(row.critical)) is not None
    ]
    if limit is None or any(alarm <= limit for alarm in alarms):
        return
    yield Hit(
        "monitoring.monitors",
        f"Latency is watched at {number(min(alarms), MS)}, against {number(limit, MS)} in framing."
        if alarms
        else f"No monitor watches the {number(limit, MS)} of latency in framing.",
        ("framing.latency_slo_ms",),
    )


@check(
    "monitoring.skew-not-measured",
    ref="monitoring.W027",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("features.rows", "monitoring.monitors"),
    message="Training-serving skew is not measured.",
    hint="Share of mismatching values on replayed requests.",
    source="Rules of Machine Learning 37; ML Test Score, monitoring 3",
    failing={"features.rows": [{"id": "affinity_28d", "kind": "batch"}]},
    passing={
        "features.rows": [{"id": "affinity_28d", "kind": "batch"}],
        "monitoring.monitors": [{"id": "m_skew", "kind": "skew"}],
    },
)
def skew_not_measured(design: Design) -> Iterator[Hit]:
    """Skew raises no error and costs quality every day until somebody compares the two paths."""
    stored = any(row.kind in STORED_FEATURES for row in design.features.rows)
    if stored and not any(row.kind == "skew" for row in design.monitoring.monitors):
        yield Hit("monitoring.monitors", also=("features.rows",))


@check(
    "monitoring.fallback-unseen",
    ref="monitoring.W028",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("serving.components", "monitoring.monitors"),
    message="Fallbacks run unseen.",
    hint="A silent fallback is an outage of quality.",
    source="Site Reliability Engineering, chapter 22",
    failing={"serving.components": [{"id": "ranking", "fallback_kind": "degraded_model"}]},
    passing={
        "serving.components": [{"id": "ranking", "fallback_kind": "degraded_model"}],
        "monitoring.monitors": [{"id": "m_fallback", "kind": "fallback_rate"}],
    },
)
def fallback_unseen(design: Design) -> Iterator[Hit]:
    """A fallback keeps the lights on so well that nobody notices the model has been off for a
    week.
    """
    falls_back = any(row.fallback_kind not in {"", "none"} for row in design.serving.components)
    if falls_back and not any(row.kind == "fallback_rate" for row in design.monitoring.monitors):
        yield Hit("monitoring.monitors", also=("serving.components",))


@check(
    "monitoring.failure-without-counterpart",
    ref="monitoring.W029",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=(
        "framing.failure_modes",
        "metrics.rows",
        "serving.components",
        "monitoring.monitors",
        "monitoring.rollout",
    ),
    message="A named failure mode has no counterpart.",
    hint="Every risk points to its detector or its fallback.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={"framing.failure_modes": [{"failure": "Clickbait wins", "mitigation": "g_reports"}]},
    passing={
        "framing.failure_modes": [{"failure": "Clickbait wins", "mitigation": "g_reports"}],
        "metrics.rows": [{"id": "g_reports", "kind": "guardrail"}],
    },
)
def failure_without_counterpart(design: Design) -> Iterator[Hit]:
    """A risk that is written down and answered by nothing is a risk that was foreseen."""
    if not design.framing.failure_modes:
        return
    answers = (
        ids(design.metrics.rows)
        | ids(design.serving.components)
        | ids(design.monitoring.monitors)
        | ids(design.monitoring.rollout)
    )
    for row in design.framing.failure_modes:
        if row.mitigation not in answers:
            by = f"{row.mitigation}, which no stage has" if row.mitigation else "nothing"
            yield Hit(
                "monitoring.monitors",
                f"The failure mode {called(row)} is answered by {by}.",
                (row.at("mitigation"),),
            )


@check(
    "monitoring.window-holds-too-few",
    ref="monitoring.W030",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("framing.avg_qps", "framing.daily_requests", "monitoring.monitors"),
    message="The window holds too few predictions for a stable statistic.",
    hint="n = avg QPS x window [s] x sample share >= 1000.",
    source="Yurdakul, Statistical Properties of Population Stability Index (2018)",
    failing={
        "framing.avg_qps": 5,
        "monitoring.monitors": [
            {"id": "m_score", "kind": "prediction_drift", "window_s": 3_600, "sample_share": 0.01}
        ],
    },
    passing={
        "framing.avg_qps": 6_944,
        "monitoring.monitors": [
            {"id": "m_score", "kind": "prediction_drift", "window_s": 3_600, "sample_share": 0.01}
        ],
    },
)
def window_holds_too_few(design: Design) -> Iterator[Hit]:
    """A distribution over a few hundred rows wobbles by itself, so the alarm rings for nothing or
    has to be set so high that it never rings.
    """
    load = average_load(design.framing)
    for row in design.monitoring.monitors:
        if row.kind not in DRIFT_MONITORS:
            continue
        held = window_predictions(load, row.window_s, row.sample_share)
        if held is not None and not holds_enough(held):
            yield Hit(
                row.at("window_s"),
                f"The window of {called(row)} holds about {about(held)} predictions; "
                f"{ENOUGH_PREDICTIONS} make a stable statistic.",
                ("framing.avg_qps",),
            )
