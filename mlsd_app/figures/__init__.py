"""Pictures of a design: inline SVG drawn from its rows, ``""`` when there is nothing to draw.

Every figure takes a design, a palette and a width in points, and never fails: what is missing or
absurd is left out of the picture.
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

__all__ = [
    "NARROW",
    "PRINT",
    "PRINT_WIDTH",
    "SCREEN",
    "WIDE",
    "Palette",
    "blueprint",
    "funnel",
    "latency_budget",
    "metric_chain",
    "pipeline",
    "rollout",
    "split_timeline",
]
