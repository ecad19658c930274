"""What the owner does about people, and leaving by oneself."""

from __future__ import annotations

from uuid import UUID

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from mlsd_app.accounts.models import User
from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import Grant, abilities
from mlsd_app.designs.models import Design
from mlsd_app.sharing import giving, inviting
from mlsd_app.sharing.forms import InviteForm, RoleForm, problems
from mlsd_app.sharing.models import Invitation
from mlsd_app.sharing.page import Typed
from mlsd_app.sharing.views.sharing import UNDO, UNDO_LASTS, back, owned_or_404, sharing_page

MOST = 2**63  # a number of a person from here on is in no database
NEEDS_ACCOUNT = "Sign up first: who is invited must know who invites. Your designs stay yours."


@login_required
@require_POST
def invite(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Ask somebody in, by address or name."""
    design = owned_or_404(request, pk)
    if request.user.is_guest:
        messages.error(request, NEEDS_ACCOUNT)
        return back(pk)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return sharing_page(request, design, typed=Typed(invite=form))
    pause: HttpResponse | None = consume_or_429(request, action="invite")
    if pause:
        return pause
    try:
        made = inviting.invite(
            design, form.cleaned_data["whom"], form.cleaned_data["role"], by=request.user
        )
    except giving.RefusedError as error:
        form.add_error("whom", str(error))
        return sharing_page(request, design, typed=Typed(invite=form))
    messages.success(request, f"{made.whom} is invited as {giving.a_role(made.role)}.")
    return back(pk, "members")


def _invitation(design: Design, key: UUID) -> Invitation:
    waiting = Invitation.objects.waiting().select_related("design", "user", "grant")
    return get_object_or_404(waiting, design=design, pk=key)


@login_required
@require_POST
def invitation_send(request: AuthedRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    asked = _invitation(owned_or_404(request, pk), invitation)
    pause: HttpResponse | None = consume_or_429(request, action="invite")
    if pause:
        return pause
    try:
        inviting.send_again(asked, by=request.user)
    except giving.RefusedError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"The invitation went to {asked.whom} again.")
    return back(pk, "members")


@login_required
@require_POST
def invitation_withdraw(request: AuthedRequest, pk: UUID, invitation: UUID) -> HttpResponse:
    design = owned_or_404(request, pk)
    asked = _invitation(design, invitation)
    inviting.withdraw(asked, by=request.user)
    stays = asked.user is not None and abilities(asked.user, design).read
    access = "They keep the access they have besides." if stays else "Nothing opens by it."
    messages.success(request, f"The invitation of {asked.whom} is withdrawn. {access}")
    return back(pk, "members")


def _person(design: Design, key: int) -> User:
    if key >= MOST:
        raise Http404(f"There is no person {key}.")
    shown = design.grants.standing().of_who_came()
    return get_object_or_404(User.objects.filter(grants__in=shown).distinct(), pk=key)


@login_required
@require_POST
def role_change(request: AuthedRequest, pk: UUID, person: int) -> HttpResponse:
    design = owned_or_404(request, pk)
    user = _person(design, person)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, problems(form))
        return back(pk, "members")
    try:
        giving.change_role(design, user, form.cleaned_data["role"], by=request.user)
    except Grant.DoesNotExist:
        raise Http404("They see no present state of this design.") from None
    messages.success(request, f"{user} is {giving.a_role(form.cleaned_data['role'])} now.")
    return back(pk, "members")


@login_required
@require_POST
def person_remove(request: AuthedRequest, pk: UUID, person: int) -> HttpResponse:
    design = owned_or_404(request, pk)
    user = _person(design, person)
    by_link = design.grants.standing().filter(user=user, link__isnull=False).select_related("link")
    links = [str(grant.link) for grant in by_link]
    try:
        kept = giving.remove(design, user, by=request.user)
    except Grant.DoesNotExist:
        raise Http404("They have no access any more.") from None
    if links:
        named = " and ".join(f"“{link}”" for link in links)
        messages.warning(request, f"{user} came by {named}. Revoke it, or they can come again.")
    undo = signing.dumps([str(pk), kept], salt=UNDO)
    return back(pk, "members", f"?{urlencode({'undo': undo})}")


@login_required
@require_POST
def person_put_back(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Undo the removal that the signed ``undo`` of the last answer names."""
    design = owned_or_404(request, pk)
    try:
        key, kept = signing.loads(request.POST.get("undo", ""), salt=UNDO, max_age=UNDO_LASTS)
        if key != str(pk):
            raise signing.BadSignature
        user = giving.restore(design, kept, by=request.user)
    except (signing.BadSignature, User.DoesNotExist):
        messages.error(request, "This cannot be undone any more. Invite them again instead.")
        return back(pk, "members")
    messages.success(request, f"{user} has the access back.")
    return back(pk, "members")


@login_required
@require_POST
def hand_over(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Make somebody else the owner."""
    design = owned_or_404(request, pk)
    key = request.POST.get("person", "")
    if not (key.isascii() and key.isdecimal()):
        messages.error(request, "Choose who is to own it.")
        return back(pk, "hand-over")
    user = _person(design, int(key[:20]))
    try:
        giving.hand_over(design, user, by=request.user)
    except (giving.RefusedError, Grant.DoesNotExist) as error:
        messages.error(request, str(error))
        return back(pk, "hand-over")
    messages.success(request, f"{user} owns the design now. You stay as an editor.")
    return back(pk)


@login_required
@require_POST
def leave(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Give up one's own access."""
    reachable = Design.objects.reachable_by(request.user).exclude(owner=request.user)
    design = get_object_or_404(reachable, pk=pk)
    giving.leave(design, request.user)
    messages.success(request, f"You left “{design}”. Its owner can invite you again.")
    return redirect("designs:design_list")
