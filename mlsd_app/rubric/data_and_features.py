"""S3, data and features as something that is kept in order, not as columns."""

from __future__ import annotations

from mlsd_app.rubric.reading import every, filled, has_number
from mlsd_app.rubric.statements import answered, holds, judged
from mlsd_app.stages.conditions import (
    SECONDS_A_DAY,
    has_a_feedback_loop,
    has_a_rare_class,
    is_supervised,
    labels_come_late,
    matches_two_sides,
    splits_by_time,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.features import Feature

JOINED_IN_TIME = frozenset({"as_of_join", "logged_at_serving"})


def _may_depend_on_time(design: Design) -> bool:
    return design.data.time_dependent is not False


def _drops_negatives(design: Design) -> bool:
    rate = design.data.sampling_rate
    return rate is not None and rate < 1


def _is_uneven(design: Design) -> bool:
    return has_a_rare_class(design) or _drops_negatives(design)


def _balance_is_handled(design: Design) -> bool:
    data = design.data
    handled = not has_a_rare_class(design) or bool(data.imbalance_handling)
    corrected = not _drops_negatives(design) or data.sampling_correction not in {"", "none"}
    return _is_uneven(design) and handled and corrected


def _a_label_is_defined(design: Design) -> bool:
    return any(filled(label.definition, label.source) for label in design.data.labels)


def _labels_are_late_and_noisy_in_numbers(design: Design) -> bool:
    return every(design.data.labels, lambda label: filled(label.delay_s, label.noise_pct))


def _gap_covers_the_label_delay(design: Design) -> bool:
    if not splits_by_time(design):
        return False
    known = [label.delay_s for label in design.data.labels if label.delay_s is not None]
    if not known:
        return not is_supervised(design)
    return (design.data.split.gap_days or 0) * SECONDS_A_DAY >= max(known)


def _sources_are_looked_after(design: Design) -> bool:
    return every(
        design.data.sources,
        lambda source: filled(source.owner, source.ingestion_lag_s, source.quality_checks),
    )


def _retention_is_enough_and_no_more(design: Design) -> bool:
    """Long enough for the training window, and for personal data within the limit."""
    window, limit = design.data.training_window_days, design.framing.retention_limit_days
    if window is None:
        return False
    for source in design.data.sources:
        kept = source.retention_days
        if kept is None or (source.feeds in {"training", "both"} and kept < window):
            return False
        if source.personal and limit is not None and kept > limit:
            return False
    return bool(design.data.sources)


def _is_joined_in_time(feature: Feature) -> bool:
    if feature.kind in {"batch", "streaming"} or feature.derives_from_label:
        return feature.point_in_time in JOINED_IN_TIME
    return feature.point_in_time in {*JOINED_IN_TIME, "not_needed"}


def _no_feature_is_fresher_than_its_sources(design: Design) -> bool:
    lags = {source.id: source.ingestion_lag_s for source in design.data.sources}

    def is_possible(feature: Feature) -> bool:
        age = feature.freshness_s
        slowest = [lags.get(name) for name in feature.sources]
        return age is not None and all(lag is not None and lag <= age for lag in slowest)

    return every(design.features.rows, is_possible)


def _corrects_more_than_position(design: Design) -> bool:
    return any(bias.strip().lower() != "position" for bias in design.model.bias_handling)


CELLS = {
    "L3": (
        answered("Data sources are listed", "data.sources"),
        answered("Features are listed", "features.rows"),
    ),
    "L4": (
        holds(
            "Each source is named as batch or live",
            "data.sources",
            lambda design: every(design.data.sources, lambda source: filled(source.kind)),
        ),
        holds(
            "A label has a definition and a source",
            "data.labels",
            _a_label_is_defined,
            when=is_supervised,
        ),
        holds(
            "Each feature is named as batch, streaming or at request",
            "features.rows",
            lambda design: every(design.features.rows, lambda feature: filled(feature.kind)),
        ),
        answered("How values become numbers is written down", "features.encoding"),
        holds(
            "Test set took no part in the selection",
            "model.selection_set",
            lambda design: design.model.selection_set in {"validation", "cv"},
        ),
    ),
    "L5": (
        holds(
            "Label delay and label noise have numbers",
            "data.labels",
            _labels_are_late_and_noisy_in_numbers,
            when=is_supervised,
        ),
        holds(
            "Split is by time, with a gap that covers the label delay",
            "data.split.kind data.split.gap_days",
            _gap_covers_the_label_delay,
            when=_may_depend_on_time,
        ),
        holds(
            "Rare class is handled and uneven sampling corrected",
            "data.imbalance_handling data.sampling_correction",
            _balance_is_handled,
            when=_is_uneven,
        ),
        answered("A leakage review is written", "data.leakage_review"),
        holds(
            "Each feature is known at prediction time",
            "features.rows",
            lambda design: every(
                design.features.rows, lambda feature: feature.available_at_prediction == "yes"
            ),
        ),
        holds(
            "Features are joined as of the event, or logged when serving",
            "features.rows",
            lambda design: every(design.features.rows, _is_joined_in_time),
        ),
        holds(
            "Each feature has a default for when it is missing",
            "features.rows",
            lambda design: every(
                design.features.rows, lambda feature: filled(feature.missing_default)
            ),
        ),
        answered("Something keeps training and serving the same", "features.skew_prevention"),
        answered(
            "What happens to late labels is written down",
            "model.delayed_label_handling",
            when=labels_come_late,
        ),
        holds(
            "Position bias is corrected",
            "model.bias_handling",
            lambda design: "position" in design.model.bias_handling,
            when=matches_two_sides,
        ),
    ),
    "L6": (
        holds(
            "Each source has an owner, a lag and quality checks",
            "data.sources",
            _sources_are_looked_after,
        ),
        judged("Owners announce changes before they happen", "data.sources"),
        holds(
            "Retention covers the training window and keeps the limit",
            "data.sources data.training_window_days",
            _retention_is_enough_and_no_more,
        ),
        holds(
            "Logged features are the truth that is trained on",
            "data.logs_features_at_serving",
            lambda design: design.data.logs_features_at_serving is True,
        ),
        holds(
            "Each label names its bias",
            "data.labels",
            lambda design: every(design.data.labels, lambda label: filled(label.bias_note)),
            when=is_supervised,
        ),
        holds(
            "Each feature has an owner and a greatest age",
            "features.rows",
            lambda design: every(
                design.features.rows, lambda feature: filled(feature.owner, feature.freshness_s)
            ),
        ),
        holds(
            "No feature claims to be fresher than its sources",
            "features.rows",
            _no_feature_is_fresher_than_its_sources,
        ),
        holds(
            "Parity of training and serving is tested against a tolerance",
            "features.parity_test",
            lambda design: has_number(design.features.parity_test),
        ),
        answered("Versions of features are planned", "features.versioning"),
        holds(
            "Bias from the model's own choices is corrected",
            "model.bias_handling",
            _corrects_more_than_position,
            when=has_a_feedback_loop,
        ),
    ),
}
