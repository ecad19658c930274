"""The desk of a mentor."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.review.desk import Desk


@login_required
@require_GET
def desk(request: AuthedRequest) -> HttpResponse:
    """Designs that others shared, what waits first."""
    return render(request, "review/desk.html", {"desk": Desk.of(request.user)})
