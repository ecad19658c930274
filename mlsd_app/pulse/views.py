"""The pulse of a design: whether something changed, answered in numbers and addresses only.

What changed is fetched by another request, under the reader's own permissions.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design
from mlsd_app.designs.views.stage import get_stage_or_404
from mlsd_app.pulse.asked import Asked, clock_of
from mlsd_app.pulse.changes import StageChanges, addresses_since
from mlsd_app.pulse.here import Here, tabs
from mlsd_app.pulse.models import Presence

SIGNED_OUT = "You are signed out. Sign in again; what you typed is kept in this browser."
NO_ACCESS = "This design is not open to you any more. What you typed is kept in this browser."
FROM_THE_FUTURE = (
    "This page knows a newer state of the design than is stored: it was brought back from a copy. "
    "Load the page again; what you typed is kept in this browser."
)


@never_cache
@require_http_methods(["GET", "POST"])
def pulse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """204 while nothing is new to a page that knows the design and its talk at these clocks.

    Some beats also say where the reader is and what they do. By POST the page says that they leave.
    """
    if not request.user.is_authenticated:
        return _said(401, SIGNED_OUT)
    asked = Asked.of(request.GET if request.method == "GET" else request.POST)
    if asked is None:
        return _said(400, "A pulse says which clock the page knows: since=12&talk=3.")
    user = request.user
    design = Design.objects.visible_to(user).only("clock", "talk").filter(pk=pk).first()
    if design is None:
        return _said(404, NO_ACCESS)
    if request.method == "POST":
        Presence.objects.filter(design=design, user=user, tab=asked.tab).delete()
        return HttpResponse(status=204)
    if asked.doing:
        Presence.note(design, user, asked.tab, stage=asked.stage, doing=asked.doing)
    if asked.since > design.clock or asked.talk > design.talk:
        return _said(409, FROM_THE_FUTURE)
    here = Here.beside(user.pk, asked.tab, tabs(design.pk))
    if (asked.since, asked.talk, asked.here) == (design.clock, design.talk, here.key):
        return HttpResponse(status=204)
    return JsonResponse(
        {
            "clock": design.clock,
            "talk": design.talk,
            "addresses": addresses_since(design, asked.since),
            "here": here.key,
            "people": here.people(),
        }
    )


def _said(status: int, message: str) -> JsonResponse:
    return JsonResponse({"message": message}, status=status)


@login_required
@never_cache
@require_GET
def stage_changes(request: AuthedRequest, pk: UUID, stage_key: str) -> HttpResponse:
    """The parts of a stage page that may look different since it knew the design at ``since``."""
    stage = get_stage_or_404(stage_key)
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    since = clock_of(request.GET.get("since", ""))
    if since is None:
        return _said(400, "The page did not say which clock it knows: since=12. Load it again.")
    opened, hidden = request.GET.get("opened", ""), request.GET.get("hidden", "")
    changes = StageChanges.of(design, stage, clock=since, opened=opened, hidden=hidden)
    return render(request, "designs/_saved.html", {"saved": changes, "page": changes.page})
