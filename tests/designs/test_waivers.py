"""Setting findings aside: with a reason, for the values it was given for, and back again."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.state import State, state_of
from mlsd_app.designs.waivers_saving import REASON_LIMIT
from mlsd_app.lint.linting import Options, lint
from tests.factories import make_complete_design, make_design, make_user, rows

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
REASON = "The router sheds to trees within 5 s."
OVER_BUDGET = "serving.latency-over-budget"


@pytest.fixture
def design(author: User) -> Design:
    """Online without a latency limit, and with two sources that nobody owns."""
    sources = [{"id": "clicks", "kind": "stream"}, {"id": "orders", "kind": "stream"}]
    return make_design(author, framing={"timeliness": "online"}, data={"sources": sources})


def state(design: Design) -> State:
    design.refresh_from_db()
    return state_of(design.contents(), design.given_waivers())


def fingerprint(design: Design, check: str, nth: int = 0) -> str:
    return [one for one in state(design).verdicts if one.check == check][nth].fingerprint


def is_open(design: Design, check: str, nth: int = 0) -> bool:
    return [one for one in state(design).verdicts if one.check == check][nth].is_open


def give(
    client: Client, design: Design, check: str, reason: str = REASON, *, nth: int = 0, **more: Any
) -> Any:
    url = reverse("designs:waiver_give", args=[design.pk])
    fields = {"finding": fingerprint(design, check, nth), "reason": reason, "page": "framing"}
    return client.post(url, fields | more.pop("fields", {}), **more)


def act(client: Client, design: Design, what: str, check: str = "", **more: Any) -> Any:
    """Renew, take back or put back the only waiver of the design."""
    (waiver,) = state(design).waivers
    url = reverse(f"designs:waiver_{what}", args=[design.pk, waiver.name])
    fields = {"finding": fingerprint(design, check)} if check else {}
    return client.post(url, {"page": "framing", **fields}, **more)


def edit(client: Client, design: Design, address: str, value: str) -> HttpResponse:
    design.refresh_from_db()
    stage = address.partition(".")[0]
    url = reverse("designs:stage_edit", args=[design.pk, stage])
    return client.post(url, {"base": design.clock, address: value}, headers=HTMX)  # type: ignore[return-value]


def page_of(client: Client, name: str, design: Design, *more: str) -> str:
    text = client.get(reverse(name, args=[design.pk, *more])).content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


# -- Setting aside --------------------------------------------------------------------------------


def test_a_finding_that_is_set_aside_no_longer_counts(
    signed_in: Client, author: User, design: Design
) -> None:
    before = state(design).overview()["counts"]
    response = give(signed_in, design, "framing.latency-not-stated", fields={"place": "here"})
    assert response["Location"] == (
        reverse("designs:stage_edit", args=[design.pk, "framing"]) + "#q-here"
    )
    after = state(design)
    assert not is_open(design, "framing.latency-not-stated")
    assert after.overview()["counts"]["error"] == before["error"] - 1
    assert design.overview == after.overview()
    (waiver,) = after.waivers
    assert (waiver.by, waiver.author, waiver.reason) == (author.name, author.pk, REASON)
    assert waiver.at is not None
    assert abs(timezone.now() - waiver.at) < timedelta(minutes=1)


def test_it_stays_under_its_question_and_in_the_list(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    stage = page_of(signed_in, "designs:stage_edit", design, "framing")
    assert "Set aside. An online system without a latency limit" in stage
    assert "by Ada Nowak, " in stage
    found = page_of(signed_in, "designs:finding_list", design)
    listed = found[found.index("Set aside, with reasons") :]
    assert "An online system without a latency limit" in listed
    assert REASON in listed
    assert "1 set aside" in found


def test_only_the_one_finding_is_meant(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "data.source-without-owner", nth=1)
    assert is_open(design, "data.source-without-owner", 0)
    assert not is_open(design, "data.source-without-owner", 1)


def test_with_htmx_the_notes_rail_and_tally_come_back(signed_in: Client, design: Design) -> None:
    fields = {"clock": str(design.clock)}
    response = give(signed_in, design, "framing.latency-not-stated", fields=fields, headers=HTMX)
    assert response.status_code == 200
    page = response.content.decode()
    for part in ('id="rail"', 'id="tally"', 'id="saved"', 'id="n-framing-timeliness"'):
        assert page.count(part) == 1
    assert 'id="n-framing-objective"' not in page
    assert "<html" not in page


@pytest.mark.parametrize("reason", ["", "  \n", "\x07"])
@pytest.mark.parametrize("stage", ["framing", "findings"])
@pytest.mark.parametrize("htmx", [True, False])
def test_without_a_reason_it_is_refused(
    signed_in: Client, design: Design, reason: str, stage: str, htmx: bool
) -> None:
    fields = {"page": stage, "place": "framing-latency_slo_ms"}
    headers = HTMX if htmx else {}
    response = give(
        signed_in, design, "framing.latency-not-stated", reason, fields=fields, headers=headers
    )
    assert response.status_code == 422
    assert "Say why it does not apply here." in response.content.decode()
    assert state(design).waivers == ()


@pytest.mark.parametrize(
    ("stage", "place"), [("framing", "framing-timeliness"), ("findings", "list")]
)
def test_what_was_written_stays_when_it_is_refused(
    signed_in: Client, design: Design, stage: str, place: str
) -> None:
    reason = "so long " * REASON_LIMIT
    fields = {"page": stage, "place": place}
    response = give(signed_in, design, "framing.latency-not-stated", reason, fields=fields)
    page = response.content.decode()
    assert page.count(f'aria-invalid="true">{reason}</textarea>') == 1
    assert "Shorten it." in page


def test_a_finding_that_is_gone_is_not_set_aside(signed_in: Client, design: Design) -> None:
    gone = fingerprint(design, "framing.latency-not-stated")
    edit(signed_in, design, "framing.latency_slo_ms", "100")
    url = reverse("designs:waiver_give", args=[design.pk])
    fields = {"finding": gone, "reason": REASON, "page": "framing", "place": "x"}
    for headers in (HTMX, {}):
        response = signed_in.post(url, fields, headers=headers)
        assert response.status_code == 422
        assert "This finding is gone" in response.content.decode()
    assert state(design).waivers == ()


def test_the_same_form_twice_is_one_waiver(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    design.refresh_from_db()
    clock = design.clock
    give(signed_in, design, "framing.latency-not-stated", "Another reason")
    design.refresh_from_db()
    assert [waiver.reason for waiver in design.given_waivers()] == [REASON]
    assert design.clock == clock


def test_a_second_reason_for_the_same_finding_is_refused_and_stays(
    signed_in: Client, design: Design
) -> None:
    other = "Latency is the caller's business."
    beside = {"page": "framing", "place": "framing-timeliness", "reason": other}
    posted = fingerprint(design, "framing.latency-not-stated")
    give(signed_in, design, "framing.latency-not-stated")
    response = signed_in.post(
        reverse("designs:waiver_give", args=[design.pk]),
        {"finding": posted, **beside},
        headers=HTMX,
    )
    assert response.status_code == 422
    said = response.content.decode()
    assert "It was set aside meanwhile because" in said
    assert REASON[:30] in said
    assert "Latency is the caller" in said
    assert [one.reason for one in state(design).waivers] == [REASON]


def test_what_changed_meanwhile_does_not_still_apply_unseen(
    signed_in: Client, slow: Design
) -> None:
    edit(signed_in, slow, "framing.latency_slo_ms", "40")
    (shown,) = [one for one in state(slow).verdicts if one.check == OVER_BUDGET]
    edit(signed_in, slow, "framing.latency_slo_ms", "30")
    (waiver,) = state(slow).waivers
    url = reverse("designs:waiver_renew", args=[slow.pk, waiver.name])
    fields = {"page": "framing", "finding": shown.fingerprint}
    response = signed_in.post(url, fields | {"message": shown.message})
    assert response.status_code == 422
    assert "The values changed meanwhile." in response.content.decode()
    (now,) = [one for one in state(slow).verdicts if one.check == OVER_BUDGET]
    assert now.is_open
    assert signed_in.post(url, fields | {"message": now.message}).status_code == 302
    assert not is_open(slow, OVER_BUDGET)


def test_a_toast_that_comes_too_late_says_so(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    (waiver,) = state(design).waivers
    design.waivers = []
    design.save()
    url = reverse("designs:waiver_put_back", args=[design.pk, waiver.name])
    fields = {"page": "framing", "finding": fingerprint(design, "framing.latency-not-stated")}
    response = signed_in.post(url, fields, headers=HTMX)
    assert response.status_code == 422
    said = response.content.decode()
    assert 'hx-swap-oob="afterbegin:#toasts"' in said
    assert "What was set aside is not kept any more." in said


def test_a_hostile_reason_is_text(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated", "<script>alert(1)</script>")
    for name, *more in (("designs:stage_edit", "framing"), ("designs:finding_list",)):
        page = signed_in.get(reverse(name, args=[design.pk, *more])).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_setting_aside_takes_few_queries(
    signed_in: Client, design: Design, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    give(signed_in, design, "data.source-without-owner")
    fields = {
        "finding": fingerprint(design, "framing.latency-not-stated"),
        "reason": REASON,
        "page": "framing",
    }
    url = reverse("designs:waiver_give", args=[design.pk])
    with django_assert_max_num_queries(10):
        assert signed_in.post(url, fields, headers=HTMX).status_code == 200


# -- When the values change -----------------------------------------------------------------------


@pytest.fixture
def slow(signed_in: Client, author: User) -> Design:
    """The worked example with a limit that its path does not keep, which was set aside."""
    design = make_complete_design(author)
    edit(signed_in, design, "framing.latency_slo_ms", "50")
    give(signed_in, design, OVER_BUDGET)
    assert not is_open(design, OVER_BUDGET)
    return design


def test_it_survives_other_edits_and_comes_back_with_other_values(
    signed_in: Client, slow: Design
) -> None:
    edit(signed_in, slow, "framing.problem_statement", "Something else")
    assert not is_open(slow, OVER_BUDGET)
    edit(signed_in, slow, "framing.latency_slo_ms", "40")
    assert is_open(slow, OVER_BUDGET)
    for page in (
        page_of(signed_in, "designs:stage_edit", slow, "serving"),
        page_of(signed_in, "designs:stage_edit", slow, "framing"),
        page_of(signed_in, "designs:finding_list", slow),
    ):
        assert f"because {REASON} ; since then 50 ms became 40 ms ." in page
        assert "Still applies" in page
        assert "Error, again." in page or "Error, again ·" in page
    edit(signed_in, slow, "framing.latency_slo_ms", "50")
    assert not is_open(slow, OVER_BUDGET)


def test_the_response_to_the_edit_says_so_at_once(signed_in: Client, slow: Design) -> None:
    page = edit(signed_in, slow, "framing.latency_slo_ms", "40").content.decode()
    assert "<del>50 ms</del> became <ins>40 ms</ins>" in page


def test_still_applies_renews_it_for_the_new_values(signed_in: Client, slow: Design) -> None:
    edit(signed_in, slow, "framing.latency_slo_ms", "40")
    act(signed_in, slow, "renew", OVER_BUDGET)
    assert not is_open(slow, OVER_BUDGET)
    edit(signed_in, slow, "framing.latency_slo_ms", "50")
    assert is_open(slow, OVER_BUDGET)
    assert "since then 40 ms became 50 ms" in page_of(
        signed_in, "designs:stage_edit", slow, "framing"
    )


def test_a_number_from_elsewhere_in_the_message_counts_too(signed_in: Client, slow: Design) -> None:
    component = next(one for one in rows(slow, "serving.components") if one["id"] == "ranking")
    edit(signed_in, slow, f"serving.components/{component['row']}.p99_ms", "49")
    assert is_open(slow, OVER_BUDGET)


def test_a_long_text_is_compared_as_a_whole(signed_in: Client, author: User) -> None:
    text = "The p99 latency is at most 300 ms. " + "We rank. " * 100
    framing = {"latency_slo_ms": 100, "problem_statement": f"{text}Soon."}
    design = make_design(author, framing=framing)
    check = "general.prose-disagrees-on-latency"
    give(signed_in, design, check)
    assert not is_open(design, check)
    edit(signed_in, design, "framing.problem_statement", f"{text}Later.")
    assert is_open(design, check)


def test_a_row_that_is_deleted_and_put_back_is_still_set_aside(
    signed_in: Client, design: Design
) -> None:
    give(signed_in, design, "data.source-without-owner")
    row = rows(design, "data.sources")[0]["row"]
    url = reverse("designs:stage_edit", args=[design.pk, "data"])
    fields = {"base": 0, "table": "data.sources", "row": row}
    signed_in.post(url, {**fields, "op": "delete"}, headers=HTMX)
    found = page_of(signed_in, "designs:finding_list", design)
    assert "About nothing here" in found
    signed_in.post(url, {**fields, "op": "put-back"}, headers=HTMX)
    assert not is_open(design, "data.source-without-owner")


# -- Taking it back -------------------------------------------------------------------------------


def test_taking_it_back_is_one_click_and_can_be_undone(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    response = act(signed_in, design, "take_back")
    assert is_open(design, "framing.latency-not-stated")
    offered = signed_in.get(response["Location"]).content.decode()
    assert "Set it aside again" in offered
    act(signed_in, design, "put_back")
    assert not is_open(design, "framing.latency-not-stated")


def test_with_htmx_taking_back_offers_it_again(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    page = act(signed_in, design, "take_back", headers=HTMX).content.decode()
    assert "afterbegin:#toasts" in page
    assert "Set it aside again" in page
    assert 'data-finding="' in page


def test_what_was_taken_back_long_ago_is_forgotten(signed_in: Client, design: Design) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    act(signed_in, design, "take_back")
    design.refresh_from_db()
    design.waivers[0]["taken_back"] = (timezone.now() - timedelta(days=31)).isoformat()
    design.save()
    old = design.waivers[0]["name"]
    give(signed_in, design, "data.source-without-owner")
    new = next(one for one in state(design).waivers if not one.taken_back)
    signed_in.post(reverse("designs:waiver_take_back", args=[design.pk, new.name]))
    assert [one.name for one in state(design).waivers] == [new.name]
    gone = signed_in.post(reverse("designs:waiver_put_back", args=[design.pk, old]))
    assert gone.status_code == 422
    assert "not kept any more" in gone.content.decode()


@pytest.mark.parametrize("what", ["give", "renew", "take_back", "put_back"])
@pytest.mark.parametrize("kind", ["stranger", "guest", "visitor"])
def test_nobody_else_may(design: Design, signed_in: Client, what: str, kind: str) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    stored = state(design).waivers
    client = Client()
    if kind != "visitor":
        client.force_login(User.objects.create_guest() if kind == "guest" else make_user())
    if what == "give":
        response = give(client, design, "data.source-without-owner")
    else:
        response = act(client, design, what, "framing.latency-not-stated")
    assert response.status_code == (302 if kind == "visitor" else 404)
    assert state(design).waivers == stored


def test_a_guest_sets_aside_in_a_design_of_their_own(client: Client) -> None:
    guest = User.objects.create_guest()
    client.force_login(guest)
    design = make_design(guest, framing={"timeliness": "online"})
    give(client, design, "framing.latency-not-stated")
    assert state(design).waivers[0].by == ""
    assert "Set aside, " in page_of(client, "designs:stage_edit", design, "framing")


# -- Revisions ------------------------------------------------------------------------------------


def test_a_revision_keeps_the_waivers_of_its_time(
    signed_in: Client, author: User, design: Design
) -> None:
    without = Revision.of(design)
    give(signed_in, design, "framing.latency-not-stated")
    given = Revision.of(design)
    assert Revision.of(design) == given
    act(signed_in, design, "take_back")
    back = Revision.of(design)
    assert without.waivers() == back.waivers() == ()
    assert [one.reason for one in given.waivers()] == [REASON]
    assert without.content_hash == back.content_hash != given.content_hash
    assert given.answers() == without.answers()


def test_an_older_state_is_read_with_what_was_set_aside_then(
    signed_in: Client, author: User, design: Design
) -> None:
    give(signed_in, design, "framing.latency-not-stated")
    given = Revision.of(design)
    act(signed_in, design, "take_back")
    now = Revision.of(design)
    for revision, is_aside in ((given, True), (now, False)):
        path = reverse("history:revision_read", args=[design.pk, revision.number])
        page = signed_in.get(path).content.decode()
        assert "An online system without a latency limit" in page
        assert (REASON in page) == is_aside
        assert ("1 set aside" in page) == is_aside


# -- Files ----------------------------------------------------------------------------------------

FILE = """
framing: {timeliness: online}
data:
  sources:
    - {id: clicks, kind: stream}
    - {id: orders, kind: stream}
waivers:
  - {check: data.W004, address: data.sources/orders, reason: The platform owns it., by: Ana}
  - {check: framing.latency-not-stated, reason: Told by the owner., 'on': 2025-03-01}
  - {check: framing.no-such-check, reason: From an older file.}
  - {check: data.source-without-owner, address: data.sources/gone, reason: Gone.}
  - {check: framing.target-not-defined}
"""


def uploaded(client: Client, author: User, text: str = FILE) -> Design:
    file = SimpleUploadedFile("design.yaml", text.encode())
    client.post(reverse("designs:design_new"), {"start": "file", "file": file, "title": "T"})
    return Design.objects.filter(owner=author).latest("created_at")


def downloaded(client: Client, design: Design, folder: Path, form: str = "yaml") -> str:
    url = reverse("designs:design_download", args=[design.pk, form])
    text: str = client.get(url).content.decode()
    (folder / f"design.{form}").write_text(text, encoding="utf-8")
    return text


def linted(folder: Path, form: str = "yaml") -> list[tuple[str, str, bool]]:
    """What is found in the downloaded file, and whether it is waived there."""
    report = lint([str(folder / f"design.{form}")], Options(show_waived=True))
    return sorted(
        (one.check, one.message, one.waiver is not None) for one in report.remarks if one.finding
    )


def seen_in_page(design: Design) -> list[tuple[str, str, bool]]:
    return sorted((one.check, one.message, one.is_set_aside) for one in state(design).verdicts)


def test_the_waivers_of_a_file_hold_in_the_page(signed_in: Client, author: User) -> None:
    design = uploaded(signed_in, author)
    assert is_open(design, "data.source-without-owner", 0)
    assert not is_open(design, "data.source-without-owner", 1)
    assert not is_open(design, "framing.latency-not-stated")
    assert is_open(design, "framing.target-not-defined")
    found = page_of(signed_in, "designs:finding_list", design)
    assert "by Ana, because The platform owns it." in found
    assert ", 2025-03-01" in found
    assert found.count("About nothing here") == 2
    assert "It has no reason" in found


def test_a_file_comes_back_as_it_was(signed_in: Client, author: User, tmp_path: Path) -> None:
    text = downloaded(signed_in, uploaded(signed_in, author), tmp_path)
    assert downloaded(signed_in, uploaded(signed_in, author, text), tmp_path) == text
    assert "address: data.sources/orders\n" in text
    assert "address: data.sources/gone\n" in text


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_a_downloaded_file_waives_what_the_page_does(
    signed_in: Client, author: User, tmp_path: Path, form: str
) -> None:
    design = uploaded(signed_in, author)
    give(signed_in, design, "data.source-without-owner")
    give(signed_in, design, "framing.target-not-defined")
    downloaded(signed_in, design, tmp_path, form)
    assert linted(tmp_path, form) == seen_in_page(design)
    assert sum(waived for *_, waived in linted(tmp_path, form)) == 4


def test_a_downloaded_file_knows_which_waivers_are_out_of_date(
    signed_in: Client, author: User, slow: Design, tmp_path: Path
) -> None:
    assert any(waived for *_, waived in linted_after(signed_in, slow, tmp_path))
    edit(signed_in, slow, "framing.latency_slo_ms", "40")
    found = linted_after(signed_in, slow, tmp_path)
    assert found == seen_in_page(slow)
    assert not any(waived for *_, waived in found)
    report = lint([str(tmp_path / "design.yaml")])
    (outdated,) = [one for one in report.remarks if one.check == "file.outdated-waiver"]
    assert "50 ms became 40 ms" in outdated.message
    again = uploaded(signed_in, author, downloaded_text(tmp_path))
    assert is_open(again, OVER_BUDGET)
    assert "since then 50 ms became 40 ms" in page_of(signed_in, "designs:finding_list", again)


def linted_after(client: Client, design: Design, folder: Path) -> list[tuple[str, str, bool]]:
    downloaded(client, design, folder)
    return linted(folder)


def downloaded_text(folder: Path) -> str:
    return (folder / "design.yaml").read_text(encoding="utf-8")


def test_a_waiver_of_a_whole_table_comes_back_for_the_row_that_changed(
    signed_in: Client, author: User, tmp_path: Path
) -> None:
    text = FILE.partition("waivers:")[0] + (
        "waivers: [{check: data.source-without-owner, address: data.sources, reason: Known.}]\n"
    )
    design = uploaded(signed_in, author, text)
    check = "data.source-without-owner"
    assert not is_open(design, check, 0)
    row = rows(design, "data.sources")[0]["row"]
    edit(signed_in, design, f"data.sources/{row}.id", "taps")
    assert is_open(design, check, 0)
    assert not is_open(design, check, 1)
    downloaded(signed_in, design, tmp_path)
    assert linted(tmp_path) == seen_in_page(design)
    url = reverse("designs:waiver_renew", args=[design.pk, state(design).waivers[0].name])
    signed_in.post(url, {"finding": fingerprint(design, check)})
    assert not is_open(design, check, 0)
