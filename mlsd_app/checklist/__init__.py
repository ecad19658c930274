"""What is unsound or missing in a design: checks over the typed snapshot, without any framework."""

from __future__ import annotations

from collections.abc import Mapping
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
    data,
    features,
    framing,
    general,
    metrics,
    model,
    monitoring,
    serving,
)
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
    "design_of",
    "run",
]

CHECKS: Mapping[str, Check] = MappingProxyType(dict(registered()))


def run(design: Design) -> tuple[Finding, ...]:
    """Every finding of every check, in the order of stages; never raises, whatever the answers."""
    return tuple(finding for check in CHECKS.values() for finding in check.findings(design))
