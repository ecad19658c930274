"""The chain of a design as its page shows it: drawn, and the same in words, with a link for each.

Where a link leads is the page's own business: to the editor for the owner, into the document for
the readers of a worked example.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mlsd_app.designs.state import State
from mlsd_app.figures import Hole, Node, Step, Trace, trace, traceability

Href = Callable[[str], str]


@dataclass(frozen=True)
class HoleView:
    """A hole with the link to the field that fills it."""

    hole: Hole
    href: str


@dataclass(frozen=True)
class NodeView:
    """A row in words: what it is linked to, and what it misses."""

    node: Node
    href: str
    sayings: Sequence[str]
    holes: Sequence[HoleView]


@dataclass(frozen=True)
class StepView:
    """A step in words. ``holes`` are those that no row misses in particular."""

    step: Step
    nodes: Sequence[NodeView]
    holes: Sequence[HoleView]


@dataclass(frozen=True)
class ChainView:
    """Everything the page of the chain shows. ``drawing`` is SVG made by ``mlsd_app.figures``."""

    trace: Trace
    drawing: str
    holes: Sequence[HoleView]
    steps: Sequence[StepView]

    @classmethod
    def of(cls, state: State, href: Href) -> ChainView:
        """The chain with the holes that count: those the bar shows and nobody set aside."""
        found = trace(state.snapshot, state.open)
        holes = [HoleView(hole, href(hole.address)) for hole in found.holes]
        sayings = found.sayings()
        steps = [
            StepView(
                step,
                [
                    NodeView(
                        node,
                        href(node.address),
                        [says for says in sayings[node.address] if says != node.about],
                        [view for view in holes if view.hole.beside == node.address],
                    )
                    for node in found.of_step(step)
                ],
                [view for view in holes if view.hole.step is step and not view.hole.beside],
            )
            for step in Step
        ]
        return cls(found, traceability(found, href=href), holes, steps)
