"""Checks of stage 7: does somebody notice, act, and get back?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import finite
from mlsd_app.checklist.reading import called, ids, is_blank
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.wording import listed, number
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS, PERCENT

FIRST_EXPOSURE_PCT = 10  # percent of traffic; more reaches too many before anybody looks
EVERYBODY_PCT = 100
LOWEST_PSI, HIGHEST_PSI = 0.05, 0.5
NO_ACTION = {"", "dashboard_only"}


@check(
    "monitoring.nothing-watched",
    ref="monitoring.E001",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="Nothing is monitored.",
    hint="How would you know at 3 a.m.?",
    source="Interview practice",
    failing={},
    passing={"monitoring.monitors": [{"id": "m_latency"}]},
)
def nothing_watched(design: Design) -> bool:
    """Models fail without an error: the answers keep coming and are wrong. Only a monitor tells."""
    return not design.monitoring.monitors


@check(
    "monitoring.scores-not-watched",
    ref="monitoring.W004",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="The score distribution is not watched.",
    hint="Cheapest early sign, needs no labels.",
    source="ML Test Score, monitoring 7",
    failing={"monitoring.monitors": [{"id": "m_latency", "kind": "latency"}]},
    passing={"monitoring.monitors": [{"id": "m_score_psi", "kind": "prediction_drift"}]},
)
def scores_not_watched(design: Design) -> bool:
    """Labels come after days or weeks. The distribution of scores moves within the hour."""
    return not any(row.kind == "prediction_drift" for row in design.monitoring.monitors)


@check(
    "monitoring.no-action",
    ref="monitoring.E007",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="A monitor leads to no action.",
    hint="Page, ticket, fall back, roll back or retrain.",
    source="Site Reliability Engineering, chapter 6",
    failing={
        "monitoring.monitors": [
            {"id": "m_latency", "action": "look at it", "action_kind": "dashboard_only"}
        ]
    },
    passing={
        "monitoring.monitors": [
            {"id": "m_latency", "action": "page serving", "action_kind": "page"}
        ]
    },
)
def no_action(design: Design) -> Iterator[Hit]:
    """A number that nobody acts on costs money and attention, and hides those that matter."""
    for row in design.monitoring.monitors:
        if is_blank(row.action):
            yield Hit(row.at("action"), f"{called(row)} leads to no action.")
        if row.action_kind in NO_ACTION:
            shown = "is only shown on a dashboard" if row.action_kind else "has no kind of action"
            yield Hit(row.at("action_kind"), f"{called(row)} {shown}.")


@check(
    "monitoring.monitor-without-owner",
    ref="monitoring.W008",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="A monitor has no owner.",
    hint="A role with a rota, not a team name.",
    source="ML-SystemDesign/MLSystemDesign, review rubric",
    failing={"monitoring.monitors": [{"id": "m_latency"}]},
    passing={"monitoring.monitors": [{"id": "m_latency", "owner": "serving on-call"}]},
)
def monitor_without_owner(design: Design) -> Iterator[Hit]:
    """An alert for everybody wakes nobody."""
    for row in design.monitoring.monitors:
        if is_blank(row.owner):
            yield Hit(row.at("owner"), f"{called(row)} has no owner.")


@check(
    "monitoring.no-threshold-or-window",
    ref="monitoring.E009",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="A monitor has no threshold or window.",
    hint="Statistic, limit, window: all three.",
    source="Site Reliability Engineering, chapter 6",
    failing={"monitoring.monitors": [{"id": "m_latency", "critical": 100}]},
    passing={"monitoring.monitors": [{"id": "m_latency", "critical": 100, "window_s": 300}]},
)
def no_threshold_or_window(design: Design) -> Iterator[Hit]:
    """Without a limit it cannot fire, and without a window it fires on every blip or never."""
    for row in design.monitoring.monitors:
        if row.critical is None:
            yield Hit(row.at("critical"), f"{called(row)} has no limit to act at.")
        if row.window_s is None:
            yield Hit(row.at("window_s"), f"{called(row)} has no window.")


@check(
    "monitoring.unusual-psi-limits",
    ref="monitoring.H010",
    severity=Severity.HINT,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="Unusual PSI limits.",
    hint="Common practice: below 0.1 stable, 0.1 to 0.25 look, above 0.25 act; "
    "tune to bins and sample.",
    source="Siddiqi, Credit Risk Scorecards (2006)",
    failing={
        "monitoring.monitors": [{"id": "m_score", "statistic": "psi", "warn": 0.3, "critical": 0.2}]
    },
    passing={
        "monitoring.monitors": [
            {"id": "m_score", "statistic": "psi", "warn": 0.1, "critical": 0.25}
        ]
    },
)
def unusual_psi_limits(design: Design) -> Iterator[Hit]:
    """The index is near 0.02 for ten bins and a thousand rows without any drift, and 0.5 is another
    population: limits outside that range fire always or never.
    """
    for row in design.monitoring.monitors:
        warn, critical = finite(row.warn), finite(row.critical)
        if row.statistic.strip().lower() != "psi" or warn is None or critical is None:
            continue
        if not LOWEST_PSI <= warn < critical <= HIGHEST_PSI:
            yield Hit(
                row.at("critical"),
                f"{called(row)} warns at a PSI of {number(warn)} and acts at {number(critical)}, "
                "which is unusual.",
            )


@check(
    "monitoring.model-age-not-watched",
    ref="monitoring.W013",
    severity=Severity.WARNING,
    signal=Signal.S5,
    at="monitoring.monitors",
    reads=("monitoring.monitors",),
    message="Model age is not watched.",
    hint="Age [d] against the maximum age.",
    source="ML Test Score, monitoring 4",
    failing={"monitoring.monitors": [{"id": "m_latency", "kind": "latency"}]},
    passing={"monitoring.monitors": [{"id": "m_age", "kind": "staleness"}]},
)
def model_age_not_watched(design: Design) -> bool:
    """A training job that fails quietly leaves an old model in charge, and everything else still
    looks healthy.
    """
    return not any(row.kind == "staleness" for row in design.monitoring.monitors)


@check(
    "monitoring.oldest-before-next",
    ref="monitoring.E014",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.retrain.max_age_days",
    reads=("monitoring.retrain",),
    message="The maximum age is shorter than the cadence.",
    hint="max age [d] >= cadence [d] plus one failed run.",
    source="Arithmetic",
    failing={"monitoring.retrain.cadence_days": 7, "monitoring.retrain.max_age_days": 3},
    passing={"monitoring.retrain.cadence_days": 7, "monitoring.retrain.max_age_days": 21},
)
def oldest_before_next(design: Design) -> Iterator[Hit]:
    """The model is too old before the next one is even trained, so the alarm rings on every
    cycle.
    """
    oldest, cadence = design.monitoring.retrain.max_age_days, design.monitoring.retrain.cadence_days
    if oldest is not None and cadence is not None and oldest < cadence:
        yield Hit(
            "monitoring.retrain.max_age_days",
            f"A model may be {number(oldest, DAYS)} old, but a new one comes every "
            f"{number(cadence, DAYS)}.",
        )


@check(
    "monitoring.no-rollout",
    ref="monitoring.E015",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout",),
    message="No rollout plan.",
    hint="Offline gate, shadow, canary, experiment, ramp, full.",
    source="ML Test Score, infrastructure 4 and 6",
    failing={},
    passing={"monitoring.rollout": [{"step": "canary", "kind": "canary"}]},
)
def no_rollout(design: Design) -> bool:
    """A model that reaches everybody at once makes its first mistake on everybody."""
    return not design.monitoring.rollout


@check(
    "monitoring.step-without-rollback",
    ref="monitoring.E016",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout",),
    message="A rollout step without a rollback rule.",
    hint="Metric, limit, window, who or what flips the switch.",
    source="ML Test Score, infrastructure 7",
    failing={"monitoring.rollout": [{"step": "canary", "traffic_pct": 1}]},
    passing={
        "monitoring.rollout": [
            {
                "step": "canary",
                "traffic_pct": 1,
                "rollback_rule": "automatic if p99 over 100 ms for 5 min",
            }
        ]
    },
)
def step_without_rollback(design: Design) -> Iterator[Hit]:
    """In the middle of an incident nobody agrees on what is bad enough. The rule has to be older
    than the incident.
    """
    for row in design.monitoring.rollout:
        if row.traffic_pct is not None and row.traffic_pct > 0 and is_blank(row.rollback_rule):
            yield Hit(
                row.at("rollback_rule"),
                f"{called(row)} reaches {number(row.traffic_pct, PERCENT)} of traffic "
                "and has no rollback rule.",
            )


@check(
    "monitoring.first-exposure-too-large",
    ref="monitoring.W017",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout",),
    message="The first exposure is too large.",
    hint="1 to 5 % is usual.",
    source="Site Reliability Workbook, chapter 16",
    failing={"monitoring.rollout": [{"step": "canary", "traffic_pct": 50}]},
    passing={"monitoring.rollout": [{"step": "canary", "traffic_pct": 1}]},
)
def first_exposure_too_large(design: Design) -> Iterator[Hit]:
    """The first live step finds what no test could. How many people find it too is your choice."""
    for row in design.monitoring.rollout:
        if row.traffic_pct is None or row.traffic_pct <= 0:
            continue
        if row.traffic_pct > FIRST_EXPOSURE_PCT:
            yield Hit(
                row.at("traffic_pct"),
                f"{called(row)} is the first exposure and reaches "
                f"{number(row.traffic_pct, PERCENT)} of traffic.",
            )
        return


@check(
    "monitoring.ramp-does-not-rise",
    ref="monitoring.E018",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout",),
    message="The ramp does not rise to 100 %.",
    hint="Order the steps.",
    source="Interview practice",
    failing={
        "monitoring.rollout": [
            {"step": "canary", "traffic_pct": 5},
            {"step": "ramp", "traffic_pct": 1},
            {"step": "full", "traffic_pct": 100},
        ]
    },
    passing={
        "monitoring.rollout": [
            {"step": "canary", "traffic_pct": 1},
            {"step": "ramp", "traffic_pct": 50},
            {"step": "full", "traffic_pct": 100},
        ]
    },
)
def ramp_does_not_rise(design: Design) -> Iterator[Hit]:
    """A step back in traffic is a rollback, not a rollout; and a ramp that never ends leaves two
    systems to run for ever.
    """
    rollout = design.monitoring.rollout
    reached = None
    for row in rollout:
        traffic = finite(row.traffic_pct)
        if traffic is None:
            continue
        if reached is not None and traffic < reached:
            yield Hit(
                row.at("traffic_pct"),
                f"{called(row)} goes back from {number(reached, PERCENT)} "
                f"to {number(traffic, PERCENT)} of traffic.",
            )
        elif row is rollout[-1] and traffic != EVERYBODY_PCT:
            yield Hit(
                row.at("traffic_pct"),
                f"The ramp ends at {number(traffic, PERCENT)} with {called(row)}.",
            )
        reached = traffic


@check(
    "monitoring.no-shadow",
    ref="monitoring.W019",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="monitoring.rollout",
    reads=("monitoring.rollout",),
    message="No shadow step.",
    hint="Compare new and current on live inputs before anyone is affected.",
    source="Interview practice",
    failing={"monitoring.rollout": [{"step": "canary", "kind": "canary"}]},
    passing={"monitoring.rollout": [{"step": "shadow", "kind": "shadow"}]},
)
def no_shadow(design: Design) -> bool:
    """Live inputs break what test inputs did not. In the shadow they break it for nobody."""
    return not any(row.kind == "shadow" for row in design.monitoring.rollout)


@check(
    "monitoring.no-way-back",
    ref="monitoring.E022",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="monitoring.rollback.minutes",
    reads=("monitoring.rollback",),
    message="Rolling back is not possible or not timed.",
    hint="Keep the last good version warm; rehearse the minutes.",
    source="ML Test Score, infrastructure 7",
    failing={"monitoring.rollback.previous_version_kept": True},
    passing={
        "monitoring.rollback.previous_version_kept": True,
        "monitoring.rollback.minutes": 5,
    },
)
def no_way_back(design: Design) -> Iterator[Hit]:
    """The way back is what makes a launch safe, and an untimed one takes as long as it takes."""
    rollback = design.monitoring.rollback
    if rollback.previous_version_kept is False:
        yield Hit(
            "monitoring.rollback.previous_version_kept",
            "There is no previous version to go back to.",
        )
    if rollback.minutes is None:
        yield Hit("monitoring.rollback.minutes", "How long a rollback takes is unknown.")


@check(
    "monitoring.nothing-starts-retraining",
    ref="monitoring.E023",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.retrain.cadence_days",
    reads=("monitoring.retrain",),
    message="Nothing starts a retraining.",
    hint="A clock, a trigger, or both.",
    source="ML Test Score, model 4",
    failing={},
    passing={"monitoring.retrain.cadence_days": 1},
)
def nothing_starts_retraining(design: Design) -> bool:
    """The world moves on while the model stays. Somebody or something has to notice."""
    retrain = design.monitoring.retrain
    return retrain.cadence_days is None and not retrain.triggers


@check(
    "monitoring.unchecked-promotion",
    ref="monitoring.E024",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.retrain.validation_gate",
    reads=("monitoring.retrain",),
    message="New models go live unchecked.",
    hint="Beat the current one on fresh data and on slices.",
    source="ML Test Score, infrastructure 4",
    failing={"monitoring.retrain.auto_promote": True},
    passing={
        "monitoring.retrain.auto_promote": True,
        "monitoring.retrain.validation_gate": "Not below the current model, no slice 1 % worse.",
    },
)
def unchecked_promotion(design: Design) -> bool:
    """One bad day of data becomes a bad model by itself, at the pace of the retraining."""
    retrain = design.monitoring.retrain
    return bool(retrain.auto_promote) and is_blank(retrain.validation_gate)


@check(
    "monitoring.unknown-trigger",
    ref="monitoring.E025",
    severity=Severity.ERROR,
    signal=Signal.S5,
    at="monitoring.retrain.triggers",
    reads=("monitoring.monitors", "monitoring.retrain"),
    message="A trigger refers to no monitor.",
    hint="Fix the reference.",
    source="Consistency",
    failing={
        "monitoring.monitors": [{"id": "m_ndcg"}],
        "monitoring.retrain.triggers": ["m_recall"],
    },
    passing={
        "monitoring.monitors": [{"id": "m_ndcg"}],
        "monitoring.retrain.triggers": ["m_ndcg"],
    },
)
def unknown_trigger(design: Design) -> Iterator[Hit]:
    """A trigger that no monitor pulls never fires, and nobody will miss it."""
    monitors = ids(design.monitoring.monitors)
    unknown = [name for name in design.monitoring.retrain.triggers if name not in monitors]
    if unknown:
        yield Hit(
            "monitoring.retrain.triggers",
            f"Retraining waits for {listed(unknown)}, which no monitor is called.",
        )


@check(
    "monitoring.no-model-card",
    ref="monitoring.H032",
    severity=Severity.HINT,
    signal=Signal.S5,
    at="monitoring.model_card",
    reads=("monitoring.model_card",),
    message="No model card.",
    hint="Use, limits, data, slices, contact.",
    source="Model Cards for Model Reporting",
    failing={},
    passing={"monitoring.model_card": "Use: ordering the feed. Not for: eligibility. Contact: ML."},
)
def no_model_card(design: Design) -> bool:
    """A score travels to people who were not there when it was made. The card is all they have."""
    return is_blank(design.monitoring.model_card)
