"""Who may open what: every route, every kind of actor, every method, in one table.

The routes come from the URL configuration, so a new one fails here until it has a row. A row says
what each may get; who is not named in it finds nothing, and visitors are asked to sign in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from http.cookies import SimpleCookie
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.http import FileResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.checklist import CHECKS
from mlsd_app.designs.access import Role, ShareLink
from mlsd_app.designs.examples import load_examples
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import create_design
from mlsd_app.exports.asking import ask
from mlsd_app.exports.document import Options
from mlsd_app.exports.models import Export
from mlsd_app.notices.models import Notice
from mlsd_app.review.models import Comment, ReviewRequest, Round, Suggestion, Thread
from mlsd_app.sharing import links
from mlsd_app.sharing.giving import give
from mlsd_app.sharing.models import AccessRequest, Invitation
from tests.factories import make_user, rows

READER, MENTOR, EDITOR, OWNER = Role.READER, Role.COMMENTER, Role.EDITOR, Role.OWNER

# The actors: what each may do with the design in question, if anything.
ROLES: Mapping[str, Role | None] = {
    "visitor": None,
    "visitor with a wrong password": None,
    "stranger": None,
    "staff": None,
    "reader": READER,
    "mentor": MENTOR,
    "editor": EDITOR,
    "owner": OWNER,
    "guest reader": READER,
    "guest mentor": MENTOR,
    "guest editor": EDITOR,
    "guest of one state": None,
    "guest of an expired link": None,
    "guest of a revoked link": None,
}
VISITORS = {"visitor", "visitor with a wrong password"}
ALL = "all"
SIGN_IN = -1  # a redirect to the sign-in page
# What is answered to whom: an actor's name counts first, then the highest role that they have, then
# ``ALL``; else nothing is there for them, and visitors are asked to sign in.
Answers = Mapping[str | Role, int]
NOT: Answers = {ALL: 405, "visitor": SIGN_IN}  # no such method


# For each route what is answered to GET and to POST (an empty form).
TABLE: Mapping[str, tuple[Answers, Answers]] = {
    "healthz": ({ALL: 200}, {ALL: 405}),
    "exports:export_list": ({READER: 200}, {READER: 422}),
    "exports:export_detail": ({READER: 302}, NOT),
    "exports:export_download": ({READER: 200}, NOT),
    "exports:export_retry": (NOT, {READER: 302}),
    "history:history": ({READER: 200}, NOT),
    "history:answer_history": ({READER: 200}, NOT),
    "history:name_version": (NOT, {EDITOR: 302}),
    "history:revision_read": ({"guest of one state": 200, READER: 200}, NOT),
    "history:revision_bring_back": (NOT, {EDITOR: 302}),
    "notices:notice_list": ({ALL: 200, "visitor": SIGN_IN}, NOT),
    "notices:notice_read": (NOT, {ALL: 302, "visitor": SIGN_IN}),
    "notices:preferences": ({ALL: 200, "visitor": SIGN_IN}, {ALL: 422, "visitor": SIGN_IN}),
    "notices:unsubscribe": ({"visitor": 404}, {"visitor": 404}),
    "notices:notice_open": ({"mentor": 302}, NOT),
    "notices:following": ({READER: 200}, {READER: 400}),
    "pulse:pulse": ({READER: 204, "visitor": 401}, {READER: 204, "visitor": 401}),
    "pulse:stage_changes": ({EDITOR: 200}, NOT),
    "review:people": ({MENTOR: 200}, NOT),
    "review:thread_list": ({READER: 200}, NOT),
    "review:thread_new": ({MENTOR: 200}, {MENTOR: 422}),
    "review:news": ({READER: 200, "mentor": 204}, NOT),
    "review:looked": (NOT, {READER: 302}),
    "review:thread": ({READER: 302}, NOT),
    "review:thread_reply": ({MENTOR: 200}, {MENTOR: 422}),
    "review:thread_resolve": (NOT, {MENTOR: 302}),
    "review:thread_reopen": (NOT, {MENTOR: 302}),
    "review:thread_change": ({READER: 200}, NOT),
    "review:thread_delete": (NOT, {OWNER: 302}),
    "review:thread_put_back": (NOT, {OWNER: 302}),
    "review:comment_edit": ({"mentor": 200}, {"mentor": 302}),
    "review:comment_delete": (NOT, {"mentor": 302}),
    "review:comment_put_back": (NOT, {"mentor": 302}),
    "review:comment_react": ({MENTOR: 200}, {MENTOR: 400}),
    "review:desk": ({ALL: 200, "visitor": SIGN_IN}, NOT),
    "review:review": ({READER: 200}, NOT),
    "review:review_ask": (NOT, {EDITOR: 422}),
    "review:review_withdraw": (NOT, {"mentor": 302, EDITOR: 302}),
    "review:round_begin": (NOT, {MENTOR: 302}),
    "review:round_draft": ({MENTOR: 302}, NOT),
    "review:round_keep": (NOT, {}),
    "review:round_submit": (NOT, {MENTOR: 302}),
    "review:round_discard": (NOT, {MENTOR: 302}),
    "review:round_put_back": (NOT, {}),
    "review:review_answer": (NOT, {EDITOR: 422}),
    "review:suggestion_new": ({MENTOR: 200}, {MENTOR: 200}),
    "review:suggestion_accept": (NOT, {EDITOR: 302}),
    "review:suggestion_edit": ({EDITOR: 200}, {EDITOR: 302}),
    "review:suggestion_decline": (NOT, {EDITOR: 422}),
    "review:suggestion_withdraw": (NOT, {"mentor": 302}),
    "review:suggestion_offer": (NOT, {"mentor": 302}),
    "sharing:link_open": (
        {"visitor": 404, "visitor with a wrong password": 200},
        {"visitor": 404, "visitor with a wrong password": 422},
    ),
    "sharing:link_take": ({ALL: 302}, {ALL: 405}),
    "sharing:sharing": ({READER: 200}, NOT),
    "sharing:access_log": ({OWNER: 200}, NOT),
    "sharing:invite": (NOT, {OWNER: 422}),
    "sharing:invitation_send": (NOT, {OWNER: 302}),
    "sharing:invitation_withdraw": (NOT, {OWNER: 302}),
    "sharing:role_change": (NOT, {OWNER: 302}),
    "sharing:person_remove": (NOT, {OWNER: 302}),
    "sharing:person_put_back": (NOT, {OWNER: 302}),
    "sharing:hand_over": (NOT, {OWNER: 302}),
    "sharing:leave": (NOT, {"guest of one state": 302, READER: 302, OWNER: 404}),
    "sharing:link_make": (NOT, {OWNER: 422}),
    "sharing:link_change": (NOT, {OWNER: 422}),
    "sharing:link_close": (NOT, {OWNER: 302}),
    "sharing:link_reopen": (NOT, {OWNER: 302}),
    "sharing:access_ask": (NOT, {ALL: 302, "visitor": SIGN_IN}),
    "sharing:request_grant": (NOT, {OWNER: 302}),
    "sharing:request_decline": (NOT, {OWNER: 302}),
    "designs:welcome": ({ALL: 200}, {ALL: 405}),
    "designs:example_try": ({ALL: 405}, {ALL: 302}),
    "designs:example_read": ({ALL: 200}, {ALL: 405}),
    "designs:example_chain": ({ALL: 200}, {ALL: 405}),
    "designs:check_list": ({ALL: 200}, {ALL: 405}),
    "designs:check_detail": ({ALL: 200}, {ALL: 405}),
    "designs:design_list": ({ALL: 200, "visitor": SIGN_IN}, NOT),
    "designs:design_new": ({ALL: 200, "visitor": SIGN_IN}, {ALL: 422, "visitor": SIGN_IN}),
    "designs:design_read": ({READER: 200}, NOT),
    "designs:finding_list": ({READER: 200}, NOT),
    "designs:chain_read": ({READER: 200}, NOT),
    "designs:design_download": ({READER: 200}, NOT),
    "designs:design_delete": (NOT, {OWNER: 302}),
    "designs:design_put_back": (NOT, {}),
    "designs:what_if": ({EDITOR: 200}, NOT),
    "designs:number_list": ({EDITOR: 200}, NOT),
    "designs:text_preview": (NOT, {EDITOR: 200}),
    "designs:answer_compare": ({EDITOR: 200}, NOT),
    "designs:waiver_give": (NOT, {EDITOR: 422}),
    "designs:waiver_renew": (NOT, {EDITOR: 422}),
    "designs:waiver_take_back": (NOT, {EDITOR: 422}),
    "designs:waiver_put_back": (NOT, {EDITOR: 422}),
    "designs:stage_edit": ({READER: 302, EDITOR: 200}, {EDITOR: 400}),
    "designs:row_edit": ({EDITOR: 302}, NOT),
}


@dataclass(frozen=True)
class World:
    """A design with one of everything, and the cookies of everybody."""

    design: Design
    cookies: Mapping[str, SimpleCookie]
    by_name: Mapping[str, object]  # what the parts of an address are called in their patterns
    by_route: Mapping[str, Mapping[str, object]]  # where a name means something else

    def client(self, actor: str) -> Client:
        client = Client()
        client.cookies = SimpleCookie(self.cookies[actor].output(header="", sep=";"))
        return client

    def path(self, route: str) -> str:
        named = {**self.by_name, **self.by_route.get(route, {})}
        parts = re.findall(r"<(?:\w+:)?(\w+)>", dict(routes())[route])
        path = reverse(route, kwargs={part: named[part] for part in parts})
        return path + QUERIES.get(route, "")


# What a page says besides, without which the question is not understood.
QUERIES = {
    "pulse:pulse": "?since=0&talk=0",
    "pulse:stage_changes": "?since=0",
    "review:news": "?since=2020-01-01T00:00:00Z",
}


def routes() -> Iterator[tuple[str, str]]:
    """The name and the pattern of every route, but for those of the accounts' package."""

    def walk(resolver: URLResolver, namespace: str, before: str) -> Iterator[tuple[str, str]]:
        for one in resolver.url_patterns:
            if isinstance(one, URLPattern):
                yield f"{namespace}{one.name}", before + str(one.pattern)
            elif getattr(one.urlconf_name, "__name__", "") != "allauth.urls":
                inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
                yield from walk(one, inner, before + str(one.pattern))

    return walk(get_resolver(), "", "")


def _designs() -> Design:
    sources = [{"id": "playback_events", "name": "Playback"}]
    return create_design(
        make_user("Owner"), {"general": {"title": "Feed"}, "data": {"sources": sources}}
    )


def _guests(design: Design, clients: dict[str, Client]) -> None:
    past = timezone.now() - timedelta(days=1)
    ends: Mapping[str, tuple[Role, str, Mapping[str, object]]] = {
        "guest reader": (READER, "live", {}),
        "guest mentor": (MENTOR, "live", {}),
        "guest editor": (EDITOR, "live", {}),
        "guest of one state": (READER, "now", {}),
        "guest of an expired link": (EDITOR, "live", {"expires_at": past}),
        "guest of a revoked link": (EDITOR, "live", {"revoked_at": past}),
    }
    for actor, (role, opens, end) in ends.items():
        link = _link(design, role=role, opens=opens, password="")[0]
        guest = User.objects.create_guest()
        User.objects.filter(pk=guest.pk).update(name=actor)
        links.come_by(link, guest)
        ShareLink.objects.filter(pk=link.pk).update(**end)
        clients[actor].force_login(guest)


def _link(design: Design, *, role: Role, opens: str, password: str) -> tuple[ShareLink, str]:
    name = uuid4()
    asked: dict[str, object] = {"label": "", "lasts": "30"}
    asked |= {"role": role, "opens": opens, "password": password}
    assert design.owner
    token = links.make_link(design, name, asked, by=design.owner)
    return ShareLink.objects.get(pk=name), token


def _people(design: Design, clients: dict[str, Client]) -> dict[str, User]:
    assert design.owner
    people = {actor: make_user(actor) for actor in ("stranger", "staff")}
    User.objects.filter(pk=people["staff"].pk).update(is_staff=True, is_superuser=True)
    people["owner"] = design.owner
    for actor, role in {"reader": READER, "mentor": MENTOR, "editor": EDITOR}.items():
        people[actor] = make_user(actor)
        give(design, people[actor], role, by=design.owner)
    for actor, user in people.items():
        clients[actor].force_login(user)
    return people


def _tried_a_wrong_password(design: Design, client: Client) -> None:
    _, token = _link(design, role=EDITOR, opens="live", password="hunter22")
    client.get(reverse("sharing:link_take", args=[token]))
    client.post(reverse("sharing:link_open"), {"password": "hunter23"})


def _conversation(design: Design, mentor: User, revision: Revision) -> dict[str, UUID]:
    """A thread and a suggestion of the mentor's, in a round that they submitted."""
    review = Round.objects.create(
        design=design, mentor=mentor, mentor_name=str(mentor), number=1, revision=revision,
        verdict=Round.Verdict.NEEDS_WORK, summary="Look again.", submitted_at=timezone.now(),
    )  # fmt: skip
    made = partial(
        Thread.objects.create, design=design, author=mentor, author_name=str(mentor),
        target=Thread.Target.ANSWER, address="framing.decision", revision=revision,
    )  # fmt: skip
    plain, suggested = made(round=review), made()
    said = partial(Comment.objects.create, author=mentor, author_name=str(mentor), body="Why?")
    comment = said(thread=plain)
    said(thread=suggested)
    Suggestion.objects.create(thread=suggested, was="", proposed="Which videos to show")
    return {
        "thread": plain.pk, "comment": comment.pk, "suggestion": suggested.pk, "round": review.pk
    }  # fmt: skip


def _world() -> World:
    design = _designs()
    assert design.owner
    clients = {actor: Client() for actor in ROLES}
    people = _people(design, clients)
    mentor = people["mentor"]
    first = Revision.of(design)
    _guests(design, clients)
    _tried_a_wrong_password(design, clients["visitor with a wrong password"])
    said = _conversation(design, mentor, first)
    export = ask(first, design.owner, Options())
    export.state = Export.State.READY
    export.file.save("report.pdf", ContentFile(b"%PDF-1.7"))
    asked = ReviewRequest.objects.create(design=design, mentor=mentor, asked_by=design.owner)
    link, token = _link(design, role=READER, opens="live", password="")
    invitation = Invitation.objects.create(
        design=design, whom="new@example.org", role=READER, token_hash="none"
    )
    wish = AccessRequest.objects.create(design=design, user=people["stranger"], role=READER)
    notice = Notice.objects.create(
        design=design, recipient=mentor, kind="comment", words="Said", path="/designs/"
    )
    return World(
        design=design,
        cookies={actor: client.cookies for actor, client in clients.items()},
        by_name={
            "pk": design.pk,
            "form": "yaml",
            "stage_key": "data",
            "table": "sources",
            "row": rows(design, "data.sources")[0]["row"],
            "address": "framing.decision",
            "name": "unknown",
            "number": asked.pk,
            "export": export.pk,
            "thread": said["thread"],
            "thread_pk": said["suggestion"],
            "comment": said["comment"],
            "round_pk": said["round"],
            "link": link.pk,
            "token": token,
            "invitation": invitation.pk,
            "asked": wish.pk,
            "person": people["reader"].pk,
        },
        by_route={
            "designs:example_read": {"name": "video"},
            "designs:example_chain": {"name": "video"},
            "designs:check_detail": {"name": next(iter(CHECKS))},
            "history:answer_history": {"address": "framing.decision"},
            "history:revision_read": {"number": first.number},
            "history:revision_bring_back": {"number": first.number},
            "notices:notice_open": {"pk": notice.pk},
        },
    )


@pytest.fixture
def world(db: None) -> World:
    load_examples()
    return _world()


def answer(world: World, actor: str, method: str, path: str) -> int:
    with transaction.atomic():
        form = path.partition("?")[2] if method == "POST" else ""
        response = world.client(actor).generic(
            method, path, form, "application/x-www-form-urlencoded"
        )
        if isinstance(response, FileResponse):
            b"".join(response)
        transaction.set_rollback(True)
    if response.status_code == 302:
        place = response.headers["Location"]
        return SIGN_IN if place.startswith(reverse(settings.LOGIN_URL)) else 302
    return response.status_code


def expected(answers: Answers, actor: str) -> int:
    if actor in answers:
        return answers[actor]
    if actor in VISITORS and "visitor" in answers:
        return answers["visitor"]
    role = ROLES[actor]
    held = [one for one in answers if isinstance(one, Role) and role is not None and one <= role]
    if held:
        return answers[max(held)]
    if ALL in answers:
        return answers[ALL]
    return SIGN_IN if actor in VISITORS else 404


def test_every_route_has_a_row() -> None:
    assert {name for name, _ in routes()} == set(TABLE)


@pytest.mark.parametrize("part", sorted({name.rpartition(":")[0] for name, _ in routes()}))
def test_everybody_gets_what_the_table_says(world: World, part: str) -> None:
    found, wanted = {}, {}
    for route, rows_of_route in TABLE.items():
        if route.rpartition(":")[0] != part:
            continue
        path = world.path(route)
        for method, answers in zip(("GET", "POST"), rows_of_route, strict=True):
            for actor in ROLES:
                found[route, method, actor] = answer(world, actor, method, path)
                wanted[route, method, actor] = expected(answers, actor)
    assert found == wanted


@pytest.mark.parametrize("route", ["designs:design_read", "designs:stage_edit", "sharing:sharing"])
def test_a_deleted_design_is_gone_for_everybody(world: World, route: str) -> None:
    world.design.delete_softly()
    found = {actor: answer(world, actor, "GET", world.path(route)) for actor in ROLES}
    assert set(found.values()) == {404, SIGN_IN}


def test_an_example_is_edited_by_nobody(world: World) -> None:
    example = Design.objects.examples().get(example="video")
    path = reverse("designs:stage_edit", args=[example.pk, "framing"])
    for method in ("GET", "POST"):
        found = {actor: answer(world, actor, method, path) for actor in ROLES}
        assert set(found.values()) == {404, SIGN_IN}
