"""No design makes a check raise, and every finding can be told from every other."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlsd_app.checklist import Finding, run
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import AllAnswers, Design
from tests.absurdities import ABSURDITIES, absurd, several
from tests.checklist.designs import WORKED, tangled, with_some_tangled
from tests.strategies import answers

seeds = st.integers(0, 2**32)


def assert_sound(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        assert str(Address.parse(finding.address)) == finding.address
        assert "no number" not in finding.message  # what is none is missing, and fires nothing
    prints = [finding.fingerprint for finding in findings]
    assert len(set(prints)) == len(prints)


@given(answers())
@settings(max_examples=150)
def test_any_answers_are_checked(given_answers: AllAnswers) -> None:
    run(Design.of(given_answers))


@given(seeds)
@example(seed=0)
@settings(max_examples=300)
def test_tangled_designs_are_checked(seed: int) -> None:
    assert_sound(run(tangled(seed)))


@given(seeds, st.sampled_from(WORKED))
@settings(max_examples=200)
def test_worked_designs_with_a_few_absurd_answers_are_checked(seed: int, name: str) -> None:
    assert_sound(run(with_some_tangled(name, seed)))


@pytest.mark.parametrize("absurdity", ABSURDITIES)
@given(seed=seeds)
@settings(max_examples=25)
def test_an_absurdity_is_checked(absurdity: str, seed: int) -> None:
    assert_sound(run(Design.of(absurd(absurdity, seed))))


@given(seeds)
@settings(max_examples=100)
def test_several_absurdities_at_once_are_checked(seed: int) -> None:
    assert_sound(run(Design.of(several(seed))))


@given(seeds)
@settings(max_examples=50)
def test_the_same_answers_give_the_same_findings(seed: int) -> None:
    assert run(tangled(seed)) == run(tangled(seed))
