"""Threads and comments: begun, answered, rewritten, settled, and read as a list.

A page that runs our script gets the thread alone, as it is now; every other one is sent to it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import abilities
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.history.comparing import Compared
from mlsd_app.history.moments import NOW, Moment
from mlsd_app.review import threads
from mlsd_app.review.composing import Composer
from mlsd_app.review.conversation import SHOWN, Conversation
from mlsd_app.review.looking import look
from mlsd_app.review.models import Comment, Reaction, Thread
from mlsd_app.review.people import people_of
from mlsd_app.review.places import (
    UnknownPlaceError,
    place_called,
    places_beside,
    question_at,
    whole_design,
)
from mlsd_app.review.rounds import draft_of
from mlsd_app.review.said import ThreadView, new_comments, thread_view, view_of_new
from mlsd_app.review.threads import Said, Selected
from mlsd_app.review.written import NotStoredError
from mlsd_app.stages.design import STAGES


def _page(design: Design) -> StagePage:
    return StagePage.of(design, STAGES["general"])


def _design(request: AuthedRequest, pk: UUID) -> Design:
    """The design, for who may comment on it."""
    return get_object_or_404(Design.objects.commentable_by(request.user), pk=pk)


def _thread(request: AuthedRequest, pk: UUID, thread: UUID, *, deleted: bool = False) -> Thread:
    """A thread of a design that this person may comment on."""
    design = _design(request, pk)
    seen = Thread.objects.seen_by(request.user).select_related("round", "design")
    if not deleted:
        seen = seen.filter(deleted_at=None)
    return get_object_or_404(seen, pk=thread, design=design)


def _comment(request: AuthedRequest, pk: UUID, comment: UUID) -> Comment:
    """A comment of a design that this person may comment on."""
    design = _design(request, pk)
    seen = Comment.objects.seen_by(request.user).filter(
        thread__in=Thread.objects.seen_by(request.user).filter(design=design)
    )
    seen = seen.select_related("round", "thread__round", "thread__design")
    return get_object_or_404(seen, pk=comment)


def _own(request: AuthedRequest, pk: UUID, comment: UUID) -> Comment:
    found = _comment(request, pk, comment)
    if found.author_id != request.user.pk:
        raise Http404("Only its author changes a comment.")
    return found


def _answer(request: AuthedRequest, thread: Thread, view: ThreadView | None = None) -> HttpResponse:
    """The thread as it is now, by itself or on the page that somebody came from."""
    if request.htmx:
        can = abilities(request.user, thread.design)
        view = view or thread_view(thread, request.user)
        return render(
            request, "review/_thread.html", {"thread": view, "can": can, "is_opened": True}
        )
    back = request.POST.get("next", "")
    if not back.startswith("/") or not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        return redirect(threads.thread_path(thread))
    path = back.partition("#")[0].partition("?")[0]
    return redirect(f"{path}?thread={thread.pk}#t-{thread.pk}")


def _composed(
    request: AuthedRequest, design: Design, composer: Composer, *, status: int = 200
) -> HttpResponse:
    """The form by itself, or as a page."""
    if request.htmx:
        response = render(request, "review/_composer.html", {"composer": composer}, status=status)
    else:
        context = {"composer": composer, "page": _page(design)}
        response = render(request, "review/composer.html", context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_GET
def thread_list(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Every thread in the order of the document, or those at one place by themselves."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    page = _page(design)
    shown = request.GET.get("show", "")
    conversation = Conversation(
        design,
        request.user,
        page.state.snapshot,
        shown if shown in SHOWN else "all",
        request.GET.get("thread", ""),
        at=request.GET.get("at", ""),
    )
    template = "review/_list.html" if request.htmx else "review/thread_list.html"
    context = {"page": page, "conversation": conversation, "can": conversation.can}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_GET
def thread(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    """Where a thread stands: beside its answer, or in the list when that is gone."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    seen = Thread.objects.seen_by(request.user).filter(design=design, deleted_at=None)
    found = get_object_or_404(seen, pk=thread)
    is_gone = found.anchor in {Thread.Anchor.STAGE, Thread.Anchor.DESIGN} or (
        "." in found.address and question_at(found.address) is None
    )
    page = "review:thread_list" if is_gone else "designs:design_read"
    return redirect(f"{reverse(page, args=[pk])}?thread={found.pk}#t-{found.pk}")


@login_required
@require_http_methods(["GET", "POST"])
def thread_new(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Begin a thread on a place of the design, or on words that were selected there."""
    given = request.POST if request.method == "POST" else request.GET
    about, problem = given.get("about", "design:"), ""
    if request.method == "POST":
        try:
            said, selected = Said.of(request.POST), Selected.of(request.POST)
            begun = threads.start(pk, request.user, about, said, selected)
            view = None if begun.is_repeated else view_of_new(begun.comment)
            return _answer(request, begun.comment.thread, view)
        except Design.DoesNotExist:
            raise Http404("There is no such design.") from None
        except (NotStoredError, UnknownPlaceError) as error:
            problem = str(error)
    design = _design(request, pk)
    state = _page(design).state
    try:
        place = place_called(about, state)
    except UnknownPlaceError as error:
        if request.method == "GET":
            raise Http404(str(error)) from None
        place = whole_design()
    composer = Composer(
        url=reverse("review:thread_new", args=[pk]),
        title="Comment",
        sends="Comment",
        error=problem,
        place=place,
        choices=places_beside(place, state),
        is_draft=draft_of(request.user, design) is not None,
    )
    return _composed(request, design, composer.holding(given), status=422 if problem else 200)


@login_required
@require_http_methods(["GET", "POST"])
def thread_reply(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    found = _thread(request, pk, thread, deleted=request.method == "POST")
    problem, reopens = "", request.POST.get("reopens") == "on"
    is_draft = draft_of(request.user, found.design) is not None
    if request.method == "POST":
        try:
            threads.reply(found, request.user, Said.of(request.POST), reopens=reopens)
        except NotStoredError as error:
            problem = str(error)
        else:
            return _answer(request, found)
    composer = Composer(
        url=request.path,
        title=f"Reply to {found.author_name}",
        sends="Reply",
        error=problem,
        asks_to_reopen=found.is_resolved,
        reopens=reopens,
        is_draft=is_draft,
    ).holding(request.POST)
    return _composed(request, found.design, composer, status=422 if problem else 200)


@login_required
@require_POST
def thread_resolve(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    found = _thread(request, pk, thread)
    threads.resolve(found, request.user)
    return _answer(request, found)


@login_required
@require_POST
def thread_reopen(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    found = _thread(request, pk, thread)
    threads.reopen(found)
    return _answer(request, found)


@login_required
@require_POST
def thread_delete(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    """The owner of a design takes a thread away, and may put it back."""
    get_object_or_404(Design.objects.owned_by(request.user), pk=pk)
    found = _thread(request, pk, thread, deleted=True)
    threads.delete_thread(found)
    return _answer(request, found)


@login_required
@require_POST
def thread_put_back(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    get_object_or_404(Design.objects.owned_by(request.user), pk=pk)
    found = _thread(request, pk, thread, deleted=True)
    if not found.comments.filter(deleted_at=None).exists():
        raise Http404("Who wrote it deleted it.")
    threads.put_back_thread(found)
    return _answer(request, found)


@login_required
@require_GET
def thread_change(request: AuthedRequest, pk: UUID, thread: UUID) -> HttpResponse:
    """What became of the answer between the comment and its resolution, or now."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    can = abilities(request.user, design)
    seen = Thread.objects.seen_by(request.user).filter(design=design, deleted_at=None)
    found = get_object_or_404(seen.select_related("revision", "resolved_in"), pk=thread)
    if not can.past and found.revision.clock < can.since_clock:
        raise Http404("This person sees the design since later.")
    page = _page(design)
    after = Moment(design, found.resolved_in) if found.resolved_in else Moment.at_key(design, NOW)
    context = {
        "page": page,
        "thread": found,
        "compared": Compared(Moment(design, found.revision), after),
    }
    template = "review/_change.html" if request.htmx else "review/thread_change.html"
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_http_methods(["GET", "POST"])
def comment_edit(request: AuthedRequest, pk: UUID, comment: UUID) -> HttpResponse:
    """Rewrite what one said oneself."""
    found, problem = _own(request, pk, comment), ""
    body = request.POST.get("body", found.body if found.deleted_at is None else "")
    if request.method == "POST":
        try:
            threads.rewrite(found, request.user, body)
        except NotStoredError as error:
            problem = str(error)
        else:
            return _answer(request, found.thread)
    composer = Composer(request.path, "Edit your comment", "Save", body, problem)
    return _composed(request, found.thread.design, composer, status=422 if problem else 200)


@login_required
@require_POST
def comment_delete(request: AuthedRequest, pk: UUID, comment: UUID) -> HttpResponse:
    found = _own(request, pk, comment)
    threads.delete_comment(found)
    return _answer(request, found.thread)


@login_required
@require_POST
def comment_put_back(request: AuthedRequest, pk: UUID, comment: UUID) -> HttpResponse:
    found = _own(request, pk, comment)
    threads.put_back_comment(found)
    return _answer(request, found.thread)


@login_required
@require_http_methods(["GET", "POST"])
def comment_react(request: AuthedRequest, pk: UUID, comment: UUID) -> HttpResponse:
    """Give a short answer to a comment, or take it back."""
    found = _comment(request, pk, comment)
    if request.method == "GET":
        context = {"page": _page(found.thread.design), "comment": found, "kinds": Reaction.Kind}
        return render(request, "review/comment_react.html", context)
    if found.deleted_at is not None or request.POST.get("kind") not in Reaction.Kind.values:
        return HttpResponse(
            "Say Done, Agreed or Thank you, to a comment that is there.",
            status=400,
            content_type="text/plain; charset=utf-8",
        )
    threads.react(found, request.user, Reaction.Kind(request.POST["kind"]))
    return _answer(request, found.thread)


@login_required
@require_GET
def news(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The threads in which others said something since a time: nothing, or all of each."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    since = _time(request.GET.get("since", ""))
    if since is None:
        return HttpResponse(
            "Say since when, as in 2026-11-20T12:00:00Z.", status=400, content_type="text/plain"
        )
    found = list(new_comments(design, request.user, since).values_list("thread", flat=True))
    if not found:
        return HttpResponse(status=204)
    conversation = Conversation(
        design, request.user, _page(design).state.snapshot, "all", only=frozenset(found)
    )
    return render(
        request,
        "review/_news.html",
        {"conversation": conversation, "count": len(found), "can": conversation.can},
    )


@login_required
@require_POST
def looked(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Note that somebody has seen the conversation as it was at a time."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    at = _time(request.POST.get("at", "")) or timezone.now()
    look(design, request.user, at)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect("designs:design_read", pk)


@login_required
@require_GET
def people(request: AuthedRequest, pk: UUID) -> JsonResponse:
    """The names of those who may be mentioned: who has access."""
    design = _design(request, pk)
    names = [one.get_full_name() for one in people_of(design) if one.pk != request.user.pk]
    return JsonResponse({"names": names})


def _time(text: str) -> datetime | None:
    """A time with its zone, or ``None``."""
    try:
        found = parse_datetime(text.replace(" ", "+"))
        return found.astimezone(UTC) if found is not None and timezone.is_aware(found) else None
    except (ValueError, OverflowError):  # no time, or one that is in no calendar elsewhere
        return None
