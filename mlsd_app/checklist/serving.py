"""Checks of stage 6: is the answer there in time, also on a bad day?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from mlsd_app.calculators.numbers import known
from mlsd_app.checklist.reading import called, is_blank, length
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.wording import number
from mlsd_app.stages.conditions import runs_batches
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import HOURS

SHORTEST_REASON = 20  # characters
ON_REQUEST = {"online", "hybrid"}


@check(
    "serving.mode-not-decided",
    ref="serving.E001",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.mode",
    reads=("serving.mode", "serving.mode_reason"),
    message="Batch or online is not decided.",
    hint="Let freshness and latency decide; say what precomputing would lose.",
    source="Interview practice",
    failing={"serving.mode": "online", "serving.mode_reason": "It is faster."},
    passing={
        "serving.mode": "online",
        "serving.mode_reason": "Freshness of 60 s rules out nightly feeds.",
    },
)
def mode_not_decided(design: Design) -> Iterator[Hit]:
    """Everything in this stage follows from the mode, and the reason is what a reader checks
    against freshness and latency.
    """
    serving = design.serving
    if not serving.mode:
        yield Hit("serving.mode")
    if length(serving.mode_reason) < SHORTEST_REASON:
        yield Hit("serving.mode_reason", "The way of serving has no reason.")


@check(
    "serving.no-components",
    ref="serving.E002",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.mode", "serving.components"),
    message="No components on the request path.",
    hint="Gateway, features, retrieval, scoring, policy.",
    source="Interview practice",
    failing={"serving.mode": "online"},
    passing={"serving.mode": "online", "serving.components": [{"id": "gateway"}]},
)
def no_components(design: Design) -> bool:
    """Latency, replicas, availability and cost are sums over components. Without them the promises
    of stage 1 cannot be checked.
    """
    return design.serving.mode in ON_REQUEST and not design.serving.components


@check(
    "serving.batch-overruns",
    ref="serving.E008",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.batch_duration_h",
    reads=("serving.mode", "serving.batch_duration_h", "serving.batch_interval_h"),
    message="The batch does not finish before the next one.",
    hint="rows / throughput < interval.",
    source="Arithmetic",
    failing={
        "serving.mode": "batch",
        "serving.batch_interval_h": 4,
        "serving.batch_duration_h": 5,
    },
    passing={
        "serving.mode": "batch",
        "serving.batch_interval_h": 4,
        "serving.batch_duration_h": 1,
    },
)
def batch_overruns(design: Design) -> Iterator[Hit]:
    """Runs that overlap fall further behind every day, and a rerun after a failure never fits."""
    takes, every = design.serving.batch_duration_h, design.serving.batch_interval_h
    if takes is None or every is None:
        return
    if runs_batches(design) and takes >= every:
        yield Hit(
            "serving.batch_duration_h",
            f"A batch takes {number(takes, HOURS)}, but the next one starts "
            f"after {number(every, HOURS)}.",
        )


@check(
    "serving.critical-without-fallback",
    ref="serving.W009",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.components",
    reads=("serving.components",),
    message="A critical component has no fallback.",
    hint="Cache, default, rules, simpler model, skip: pick one.",
    source="Site Reliability Engineering, chapter 22",
    failing={"serving.components": [{"id": "ranking", "critical": True, "fallback_kind": "none"}]},
    passing={
        "serving.components": [
            {"id": "ranking", "critical": True, "fallback_kind": "degraded_model"}
        ]
    },
)
def critical_without_fallback(design: Design) -> Iterator[Hit]:
    """A critical part without a fallback lends its own bad days to the whole system."""
    for row in design.serving.components:
        if row.critical and row.fallback_kind in {"", "none"}:
            yield Hit(row.at("fallback_kind"), f"{called(row)} is critical and has no fallback.")


@check(
    "serving.funnel-broken",
    ref="serving.E011",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="serving.funnel",
    reads=("serving.funnel",),
    message="The funnel does not narrow or does not connect.",
    hint="Millions -> hundreds -> tens.",
    source="Arithmetic",
    failing={
        "serving.funnel": [
            {"stage": "retrieval", "items_in": 10_000_000, "items_out": 500},
            {"stage": "ranking", "items_in": 1_000, "items_out": 60},
        ]
    },
    passing={
        "serving.funnel": [
            {"stage": "retrieval", "items_in": 10_000_000, "items_out": 500},
            {"stage": "ranking", "items_in": 500, "items_out": 60},
        ]
    },
)
def funnel_broken(design: Design) -> Iterator[Hit]:
    """Each step pays for the items it receives. When the numbers do not connect, the latency and
    the cost of the later steps are computed for other items.
    """
    funnel = design.serving.funnel
    for step in funnel:
        given = known(step.items_in, step.items_out)
        if given and given[1] >= given[0]:
            yield Hit(
                step.at("items_out"),
                f"{called(step)} lets out {number(given[1])} of {number(given[0])} items, "
                "so it does not narrow.",
            )
    for step, following in pairwise(funnel):
        given = known(step.items_out, following.items_in)
        if given and given[0] != given[1]:
            yield Hit(
                following.at("items_in"),
                f"{called(following)} takes in {number(given[1])} items, "
                f"but {called(step)} lets out {number(given[0])}.",
            )


@check(
    "serving.scaling-not-described",
    ref="serving.H022",
    severity=Severity.HINT,
    signal=Signal.S4,
    at="serving.autoscaling",
    reads=("serving.autoscaling",),
    message="Scaling out is not described.",
    hint="Signal, limit and warm-up time.",
    source="Interview practice",
    failing={},
    passing={"serving.autoscaling": "On requests in flight, up to 1.5 times peak, 90 s warm-up."},
)
def scaling_not_described(design: Design) -> bool:
    """Models warm up slowly. Scaling that starts when the queue is full adds its replicas after the
    peak.
    """
    return is_blank(design.serving.autoscaling)


@check(
    "serving.security-open",
    ref="serving.W023",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="serving.security",
    reads=("serving.security",),
    message="Authentication and abuse are open.",
    hint="Who may call, with which limits, against which attack?",
    source="ml-design-docs template (Eugene Yan), 6.4",
    failing={},
    passing={"serving.security": "Signed client token, rate limit for each account."},
)
def security_open(design: Design) -> bool:
    """A model answers whoever asks: it can be probed, flooded and taught by those who gain from its
    mistakes.
    """
    return is_blank(design.serving.security)
