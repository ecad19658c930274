"""How messages say numbers, times, lists and rows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.checklist.reading import called
from mlsd_app.checklist.wording import about, count, listed, number, span
from mlsd_app.stages.data import Source
from mlsd_app.stages.framing import Assumption, Scale
from mlsd_app.stages.monitoring import RolloutStep
from mlsd_app.stages.units import PER_SECOND


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (6_944.444, "6944/s"),
        (20_000, "20 000/s"),
        (0.021176, "0.02118/s"),
        (float("inf"), "more than 1e300/s"),
        (-1e305, "less than \u22121e300/s"),
        (float("nan"), "no number"),
        (10**400, "more than 1e300/s"),
    ],
)
def test_computed_numbers_are_short(value: float, says: str) -> None:
    assert about(value, PER_SECOND).replace("\u202f", " ") == says


@pytest.mark.parametrize(
    ("seconds", "says"),
    [(0, "0 s"), (30, "30 s"), (60, "1 min"), (90, "90 s"), (3_600, "1 h"), (90_000, "25 h"),
     (86_400, "1 d"), (3_888_000, "45 d"), (0.02, "0.02 s"), (1e308, "more than 1e300 s")],
)  # fmt: skip
def test_durations_fill_their_unit(seconds: float, says: str) -> None:
    assert span(seconds).replace("\u202f", " ") == says


@given(st.one_of(st.floats(), st.integers(), st.integers(10**300, 10**320)))
def test_any_number_can_be_said(value: float) -> None:
    assert all((number(value), about(value), span(value)))


def test_lists_read_aloud() -> None:
    assert listed(["a"]) == "a"
    assert listed(iter(["a", "b"])) == "a and b"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (count(1, "row"), count(2, "row")) == ("1 row", "2 rows")


def test_rows_are_called_by_what_others_call_them() -> None:
    assert called(Source(id="playback_events")) == "playback_events"
    assert called(RolloutStep(step="full  ramp")) == '"full ramp"'
    assert called(Assumption(assumption="x" * 80)) == f"{'x' * 60} ...".join('""')
    assert called(Source()) == "A source without a name"
    assert called(Scale(entity=" ")) == "An entity without a name"
