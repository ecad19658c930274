"""Designs in a few lines: the failing and the passing example that every check carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from mlsd_app.stages.design import Design, Value

FIRST_EDITED = "first_edited"

# Answers by address ("metrics.ab.alpha"); what is absent is unanswered. The one key that is no
# address is "first_edited": stage key to the second of its first edit.
Given = bool | float | str | Sequence[str] | Sequence[Mapping[str, object]] | Mapping[str, float]
Example = Mapping[str, Given]


def design_of(example: Example) -> Design:
    """The design that answers just this; rows without a name are named 1, 2, 3 in their table."""
    answers: dict[str, dict[str, Value]] = {}
    for address, value in example.items():
        if address != FIRST_EDITED:
            stage_key, _, field_key = address.partition(".")
            answers.setdefault(stage_key, {})[field_key] = _with_row_names(value)
    return Design.of(answers, cast("Mapping[str, float]", example.get(FIRST_EDITED, {})))


def _with_row_names(value: Given) -> Value:
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return cast("Value", value)
    return [{"row": str(number), **cells} for number, cells in enumerate(value, start=1)]
