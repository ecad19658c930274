"""Which picture belongs to which question, drawn wide and narrow for the page to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlsd_app import figures
from mlsd_app.calculators.citing import written_out
from mlsd_app.designs.controls import slug
from mlsd_app.stages.design import Design

Draw = Callable[..., str]

# By the address of the question whose answers are drawn.
OF_QUESTION: Mapping[str, tuple[str, Draw]] = {
    "metrics.rows": ("From the offline metric to the KPI", figures.metric_chain),
    "data.time_dependent": (
        "Training, validation and test in time",
        figures.split_timeline,
    ),
    "serving.components": ("Latency budget", figures.latency_budget),
    "serving.funnel": ("From the catalogue to what is shown", figures.funnel),
    "monitoring.rollout": ("Steps of exposure", figures.rollout),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """Inline SVG in two widths; both say the same in their text alternative."""

    slug: str
    caption: str
    wide: str
    narrow: str


def picture_of(address: str, design: Design) -> Picture | None:
    """The picture of the question at ``address``, or ``None`` when there is nothing to draw."""
    if address not in OF_QUESTION:
        return None
    caption, draw = OF_QUESTION[address]
    return _picture(address, caption, draw, design)


def pipeline_of(design: Design) -> Picture | None:
    """The whole system, from its sources to its monitors."""
    return _picture("pipeline", "The system, drawn from its rows", figures.pipeline, design)


def _picture(address: str, caption: str, draw: Draw, design: Design) -> Picture | None:
    name = slug(address)
    design = written_out(design)
    wide = draw(design, figures.SCREEN, width=figures.WIDE, prefix=f"{name}-wide")
    if not wide:
        return None
    narrow = draw(design, figures.SCREEN, width=figures.NARROW, prefix=f"{name}-narrow")
    return Picture(name, caption, wide, narrow)
