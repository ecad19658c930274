"""The page about who has access, and the log of what happened to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mlsd_app.accounts.models import User
from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import abilities
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.sharing.page import SharingPage, Typed
from mlsd_app.stages.design import STAGES

ON_A_PAGE = 50
UNDO = "mlsd_app.sharing.undo"
UNDO_LASTS = 60 * 60  # seconds


@login_required
@require_GET
def sharing(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """All of it for the owner; for others who has access, what they may do, and how to leave."""
    found = Design.objects.visible_to(request.user).select_related("owner")
    return sharing_page(request, get_object_or_404(found, pk=pk))


def sharing_page(
    request: AuthedRequest, design: Design, *, typed: Typed | None = None, made: str = ""
) -> HttpResponse:
    """The page, with forms as they were ``typed``, or with the address of a link just ``made``."""
    response = render(
        request,
        "sharing/sharing.html",
        {
            "page": StagePage.of(design, STAGES["general"]),
            "sharing": SharingPage(
                design, abilities(request.user, design), request.user, typed or Typed()
            ),
            "made": request.build_absolute_uri(made) if made else "",
            "removed": _removed(request, design),
        },
        status=422 if typed else 200,
    )
    if made:
        response.headers["Cache-Control"] = "no-store"
    return response


def _removed(request: AuthedRequest, design: Design) -> User | None:
    """Whom an undo in the address would give the access back."""
    try:
        kept = signing.loads(request.GET.get("undo", ""), salt=UNDO, max_age=UNDO_LASTS)
    except signing.BadSignature:
        return None
    if kept[0] != str(design.pk) or design.owner_id != request.user.pk:
        return None
    return User.objects.filter(pk=kept[1][0]).first()


def owned_or_404(request: AuthedRequest, pk: UUID) -> Design:
    """The design, whose access only its owner changes."""
    owned = Design.objects.owned_by(request.user).select_related("owner")
    return get_object_or_404(owned, pk=pk)


def back(pk: UUID, place: str = "", query: str = "") -> HttpResponse:
    return redirect(f"{reverse('sharing:sharing', args=[pk])}{query}{place and f'#{place}'}")


@login_required
@require_GET
def access_log(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Everything that happened to the access, newest first."""
    design = owned_or_404(request, pk)
    events = design.access_log.select_related("actor").order_by("-at", "-pk")
    return render(
        request,
        "sharing/access_log.html",
        {
            "page": StagePage.of(design, STAGES["general"]),
            "events": Paginator(events, ON_A_PAGE).get_page(request.GET.get("page")),
        },
    )
