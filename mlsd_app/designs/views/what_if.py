"""What another number would change, without storing it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.panels import BESIDE
from mlsd_app.designs.trial import Trial, trial_of
from mlsd_app.stages.addresses import Address


@login_required
@require_GET
def what_if(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Tries ``value`` at the address ``at``, one of the numbers the panels ``beside`` depend on.

    Nothing is stored. A value that cannot be read answers 422 and stays.
    """
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    beside = request.GET.get("beside", "") or next(iter(BESIDE))
    if beside not in BESIDE:
        raise Http404(f"Nothing is calculated beside {beside[:200]!r}.")
    page = StagePage.of(design, Address.parse(beside).definition)
    trial = trial_of(page.state, beside, request.GET.get("at", ""), request.GET.get("value", ""))
    response = render(
        request,
        _template(request, trial),
        {"page": page, "trial": trial},
        status=422 if trial and trial.message else 200,
    )
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _template(request: AuthedRequest, trial: Trial | None) -> str:
    """A page of its own; or what htmx asks for: all that stands in it, or what a value would do."""
    if not request.htmx or trial is None:
        return "designs/what_if.html"
    only_tried = request.htmx.target == f"tried-{trial.slug}"
    return "designs/_tried.html" if only_tried else "designs/_what_if.html"
