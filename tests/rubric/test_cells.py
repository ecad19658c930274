from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings

from mlsd_app.rubric import (
    CELLS,
    EVIDENCE,
    LEVEL_TITLES,
    LEVELS,
    NUDGES,
    UNPROMPTED,
    Signal,
    State,
    Statement,
    signals_of,
    stages_of,
)
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.conditions import runs_batches
from mlsd_app.stages.design import STAGES, AllAnswers, Design, Value
from tests.rubric.worked import AIMS, with_answer, with_cell, without, worked
from tests.strategies import answers

STATEMENTS = [
    (signal, level, statement)
    for signal, row in CELLS.items()
    for level, cell in row.items()
    for statement in cell
]
DECIDED = [statement for _, _, statement in STATEMENTS if statement.shown]


def by_text(text: str) -> Statement:
    return next(statement for _, _, statement in STATEMENTS if statement.text == text)


def is_shown(text: str, design: Design) -> bool:
    statement = by_text(text)
    assert statement.applies(design)
    return statement.state(design) is State.SHOWN


def test_every_cell_has_statements() -> None:
    assert list(CELLS) == list(Signal)
    for row in CELLS.values():
        assert tuple(row) == LEVELS
        assert all(row.values())


def test_levels_are_described() -> None:
    assert LEVELS == ("L3", "L4", "L5", "L6")
    for by_level in (LEVEL_TITLES, NUDGES, UNPROMPTED):
        assert tuple(by_level) == LEVELS


@pytest.mark.parametrize("statement", [s for _, _, s in STATEMENTS], ids=lambda s: s.text)
def test_a_statement_is_short_and_points_at_fields_of_one_stage(statement: Statement) -> None:
    assert 10 < len(statement.text) <= 80
    assert statement.text[0].isupper()
    assert not statement.text.endswith(".")
    assert {Address.parse(address).stage for address in statement.fields} == {statement.stage}
    assert len(set(statement.fields)) == len(statement.fields)


def test_no_statement_is_said_twice() -> None:
    texts = Counter(statement.text.lower() for _, _, statement in STATEMENTS)
    assert texts.most_common(1)[0][1] == 1


def test_an_empty_design_shows_nothing() -> None:
    assert [s.text for s in DECIDED if s.state(Design()) is not State.OPEN] == []


def test_only_a_reader_decides_what_the_answers_cannot() -> None:
    judged = [s for _, _, s in STATEMENTS if s.shown is None]
    assert {s.state(worked("video")) for s in judged} == {State.JUDGE}


@given(answers())
@settings(max_examples=200)
def test_every_design_can_be_read(drawn: AllAnswers) -> None:
    design = Design.of(drawn)
    for _, _, statement in STATEMENTS:
        assert statement.applies(design) in {True, False}
        assert statement.state(design) in State


@pytest.mark.parametrize("name", AIMS)
def test_a_worked_design_shows_all_that_its_level_asks(name: str) -> None:
    design = worked(name)
    asked = LEVELS[: LEVELS.index(AIMS[name]) + 1]
    missing = [
        statement.text
        for _, level, statement in STATEMENTS
        if level in asked and statement.applies(design) and statement.state(design) is State.OPEN
    ]
    assert missing == []


@pytest.mark.parametrize("statement", DECIDED, ids=lambda s: s.text)
def test_what_is_shown_rests_on_its_own_fields(statement: Statement) -> None:
    """In a worked design it holds, and without the named fields it does not."""
    if statement.when is runs_batches:  # neither of them does
        assert not any(statement.applies(worked(name)) for name in AIMS)
        return
    showing = [name for name in AIMS if statement.applies(worked(name))]
    assert showing
    for name in showing:
        bare = without(name, *statement.fields)
        assert statement.state(worked(name)) is State.SHOWN
        assert not statement.applies(bare) or statement.state(bare) is State.OPEN


def test_stages_and_signals_mirror_the_statements() -> None:
    for stage_key in STAGES:
        found = {signal for signal, _, s in STATEMENTS if s.stage == stage_key}
        assert found == set(signals_of(stage_key))
        assert len(signals_of(stage_key)) == len(found)
    assert stages_of(Signal.S5) == ("data", "monitoring")
    with pytest.raises(KeyError):
        signals_of("appendix")


@pytest.mark.parametrize("signal", Signal)
def test_evidence_lies_in_the_stages_of_its_signal(signal: Signal) -> None:
    addresses = [Address.parse(text) for text in EVIDENCE[signal]]
    assert {address.stage for address in addresses} == set(stages_of(signal))


@pytest.mark.parametrize(
    ("text", "address", "value"),
    [
        ("KPI has a value today and a better one as the goal", "framing.kpi_target", 30.5),
        ("KPI has a value today and a better one as the goal", "framing.kpi_direction", "down"),
        ("Target event has a time limit", "framing.target_definition", "Watched 80 % of it"),
        ("Operating point holds a number", "metrics.operating_point", "A high one"),
        ("Two or more slices are kept in view", "metrics.slices", ["country"]),
        ("Test set took no part in the selection", "model.selection_set", "test"),
        ("Split is by time, with a gap that covers the label delay", "data.split.gap_days", 0.5),
        ("Split is by time, with a gap that covers the label delay", "data.split.kind", "random"),
        (
            "Rare class is handled and uneven sampling corrected",
            "data.sampling_correction",
            "none",
        ),
        (
            "Retention covers the training window and keeps the limit",
            "data.training_window_days",
            400,
        ),
        (
            "Retention covers the training window and keeps the limit",
            "framing.retention_limit_days",
            90,
        ),
        (
            "Logged features are the truth that is trained on",
            "data.logs_features_at_serving",
            False,
        ),
        ("Position bias is corrected", "model.bias_handling", ["exposure"]),
        ("Bias from the model's own choices is corrected", "model.bias_handling", ["position"]),
        ("Blueprint runs from data to monitoring", "framing.blueprint", "data, training, serving"),
        ("Three or more things are pinned to repeat a training", "model.reproducibility", ["seed"]),
        ("Latency limit is split over the components", "framing.latency_slo_ms", 77),
        ("Replicas follow from the load", "framing.peak_qps", 40_000),
        ("Losing one zone leaves enough replicas", "serving.zones", 1),
        ("Losing one zone leaves enough replicas", "framing.peak_qps", 40_000),
        ("Monthly cost adds up to no more than the budget", "framing.cost_budget_month", 388_000),
        ("Canary sees enough events to fail", "monitoring.canary_base_rate", 1e-6),
        (
            "Previous version is kept, and the way back is timed",
            "monitoring.rollback.minutes",
            None,
        ),
        ("Some traffic explores", "data.exploration_pct", 0),
        ("A holdback shows what the system does over time", "monitoring.holdback_pct", 0),
        ("Propensities of what was shown are logged", "data.feedback_mitigation", ["holdback"]),
        ("Upgrade waits for a number in the evidence", "model.upgrade_path", "Something larger"),
        ("Chosen model reaches the target of its metric", "model.chosen", "gbdt_ranker"),
        ("One is chosen, its gain set against its cost in numbers", "model.chosen", "another"),
    ],
)
def test_one_answer_is_enough_to_lose_a_statement(text: str, address: str, value: object) -> None:
    assert is_shown(text, worked("video"))
    assert not is_shown(text, with_answer("video", address, value))


@pytest.mark.parametrize(
    ("text", "table", "row", "column", "value"),
    [
        (
            "A chain leads from the offline metric to the KPI",
            "metrics.rows", "watch_min", "proxy_for", "ndcg_20",
        ),
        ("Guardrails have a bound", "metrics.rows", "g_reports", "bound", None),
        ("Each metric says whether up or down is better", "metrics.rows", "ece", "direction", ""),
        (
            "Experiment is read only when its labels are final",
            "metrics.rows", "watch_min", "label_based", None,
        ),
        (
            "Experiment gate reads the primary metric and every guardrail",
            "monitoring.rollout", "experiment", "gate_metrics", ["watch_min"],
        ),
        (
            "Label delay and label noise have numbers",
            "data.labels", "long_view_label", "noise_pct", None,
        ),
        (
            "Each source has an owner, a lag and quality checks",
            "data.sources", "user_profile", "quality_checks", [],
        ),
        (
            "Each feature is known at prediction time",
            "features.rows", "request_context", "available_at_prediction", "unknown",
        ),
        (
            "Features are joined as of the event, or logged when serving",
            "features.rows", "item_long_view_rate_7d", "point_in_time", "snapshot",
        ),
        (
            "No feature claims to be fresher than its sources",
            "features.rows", "user_language_country", "freshness_s", 60,
        ),
        (
            "Each stored feature names the component that reads it",
            "features.rows", "user_recent_watches", "fetch_component", "another",
        ),
        (
            "Latency limit is split over the components",
            "serving.components", "ranking", "p99_ms", None,
        ),
        (
            "Each critical component has a fallback",
            "serving.components", "ranking", "fallback_kind", "none",
        ),
        (
            "Large catalogue narrows in two or more steps",
            "serving.funnel", "ranking", "items_out", 900,
        ),
        (
            "Each step with traffic has a rollback rule",
            "monitoring.rollout", "ramp", "rollback_rule", "",
        ),
        (
            "Each monitor leads to an action and has an owner",
            "monitoring.monitors", "m_ece", "action_kind", "dashboard_only",
        ),
        (
            "Each monitor has a statistic, a limit and a window",
            "monitoring.monitors", "m_age", "window_s", None,
        ),
        (
            "Online metrics and guardrails are all watched",
            "monitoring.monitors", "m_reports", "watches", "mt_dnn",
        ),
        (
            "Early signs need no labels, later checks wait for them",
            "monitoring.monitors", "m_ndcg", "lag_s", 80_000,
        ),
        ("Model age has a limit and a monitor", "monitoring.monitors", "m_age", "kind", "cost"),
        (
            "Candidates are scored on one offline metric of stage 2",
            "model.candidates", "gbdt_ranker", "metric", "watch_min",
        ),
        ("Each choice is firm, with its reason and its cost", "general.tradeoffs", "1", "cost", ""),
        (
            "Failures have a cost and something that answers them",
            "framing.failure_modes", "1", "mitigation", "",
        ),
    ],
)  # fmt: skip
def test_one_cell_is_enough_to_lose_a_statement(
    text: str, table: str, row: str, column: str, value: object
) -> None:
    assert is_shown(text, worked("video"))
    assert not is_shown(text, with_cell("video", table, row, column, value))


def test_a_label_based_experiment_waits_for_its_labels() -> None:
    text = "Experiment is read only when its labels are final"
    assert is_shown(text, worked("fraud"))
    assert not is_shown(text, with_answer("fraud", "metrics.ab.readout_lag_days", 30))


def test_a_monitor_waits_for_the_label_it_watches_and_not_for_a_later_one() -> None:
    text = "Early signs need no labels, later checks wait for them"
    assert is_shown(text, worked("fraud"))
    early = with_cell("fraud", "monitoring.monitors", "m_analyst_yield", "lag_s", 86_400)
    assert not is_shown(text, early)


def test_metrics_that_stand_in_for_each_other_reach_no_kpi() -> None:
    rows = [
        {"row": "1", "id": "a", "kind": "offline", "role": "primary", "proxy_for": "b"},
        {"row": "2", "id": "b", "kind": "online", "role": "primary", "proxy_for": "a"},
    ]
    design = Design.of({"metrics": {"rows": rows}})
    assert not is_shown("A chain leads from the offline metric to the KPI", design)


def test_components_of_one_step_run_side_by_side() -> None:
    def shown(step_of_rules: int) -> bool:
        components: Value = [
            {"row": "1", "critical": True, "group": 1, "p99_ms": 60},
            {"row": "2", "critical": True, "group": step_of_rules, "p99_ms": 50},
            {"row": "3", "critical": False, "p99_ms": 80},
        ]
        design = Design.of(
            {"framing": {"latency_slo_ms": 100}, "serving": {"components": components}}
        )
        return is_shown("Latency limit is split over the components", design)

    assert shown(step_of_rules=1)
    assert not shown(step_of_rules=2)


@pytest.mark.parametrize(
    ("fallback_kind", "availability_pct", "shown"),
    [("none", 99.95, True), ("none", 99.9, False), ("none", None, False), ("cache", 90, True)],
)
def test_a_fallback_takes_a_component_out_of_the_product(
    fallback_kind: str, availability_pct: float | None, shown: bool
) -> None:
    store: dict[str, Any] = {"row": "1", "critical": True, "fallback_kind": fallback_kind}
    if availability_pct is not None:
        store["availability_pct"] = availability_pct
    model = {"row": "2", "critical": True, "fallback_kind": "", "availability_pct": 99.97}
    answered: AllAnswers = {
        "framing": {"availability_slo_pct": 99.9},
        "serving": {"components": [store, model]},
    }
    assert is_shown("Availabilities multiply to what was promised", Design.of(answered)) is shown


@pytest.mark.parametrize(("duration", "shown"), [(5, True), (6, False)])
def test_a_batch_must_end_before_the_next_starts(duration: float, shown: bool) -> None:
    design = Design.of(
        {"serving": {"mode": "batch", "batch_interval_h": 6, "batch_duration_h": duration}}
    )
    assert is_shown("A batch ends before the next one starts", design) is shown


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (
            "False positive and false negative each have a cost",
            {"framing": {"ml_task": "regression"}},
        ),
        ("Target event has a time limit", {"framing": {"ml_task": "regression"}}),
        ("Rules for personal data are written", {"framing": {"personal_data": False}}),
        ("One latency limit at one percentile", {"framing": {"timeliness": "batch"}}),
        ("Something is done against the feedback loop", {"framing": {"feedback_loop": False}}),
        (
            "Split is by time, with a gap that covers the label delay",
            {"data": {"time_dependent": False}},
        ),
        (
            "Experiment has its smallest effect, noise, error rates and units",
            {"metrics": {"ab.not_possible": "One hospital, one arm"}},
        ),
    ],
)
def test_a_statement_is_not_asked_where_it_makes_no_sense(text: str, answers: AllAnswers) -> None:
    assert not by_text(text).applies(Design.of(answers))
