"""Asking for access, and the owner's answer."""

from __future__ import annotations

from uuid import UUID

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design
from mlsd_app.sharing import asking
from mlsd_app.sharing.forms import AskForm, RoleForm, problems
from mlsd_app.sharing.giving import a_role
from mlsd_app.sharing.models import AccessRequest
from mlsd_app.sharing.views.people import MOST
from mlsd_app.sharing.views.sharing import back, owned_or_404

PASSED_ON = (
    "If this design exists, its owner has been asked. You hear of it when they let you in; "
    "it then stands among what is shared with you."
)


@login_required
@require_POST
def access_ask(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask the owner. The answer is the same whether there is such a design or not."""
    if request.user.is_guest:
        messages.error(request, "Sign up first: its owner must know who asks.")
        return redirect("designs:design_list")
    pause: HttpResponse | None = consume_or_429(request, action="ask_for_access")
    if pause:
        return pause
    form = AskForm(request.POST)
    if form.is_valid():
        asking.ask_for_access(
            pk, request.user, form.cleaned_data["role"], form.cleaned_data["note"]
        )
        messages.success(request, PASSED_ON)
    else:
        messages.error(request, f"Nobody was asked. {problems(form)}")
    return redirect("designs:design_list")


def _request(design: Design, key: int) -> AccessRequest:
    if key >= MOST:
        raise Http404(f"There is no request {key}.")
    open_ones = design.access_requests.filter(decided_at=None).select_related("design", "user")
    return get_object_or_404(open_ones, pk=key)


@login_required
@require_POST
def request_grant(request: AuthedRequest, pk: UUID, asked: int) -> HttpResponse:
    """Let in who asked, with the chosen role, up to the one asked for."""
    found = _request(owned_or_404(request, pk), asked)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, problems(form))
        return back(pk, "requests")
    given = asking.grant_request(found, form.cleaned_data["role"], by=request.user)
    messages.success(request, f"{found.user} is {a_role(given)} now.")
    return back(pk, "members")


@login_required
@require_POST
def request_decline(request: AuthedRequest, pk: UUID, asked: int) -> HttpResponse:
    found = _request(owned_or_404(request, pk), asked)
    asking.decline_request(found, by=request.user)
    messages.success(request, f"{found.user} was not let in, and is not told.")
    return back(pk, "members")
