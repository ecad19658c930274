"""Formulas G and H: whether a monitor or a canary sees enough to say something."""

from __future__ import annotations

from mlsd_app.calculators.numbers import Number, answer, is_at_most, known, ratio

DRIFT_MONITORS = frozenset({"prediction_drift", "feature_drift", "label_drift"})
ENOUGH_PREDICTIONS = 1000
ENOUGH_EVENTS = 100


def window_predictions(avg_qps: Number, window_s: Number, sample_share: Number) -> Number:
    """Formula G: predictions [1] in a window = load [1/s] x window [s] x share [1] sampled.

    All of them are sampled unless ``sample_share`` says otherwise.
    """
    given = known(avg_qps, window_s, 1 if sample_share is None else sample_share)
    return answer(given[0] * given[1] * given[2]) if given else None


def holds_enough(predictions: Number) -> bool | None:
    """Whether a window holds the predictions that a stable statistic needs."""
    return is_at_most(ENOUGH_PREDICTIONS, predictions)


def psi_without_drift(bins: Number, rows_before: Number, rows_now: Number) -> Number:
    """The mean of the population stability index when nothing drifts.

    (bins - 1) (1/n1 + 1/n2) for samples of n1 and n2 rows: 0.018 for ten bins and 1000 rows each.
    Source: Yurdakul, Statistical Properties of Population Stability Index (2018).
    """
    given = known(bins, rows_before, rows_now)
    before, now = (ratio(1, given[1]), ratio(1, given[2])) if given else (None, None)
    if given is None or before is None or now is None:
        return None
    return answer((given[0] - 1) * (before + now))


def canary_events(
    *, daily_units: Number, traffic_pct: Number, duration_h: Number, base_rate: Number
) -> Number:
    """Formula H: events [1] that a canary sees.

    daily_units [1/d] x traffic_pct [%] / 100 x duration_h [h] / 24 x base_rate, the events that a
    unit causes in a day [1/d].
    """
    given = known(daily_units, traffic_pct, duration_h, base_rate)
    if given is None:
        return None
    units, percent, hours, rate = given
    return answer(units * percent / 100 * hours / 24 * rate)


def sees_enough(events: Number) -> bool | None:
    """Whether a canary sees the events that tell a failure from chance."""
    return is_at_most(ENOUGH_EVENTS, events)
