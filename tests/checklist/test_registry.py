"""What is promised of every check: its name, its place, its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from mlsd_app.checklist import CHECKS, FIRST_EDITED, Check, RegistrationError, Severity, Signal
from mlsd_app.checklist.registry import check
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, Design

EVERY_CHECK = pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)

REFS = {
    "general": "W001 W002 H003 H004 H005 H006 H007",
    "framing": "E001 E002 E003 E004 E005 W006 E007 W008 W009 W010 W011 H012 E013 W014 W015 H016 "
    "H017 W018 W019 W020",
    "metrics": "E001 E002 W003 E004 W005 W006 E007 W008 E009 W010 E011 W012 W013 W014 W015 W016 "
    "W017 W018 E019 W020 E021 W022 E023 W024 W025 W026 E027",
    "data": "E001 E002 E003 W004 W005 W006 E007 W008 E009 E010 W011 W012 E013 W014 E015 W016 "
    "W017 W018 E019 E020 W021 E022 H023 W024",
    "features": "E001 E002 W003 E004 E005 E006 E007 W008 E009 W010 E011 W012 E013 E014 E015 W016 "
    "W017 H018 W019 E020 W021 W022",
    "model": "E001 E002 E003 W004 E005 E006 E007 W008 W009 E010 W011 E012 W013 W014 W015 W016 "
    "W017 H018 E019 W020 E021",
    "serving": "E001 E002 E003 W004 E005 W006 E007 E008 W009 E010 E011 W012 E013 E014 W015 E016 "
    "W017 W018 E019 E020 E021 H022 W023",
    "monitoring": "E001 E002 W003 W004 W005 W006 E007 W008 E009 H010 E011 E012 W013 E014 E015 E016 "
    "W017 E018 W019 E020 W021 E022 E023 E024 E025 W026 W027 W028 W029 W030 W031 H032 "
    "W033 W034",
}
SEVERITIES = {"E": Severity.ERROR, "W": Severity.WARNING, "H": Severity.HINT}


OURS = {"general.E008"}  # beyond the catalogue, which knows no citations


def test_every_check_of_the_catalogue_is_registered_in_its_order() -> None:
    expected = [
        f"{stage}.{number}" for stage, numbers in REFS.items() for number in numbers.split()
    ]
    assert [check.ref for check in CHECKS.values() if check.ref not in OURS] == expected
    assert len(expected) == 178
    assert {check.ref for check in CHECKS.values()} - set(expected) == OURS


def test_the_registry_cannot_be_changed_from_outside() -> None:
    with pytest.raises(TypeError):
        CHECKS["framing.task-not-chosen"] = CHECKS["data.no-source"]  # type: ignore[index]


@EVERY_CHECK
def test_a_name_says_the_stage_and_the_problem(check: Check) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z0-9-]+", check.name)
    assert check.stage == check.ref.partition(".")[0]
    assert check.stage in STAGES


@EVERY_CHECK
def test_the_letter_of_a_ref_is_its_first_severity(check: Check) -> None:
    assert check.severity is SEVERITIES[check.ref.partition(".")[2][0]]
    assert check.signal in Signal


@EVERY_CHECK
def test_it_points_at_a_field_that_exists(check: Check) -> None:
    address = Address.parse(check.at)
    assert not address.row


@EVERY_CHECK
def test_it_reads_fields_and_groups_that_exist(check: Check) -> None:
    known = {
        ".".join(f"{stage.key}.{key}".split(".")[:2])
        for stage in STAGES.values()
        for key in stage.fields
    }
    assert check.reads
    assert set(check.reads) <= known | {FIRST_EDITED}
    assert len(set(check.reads)) == len(check.reads)


@EVERY_CHECK
def test_its_words_are_sentences_for_people(check: Check) -> None:
    for words in (check.message, check.hint, check.why):
        assert words[0].isupper() or words.split()[0] in check.hint
        assert words.rstrip(")").endswith((".", "?"))
        assert not re.search(r"\binvalid\b|\bplease\b|\u2014", words, re.IGNORECASE)
    assert 20 < len(check.why) < 400


@EVERY_CHECK
def test_its_source_is_one_that_readers_can_find(check: Check) -> None:
    assert check.source[0].isalpha()
    assert not re.search(r"\b00[0-4]\b|seed|corpus|brief", check.source)


@EVERY_CHECK
@pytest.mark.parametrize("which", ["failing", "passing"])
def test_its_examples_answer_fields_that_exist(check: Check, which: str) -> None:
    for address, given in getattr(check, which).items():
        if address == FIRST_EDITED:
            continue
        field = Address.parse(address).asked
        if not field.is_table:
            assert not field.choices or field.is_many or given in field.choices or not given
            continue
        assert isinstance(given, list)
        for cells in given:
            assert cells.keys() <= field.columns.keys()
            for key, value in cells.items():
                choices = field.columns[key].choices
                assert not choices or field.columns[key].is_many or value in choices


Register = Callable[..., Callable[[Callable[[Design], bool]], Any]]
GOOD: Mapping[str, Any] = {
    "name": "framing.never-heard-of",
    "ref": "framing.W999",
    "severity": Severity.WARNING,
    "signal": Signal.S1,
    "at": "framing.decision",
    "reads": ("framing.decision",),
    "message": "Unheard of.",
    "hint": "Listen.",
    "source": "Nobody",
    "failing": {},
    "passing": {},
}


def _documented(design: Design) -> bool:
    """It matters."""
    return design.framing.decision == ""


def _undocumented(design: Design) -> bool:
    return design.framing.decision == ""


@pytest.mark.parametrize(
    ("changed", "condition", "message"),
    [
        (
            {"name": "framing.task-not-chosen"},
            _documented,
            r"'framing.task-not-chosen' is already registered in mlsd_app/checklist/framing.py",
        ),
        ({"ref": "framing.E002"}, _documented, "'framing.E002' belongs to 'framing.task-not-chos"),
        ({"name": "framing.Loud"}, _documented, "'framing.Loud' is not 'stage.problem-in-words'"),
        ({"name": "nowhere.to-be-found"}, _documented, "with a stage of general, framing"),
        ({"ref": "framing.12"}, _documented, "'framing.12' of check 'framing.never-heard-of'"),
        ({"ref": "data.E999"}, _documented, "is not like 'framing.E001'"),
        ({}, _undocumented, "does not say why it matters"),
    ],
)
def test_a_check_that_would_confuse_is_refused_with_the_file_to_change(
    changed: Mapping[str, Any], condition: Callable[[Design], bool], message: str
) -> None:
    given = {**GOOD, **changed}
    register: Register = check
    with pytest.raises(RegistrationError, match=message) as refusal:
        register(given.pop("name"), **given)(condition)
    assert "tests/checklist/test_registry.py" in str(refusal.value).replace(".py.py", ".py")
    assert "framing.never-heard-of" not in CHECKS
