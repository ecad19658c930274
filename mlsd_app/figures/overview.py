"""The whole system as a column of counts, for narrow screens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mlsd_app.figures import system
from mlsd_app.figures.amounts import amount, drawable
from mlsd_app.figures.canvas import Canvas
from mlsd_app.figures.lettering import Face
from mlsd_app.figures.path import path_milliseconds, steps
from mlsd_app.figures.system import counted
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import main_label

_LEFT = 16.0
_TALL = 33.0
_GAP = 13.0


@dataclass(frozen=True, slots=True)
class _Part:
    """One box: a head, how many, and what is worth saying about them."""

    head: str
    count: str
    about: str
    is_filled: bool = False


def overview(canvas: Canvas, design: Design) -> float:
    """Draw the column; answers its height."""
    parts = _parts(design)
    wide = canvas.width - _LEFT - 1
    palette = canvas.palette
    for index, part in enumerate(parts):
        y = 0.5 + index * (_TALL + _GAP)
        fill = palette.pale if part.is_filled else palette.paper
        canvas.box(_LEFT, y, wide, _TALL, fill=fill)
        head = canvas.text(_LEFT + 7, y + 13, part.head, 8, face=Face.BOLD, fill=palette.accent)
        canvas.text(_LEFT + wide - 7, y + 13, part.count, 7.4, anchor="end", room=wide - head - 24)
        canvas.text(_LEFT + 7, y + 25, part.about, 6.8, fill=palette.soft, room=wide - 14)
        if index < len(parts) - 1:
            middle = _LEFT + wide / 2
            canvas.arrow([(middle, y + _TALL), (middle, y + _TALL + _GAP)], "down", weight=0.8)
    first, last = 0.5 + _TALL / 2, 0.5 + (len(parts) - 1) * (_TALL + _GAP) + _TALL / 2
    points = [(_LEFT, last), (5, last), (5, first), (_LEFT, first)]
    canvas.arrow(points, "right", stroke=palette.accent, weight=1.1)
    return last + _TALL / 2 + 1


def _parts(design: Design) -> Sequence[_Part]:
    label = main_label(design.data)
    model = design.model
    features = design.features.rows
    critical = sum(bool(feature.critical) for feature in features)
    return [
        _Part("Sources", str(len(design.data.sources)), _kinds(design)),
        _Part(
            "Labels",
            label.id if label else "none yet",
            system.label_about(label) if label else "",
        ),
        _Part(
            "Features",
            str(len(features)),
            _listed([f"{critical} critical" if critical else "", _entities(design)]),
        ),
        _Part(
            "Training",
            counted(len(model.candidates), "candidate"),
            system.training_about(design),
        ),
        _Part(
            "Registry",
            model.chosen or "nothing chosen",
            f"fallback {model.fallback_model}" if model.fallback_model else "",
            is_filled=True,
        ),
        _Part("Request path", str(len(design.serving.components)), _spent(design)),
        _Part("Monitors", str(len(design.monitoring.monitors)), _watched(design)),
    ]


def _kinds(design: Design) -> str:
    kinds = Counter(source.kind for source in design.data.sources if source.kind)
    return ", ".join(
        f"{count} {system.SOURCE_KINDS.get(kind, kind)}" for kind, count in kinds.most_common()
    )


def _entities(design: Design) -> str:
    entities = dict.fromkeys(feature.entity for feature in design.features.rows if feature.entity)
    return f"of {', '.join(entities)}" if entities else ""


def _spent(design: Design) -> str:
    spent = path_milliseconds(steps(design))
    limit = drawable(design.framing.latency_slo_ms)
    if not spent:
        return ""
    return amount(spent, "ms") + (f" of {amount(limit, 'ms')}" if limit is not None else "")


def _watched(design: Design) -> str:
    groups = system.watches(design)
    return ", ".join(
        f"{len(group.monitors)} {group.title.lower()}" for group in groups if group.monitors
    )


def _listed(parts: Iterable[str]) -> str:
    return " ".join(part for part in parts if part)
