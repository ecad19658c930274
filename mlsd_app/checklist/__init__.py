"""What is unsound or missing in a design: checks over the typed snapshot, without any framework."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from mlsd_app.checklist import (  # noqa: F401  importing a module registers its checks
    across_capacity,
    across_data,
    across_features,
    across_metrics,
    across_model,
    across_monitoring,
    across_rollout,
    across_serving,
    citations,
    data,
    features,
    framing,
    general,
    metrics,
    model,
    monitoring,
    serving,
)
from mlsd_app.checklist.changes import changed_between, read_at, readers
from mlsd_app.checklist.examples import FIRST_EDITED, Example, design_of
from mlsd_app.checklist.registry import (
    Check,
    Finding,
    Hit,
    RegistrationError,
    Severity,
    registered,
)
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal

__all__ = [
    "CHECKS",
    "FIRST_EDITED",
    "Check",
    "Example",
    "Finding",
    "Hit",
    "RegistrationError",
    "Severity",
    "Signal",
    "changed_between",
    "design_of",
    "run",
    "run_again",
]

CHECKS: Mapping[str, Check] = MappingProxyType(dict(registered()))
_READERS = readers(CHECKS.values())


def run(design: Design) -> tuple[Finding, ...]:
    """Every finding of every check, in the order of stages; never raises, whatever the answers."""
    return tuple(finding for check in CHECKS.values() for finding in check.findings(design))


def run_again(
    before: Iterable[Finding], design: Design, changed: Iterable[str]
) -> tuple[Finding, ...]:
    """What ``run(design)`` returns, from what it returned ``before`` the edits at ``changed``.

    Only the checks that read there run. ``changed`` are addresses of fields, rows or cells, and
    ``first_edited``; one too many costs time, one too few leaves a finding as it was. Raises
    ``UnknownAddressError`` for an address at which no check could read.
    """
    concerned = {name for place in set(map(read_at, changed)) for name in _READERS[place]}
    kept: dict[str, list[Finding]] = {}
    for finding in before:
        kept.setdefault(finding.check, []).append(finding)
    return tuple(
        finding
        for name, check in CHECKS.items()
        for finding in (check.findings(design) if name in concerned else kept.get(name, ()))
    )
