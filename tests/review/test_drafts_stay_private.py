"""Words of a draft are planted, then looked for everywhere that anybody else can look."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.db import models
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from mlsd_app.designs.canonical import CompressedJSONField
from mlsd_app.designs.models import Design
from mlsd_app.review.models import Comment, Round, Suggestion, Thread
from tests.factories import make_user
from tests.review.cast import SOME_UUID, Cast

pytestmark = pytest.mark.django_db

# In a draft thread, its suggestion, a reply to a thread that all see, and the summary.
PLANTED = ("zanzibar", "quokkas", "wolframite", "marzipan")
OTHERS = ("anonymous", "stranger", "reader", "other", "guest", "editor", "owner", "staff")
SHOWN_TO_NOBODY = {Round, Thread, Comment, Suggestion}  # where drafts are stored


@pytest.fixture
def cast() -> Cast:
    cast = Cast.around_a_design()
    staff = make_user("Stef")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    cast.people["staff"] = staff
    return cast


@pytest.fixture
def shared(cast: Cast) -> Thread:
    """A thread that everybody sees."""
    return cast.comment("owner", "Is ten right?")


@pytest.fixture
def draft(cast: Cast, shared: Thread) -> Round:
    draft = cast.begin()
    cast.comment("mentor", "Remember zanzibar, @Otto and @Ada.")
    cast.suggest("mentor", "framing.decision", "Show quokkas.", why="zanzibar")
    cast.reply("mentor", shared, "Less wolframite.")
    cast.post("mentor", "round_keep", verdict="needs-work", summary="All marzipan.")
    return draft


def routes(patterns: list[Any], namespace: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every named route with the converters of its arguments; Any: as Django lists them."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inner = f"{namespace}{one.namespace}:" if one.namespace else namespace
            yield from routes(one.url_patterns, inner)
        elif isinstance(one, URLPattern) and one.name:
            found = {key: type(kind).__name__ for key, kind in one.pattern.converters.items()}
            yield f"{namespace}{one.name}", found


def addresses(cast: Cast, thread: Thread, comment: Comment, draft: Round) -> Iterator[str]:
    """Every route of the product, with what the draft is called wherever it fits."""
    known = {
        "pk": cast.design.pk,
        "thread": thread.pk,
        "thread_pk": thread.pk,
        "comment": comment.pk,
        "round_pk": draft.pk,
        "stage_key": "framing",
        "form": "yaml",
        "address": "framing.decision",
        "table": "components",
        "example": "video",
        "number": 1,
    }
    by_kind = {"IntConverter": 1, "UUIDConverter": SOME_UUID}
    for name, converters in routes(get_resolver().url_patterns):
        given = {key: known.get(key, by_kind.get(kind, "x")) for key, kind in converters.items()}
        if ":" in name:  # the product's own
            yield reverse(name, kwargs=given)


def body_of(response: HttpResponseBase) -> str:
    streamed = getattr(response, "streaming_content", None)
    content = b"".join(streamed) if streamed is not None else getattr(response, "content", b"")
    return bytes(content).decode(errors="replace") + json.dumps(dict(response.headers))


def leaks(text: str) -> list[str]:
    return [word for word in PLANTED if word in text.casefold()]


@pytest.mark.parametrize("who", OTHERS)
def test_no_page_shows_a_draft_to_anybody_else(
    cast: Cast, shared: Thread, draft: Round, who: str
) -> None:
    thread = Thread.objects.filter(round=draft).latest("created_at")
    found = list(addresses(cast, thread, thread.comments.get(), draft))
    assert len(found) > 60  # or the walk has lost its way
    client = cast.client(who)
    for url in found:
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(url, {"show": "all", "thread": str(thread.pk)}, headers=headers)
            assert not leaks(body_of(response)), url


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_does_anything_with_a_draft(
    cast: Cast, shared: Thread, draft: Round, who: str
) -> None:
    before = stored()
    for thread in Thread.objects.filter(round=draft):
        for url in touching(cast, thread, thread.comments.get(), draft):
            response = cast.client(who).post(url, {"body": "x", "reason": "x", "kind": "done"})
            assert response.status_code in {302, 404, 405}, url
            assert not leaks(body_of(response)), url
    reply = Comment.objects.get(round=draft)
    for name in ("comment_edit", "comment_delete", "comment_put_back", "comment_react"):
        response = cast.post(who, name, reply.pk, body="x", kind="done")
        assert response.status_code in {302, 404}, name
    assert stored() == before


def touching(cast: Cast, thread: Thread, comment: Comment, draft: Round) -> Iterator[str]:
    """Every route that names a thread, a comment or a round of the review."""
    for name, converters in routes(get_resolver().url_patterns):
        names = {"thread": thread.pk, "thread_pk": thread.pk, "comment": comment.pk}
        names["round_pk"] = draft.pk
        if name.startswith("review:") and converters.keys() & names.keys():
            given = {key: names.get(key, cast.design.pk) for key in converters}
            yield reverse(name, kwargs=given)


def stored() -> list[Any]:
    """All that a draft is made of; Any: rows as they come."""
    tables = sorted(SHOWN_TO_NOBODY, key=lambda model: model.__name__)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]


def test_no_other_table_keeps_a_word_of_a_draft(cast: Cast, shared: Thread, draft: Round) -> None:
    export = reverse("exports:export_list", args=[cast.design.pk])
    for who in ("owner", "mentor", "reader"):
        for talk in ("open", "all"):
            for kind in ("design", "response"):
                given = {"paper": "A4", "talk": talk, "kind": kind}
                cast.client(who).post(export, given)
    cast.write("framing.decision", "Show eleven videos.")
    for table in apps.get_models():
        if table in SHOWN_TO_NOBODY or table._meta.app_label == "sessions":
            continue
        for row in table._default_manager.all():
            assert not leaks(written_in(row)), table


def written_in(row: models.Model) -> str:
    found = []
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(field, CompressedJSONField):
            value = json.dumps(value)
        found.append(base64.b64encode(value).decode() if isinstance(value, bytes) else str(value))
    return "\n".join(found)


def test_nobody_is_told_of_a_draft(
    cast: Cast, shared: Thread, django_capture_on_commit_callbacks: Any
) -> None:
    before = Design.objects.get().talk
    with django_capture_on_commit_callbacks(execute=True):
        cast.begin()
        cast.comment("mentor", "Remember zanzibar, @Otto and @Ada.")
        cast.suggest("mentor", "framing.decision", "Show quokkas.")
        cast.reply("mentor", shared, "Less wolframite, @Otto.")
        cast.post("mentor", "round_keep", verdict="needs-work", summary="All marzipan.")
    assert Design.objects.get().talk == before
    assert not [one for one in mail.outbox if "Mira" in f"{one.subject}{one.body}"]


def test_a_draft_changes_nothing_that_others_see(cast: Cast, shared: Thread) -> None:
    """Not a count, not a turn, not a mark: the pages are the same with it and without."""

    def pages() -> list[str]:
        places = [
            reverse("designs:design_list"),
            reverse("review:desk"),
            cast.url("review"),
            cast.url("thread_list"),
            reverse("designs:design_read", args=[cast.design.pk]),
        ]
        return [_plain(cast.client(who), url) for who in ("owner", "other") for url in places]

    pages()  # whatever a first visit changes
    before = pages()
    cast.begin()
    cast.comment("mentor", "Remember zanzibar.")
    cast.suggest("mentor", "framing.decision", "Show quokkas.")
    cast.reply("mentor", shared, "Less wolframite.")
    assert pages() == before


def _plain(client: Client, url: str) -> str:
    """A page without what is different each time."""
    page = client.get(url).content.decode()
    return "\n".join(line for line in page.splitlines() if "csrf" not in line.casefold())


def test_a_draft_reply_neither_reopens_nor_resolves(cast: Cast, shared: Thread) -> None:
    cast.post("owner", "thread_resolve", shared.pk)
    talk = Design.objects.get().talk
    cast.begin()
    cast.post("mentor", "thread_reply", shared.pk, body="wolframite", reopens="on", token="t")
    shared.refresh_from_db()
    assert shared.is_resolved
    assert Design.objects.get().talk == talk


def test_its_mentor_sees_all_of_it(cast: Cast, draft: Round) -> None:
    page = cast.client("mentor").get(cast.url("round_draft")).content.decode()
    threads = cast.client("mentor").get(cast.url("thread_list")).content.decode()
    assert set(leaks(page)) == set(PLANTED)
    assert set(leaks(threads)) == {"zanzibar", "quokkas", "wolframite"}


def test_once_submitted_everybody_sees_it(cast: Cast, draft: Round) -> None:
    assert cast.submit(summary="All marzipan.").status_code == 302
    for who in ("reader", "other", "guest", "owner"):
        seen = cast.client(who).get(cast.url("review")).content.decode()
        seen += cast.client(who).get(cast.url("thread_list")).content.decode()
        assert set(leaks(seen)) == set(PLANTED)


def test_a_discarded_draft_is_as_private(cast: Cast, draft: Round) -> None:
    cast.post("mentor", "round_discard")
    thread = Thread.objects.filter(round=draft).latest("created_at")
    found = list(addresses(cast, thread, thread.comments.get(), draft))
    for who in ("mentor", "owner"):
        for url in found:
            assert not leaks(body_of(cast.client(who).get(url))), url
