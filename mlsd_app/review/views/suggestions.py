"""Suggesting another answer, and deciding about what was suggested."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design
from mlsd_app.designs.state import state_of
from mlsd_app.review import suggestions
from mlsd_app.review.models import Thread
from mlsd_app.review.places import UnknownPlaceError, place_called
from mlsd_app.review.proposals import Proposal, spot_at
from mlsd_app.review.suggesting import PROPOSED, SuggestPage, places_of
from mlsd_app.review.threads import Selected, thread_path, token_in
from mlsd_app.review.written import NotStoredError
from mlsd_app.stages import values
from mlsd_app.stages.addresses import UnknownAddressError
from mlsd_app.stages.design import STAGES

REFUSED = (values.ValueRefusedError, suggestions.SuggestionRefusedError, NotStoredError)


@login_required
@require_http_methods(["GET", "POST"])
def suggestion_new(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Other words for a range of an answer, or another value for it."""
    design = get_object_or_404(
        Design.objects.commentable_by(request.user).select_related("owner"), pk=pk
    )
    given = request.POST if request.method == "POST" else request.GET
    address = _address(design, given)
    try:
        page = SuggestPage.of(design, address, Selected.of(given))
    except UnknownAddressError:
        return _choose(request, design, address)
    if PROPOSED not in request.POST:  # from the form of a comment, or a link
        page = page.opened(given)
    else:
        try:
            thread = _suggest(request, pk, page)
        except REFUSED as error:
            page = page.refused(request.POST, str(error))
        else:
            return redirect(thread_path(thread))
    return render(
        request,
        "review/suggestion_new.html",
        {"page": page.page, "suggest": page},
        status=422 if page.problem else 200,
    )


def _address(design: Design, given: QueryDict) -> str:
    """The answer that is meant: named as it is, or as a comment says what it is about."""
    about = given.get("about", "")
    if not about:
        return given.get("address", "")
    try:
        return place_called(about, state_of(design.contents(), design.given_waivers())).address
    except UnknownPlaceError as error:
        raise Http404(str(error)) from None


def _suggest(request: AuthedRequest, pk: UUID, page: SuggestPage) -> Thread:
    return suggestions.suggest(
        pk,
        request.user,
        str(page.spot.address),
        page.whole(request.POST),
        was=request.POST.get("was", page.spot.text),
        why=request.POST.get("why", ""),
        selected=page.selected,
        token=token_in(request.POST),
    )


def _choose(request: AuthedRequest, design: Design, address: str) -> HttpResponse:
    """Where a whole table, a row, a stage or the design was meant: which of its answers?"""
    page, places = places_of(design, address)
    if not places:
        raise Http404("There is no such answer.")
    return render(request, "review/suggestion_place.html", {"page": page, "places": places})


@login_required
@require_POST
def suggestion_accept(request: AuthedRequest, pk: UUID, thread_pk: UUID) -> HttpResponse:
    """Store what was suggested, as an edit that credits who suggested it."""
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    try:
        accepted = suggestions.accept(pk, request.user, thread_pk)
    except Thread.DoesNotExist:
        raise Http404("There is no such suggestion.") from None
    except suggestions.SuggestionConflictError as conflict:
        return _edit(request, design, thread_pk, conflict=conflict, status=409)
    except REFUSED as error:
        messages.error(request, str(error))
        return redirect("review:thread", pk, thread_pk)
    return _accepted(request, accepted)


def _accepted(request: AuthedRequest, accepted: suggestions.Accepted) -> HttpResponse:
    merged = " It was merged with what changed since." if accepted.is_merged else ""
    messages.success(
        request,
        f"Accepted.{merged} Revision {accepted.revision.number} says that it comes from "
        f"{accepted.thread.author_name}; History brings back what it replaced.",
    )
    return _back(request, accepted.thread)


def _back(request: AuthedRequest, thread: Thread) -> HttpResponse:
    """To the page of the design that it was decided on, or to where the thread is read."""
    page = request.POST.get("next", "")
    if page not in _pages_with_threads(thread.design_id):
        return redirect(thread_path(thread))
    return redirect(f"{page}?thread={thread.pk}#t-{thread.pk}")


def _pages_with_threads(design_id: UUID) -> set[str]:
    stages = {reverse("designs:stage_edit", args=[design_id, stage]) for stage in STAGES}
    return stages | {reverse("designs:design_read", args=[design_id])}


@login_required
@require_http_methods(["GET", "POST"])
def suggestion_edit(request: AuthedRequest, pk: UUID, thread_pk: UUID) -> HttpResponse:
    """Change what was suggested, then accept it."""
    design = get_object_or_404(
        Design.objects.editable_by(request.user).select_related("owner"), pk=pk
    )
    if request.method == "GET":
        return _edit(request, design, thread_pk)
    thread = _suggested(design, thread_pk)
    try:
        typed = SuggestPage.for_thread(design, thread).whole(request.POST)
    except UnknownAddressError:
        return _edit(request, design, thread_pk)
    try:
        accepted = suggestions.accept(
            pk, request.user, thread_pk, text=typed, seen=request.POST.get("was", "")
        )
    except suggestions.SuggestionConflictError as conflict:
        return _edit(request, design, thread_pk, conflict=conflict, status=409)
    except REFUSED as error:
        return _edit(request, design, thread_pk, problem=str(error), typed=typed, status=422)
    return _accepted(request, accepted)


def _edit(
    request: AuthedRequest,
    design: Design,
    thread_pk: UUID,
    *,
    conflict: suggestions.SuggestionConflictError | None = None,
    problem: str = "",
    typed: str | None = None,
    reason: str = "",
    declining: str = "",
    status: int = 200,
) -> HttpResponse:
    thread = _suggested(design, thread_pk)
    contents = design.contents()
    try:
        if not spot_at(contents, thread.address).is_there:
            raise UnknownAddressError(thread.address)
        page = SuggestPage.for_thread(design, thread)
    except UnknownAddressError:
        messages.error(request, suggestions.GONE)
        return redirect("review:thread", design.pk, thread_pk)
    if conflict is not None:
        page = page.in_conflict(conflict.ours)
    elif typed is not None:
        page = page.typed(typed, problem)
    return render(
        request,
        "review/suggestion_edit.html",
        {
            "page": page.page,
            "suggest": page,
            "thread": thread,
            "proposal": Proposal.of(thread, contents),
            "conflict": conflict,
            "reason": reason,
            "declining": declining,
        },
        status=status,
    )


def _suggested(design: Design, thread_pk: UUID) -> Thread:
    threads = Thread.objects.shared().filter(design=design, deleted_at=None)
    found = threads.filter(suggestion__isnull=False).select_related("suggestion", "author")
    return get_object_or_404(found, pk=thread_pk)


@login_required
@require_POST
def suggestion_decline(request: AuthedRequest, pk: UUID, thread_pk: UUID) -> HttpResponse:
    """Do not take it, with a reason."""
    reason = request.POST.get("reason", "")
    try:
        thread = suggestions.decline(pk, request.user, thread_pk, reason)
    except (Design.DoesNotExist, Thread.DoesNotExist):
        raise Http404("There is no such suggestion.") from None
    except REFUSED as error:
        design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
        return _edit(request, design, thread_pk, reason=reason, declining=str(error), status=422)
    return _back(request, thread)


@login_required
@require_POST
def suggestion_withdraw(request: AuthedRequest, pk: UUID, thread_pk: UUID) -> HttpResponse:
    """Take one's own suggestion back."""
    return _decide(
        request, pk, thread_pk, lambda: suggestions.withdraw(pk, request.user, thread_pk)
    )


@login_required
@require_POST
def suggestion_offer(request: AuthedRequest, pk: UUID, thread_pk: UUID) -> HttpResponse:
    """Offer again what was withdrawn."""
    return _decide(
        request, pk, thread_pk, lambda: suggestions.offer_again(pk, request.user, thread_pk)
    )


def _decide(
    request: AuthedRequest, pk: UUID, thread_pk: UUID, decide: Callable[[], Thread]
) -> HttpResponse:
    try:
        thread = decide()
    except (Design.DoesNotExist, Thread.DoesNotExist):
        raise Http404("There is no such suggestion.") from None
    except REFUSED as error:
        messages.error(request, str(error))
        return redirect("review:thread", pk, thread_pk)
    if thread.deleted_at is not None:  # a draft, which its mentor sees in the list of drafts
        return redirect("review:round_draft", pk)
    return _back(request, thread)
