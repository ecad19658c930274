from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings

from mlsd_app.rubric import LEVELS, Signal, SignalHints, State, hints, signals_of
from mlsd_app.rubric.stage_hints import ROOM
from mlsd_app.stages.design import STAGES, AllAnswers, Design
from tests.rubric.worked import AIMS, with_answer, worked
from tests.strategies import answers


def of_signal(signal: Signal, stage_key: str, level: str, design: Design) -> SignalHints:
    found = hints(stage_key, level, design).signals
    return next(one for one in found if one.signal is signal)


def test_hints_beside_serving_say_what_is_shown_and_what_is_not() -> None:
    design = with_answer("video", "framing.peak_qps", 40_000)
    beside = of_signal(Signal.S4, "serving", "L5", design)
    assert beside.title == "S4 Production realism at L5"
    assert {hint.text: hint.state.label for hint in beside.hints} == {
        "Latency limit is split over the components": "Shown",
        "Replicas follow from the load": "Not yet",
        "Each critical component has a fallback": "Shown",
        "A missing live feature has a rule": "Shown",
        "Large catalogue narrows in two or more steps": "Shown",
    }
    assert (beside.reached, beside.aim) == (2, 3)
    assert beside.next_title == "What L6+ adds"
    assert "Losing one zone leaves enough replicas" in {hint.text for hint in beside.next}


def test_the_highest_level_has_nothing_next() -> None:
    for stage_key in STAGES:
        for found in hints(stage_key, "L6", worked("fraud")).signals:
            assert found.next == ()
            assert found.next_title == ""


def test_what_lower_levels_leave_open_comes_first() -> None:
    beside = of_signal(Signal.S5, "monitoring", "L5", Design())
    assert [(hint.level, hint.text) for hint in beside.still_open] == [
        ("L3", "Something is monitored")
    ]
    assert beside.left_out == 2
    assert beside.reached == 0


def test_what_only_a_reader_can_judge_is_not_called_open_later() -> None:
    beside = of_signal(Signal.S1, "framing", "L6", worked("video"))
    assert beside.still_open == ()
    assert State.JUDGE in {hint.state for hint in beside.hints}


def test_a_gap_low_down_keeps_the_levels_above_from_counting() -> None:
    design = with_answer("video", "monitoring.retrain.cadence_days", None)
    untriggered = Design.of(
        {"monitoring": {"monitors": [{"row": "1", "id": "m", "kind": "latency"}]}}
    )
    assert of_signal(Signal.S5, "monitoring", "L5", worked("video")).reached == 4
    assert of_signal(Signal.S5, "monitoring", "L5", design).reached == 2
    assert of_signal(Signal.S5, "monitoring", "L5", untriggered).reached == 1


def test_typical_gaps_of_a_level_are_marked() -> None:
    def marked(level: str) -> set[Signal]:
        return {
            found.signal
            for stage_key in STAGES
            for found in hints(stage_key, level, Design()).signals
            if found.is_typical_gap
        }

    assert marked("L4") == {Signal.S4, Signal.S5}
    assert marked("L5") == {Signal.S1, Signal.S2}
    assert marked("L6") == {Signal.S3, Signal.S6}


@pytest.mark.parametrize("level", ["", "L9"])
def test_without_a_known_level_the_hints_aim_at_l4(level: str) -> None:
    assert hints("serving", level, Design()) == hints("serving", "L4", Design())


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(KeyError):
        hints("appendix", "L4", Design())


@pytest.mark.parametrize("name", AIMS)
@pytest.mark.parametrize("stage_key", STAGES)
def test_a_worked_design_has_nothing_open_at_its_level(name: str, stage_key: str) -> None:
    for found in hints(stage_key, AIMS[name], worked(name)).signals:
        assert found.still_open == ()
        assert State.OPEN not in {hint.state for hint in found.hints}


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("stage_key", STAGES)
def test_an_empty_design_is_told_something_at_every_level(stage_key: str, level: str) -> None:
    found = hints(stage_key, level, Design())
    main = signals_of(stage_key)[0]
    assert found.signals[0].signal is main
    assert all(one.reached == 0 for one in found.signals)


@given(answers())
@settings(max_examples=100)
def test_hints_fit_beside_the_stage_and_keep_their_order(drawn: AllAnswers) -> None:
    design = Design.of(drawn)
    for stage_key in STAGES:
        for level in LEVELS:
            for found in hints(stage_key, level, design).signals:
                assert len(found.still_open) + len(found.hints) <= ROOM
                assert found.still_open or not found.left_out
                assert 0 <= found.reached <= len(LEVELS)
                assert {hint.state for hint in found.still_open} <= {State.OPEN}
                levels = [hint.level for hint in (*found.still_open, *found.hints, *found.next)]
                assert all(lower <= upper for lower, upper in pairwise(levels))
                for hint in (*found.still_open, *found.hints, *found.next):
                    assert all(address.startswith(f"{stage_key}.") for address in hint.fields)
