"""What a reader looks for: six signals by four levels, hints beside each stage, known traps."""

from __future__ import annotations

from mlsd_app.rubric.advice import persona_advice, variant_advice
from mlsd_app.rubric.cells import CELLS, EVIDENCE, signals_of, stages_of
from mlsd_app.rubric.known_traps import Trap, TrapKind, traps
from mlsd_app.rubric.levels import DEFAULT_LEVEL, LEVEL_TITLES, LEVELS, NUDGES, UNPROMPTED
from mlsd_app.rubric.stage_hints import Hint, SignalHints, StageHints, hints
from mlsd_app.rubric.statements import State, Statement
from mlsd_app.stages.signals import Signal

__all__ = [
    "CELLS",
    "DEFAULT_LEVEL",
    "EVIDENCE",
    "LEVELS",
    "LEVEL_TITLES",
    "NUDGES",
    "UNPROMPTED",
    "Hint",
    "Signal",
    "SignalHints",
    "StageHints",
    "State",
    "Statement",
    "Trap",
    "TrapKind",
    "hints",
    "persona_advice",
    "signals_of",
    "stages_of",
    "traps",
    "variant_advice",
]
