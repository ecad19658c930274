from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from mlsd_app.stages.data import Data, Label, Split
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES, Design, table_at
from mlsd_app.stages.features import Feature, Features
from mlsd_app.stages.fields import Depth, Field, Kind, Question, Stage, fields_of
from mlsd_app.stages.framing import Framing
from mlsd_app.stages.general import General
from mlsd_app.stages.guide import WHAT_CHANGES
from mlsd_app.stages.metrics import Experiment, Metrics
from mlsd_app.stages.monitoring import Monitoring, Retrain
from mlsd_app.stages.quantities import parse
from mlsd_app.stages.serving import Serving

# Stored with every answer, finding and version: changing one needs a data migration.
KEYS = {
    "general": """
        title mode project_stage target_level company_variant persona prompt_id time_plan
        tradeoffs hints_given stage_minutes.framing stage_minutes.metrics stage_minutes.data
        stage_minutes.features stage_minutes.model stage_minutes.serving stage_minutes.monitoring
        questions_for_interviewer open_questions glossary references
    """,
    "framing": """
        category problem_statement business_objective business_kpi kpi_unit kpi_direction
        kpi_baseline kpi_target stakeholders in_scope out_of_scope ml_task prediction_unit entities
        target_definition decision decision_uses_probability cost_fp cost_fn non_ml_alternative
        scale catalogue_size daily_requests avg_qps peak_qps timeliness latency_slo_ms
        latency_percentile batch_rows_per_run availability_slo_pct freshness_requirement_s
        cost_budget_month interpretability_need risk_class personal_data privacy_constraints
        retention_limit_days feedback_loop assumptions failure_modes blueprint
    """,
    "metrics": """
        rows offline_online_gap operating_point slices ab.unit ab.unit_entity ab.primary_metric
        ab.metric_type ab.mean ab.sd ab.rate ab.mde_relative_pct ab.alpha ab.power ab.arms
        ab.treatment_pct ab.eligible_units ab.daily_units ab.duration_days ab.readout_lag_days
        ab.stop_rule ab.variance_reduction ab.not_possible
    """,
    "data": """
        sources labels training_window_days base_sample sampling_rate sampling_correction
        rows_train positives_train time_dependent longest_season_days repeated_entities
        generalise_to_new_entities split.kind split.gap_days split.val_days split.test_days
        split.group_key imbalance_handling leakage_review feedback_mitigation exploration_pct
        logs_predictions logs_features_at_serving annotation.guideline annotation.per_item
        annotation.agreement data_card.motivation data_card.composition data_card.collection
        data_card.maintenance
    """,
    "features": "rows skew_prevention parity_test encoding normaliser_fit_on versioning",
    "model": """
        candidates chosen justification loss calibration bias_handling hyperparameters
        selection_set explanation reproducibility registry training.duration_h training.hardware
        training.mode delayed_label_handling cold_start error_analysis overfitting_plan
        upgrade_path fallback_model upstream_models downstream_consumers
    """,
    "serving": """
        mode mode_reason batch_interval_h batch_duration_h components zones funnel cache_ttl_s
        other_cost_month missing_feature_policy degradation_ladder autoscaling security
    """,
    "monitoring": """
        monitors retrain.cadence_days retrain.mode retrain.triggers retrain.validation_gate
        retrain.auto_promote retrain.max_age_days rollout canary_base_rate
        rollback.previous_version_kept rollback.mechanism rollback.minutes holdback_pct
        kill_switch model_card runbook
    """,
}

COLUMNS = {
    "general.tradeoffs": "decision stage option_a option_b choice reason cost",
    "general.hints_given": "time stage hint unprompted mentor",
    "framing.scale": "entity count note growth_month_pct",
    "framing.assumptions": "assumption value basis verify",
    "framing.failure_modes": "failure cost who mitigation",
    "metrics.rows": """
        id name kind role family direction baseline target bound unit proxy_for label_based slice
    """,
    "data.sources": """
        id kind owner entity events_per_day gb_per_day ingestion_lag_s retention_days personal
        feeds quality_checks change_notice
    """,
    "data.labels": """
        id main definition source method negative delay_s noise_pct positive_rate_pct
        examples_per_day bias_note
    """,
    "features.rows": """
        id entity kind sources freshness_s window_days available_at_prediction point_in_time
        derives_from_label fetch_component missing_default owner transform sensitive justification
        critical
    """,
    "model.candidates": """
        id role family metric score infer_ms batch_size interpretability pretrained why cost
    """,
    "model.cold_start": "entity until strategy",
    "model.upstream_models": "name owner change_notice",
    "serving.components": """
        id critical group model items parallelism p99_ms service_ms concurrency utilisation
        replicas qps_multiplier timeout_ms fallback_kind fallback availability_pct cost_month
    """,
    "serving.funnel": "stage component items_in items_out",
    "monitoring.monitors": """
        id kind watches statistic warn critical window_s lag_s sample_share action action_kind
        owner runbook
    """,
    "monitoring.rollout": "step kind traffic_pct duration_h gate gate_metrics rollback_rule",
}

CHOICES = {
    "general.mode": "interview team",
    "general.project_stage": "concept design pilot production",
    "general.target_level": "L3 L4 L5 L6",
    "general.company_variant": "startup large",
    "general.persona": "backend scientist none",
    "general.tradeoffs.stage": "1 2 3 4 5 6 7",
    "general.tradeoffs.choice": "option_a option_b",
    "general.hints_given.stage": "1 2 3 4 5 6 7",
    "framing.category": """
        recommender search ads fraud moderation forecasting vision nlp llm_rag other
    """,
    "framing.kpi_direction": "up down",
    "framing.ml_task": """
        binary_classification multiclass_classification multilabel_classification ranking retrieval
        regression forecasting anomaly_detection clustering generation
    """,
    "framing.timeliness": "online nearline batch",
    "framing.latency_percentile": "p95 p99 p99.9",
    "framing.interpretability_need": "none aggregate per_decision",
    "framing.risk_class": "low medium high",
    "metrics.rows.kind": "offline online guardrail",
    "metrics.rows.role": "primary secondary diagnostic guardrail",
    "metrics.rows.family": """
        accuracy precision recall f1 macro_f1 pr_auc roc_auc log_loss calibration brier ndcg map
        mrr precision_at_k recall_at_k rmse mae mape wape quantile r2 bias crps groundedness
        faithfulness exact_match human_rating win_rate business_mean business_rate latency
        diversity fairness
    """,
    "metrics.rows.direction": "up down",
    "metrics.ab.unit": "user session request region time",
    "metrics.ab.metric_type": "mean proportion",
    "data.sources.kind": "batch stream cdc api manual",
    "data.sources.feeds": "training serving both",
    "data.labels.method": """
        implicit explicit human programmatic delayed_outcome self_supervised
    """,
    "data.sampling_correction": "none prior_correction weights calibration",
    "data.split.kind": "random stratified_random group time time_with_gap group_time",
    "features.rows.kind": "batch streaming request_time",
    "features.rows.available_at_prediction": "yes no unknown",
    "features.rows.point_in_time": "as_of_join logged_at_serving snapshot not_needed none",
    "features.rows.transform": "shared separate",
    "features.normaliser_fit_on": "train all n/a",
    "model.candidates.role": "baseline candidate",
    "model.candidates.family": """
        rule popularity linear tree naive_ts bm25 prompt factorisation two_tower deep graph
        ensemble llm
    """,
    "model.candidates.interpretability": "high medium low",
    "model.loss": """
        log_loss cross_entropy weighted_log_loss focal hinge pairwise listwise softmax multi_task
        contrastive triplet squared absolute huber quantile poisson tweedie preference
    """,
    "model.bias_handling": "position exposure selection",
    "model.selection_set": "validation cv test",
    "serving.mode": "online batch hybrid streaming",
    "serving.components.fallback_kind": "none default cache rule degraded_model skip",
    "monitoring.monitors.kind": """
        online_metric offline_metric calibration prediction_drift feature_drift label_drift
        data_quality skew latency error_rate staleness cost fairness fallback_rate
    """,
    "monitoring.monitors.action_kind": """
        page ticket auto_rollback auto_retrain switch_fallback dashboard_only
    """,
    "monitoring.rollout.kind": "offline_gate shadow canary ab ramp full",
}

# Choices whose stored values contain spaces.
PHRASES = {
    "features.skew_prevention": ["shared transform", "logged features", "parity test"],
    "monitoring.retrain.mode": ["full", "incremental", "warm start"],
}

DAY = 86_400.0
EXPERIMENT = {
    f"metrics.ab.{part}"
    for part in fields_of(Experiment)
    if part not in {"mean", "sd", "rate", "not_possible"}
}
INTERVIEW = {
    "general.prompt_id",
    "general.time_plan",
    "general.hints_given",
    "general.questions_for_interviewer",
    *(f"general.stage_minutes.{stage.key}" for stage in NUMBERED_STAGES),
}
TIME_SPLIT = {"data.split.gap_days", "data.split.val_days", "data.split.test_days"}

EMPTY = Design()

VIDEO = Design(
    general=General(mode="interview"),
    framing=Framing(
        category="recommender",
        ml_task="ranking",
        catalogue_size=10_000_000,
        timeliness="online",
        interpretability_need="aggregate",
        risk_class="medium",
        personal_data=True,
        feedback_loop=True,
    ),
    metrics=Metrics(ab=Experiment(unit="user", metric_type="mean")),
    data=Data(
        labels=(Label(row="1", method="implicit", delay_s=DAY, positive_rate_pct=8),),
        time_dependent=True,
        repeated_entities=True,
        generalise_to_new_entities=False,
        split=Split(kind="time_with_gap"),
    ),
    features=Features(
        rows=(
            Feature(row="1", kind="batch", transform="shared"),
            Feature(row="2", kind="streaming", transform="shared"),
        ),
        skew_prevention=("shared transform", "logged features", "parity test"),
    ),
    serving=Serving(mode="online"),
    monitoring=Monitoring(retrain=Retrain(cadence_days=1)),
)

FRAUD = Design(
    general=General(mode="team"),
    framing=Framing(
        category="fraud",
        ml_task="binary_classification",
        timeliness="online",
        interpretability_need="per_decision",
        risk_class="high",
        personal_data=True,
        feedback_loop=True,
    ),
    metrics=Metrics(ab=Experiment(unit="user", metric_type="mean")),
    data=Data(
        labels=(
            Label(row="1", method="delayed_outcome", delay_s=45 * DAY, positive_rate_pct=0.12),
            Label(row="2", method="human", delay_s=3 * DAY, positive_rate_pct=30),
        ),
        time_dependent=True,
        repeated_entities=True,
        generalise_to_new_entities=False,
        split=Split(kind="time_with_gap"),
    ),
    features=Features(
        rows=(
            Feature(row="1", kind="streaming", transform="shared"),
            Feature(row="2", kind="request_time", transform="shared"),
        ),
        skew_prevention=("parity test",),
    ),
    serving=Serving(mode="online"),
    monitoring=Monitoring(retrain=Retrain(cadence_days=7)),
)

stages = pytest.mark.parametrize("stage", STAGES.values(), ids=lambda stage: stage.key)


def keys(text: str) -> list[str]:
    return text.split()


def tables() -> Iterator[tuple[str, Field]]:
    for stage in STAGES.values():
        for key, field in stage.tables.items():
            yield f"{stage.key}.{key}", field


def everything() -> Iterator[tuple[str, Field]]:
    """Every field, and every column of every table, with a dotted name."""
    for stage in STAGES.values():
        for key, field in stage.fields.items():
            yield f"{stage.key}.{key}", field
            for column_key, column in field.columns.items():
                yield f"{stage.key}.{key}.{column_key}", column


def questions() -> list[Question]:
    return [question for stage in STAGES.values() for question in stage.questions]


def conditional() -> Iterator[tuple[str, Field]]:
    return ((name, field) for name, field in everything() if field.when is not None)


def asked(design: Design) -> set[str]:
    """The fields with a condition that holds."""
    return {name for name, field in conditional() if field.when is not None and field.when(design)}


def test_the_stages_are_numbered_in_order() -> None:
    assert [stage.number for stage in STAGES.values()] == list(range(8))
    assert [stage.key for stage in NUMBERED_STAGES] == list(KEYS)[1:]


@stages
def test_a_stage_keeps_its_keys(stage: Stage) -> None:
    assert list(fields_of(stage.answers)) == keys(KEYS[stage.key])


@pytest.mark.parametrize("address", COLUMNS)
def test_a_table_keeps_its_columns(address: str) -> None:
    assert list(table_at(address).columns) == keys(COLUMNS[address])


def test_no_table_is_left_out() -> None:
    assert {address for address, _ in tables()} == set(COLUMNS)


def test_choices_keep_their_stored_values() -> None:
    stored = {name: list(field.choices) for name, field in everything() if field.choices}

    assert stored == {name: keys(values) for name, values in CHOICES.items()} | PHRASES


def test_choices_have_labels_for_people() -> None:
    for name, field in everything():
        for value, label in field.choices.items():
            assert label, name
            assert "_" not in label, (name, value)
        assert len(set(field.choices.values())) == len(field.choices), name


@stages
def test_every_field_is_asked_by_exactly_one_question(stage: Stage) -> None:
    by_times = Counter(key for question in stage.questions for key in question.fields)

    assert dict(by_times) == dict.fromkeys(keys(KEYS[stage.key]), 1)
    for key, field in stage.fields.items():
        assert field.depth is stage.question_of(key).depth


@stages
def test_an_interview_is_asked_a_handful_of_questions(stage: Stage) -> None:
    core = [question for question in stage.questions if question.depth is Depth.CORE]

    assert 4 <= len(core) <= 9
    assert stage.questions[: len(core)] == tuple(core), "core questions come first"


@stages
def test_deeper_questions_stand_together_under_their_topic(stage: Stage) -> None:
    topics = [question.topic for question in stage.questions]
    changes = [
        topic for topic, before in zip(topics, ["", *topics], strict=False) if topic != before
    ]

    assert len(changes) == len(set(changes))
    for question in stage.questions:
        assert bool(question.topic) is (question.depth is Depth.FULL), question.key


def test_questions_are_questions_and_not_lists_of_fields() -> None:
    for question in questions():
        assert question.label.endswith("?"), question.label
        assert question.label[0].isupper(), question.label
        is_experiment = question.key.startswith("ab.")
        assert len(question.fields) <= (16 if is_experiment else 9), question.label


def test_no_two_questions_of_a_stage_read_the_same() -> None:
    for stage in STAGES.values():
        labels = [question.label for question in stage.questions]
        assert len(set(labels)) == len(labels), stage.key


def test_help_is_short_and_whole() -> None:
    texts = [(name, field.help) for name, field in everything()]
    texts += [(question.label, question.help) for question in questions()]
    for name, text in texts:
        if text:
            assert text.endswith((".", "?")), name
            assert text[0].isupper() or text[0].isdigit(), name
            assert len(text) <= 110, name


def test_labels_stand_over_a_control() -> None:
    for name, field in everything():
        assert 0 < len(field.label) <= 40, name
        assert not field.label.endswith((".", ":", "?")), name


def test_columns_make_short_table_heads() -> None:
    for name, field in tables():
        labels = [column.label for column in field.columns.values()]
        assert len(set(labels)) == len(labels), name
        assert all(len(label) <= 29 for label in labels), name


def test_a_line_of_a_table_shows_what_it_is_called_and_little_more() -> None:
    for name, field in tables():
        shown = [key for key, column in field.columns.items() if column.depth is Depth.CORE]
        assert shown[0] == next(iter(field.columns)), name
        assert 3 <= len(shown) <= 7, name


def test_tables_know_their_own_address_and_what_a_row_is_called() -> None:
    for address, field in tables():
        assert field.row is not None
        assert address == field.row.TABLE
        assert field.row(row="r1").at("id") == f"{address}/r1.id"
        assert field.row_name not in {"", "row"}, address


def test_references_point_at_tables_that_exist() -> None:
    seen = 0
    for name, field in everything():
        for address in field.refs:
            seen += 1
            assert table_at(address).is_table, name
    assert seen >= 20


def test_what_is_written_has_an_example_to_start_from() -> None:
    without = {"general.hints_given.mentor", "metrics.rows.slice"}
    for name, field in everything():
        if field.kind in {Kind.TEXT, Kind.LINE, Kind.LIST}:
            is_helped = bool(field.example) or (name in without) or bool(field.help)
            assert is_helped, name


def test_longer_answers_show_what_a_strong_one_contains() -> None:
    for stage in STAGES.values():
        for key, field in stage.fields.items():
            if field.kind in {Kind.TEXT, Kind.LIST}:
                assert len(field.example) >= 20, f"{stage.key}.{key}"


def test_an_example_of_a_quantity_can_be_typed() -> None:
    examples = 0
    for name, field in everything():
        if field.kind is not Kind.QUANTITY or not field.example:
            continue
        examples += 1
        value = parse(field.example, field.unit)
        assert field.low is None or value >= field.low, name
        assert field.high is None or value <= field.high, name
        assert not field.whole or float(value).is_integer(), name
    assert examples >= 60


def test_a_condition_says_when_it_holds() -> None:
    for name, field in everything():
        assert bool(field.when_says) is (field.when is not None), name
    for name, field in conditional():
        assert field.when_says.startswith(("when ", "unless ", "in ", "of ")), name
        assert not field.when_says.endswith("."), name


def test_columns_are_always_asked() -> None:
    for _, field in tables():
        assert all(column.when is None for column in field.columns.values())


@pytest.mark.parametrize("design", [EMPTY, VIDEO, FRAUD], ids=["empty", "video", "fraud"])
def test_every_condition_answers_yes_or_no(design: Design) -> None:
    for name, field in conditional():
        assert field.when is not None
        assert isinstance(field.when(design), bool), name


def test_an_empty_design_is_asked_what_nothing_rules_out() -> None:
    assert asked(EMPTY) == {"data.labels", "serving.components"} | EXPERIMENT


def test_a_recommender_is_asked_about_its_catalogue_and_newcomers() -> None:
    assert asked(VIDEO) == INTERVIEW | EXPERIMENT | TIME_SPLIT | {
        "framing.catalogue_size",
        "framing.latency_slo_ms",
        "framing.latency_percentile",
        "framing.privacy_constraints",
        "framing.retention_limit_days",
        "metrics.ab.mean",
        "metrics.ab.sd",
        "data.labels",
        "data.longest_season_days",
        "data.feedback_mitigation",
        "data.exploration_pct",
        "features.parity_test",
        "model.bias_handling",
        "model.cold_start",
        "serving.components",
        "serving.funnel",
        "serving.missing_feature_policy",
        "monitoring.holdback_pct",
    }


def test_a_risky_classifier_is_asked_about_costs_people_and_late_labels() -> None:
    assert asked(FRAUD) == EXPERIMENT | TIME_SPLIT | {
        "framing.cost_fp",
        "framing.cost_fn",
        "framing.latency_slo_ms",
        "framing.latency_percentile",
        "framing.privacy_constraints",
        "framing.retention_limit_days",
        "metrics.operating_point",
        "metrics.ab.mean",
        "metrics.ab.sd",
        "data.labels",
        "data.longest_season_days",
        "data.imbalance_handling",
        "data.feedback_mitigation",
        "data.exploration_pct",
        "data.annotation.guideline",
        "data.annotation.per_item",
        "data.annotation.agreement",
        "features.parity_test",
        "model.explanation",
        "model.delayed_label_handling",
        "serving.components",
        "serving.missing_feature_policy",
        "monitoring.holdback_pct",
        "monitoring.kill_switch",
    }


FORECAST = Framing(ml_task="forecasting")
RANKING_BY_TASK = Framing(ml_task="retrieval")
LATE = (Label(row="1", delay_s=DAY + 1),)


@pytest.mark.parametrize(
    ("design", "name", "is_asked"),
    [
        (Design(framing=Framing(timeliness="batch")), "framing.batch_rows_per_run", True),
        (Design(framing=Framing(timeliness="batch")), "framing.latency_slo_ms", False),
        (Design(framing=Framing(timeliness="nearline")), "framing.latency_slo_ms", False),
        (Design(framing=RANKING_BY_TASK), "framing.catalogue_size", True),
        (Design(framing=Framing(category="search")), "framing.catalogue_size", True),
        (Design(framing=Framing(category="ads")), "framing.catalogue_size", False),
        (Design(framing=Framing(category="ads")), "model.cold_start", True),
        (Design(framing=Framing(personal_data=False)), "framing.privacy_constraints", False),
        (Design(framing=Framing(ml_task="clustering")), "data.labels", False),
        (Design(framing=Framing(ml_task="generation")), "data.labels", True),
        (Design(framing=FORECAST), "data.longest_season_days", True),
        (Design(framing=Framing(catalogue_size=10_000)), "serving.funnel", False),
        (Design(framing=Framing(catalogue_size=10_001)), "serving.funnel", True),
        (Design(metrics=Metrics(ab=Experiment(not_possible=" "))), "metrics.ab.unit", True),
        (
            Design(metrics=Metrics(ab=Experiment(not_possible="One shop."))),
            "metrics.ab.unit",
            False,
        ),
        (
            Design(metrics=Metrics(ab=Experiment(metric_type="mean", not_possible="One shop."))),
            "metrics.ab.sd",
            False,
        ),
        (
            Design(metrics=Metrics(ab=Experiment(metric_type="proportion"))),
            "metrics.ab.rate",
            True,
        ),
        (
            Design(metrics=Metrics(ab=Experiment(metric_type="proportion"))),
            "metrics.ab.sd",
            False,
        ),
        (Design(data=Data(split=Split(kind="random"))), "data.split.gap_days", False),
        (Design(data=Data(split=Split(kind="group"))), "data.split.group_key", True),
        (Design(data=Data(split=Split(kind="group"))), "data.split.gap_days", False),
        (Design(data=Data(split=Split(kind="group_time"))), "data.split.gap_days", True),
        (
            Design(data=Data(repeated_entities=True, generalise_to_new_entities=True)),
            "data.split.group_key",
            True,
        ),
        (
            Design(data=Data(labels=(Label(row="1", positive_rate_pct=5),))),
            "data.imbalance_handling",
            False,
        ),
        (
            Design(data=Data(labels=(Label(row="1", positive_rate_pct=0),))),
            "data.imbalance_handling",
            True,
        ),
        (
            Design(features=Features(rows=(Feature(row="1", transform="separate"),))),
            "features.parity_test",
            True,
        ),
        (
            Design(features=Features(rows=(Feature(row="1", kind="batch"),))),
            "serving.missing_feature_policy",
            False,
        ),
        (Design(data=Data(labels=LATE)), "model.delayed_label_handling", False),
        (
            Design(data=Data(labels=LATE), monitoring=Monitoring(retrain=Retrain(cadence_days=1))),
            "model.delayed_label_handling",
            True,
        ),
        (Design(serving=Serving(mode="hybrid")), "serving.batch_interval_h", True),
        (Design(serving=Serving(mode="streaming")), "serving.batch_interval_h", False),
        (Design(serving=Serving(mode="batch")), "serving.components", False),
        (replace(VIDEO, serving=Serving(mode="batch")), "serving.components", True),
        (Design(framing=Framing(risk_class="medium")), "monitoring.kill_switch", False),
    ],
)
def test_a_condition_follows_the_answers(design: Design, name: str, *, is_asked: bool) -> None:
    assert (name in asked(design)) is is_asked


def test_every_stage_says_what_ml_changes() -> None:
    assert list(WHAT_CHANGES) == [stage.key for stage in NUMBERED_STAGES]
    for words in WHAT_CHANGES.values():
        assert all(text.endswith(".") for text in words)
