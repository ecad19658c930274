from __future__ import annotations

import re

import pytest

from mlsd_app.rubric import Trap, TrapKind, persona_advice, traps, variant_advice
from mlsd_app.rubric.advice import PERSONAS, VARIANTS
from mlsd_app.rubric.known_traps import TRAPS
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.general import GENERAL

REF = re.compile(r"(?P<stage>[a-z]+)\.[EWH]\d{3}")


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.title)
def test_a_trap_points_at_fields_and_at_checks(trap: Trap) -> None:
    assert trap.fields
    for address in trap.fields:
        Address.parse(address)
    assert trap.checks
    for check in trap.checks:
        matched = REF.fullmatch(check)
        assert matched
        assert matched["stage"] in STAGES


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.title)
def test_a_trap_is_told_briefly(trap: Trap) -> None:
    assert not trap.title.endswith(".")
    assert trap.text.endswith(".")
    assert len(trap.title) <= 60
    assert len(trap.text) <= 200


def test_titles_are_unique() -> None:
    assert len({trap.title for trap in TRAPS}) == len(TRAPS)


@pytest.mark.parametrize("stage_key", STAGES)
def test_every_stage_has_traps(stage_key: str) -> None:
    found = traps(stage_key)
    assert found
    assert all(any(a.startswith(f"{stage_key}.") for a in trap.fields) for trap in found)


def test_an_unknown_stage_has_none() -> None:
    assert traps("appendix") == ()


def test_a_trap_between_stages_is_told_in_each() -> None:
    leakage = next(trap for trap in TRAPS if trap.title == "Leakage")
    assert leakage.kind is TrapKind.FAILURE
    assert leakage in traps("data")
    assert leakage in traps("features")
    assert leakage not in traps("serving")


def test_there_are_traps_failures_and_ways_back() -> None:
    assert {trap.kind for trap in TRAPS} == set(TrapKind)
    assert {kind.label for kind in TrapKind} == {"Trap", "Failure mode", "Way back"}


def test_advice_is_for_the_backgrounds_and_companies_that_a_design_may_name() -> None:
    assert set(PERSONAS) < set(GENERAL.fields["persona"].choices)
    assert set(VARIANTS) == set(GENERAL.fields["company_variant"].choices)
    for by_stage in (*PERSONAS.values(), *VARIANTS.values()):
        assert list(by_stage) == list(STAGES)
        assert all(len(text) <= 160 and text.endswith(".") for text in by_stage.values())


def test_advice_is_empty_where_there_is_none() -> None:
    design = Design()
    assert persona_advice(design.general.persona, "serving") == ""
    assert variant_advice(design.general.company_variant, "serving") == ""
    assert persona_advice("none", "serving") == ""
    assert persona_advice("backend", "appendix") == ""
    assert variant_advice("large", "serving").startswith("A lost zone")
