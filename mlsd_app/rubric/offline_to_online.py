"""S2, from what is measured at a desk to what happens to people."""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.rubric.reading import every, filled
from mlsd_app.rubric.statements import answered, holds, judged
from mlsd_app.stages.conditions import SECONDS_A_DAY, can_experiment
from mlsd_app.stages.design import Design
from mlsd_app.stages.metrics import Metric
from mlsd_app.stages.reading import main_label


def _of_kind(design: Design, kind: str) -> list[Metric]:
    return [metric for metric in design.metrics.rows if metric.kind == kind]


def _has_both_sides(design: Design) -> bool:
    return bool(_of_kind(design, "offline") and _of_kind(design, "online"))


def _reaches_the_kpi(design: Design) -> bool:
    """Whether following what each metric stands in for ends at the KPI, from offline on."""
    by_id = {metric.id: metric for metric in design.metrics.rows}
    metric = next((m for m in _of_kind(design, "offline") if m.role == "primary"), None)
    seen: set[str] = set()
    while metric is not None and metric.id not in seen:
        if metric.proxy_for == "kpi":
            return True
        seen.add(metric.id)
        metric = by_id.get(metric.proxy_for)
    return False


def _guardrails_are_bounded(design: Design) -> bool:
    return every(_of_kind(design, "guardrail"), lambda metric: metric.bound is not None)


def _experiment_has_its_numbers(design: Design) -> bool:
    ab = design.metrics.ab
    noise = filled(ab.mean, ab.sd) or filled(ab.rate)
    return noise and filled(
        ab.mde_relative_pct, ab.alpha, ab.power, ab.treatment_pct, ab.eligible_units
    )


def _is_read_when_labels_are_final(design: Design) -> bool:
    ab = design.metrics.ab
    primary = next((m for m in design.metrics.rows if m.id and m.id == ab.primary_metric), None)
    if primary is None or primary.label_based is None:
        return False
    if not primary.label_based:
        return True
    label, lag = main_label(design.data), ab.readout_lag_days
    if label is None or label.delay_s is None or lag is None:
        return False
    return lag * SECONDS_A_DAY >= label.delay_s


def _gated(design: Design, kind: str = "") -> Iterator[set[str]]:
    ids = {metric.id for metric in design.metrics.rows if metric.id}
    for step in design.monitoring.rollout:
        if not kind or step.kind == kind:
            yield ids.intersection(step.gate_metrics)


def _experiment_gates_on_all(design: Design) -> bool:
    primary = {m.id for m in _of_kind(design, "online") if m.role == "primary"}
    needed = primary | {m.id for m in _of_kind(design, "guardrail")}
    return bool(primary) and every(_gated(design, "ab"), lambda gate: needed <= gate)


CELLS = {
    "L3": (answered("A metric is named", "metrics.rows"),),
    "L4": (
        holds("An offline and an online metric are named", "metrics.rows", _has_both_sides),
        holds(
            "Each metric says whether up or down is better",
            "metrics.rows",
            lambda design: every(design.metrics.rows, lambda metric: filled(metric.direction)),
        ),
        judged("Offline metric suits the task and the class balance", "metrics.rows"),
        holds(
            "Rollout gates name metrics of stage 2",
            "monitoring.rollout",
            lambda design: any(_gated(design)),
        ),
    ),
    "L5": (
        holds("A chain leads from the offline metric to the KPI", "metrics.rows", _reaches_the_kpi),
        answered("How offline and online can part is written down", "metrics.offline_online_gap"),
        holds("Guardrails have a bound", "metrics.rows", _guardrails_are_bounded),
        holds(
            "Two or more slices are kept in view",
            "metrics.slices",
            lambda design: len(design.metrics.slices) > 1,
        ),
        holds(
            "Experiment has its smallest effect, noise, error rates and units",
            "metrics.ab.mde_relative_pct metrics.ab.alpha metrics.ab.power "
            "metrics.ab.treatment_pct metrics.ab.eligible_units",
            _experiment_has_its_numbers,
            when=can_experiment,
        ),
        holds(
            "Experiment gate reads the primary metric and every guardrail",
            "monitoring.rollout",
            _experiment_gates_on_all,
            when=can_experiment,
        ),
    ),
    "L6": (
        judged(
            "Proxy was checked on past experiments or exploration data",
            "metrics.offline_online_gap",
        ),
        holds(
            "Experiment is read only when its labels are final",
            "metrics.ab.primary_metric metrics.ab.readout_lag_days",
            _is_read_when_labels_are_final,
            when=can_experiment,
        ),
        answered(
            "When to stop the experiment is fixed beforehand",
            "metrics.ab.stop_rule",
            when=can_experiment,
        ),
        judged(
            "Arms that touch each other are planned for",
            "metrics.ab.unit metrics.ab.unit_entity",
            when=can_experiment,
        ),
        judged(
            "Slow effects are followed after the launch",
            "monitoring.rollout monitoring.holdback_pct",
        ),
    ),
}
