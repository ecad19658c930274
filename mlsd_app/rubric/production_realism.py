"""S4, a system that answers in time, also while it changes and when parts of it fail."""

from __future__ import annotations

import re

from mlsd_app.calculators.watching import ENOUGH_EVENTS, canary_events
from mlsd_app.rubric import capacity
from mlsd_app.rubric.reading import every, filled
from mlsd_app.rubric.statements import answered, holds, judged
from mlsd_app.stages.conditions import (
    answers_in_batch,
    can_experiment,
    chooses_from_a_catalogue,
    has_a_large_catalogue,
    has_a_request_path,
    is_high_risk,
    matches_two_sides,
    reads_live_features,
    runs_batches,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.monitoring import RolloutStep

# What a blueprint must show, each by the beginnings of the words for it
LOOP = tuple(
    re.compile(rf"\b(?:{words})", re.I)
    for words in ("data|log|event", "train", "regist", "serv", "monitor")
)


def _may_answer_online(design: Design) -> bool:
    return design.framing.timeliness in {"", "online"}


def _the_load_is_known(design: Design) -> bool:
    framing = design.framing
    load = framing.batch_rows_per_run if answers_in_batch(design) else framing.peak_qps
    return load is not None


def _may_use_personal_data(design: Design) -> bool:
    return design.framing.personal_data is not False


def _the_loop_is_drawn(design: Design) -> bool:
    return all(part.search(design.framing.blueprint) for part in LOOP)


def _growth_is_given(design: Design) -> bool:
    return every(design.framing.scale, lambda row: row.growth_month_pct is not None)


def _has_upstream_models(design: Design) -> bool:
    return bool(design.model.upstream_models)


def _upstream_models_are_under_contract(design: Design) -> bool:
    return every(design.model.upstream_models, lambda row: filled(row.owner, row.change_notice))


def _newcomers_are_served(design: Design) -> bool:
    return sum(filled(row.entity, row.strategy) for row in design.model.cold_start) > 1


def _caches_or_scales_out(design: Design) -> bool:
    return design.serving.cache_ttl_s is not None or filled(design.serving.autoscaling)


def _critical_components_have_fallbacks(design: Design) -> bool:
    critical = (row for row in design.serving.components if row.critical)
    return every(critical, lambda row: capacity.has_fallback(row) and filled(row.fallback))


def _narrows_a_large_catalogue(design: Design) -> bool:
    return chooses_from_a_catalogue(design) and has_a_large_catalogue(design)


def _the_funnel_narrows(design: Design) -> bool:
    steps = design.serving.funnel
    return len(steps) > 1 and all(
        step.items_in is not None and step.items_out is not None and step.items_out < step.items_in
        for step in steps
    )


def _a_batch_ends_before_the_next(design: Design) -> bool:
    interval, duration = design.serving.batch_interval_h, design.serving.batch_duration_h
    return interval is not None and duration is not None and duration < interval


def _calls_are_counted(design: Design) -> bool:
    return every(design.serving.components, lambda row: row.qps_multiplier is not None)


def _served_features_name_their_reader(design: Design) -> bool:
    readers = {component.id for component in design.serving.components if component.id}
    return every(
        design.features.rows,
        lambda feature: feature.kind == "request_time" or feature.fetch_component in readers,
    )


def _exposure_grows_in_safe_steps(design: Design) -> bool:
    needed = {"shadow", "canary", "ab"} if can_experiment(design) else {"shadow", "canary"}
    return needed <= {step.kind for step in design.monitoring.rollout}


def _every_exposure_can_be_turned_back(design: Design) -> bool:
    exposed = [step for step in design.monitoring.rollout if (step.traffic_pct or 0) > 0]
    return every(exposed, lambda step: filled(step.rollback_rule))


def _the_way_back_is_ready(design: Design) -> bool:
    rollback = design.monitoring.rollback
    return rollback.previous_version_kept is True and rollback.minutes is not None


def _has_a_canary(design: Design) -> bool:
    return any(step.kind == "canary" for step in design.monitoring.rollout)


def _the_canary_sees_enough(design: Design) -> bool:
    def sees_enough(step: RolloutStep) -> bool:
        events = canary_events(
            daily_units=design.metrics.ab.daily_units,
            traffic_pct=step.traffic_pct,
            duration_h=step.duration_h,
            base_rate=design.monitoring.canary_base_rate,
        )
        return events is not None and events >= ENOUGH_EVENTS

    return every((step for step in design.monitoring.rollout if step.kind == "canary"), sees_enough)


CELLS = {
    "L3": (answered("A way of serving is picked", "serving.mode"),),
    "L4": (
        answered("Says when the answer must exist", "framing.timeliness"),
        holds(
            "The load has a number",
            "framing.peak_qps framing.batch_rows_per_run",
            _the_load_is_known,
        ),
        answered("A registry keeps the models", "model.registry"),
        answered("Batch or online comes with its reason", "serving.mode_reason"),
        holds(
            "Caching or scaling out is settled",
            "serving.cache_ttl_s serving.autoscaling",
            _caches_or_scales_out,
            when=has_a_request_path,
        ),
        holds(
            "A batch ends before the next one starts",
            "serving.batch_interval_h serving.batch_duration_h",
            _a_batch_ends_before_the_next,
            when=runs_batches,
        ),
        holds(
            "Rollout has steps",
            "monitoring.rollout",
            lambda design: len(design.monitoring.rollout) > 1,
        ),
    ),
    "L5": (
        answered(
            "One latency limit at one percentile",
            "framing.latency_slo_ms framing.latency_percentile",
            when=_may_answer_online,
        ),
        answered(
            "Availability, freshness and budget have numbers",
            "framing.availability_slo_pct framing.freshness_requirement_s "
            "framing.cost_budget_month",
        ),
        answered(
            "Rules for personal data are written",
            "framing.privacy_constraints",
            when=_may_use_personal_data,
        ),
        holds("Blueprint runs from data to monitoring", "framing.blueprint", _the_loop_is_drawn),
        holds(
            "Each stored feature names the component that reads it",
            "features.rows",
            _served_features_name_their_reader,
            when=_may_answer_online,
        ),
        holds(
            "Three or more things are pinned to repeat a training",
            "model.reproducibility",
            lambda design: len(design.model.reproducibility) > 2,
        ),
        answered("A simpler model stands ready", "model.fallback_model"),
        holds(
            "Newcomers on both sides have a strategy",
            "model.cold_start",
            _newcomers_are_served,
            when=matches_two_sides,
        ),
        holds(
            "Latency limit is split over the components",
            "serving.components",
            capacity.path_fits_the_limit,
            when=_may_answer_online,
        ),
        holds(
            "Replicas follow from the load",
            "serving.components",
            capacity.replicas_carry_the_peak,
            when=has_a_request_path,
        ),
        holds(
            "Each critical component has a fallback",
            "serving.components",
            _critical_components_have_fallbacks,
            when=has_a_request_path,
        ),
        answered(
            "A missing live feature has a rule",
            "serving.missing_feature_policy",
            when=reads_live_features,
        ),
        holds(
            "Large catalogue narrows in two or more steps",
            "serving.funnel",
            _the_funnel_narrows,
            when=_narrows_a_large_catalogue,
        ),
        holds(
            "Shadow, canary and experiment come before everybody",
            "monitoring.rollout",
            _exposure_grows_in_safe_steps,
        ),
        holds(
            "Each step with traffic has a rollback rule",
            "monitoring.rollout",
            _every_exposure_can_be_turned_back,
        ),
        holds(
            "Previous version is kept, and the way back is timed",
            "monitoring.rollback.previous_version_kept monitoring.rollback.minutes",
            _the_way_back_is_ready,
        ),
    ),
    "L6": (
        holds("Growth of the load is given", "framing.scale", _growth_is_given),
        judged("Reading features costs few calls per request", "features.rows"),
        holds(
            "Upstream models have an owner who announces changes",
            "model.upstream_models",
            _upstream_models_are_under_contract,
            when=_has_upstream_models,
        ),
        answered("Those who read the score are named", "model.downstream_consumers"),
        holds(
            "Losing one zone leaves enough replicas",
            "serving.zones serving.components",
            capacity.a_lost_zone_is_carried,
            when=has_a_request_path,
        ),
        holds(
            "Availabilities multiply to what was promised",
            "serving.components",
            capacity.parts_are_as_available_as_promised,
            when=has_a_request_path,
        ),
        holds(
            "Calls per request are counted for each component",
            "serving.components",
            _calls_are_counted,
            when=has_a_request_path,
        ),
        answered("What gives way first and next is written down", "serving.degradation_ladder"),
        judged("Degradation has been rehearsed", "serving.degradation_ladder"),
        holds(
            "Canary sees enough events to fail",
            "monitoring.rollout monitoring.canary_base_rate",
            _the_canary_sees_enough,
            when=_has_a_canary,
        ),
        answered(
            "A stop switch is described",
            "monitoring.kill_switch",
            when=is_high_risk,
        ),
        judged(
            "The way back has been rehearsed",
            "monitoring.rollback.mechanism monitoring.rollback.minutes",
        ),
    ),
}
