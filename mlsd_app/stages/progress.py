"""How far a design has come: what is asked of it now, and how much of that is answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mlsd_app.stages.design import NUMBERED_STAGES, Design, is_empty
from mlsd_app.stages.fields import Depth, Field, Stage


@dataclass(frozen=True, slots=True)
class Progress:
    """Answered out of asked, in fields; an unasked stage is complete."""

    answered: int
    asked: int

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.asked if self.asked else 100


def is_shown(field: Field, design: Design, stage_key: str) -> bool:
    """Whether the page shows ``field``: its condition holds, or it has an answer to keep."""
    if field.when is None or field.when(design):
        return True
    return not is_empty(design.value(stage_key, field.key))


def required_fields(stage: Stage, design: Design) -> Iterator[Field]:
    """The fields that the design must answer now. In interview mode only the core ones count."""
    core_only = design.general.mode == "interview"
    for field in stage.fields.values():
        if not field.required or (core_only and field.depth is Depth.FULL):
            continue
        if field.when is None or field.when(design):
            yield field


def progress(stage: Stage, design: Design) -> Progress:
    asked = answered = 0
    for field in required_fields(stage, design):
        asked += 1
        answered += not is_empty(design.value(stage.key, field.key))
    return Progress(answered, asked)


def progress_by_stage(design: Design) -> Mapping[str, Progress]:
    """The progress of the seven stages, in order."""
    return {stage.key: progress(stage, design) for stage in NUMBERED_STAGES}
