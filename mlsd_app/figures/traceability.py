"""What leads from the objective to the monitors: the rows of a design, their links and the holes.

Seven steps stand in the order in which they are read. A link is a reference that one row makes to
another, or follows from one (the chosen model reads every feature). A hole is a link that is
missing; where a check sees the same, the hole is that finding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from typing import Protocol, TypeVar

from mlsd_app.stages.design import row_id
from mlsd_app.stages.fields import Row

AnyRow = TypeVar("AnyRow", bound=Row)

OBJECTIVE_AT, KPI_AT = "framing.business_objective", "framing.business_kpi"
_NAMES_LISTED = 4  # of what a row is linked to; more are counted


class Step(IntEnum):
    """A step of the chain; its value is its place in the order."""

    OBJECTIVE = 0
    METRIC = 1
    DATA = 2
    FEATURE = 3
    MODEL = 4
    COMPONENT = 5
    MONITOR = 6

    @property
    def title(self) -> str:
        return _TITLES[self][0]

    @property
    def one(self) -> str:
        """What one row of it is called."""
        return _TITLES[self][1]

    @property
    def many(self) -> str:
        return _TITLES[self][2]


_TITLES: Mapping[Step, tuple[str, str, str]] = {
    Step.OBJECTIVE: ("Objective", "objective", "objectives"),
    Step.METRIC: ("Metrics", "metric", "metrics"),
    Step.DATA: ("Labels and sources", "source", "sources"),
    Step.FEATURE: ("Features", "feature", "features"),
    Step.MODEL: ("Models", "model", "models"),
    Step.COMPONENT: ("Components", "component", "components"),
    Step.MONITOR: ("Monitors", "monitor", "monitors"),
}


class Kind(StrEnum):
    """How two rows are linked; the value is the verb between the one that says so and the other."""

    SERVES_AIM = "measures"
    STANDS_IN = "stands in for"
    READ_ON = "is read on"
    COMES_FROM = "comes from"
    READS = "reads"
    MADE_FROM = "is made from"
    LEARNS = "learns"
    TAKES_IN = "takes in"
    COMPARED_ON = "is compared on"
    READ_BY = "is read by"
    RUNS = "runs"
    WATCHES = "watches"


_SAID_BY_THE_LEFT = {Kind.READ_ON, Kind.COMES_FROM, Kind.READ_BY}


@dataclass(frozen=True, slots=True)
class Node:
    """A row of the chain, or one of the two answers that it starts with.

    ``alike`` is what it shares with others that may be drawn as one; ``is_marked`` singles it out:
    primary, main, critical or chosen.
    """

    step: Step
    address: str
    name: str
    about: str
    alike: str = ""
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Two live rows, by their addresses: ``left`` is nearer to the objective."""

    kind: Kind
    left: str
    right: str

    @property
    def speaker(self) -> str:
        """The end whose row says so."""
        return self.left if self.kind in _SAID_BY_THE_LEFT else self.right

    @property
    def other(self) -> str:
        return self.right if self.kind in _SAID_BY_THE_LEFT else self.left


@dataclass(frozen=True, slots=True)
class Hole:
    """A link that is missing. ``address`` is the field that would fill it, ``step`` where the
    missing row would stand, ``beside`` the row that misses it, if it is one.
    """

    step: Step
    address: str
    says: str
    beside: str = ""
    checks: tuple[str, ...] = ()
    severity: str = "hint"


class Sighting(Protocol):
    """A finding of a check, as far as holes need it."""

    @property
    def check(self) -> str: ...
    @property
    def severity(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def also(self) -> tuple[str, ...]: ...
    @property
    def message(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole chain of a design, in order."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    holes: tuple[Hole, ...]

    @property
    def is_empty(self) -> bool:
        return not self.nodes

    def of_step(self, step: Step) -> Sequence[Node]:
        return [node for node in self.nodes if node.step is step]

    def holes_of(self, step: Step) -> Sequence[Hole]:
        return [hole for hole in self.holes if hole.step is step]

    def without_holes(self) -> Trace:
        return replace(self, holes=())

    @property
    def watched(self) -> frozenset[str]:
        """The addresses of what some monitor watches."""
        return frozenset(link.left for link in self.links if link.kind is Kind.WATCHES)

    def sayings(self) -> Mapping[str, Sequence[str]]:
        """By address: what the row is linked to, in words: ``stands in for loss_card``."""
        by_verb: dict[str, dict[str, list[str]]] = {node.address: {} for node in self.nodes}
        for link in self.links:
            if link.kind is not Kind.SERVES_AIM:
                by_verb[link.speaker].setdefault(link.kind.value, []).append(link.other)
            if link.kind is Kind.WATCHES:
                by_verb[link.left].setdefault("is watched by", []).append(link.right)
        by_address = {node.address: node for node in self.nodes}
        return {
            address: [
                f"{verb} {_named([by_address[end] for end in ends])}"
                for verb, ends in verbs.items()
            ]
            for address, verbs in by_verb.items()
        }

    def chains(self) -> Sequence[Sequence[Node]]:
        """From the KPI down to each metric that nothing stands in for, then its label and source.

        A chain that does not reach the KPI starts with the metric where it ends.
        """
        above = {link.right: link.left for link in self.links if link.kind is Kind.STANDS_IN}
        by_address = {node.address: node for node in self.nodes}
        tips = [
            node
            for node in self.of_step(Step.METRIC)
            if node.address not in above.values() and node.address in above
        ]
        return [[by_address[one] for one in self._path(tip.address, above)] for tip in tips]

    def _path(self, tip: str, above: Mapping[str, str]) -> Sequence[str]:
        path = [tip]
        while (following := above.get(path[0])) is not None and following not in path:
            path.insert(0, following)
        for kind in (Kind.READ_ON, Kind.COMES_FROM):
            path += [k.right for k in self.links if k.kind is kind and k.left == path[-1]][:1]
        return path


def _named(nodes: Sequence[Node]) -> str:
    if len(nodes) > _NAMES_LISTED:
        return f"{len(nodes)} {nodes[0].step.many}"
    *others, last = ["the KPI" if node.address == KPI_AT else node.name for node in nodes]
    return f"{', '.join(others)} and {last}" if others else last


def by_id(rows: Sequence[AnyRow]) -> Mapping[str, AnyRow]:
    """The rows by id; of several with one id, the first."""
    return {name: row for row in reversed(rows) if (name := row_id(row))}
