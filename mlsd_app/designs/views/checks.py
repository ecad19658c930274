"""The checks, for everybody to look up."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET
from django_htmx.http import replace_url
from django_htmx.middleware import HtmxDetails

from mlsd_app.checklist import CHECKS
from mlsd_app.designs.catalogue import Listing, Wanted
from mlsd_app.designs.check_page import CheckPage


@require_GET
def check_list(request: HttpRequest) -> HttpResponse:
    """Every check by stage, narrowed while one types; the address says what is looked for."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    is_fragment = bool(htmx) and not htmx.history_restore_request
    wanted = Wanted.of(request.GET)
    template = "checks/check_list.html"
    response = render(
        request,
        f"{template}#listing" if is_fragment else template,
        {
            "wanted": wanted,
            "listing": Listing.of(wanted),
            "check_count": len(CHECKS),
            "is_fragment": is_fragment,
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    if is_fragment:
        url = reverse("designs:check_list")
        replace_url(response, f"{url}?{wanted.query}" if wanted.query else url)
    return response


@require_GET
def check_detail(request: HttpRequest, name: str) -> HttpResponse:
    """What one check looks for, why, and how it is satisfied."""
    check = CHECKS.get(name)
    if check is None:
        raise Http404(f"There is no check called {name!r}.")
    return render(request, "checks/check_detail.html", {"page": CheckPage.of(check)})
