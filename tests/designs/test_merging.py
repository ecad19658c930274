"""Two writers of one text: their changes are merged, or both are shown."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import TOKENS_KEPT, Draft, SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.posting import TOKEN_LENGTH
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.values import LINE_LIMIT, LIST_LIMIT
from tests.factories import answer, make_design, rows

pytestmark = pytest.mark.django_db

DECISION, KPI, EXCLUDED = "framing.decision", "framing.business_kpi", "framing.out_of_scope"
BEGAN = "Rank the feed. Block above 0.9. Ask a person."
THEIRS = "Rank the whole feed. Block above 0.9. Ask a person."
MINE = "Rank the feed. Block above 0.9. Ask two people."
BOTH = "Rank the whole feed. Block above 0.9. Ask two people."


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author, framing={"decision": BEGAN})


def send(
    client: Client, design: Design, address: str, text: str, was: str | None, **more: str
) -> HttpResponse:
    """Post as a page does that was opened before anybody wrote."""
    posted = {"base": "0", address: text, **more}
    if was is not None:
        posted[f"was:{address}"] = was
    stage = address.partition(".")[0]
    url = reverse("designs:stage_edit", args=[design.pk, stage])
    response = client.post(url, posted, headers={"HX-Request": "true"})
    assert isinstance(response, HttpResponse)
    return response


def merging(response: HttpResponse) -> Any:  # Any: JSON
    """What the browser is told to do to the text that it sent."""
    found = re.search('data-merged="([^"]*)"', response.content.decode())
    return json.loads(html.unescape(found[1])) if found else None


# -- Both changes stand ---------------------------------------------------------------------------


def test_changes_of_other_words_merge(signed_in: Client, design: Design) -> None:
    first = send(signed_in, design, DECISION, THEIRS, BEGAN)
    assert merging(first) is None
    response = send(signed_in, design, DECISION, MINE, BEGAN)
    assert response.status_code == 200
    assert answer(design, DECISION) == BOTH
    pieces = merging(response)
    assert "".join(text for fate, text in pieces if fate != "in") == MINE
    assert "".join(text for fate, text in pieces if fate != "out") == BOTH
    assert [text for fate, text in pieces if fate != "kept"] == [" whole"]


def test_what_is_typed_while_a_merge_is_on_its_way_is_added_once(
    signed_in: Client, design: Design
) -> None:
    send(signed_in, design, DECISION, THEIRS, BEGAN)
    send(signed_in, design, DECISION, MINE, BEGAN)
    send(signed_in, design, DECISION, f"{MINE} Then stop.", MINE)
    assert answer(design, DECISION) == f"{BOTH} Then stop."


@pytest.mark.parametrize(
    ("began", "theirs", "mine", "both"),
    [
        (BEGAN, f"First. {BEGAN}", f"{BEGAN} Last.", f"First. {BEGAN} Last."),
        ("a a", "a a a", "a x a", "a x a a"),
    ],
)
def test_the_same_request_again_adds_nothing(
    signed_in: Client, author: User, began: str, theirs: str, mine: str, both: str
) -> None:
    design = make_design(author, framing={"decision": began})
    send(signed_in, design, DECISION, theirs, began)
    said = [send(signed_in, design, DECISION, mine, began, token="t1") for _ in range(2)]
    assert answer(design, DECISION) == both
    assert merging(said[0]) == merging(said[1]) != []
    design.refresh_from_db()
    assert design.clock == 2


def test_a_request_again_after_somebody_wrote_on_adds_nothing(
    signed_in: Client, design: Design
) -> None:
    send(signed_in, design, DECISION, MINE, BEGAN, token="t1")
    send(signed_in, design, DECISION, MINE.replace("two", "three"), MINE, token="t2")
    response = send(signed_in, design, DECISION, MINE, BEGAN, token="t1")
    assert response.status_code == 200
    assert answer(design, DECISION) == MINE.replace("two", "three")


def test_a_request_again_does_not_undo_what_took_it_back(signed_in: Client, design: Design) -> None:
    send(signed_in, design, DECISION, MINE, BEGAN, token="t1")
    send(signed_in, design, DECISION, BEGAN, MINE, token="t2")
    send(signed_in, design, DECISION, MINE, BEGAN, token="t1")
    assert answer(design, DECISION) == BEGAN


def test_the_newest_requests_are_known_and_no_more(signed_in: Client, design: Design) -> None:
    for number in range(TOKENS_KEPT + 5):
        was = "" if number == 0 else str(number)
        send(signed_in, design, KPI, str(number + 1), was, token=f"t{number}" + "x" * 100)
    versions = design.contents()["framing"].versions
    assert sum(key.startswith("#") for key in versions) == TOKENS_KEPT
    assert max(map(len, versions)) <= len(f"#:{KPI}") + TOKEN_LENGTH
    assert send(signed_in, design, KPI, "9", "8", token="t8").status_code == 409


def test_lists_and_lines_merge(signed_in: Client, author: User) -> None:
    design = make_design(
        author, framing={"out_of_scope": ["ads", "search"], "business_kpi": "hours watched a day"}
    )
    send(signed_in, design, EXCLUDED, "live ads\nsearch", "ads\nsearch")
    send(signed_in, design, EXCLUDED, "ads\n\nsearch\nmail", "ads\nsearch")
    assert answer(design, EXCLUDED) == ["live ads", "search", "mail"]
    send(signed_in, design, KPI, "minutes watched a day", "hours watched a day")
    send(signed_in, design, KPI, "hours watched a week", "hours watched a day")
    assert answer(design, KPI) == "minutes watched a week"


def test_cells_merge(signed_in: Client, author: User) -> None:
    design = make_design(author, data={"sources": [{"id": "clicks", "owner": "the web team"}]})
    row = rows(design, "data.sources")[0]["row"]
    owner = f"data.sources/{row}.owner"
    send(signed_in, design, owner, "the new web team", "the web team")
    response = send(signed_in, design, owner, "the web team, Oslo", "the web team", open=row)
    assert answer(design, owner) == "the new web team, Oslo"
    assert merging(response) == [["kept", "the"], ["in", " new"], ["kept", " web team, Oslo"]]


def test_line_breaks_of_any_kind_are_no_change(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"decision": "one\ntwo"})
    response = send(signed_in, design, DECISION, "one\r\ntwo\r\nthree", "one\r\ntwo")
    assert merging(response) is None
    assert answer(design, DECISION) == "one\ntwo\nthree"


def test_who_saw_the_stored_text_replaces_it_whatever_the_version(
    signed_in: Client, design: Design
) -> None:
    send(signed_in, design, DECISION, THEIRS, BEGAN)
    assert send(signed_in, design, DECISION, "Other words", THEIRS).status_code == 200
    assert answer(design, DECISION) == "Other words"


def test_who_did_not_see_the_stored_text_never_replaces_it(
    signed_in: Client, design: Design
) -> None:
    send(signed_in, design, DECISION, THEIRS, BEGAN)
    response = send(signed_in, design, DECISION, "Other words", BEGAN, base="999")
    assert response.status_code == 409
    assert answer(design, DECISION) == THEIRS


# -- The same words -------------------------------------------------------------------------------


def test_changes_of_the_same_words_are_shown_against_the_common_text(
    signed_in: Client, design: Design
) -> None:
    send(signed_in, design, DECISION, BEGAN.replace("0.9", "0.8"), BEGAN)
    response = send(signed_in, design, DECISION, BEGAN.replace("0.9", "0.7"), BEGAN)
    assert response.status_code == 409
    said = response.content.decode()
    assert "<del>9</del><ins>7</ins>" in said
    assert "<del>9</del><ins>8</ins>" in said
    assert answer(design, DECISION) == BEGAN.replace("0.9", "0.8")


def test_without_the_common_text_both_stand_unmarked(signed_in: Client, design: Design) -> None:
    send(signed_in, design, DECISION, THEIRS, None)
    response = send(signed_in, design, DECISION, MINE, None)
    assert response.status_code == 409
    said = response.content.decode()
    assert "<ins>" not in said
    assert THEIRS in said
    assert MINE in said


def test_a_merged_answer_that_does_not_fit_is_a_conflict(signed_in: Client, author: User) -> None:
    began = [f"entry {number}" for number in range(LIST_LIMIT - 1)]
    design = make_design(author, framing={"out_of_scope": began})
    common = "\n".join(began)
    send(signed_in, design, EXCLUDED, f"first\n{common}", common)
    assert send(signed_in, design, EXCLUDED, f"{common}\nlast", common).status_code == 409
    assert answer(design, EXCLUDED) == ["first", *began]


@pytest.mark.parametrize("was", ["\x00", "x" * (LINE_LIMIT + 1), ""])
def test_a_common_text_that_cannot_be_one_loses_nothing(
    signed_in: Client, author: User, was: str
) -> None:
    design = make_design(author, framing={"business_kpi": "hours watched"})
    assert send(signed_in, design, KPI, "hours seen", was).status_code == 409
    assert answer(design, KPI) == "hours watched"


def test_other_kinds_of_answers_do_not_merge(signed_in: Client, author: User) -> None:
    design = make_design(author, framing={"peak_qps": 100})
    send(signed_in, design, "framing.peak_qps", "200", None)
    response = send(signed_in, design, "framing.peak_qps", "300", "100")
    assert response.status_code == 409
    assert "<ins>" not in response.content.decode()


# -- What is replaced stays in history ------------------------------------------------------------


def test_what_a_settled_conflict_replaces_is_a_revision(
    signed_in: Client, author: User, design: Design
) -> None:
    send(signed_in, design, DECISION, "Theirs", BEGAN)
    assert send(signed_in, design, DECISION, "Mine", BEGAN).status_code == 409
    send(signed_in, design, DECISION, "Mine", "Theirs", settles=DECISION)
    assert answer(design, DECISION) == "Mine"
    kept = [one.answers()["framing"]["decision"] for one in Revision.objects.order_by("number")]
    assert kept == [BEGAN, "Theirs"]
    send(signed_in, design, DECISION, "Mine", "Theirs", settles=DECISION)
    assert Revision.objects.count() == 2


def test_without_a_script_the_form_says_that_it_settles_the_conflict(
    signed_in: Client, design: Design
) -> None:
    send(signed_in, design, DECISION, "Theirs", BEGAN)
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    page = signed_in.post(url, {"base": "0", DECISION: "Mine"}).content.decode()
    assert f'<input type="hidden" name="settles" value="{DECISION}">' in page
    assert f'name="{DECISION}"' in page


def test_an_ordinary_edit_makes_no_revision_of_its_own(signed_in: Client, design: Design) -> None:
    send(signed_in, design, DECISION, THEIRS, BEGAN)
    send(signed_in, design, DECISION, MINE, BEGAN)
    send(signed_in, design, KPI, "Share", "", settles=DECISION)
    assert Revision.objects.count() == 1


# -- Any number of writers ----------------------------------------------------------------------


@dataclass
class Writer:
    """A browser: the words in it, what they are written from, and an edit without an answer."""

    draft: Draft
    was: str
    text: str
    unanswered: SetValue | None = None
    typed: set[str] = field(default_factory=set)

    def type(self, place: int, word: str) -> None:
        words = self.text.split(" ")
        words.insert(place % (len(words) + 1), word)
        self.text = " ".join(words)
        self.typed.add(word)

    def send(self, *, and_types: str = "", is_lost: bool = False) -> None:
        """Send what was typed, and type on before the answer is there, which may never come."""
        place, token = Address.parse(DECISION), str(uuid4())
        edit = self.unanswered or SetValue(place, self.text, 0, self.was, token=token)
        edit.apply(self.draft)
        if and_types:
            self.type(len(and_types), and_types)
        self.unanswered = edit if is_lost else None
        merged = self.draft.merged.pop(place, None)
        conflict = self.draft.conflicts.pop(place, None)
        if is_lost:
            return
        if conflict is not None:
            self.was = self.text = str(conflict.theirs)  # uses the stored one
            self.typed.clear()
            return
        self.was = str(edit.raw)
        if merged is not None and self.text == self.was:
            self.was = self.text = merged.stored


@given(st.data())
def test_whatever_writers_send_each_word_is_stored_once(data: st.DataObject) -> None:
    began = "one two three four five six"
    draft = Draft({"framing": {"decision": began}}, {"framing": {}}, 1)
    writers = [Writer(draft, began, began) for _ in range(3)]
    for number in range(data.draw(st.integers(1, 12))):
        writer = data.draw(st.sampled_from(writers))
        writer.type(data.draw(st.integers(0, 20)), f"w{number}")
        match data.draw(st.sampled_from(["send", "wait", "types on", "lost"])):
            case "send":
                writer.send()
            case "types on":
                writer.send(and_types=f"then{number}")
            case "lost":
                writer.send(is_lost=True)
    for writer in writers:
        while writer.unanswered or writer.text != writer.was:
            writer.send()
    stored = Counter(str(draft.answers["framing"]["decision"]).split())
    expected = {*began.split(), *(word for writer in writers for word in writer.typed)}
    assert expected <= stored.keys()
    assert set(stored.values()) == {1}
