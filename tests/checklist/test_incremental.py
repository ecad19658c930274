"""After an edit only those checks run that read what changed, and nobody can tell."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.checklist import (
    CHECKS,
    FIRST_EDITED,
    Check,
    RegistrationError,
    changed_between,
    design_of,
    run,
    run_again,
)
from mlsd_app.checklist.changes import read_at, readers
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES, AllAnswers, Design, typed
from mlsd_app.stages.fields import Kind
from tests.checklist.designs import WORKED, worked, worked_answers
from tests.edits import TABLES, Answers, answered, copied, edits, naming, put, starts, stored

EVERY_CHECK = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
NUMBERS_IN_ROWS = [
    dataclasses.replace(table, column=column.key)
    for table in TABLES
    for column in table.asked.columns.values()
    if column.kind is Kind.QUANTITY
]
histories = st.dictionaries(st.sampled_from(list(STAGES)), st.floats(0, 1000), max_size=4)


def after(
    old: Design, was: AllAnswers, answers: AllAnswers, first_edited: dict[str, float]
) -> Design:
    """The design of ``answers``, which shares with ``old`` every stage that is as it was."""
    stages = {
        key: old.stage(key) if answers[key] == was[key] else typed(stage, answers[key])
        for key, stage in STAGES.items()
    }
    return Design(**stages, first_edited=first_edited)


def others(place: Address, value: Any) -> list[Any]:
    """No answer, and such that turn a comparison or a choice around."""
    match place.asked.kind:
        case Kind.QUANTITY:
            return [None, value * 1000, value / 1000]
        case Kind.FLAG:
            return [None, not value]
        case Kind.CHOICE:
            return [None, *[word for word in place.asked.choices if word != value][:1]]
    return [None]


@given(st.data())
@settings(max_examples=150)
def test_edits_one_after_another_give_what_a_full_run_gives(data: st.DataObject) -> None:
    answers = data.draw(starts())
    first_edited = data.draw(histories)
    design = Design.of(answers, first_edited)
    findings = run(design)
    for _ in range(data.draw(st.integers(1, 5))):
        was, old = copied(answers), design
        changed = data.draw(edits(answers))
        if data.draw(st.booleans()):
            first_edited = data.draw(histories)
            changed = {*changed, FIRST_EDITED}
        design = after(old, was, answers, first_edited)
        expected = run(design)
        assert changed_between(old, design) <= set(map(read_at, changed))
        assert run_again(findings, design, changed_between(old, design)) == expected
        findings = run_again(findings, design, changed)
        assert findings == expected


@pytest.mark.parametrize("name", WORKED)
def test_any_one_other_answer_in_a_worked_design_gives_what_a_full_run_gives(name: str) -> None:
    was = worked_answers(name)
    design = Design.of(was)
    findings = run(design)
    for place in answered(was):
        for value in others(place, stored(was, place)):
            answers = copied({place.stage: was[place.stage]})
            put(answers, place, value)
            torn = after(design, was, {**was, **answers}, {})
            assert run_again(findings, torn, {str(place)}) == run(torn), (place, value)


def test_a_rename_concerns_those_who_refer_to_the_row() -> None:
    """The id of a row is read with its table: nothing else says that it changed."""
    design = worked("video")
    metrics = design.metrics
    renamed = [dataclasses.replace(row, id=f"{row.id}_2") for row in metrics.rows]
    torn = dataclasses.replace(design, metrics=dataclasses.replace(metrics, rows=tuple(renamed)))
    findings = run_again(run(design), torn, {f"metrics.rows/{row.row}.id" for row in renamed})
    assert findings == run(torn)
    assert {"metrics", "model", "monitoring"} <= {finding.stage for finding in findings}


@pytest.mark.parametrize("column", NUMBERS_IN_ROWS, ids=str)
def test_what_a_text_cites_is_looked_for_again_when_its_row_is_renamed(column: Address) -> None:
    table = column.table
    rows = [{"row": "r1", naming(table): "old", column.column: 1}]
    was: Answers = {key: {} for key in STAGES}
    was[table.stage][table.field] = rows
    was["model"]["upgrade_path"] = f"It takes [[{table}/old.{column.column}]]."
    answers = copied(was)
    renamed = put(answers, dataclasses.replace(table, row="r1", column=naming(table)), "new")
    design = Design.of(was)
    torn = after(design, was, answers, {})
    findings = run_again(run(design), torn, {renamed})
    assert findings == run(torn)
    cited = [one for one in findings if one.check == "general.unknown-citation"]
    assert [one.address for one in cited] == ["model.upgrade_path"]


@EVERY_CHECK
def test_a_check_runs_again_when_and_only_when_what_it_reads_changes(check: Check) -> None:
    (was, *_) = check.findings(design_of(check.failing))
    doctored = [dataclasses.replace(was, message="As it was found before.")]
    elsewhere = {place for other in CHECKS.values() for place in other.reads} - {*check.reads}
    kept = run_again(doctored, Design(), elsewhere)
    assert [finding for finding in kept if finding.check == check.name] == doctored
    for place in check.reads:
        assert doctored[0] not in run_again(doctored, Design(), {place})


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("framing.peak_qps", "framing.peak_qps"),
        ("metrics.ab.alpha", "metrics.ab"),
        ("serving.components/1a-b_c", "serving.components"),
        ("serving.components/1a-b_c.p99_ms", "serving.components"),
        ("first_edited", FIRST_EDITED),
    ],
)
def test_addresses_are_read_with_the_field_that_holds_them(address: str, place: str) -> None:
    assert read_at(address) == place


@pytest.mark.parametrize(
    "address", ["", "framing", "framing.", "framing.nothing", "nothing.at_all"]
)
def test_an_address_that_no_check_can_read_is_refused(address: str) -> None:
    with pytest.raises(UnknownAddressError, match="Name a field of a stage"):
        run_again((), Design(), {address})


@pytest.mark.parametrize("place", ["framing", "framing.nothing", "metrics.ab.alpha"])
def test_a_check_cannot_read_where_no_answer_stands(place: str) -> None:
    check = dataclasses.replace(CHECKS["framing.task-not-chosen"], reads=(place,))
    with pytest.raises(RegistrationError, match=f"'framing.task-not-chosen' reads '{place}'"):
        readers([check])


def test_equal_designs_differ_nowhere() -> None:
    assert changed_between(worked("video"), worked("video")) == frozenset()
    assert changed_between(Design(), Design(first_edited={"model": 1})) == {FIRST_EDITED}
