"""Every check fires on its failing example, and not on its passing one."""

from __future__ import annotations

import pytest

from mlsd_app.checklist import CHECKS, Check, Finding, Severity, Signal, run
from mlsd_app.checklist.examples import design_of
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import Design
from tests.checklist.designs import WORKED, tangled, worked

EVERY_CHECK = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)


@EVERY_CHECK
def test_the_failing_example_fires(check: Check) -> None:
    findings = [f for f in run(design_of(check.failing)) if f.check == check.name]
    assert findings
    for finding in findings:
        assert (finding.ref, finding.severity) == (check.ref, check.severity)
        assert (finding.signal, finding.hint) == (check.signal, check.hint)
        assert finding.message.rstrip(")").endswith(".")


@EVERY_CHECK
def test_the_passing_example_does_not(check: Check) -> None:
    assert not [f for f in run(design_of(check.passing)) if f.check == check.name]


@EVERY_CHECK
def test_findings_stand_at_addresses_that_exist(check: Check) -> None:
    for finding in check.findings(design_of(check.failing)):
        for address in (finding.address, *finding.also):
            assert str(Address.parse(address)) == address


# They are about any text, or about a stage that was begun too early.
ELSEWHERE = {"general.W001", "general.H003", "general.H007", "general.E008"}


@EVERY_CHECK
def test_a_finding_stands_first_in_the_stage_of_its_check(check: Check) -> None:
    designs = (design_of(check.failing), *(tangled(seed) for seed in range(20)))
    stages = {finding.stage for design in designs for finding in check.findings(design)}
    assert stages <= {check.stage} or check.ref in ELSEWHERE
    assert check.at.partition(".")[0] == check.stage or check.ref in ELSEWHERE


@pytest.mark.parametrize("name", WORKED)
def test_a_worked_design_fires_nothing(name: str) -> None:
    assert [(finding.ref, finding.message) for finding in run(worked(name))] == []


def test_an_empty_design_misses_something_in_every_stage() -> None:
    findings = run(Design())
    assert {finding.stage for finding in findings} == {
        *("general", "framing", "metrics", "data", "features", "model", "serving", "monitoring")
    }
    # Nothing is contradicted where nothing is said: what fires asks for an answer.
    assert not {"framing.E013", "metrics.E007", "serving.E008"} & {f.ref for f in findings}


def _finding(**changed: object) -> Finding:
    given = {
        "check": "data.source-without-owner",
        "ref": "data.W004",
        "severity": Severity.WARNING,
        "address": "data.sources/a.owner",
        "also": (),
        "message": "a has no owner.",
        "hint": "Find one.",
        "signal": Signal.S3,
    }
    return Finding(**{**given, **changed})  # type: ignore[arg-type]


def test_a_fingerprint_is_of_the_check_and_its_addresses_alone() -> None:
    finding = _finding()
    assert finding.stage == "data"
    assert len(finding.fingerprint) == 16
    assert finding.fingerprint == _finding(message="b has no owner.", hint="Ask.").fingerprint
    others = [
        _finding(check="data.source-not-tested"),
        _finding(address="data.sources/b.owner"),
        _finding(also=("framing.decision",)),
    ]
    assert len({finding.fingerprint, *(other.fingerprint for other in others)}) == 4
