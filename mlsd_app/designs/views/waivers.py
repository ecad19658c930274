"""Setting a finding aside with a reason, and everything that can be done about that later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs import waivers_saving as saving
from mlsd_app.designs.finding_page import FindingPage
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import Remarks, StagePage, WaiverRefusal
from mlsd_app.designs.response import SavedFragments
from mlsd_app.designs.saving import Outcome
from mlsd_app.designs.state import state_of
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Stage

Save = Callable[[], Outcome]


@login_required
@require_POST
def waiver_give(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Set a finding aside because of the reason that was written."""
    reason, finding = request.POST.get("reason", ""), saving.Shown.of(request.POST)
    return _answer(request, pk, partial(saving.set_aside, pk, request.user, finding, reason))


@login_required
@require_POST
def waiver_renew(request: AuthedRequest, pk: UUID, name: str) -> HttpResponse:
    """The reason still applies to the values as they are now."""
    finding = saving.Shown.of(request.POST)
    return _answer(request, pk, partial(saving.renew, pk, request.user, name, finding))


@login_required
@require_POST
def waiver_take_back(request: AuthedRequest, pk: UUID, name: str) -> HttpResponse:
    """Let the finding count again."""
    return _answer(request, pk, partial(saving.take_back, pk, request.user, name))


@login_required
@require_POST
def waiver_put_back(request: AuthedRequest, pk: UUID, name: str) -> HttpResponse:
    """Set aside again what was taken back."""
    return _answer(request, pk, partial(saving.put_back, pk, request.user, name))


def _answer(request: AuthedRequest, pk: UUID, save: Save) -> HttpResponse:
    """Save, then show the page it was asked from: a stage, or else the list of findings."""
    stage = STAGES.get(request.POST.get("page", ""))
    try:
        outcome = save()
    except Design.DoesNotExist:
        raise Http404("There is no such design.") from None
    except saving.WaiverRefusedError as error:
        return _refused(request, pk, stage, str(error))
    if request.htmx and stage:
        fragments = SavedFragments(outcome, stage, request.POST)
        context = {"saved": fragments, "page": fragments.page}
        response = render(request, "designs/_saved.html", context)
        patch_vary_headers(response, ["HX-Request"])
        return response
    return redirect(_back(request, outcome, stage))


def _back(request: AuthedRequest, outcome: Outcome, stage: Stage | None) -> str:
    pk = outcome.design.pk
    if stage:
        url = reverse("designs:stage_edit", args=[pk, stage.key])
        question = request.POST.get("place", "")
        place = f"#q-{question}" if question else ""
    else:
        url = reverse("designs:finding_list", args=[pk])
        place = "#set-aside" if outcome.after.set_aside else ""
    taken_back = f"?taken-back={outcome.taken_back.name}" if outcome.taken_back else ""
    return f"{url}{taken_back}{place}"


def _refused(request: AuthedRequest, pk: UUID, stage: Stage | None, message: str) -> HttpResponse:
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    contents = design.contents()
    said = {key: request.POST.get(key, "") for key in ("finding", "place", "reason")}
    page = StagePage(
        design,
        contents,
        stage or STAGES["general"],
        state_of(contents, design.given_waivers()),
        Remarks(waiver=WaiverRefusal(**said, message=message)),
    )
    if request.htmx and stage:
        # Without a place the form stood in a toast, and there is none beside the finding.
        beside = page.findings if said["place"] else ()
        finding = next((v for v in beside if v.fingerprint == said["finding"]), None)
        context = {"page": page, "finding": finding}
        response = render(request, "designs/_waiver_refused.html", context, status=422)
        patch_vary_headers(response, ["HX-Request"])
        return response
    template = "stage_edit" if stage else "finding_list"
    return render(
        request,
        f"designs/{template}.html",
        {"page": page, "list": FindingPage(page), "stage_key": page.stage.key},
        status=422,
    )
