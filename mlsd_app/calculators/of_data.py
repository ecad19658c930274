"""How many training rows follow from the rates."""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.calculation import (
    Calculation,
    Input,
    Limit,
    Worked,
    cell,
    result,
    stated,
)
from mlsd_app.calculators.training import TOLERANCE, rows_follow, training_rows
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import main_label
from mlsd_app.stages.units import NUMBER, PER_DAY, PERCENT

ROWS = (
    "{examples a day} × {share of all examples} × {training window}"
    " × ({positive} + (100\u202f% − {positive}) × {share of negatives kept})"
)
ONE_OF = f"within a factor of {TOLERANCE} of"


def _training_rows(design: Design) -> Iterator[Worked]:
    label = main_label(design.data)
    if label is None:
        examples = Input("examples a day", "data.labels", None, PER_DAY)
        positive = Input("positive", "data.labels", None, PERCENT)
    else:
        examples = cell("examples a day", label, "examples_per_day")
        positive = cell("positive", label, "positive_rate_pct")
    sample = stated("share of all examples", "data.base_sample", design)
    window = stated("training window", "data.training_window_days", design)
    kept = stated("share of negatives kept", "data.sampling_rate", design)
    rows = training_rows(
        examples_per_day=examples.value,
        base_sample=sample.value,
        window_days=window.value,
        positive_rate_pct=positive.value,
        negatives_kept=kept.value,
    )
    said = stated("stated rows", "data.rows_train", design)
    limit = Limit(
        label="stated rows",
        relation=ONE_OF,
        value=said.value,
        address=said.address,
        is_met=rows_follow(said.value, rows),
        check="data.rows-do-not-follow",
    )
    yield result(rows, ROWS, examples, sample, window, positive, kept, limit=limit)


TRAINING_ROWS = Calculation(
    name="data.training_rows",
    title="Training rows",
    unit=NUMBER,
    formula="examples a day × share of all examples × training window"
    " × (positive + (1 − positive) × share of negatives kept)",
    source="Arithmetic",
    beside="data.training_window_days",
    reads=(
        "data.labels",
        "data.base_sample",
        "data.training_window_days",
        "data.sampling_rate",
        "data.rows_train",
    ),
    work=_training_rows,
    into="data.rows_train",
)
