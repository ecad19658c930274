"""Suggestions over HTTP: made where one reads, accepted with one click, merged or in conflict."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from mlsd_app.designs.editing import DeleteRow
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.review.models import Suggestion, Thread
from mlsd_app.stages.addresses import Address
from tests.factories import answer
from tests.review.cast import SOME_UUID, Cast, said

pytestmark = pytest.mark.django_db

DECISION = "framing.decision"
BEGAN = "Show ten videos. Never show one twice."
EVERYBODY = ("anonymous", "stranger", "reader", "mentor", "other", "guest", "editor", "owner")


@pytest.fixture
def cast() -> Cast:
    return Cast.around_a_design()


def decide(cast: Cast, who: str, verb: str, given: Suggestion, **data: Any) -> Any:
    """The answer, followed to the page it leads to; Any: a response of the test client."""
    url = cast.url(f"suggestion_{verb}", given.thread_id)
    return cast.client(who).post(url, data, follow=True)


def fresh(given: Suggestion) -> Suggestion:
    return Suggestion.objects.select_related("thread").get(pk=given.pk)


def threads(cast: Cast, who: str = "owner") -> str:
    """The list of threads as somebody sees it, with its tags."""
    url = reverse("review:thread_list", args=[cast.design.pk])
    return cast.client(who).get(url, {"show": "all"}).content.decode()


# -- Making ------------------------------------------------------------------------------------


def test_other_words_are_shown_as_a_difference(cast: Cast) -> None:
    cast.suggest("mentor", DECISION, "Show twelve videos. Never show one twice.", why="More fits.")
    page = threads(cast)
    assert "<del> ten</del><ins> twelve</ins>" in page
    assert "More fits." in said(page)
    assert answer(cast.design, DECISION) == BEGAN


def test_a_range_is_written_by_itself(cast: Cast) -> None:
    url = cast.url("suggestion_new")
    place = {"quote": "ten videos", "start": "5", "prefix": "Show "}
    page = cast.client("mentor").get(url, {"address": DECISION, **place}).content.decode()
    assert ">ten videos</textarea>" in page
    within = {"from": "5", "to": "15", "was": BEGAN}
    given = cast.suggest("mentor", DECISION, "one film", **place, **within)
    assert given.proposed == "Show one film. Never show one twice."
    assert given.thread.quote == "ten videos"
    assert (given.thread.start, given.thread.end) == (5, 15)


def test_a_range_is_found_among_the_signs_of_its_emphasis(cast: Cast) -> None:
    cast.write(DECISION, "Show **ten** videos and ten again.")
    place = {"address": DECISION, "quote": "ten", "start": "20"}
    page = cast.client("mentor").get(cast.url("suggestion_new"), place).content.decode()
    assert ">ten</textarea>" in page
    assert 'name="from" value="24"' in page


def test_where_the_range_is_not_certain_the_whole_answer_is_offered(cast: Cast) -> None:
    cast.write(DECISION, "Show **ten** videos.\n\nAnd ten again.")
    for quote in ("ten videos. And", "n videos", "not there"):
        place = {"address": DECISION, "quote": quote}
        page = cast.client("mentor").get(cast.url("suggestion_new"), place).content.decode()
        assert ">Show **ten** videos.\n\nAnd ten again.</textarea>" in page
        assert "You selected:" in page
        assert 'name="from"' not in page


@pytest.mark.parametrize(
    ("address", "text", "stored", "shown"),
    [
        ("framing.peak_qps", "40 k/s", 40_000, "40"),
        ("framing.decision_uses_probability", "yes", True, "Yes"),
        ("framing.category", "search", "search", "Search"),
        ("framing.in_scope", "The feed\nThe search", ["The feed", "The search"], "The search"),
        ("general.mode", "team", "team", "Team"),
        ("cell:p99_ms", "0.03 s", 30, "30"),
        ("cell:id", "scoring", "scoring", "scoring"),
    ],
)
def test_every_kind_of_answer_can_be_suggested_and_accepted(
    cast: Cast, address: str, text: str, stored: object, shown: str
) -> None:
    if address.startswith("cell:"):
        address = cast.cell(address.removeprefix("cell:"))
    given = cast.suggest("mentor", address, text)
    assert shown in said(threads(cast))
    assert "Accepted." in said(decide(cast, "owner", "accept", given).content.decode())
    assert answer(cast.design, address) == stored


def test_several_choices_are_suggested_by_ticking(cast: Cast) -> None:
    field = "features.skew_prevention"
    asked = Address.parse(field).asked
    values = list(asked.choices)[:2]
    given = cast.suggest("mentor", field, values)
    decide(cast, "owner", "accept", given)
    assert answer(cast.design, field) == values


def test_a_bad_value_is_refused_with_the_message_of_its_field(cast: Cast) -> None:
    response = cast.post(
        "mentor", "suggestion_new", address="framing.peak_qps", proposed="plenty", why="Because"
    )
    assert response.status_code == 422
    page = response.content.decode()
    assert "Peak load:" in said(page)
    assert 'value="plenty"' in page
    assert ">Because</textarea>" in page
    assert not Suggestion.objects.exists()


def test_what_stands_there_already_is_no_suggestion(cast: Cast) -> None:
    response = cast.post("mentor", "suggestion_new", address=DECISION, proposed=BEGAN)
    assert response.status_code == 422
    assert "This is what stands there already" in said(response.content.decode())


def test_the_same_request_twice_is_one_suggestion(cast: Cast) -> None:
    data = {"address": DECISION, "proposed": "Show one.", "token": "once"}
    first, second = (cast.post("mentor", "suggestion_new", **data) for _ in range(2))
    assert first.url == second.url
    assert Suggestion.objects.count() == 1


def test_a_comment_becomes_a_suggestion_with_what_was_written(cast: Cast) -> None:
    about = {"about": f"text:{DECISION}", "quote": "ten videos", "body": "Too few."}
    page = cast.post("mentor", "suggestion_new", **about).content.decode()
    assert ">ten videos</textarea>" in page
    assert ">Too few.</textarea>" in page
    assert cast.post("mentor", "suggestion_new", about="finding:none").status_code == 404
    assert "Framing" in cast.page("mentor", "suggestion_new", about="design:")


def test_a_table_or_a_stage_leads_to_its_answers(cast: Cast) -> None:
    for address, offered in (
        ("serving.components", "ranking"),
        (cast.cell("p99_ms").rpartition(".")[0], "25 ms"),
        ("framing", "Decision"),
    ):
        page = cast.client("mentor").get(cast.url("suggestion_new"), {"address": address})
        assert offered.replace(" ", " ") in said(page.content.decode()).replace(" ", " ")


# -- Accepting ---------------------------------------------------------------------------------


def test_accepting_is_an_edit_that_credits_the_mentor(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    decide(cast, "owner", "accept", given)
    assert answer(cast.design, DECISION) == "Show twelve videos."
    before, after = Revision.objects.filter(design=cast.design).order_by("number")
    assert before.answers()["framing"]["decision"] == BEGAN
    assert after.origin == "Suggested by Mira, accepted by Ada"
    assert after.author == cast["owner"]
    thread = fresh(given).thread
    assert thread.is_resolved
    assert thread.resolved_in == after
    history = cast.client("owner").get(reverse("history:history", args=[cast.design.pk]))
    assert "Suggested by Mira, accepted by Ada" in said(history.content.decode())


def test_what_changed_elsewhere_in_the_text_is_merged(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos. Never show one twice.")
    cast.write(DECISION, "Show ten videos. Never show one twice. Not at night.")
    page = threads(cast)
    assert "this is what accepting changes now" in page
    assert "Not at night." in page
    answered = decide(cast, "owner", "accept", given)
    assert "merged with what changed since" in said(answered.content.decode())
    merged = "Show twelve videos. Never show one twice. Not at night."
    assert answer(cast.design, DECISION) == merged


@pytest.mark.parametrize(
    ("address", "suggested", "theirs"),
    [
        (DECISION, "Show twelve videos. Never show one twice.", "Show nine videos. Never twice."),
        ("framing.peak_qps", "40 k/s", "30 k/s"),
        ("framing.decision_uses_probability", "yes", "no"),
    ],
)
def test_a_change_of_the_same_place_is_a_conflict_and_nothing_is_stored(
    cast: Cast, address: str, suggested: str, theirs: str
) -> None:
    given = cast.suggest("mentor", address, suggested)
    cast.write(address, theirs)
    stored, revisions = answer(cast.design, address), Revision.objects.count()
    assert "The same place was changed since" in threads(cast)
    response = decide(cast, "owner", "accept", given)
    assert response.status_code == 409
    page = response.content.decode()
    assert "Both were changed" in page
    assert "Two changes of one answer" in said(page)
    assert answer(cast.design, address) == stored
    assert Revision.objects.count() == revisions
    assert not fresh(given).thread.is_resolved
    # Settled from what was shown, it is stored.
    was = page.partition('name="was" value="')[2].partition('"')[0]
    assert decide(cast, "owner", "edit", given, proposed=suggested, was=was).status_code == 200
    assert answer(cast.design, address) != stored
    assert fresh(given).is_accepted


def test_what_is_settled_against_an_older_answer_is_a_conflict_again(cast: Cast) -> None:
    given = cast.suggest("mentor", "framing.peak_qps", "40 k/s")
    cast.write("framing.peak_qps", "30 k/s")
    response = decide(cast, "owner", "edit", given, proposed="50 k/s", was="10000")
    assert response.status_code == 409
    assert answer(cast.design, "framing.peak_qps") == 30_000


def test_a_suggestion_is_edited_before_it_is_accepted(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    url = cast.url("suggestion_edit", given.thread_id)
    assert ">Show twelve videos.</textarea>" in cast.client("owner").get(url).content.decode()
    decide(cast, "owner", "edit", given, proposed="Show eleven videos.", was=BEGAN)
    assert answer(cast.design, DECISION) == "Show eleven videos."
    newest = Revision.objects.filter(design=cast.design).latest("number")
    assert newest.origin == "Suggested by Mira, changed and accepted by Ada"
    assert fresh(given).proposed == "Show twelve videos."


def test_what_is_edited_first_begins_with_what_changed_elsewhere_since(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos. Never show one twice.")
    cast.write(DECISION, "Show ten videos. Never show one twice. Not at night.")
    url = cast.url("suggestion_edit", given.thread_id)
    page = cast.client("owner").get(url).content.decode()
    assert ">Show twelve videos. Never show one twice. Not at night.</textarea>" in page


def test_a_bad_value_is_refused_when_it_is_edited_too(cast: Cast) -> None:
    given = cast.suggest("mentor", "framing.peak_qps", "40 k/s")
    response = decide(cast, "owner", "edit", given, proposed="plenty", was="20000")
    assert response.status_code == 422
    assert 'value="plenty"' in response.content.decode()
    assert answer(cast.design, "framing.peak_qps") == 20_000


def test_what_the_answer_says_already_is_accepted_without_an_edit(cast: Cast) -> None:
    given = cast.suggest("mentor", "framing.peak_qps", "40 k/s")
    cast.write("framing.peak_qps", "40 k/s")
    clock = Design.objects.get().clock
    assert "The answer says so already." in threads(cast)
    decide(cast, "owner", "accept", given)
    assert Design.objects.get().clock == clock
    assert fresh(given).is_accepted


def test_a_suggestion_about_a_deleted_row_says_so(cast: Cast) -> None:
    given = cast.suggest("mentor", cast.cell("p99_ms"), "30 ms")
    row = Address.parse(cast.cell("p99_ms").rpartition(".")[0])
    save_edits(cast.design.pk, cast["owner"], [DeleteRow(row)])
    response = decide(cast, "owner", "accept", given)
    assert "was deleted" in said(response.content.decode())
    assert not fresh(given).is_accepted
    assert decide(cast, "owner", "edit", given).status_code == 200
    assert decide(cast, "owner", "decline", given, reason="It is gone").status_code == 200


def test_accepting_twice_changes_nothing_twice(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    decide(cast, "owner", "accept", given)
    cast.write(DECISION, "Something new.")
    answered = decide(cast, "owner", "accept", given)
    assert "It was accepted already" in said(answered.content.decode())
    assert answer(cast.design, DECISION) == "Something new."


# -- Declining and withdrawing -----------------------------------------------------------------


def test_declining_needs_a_reason_and_can_be_thought_over(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    refused = decide(cast, "owner", "decline", given, reason=" ")
    assert refused.status_code == 422
    assert "Say why not" in said(refused.content.decode())
    decide(cast, "owner", "decline", given, reason="Twelve do not fit.")
    assert "Declined by Ada: Twelve do not fit." in said(threads(cast, "mentor"))
    assert answer(cast.design, DECISION) == BEGAN
    assert "Accept after all" in said(threads(cast))
    decide(cast, "owner", "accept", given)
    assert answer(cast.design, DECISION) == "Show twelve videos."


def test_a_reason_that_is_too_long_comes_back_whole(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    long = "no " * 8_000
    response = decide(cast, "owner", "decline", given, reason=long)
    assert response.status_code == 422
    assert long.strip() in response.content.decode()


def test_a_mentor_withdraws_their_own_and_offers_it_again(cast: Cast) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    decide(cast, "mentor", "withdraw", given)
    assert "Withdrawn by Mira" in said(threads(cast))
    assert "Accept after all" not in said(threads(cast))
    decide(cast, "mentor", "offer", given)
    assert not fresh(given).thread.is_resolved
    decide(cast, "owner", "accept", given)
    assert answer(cast.design, DECISION) == "Show twelve videos."
    answered = decide(cast, "mentor", "withdraw", given)
    assert "decided meanwhile" in said(answered.content.decode())


@pytest.mark.parametrize("verb", ["accept", "decline", "edit"])
def test_what_was_withdrawn_meanwhile_is_not_decided(cast: Cast, verb: str) -> None:
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    decide(cast, "mentor", "withdraw", given)
    data = {"reason": "No.", "proposed": "Show twelve.", "was": BEGAN}
    answered = decide(cast, "owner", verb, given, **data)
    assert "Mira withdrew it." in said(answered.content.decode())
    assert answer(cast.design, DECISION) == BEGAN
    decide(cast, "mentor", "offer", given)
    assert not fresh(given).thread.is_resolved


def test_a_suggestion_of_a_draft_waits_for_its_round(cast: Cast) -> None:
    cast.begin()
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    for verb, data in (("accept", {}), ("decline", {"reason": "No"}), ("edit", {})):
        assert decide(cast, "owner", verb, given, **data).status_code == 404
    assert (
        "<ins> twelve</ins>" in cast.client("mentor").get(cast.url("round_draft")).content.decode()
    )
    decide(cast, "mentor", "withdraw", given)
    assert "A suggestion is deleted" in cast.page("mentor", "round_draft")
    decide(cast, "mentor", "offer", given)
    cast.submit()
    assert decide(cast, "owner", "accept", given).status_code == 200
    assert answer(cast.design, DECISION) == "Show twelve videos."


def test_a_suggestion_that_was_deleted_from_a_draft_is_not_published(cast: Cast) -> None:
    cast.begin()
    given = cast.suggest("mentor", DECISION, "Show twelve videos.")
    decide(cast, "mentor", "withdraw", given)
    cast.submit()
    assert "twelve" not in said(threads(cast))


# -- Who may -----------------------------------------------------------------------------------

MAY = {
    "accept": {"editor", "owner"},
    "edit": {"editor", "owner"},
    "decline": {"editor", "owner"},
    "withdraw": {"mentor"},
    "offer": {"mentor"},
}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("verb", MAY)
def test_who_decides_about_a_suggestion(cast: Cast, who: str, verb: str) -> None:
    given = cast.suggest("mentor", "framing.peak_qps", "40 k/s")
    data = {"reason": "No", "proposed": "50 k/s", "was": "20000"}
    response = cast.post(who, f"suggestion_{verb}", given.thread_id, **data)
    if who in MAY[verb]:
        assert response.status_code == 302
        return
    assert response.status_code == (302 if who == "anonymous" else 404)
    assert answer(cast.design, "framing.peak_qps") == 20_000
    assert fresh(given).decided_at is None


@pytest.mark.parametrize("who", EVERYBODY)
def test_who_may_suggest(cast: Cast, who: str) -> None:
    may = who not in {"anonymous", "stranger", "reader"}
    page = cast.client(who).get(cast.url("suggestion_new"), {"address": DECISION})
    assert page.status_code == (200 if may else 302 if who == "anonymous" else 404)
    cast.post(who, "suggestion_new", address=DECISION, proposed="Show one.")
    assert Suggestion.objects.exists() is may


def test_a_thread_without_a_suggestion_cannot_be_accepted(cast: Cast) -> None:
    thread = cast.comment("mentor", "Why?")
    for verb in MAY:
        for pk in (thread.pk, SOME_UUID):
            data = {"reason": "No"}
            assert cast.post("owner", f"suggestion_{verb}", pk, **data).status_code == 404


def test_a_suggestion_of_another_design_cannot_be_accepted_here(cast: Cast) -> None:
    elsewhere = Cast.around_a_design()
    given = elsewhere.suggest("mentor", DECISION, "Show twelve videos.")
    assert cast.post("owner", "suggestion_accept", given.thread_id).status_code == 404


@pytest.mark.parametrize("verb", ["accept", "decline", "withdraw", "offer"])
def test_decisions_are_posted(cast: Cast, verb: str) -> None:
    url = cast.url(f"suggestion_{verb}", SOME_UUID)
    assert cast.client("owner").get(url).status_code == 405


# -- Odd input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "nowhere",
        "nowhere.field",
        "framing.nothing",
        "serving.components/zz.p99_ms",
        "serving.components/zz",
        "a\x00b",
        "framing." + "x" * 5_000,
    ],
)
def test_an_odd_address_is_not_found(cast: Cast, address: str) -> None:
    url = cast.url("suggestion_new")
    assert cast.client("mentor").get(url, {"address": address}).status_code == 404
    posted = cast.client("mentor").post(url, {"address": address, "proposed": "x"})
    assert posted.status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        {"from": "5", "to": "2"},
        {"from": "²", "to": "9"},
        {"from": "9" * 30, "to": "9" * 31},
        {"from": "0", "to": "9999999"},
        {"start": "9" * 30, "quote": "\x00"},
        {"quote": "q" * 100_000, "prefix": "p" * 5_000},
        {"token": "t\x00" * 500},
        {"why": "w\x00\x1b"},
        {"was": "something else entirely"},
    ],
)
def test_odd_ranges_and_words_do_no_harm(cast: Cast, odd: dict[str, str]) -> None:
    response = cast.post("mentor", "suggestion_new", address=DECISION, proposed="Show one.", **odd)
    assert response.status_code in {302, 422}
    for thread in Thread.objects.all():
        assert "\x00" not in thread.quote + thread.suggestion.proposed
    assert cast.client("owner").get(cast.url("thread_list")).status_code == 200


@pytest.mark.parametrize("text", ["a\x00b", "x" * 100_000])
def test_a_text_that_cannot_be_stored_is_refused_and_kept(cast: Cast, text: str) -> None:
    response = cast.post("mentor", "suggestion_new", address=DECISION, proposed=text)
    assert response.status_code == 422
    assert "Decision:" in said(response.content.decode())


def test_an_edit_without_the_answer_it_was_based_on_overwrites_nothing(cast: Cast) -> None:
    given = cast.suggest("mentor", "framing.peak_qps", "40 k/s")
    response = cast.post("owner", "suggestion_edit", given.thread_id, proposed="50 k/s")
    assert response.status_code == 409
    assert answer(cast.design, "framing.peak_qps") == 20_000
