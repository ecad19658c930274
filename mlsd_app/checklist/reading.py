"""How conditions read a design: what several checks ask of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from mlsd_app.calculators.numbers import finite
from mlsd_app.checklist.vocabulary import ITEM_WORDS, QUERY_WORDS, USER_WORDS
from mlsd_app.stages.data import Data, Label, Source
from mlsd_app.stages.design import Design, id_column, row_id, table_at
from mlsd_app.stages.features import Feature
from mlsd_app.stages.fields import Row
from mlsd_app.stages.framing import Scale
from mlsd_app.stages.metrics import Metric, Metrics
from mlsd_app.stages.model import Candidate, Model
from mlsd_app.stages.monitoring import Monitor

LONGEST_NAME = 60  # characters of a sentence that names a row


def is_blank(answer: str | Iterable[str]) -> bool:
    """Whether a text, or every line of a list, says nothing."""
    lines = (answer,) if isinstance(answer, str) else answer
    return not any(line.strip() for line in lines)


def entries(lines: tuple[str, ...]) -> int:
    """How many lines of a list say something."""
    return sum(bool(line.strip()) for line in lines)


def length(text: str) -> int:
    """Characters, without the space around them."""
    return len(text.strip())


def ids(rows: Sequence[Row]) -> set[str]:
    """What these rows can be referred to by."""
    if not rows:
        return set()
    column = id_column(type(rows[0]))
    return {name for row in rows if (name := getattr(row, column))}


def called(row: Row) -> str:
    """The row as the subject of a sentence: its id, its quoted first column, or what it is."""
    name = " ".join(row_id(row).split())
    if not name:
        return _nameless(type(row).TABLE)
    if len(name) > LONGEST_NAME:
        name = f"{name[:LONGEST_NAME].rstrip()} ..."
    return f'"{name}"' if " " in name else name


@cache
def _nameless(table: str) -> str:
    noun = table_at(table).row_name
    return f"{'An' if noun[0] in 'aeiou' else 'A'} {noun} without a name"


def of_kind(rows: Iterable[Metric], kind: str) -> list[Metric]:
    return [row for row in rows if row.kind == kind]


def primary_online(metrics: Metrics) -> list[Metric]:
    """What the experiment should read; a sound design has exactly one."""
    return [row for row in metrics.rows if row.kind == "online" and row.role == "primary"]


def chosen_candidate(model: Model) -> Candidate | None:
    """The candidate that is chosen, unless the reference leads nowhere."""
    if not model.chosen:
        return None
    return next((row for row in model.candidates if row.id == model.chosen), None)


def families(rows: Iterable[Metric]) -> set[str]:
    """The metric families of these rows, as far as they are stated."""
    return {row.family for row in rows if not is_blank(row.family)}


def rarest_label(data: Data) -> tuple[Label, float] | None:
    """The label with the fewest positives, and their share [%]."""
    stated = [
        (label, rate)
        for label in data.labels
        if (rate := finite(label.positive_rate_pct)) is not None
    ]
    return min(stated, key=lambda pair: pair[1]) if stated else None


def latest_label(data: Data) -> tuple[Label, float] | None:
    """The label that is final last, and after how long [s]."""
    stated = [
        (label, delay) for label in data.labels if (delay := finite(label.delay_s)) is not None
    ]
    return max(stated, key=lambda pair: pair[1]) if stated else None


def sources_of(feature: Feature, sources: Mapping[str, Source]) -> list[Source]:
    """The described sources that a feature names."""
    return [sources[name] for name in feature.sources if name in sources]


def sides(entities: Iterable[str]) -> set[str]:
    """Which sides of a match these entities describe: ``user``, ``query``, ``item``."""
    words = {entity.strip().casefold() for entity in entities}
    known = {"user": USER_WORDS, "query": QUERY_WORDS, "item": ITEM_WORDS}
    return {side for side, names in known.items() if words & names}


def population(design: Design) -> Scale | None:
    """The row of stage 1 that counts what the experiment randomises."""
    entity = design.metrics.ab.unit_entity.strip()
    rows = design.framing.scale if entity else ()
    return next((row for row in rows if row.entity.strip() == entity), None)


def says_position(model: Model) -> bool:
    """Whether the position bias of logged clicks is among the biases that are handled."""
    return any("position" in entry.casefold() for entry in model.bias_handling)


def watched(monitors: Iterable[Monitor], kind: str = "") -> set[str]:
    """The ids that some monitor watches, of one ``kind`` if it is given."""
    return {row.watches for row in monitors if row.watches and kind in {"", row.kind}}
