"""Numbers that people write into sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlsd_app.calculators.latency import path_p99_ms
from mlsd_app.calculators.numbers import finite
from mlsd_app.stages.design import Design

NEARBY = 40  # characters between a number and the word that says it is a latency
MILLISECONDS = re.compile(
    r"(?<![\w.])(?<!\d,)"  # not the end of another number
    r"(\d{1,3}(?:[ ,\u00a0\u202f]\d{3})+|\d{1,7})(\.\d{1,6})?[- \u00a0\u202f]?ms\b"
)
END_OF_MILLISECONDS = re.compile(r"\d[- \u00a0\u202f]?ms\b")
LATENCY_WORD = re.compile(r"\bp99\b(?!\.\d)|\blatenc(?:y|ies)\b", re.IGNORECASE)
END_OF_CLAUSE = re.compile(r"[;!?\n]|[.,](?=\s)")


def may_say_a_latency(text: str) -> bool:
    """Whether ``latencies_in`` may find something; quick, since most texts say nothing of it."""
    return "ms" in text and END_OF_MILLISECONDS.search(text) is not None


def latencies_in(text: str) -> Iterator[float]:
    """The numbers [ms] of ``text`` that stand in one clause with "p99" or "latency"."""
    for clause in END_OF_CLAUSE.split(text):
        words = [found.span() for found in LATENCY_WORD.finditer(clause)]
        for found in MILLISECONDS.finditer(clause):
            start, end = found.span()
            if any(start - NEARBY <= until and since <= end + NEARBY for since, until in words):
                whole = re.sub(r"[\s,]", "", found[1])
                yield float(f"{whole}{found[2] or ''}")


def stated_latencies(design: Design) -> set[float]:
    """Every latency [ms] that a field states: limit, path, components, metrics and monitors."""
    stated = [design.framing.latency_slo_ms, path_p99_ms(design.serving.components)]
    for component in design.serving.components:
        stated += [component.p99_ms, component.timeout_ms, component.service_ms]
    for metric in design.metrics.rows:
        if metric.family == "latency":
            stated += [metric.baseline, metric.target, metric.bound]
    for monitor in design.monitoring.monitors:
        if monitor.kind == "latency":
            stated += [monitor.warn, monitor.critical]
    return {value for number in stated if (value := finite(number)) is not None}
