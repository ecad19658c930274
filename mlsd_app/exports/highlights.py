"""The few numbers of a stage that matter most, and the sentences of the cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from mlsd_app.calculators.capacity import cost_month
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.figures.amounts import amount, drawable, duration, number
from mlsd_app.figures.chain import change
from mlsd_app.figures.path import path_milliseconds, steps
from mlsd_app.figures.system import counted
from mlsd_app.stages import values
from mlsd_app.stages.design import STAGES, Design

FEWEST = 3  # key figures that make a strip
DAY = 86_400
COVER_NAME = 150  # characters of a name on the cover

Cell = tuple[str, str, str]  # value, its unit or rest, label


def strip(stage_key: str, design: Design) -> Sequence[Cell]:
    """Up to four key figures of the stage; empty when too few of them are known."""
    cells = [cell for cell in _STRIPS[stage_key](design) if cell[0]]
    return cells[:4] if len(cells) >= FEWEST else []


def _framing(design: Design) -> Iterator[Cell]:
    framing = design.framing
    moved = change(framing.kpi_baseline, framing.kpi_target, "")
    unit = "%" if framing.kpi_unit in {"percent", "per cent"} else framing.kpi_unit
    yield moved, unit if len(unit) < 8 else "", "the business number"
    yield _stated(framing.peak_qps), "/s", "requests at peak"
    percentile = framing.latency_percentile
    yield (
        _stated(framing.latency_slo_ms),
        "ms",
        f"latency limit, {percentile}" if percentile else "latency limit",
    )
    yield _stated(framing.cost_budget_month), "USD", "budget for a month"


def _metrics(design: Design) -> Iterator[Cell]:
    rows = design.metrics.rows
    for kind, words in (("offline", "offline"), ("online", "online"), ("guardrail", "guardrail")):
        count = sum(row.kind == kind for row in rows)
        label = f"{words} metric{'s' * (count != 1)}" if kind != "guardrail" else "guardrails"
        yield str(count) if count else "", "", label
    days = drawable(design.metrics.ab.duration_days)
    yield duration(days * DAY) if days else "", "", "of experiment"


def _data(design: Design) -> Iterator[Cell]:
    data = design.data
    personal = sum(bool(source.personal) for source in data.sources)
    count = len(data.sources)
    yield (
        str(count) if count else "",
        "",
        f"sources, {personal} with personal data" if personal else "sources",
    )
    delays = [drawable(label.delay_s) for label in data.labels]
    known = [delay for delay in delays if delay is not None]
    yield duration(max(known)) if known else "", "", "until labels are final"
    yield _stated(data.rows_train), "", "rows to train on"
    yield _duration_of_days(data.training_window_days), "", "training window"


def _features(design: Design) -> Iterator[Cell]:
    rows = design.features.rows
    ages = [age for row in rows if (age := drawable(row.freshness_s)) is not None]
    entities = dict.fromkeys(row.entity for row in rows if row.entity)
    critical = sum(bool(row.critical) for row in rows)
    yield str(len(rows)) if rows else "", "", "features in the table"
    yield str(critical) if rows else "", "", "of them critical"
    yield duration(min(ages)) if ages else "", "", "freshest value"
    names = ", ".join(entities)
    label = f"entities: {names}" if len(names) < 40 else "entities"
    yield str(len(entities)) if entities else "", "", label


def _model(design: Design) -> Iterator[Cell]:
    model = design.model
    by_id = {row.id: row for row in reversed(model.candidates)}
    chosen = by_id.get(model.chosen)
    score = drawable(chosen.score) if chosen else None
    metric = chosen.metric.replace("_", " ") if chosen else ""
    yield number(score) if score is not None else "", "", f"{metric} of the chosen model".strip()
    baselines = [
        value
        for row in model.candidates
        if row.role == "baseline" and (value := drawable(row.score)) is not None
    ]
    if score is not None and baselines:
        gain = score - max(baselines)
        sign = "+" if gain > 0 else ""
        yield f"{sign}{number(gain)}", "", "against the best baseline"
    hours = drawable(model.training.duration_h)
    hardware = model.training.hardware
    yield (
        duration(hours * 3600) if hours else "",
        "",
        f"to train, {hardware}" if 0 < len(hardware) < 30 else "to train",
    )
    loss = values.show(STAGES["model"].fields["loss"], model.loss)
    yield loss if len(loss) < 18 else "", "", "loss"


def _serving(design: Design) -> Iterator[Cell]:
    serving, framing = design.serving, design.framing
    spent = path_milliseconds(steps(design))
    limit = drawable(framing.latency_slo_ms)
    yield (
        number(spent) if spent else "",
        f"of {amount(limit, 'ms')}" if limit is not None else "ms",
        f"path, {framing.latency_percentile}" if framing.latency_percentile else "path",
    )
    total = drawable(cost_month(serving.components, serving.other_cost_month))
    budget = drawable(framing.cost_budget_month)
    label = "a month"
    if budget and total:
        label += f", {amount(round(total / budget * 100), '%')} of the budget"
    yield number(total) if total else "", "USD", label
    replicas = sum(drawable(row.replicas) or 0 for row in serving.components)
    zones = drawable(serving.zones)
    label = f"replicas in {counted(int(zones), 'zone')}" if zones else "replicas"
    yield number(replicas) if replicas else "", "", label
    yield _stated(framing.availability_slo_pct), "%", "availability promised"


def _monitoring(design: Design) -> Iterator[Cell]:
    monitoring = design.monitoring
    count = len(monitoring.monitors)
    yield str(count) if count else "", "", "monitors" if count != 1 else "monitor"
    yield _duration_of_days(monitoring.retrain.cadence_days), "", "between two trainings"
    hours = [value for row in monitoring.rollout if (value := drawable(row.duration_h))]
    label = f"of rollout in {counted(len(monitoring.rollout), 'step')}"
    days = sum(hours) / 24
    whole = amount(round(days), "d") if days >= 3 else duration(sum(hours) * 3600)
    yield whole if hours else "", "", label
    minutes = drawable(monitoring.rollback.minutes)
    yield duration(minutes * 60) if minutes else "", "", "to roll back"


def _general(_design: Design) -> Iterator[Cell]:
    return iter(())


_STRIPS: Mapping[str, Callable[[Design], Iterator[Cell]]] = {
    "framing": _framing,
    "metrics": _metrics,
    "data": _data,
    "features": _features,
    "model": _model,
    "serving": _serving,
    "monitoring": _monitoring,
    "general": _general,
}


def lead(design: Design, setter: Typesetter) -> Sequence[tuple[str, SafeString]]:
    """The sentences of the cover: what is optimised, how it is measured, what keeps it working."""
    said = (
        ("Optimised", _optimised(design, setter)),
        ("Measured", _measured(design, setter)),
        ("Kept working", format_html("{}", _kept_working(design))),
    )
    return [(head, words) for head, words in said if words]


def _optimised(design: Design, setter: Typesetter) -> SafeString:
    framing = design.framing
    name = setter.inline(_short(framing.business_kpi))
    moved = change(framing.kpi_baseline, framing.kpi_target, framing.kpi_unit)
    if not name:
        return name
    return format_html("{}, {}.", name, moved) if moved else format_html("{}.", name)


def _measured(design: Design, setter: Typesetter) -> SafeString:
    primary = {row.kind: row for row in reversed(design.metrics.rows) if row.role == "primary"}
    parts = [
        (setter.inline(_short(primary[kind].name)), kind)
        for kind in ("offline", "online")
        if kind in primary and primary[kind].name.strip()
    ]
    guards = sum(row.kind == "guardrail" for row in design.metrics.rows)
    said = format_html_join(" ", "{} ({}).", parts)
    return format_html("{} {}.", said, counted(guards, "guardrail")) if said and guards else said


def _kept_working(design: Design) -> str:
    monitoring = design.monitoring
    cadence = _duration_of_days(monitoring.retrain.cadence_days)
    minutes = drawable(monitoring.rollback.minutes)
    parts = [
        counted(len(monitoring.monitors), "monitor") if monitoring.monitors else "",
        f"training again every {cadence}" if cadence else "",
        counted(len(monitoring.rollout), "rollout step") if monitoring.rollout else "",
        f"a way back in {duration(minutes * 60)}" if minutes else "",
    ]
    known = [part for part in parts if part]
    if not known:
        return ""
    words = ", ".join(known[:-1]) + (" and " if len(known) > 1 else "") + known[-1]
    return f"{words[:1].upper()}{words[1:]}."


def _short(name: str) -> str:
    """As much of a name as the cover has room for."""
    return Truncator(name.strip().rstrip(".")).chars(COVER_NAME)


def _stated(value: float | None) -> str:
    known = drawable(value)
    return number(known) if known is not None else ""


def _duration_of_days(days: float | None) -> str:
    known = drawable(days)
    return duration(known * DAY) if known else ""
