"""Stage 7: know, act, learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import IF_FEEDBACK_LOOP, IF_HIGH_RISK
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    deeper,
    flag,
    group,
    line,
    quantity,
    reference,
    references,
    table,
    text,
)
from mlsd_app.stages.units import DAYS, HOURS, MINUTES, PERCENT, SECONDS, SHARE

MONITOR_KINDS = {
    "online_metric": "Online metric",
    "offline_metric": "Offline metric",
    "calibration": "Calibration",
    "prediction_drift": "Prediction drift",
    "feature_drift": "Feature drift",
    "label_drift": "Label drift",
    "data_quality": "Data quality",
    "skew": "Training-serving skew",
    "latency": "Latency",
    "error_rate": "Error rate",
    "staleness": "Model age",
    "cost": "Cost",
    "fairness": "Fairness",
    "fallback_rate": "Fallback rate",
}


@dataclass(frozen=True, slots=True)
class Monitor(Row):
    """A number that is watched, and what happens when it crosses its limit."""

    TABLE: ClassVar[str] = "monitoring.monitors"
    id: str = line("Monitor", help="A short name that other stages refer to.", example="m_orders")
    kind: str = choice("Kind", MONITOR_KINDS, depth=Depth.FULL)
    watches: str = reference(
        "Watches",
        "metrics.rows",
        "data.sources",
        "data.labels",
        "features.rows",
        "model.candidates",
        "serving.components",
    )
    statistic: str = line("Statistic", example="psi, p99, or the change against last week")
    warn: float | None = quantity("Warns at")
    critical: float | None = quantity("Acts at", help="The limit at which the action starts.")
    window_s: float | None = quantity(
        "Window", SECONDS, low=0, help="Over how long it is computed.", example="1 h"
    )
    lag_s: float | None = quantity(
        "Rows at least old",
        SECONDS,
        low=0,
        depth=Depth.FULL,
        help="Only where labels are needed: no younger than the label delay.",
        example="7 d",
    )
    sample_share: float | None = quantity(
        "Share sampled",
        SHARE,
        low=0,
        high=1,
        depth=Depth.FULL,
        help="For drift: the window should still hold 1000 predictions.",
        example="0.1",
    )
    action: str = line("Action", example="What is done, without a meeting first")
    action_kind: str = choice(
        "Kind of action",
        {
            "page": "Page somebody",
            "ticket": "Open a ticket",
            "auto_rollback": "Roll back",
            "auto_retrain": "Train again",
            "switch_fallback": "Fall back",
            "dashboard_only": "Show only",
        },
        depth=Depth.FULL,
    )
    owner: str = line("Owner", depth=Depth.FULL, example="A role with a rota")
    runbook: str = line("Runbook", depth=Depth.FULL, example="Where the first steps are written")


@dataclass(frozen=True, slots=True)
class Retrain:
    """When a new model is trained, and what it must show before it serves."""

    cadence_days: float | None = quantity(
        "Trained again every",
        DAYS,
        low=0,
        required=True,
        help="Longer than a training takes.",
        example="7",
    )
    mode: str = choice(
        "Retraining mode",
        {"full": "From scratch", "incremental": "Incremental", "warm start": "Warm start"},
    )
    triggers: tuple[str, ...] = references(
        "Also triggered by",
        "monitoring.monitors",
        help="Monitors whose limit starts a training between two dates.",
    )
    validation_gate: str = line(
        "Gate for a new model",
        required=True,
        example="What it must beat, on which data, and in which slices it may not lose",
    )
    auto_promote: bool | None = flag("Goes live without a person", required=True)
    max_age_days: float | None = quantity(
        "Oldest model allowed",
        DAYS,
        low=0,
        required=True,
        help="The cadence and one failed run, at least.",
        example="15",
    )


@dataclass(frozen=True, slots=True)
class RolloutStep(Row):
    """One step of exposure, and what turns it back."""

    TABLE: ClassVar[str] = "monitoring.rollout"
    step: str = line("Step", example="canary")
    kind: str = choice(
        "Kind",
        {
            "offline_gate": "Offline gate",
            "shadow": "Shadow",
            "canary": "Canary",
            "ab": "Experiment",
            "ramp": "Ramp",
            "full": "Full",
        },
        depth=Depth.FULL,
    )
    traffic_pct: float | None = quantity(
        "Traffic", PERCENT, low=0, high=100, help="0 in a shadow; 100 in the last.", example="5"
    )
    duration_h: float | None = quantity("For", HOURS, low=0, example="2 d")
    gate: str = line("Gate", example="What must hold before the next step")
    gate_metrics: tuple[str, ...] = references(
        "Gate metrics",
        "metrics.rows",
        depth=Depth.FULL,
        help="For the experiment: the primary online metric and every guardrail.",
    )
    rollback_rule: str = line("Rolled back when", example="Metric, limit, window, and who or what")


@dataclass(frozen=True, slots=True)
class Rollback:
    """The way back to the model before."""

    previous_version_kept: bool | None = flag("The version before is kept warm", required=True)
    mechanism: str = line("Way back", example="The switch, and who may turn it")
    minutes: float | None = quantity(
        "Rolling back takes", MINUTES, low=0, required=True, help="As rehearsed.", example="10 min"
    )


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How one notices, gets back, and keeps learning."""

    monitors: tuple[Monitor, ...] = table("Monitors", Monitor, required=True, row_name="monitor")
    retrain: Retrain = group(Retrain)
    rollout: tuple[RolloutStep, ...] = table("Rollout", RolloutStep, required=True, row_name="step")
    canary_base_rate: float | None = quantity(
        "Canary base rate", low=0, help="Events for each unit and day.", example="0.01"
    )
    rollback: Rollback = group(Rollback)
    holdback_pct: float | None = quantity(
        "Holdback",
        PERCENT,
        low=0,
        high=100,
        required=True,
        example="1",
        **IF_FEEDBACK_LOOP,
    )
    kill_switch: str = text(
        "Stop switch",
        required=True,
        example="Who may use it, within how long, and what people get instead",
        **IF_HIGH_RISK,
    )
    model_card: str = text("Model card", example="Use, misuse, data, weak slices, and whom to ask")
    runbook: str = text("Runbook", example="First steps for each alarm, and when they were tried")


MONITORING = Stage(
    "monitoring",
    7,
    "Monitoring",
    "Know, act, learn.",
    Monitoring,
    (
        ask(
            "How would you know at three in the morning?",
            "monitors",
            help="Statistic, limit, window and action; what an earlier stage promises is watched "
            "here.",
        ),
        ask(
            "When is it trained again, and what lets the new model in?",
            "retrain.cadence_days retrain.triggers retrain.mode retrain.validation_gate "
            "retrain.auto_promote retrain.max_age_days",
            help="A clock, a trigger or both; and a gate.",
        ),
        ask(
            "In which steps does it reach everybody?",
            "rollout",
            help="Offline gate, shadow, canary, experiment, ramp, full; each with a way back.",
        ),
        ask(
            "How do you get back, and how long does it take?",
            "rollback.mechanism rollback.minutes rollback.previous_version_kept",
        ),
        ask(
            "Who stays without the model, so that its effect stays visible?",
            "holdback_pct",
            help="A small share, for good, shows what the model is still worth.",
        ),
        deeper(
            "A careful launch",
            "How often does the event that the canary watches happen today?",
            "canary_base_rate",
            help="A canary that expects fewer than 100 events cannot fail.",
        ),
        deeper("People in charge", "Who may stop it, how fast, and what then?", "kill_switch"),
        deeper("People in charge", "What should those who use it know?", "model_card"),
        deeper("People in charge", "What does the person on call do first?", "runbook"),
    ),
)
