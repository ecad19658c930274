"""Being told in the page, and saying how much and how one wants to be told."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design
from mlsd_app.notices.following import ABOUT, Level, level_of, levels, set_level
from mlsd_app.notices.forms import FollowingForm, PreferencesForm
from mlsd_app.notices.inbox import Inbox, quiet_places
from mlsd_app.notices.models import Notice
from mlsd_app.notices.unsubscribing import UnknownLinkError, stop_of

UNKNOWN_NOTICE = "The form named a notice that does not exist. Load the page again."
UNKNOWN_LEVEL = "Choose how much you want to hear: follow, only what is addressed to you, or mute."
NOW_HEARD = {
    Level.FOLLOWED: "You hear of everything in {}.",
    Level.ADDRESSED: "You hear of {} only when you are mentioned or asked.",
    Level.MUTED: "{} is muted: you hear nothing of it.",
}


@login_required
@require_GET
def notice_list(request: AuthedRequest) -> HttpResponse:
    """What one was told, by design."""
    inbox = Inbox.of(
        request.user,
        only_unread="new" in request.GET,
        before=_time_of(request, request.GET.get("before", "")),
    )
    return render(request, "notices/notice_list.html", {"inbox": inbox})


@login_required
@require_GET
def notice_open(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Go to what a notice tells of, which is to have read it."""
    notice = get_object_or_404(Notice.objects.shown_to(request.user), pk=pk)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return HttpResponseRedirect(notice.path)


@login_required
@require_POST
def notice_read(request: AuthedRequest) -> HttpResponse:
    """Mark as read: one notice, those of a design, or all; nothing that came ``until`` then."""
    unread = Notice.objects.shown_to(request.user).unread()
    try:
        given = {name: request.POST[name] for name in ("notice", "design") if name in request.POST}
        named = {name: UUID(key) for name, key in given.items()}
    except ValueError:
        return HttpResponseBadRequest(UNKNOWN_NOTICE, content_type="text/plain")
    if "notice" in named:
        unread = unread.filter(pk=named["notice"])
    if "design" in named:
        unread = unread.filter(design=named["design"])
    until = _time_of(request, request.POST.get("until", ""))
    if until is not None:
        unread = unread.filter(at__lte=until)
    unread.update(read_at=timezone.now())
    only_unread = "?new" if "new" in request.POST else ""
    place = f"#notice-{named['notice']}" if "notice" in named and not only_unread else ""
    return redirect(f"{reverse('notices:notice_list')}{only_unread}{place}")


def _time_of(request: AuthedRequest, key: str) -> datetime | None:
    """When the notice with this key was told, None when this person has none."""
    try:
        notice = Notice.objects.filter(recipient=request.user, pk=UUID(key)).first()
    except ValueError:
        return None
    return notice.at if notice is not None else None


@login_required
@require_http_methods(["GET", "POST"])
def following(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """How much one hears of a design, or of one thread of it."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        return _follow(request, design)
    about = request.GET.get("about", "")
    if not ABOUT.fullmatch(about):
        about = ""
    said = levels(design, about, [request.user.pk]).get(request.user.pk, {})
    is_owner = design.owner_id == request.user.pk
    return render(
        request,
        "notices/following.html",
        {
            "design": design,
            "about": about,
            "level": level_of(said, about, is_owner=is_owner),
            "design_is_muted": bool(about) and said.get("") == Level.MUTED,
            "levels": Level.choices,
            "next": request.GET.get("next", ""),
        },
    )


def _follow(request: AuthedRequest, design: Design) -> HttpResponse:
    form = FollowingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(UNKNOWN_LEVEL, content_type="text/plain")
    about, level = form.cleaned_data["about"], Level(form.cleaned_data["level"])
    set_level(request.user, design, about, level)
    thing = "this thread" if about else f"“{design}”"
    words = NOW_HEARD[level].format(thing)
    messages.success(request, f"{words[0].upper()}{words[1:]}")
    after = request.POST.get("next", "")
    if after.startswith("/") and url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        return HttpResponseRedirect(after)
    page = reverse("notices:following", args=[design.pk])
    return redirect(f"{page}?{urlencode({'about': about})}" if about else page)


@login_required
@require_http_methods(["GET", "POST"])
def preferences(request: AuthedRequest) -> HttpResponse:
    """How one wants to be told of each kind of thing, and what one hears less of."""
    form = PreferencesForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.store()
        messages.success(request, "This is how you will be told from now on.")
        return redirect("notices:preferences")
    return render(
        request,
        "notices/preferences.html",
        {"form": form, "quiet": quiet_places(request.user)},
        status=422 if form.is_bound else 200,
    )


@csrf_exempt  # the signed link is the permission, and mail programs post to it by themselves
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails that a link in one of them stops, without signing in.

    Looking at it changes nothing: mail programs open every link to see where it leads. A POST is
    answered without a redirect, which RFC 8058 asks for.
    """
    try:
        stop = stop_of(token)
    except UnknownLinkError:
        return render(request, "notices/unsubscribe_unknown.html", status=404)
    if request.method == "POST":
        if "again" in request.POST:
            stop.turn_on()
        else:
            stop.turn_off()
    return render(
        request, "notices/unsubscribe.html", {"stop": stop, "is_done": request.method == "POST"}
    )
