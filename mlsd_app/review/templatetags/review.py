"""The conversation on the pages of a design."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from urllib.parse import quote
from uuid import UUID

from django import template
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from mlsd_app.comparison.designs import Change, changes_at
from mlsd_app.designs.access import Abilities
from mlsd_app.designs.controls import slug
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.panels import Panel
from mlsd_app.designs.reading import Document
from mlsd_app.history.comparing import Compared
from mlsd_app.review.conversation import NOTHING, SHOWN, Conversation, Stack
from mlsd_app.review.models import Thread
from mlsd_app.review.said import ThreadView

register = template.Library()

THREAD = "review/_thread.html"


@dataclass(frozen=True)
class Margin:
    """The conversation beside a page: which threads stand at which element."""

    conversation: Conversation
    stacks: Mapping[str, Stack]

    @cached_property
    def composes(self) -> str:
        """Where a thread is begun; nothing for who may not."""
        conversation = self.conversation
        if not conversation.can.comment:
            return ""
        return _composes(conversation.design.pk)


def _conversation(request: HttpRequest, page: StagePage) -> Conversation:
    shown = request.GET.get("show", "")
    user = request.user
    assert user.is_authenticated  # noqa: S101  every page of a design asks for a login
    return Conversation(
        page.design,
        user,
        page.state.snapshot,
        shown if shown in SHOWN else SHOWN[0],
        request.GET.get("thread", ""),
    )


@register.simple_tag(takes_context=True)
def talk_of_document(context: Context, page: StagePage, document: Document) -> Margin:
    """The conversation beside the whole design, as it is read."""
    conversation = _conversation(context["request"], page)
    places = {""}
    for chapter in document.chapters:
        if chapter.answers or chapter.missing:
            places.add(chapter.stage.key)
            places.update(one.slug for one in chapter.answers)
            places.update(one.slug for one in chapter.missing)
    return Margin(conversation, conversation.laid_out(places))


@register.simple_tag(takes_context=True)
def talk_of_stage(context: Context, page: StagePage) -> Margin:
    """The conversation beside one stage. No query while nothing was ever said."""
    request = context["request"]
    known: Margin | None = getattr(request, "talk_of_stage", None)
    if known is not None:
        return known
    conversation = _conversation(request, page)
    margin = Margin(conversation, {})
    if page.design.has_threads:
        conversation.stage = page.stage.key
        places = {"", *(one.slug for one in page.questions if one.shown)}
        margin = Margin(conversation, conversation.laid_out(places))
    request.talk_of_stage = margin
    return margin


@register.simple_tag(takes_context=True)
def talk_of_findings(context: Context, page: StagePage) -> Margin:
    """The conversation about what the checks find."""
    conversation = _conversation(context["request"], page)
    places = {f"finding-{one.fingerprint}" for one in page.state.open}
    return Margin(conversation, conversation.laid_out(places))


@register.filter
def at(margin: Margin, place: str) -> Stack:
    """The threads that stand at the element ``place``."""
    return margin.stacks.get(place, NOTHING)


@register.filter
def as_margin(conversation: Conversation) -> Margin:
    """For a page that shows threads by themselves."""
    return Margin(conversation, {})


@register.filter
def changes_of(compared: Compared, thread: Thread) -> list[Change]:
    """What changed where ``thread`` stands."""
    return changes_at(thread.address, compared.stages)


@register.simple_tag(takes_context=True)
def thread_article(context: Context, thread: ThreadView, can: Abilities) -> SafeString:
    """A thread as HTML; one that was drawn before, for somebody who may do the same, is known."""
    key = thread.drawn_from
    if key is None:  # a suggestion, held against the answer as it stands on the page
        given = {"thread": thread, "can": can, "page": context.get("page")}
        return render_to_string(THREAD, given, context["request"])
    return _drawn(_Drawing((*key, can), thread, can))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A thread by what its HTML depends on."""

    key: tuple[object, ...]
    thread: ThreadView = field(compare=False)
    can: Abilities = field(compare=False)


@lru_cache(maxsize=4096)
def _drawn(drawing: _Drawing) -> SafeString:
    return render_to_string(THREAD, {"thread": drawing.thread, "can": drawing.can})


@register.simple_tag
def composes(page: StagePage) -> str:
    """Where a thread about something of ``page`` is begun."""
    return _composes(page.design.pk)


@lru_cache(maxsize=256)
def _composes(design: UUID) -> str:
    return reverse("review:thread_new", args=[design])


@register.filter
def citable(panel: Panel) -> str:
    """The name of a result of ``panel``: the only one, or the first that is known."""
    known = next(one for one in panel.results if one.worked.value is not None)
    row = f"/{known.name}" if panel.calculation.table else ""
    return quote(f"{panel.calculation.name}{row}")


register.filter("slugged", slug)
