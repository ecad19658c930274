"""The review of a design: its page, the draft of a mentor, and what both sides do next."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import abilities
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.review import asking, rounds
from mlsd_app.review.drafting import DraftPage, Verdict
from mlsd_app.review.models import ReviewRequest, Round
from mlsd_app.review.overview import ReviewPage
from mlsd_app.review.written import NotStoredError
from mlsd_app.stages.design import STAGES

TRY_AGAIN = (rounds.RoundRefusedError, NotStoredError)


@login_required
@require_GET
def review(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Whose turn it is, every round with its answer, and which stages are approved."""
    design = get_object_or_404(
        Design.objects.visible_to(request.user).select_related("owner"), pk=pk
    )
    return _review(request, design)


def _review(request: AuthedRequest, design: Design, **typed: object) -> HttpResponse:
    page = StagePage.of(design, STAGES["general"])
    found = ReviewPage(page, request.user, abilities(request.user, design))
    context = {"page": page, "review": found, **typed}
    return render(request, "review/review.html", context, status=422 if typed else 200)


@login_required
@require_POST
def review_ask(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask a mentor to look."""
    design = get_object_or_404(
        Design.objects.editable_by(request.user).select_related("owner"), pk=pk
    )
    mentor, note = request.POST.get("mentor", ""), request.POST.get("note", "")
    is_number = mentor.isascii() and mentor.isdecimal() and len(mentor) < 18
    try:
        asked = asking.ask(pk, request.user, int(mentor) if is_number else 0, note)
    except TRY_AGAIN as error:
        return _review(request, design, refused_ask=str(error), note=note, mentor=mentor)
    messages.success(request, f"{asked.mentor} is asked. It is their turn now.")
    return redirect("review:review", pk)


@login_required
@require_POST
def review_withdraw(request: AuthedRequest, pk: UUID, number: int) -> HttpResponse:
    """Ask no longer; who was asked may say that they cannot."""
    try:
        withdrawn = asking.withdraw(pk, request.user, number)
    except (Design.DoesNotExist, ReviewRequest.DoesNotExist):
        raise Http404("There is no such request.") from None
    if withdrawn.mentor_id == request.user.pk:
        messages.success(request, "They know that you cannot review it now.")
    else:
        messages.success(request, f"{withdrawn.mentor} is not asked any more.")
    return redirect("review:review", pk)


@login_required
@require_POST
def review_answer(request: AuthedRequest, pk: UUID, round_pk: UUID) -> HttpResponse:
    """Answer a round as a whole."""
    design = get_object_or_404(
        Design.objects.editable_by(request.user).select_related("owner"), pk=pk
    )
    text = request.POST.get("answer", "")
    try:
        answered = rounds.answer(pk, request.user, round_pk, text)
    except Round.DoesNotExist:
        raise Http404("There is no such round.") from None
    except NotStoredError as error:
        return _review(request, design, refused_answer=str(error), answer=text, answering=round_pk)
    messages.success(request, f"{answered.mentor_name} sees your answer.")
    return redirect(rounds.page_of(answered))


@login_required
@require_POST
def round_begin(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Begin to draft in private, or go on with the draft there is."""
    get_object_or_404(Design.objects.commentable_by(request.user), pk=pk)
    try:
        rounds.begin(pk, request.user)
    except rounds.RoundRefusedError as error:
        messages.error(request, str(error))
        return redirect("review:review", pk)
    where = "designs:design_read" if request.POST.get("to") == "read" else "review:round_draft"
    return redirect(where, pk)


@login_required
@require_GET
def round_draft(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """What changed since this mentor last looked, what they drafted, and the verdict."""
    design = get_object_or_404(
        Design.objects.commentable_by(request.user).select_related("owner"), pk=pk
    )
    draft = rounds.draft_of(request.user, design)
    if draft is None:
        return redirect("review:review", pk)
    return _draft(request, design, Verdict.of_draft(draft))


def _draft(
    request: AuthedRequest, design: Design, verdict: Verdict, status: int = 200
) -> HttpResponse:
    draft = rounds.draft_of(request.user, design)
    if draft is None:
        raise Http404("There is no draft of a review.")
    page = StagePage.of(design, STAGES["general"])
    overview = ReviewPage(page, request.user, abilities(request.user, design))
    found = DraftPage(overview, draft, verdict)
    context = {"page": page, "review": overview, "draft": found}
    return render(request, "review/round_draft.html", context, status=status)


@login_required
@require_POST
def round_keep(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Store the verdict and the summary so far, for their mentor alone."""
    design = get_object_or_404(
        Design.objects.commentable_by(request.user).select_related("owner"), pk=pk
    )
    draft = rounds.draft_of(request.user, design)
    if draft is None:
        raise Http404("There is no draft of a review.")
    given = Verdict.of(request.POST)
    problem = ""
    try:
        rounds.keep(draft, given.verdict, given.summary, given.ticked or ())
    except NotStoredError as error:
        problem = str(error)
    if request.htmx:
        context = {"problem": problem, "draft": draft}
        response = render(request, "review/_kept.html", context)
        patch_vary_headers(response, ["HX-Request"])
        return response
    if problem:
        return _draft(request, design, given.refused(problem), status=422)
    messages.success(request, "The draft is kept. Nobody but you sees it.")
    return redirect("review:round_draft", pk)


@login_required
@require_POST
def round_submit(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Show the round to everybody who sees the design, all of it at once."""
    design = get_object_or_404(
        Design.objects.commentable_by(request.user).select_related("owner"), pk=pk
    )
    given = Verdict.of(request.POST)
    try:
        submitted = rounds.submit(
            pk,
            request.user,
            verdict=given.verdict,
            summary=given.summary,
            approved=given.approved,
            clock=given.clock,
        )
    except Round.DoesNotExist:  # sent twice, or discarded in another window
        messages.info(request, "There is no draft to submit: it was submitted or discarded.")
        return redirect("review:review", pk)
    except rounds.StagesChangedError as error:
        return _draft(request, design, given.refused(str(error)), status=409)
    except TRY_AGAIN as error:
        return _draft(request, design, given.refused(str(error)), status=422)
    messages.success(request, f"Round {submitted.number} is submitted. Everybody here sees it now.")
    return redirect(rounds.page_of(submitted))


@login_required
@require_POST
def round_discard(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Throw the draft away; it can be put back."""
    design = get_object_or_404(Design.objects.commentable_by(request.user), pk=pk)
    draft = rounds.draft_of(request.user, design)
    if draft is not None:
        rounds.discard(draft)
    return redirect(f"{reverse('review:review', args=[pk])}#discarded")


@login_required
@require_POST
def round_put_back(request: AuthedRequest, pk: UUID, round_pk: UUID) -> HttpResponse:
    """Undo ``round_discard``."""
    try:
        rounds.put_back(pk, request.user, round_pk)
    except (Design.DoesNotExist, Round.DoesNotExist):
        raise Http404("There is no such draft.") from None
    except rounds.RoundRefusedError as error:
        messages.error(request, str(error))
    return redirect("review:round_draft", pk)
