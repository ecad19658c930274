"""Formula B: how many rows a model is trained on, and what sampling does to its scores."""

from __future__ import annotations

from mlsd_app.calculators.numbers import Number, answer, finite, is_at_most, known, ratio

TOLERANCE = 2  # factor by which stated rows may differ from computed ones


def training_rows(
    *,
    examples_per_day: Number,
    base_sample: Number,
    window_days: Number,
    positive_rate_pct: Number,
    negatives_kept: Number,
) -> Number:
    """Rows [1] of a training set.

    examples_per_day [1/d] x base_sample [1] x window_days [d] x (p + (1 - p) w), where p is the
    share of positives and w = ``negatives_kept`` [1] the share of negatives that are kept.
    """
    given = known(examples_per_day, base_sample, window_days, positive_rate_pct, negatives_kept)
    if given is None:
        return None
    examples, sample, days, percent, kept = given
    positive = percent / 100
    return answer(examples * sample * days * (positive + (1 - positive) * kept))


def rows_follow(stated: Number, expected: Number) -> bool | None:
    """Whether stated rows are within ``TOLERANCE`` of computed ones; ``None`` when unknown."""
    given = finite(stated)
    if given is None or expected is None:
        return None
    is_enough = is_at_most(expected / TOLERANCE, given)
    return is_enough and is_at_most(given, expected * TOLERANCE)


def corrected_probability(score: Number, negatives_kept: Number) -> Number:
    """The probability p [1] behind the score q of a model trained on sampled negatives.

    p = q / (q + (1 - q) / w), w = ``negatives_kept`` [1]. Source: He et al., Practical Lessons from
    Predicting Clicks on Ads at Facebook (2014), section 6.3.
    """
    given = known(score, negatives_kept)
    if given is None or not given[1]:
        return None
    q, kept = given
    return ratio(q, q + (1 - q) / kept)
