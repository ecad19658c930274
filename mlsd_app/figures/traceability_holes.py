"""Missing links of the chain: what the checks found, and rows that nothing leads to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from mlsd_app.figures.traceability import KPI_AT, Hole, Kind, Link, Node, Sighting, Step, by_id
from mlsd_app.stages.design import Design
from mlsd_app.stages.features import Feature
from mlsd_app.stages.metrics import Metric
from mlsd_app.stages.reading import main_label


class _Misses(Enum):
    """Which row misses the link that a check misses."""

    NONE = 0
    HERE = 1  # the row of the finding
    THERE = 2  # the row at its other end
    CHOSEN = 3  # the chosen model


# By check: where the missing row would stand, and which row misses it.
HOLES: Mapping[str, tuple[Step, _Misses]] = {
    "framing.objective-not-stated": (Step.OBJECTIVE, _Misses.NONE),
    "metrics.no-offline-metric": (Step.METRIC, _Misses.NONE),
    "metrics.no-online-metric": (Step.METRIC, _Misses.NONE),
    "metrics.no-guardrail": (Step.METRIC, _Misses.NONE),
    "metrics.stands-in-for-nothing": (Step.OBJECTIVE, _Misses.HERE),
    "metrics.chain-to-kpi-broken": (Step.OBJECTIVE, _Misses.HERE),
    "data.no-source": (Step.DATA, _Misses.NONE),
    "data.no-label": (Step.DATA, _Misses.NONE),
    "data.label-from-unknown-source": (Step.DATA, _Misses.HERE),
    "features.none-listed": (Step.FEATURE, _Misses.NONE),
    "features.source-not-described": (Step.DATA, _Misses.HERE),
    "features.not-read-by-anything": (Step.COMPONENT, _Misses.HERE),
    "features.read-by-an-unknown-component": (Step.COMPONENT, _Misses.HERE),
    "model.nothing-compared": (Step.MODEL, _Misses.NONE),
    "model.none-chosen": (Step.MODEL, _Misses.NONE),
    "model.metric-unknown": (Step.METRIC, _Misses.HERE),
    "serving.no-components": (Step.COMPONENT, _Misses.NONE),
    "serving.chosen-model-not-served": (Step.COMPONENT, _Misses.CHOSEN),
    "monitoring.nothing-watched": (Step.MONITOR, _Misses.NONE),
    "monitoring.online-metric-not-watched": (Step.MONITOR, _Misses.THERE),
    "monitoring.guardrail-not-watched": (Step.MONITOR, _Misses.THERE),
    "monitoring.critical-feature-not-watched": (Step.MONITOR, _Misses.THERE),
    "monitoring.serving-source-not-watched": (Step.MONITOR, _Misses.THERE),
    "monitoring.scores-not-watched": (Step.MONITOR, _Misses.CHOSEN),
    "monitoring.model-age-not-watched": (Step.MONITOR, _Misses.CHOSEN),
    "monitoring.skew-not-measured": (Step.MONITOR, _Misses.NONE),
    "monitoring.fallback-unseen": (Step.MONITOR, _Misses.NONE),
    "monitoring.watches-nothing-known": (Step.MONITOR, _Misses.HERE),
}
_WORST_FIRST = ("error", "warning", "hint")


def holes_seen(design: Design, nodes: Collection[str], seen: Iterable[Sighting]) -> Iterable[Hole]:
    """The findings that miss a link; several about one cell of one row make one hole."""
    chosen = by_id(design.model.candidates).get(design.model.chosen)
    holes: dict[object, Hole] = {}
    relevant = [one for one in seen if one.check in HOLES]
    for one in sorted(relevant, key=lambda one: _WORST_FIRST.index(str(one.severity))):
        step, misses = HOLES[one.check]
        beside = ""
        if misses is _Misses.HERE:
            beside = _row_of(one.address)
        elif misses is _Misses.THERE:
            beside = next((_row_of(end) for end in one.also), "")
        elif misses is _Misses.CHOSEN and chosen is not None:
            beside = chosen.at()
        beside = beside if beside in nodes else ""
        place = one.address if "/" in one.address else (one.check, one.address, beside)
        if place in holes:
            holes[place] = replace(holes[place], checks=(*holes[place].checks, one.check))
        else:
            holes[place] = Hole(
                step, one.address, one.message, beside, (one.check,), str(one.severity)
            )
    return holes.values()


def _row_of(address: str) -> str:
    table, slash, cell = address.partition("/")
    return f"{table}/{cell.partition('.')[0]}" if slash else address


def orphans(design: Design, nodes: Mapping[str, Node], links: Sequence[Link]) -> Iterator[Hole]:
    """What no check speaks of: rows that nothing leads to, or that lead nowhere."""
    if KPI_AT not in nodes:
        yield Hole(Step.OBJECTIVE, KPI_AT, "No KPI is named, so no metric can stand in for it.")
    used = {(end, link.kind) for link in links for end in (link.left, link.right)}
    for label in design.data.labels:
        at = label.at()
        if label is main_label(design.data):
            if design.metrics.rows and (at, Kind.READ_ON) not in used:
                says = f"No metric is read on {nodes[at].name}, the main label."
                yield Hole(Step.METRIC, Metric.TABLE, says, at)
        elif not {(at, Kind.MADE_FROM), (at, Kind.WATCHES)} & used:
            says = f"Nothing reads {nodes[at].name}: no metric, no feature, no monitor."
            yield Hole(Step.METRIC, at, says, at)
    for source in design.data.sources:
        at = source.at()
        read = {(at, Kind.READS), (at, Kind.COMES_FROM), (at, Kind.WATCHES)}
        if design.features.rows and not read & used:
            says = f"Nothing reads {nodes[at].name}: no feature, no label, no monitor."
            yield Hole(Step.FEATURE, Feature.TABLE, says, at)
    for feature in design.features.rows:
        if feature.kind in {"batch", "streaming"} and not feature.sources:
            says = f"{nodes[feature.at()].name} names no source."
            yield Hole(Step.DATA, feature.at("sources"), says, feature.at())
