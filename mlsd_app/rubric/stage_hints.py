"""What stands beside a stage: what readers at the chosen level look for, and how far it got."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mlsd_app.rubric.cells import signals_of, statements
from mlsd_app.rubric.levels import DEFAULT_LEVEL, LEVELS, NUDGES
from mlsd_app.rubric.statements import State
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.words import LEVELS as LEVEL_LABELS

ROOM = 6  # statements that fit beside a stage for one signal


@dataclass(frozen=True, slots=True)
class Hint:
    """One statement and how it stands in this design."""

    level: str
    text: str
    fields: tuple[str, ...]
    state: State

    @property
    def level_label(self) -> str:
        return LEVEL_LABELS[self.level]


@dataclass(frozen=True, slots=True)
class SignalHints:
    """One signal in one stage, read for one level.

    ``still_open`` are statements of lower levels that the answers do not show yet, lowest level
    first, as many as there is room for; ``left_out`` counts the others. ``reached`` is 0 to 4: how
    many levels the answers of this stage show without a gap. ``next`` is what the level above adds
    here, and empty at the highest.
    """

    signal: Signal
    level: str
    reached: int
    still_open: tuple[Hint, ...]
    left_out: int
    hints: tuple[Hint, ...]
    next: tuple[Hint, ...]

    @property
    def title(self) -> str:
        return f"{self.signal} {self.signal.label} at {LEVEL_LABELS[self.level]}"

    @property
    def aim(self) -> int:
        """The level aimed at, 1 to 4."""
        return LEVELS.index(self.level) + 1

    @property
    def is_typical_gap(self) -> bool:
        """Whether people who aim at this level tend to fall short on this signal."""
        return self.signal in NUDGES[self.level]

    @property
    def next_title(self) -> str:
        return f"What {LEVEL_LABELS[LEVELS[self.aim]]} adds" if self.next else ""


@dataclass(frozen=True, slots=True)
class StageHints:
    """The rubric beside one stage, its main signal first."""

    stage: str
    level: str
    signals: tuple[SignalHints, ...]


def hints(stage_key: str, level: str, design: Design) -> StageHints:
    """Read one stage of ``design`` for ``level``; without a known level, for L4.

    A signal that has nothing to say here at this level is left out. Raises ``KeyError`` for an
    unknown stage.
    """
    aim = level if level in LEVELS else DEFAULT_LEVEL
    found = (_of_signal(signal, stage_key, aim, design) for signal in signals_of(stage_key))
    return StageHints(stage_key, aim, tuple(one for one in found if one.hints or one.still_open))


def _of_signal(signal: Signal, stage_key: str, level: str, design: Design) -> SignalHints:
    said = {one: tuple(_hints(signal, one, stage_key, design)) for one in LEVELS}
    place, wanted = LEVELS.index(level), said[level]
    below = [hint for one in LEVELS[:place] for hint in said[one] if hint.state is State.OPEN]
    room = ROOM - len(wanted)
    above = LEVELS[place + 1 : place + 2]
    return SignalHints(
        signal=signal,
        level=level,
        reached=_reached(said),
        still_open=tuple(below[:room]),
        left_out=len(below[room:]),
        hints=wanted,
        next=tuple(hint for one in above for hint in said[one]),
    )


def _hints(signal: Signal, level: str, stage_key: str, design: Design) -> Iterator[Hint]:
    for statement in statements(signal, level, stage_key):
        if statement.applies(design):
            yield Hint(level, statement.text, statement.fields, statement.state(design))


def _reached(said: Mapping[str, Iterable[Hint]]) -> int:
    """The highest level shown without a gap below it; what only a reader can judge is not counted.

    A level that asks nothing decidable of this stage is passed over.
    """
    reached = 0
    for number, level in enumerate(LEVELS, start=1):
        states = {hint.state for hint in said[level]}
        if State.OPEN in states:
            break
        if State.SHOWN in states:
            reached = number
    return reached
