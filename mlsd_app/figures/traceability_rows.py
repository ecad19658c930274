"""The nodes and links of the chain, read from the rows of a design."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from mlsd_app.figures.amounts import amount
from mlsd_app.figures.chain import KPI, change
from mlsd_app.figures.lettering import one_line
from mlsd_app.figures.path import time_of
from mlsd_app.figures.system import FEATURE_KINDS, SOURCE_KINDS
from mlsd_app.figures.traceability import (
    KPI_AT,
    OBJECTIVE_AT,
    Kind,
    Link,
    Node,
    Sighting,
    Step,
    Trace,
    by_id,
)
from mlsd_app.figures.traceability_holes import holes_seen, orphans
from mlsd_app.stages.data import Label
from mlsd_app.stages.design import Design, row_id, table_at
from mlsd_app.stages.features import Feature
from mlsd_app.stages.fields import Row
from mlsd_app.stages.metrics import Metric
from mlsd_app.stages.model import FAMILIES
from mlsd_app.stages.reading import main_label


def trace(design: Design, seen: Iterable[Sighting] = ()) -> Trace:
    """The chain of ``design``; ``seen`` are the findings of the checks on it."""
    nodes: dict[str, Node] = {}
    for node in _nodes(design):
        nodes.setdefault(node.address, node)
    given = dict.fromkeys(
        link
        for link in _links(design)
        if link.left in nodes and link.right in nodes and link.left != link.right
    )
    links = tuple(given)
    holes = [*holes_seen(design, nodes, seen), *orphans(design, nodes, links)]
    return Trace(tuple(nodes.values()), links, tuple(sorted(holes, key=lambda hole: hole.step)))


# -- nodes


def _nodes(design: Design) -> Iterator[Node]:
    framing = design.framing
    if objective := one_line(framing.business_objective):
        yield Node(Step.OBJECTIVE, OBJECTIVE_AT, objective, "the objective")
    if kpi := one_line(framing.business_kpi):
        moved = change(framing.kpi_baseline, framing.kpi_target, framing.kpi_unit)
        yield Node(Step.OBJECTIVE, KPI_AT, kpi, moved or "the KPI", is_marked=True)
    yield from (_metric(row) for row in design.metrics.rows)
    main = main_label(design.data)
    yield from (_label(row, is_main=row is main) for row in design.data.labels)
    for source in design.data.sources:
        kind = SOURCE_KINDS.get(source.kind, source.kind)
        yield _node(Step.DATA, source, kind or "source", kind)
    yield from (_feature(row) for row in design.features.rows)
    for candidate in design.model.candidates:
        is_chosen = bool(candidate.id) and candidate.id == design.model.chosen
        family = FAMILIES.get(candidate.family, candidate.family)
        about = f"chosen, {family.lower()}" if is_chosen else candidate.role or family.lower()
        yield _node(Step.MODEL, candidate, about, candidate.role, is_marked=is_chosen)
    for component in design.serving.components:
        time = time_of(component)
        about = f"p99 {amount(time, 'ms')}" if time is not None else "no p99 yet"
        yield _node(Step.COMPONENT, component, about, is_marked=bool(component.model))
    watchable = _referable(design)
    for monitor in design.monitoring.monitors:
        about = f"watches {monitor.watches}" if monitor.watches else "watches nothing"
        watched = watchable.get(monitor.watches)
        alike = watched.step.title.lower() if watched else ""
        yield _node(Step.MONITOR, monitor, about, alike)


def _node(step: Step, row: Row, about: str, alike: str = "", *, is_marked: bool = False) -> Node:
    name = one_line(row_id(row)) or f"unnamed {table_at(type(row).TABLE).row_name}"
    return Node(step, row.at(), name, about, alike, is_marked)


def _metric(row: Metric) -> Node:
    about = ", ".join(word for word in (row.role, row.kind) if word and word != "guardrail")
    if "guardrail" in {row.role, row.kind}:
        about = "guardrail"
    return _node(Step.METRIC, row, about, row.kind, is_marked=row.role == "primary")


def _label(row: Label, *, is_main: bool) -> Node:
    return _node(Step.DATA, row, "main label" if is_main else "label", "label", is_marked=is_main)


def _feature(row: Feature) -> Node:
    about = ", ".join(filter(None, (row.entity, FEATURE_KINDS.get(row.kind, row.kind))))
    shared = " and ".join(sorted(row.sources))
    return _node(Step.FEATURE, row, about, shared, is_marked=bool(row.critical))


class _Referred(NamedTuple):
    step: Step
    row: Row


def _referable(design: Design) -> Mapping[str, _Referred]:
    """What a monitor may watch, by id; of several with one id the first, in the field's order."""
    tables: tuple[tuple[Step, Sequence[Row]], ...] = (
        (Step.METRIC, design.metrics.rows),
        (Step.DATA, design.data.sources),
        (Step.DATA, design.data.labels),
        (Step.FEATURE, design.features.rows),
        (Step.MODEL, design.model.candidates),
        (Step.COMPONENT, design.serving.components),
        (Step.MONITOR, design.monitoring.monitors),
    )
    found: dict[str, _Referred] = {}
    for step, rows in tables:
        for row in rows:
            if name := row_id(row):
                found.setdefault(name, _Referred(step, row))
    return found


# -- links


def _links(design: Design) -> Iterator[Link]:
    """Every reference that leads to a row, in the order of the steps."""
    yield Link(Kind.SERVES_AIM, OBJECTIVE_AT, KPI_AT)
    yield from _links_of_metrics(design)
    sources = by_id(design.data.sources)
    for label in design.data.labels:
        yield from _to(Kind.COMES_FROM, label, sources.get(label.source))
    yield from _links_of_features(design)
    yield from _links_of_models(design)
    candidates = by_id(design.model.candidates)
    for component in design.serving.components:
        if candidate := candidates.get(component.model):
            yield Link(Kind.RUNS, candidate.at(), component.at())
    watchable = _referable(design)
    for monitor in design.monitoring.monitors:
        if watched := watchable.get(monitor.watches):
            yield Link(Kind.WATCHES, watched.row.at(), monitor.at())


def _links_of_metrics(design: Design) -> Iterator[Link]:
    metrics, label = by_id(design.metrics.rows), main_label(design.data)
    kpi = {KPI, design.framing.business_kpi.strip() or KPI}
    for metric in design.metrics.rows:
        if metric.proxy_for.strip() in kpi:
            yield Link(Kind.STANDS_IN, KPI_AT, metric.at())
        elif aim := metrics.get(metric.proxy_for):
            yield Link(Kind.STANDS_IN, aim.at(), metric.at())
        if _needs_labels(metric):
            yield from _to(Kind.READ_ON, metric, label)


def _needs_labels(metric: Metric) -> bool:
    """As stated; an offline metric does unless it says otherwise."""
    return metric.kind == "offline" if metric.label_based is None else metric.label_based


def _links_of_features(design: Design) -> Iterator[Link]:
    sources, components = by_id(design.data.sources), by_id(design.serving.components)
    label = main_label(design.data)
    for feature in design.features.rows:
        for name in feature.sources:
            if source := sources.get(name):
                yield Link(Kind.READS, source.at(), feature.at())
        if feature.derives_from_label and label is not None:
            yield Link(Kind.MADE_FROM, label.at(), feature.at())
        yield from _to(Kind.READ_BY, feature, components.get(feature.fetch_component))


def _links_of_models(design: Design) -> Iterator[Link]:
    metrics, label = by_id(design.metrics.rows), main_label(design.data)
    chosen = by_id(design.model.candidates).get(design.model.chosen)
    if chosen is not None:
        if label is not None:
            yield Link(Kind.LEARNS, label.at(), chosen.at())
        for feature in design.features.rows:
            yield Link(Kind.TAKES_IN, feature.at(), chosen.at())
    for candidate in design.model.candidates:
        if metric := metrics.get(candidate.metric):
            yield Link(Kind.COMPARED_ON, metric.at(), candidate.at())


def _to(kind: Kind, row: Row, other: Row | None) -> Iterator[Link]:
    if other is not None:
        yield Link(kind, row.at(), other.at())
