"""Formulas B, G and H, against the arithmetic of the worked designs and against simulation."""

from __future__ import annotations

import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.calculators.numbers import answer, finite, known, ratio, rounded_up
from mlsd_app.calculators.training import corrected_probability, training_rows
from mlsd_app.calculators.watching import canary_events, psi_without_drift, window_predictions


def test_training_rows_of_the_worked_designs() -> None:
    video = training_rows(
        examples_per_day=12e9,
        base_sample=0.01,
        window_days=30,
        positive_rate_pct=8,
        negatives_kept=0.25,
    )
    fraud = training_rows(
        examples_per_day=25e6,
        base_sample=1,
        window_days=365,
        positive_rate_pct=0.12,
        negatives_kept=0.02,
    )
    assert video == pytest.approx(1.116e9)
    assert fraud == pytest.approx(193.2e6, rel=1e-3)


def test_keeping_every_negative_keeps_every_row() -> None:
    rows = training_rows(
        examples_per_day=10, base_sample=1, window_days=3, positive_rate_pct=7, negatives_kept=1
    )
    assert rows == pytest.approx(30)


@given(st.floats(0.001, 0.999), st.floats(0.01, 1))
def test_the_correction_undoes_the_sampling(probability: float, kept: float) -> None:
    sampled = probability / (probability + (1 - probability) * kept)  # what such a model learns
    assert corrected_probability(sampled, kept) == pytest.approx(probability, rel=1e-9)


def test_nothing_can_be_learned_from_no_negatives() -> None:
    assert corrected_probability(0.5, 0) is None
    assert corrected_probability(None, 0.5) is None


def test_predictions_in_a_window() -> None:
    assert window_predictions(6_944, 3_600, 0.01) == pytest.approx(249_984)
    assert window_predictions(10, 60, None) == 600
    assert window_predictions(None, 60, 1) is None


def simulated_psi(random: Random, bins: int, rows: int) -> float:
    def shares() -> list[float]:
        counts = [0] * bins
        for _ in range(rows):
            counts[random.randrange(bins)] += 1
        return [count / rows for count in counts]

    before, now = shares(), shares()
    return sum((a - e) * math.log(a / e) for a, e in zip(now, before, strict=True))


def test_psi_without_drift_is_its_simulated_mean() -> None:
    random = Random(7)  # noqa: S311  a simulation, the same one each time
    runs = [simulated_psi(random, bins=10, rows=1_000) for _ in range(150)]
    expected = psi_without_drift(10, 1_000, 1_000)
    assert expected == pytest.approx(0.018)
    assert sum(runs) / len(runs) == pytest.approx(expected, rel=0.15)
    assert psi_without_drift(10, 0, 1_000) is None
    assert psi_without_drift(None, 1, 1) is None


def test_canary_events_of_the_worked_example() -> None:
    events = canary_events(daily_units=120_000_000, traffic_pct=1, duration_h=24, base_rate=0.002)
    assert events == pytest.approx(2_400)
    assert canary_events(daily_units=1, traffic_pct=None, duration_h=1, base_rate=1) is None


ABSURD = [None, 0, -1, 5e-324, 1e308, -1e308, math.inf, -math.inf, math.nan, 10**400]


@given(st.lists(st.sampled_from(ABSURD), min_size=5, max_size=5))
def test_absurd_inputs_have_an_answer_or_none(values: list[float | None]) -> None:
    a, b, c, d, e = values
    answers = [
        training_rows(
            examples_per_day=a, base_sample=b, window_days=c, positive_rate_pct=d, negatives_kept=e
        ),
        corrected_probability(a, b),
        window_predictions(a, b, c),
        psi_without_drift(a, b, c),
        canary_events(daily_units=a, traffic_pct=b, duration_h=c, base_rate=d),
    ]
    assert not any(math.isnan(found) for found in answers if found is not None)


def test_numbers_are_finite_floats_or_missing() -> None:
    assert known(1, 2.5) == (1.0, 2.5)
    assert known(1, None) is None
    assert [finite(number) for number in ABSURD] == [
        *(None, 0.0, -1.0, 5e-324, 1e308, -1e308),
        *(None, None, None, None),
    ]
    assert ratio(1, 0) is None
    assert answer(math.inf * 0) is None
    assert answer(math.inf) == math.inf


@pytest.mark.parametrize(
    ("value", "up"),
    [(1.2, 2), (2.0, 2), (0.1 + 0.2, 1), (3 * 1.1 / 1.1, 3), (-0.5, 0), (1e300, 1e300),
     (-1.7976931348623157e308, -1.7976931348623157e308), (math.inf, math.inf)],
)  # fmt: skip
def test_rounding_up_ignores_noise(value: float, up: float) -> None:
    assert rounded_up(value) == up
