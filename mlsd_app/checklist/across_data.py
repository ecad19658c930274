"""Checks of stage 3 against the others: do labels, logs and retention serve what is promised?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import finite
from mlsd_app.checklist.reading import called, entries, says_position
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import FEEDS_SERVING
from mlsd_app.checklist.wording import number, span
from mlsd_app.stages.conditions import has_a_feedback_loop, is_supervised, matches_two_sides
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS

SEASONS = 2  # of history, before a season can be told from a trend


@check(
    "data.no-label",
    ref="data.E002",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.labels",
    reads=("framing.ml_task", "data.labels"),
    message="A supervised task without a label.",
    hint="Where does the truth come from, and when?",
    source="Interview practice",
    failing={"framing.ml_task": "binary_classification"},
    passing={
        "framing.ml_task": "binary_classification",
        "data.labels": [{"id": "confirmed_fraud"}],
    },
)
def no_label(design: Design) -> Iterator[Hit]:
    """A task that learns from answers needs somebody or something that gives them, and the design
    stands or falls with how and when.
    """
    if design.framing.ml_task and is_supervised(design) and not design.data.labels:
        yield Hit("data.labels", also=("framing.ml_task",))


@check(
    "data.sampling-distorts-probabilities",
    ref="data.E015",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.sampling_correction",
    reads=("data.sampling_rate", "data.sampling_correction", "framing.decision_uses_probability"),
    message="Down-sampling distorts the probabilities that decide.",
    hint="p = q / (q + (1 - q) / w) with w = kept share of negatives.",
    source="He et al., Practical Lessons from Predicting Clicks on Ads at Facebook (2014)",
    failing={
        "framing.decision_uses_probability": True,
        "data.sampling_rate": 0.02,
        "data.sampling_correction": "none",
    },
    passing={
        "framing.decision_uses_probability": True,
        "data.sampling_rate": 0.02,
        "data.sampling_correction": "prior_correction",
    },
)
def sampling_distorts_probabilities(design: Design) -> Iterator[Hit]:
    """A model trained on a fiftieth of the negatives believes that positives are fifty times as
    common. Ordered lists survive that; thresholds and bids do not.
    """
    data = design.data
    if data.sampling_rate is None or not design.framing.decision_uses_probability:
        return
    if data.sampling_rate < 1 and data.sampling_correction == "none":
        yield Hit(
            "data.sampling_correction",
            f"Only {number(data.sampling_rate)} of the negatives are kept, and the probabilities "
            "that decide are not corrected.",
            ("framing.decision_uses_probability",),
        )


@check(
    "data.loop-feeds-itself",
    ref="data.W016",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="data.feedback_mitigation",
    reads=("framing.feedback_loop", "data.feedback_mitigation"),
    message="The model will train on its own choices.",
    hint="Reserve exploration traffic, log propensities, correct or hold out.",
    source="Hidden Technical Debt in Machine Learning Systems (2015)",
    failing={"framing.feedback_loop": True},
    passing={
        "framing.feedback_loop": True,
        "data.feedback_mitigation": ["1 percent exploration", "propensity logging"],
    },
)
def loop_feeds_itself(design: Design) -> Iterator[Hit]:
    """What is never shown is never liked. After a few rounds the data prove what the first model
    happened to believe.
    """
    if has_a_feedback_loop(design) and entries(design.data.feedback_mitigation) == 0:
        yield Hit("data.feedback_mitigation", also=("framing.feedback_loop",))


@check(
    "data.clicks-at-face-value",
    ref="data.W017",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.labels",
    reads=("framing.category", "data.labels", "model.bias_handling"),
    message="Clicks are taken at face value.",
    hint="Position as training-only feature or inverse propensity weights.",
    source="Rules of Machine Learning 36",
    failing={
        "framing.category": "recommender",
        "data.labels": [{"id": "long_view", "method": "implicit"}],
    },
    passing={
        "framing.category": "recommender",
        "data.labels": [{"id": "long_view", "method": "implicit"}],
        "model.bias_handling": ["position"],
    },
)
def clicks_at_face_value(design: Design) -> Iterator[Hit]:
    """People click what stands on top. Without a correction the model learns where things stood and
    puts them there again.
    """
    if not matches_two_sides(design) or says_position(design.model):
        return
    for row in design.data.labels:
        if row.method == "implicit":
            yield Hit(
                row.at("method"),
                f"{called(row)} is implicit, and its position bias is not handled.",
                ("model.bias_handling",),
            )


@check(
    "data.personal-kept-too-long",
    ref="data.E020",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="data.sources",
    reads=("framing.retention_limit_days", "data.sources"),
    message="Personal data is kept longer than allowed.",
    hint="Shorten retention or aggregate.",
    source="GDPR, article 5",
    failing={
        "framing.retention_limit_days": 400,
        "data.sources": [{"id": "playback_events", "personal": True, "retention_days": 730}],
    },
    passing={
        "framing.retention_limit_days": 400,
        "data.sources": [{"id": "playback_events", "personal": True, "retention_days": 180}],
    },
)
def personal_kept_too_long(design: Design) -> Iterator[Hit]:
    """The limit is a promise to people, and the table that breaks it is usually one that nobody
    thought of.
    """
    limit = finite(design.framing.retention_limit_days)
    if limit is None:
        return
    for row in design.data.sources:
        kept = finite(row.retention_days)
        if row.personal and kept is not None and kept > limit:
            yield Hit(
                row.at("retention_days"),
                f"{called(row)} is personal and kept for {number(kept, DAYS)}, "
                f"but framing allows {number(limit, DAYS)}.",
                ("framing.retention_limit_days",),
            )


@check(
    "data.no-source-fresh-enough",
    ref="data.W021",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.sources",
    reads=("data.sources", "framing.freshness_requirement_s"),
    message="No serving source is fresh enough.",
    hint="Add a stream or relax the requirement.",
    source="Rules of Machine Learning 8",
    failing={
        "framing.freshness_requirement_s": 60,
        "data.sources": [{"id": "user_profile", "feeds": "both", "ingestion_lag_s": 21_600}],
    },
    passing={
        "framing.freshness_requirement_s": 60,
        "data.sources": [{"id": "playback_events", "feeds": "both", "ingestion_lag_s": 5}],
    },
)
def no_source_fresh_enough(design: Design) -> Iterator[Hit]:
    """Nothing downstream is fresher than what it reads, so the promise of stage 1 is already broken
    at the source.
    """
    required = finite(design.framing.freshness_requirement_s)
    lags = [
        (lag, called(row))
        for row in design.data.sources
        if row.feeds in FEEDS_SERVING and (lag := finite(row.ingestion_lag_s)) is not None
    ]
    if required is None or not lags:
        return
    lag, name = min(lags)
    if lag > required:
        yield Hit(
            "data.sources",
            f"The freshest source for serving is {name} with a lag of {span(lag)}; "
            f"framing asks for {span(required)}.",
            ("framing.freshness_requirement_s",),
        )


@check(
    "data.predictions-not-logged",
    ref="data.E022",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="data.logs_predictions",
    reads=("data.logs_predictions", "monitoring.monitors"),
    message="Predictions are not logged, so nothing can be monitored.",
    hint="Log id, features, version, score, action, time.",
    source="Rules of Machine Learning 29",
    failing={
        "data.logs_predictions": False,
        "monitoring.monitors": [{"id": "m_score_psi", "kind": "prediction_drift"}],
    },
    passing={
        "data.logs_predictions": True,
        "monitoring.monitors": [{"id": "m_score_psi", "kind": "prediction_drift"}],
    },
)
def predictions_not_logged(design: Design) -> Iterator[Hit]:
    """Monitors, labels and investigations all join on the logged prediction. What was not written
    down then cannot be asked for later.
    """
    logged = design.data.logs_predictions
    if not logged and design.monitoring.monitors:
        unsaid = "Whether predictions are logged is not said, and the monitors need them."
        yield Hit(
            "data.logs_predictions", unsaid if logged is None else "", ("monitoring.monitors",)
        )


@check(
    "data.under-two-seasons",
    ref="data.W024",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.training_window_days",
    reads=("framing.ml_task", "data.training_window_days", "data.longest_season_days"),
    message="Fewer than two seasons of history.",
    hint="A yearly effect needs two years.",
    source="Hyndman and Athanasopoulos, Forecasting: Principles and Practice",
    failing={
        "framing.ml_task": "forecasting",
        "data.training_window_days": 365,
        "data.longest_season_days": 365,
    },
    passing={
        "framing.ml_task": "forecasting",
        "data.training_window_days": 730,
        "data.longest_season_days": 365,
    },
)
def under_two_seasons(design: Design) -> Iterator[Hit]:
    """Seen once, a December is an event and not a season; the model repeats it or ignores it by
    chance.
    """
    window = finite(design.data.training_window_days)
    season = finite(design.data.longest_season_days)
    if design.framing.ml_task != "forecasting" or window is None or season is None:
        return
    if window < SEASONS * season:
        yield Hit(
            "data.training_window_days",
            f"A window of {number(window, DAYS)} holds fewer than two seasons "
            f"of {number(season, DAYS)}.",
            ("framing.ml_task",),
        )
