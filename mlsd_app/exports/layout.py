"""How the report is set: the sections of each stage, and the columns of its wide tables.

This is the hand-made part. What a field is called and how its value is written comes from the
stages; a field that no section names is still printed, under the question that asks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mlsd_app.stages.fields import Field, Stage

BLOCK = 166  # mm, the hanging column and the text column together
TEXT = 120  # mm, the text column


@dataclass(frozen=True, slots=True)
class Section:
    """A heading in the margin and the fields that stand under it, in order.

    ``figures`` come before the tables, ``calculation`` after the prose.
    """

    heading: str
    fields: tuple[str, ...]
    figures: tuple[str, ...] = ()
    calculation: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the key of the field, and its width in mm.

    ``also`` names a second field that shares the cell; ``head`` replaces the field's label. A key
    that is no field is computed by ``tables.COMPUTED``.
    """

    key: str
    width: int
    also: str = ""
    head: str = ""
    is_even: bool = False  # numbers down the column have as many decimals as each other


@dataclass(frozen=True, slots=True)
class Table:
    """The columns that stand side by side; the others follow in a line below each row."""

    columns: tuple[Column, ...]
    row_word: tuple[str, str]  # one row, several rows

    @property
    def width(self) -> int:
        return sum(column.width for column in self.columns)


def _section(heading: str, fields: str, figures: str = "", calculation: str = "") -> Section:
    return Section(heading, tuple(fields.split()), tuple(figures.split()), calculation)


SECTIONS: Mapping[str, Sequence[Section]] = {
    "framing": (
        _section(
            "Problem and aim",
            "problem_statement business_objective stakeholders business_kpi kpi_unit kpi_direction "
            "kpi_baseline kpi_target",
        ),
        _section("Scope", "in_scope out_of_scope"),
        _section(
            "The decision",
            "prediction_unit target_definition decision non_ml_alternative category ml_task "
            "entities decision_uses_probability feedback_loop cost_fp cost_fn",
        ),
        _section(
            "Load and limits",
            "daily_requests avg_qps peak_qps batch_rows_per_run catalogue_size timeliness "
            "latency_slo_ms latency_percentile freshness_requirement_s availability_slo_pct "
            "cost_budget_month scale",
        ),
        _section("Assumptions", "assumptions"),
        _section("Failure modes", "failure_modes"),
        _section(
            "People and privacy",
            "privacy_constraints personal_data retention_limit_days risk_class "
            "interpretability_need",
        ),
        _section("Blueprint", "blueprint", figures="blueprint"),
    ),
    "metrics": (
        _section("The chain of metrics", "rows", figures="metric_chain"),
        _section("Where numbers disagree", "offline_online_gap operating_point slices"),
        _section(
            "Experiment",
            "ab.not_possible ab.stop_rule ab.variance_reduction ab.unit ab.unit_entity "
            "ab.primary_metric ab.metric_type ab.mean ab.sd ab.rate ab.mde_relative_pct ab.alpha "
            "ab.power ab.arms ab.treatment_pct ab.eligible_units ab.daily_units ab.duration_days "
            "ab.readout_lag_days",
            calculation="sample_size",
        ),
    ),
    "data": (
        _section("Sources", "sources"),
        _section("Labels", "labels annotation.guideline annotation.per_item annotation.agreement"),
        _section(
            "Sample",
            "imbalance_handling training_window_days base_sample sampling_rate "
            "sampling_correction rows_train positives_train",
            calculation="training_rows",
        ),
        _section(
            "Split and leakage",
            "leakage_review split.kind split.group_key split.gap_days split.val_days "
            "split.test_days time_dependent longest_season_days repeated_entities "
            "generalise_to_new_entities",
            figures="split_timeline",
        ),
        _section(
            "Feedback and logging",
            "feedback_mitigation exploration_pct logs_predictions logs_features_at_serving",
        ),
        _section(
            "Data card",
            "data_card.motivation data_card.composition data_card.collection data_card.maintenance",
        ),
    ),
    "features": (
        _section("What the model reads", "rows"),
        _section("Encoding", "encoding normaliser_fit_on versioning"),
        _section("Training and serving alike", "skew_prevention parity_test"),
    ),
    "model": (
        _section("Candidates", "candidates"),
        _section("Choice", "justification upgrade_path chosen fallback_model"),
        _section(
            "Training",
            "calibration bias_handling hyperparameters overfitting_plan delayed_label_handling "
            "loss selection_set training.duration_h training.hardware training.mode",
        ),
        _section("Doing it again", "reproducibility registry"),
        _section("Newcomers", "cold_start"),
        _section("Reading its mistakes", "error_analysis explanation"),
        _section("Neighbours", "downstream_consumers upstream_models"),
    ),
    "serving": (
        _section("Request path", "components", figures="latency_budget"),
        _section("Mode", "mode mode_reason batch_interval_h batch_duration_h"),
        _section("Capacity and cost", "zones cache_ttl_s other_cost_month", calculation="serving"),
        _section("Funnel", "funnel", figures="funnel"),
        _section("On a bad day", "degradation_ladder missing_feature_policy autoscaling security"),
    ),
    "monitoring": (
        _section("What is watched", "monitors"),
        _section(
            "Retraining",
            "retrain.validation_gate retrain.cadence_days retrain.triggers retrain.mode "
            "retrain.auto_promote retrain.max_age_days",
        ),
        _section("Rollout", "rollout", figures="rollout", calculation="monitoring"),
        _section(
            "Going back",
            "kill_switch rollback.mechanism rollback.minutes rollback.previous_version_kept "
            "holdback_pct canary_base_rate",
        ),
        _section("Model card", "model_card"),
        _section("Runbook", "runbook"),
    ),
    "general": (
        _section("Trade-offs", "tradeoffs"),
        _section("Open questions", "open_questions"),
        _section("For the interviewer", "questions_for_interviewer"),
        _section(
            "The practice run",
            "prompt_id time_plan stage_minutes.framing stage_minutes.metrics stage_minutes.data "
            "stage_minutes.features stage_minutes.model stage_minutes.serving "
            "stage_minutes.monitoring hints_given",
        ),
        _section("Glossary", "glossary"),
        _section("References", "references"),
    ),
}

# Numbers that are read together and get as many decimals as each other.
EVEN: Mapping[str, tuple[str, ...]] = {"framing": ("kpi_baseline", "kpi_target")}

# What the cover says, and the decisions need not say again.
ON_COVER = ("title", "mode", "project_stage", "target_level", "company_variant", "persona")

_C = Column
TABLES: Mapping[str, Table] = {
    "framing.scale": Table(
        (_C("entity", 30), _C("count", 26), _C("note", 40), _C("growth_month_pct", 24)),
        ("entity", "entities"),
    ),
    "framing.assumptions": Table(
        (_C("assumption", 52), _C("value", 18), _C("basis", 46), _C("verify", 50)),
        ("assumption", "assumptions"),
    ),
    "framing.failure_modes": Table(
        (_C("failure", 54), _C("cost", 48), _C("who", 30), _C("mitigation", 34)),
        ("failure mode", "failure modes"),
    ),
    "metrics.rows": Table(
        (
            _C("id", 26),
            _C("name", 45),
            _C("kind", 28, also="role"),
            _C("baseline", 14),
            _C("target", 17, also="bound", head="Goal or bound"),
            _C("unit", 15),
            _C("proxy_for", 21),
        ),
        ("metric", "metrics"),
    ),
    "data.sources": Table(
        (
            _C("id", 34),
            _C("kind", 22),
            _C("owner", 28),
            _C("events_per_day", 19),
            _C("gb_per_day", 17),
            _C("ingestion_lag_s", 14),
            _C("retention_days", 14),
            _C("feeds", 18),
        ),
        ("source", "sources"),
    ),
    "data.labels": Table(
        (
            _C("id", 36),
            _C("method", 26),
            _C("source", 34),
            _C("delay_s", 17),
            _C("noise_pct", 15),
            _C("positive_rate_pct", 17),
            _C("examples_per_day", 21),
        ),
        ("label", "labels"),
    ),
    "features.rows": Table(
        (
            _C("id", 43),
            _C("entity", 20),
            _C("kind", 20),
            _C("freshness_s", 14),
            _C("window_days", 15),
            _C("point_in_time", 27),
            _C("fetch_component", 27),
        ),
        ("feature", "features"),
    ),
    "model.candidates": Table(
        (
            _C("id", 36),
            _C("role", 19),
            _C("family", 24),
            _C("score", 14, is_even=True),
            _C("infer_ms", 17),
            _C("batch_size", 13),
            _C("cost", 43),
        ),
        ("candidate", "candidates"),
    ),
    "model.cold_start": Table(
        (_C("entity", 22), _C("until", 28), _C("strategy", 70)), ("newcomer", "newcomers")
    ),
    "model.upstream_models": Table(
        (_C("name", 36), _C("owner", 36), _C("change_notice", 48)), ("model", "models")
    ),
    "serving.components": Table(
        (
            _C("id", 27),
            _C("group", 9),
            _C("p99_ms", 13),
            _C("service_ms", 13),
            _C("timeout_ms", 15),
            _C("concurrency", 12),
            _C("replicas", 14),
            _C("needed", 13, head="Needed"),
            _C("zone_lost", 20, head="A zone lost"),
            _C("availability_pct", 15),
            _C("cost_month", 15),
        ),
        ("component", "components"),
    ),
    "serving.funnel": Table(
        (_C("stage", 30), _C("component", 40), _C("items_in", 25), _C("items_out", 25)),
        ("step", "steps"),
    ),
    "monitoring.monitors": Table(
        (
            _C("id", 28),
            _C("watches", 43),
            _C("kind", 29),
            _C("warn", 14),
            _C("critical", 14),
            _C("window_s", 14),
            _C("action_kind", 24, head="Starts"),
        ),
        ("monitor", "monitors"),
    ),
    "monitoring.rollout": Table(
        (
            _C("step", 26),
            _C("traffic_pct", 15),
            _C("duration_h", 14),
            _C("gate", 59),
            _C("rollback_rule", 52),
        ),
        ("step", "steps"),
    ),
    "general.hints_given": Table(
        (_C("time", 16), _C("stage", 24), _C("hint", 60), _C("mentor", 20)),
        ("hint", "hints"),
    ),
}


def sections(stage: Stage) -> Sequence[Section]:
    """The sections of a stage; fields that none of them names come last, by their question."""
    placed = SECTIONS[stage.key]
    named = {key for section in placed for key in section.fields}
    if stage.key == "general":
        named.update(ON_COVER)
    rest = [
        Section(question.label, keys)
        for question in stage.questions
        if (keys := tuple(key for key in question.fields if key not in named))
    ]
    return [*placed, *rest]


def table_layout(address: str, field: Field) -> Table:
    """The set columns of a table, or else its first columns in equal widths."""
    known = TABLES.get(address)
    if known is not None:
        return known
    keys = list(field.columns)[:6]
    columns = tuple(Column(key, BLOCK // len(keys)) for key in keys)
    return Table(columns, (field.row_name, f"{field.row_name}s"))
