"""What a finding was found in: equal where nothing changed, different where something did."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.checklist import CHECKS, Finding, Severity, Signal, run
from mlsd_app.checklist.evidence import LONGEST, changes, evidence, in_words
from mlsd_app.interchange import Waiver, read, write_json, write_yaml
from mlsd_app.stages.design import Design
from mlsd_app.stages.framing import Framing
from tests import strategies
from tests.checklist.designs import WORKED, worked_answers

AT = Finding("a.b", "a.E001", Severity.ERROR, "framing.problem_statement", (), "m", "h", Signal.S1)


def seen(text: str) -> str:
    return evidence(AT, Design(framing=Framing(problem_statement=text)))[1]


def test_it_says_the_message_and_the_values_at_the_ends() -> None:
    finding = replace(AT, address="framing.latency_slo_ms", also=("framing.peak_qps", "x.y"))
    design = Design(framing=Framing(latency_slo_ms=95.5, peak_qps=40_000))
    assert evidence(finding, design) == ("m", "95.5 ms", "40 000/s", "no answer")
    assert evidence(finding, Design()) == ("m", "no answer", "no answer", "no answer")


@pytest.mark.parametrize("name", WORKED)
def test_tables_rows_and_cells_are_said_by_their_ids(name: str) -> None:
    design = Design.of(worked_answers(name))
    row = design.data.sources[0]
    table = evidence(replace(AT, address="data.sources"), design)[1]
    assert table.startswith(f"{len(design.data.sources)} rows: {row.id}, ")
    assert evidence(replace(AT, address=row.at("owner")), design)[1] == row.owner
    assert evidence(replace(AT, address=row.at()), design)[1].startswith(f"{row.id}; ")
    gone = "data.sources/gone.owner"
    assert evidence(replace(AT, address=gone), design)[1] == "a row that is gone"


@given(one=strategies.texts, other=strategies.texts)
def test_different_texts_are_told_apart(one: str, other: str) -> None:
    plain = [text.replace("\u00a0", " ").replace("\u202f", " ") for text in (one, other)]
    assert (seen(one) == seen(other)) == (plain[0] == plain[1])


@given(end=st.text(min_size=1, max_size=5))
def test_long_texts_are_compared_to_their_end(end: str) -> None:
    long = "We rank. " * 100
    assert seen(long + end) != seen(f"{long}{end}.")
    assert len(seen(long + end)) < LONGEST + 15


@settings(max_examples=60)
@given(answers=strategies.answers())
@pytest.mark.parametrize("write", [write_yaml, write_json])
def test_a_file_gives_it_back(write: object, answers: object) -> None:
    """Whatever is found in, the evidence in a waiver survives the file."""
    design = Design.of(answers)  # type: ignore[arg-type]
    given_for = [evidence(finding, design) for finding in run(design)]
    waivers = [Waiver(check="x", given_for=one) for one in given_for]
    text = write({}, waivers)  # type: ignore[operator]
    assert [one.given_for for one in read(f"{text}").waivers] == given_for[:500]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        (("m", "95 ms", "x"), ("m", "120 ms", "x"), "95 ms became 120 ms"),
        (("m", "1", "2"), ("n", "3", "4"), "1 became 3 and 2 became 4"),
        (("m", "1"), ("n", "1"), "“m” became “n”"),
        (("m", "1"), ("m", "1"), ""),
        ((), ("m", "1"), "no answer became “m”"),
    ],
)
def test_changes_are_said_in_words(was: tuple[str, ...], now: tuple[str, ...], said: str) -> None:
    assert in_words(changes(was, now)) == said
    assert bool(changes(was, now)) == (was != now)


def test_every_check_has_evidence_in_its_own_example() -> None:
    from mlsd_app.checklist import design_of

    for check in CHECKS.values():
        design = design_of(check.failing)
        for finding in check.findings(design):
            found = evidence(finding, design)
            assert len(found) == 2 + len(finding.also)
            assert all(found)
