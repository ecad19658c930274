from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

GetResponse = Callable[[HttpRequest], HttpResponse]


def security_headers(get_response: GetResponse) -> GetResponse:
    """Send the policies of ``SECURE_CSP`` and ``PERMISSIONS_POLICY`` with every answer.

    Django 6 sends the first of them itself, from the same setting.
    """
    policy = "; ".join(" ".join([name, *sources]) for name, sources in settings.SECURE_CSP.items())

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response

    return middleware


def htmx_login_redirect(get_response: GetResponse) -> GetResponse:
    """When a login has run out, send the whole page to the login form, not a fragment of it.

    People come back to the page they were on, not to the address that the fragment came from.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        login_url = resolve_url(settings.LOGIN_URL)
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by its middleware
        if (
            htmx
            and isinstance(response, HttpResponseRedirect)
            and response.url.split("?")[0] == login_url
        ):
            page = htmx.current_url_abs_path or "/"
            return HttpResponseClientRedirect(f"{login_url}?{urlencode({'next': page})}")
        return response

    return middleware
