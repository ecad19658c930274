"""Pictures of a design: inline SVG drawn from its rows, ``""`` when there is nothing to draw.

Every figure takes a design, or the chain traced through it, a palette and a width in points, and
never fails: what is missing or absurd is left out of the picture.
"""

from __future__ import annotations

from mlsd_app.figures.blueprint import blueprint
from mlsd_app.figures.canvas import NARROW, PRINT_WIDTH, WIDE
from mlsd_app.figures.chain import metric_chain
from mlsd_app.figures.funnel import funnel
from mlsd_app.figures.latency import latency_budget
from mlsd_app.figures.palette import PRINT, SCREEN, Palette
from mlsd_app.figures.pipeline import pipeline
from mlsd_app.figures.rollout import rollout
from mlsd_app.figures.split import split_timeline
from mlsd_app.figures.traceability import Hole, Node, Step, Trace
from mlsd_app.figures.traceability_drawing import CHAIN_WIDTH, TALLEST_PRINTED, traceability
from mlsd_app.figures.traceability_rows import trace

__all__ = [
    "CHAIN_WIDTH",
    "NARROW",
    "PRINT",
    "PRINT_WIDTH",
    "SCREEN",
    "TALLEST_PRINTED",
    "WIDE",
    "Hole",
    "Node",
    "Palette",
    "Step",
    "Trace",
    "blueprint",
    "funnel",
    "latency_budget",
    "metric_chain",
    "pipeline",
    "rollout",
    "split_timeline",
    "trace",
    "traceability",
]
