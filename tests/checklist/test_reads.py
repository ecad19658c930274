"""A check says everything it reads, and reads everything it says.

An edit re-runs the checks that read what changed; one address too few would leave a finding stale.
"""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import pytest

from mlsd_app.checklist import CHECKS, FIRST_EDITED, Check, design_of
from mlsd_app.stages.design import STAGES, Design
from tests.checklist.designs import WORKED, tangled, with_some_tangled, worked

EVERY_CHECK = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)


class Recorder:
    """A design, or a stage of one, that notes which answers are looked at."""

    def __init__(self, watched: object, prefix: str, seen: set[str]) -> None:
        self._watched, self._prefix, self._seen = watched, prefix, seen

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._watched, name)
        if not self._prefix and name in STAGES:
            return Recorder(value, f"{name}.", self._seen)
        if not self._prefix and name != FIRST_EDITED:
            raise AssertionError(f"design.{name} hides which answers are read; name them instead")
        self._seen.add(self._prefix + name)
        return value


@cache
def designs() -> tuple[Design, ...]:
    return (
        Design(),
        *(worked(name) for name in WORKED),
        *(tangled(seed) for seed in range(150)),
        *(with_some_tangled(name, seed) for name in WORKED for seed in range(50)),
    )


@EVERY_CHECK
def test_it_reads_what_it_declares(check: Check) -> None:
    seen: set[str] = set()
    for design in (design_of(check.failing), design_of(check.passing), *designs()):
        for _ in check.findings(cast("Design", Recorder(design, "", seen))):
            pass
    assert seen == set(check.reads)
