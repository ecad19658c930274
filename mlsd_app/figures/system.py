"""The system as a reader sees it: rows of six tables, turned into boxes that fit on a page.

More rows than a column holds are merged by what they have in common; nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from mlsd_app.figures.amounts import amount, drawable, duration
from mlsd_app.figures.path import steps, time_of
from mlsd_app.stages.data import Label, Source
from mlsd_app.stages.design import Design
from mlsd_app.stages.features import Feature
from mlsd_app.stages.monitoring import Monitor
from mlsd_app.stages.reading import main_label
from mlsd_app.stages.serving import Component

SOURCE_KINDS = {"cdc": "change capture", "api": "API"}
FEATURE_KINDS = {"request_time": "at request"}
ACTIONS = {
    "page": "page",
    "ticket": "ticket",
    "auto_rollback": "roll back",
    "auto_retrain": "retrain",
    "switch_fallback": "fall back",
    "dashboard_only": "show only",
}
PATH_AND_MODEL, OUTCOMES = "Path and model", "Outcomes"

AnyRow = TypeVar("AnyRow")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: a name, a line about it, and the ids of the rows it stands for."""

    name: str
    about: str
    ids: frozenset[str]
    feeds_from: frozenset[str] = frozenset()  # ids of what it reads
    read_by: str = ""  # id of the component that reads it
    is_dashed: bool = False
    is_marked: bool = False
    is_filled: bool = False


@dataclass(frozen=True, slots=True)
class Watch:
    """Monitors of one kind of thing: names with what each one starts."""

    title: str
    monitors: Sequence[tuple[str, str]]


def sources(design: Design, most: int) -> Sequence[Box]:
    """What is read, with the time from an event until it is readable, in ``most`` boxes."""
    rows = design.data.sources
    if len(rows) <= most:
        return [_source((row,)) for row in rows]
    merged = _merged(rows, lambda row: (row.kind, row.feeds == "training"))
    return _fitting([_source(group) for group in merged], most)


def features(design: Design, most: int) -> Sequence[Box]:
    """What the model reads, with the largest age when served, in ``most`` boxes."""
    rows = design.features.rows
    if len(rows) <= most:
        return [_feature((row,)) for row in rows]
    merged = _merged(rows, lambda row: (row.entity, row.kind, row.fetch_component))
    return _fitting([_feature(group) for group in merged], most)


def request_path(design: Design, most: int) -> Sequence[Sequence[Box]]:
    """The steps of a request in order, in ``most`` boxes; those of one step run in parallel."""
    path = steps(design)
    if sum(len(step.members) for step in path) <= most:
        return [[_component((member,)) for member in step.members] for step in path]
    boxes = [_component(step.members) for step in path]
    return [[box] for box in _fitting(boxes, most)]


def watches(design: Design) -> Sequence[Watch]:
    """The monitors, by what they watch, in four groups."""
    groups: dict[str, list[tuple[str, str]]] = {
        title: [] for title in ("Sources", "Features", PATH_AND_MODEL, OUTCOMES)
    }
    titles = _titles(design)
    for monitor in design.monitoring.monitors:
        title = titles.get(monitor.watches, PATH_AND_MODEL)
        groups[title].append((monitor.id or "unnamed", ACTIONS.get(monitor.action_kind, "")))
    return [Watch(title, monitors) for title, monitors in groups.items()]


def label_about(label: Label) -> str:
    delay = drawable(label.delay_s)
    return f"final after {duration(delay)}" if delay else ""


def training_about(design: Design) -> str:
    """How often it is trained, and on how many days of rows."""
    cadence = drawable(design.monitoring.retrain.cadence_days)
    window = drawable(design.data.training_window_days)
    parts = [
        f"every {duration(cadence * 86_400)}" if cadence else "",
        f"{amount(window, 'days')} of rows" if window else "",
    ]
    return ", ".join(part for part in parts if part)


def serves_the_model(design: Design) -> Component | None:
    """The component that runs the chosen model, or else the first that runs any."""
    scoring = [component for component in design.serving.components if component.model]
    chosen = [component for component in scoring if component.model == design.model.chosen]
    return next(iter(chosen or scoring), None)


def counted(count: int, one: str, many: str = "") -> str:
    """``1 source``, ``7 sources``."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"


def _titles(design: Design) -> Mapping[str, str]:
    """What each id belongs to that can be watched; all others are of the path or the model."""
    return {
        **{row.id: OUTCOMES for row in design.data.labels},
        **{row.id: OUTCOMES for row in design.metrics.rows},
        **{row.id: "Features" for row in design.features.rows},
        **{row.id: "Sources" for row in design.data.sources},
    }


def _source(rows: Sequence[Source]) -> Box:
    first = rows[0]
    kind = SOURCE_KINDS.get(first.kind, first.kind)
    only_training = first.feeds == "training"
    lag = _longest(row.ingestion_lag_s for row in rows)
    about = [kind, duration(lag) if lag is not None else "", "training only" * only_training]
    name = first.id or "unnamed"
    if len(rows) > 1:
        name = counted(len(rows), f"{kind or 'other'} source")
        about = about[1:]
    return Box(
        name=name,
        about=", ".join(part for part in about if part),
        ids=frozenset(row.id for row in rows if row.id),
        is_dashed=only_training,
    )


def _feature(rows: Sequence[Feature]) -> Box:
    first = rows[0]
    kind = FEATURE_KINDS.get(first.kind, first.kind)
    age = _longest(row.freshness_s for row in rows)
    about = ", ".join(part for part in (kind, duration(age) if age is not None else "") if part)
    name = first.id or "unnamed"
    if len(rows) > 1:
        name = f"{len(rows)} of {first.entity or 'no entity'}"
    return Box(
        name=name,
        about=about,
        ids=frozenset(row.id for row in rows if row.id),
        feeds_from=frozenset(source for row in rows for source in row.sources),
        read_by=first.fetch_component,
        is_marked=any(row.critical for row in rows),
    )


def _component(rows: Sequence[Component]) -> Box:
    first = rows[0]
    time = _longest(time_of(row) for row in rows)
    model = next((row.model for row in rows if row.model), "")
    name = first.id or "unnamed"
    if len(rows) > 1:
        name = f"{len(rows)} in parallel"
    about = (amount(time, "ms") if time is not None else "", model)
    return Box(
        name=name,
        about=", ".join(part for part in about if part),
        ids=frozenset(row.id for row in rows if row.id),
        is_filled=bool(model),
    )


def _longest(values: Iterable[float | None]) -> float | None:
    return max((v for value in values if (v := drawable(value)) is not None), default=None)


def _merged(
    rows: Sequence[AnyRow], key: Callable[[AnyRow], Hashable]
) -> Sequence[Sequence[AnyRow]]:
    groups: dict[Hashable, list[AnyRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return list(groups.values())


def _fitting(boxes: Sequence[Box], most: int) -> Sequence[Box]:
    """At most ``most`` boxes; the last one stands for all that did not fit."""
    if len(boxes) <= most:
        return boxes
    rest = boxes[most - 1 :]
    more = Box(
        name=f"{len(rest)} more",
        about="",
        ids=frozenset[str]().union(*(box.ids for box in rest)),
        feeds_from=frozenset[str]().union(*(box.feeds_from for box in rest)),
        is_marked=any(box.is_marked for box in rest),
    )
    return [*boxes[: most - 1], more]


def is_empty(design: Design) -> bool:
    """Whether there is nothing of the system to draw."""
    return not (
        design.data.sources
        or design.features.rows
        or design.serving.components
        or design.monitoring.monitors
    )


def title(design: Design) -> str:
    """The whole picture in a sentence or two."""
    label, component = main_label(design.data), serves_the_model(design)
    monitors: Sequence[Monitor] = design.monitoring.monitors
    triggers = design.monitoring.retrain.triggers
    said = [
        f"Pipeline drawn from the rows. {counted(len(design.data.sources), 'source')} feed "
        f"{counted(len(design.features.rows), 'feature')}, read by a request path of "
        f"{counted(len(design.serving.components), 'component')}."
    ]
    if label is not None and label.id:
        origin = f" from {label.source}" if label.source else ""
        said.append(f"The label {label.id}{origin} trains {design.model.chosen or 'the model'}.")
    if component is not None:
        said.append(f"The model goes through the registry into {component.id}.")
    said.append(f"{counted(len(monitors), 'monitor')} watch it.")
    if triggers:
        said.append(f"{' and '.join(triggers)} can start a training.")
    return " ".join([*said, "Outcomes return as tomorrow's data."])
