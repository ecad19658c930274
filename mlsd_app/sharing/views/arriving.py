"""Coming by a secret address: what is offered, to whom what one writes is shown, and yes."""

from __future__ import annotations

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from mlsd_app.accounts.guests import ensure_guest
from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role
from mlsd_app.sharing.forms import NameForm, PasswordForm
from mlsd_app.sharing.offers import Offer, forget
from mlsd_app.sharing.record import Kind, note_once

SEALED = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


def _sealed(response: HttpResponse) -> HttpResponse:
    for name, value in SEALED.items():
        response.headers[name] = value
    return response


@require_safe
def link_take(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address bar, whatever it is worth. Stores nothing."""
    offer = Offer.of_token(token)
    response = redirect("sharing:link_open")
    if offer:
        offer.keep(response)
    else:
        forget(response)
    # Not on the page that follows: its address holds no secret, and a form on a page without a
    # referrer names no origin either, so that it would be refused as a forgery.
    response.headers["Referrer-Policy"] = "no-referrer"
    return _sealed(response)


@require_http_methods(["GET", "HEAD", "POST"])
def link_open(request: HttpRequest) -> HttpResponse:
    """What is offered, and taking it up. Wrong, expired and revoked links look the same."""
    offer = Offer.of_request(request)
    if offer is None:
        return _sealed(render(request, "sharing/link_gone.html", status=404))
    if not offer.is_proven:
        return _sealed(_ask_password(request, offer))
    if offer.is_taken_by(request.user):
        return _sealed(redirect(offer.url()))
    return _sealed(_ask(request, offer))


def _ask_password(request: HttpRequest, offer: Offer) -> HttpResponse:
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound:
        pause: HttpResponse | None = consume_or_429(
            request, action="link_password", key=f"{offer.key}"
        )
        if pause:
            return pause
        if form.is_valid() and offer.opens_with(form.cleaned_data["password"]):
            response = redirect("sharing:link_open")
            offer.keep(response, is_proven=True)
            return response
        if form.is_valid():
            form.add_error("password", "This is not the password of this link. Write it again.")
            _note_wrong_password(request, offer)
    status = 422 if form.errors else 200
    return render(request, "sharing/link_password.html", {"form": form}, status=status)


def _note_wrong_password(request: HttpRequest, offer: Offer) -> None:
    """Once a day and link, so that nobody fills the log by guessing."""
    user = request.user if isinstance(request.user, User) else None
    label = f"the link “{offer.link.label}”" if offer.link and offer.link.label else "a link"
    key = f"wrong:{offer.key}:{timezone.now():%Y-%m-%d}"
    note_once(offer.design, Kind.REFUSED, user, f"tried a wrong password on {label}", key)


def _ask(request: HttpRequest, offer: Offer) -> HttpResponse:
    if request.method == "POST" and request.POST.get("offer") != offer.key:
        messages.info(request, "You opened another link since. This is what the newer one offers.")
        return redirect("sharing:link_open")
    is_account = request.user.is_authenticated and not request.user.is_guest
    if request.method == "POST" and offer.needs_account and not is_account:
        here = urlencode({"next": reverse("sharing:link_open")})
        return redirect(f"{reverse('account_signup')}?{here}")
    form = None
    if offer.asks_name(request.user):
        form = NameForm(request.POST if request.method == "POST" else None)
        form.fields["name"].required = offer.must_be_named
    if request.method == "POST" and (form is None or form.is_valid()):
        return _join(request, offer, form.cleaned_data["name"] if form else "")
    return render(
        request,
        "sharing/link_offer.html",
        {"offer": offer, "form": form, "is_account": is_account},
        status=422 if form and form.errors else 200,
    )


def _join(request: HttpRequest, offer: Offer, name: str) -> HttpResponse:
    user = ensure_guest(request)
    if name and user.is_guest:
        user.name = name
        user.save(update_fields=["name"])
    try:
        offer.take(user)
    except ObjectDoesNotExist:
        return render(request, "sharing/link_gone.html", status=404)
    messages.success(request, _welcome(offer))
    response = redirect(offer.url())
    forget(response)
    return response


def _welcome(offer: Offer) -> str:
    if offer.revision:
        return "You may read this state of the design. Later changes are not shown."
    may = {
        Role.READER: "You may read this design.",
        Role.COMMENTER: "You may read this design and comment on it.",
        Role.EDITOR: "You may read this design, comment on it and write in it.",
    }[offer.role]
    return f"{may} {offer.design.owner} owns it."
