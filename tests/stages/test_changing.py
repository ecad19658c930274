"""A changed snapshot is the snapshot of changed answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.changing import answer_at, with_answers
from mlsd_app.stages.design import Design
from tests.checklist.designs import worked
from tests.edits import FIELDS, a_table, a_value, copied, put, starts


@given(st.data())
@settings(max_examples=150)
def test_it_is_the_snapshot_of_changed_answers(data: st.DataObject) -> None:
    answers = data.draw(starts())
    before = Design.of(answers)
    place: Any = data.draw(st.sampled_from([one for one in FIELDS if not one.asked.is_table]))
    table = data.draw(st.composite(a_table)(answers))
    if table is not None and data.draw(st.booleans()):
        row = data.draw(st.sampled_from(answers[table.stage][table.field]))
        column = data.draw(st.sampled_from(list(table.asked.columns)))
        place = Address(table.stage, table.field, row["row"], column)
    value: Any = data.draw(st.one_of(st.none(), st.composite(a_value)(answers, place.asked)))
    after = with_answers(before, {str(place): value})
    changed = copied(answers)
    put(changed, place, value)
    assert repr(after) == repr(Design.of(changed))  # NaN differs from itself
    assert before is not after
    assert repr(before) == repr(Design.of(answers))


def test_several_changes_at_once() -> None:
    design = with_answers(
        worked("video"),
        {
            "framing.peak_qps": 40_000,
            "metrics.ab.alpha": None,
            "serving.components/ranking.id": "r",
        },
    )
    assert design.framing.peak_qps == 40_000
    assert design.metrics.ab.alpha is None
    assert design.metrics.ab.power == worked("video").metrics.ab.power
    assert answer_at(design, "serving.components/ranking.id") == "r"
    assert answer_at(design, "serving.components/ranking").replicas == 180


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("framing.speed", "No stage has a field"),
        ("serving.components", "is a table"),
        ("serving.components/nobody.p99_ms", "has no row 'nobody'"),
        ("serving.components/ranking", "is a table|Name one"),
        ("serving.components/ranking.colour", "has no column"),
    ],
)
def test_what_is_not_there_cannot_be_changed(address: str, says: str) -> None:
    with pytest.raises(UnknownAddressError, match=says):
        with_answers(worked("video"), {address: 1})
