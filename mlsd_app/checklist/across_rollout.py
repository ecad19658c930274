"""Checks of the launch against the other stages: does it test the plan, and can it stop?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import finite, is_at_most, known
from mlsd_app.calculators.watching import ENOUGH_EVENTS, canary_events, sees_enough
from mlsd_app.checklist.reading import called, is_blank, of_kind, primary_online
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.wording import about, listed, number
from mlsd_app.stages.conditions import has_a_feedback_loop, is_high_risk
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS, HOURS, PERCENT

HOURS_A_DAY = 24
SHARE_TOLERANCE_PCT = 0.5  # percentage points between the plan and the rollout


@check(
    "monitoring.experiment-off-plan",
    ref="monitoring.E020",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout", "metrics.ab"),
    message="The rollout's experiment differs from the plan of stage 2.",
    hint="Same share, same days.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={
        "metrics.ab.duration_days": 14,
        "metrics.ab.treatment_pct": 5,
        "monitoring.rollout": [
            {"step": "experiment", "kind": "ab", "traffic_pct": 5, "duration_h": 168}
        ],
    },
    passing={
        "metrics.ab.duration_days": 14,
        "metrics.ab.treatment_pct": 5,
        "monitoring.rollout": [
            {"step": "experiment", "kind": "ab", "traffic_pct": 5, "duration_h": 336}
        ],
    },
)
def experiment_off_plan(design: Design) -> Iterator[Hit]:
    """The size was computed for a share and a number of days. With fewer of either, the experiment
    cannot see what it was made to see.
    """
    plan = design.metrics.ab
    for row in design.monitoring.rollout:
        if row.kind != "ab":
            continue
        time = known(row.duration_h, plan.duration_days)
        if time and not is_at_most(time[1] * HOURS_A_DAY, time[0]):
            yield Hit(
                row.at("duration_h"),
                f"{called(row)} lasts {number(time[0], HOURS)} in the rollout "
                f"against {number(time[1], DAYS)} in the plan.",
                ("metrics.ab.duration_days",),
            )
        share = known(row.traffic_pct, plan.treatment_pct)
        if share and not is_at_most(abs(share[0] - share[1]), SHARE_TOLERANCE_PCT):
            yield Hit(
                row.at("traffic_pct"),
                f"{called(row)} reaches {number(share[0], PERCENT)} in the rollout "
                f"against {number(share[1], PERCENT)} in the plan.",
                ("metrics.ab.treatment_pct",),
            )


@check(
    "monitoring.experiment-gate-incomplete",
    ref="monitoring.W021",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="monitoring.rollout",
    reads=("monitoring.rollout", "metrics.rows"),
    message="The experiment gate ignores the primary metric or the guardrails.",
    hint="Gate on both.",
    source="Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments (2020), chapter 7",
    failing={
        "metrics.rows": [
            {"id": "watch_min", "kind": "online", "role": "primary"},
            {"id": "g_reports", "kind": "guardrail", "role": "guardrail"},
        ],
        "monitoring.rollout": [{"step": "experiment", "kind": "ab", "gate_metrics": ["watch_min"]}],
    },
    passing={
        "metrics.rows": [
            {"id": "watch_min", "kind": "online", "role": "primary"},
            {"id": "g_reports", "kind": "guardrail", "role": "guardrail"},
        ],
        "monitoring.rollout": [
            {"step": "experiment", "kind": "ab", "gate_metrics": ["watch_min", "g_reports"]}
        ],
    },
)
def experiment_gate_incomplete(design: Design) -> Iterator[Hit]:
    """What is not part of the gate is read afterwards, when everybody already wants to launch."""
    wanted = [*primary_online(design.metrics), *of_kind(design.metrics.rows, "guardrail")]
    for row in design.monitoring.rollout:
        absent = [metric for metric in wanted if metric.id and metric.id not in row.gate_metrics]
        if row.kind == "ab" and absent:
            yield Hit(
                row.at("gate_metrics"),
                f"The gate of {called(row)} lacks {listed(called(metric) for metric in absent)}.",
                tuple(metric.at() for metric in absent),
            )


@check(
    "monitoring.no-stop-switch",
    ref="monitoring.W031",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.kill_switch",
    reads=("framing.risk_class", "monitoring.kill_switch"),
    message="High risk without a stop switch and human oversight.",
    hint="Who may stop it, how fast, what happens then?",
    source="EU AI Act, article 14",
    failing={"framing.risk_class": "high"},
    passing={
        "framing.risk_class": "high",
        "monitoring.kill_switch": "Fraud operations can set rules-only within one minute.",
    },
)
def no_stop_switch(design: Design) -> Iterator[Hit]:
    """Somebody has to be able to stop harm in minutes, without asking those who built it."""
    if is_high_risk(design) and is_blank(design.monitoring.kill_switch):
        yield Hit("monitoring.kill_switch", also=("framing.risk_class",))


@check(
    "monitoring.canary-sees-too-little",
    ref="monitoring.W033",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout", "monitoring.canary_base_rate", "metrics.ab"),
    message="The canary sees too few events to fail.",
    hint="events = daily units x share x hours/24 x base rate.",
    source="Site Reliability Workbook, chapter 16; arithmetic",
    failing={
        "metrics.ab.daily_units": 50_000,
        "monitoring.canary_base_rate": 0.002,
        "monitoring.rollout": [
            {"step": "canary", "kind": "canary", "traffic_pct": 1, "duration_h": 24}
        ],
    },
    passing={
        "metrics.ab.daily_units": 120_000_000,
        "monitoring.canary_base_rate": 0.002,
        "monitoring.rollout": [
            {"step": "canary", "kind": "canary", "traffic_pct": 1, "duration_h": 24}
        ],
    },
)
def canary_sees_too_little(design: Design) -> Iterator[Hit]:
    """A canary that meets its event once cannot tell twice as bad from bad luck, and passes
    everything.
    """
    for row in design.monitoring.rollout:
        if row.kind != "canary":
            continue
        events = canary_events(
            daily_units=design.metrics.ab.daily_units,
            traffic_pct=row.traffic_pct,
            duration_h=row.duration_h,
            base_rate=design.monitoring.canary_base_rate,
        )
        if events is not None and not sees_enough(events):
            yield Hit(
                row.at("traffic_pct"),
                f"{called(row)} sees about {about(events)} events; "
                f"{ENOUGH_EVENTS} are needed to tell a failure from chance.",
                ("metrics.ab.daily_units", "monitoring.canary_base_rate"),
            )


@check(
    "monitoring.no-holdback",
    ref="monitoring.W034",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.holdback_pct",
    reads=("framing.feedback_loop", "monitoring.holdback_pct"),
    message="No long-term holdback.",
    hint="A small share without the system shows its true effect.",
    source="Rules of Machine Learning 34",
    failing={"framing.feedback_loop": True, "monitoring.holdback_pct": 0},
    passing={"framing.feedback_loop": True, "monitoring.holdback_pct": 0.5},
)
def no_holdback(design: Design) -> Iterator[Hit]:
    """Once everybody is treated, nothing is left to compare with, and the model is praised for
    what would have happened anyway.
    """
    if has_a_feedback_loop(design) and finite(design.monitoring.holdback_pct) == 0:
        yield Hit("monitoring.holdback_pct", also=("framing.feedback_loop",))
