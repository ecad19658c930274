"""Two states of a design beside each other."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.comparison.designs import Change, Sort, compare
from mlsd_app.comparison.words import Fate, changed_words
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.quantities import THIN
from tests.strategies import answers


def stored_answers() -> st.SearchStrategy[Any]:  # Any: answers of any type, by stage
    """Answers as they are stored: every row has a permanent name."""
    return answers().map(_with_row_names)


def _with_row_names(found: Any) -> Any:
    for stage, fields in found.items():
        for key in STAGES[stage].tables.keys() & fields.keys():
            fields[key] = [{**row, "row": f"r{number}"} for number, row in enumerate(fields[key])]
    return found


def changes(before: Any, after: Any) -> list[Change]:
    return [change for stage in compare(before, after) for change in stage.changes]


def only(before: Any, after: Any) -> Change:
    (change,) = changes(before, after)
    return change


def sources(*names: str, **cells: Any) -> dict[str, Any]:
    return {"data": {"sources": [{"row": f"r-{name}", "id": name, **cells} for name in names]}}


def marked(before: str, after: str) -> str:
    marks = {Fate.KEPT: "{}", Fate.OUT: "[-{}-]", Fate.IN: "[+{}+]"}
    return "".join(marks[piece.fate].format(piece.text) for piece in changed_words(before, after))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("", "", ""),
        ("", "new", "[+new+]"),
        ("old", "", "[-old-]"),
        ("rank the feed", "rank the home feed", "rank the[+ home+] feed"),
        ("block above 0.9", "block above 0.8", "block above 0.[-9-][+8+]"),
        ("one two three four", "one five six four", "one[- two three-][+ five six+] four"),
        ("same\nold line\nend\n", "same\nnew line\nend\n", "same\n[-old-][+new+] line\nend\n"),
    ],
)
def test_a_text_is_compared_by_words(before: str, after: str, said: str) -> None:
    assert marked(before, after) == said


@given(st.text(), st.text())
def test_the_pieces_spell_both_texts(before: str, after: str) -> None:
    pieces = changed_words(before, after)
    assert "".join(one.text for one in pieces if one.fate is not Fate.IN) == before
    assert "".join(one.text for one in pieces if one.fate is not Fate.OUT) == after
    assert all(one.text for one in pieces)
    assert all(first.fate is not second.fate for first, second in pairwise(pieces))


@pytest.mark.parametrize(
    ("field", "before", "after", "said"),
    [
        ("framing.latency_slo_ms", 120, 80, f"33{THIN}% less"),
        ("framing.latency_slo_ms", 80, 120, f"50{THIN}% more"),
        ("framing.peak_qps", 100, 1000, "10 times as much"),
        ("framing.kpi_target", 0, 5, ""),
        ("framing.kpi_target", -5, 5, ""),
        (
            "framing.availability_slo_pct",
            99.9,
            99.99,
            "0.09 points more",
        ),
    ],
)
def test_a_number_changes_as_people_say_it(
    field: str, before: float, after: float, said: str
) -> None:
    stage, _, key = field.partition(".")
    assert only({stage: {key: before}}, {stage: {key: after}}).by_how_much == said


def test_answers_are_added_changed_and_removed() -> None:
    before = {"framing": {"decision": "Block", "kpi_unit": "USD"}}
    after = {"framing": {"decision": "Ask", "business_kpi": "Loss"}}
    assert {(str(one.address), one.sort) for one in changes(before, after)} == {
        ("framing.business_kpi", Sort.ADDED),
        ("framing.decision", Sort.CHANGED),
        ("framing.kpi_unit", Sort.REMOVED),
    }


def test_a_cell_is_found_in_its_row_whatever_the_row_is_called() -> None:
    before, after = sources("clicks", "orders"), sources("clicks", "orders")
    after["data"]["sources"][1] |= {"id": "purchases", "owner": "shop team"}
    found = changes(before, after)
    assert [str(one.address) for one in found] == [
        "data.sources/r-orders.id",
        "data.sources/r-orders.owner",
    ]
    assert {one.row for one in found} == {"purchases"}


def test_rows_come_and_go_with_what_stood_in_them() -> None:
    before, after = sources("clicks", owner="web"), sources("orders", owner="shop")
    added, removed = changes(before, after)
    assert (added.sort, added.row, removed.sort, removed.row) == (
        Sort.ADDED,
        "orders",
        Sort.REMOVED,
        "clicks",
    )
    assert [shown for _, shown in removed.cells] == ["clicks", "web"]


@pytest.mark.parametrize(
    ("order", "moved"),
    [
        ("a b c d", []),
        ("b a c d", ["a"]),
        ("d a b c", ["d"]),
        ("b c d a", ["a"]),
        ("d c b a", ["b", "c", "d"]),
    ],
)
def test_the_fewest_rows_are_said_to_have_moved(order: str, moved: list[str]) -> None:
    found = changes(sources(*"abcd"), sources(*order.split()))
    assert all(one.sort is Sort.MOVED for one in found)
    assert sorted(one.row for one in found) == moved or len(found) == len(moved)


def replayed(before: Any, found: list[Change]) -> Any:
    """``before`` with the changes made to it; rows by name, since their order is not kept here."""
    made = by_name(before)
    for change in found:
        stage, key, row, column = (
            change.address.stage,
            change.address.field,
            change.address.row,
            change.address.column,
        )
        place = made[stage].setdefault(key, {}) if row else made[stage]
        if column:
            place, name = place[row], column
        else:
            name = row or key
        if change.sort is Sort.REMOVED:
            del place[name]
        elif change.sort is not Sort.MOVED:
            place[name] = copy.deepcopy(change.after)
    return made


def by_name(state: Any) -> Any:
    named = copy.deepcopy(state)
    for stage, fields in named.items():
        for key in STAGES[stage].tables.keys() & fields.keys():
            fields[key] = {row["row"]: row for row in fields[key]}
    return named


def filled(fields: Any) -> Any:
    return {key: value for key, value in fields.items() if value not in ({}, [])}


@given(stored_answers(), stored_answers())
def test_the_changes_lead_from_one_state_to_the_other(before: Any, after: Any) -> None:
    found = changes(before, after)
    made, wanted = replayed(before, found), by_name(after)
    for stage, fields in made.items():
        assert {k: v for k, v in fields.items() if v} == {
            k: v for k, v in wanted[stage].items() if v
        }
    for change in found:
        assert isinstance(change.by_how_much + change.shown_before + change.shown_after, str)
        assert all(shown for _, shown in change.cells)


@given(stored_answers())
def test_nothing_changed_where_nothing_changed(answers: Any) -> None:
    assert compare(answers, copy.deepcopy(answers)) == ()
