"""A save checks again only what its edits concern, and ends where a check of everything would."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsd_app.accounts.models import User
from mlsd_app.checklist import changed_between, run
from mlsd_app.checklist.changes import read_at
from mlsd_app.designs.editing import (
    AddRow,
    DeleteRow,
    Draft,
    DuplicateRow,
    Edit,
    MoveRow,
    OnDemand,
    PasteRows,
    PutBackRow,
    SetValue,
)
from mlsd_app.designs.models import Design, StageAnswers
from mlsd_app.designs.saving import with_row_names
from mlsd_app.designs.state import state_of
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES, AllAnswers
from mlsd_app.stages.fields import Kind
from tests.checklist.designs import WORKED, worked_answers
from tests.edits import FIELDS, TABLES, a_table, a_value, ids_in, naming
from tests.factories import make_complete_design, make_design, rows

NOW = 10**9  # a clock at which no page is behind


@st.composite
def submitted(draw: st.DrawFn, draft: Draft) -> Edit:
    """What a page may post: a value as it is typed, or the operation of a button."""
    table = a_table(draw, draft.answers)
    kind = draw(
        st.sampled_from(["field", "cell", "name", "add", "copy", "move", "delete", "paste"])
    )
    if table is None or kind == "field":
        place = draw(st.sampled_from([place for place in FIELDS if not place.asked.is_table]))
        return SetValue(place, typed_in(draw, draft, place), NOW)
    rows = draft.answers[table.stage][table.field]
    row = Address(table.stage, table.field, draw(st.sampled_from(rows))["row"])
    match kind:
        case "add":
            return AddRow(draw(st.sampled_from(TABLES)))
        case "copy":
            return DuplicateRow(row)
        case "move":
            return MoveRow(row, draw(st.integers(-3, 3)))
        case "delete":
            return DeleteRow(row)
        case "paste":
            return PasteRows(table, draw(st.sampled_from(["one\ntwo\tthree", "a\t1\nb\t2", "x"])))
        case "name":
            cell = dataclasses.replace(row, column=naming(table))
            names = ["other", "a b", "", *ids_in(draft.answers, str(table))]
            return SetValue(cell, draw(st.sampled_from(names)), NOW)
    column = draw(st.sampled_from(list(table.asked.columns)))
    cell = dataclasses.replace(row, column=column)
    return SetValue(cell, typed_in(draw, draft, cell), NOW)


def typed_in(draw: st.DrawFn, draft: Draft, place: Address) -> str | list[str]:
    value: Any = a_value(draw, draft.answers, place.asked)
    is_number = place.asked.kind is Kind.QUANTITY  # of which some are more than a form shows
    typed = repr(value) if is_number else values.editable(place.asked, value)
    return draw(st.sampled_from([typed, "", "1", "no"]))


def contents_of(answers: AllAnswers) -> dict[str, StageAnswers]:
    """The rows of a design that is not stored anywhere."""
    design = Design()
    return {key: StageAnswers.holding(design, key, answers.get(key, {})) for key in STAGES}


def draft_of(contents: Mapping[str, StageAnswers]) -> Draft:
    return Draft(
        OnDemand(lambda stage: contents[stage].answers),
        OnDemand(lambda stage: contents[stage].versions),
        NOW + 1,
    )


@given(st.data(), st.sampled_from([*WORKED, ""]))
@settings(max_examples=50)
def test_saves_one_after_another_find_what_a_check_of_everything_finds(
    data: st.DataObject, name: str
) -> None:
    contents = contents_of(with_row_names(worked_answers(name) if name else {}))
    state = state_of(contents)
    for _ in range(data.draw(st.integers(1, 6))):
        draft = draft_of(contents)
        for stage in STAGES:
            draft.answers[stage]  # a page shows all that it posts about
        edit = data.draw(submitted(draft))
        edit.apply(draft)
        for row in draft.removed:
            if data.draw(st.booleans()):
                PutBackRow(row).apply(draft)
        for stage in {address.stage for address in draft.changed}:
            contents[stage].hold(draft.result(stage), draft.versions[stage])
        before, state = state, state_of(contents, since=state)
        assert state.findings == run(state.snapshot)
        noted = {read_at(str(address)) for address in draft.changed}
        assert changed_between(before.snapshot, state.snapshot) <= noted


def test_what_an_edit_does_not_concern_is_not_checked_again() -> None:
    answers = {"framing": {"timeliness": "online"}}
    contents = contents_of(answers)
    before = state_of(contents)
    doctored = [
        dataclasses.replace(finding, message="As it was found before.")
        for finding in before.findings
    ]
    contents["framing"].hold({**answers["framing"], "peak_qps": 100}, {})
    after = state_of(contents, since=dataclasses.replace(before, findings=tuple(doctored)))
    gone = [finding.check for finding in doctored if finding not in after.findings]
    assert gone == ["framing.load-not-stated"]
    assert [finding for finding in after.findings if finding not in doctored] == []


@pytest.mark.django_db
def test_a_save_notes_which_stage_was_begun_first(client: Client, author: User) -> None:
    client.force_login(author)
    design = make_design(author, general={"mode": "interview"})
    url = reverse("designs:stage_edit", args=[design.pk, "model"])
    posted = {"base": "0", "op": "add", "table": "model.candidates"}
    said = client.post(url, posted, headers={"HX-Request": "true"}).content.decode()
    assert "general.model-before-metric" in said


@pytest.mark.django_db
def test_a_rename_that_other_stages_follow_leaves_every_check_content(
    client: Client, author: User
) -> None:
    client.force_login(author)
    design = make_complete_design(author)
    named = next(row for row in rows(design, "serving.components") if row["id"] == "user_features")
    url = reverse("designs:stage_edit", args=[design.pk, "serving"])
    posted = {"base": "0", f"serving.components/{named['row']}.id": "profile_store"}
    client.post(url, posted, headers={"HX-Request": "true"})
    assert "profile_store" in {row.get("fetch_component") for row in rows(design, "features.rows")}
    assert "all checks pass" in client.get(url).content.decode()
