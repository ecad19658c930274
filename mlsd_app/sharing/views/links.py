"""Share links, as their owner makes, changes and closes them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import ShareLink
from mlsd_app.designs.models import Design
from mlsd_app.sharing import links
from mlsd_app.sharing.forms import LinkChangeForm, LinkForm
from mlsd_app.sharing.page import Typed
from mlsd_app.sharing.views.people import NEEDS_ACCOUNT
from mlsd_app.sharing.views.sharing import back, owned_or_404, sharing_page


@login_required
@require_POST
def link_make(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Make a link. This answer is the only one that ever shows its address."""
    design = owned_or_404(request, pk)
    if request.user.is_guest:
        messages.error(request, NEEDS_ACCOUNT)
        return back(pk)
    form = LinkForm(request.POST, design=design, auto_id="link-%s")
    if not form.is_valid():
        return sharing_page(request, design, typed=Typed(link=form))
    try:
        token = links.make_link(
            design, form.cleaned_data["name"], form.cleaned_data, by=request.user
        )
    except links.MadeBeforeError:
        messages.info(
            request,
            "This link was made before, and its address is shown only once. "
            "Make another one if you did not keep it.",
        )
        return back(pk, "links")
    return sharing_page(request, design, made=reverse("sharing:link_take", args=[token]))


def _link(request: AuthedRequest, pk: UUID, key: UUID) -> tuple[Design, ShareLink]:
    design = owned_or_404(request, pk)
    return design, get_object_or_404(design.links.select_related("design"), pk=key)


@login_required
@require_POST
def link_change(request: AuthedRequest, pk: UUID, link: UUID) -> HttpResponse:
    design, found = _link(request, pk, link)
    form = LinkChangeForm(request.POST, auto_id=f"%s-{found.pk}")
    if not form.is_valid():
        return sharing_page(request, design, typed=Typed(changed=(found.pk, form)))
    links.change_link(found, form.cleaned_data, by=request.user)
    messages.success(request, f"“{found}” is changed.")
    return back(pk, "links")


@login_required
@require_POST
def link_close(request: AuthedRequest, pk: UUID, link: UUID) -> HttpResponse:
    _, found = _link(request, pk, link)
    links.close_link(found, by=request.user)
    messages.success(
        request, f"“{found}” is revoked, and who came by it is out. You can undo it below."
    )
    return back(pk, "links")


@login_required
@require_POST
def link_reopen(request: AuthedRequest, pk: UUID, link: UUID) -> HttpResponse:
    _, found = _link(request, pk, link)
    links.open_link_again(found, by=request.user)
    if found.is_open:
        messages.success(request, f"“{found}” works again, and who came by it is back.")
    else:
        messages.info(request, f"“{found}” has run out. Change how long it works to open it.")
    return back(pk, "links")
