"""The rubric as a table: six signals by four levels, each cell a few observable statements.

A cell is reached only where the cells to its left are.
"""

from __future__ import annotations

from collections.abc import Mapping

from mlsd_app.rubric import (
    business_to_ml,
    data_and_features,
    monitoring_and_loops,
    offline_to_online,
    production_realism,
    trade_offs,
)
from mlsd_app.rubric.statements import Statement
from mlsd_app.stages.signals import Signal

CELLS: Mapping[Signal, Mapping[str, tuple[Statement, ...]]] = {
    Signal.S1: business_to_ml.CELLS,
    Signal.S2: offline_to_online.CELLS,
    Signal.S3: data_and_features.CELLS,
    Signal.S4: production_realism.CELLS,
    Signal.S5: monitoring_and_loops.CELLS,
    Signal.S6: trade_offs.CELLS,
}
"""By signal and level, in the order in which a stage asks."""

_SIGNALS: Mapping[str, tuple[Signal, ...]] = {
    "general": (Signal.S6,),
    "framing": (Signal.S1, Signal.S4, Signal.S6),
    "metrics": (Signal.S2, Signal.S1),
    "data": (Signal.S3, Signal.S5),
    "features": (Signal.S3, Signal.S4),
    "model": (Signal.S6, Signal.S3, Signal.S4, Signal.S1),
    "serving": (Signal.S4, Signal.S6),
    "monitoring": (Signal.S5, Signal.S4, Signal.S2),
}

EVIDENCE: Mapping[Signal, tuple[str, ...]] = {
    Signal.S1: (
        "framing.business_objective",
        "framing.business_kpi",
        "framing.kpi_baseline",
        "framing.kpi_target",
        "framing.ml_task",
        "framing.target_definition",
        "framing.decision",
        "framing.cost_fp",
        "framing.cost_fn",
        "framing.out_of_scope",
        "metrics.operating_point",
        "model.loss",
    ),
    Signal.S2: (
        "metrics.rows",
        "metrics.offline_online_gap",
        "metrics.slices",
        "metrics.ab.primary_metric",
        "metrics.ab.mde_relative_pct",
        "metrics.ab.eligible_units",
        "metrics.ab.duration_days",
        "monitoring.rollout",
    ),
    Signal.S3: (
        "data.sources",
        "data.labels",
        "data.split.kind",
        "data.split.gap_days",
        "data.leakage_review",
        "data.sampling_correction",
        "features.rows",
        "features.skew_prevention",
        "model.selection_set",
        "model.bias_handling",
    ),
    Signal.S4: (
        "framing.latency_slo_ms",
        "framing.peak_qps",
        "features.rows",
        "model.registry",
        "model.fallback_model",
        "serving.components",
        "serving.funnel",
        "serving.degradation_ladder",
        "monitoring.rollout",
        "monitoring.rollback.minutes",
    ),
    Signal.S5: (
        "monitoring.monitors",
        "monitoring.retrain.cadence_days",
        "monitoring.retrain.triggers",
        "monitoring.retrain.validation_gate",
        "monitoring.holdback_pct",
        "data.feedback_mitigation",
        "data.exploration_pct",
        "data.logs_predictions",
    ),
    Signal.S6: (
        "model.candidates",
        "model.justification",
        "model.upgrade_path",
        "general.tradeoffs",
        "framing.non_ml_alternative",
        "framing.failure_modes",
        "serving.components",
        "serving.other_cost_month",
    ),
}
"""Where a reviewer looks first, for each signal; the addresses that a score may quote."""


def signals_of(stage_key: str) -> tuple[Signal, ...]:
    """The signals that a stage gives evidence for, its main one first. Raises ``KeyError``."""
    return _SIGNALS[stage_key]


def stages_of(signal: Signal) -> tuple[str, ...]:
    """The stages that give evidence for ``signal``, in document order."""
    return tuple(stage_key for stage_key, signals in _SIGNALS.items() if signal in signals)


def statements(signal: Signal, level: str, stage_key: str) -> tuple[Statement, ...]:
    """What ``signal`` at ``level`` looks like in one stage; may be nothing."""
    return tuple(found for found in CELLS[signal][level] if found.stage == stage_key)
