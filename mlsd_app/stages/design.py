"""The typed snapshot of a whole design, which checks, figures and documents read.

Stored answers are plain JSON: one mapping for each stage, from field key (``"ab.unit"`` for a part
of a group) to a value; a table is a list of mappings with their row name under ``"row"``. What is
absent is unanswered. ``Design.of`` turns them into the frozen dataclasses of the stages.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from mlsd_app.stages.data import DATA, Data
from mlsd_app.stages.features import FEATURES, Features
from mlsd_app.stages.fields import Field, Row, Stage
from mlsd_app.stages.framing import FRAMING, Framing
from mlsd_app.stages.general import GENERAL, General
from mlsd_app.stages.metrics import METRICS, Metrics
from mlsd_app.stages.model import MODEL, Model
from mlsd_app.stages.monitoring import MONITORING, Monitoring
from mlsd_app.stages.serving import SERVING, Serving

Value = bool | int | float | str | list[str] | list[dict[str, Any]]
Answers = Mapping[str, Value]  # of one stage, by field key
AllAnswers = Mapping[str, Answers]  # by stage key

NUMBERED_STAGES: tuple[Stage, ...] = (
    FRAMING,
    METRICS,
    DATA,
    FEATURES,
    MODEL,
    SERVING,
    MONITORING,
)
STAGES: Mapping[str, Stage] = {stage.key: stage for stage in (GENERAL, *NUMBERED_STAGES)}


@dataclass(frozen=True, slots=True)
class Design:
    """All answers of a design. ``first_edited`` maps a stage to when its first answer was stored,
    in seconds of any one clock; it is empty where no history is known, as in a file.
    """

    general: General = field(default_factory=General)
    framing: Framing = field(default_factory=Framing)
    metrics: Metrics = field(default_factory=Metrics)
    data: Data = field(default_factory=Data)
    features: Features = field(default_factory=Features)
    model: Model = field(default_factory=Model)
    serving: Serving = field(default_factory=Serving)
    monitoring: Monitoring = field(default_factory=Monitoring)
    first_edited: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, answers: AllAnswers, first_edited: Mapping[str, float] | None = None) -> Self:
        """The snapshot of stored ``answers``; stages and fields not given are unanswered."""
        return cls(
            **{key: typed(STAGES[key], answers.get(key, {})) for key in STAGES},
            first_edited=first_edited or {},
        )

    def stage(self, key: str) -> Any:
        return getattr(self, key)

    def value(self, stage_key: str, field_key: str) -> Any:
        """The typed value of one field; ``field_key`` may be ``group.part``."""
        found = getattr(self, stage_key)
        for part in field_key.split("."):
            found = getattr(found, part)
        return found


def typed(stage: Stage, answers: Answers) -> Any:
    """The typed answers of one stage."""
    return _build(stage.answers, answers, "")


def _build(cls: type[Any], answers: Mapping[str, Any], prefix: str) -> Any:
    given: dict[str, Any] = {}
    for name, group, row in _slots(cls):
        value = answers.get(prefix + name)
        if group is not None:
            given[name] = _build(group, answers, f"{prefix}{name}.")
        elif value is None:
            continue
        elif row is not None:
            given[name] = tuple(_build(row, cells, "") for cells in value)
        else:
            given[name] = tuple(value) if isinstance(value, list) else value
    return cls(**given)


_Slot = tuple[str, type[Any] | None, type[Row] | None]  # name, class of the group, type of the rows
_SLOTS: dict[type[Any], tuple[_Slot, ...]] = {}


def _slots(cls: type[Any]) -> tuple[_Slot, ...]:
    """How each attribute of an answer class is filled; found out once for each class."""
    if cls not in _SLOTS:
        _SLOTS[cls] = tuple(
            (
                declared.name,
                declared.metadata.get("group"),
                declared.metadata["field"].row if "field" in declared.metadata else None,
            )
            for declared in dataclasses.fields(cls)
        )
    return _SLOTS[cls]


def is_empty(value: object) -> bool:
    """Unanswered: ``None``, blank text, or a list or table without entries."""
    return value is None or value == () or (isinstance(value, str) and not value.strip())


def row_id(row: Row) -> str:
    """What other stages call this row: its id, or the first column that names it; may be empty."""
    return str(getattr(row, id_column(type(row))))


def id_column(row_type: type[Row]) -> str:
    """The column whose value other rows refer to: ``id``, or else the first column."""
    if "id" in row_type.__dataclass_fields__:
        return "id"
    return dataclasses.fields(row_type)[1].name  # the first attribute is the row's own name


def table_at(address: str) -> Field:
    """The field of the table at ``stage.table``. Raises ``KeyError``."""
    stage_key, _, field_key = address.partition(".")
    return STAGES[stage_key].fields[field_key]


def rows_at(design: Design, address: str) -> Sequence[Row]:
    """The rows of the table at ``stage.table``."""
    stage_key, _, field_key = address.partition(".")
    return cast("Sequence[Row]", design.value(stage_key, field_key))


def referable(design: Design, field: Field) -> Iterator[tuple[str, str]]:
    """What the reference ``field`` may name now: ``(value, label)``, in document order."""
    yield from field.ref_words.items()
    for address in field.refs:
        for row in rows_at(design, address):
            if name := row_id(row):
                yield name, name
