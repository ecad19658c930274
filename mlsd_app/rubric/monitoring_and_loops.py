"""S5, knowing that it broke, acting on it, and learning from data the model itself shaped."""

from __future__ import annotations

from mlsd_app.rubric.reading import every, filled
from mlsd_app.rubric.statements import answered, holds, judged
from mlsd_app.stages.conditions import has_a_feedback_loop, is_supervised
from mlsd_app.stages.design import Design
from mlsd_app.stages.monitoring import Monitor
from mlsd_app.stages.reading import main_label

DRIFT = frozenset({"prediction_drift", "feature_drift", "label_drift"})
NEED_LABELS = frozenset({"offline_metric", "calibration", "label_drift"})
NEED_NO_LABELS = frozenset({"prediction_drift", "feature_drift", "data_quality"})
TOLD_APART = frozenset({"data_quality", "skew", "prediction_drift"})


def _kinds(design: Design) -> set[str]:
    return {monitor.kind for monitor in design.monitoring.monitors}


def _may_have_a_loop(design: Design) -> bool:
    return design.framing.feedback_loop is not False


def _is_retrained(design: Design) -> bool:
    retrain = design.monitoring.retrain
    return retrain.cadence_days is not None or bool(retrain.triggers)


def _monitors_have_limits(design: Design) -> bool:
    return every(
        design.monitoring.monitors,
        lambda monitor: filled(monitor.statistic, monitor.critical, monitor.window_s),
    )


def _monitors_lead_somewhere(design: Design) -> bool:
    return every(
        design.monitoring.monitors,
        lambda monitor: (
            filled(monitor.action, monitor.owner)
            and monitor.action_kind not in {"", "dashboard_only"}
        ),
    )


def _promised_metrics_are_watched(design: Design) -> bool:
    watched = {monitor.watches for monitor in design.monitoring.monitors}
    promised = [row for row in design.metrics.rows if row.kind in {"online", "guardrail"}]
    return every(promised, lambda metric: bool(metric.id) and metric.id in watched)


def _label_delay(design: Design, monitor: Monitor) -> float | None:
    """The delay of the label that ``monitor`` watches, or else of the main one."""
    named = (label for label in design.data.labels if label.id and label.id == monitor.watches)
    watched = next(named, main_label(design.data))
    return watched.delay_s if watched else None


def _early_signs_and_matured_checks(design: Design) -> bool:
    def is_matured(monitor: Monitor) -> bool:
        delay = _label_delay(design, monitor)
        return delay is not None and (monitor.lag_s or 0) >= delay

    on_labels = [row for row in design.monitoring.monitors if row.kind in NEED_LABELS]
    return bool(NEED_NO_LABELS & _kinds(design)) and every(on_labels, is_matured)


def _retraining_is_started_and_gated(design: Design) -> bool:
    retrain = design.monitoring.retrain
    return filled(retrain.cadence_days, retrain.triggers, retrain.validation_gate)


def _age_is_limited_and_watched(design: Design) -> bool:
    retrain = design.monitoring.retrain
    return retrain.max_age_days is not None and "staleness" in _kinds(design)


def _propensities_are_logged(design: Design) -> bool:
    return any("propensit" in line.lower() for line in design.data.feedback_mitigation)


CELLS = {
    "L3": (answered("Something is monitored", "monitoring.monitors"),),
    "L4": (
        holds(
            "Drift is watched",
            "monitoring.monitors",
            lambda design: bool(DRIFT & _kinds(design)),
        ),
        holds(
            "A clock or a monitor starts retraining",
            "monitoring.retrain.cadence_days monitoring.retrain.triggers",
            _is_retrained,
        ),
        holds(
            "Predictions are logged",
            "data.logs_predictions",
            lambda design: design.data.logs_predictions is True,
        ),
    ),
    "L5": (
        holds(
            "Each monitor has a statistic, a limit and a window",
            "monitoring.monitors",
            _monitors_have_limits,
        ),
        holds(
            "Each monitor leads to an action and has an owner",
            "monitoring.monitors",
            _monitors_lead_somewhere,
        ),
        holds(
            "Online metrics and guardrails are all watched",
            "monitoring.monitors",
            _promised_metrics_are_watched,
        ),
        holds(
            "Early signs need no labels, later checks wait for them",
            "monitoring.monitors",
            _early_signs_and_matured_checks,
            when=is_supervised,
        ),
        holds(
            "Retraining has a cadence, a trigger and a gate",
            "monitoring.retrain.cadence_days monitoring.retrain.triggers "
            "monitoring.retrain.validation_gate",
            _retraining_is_started_and_gated,
        ),
        answered(
            "Something is done against the feedback loop",
            "data.feedback_mitigation",
            when=_may_have_a_loop,
        ),
    ),
    "L6": (
        holds(
            "A holdback shows what the system does over time",
            "monitoring.holdback_pct",
            lambda design: (design.monitoring.holdback_pct or 0) > 0,
            when=has_a_feedback_loop,
        ),
        holds(
            "Model age has a limit and a monitor",
            "monitoring.retrain.max_age_days monitoring.monitors",
            _age_is_limited_and_watched,
        ),
        judged("What a stale model costs has a number", "monitoring.retrain.max_age_days"),
        holds(
            "Broken data, skew and drift have monitors of their own",
            "monitoring.monitors",
            lambda design: _kinds(design) >= TOLD_APART,
        ),
        judged(
            "At 3 a.m. an attack or a season is told from a fault",
            "monitoring.monitors monitoring.runbook",
        ),
        holds(
            "Some traffic explores",
            "data.exploration_pct",
            lambda design: (design.data.exploration_pct or 0) > 0,
            when=_may_have_a_loop,
        ),
        holds(
            "Propensities of what was shown are logged",
            "data.feedback_mitigation",
            _propensities_are_logged,
            when=_may_have_a_loop,
        ),
    ),
}
