"""The designs of a person: the list, a new one, the bin."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.forms import NewDesignForm
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import create_design
from mlsd_app.stages import values


@login_required
@require_GET
def design_list(request: AuthedRequest) -> HttpResponse:
    words = values.as_line(values.CONTROL_CHARACTER.sub("", request.GET.get("q", "")))
    designs = Design.objects.owned_by(request.user).order_by("-updated_at")
    if words:
        designs = designs.filter(title__icontains=words)
    return render(
        request,
        "designs/design_list.html",
        {
            "designs": designs,
            "words": words,
            "deleted": Design.objects.deleted_by(request.user).order_by("-deleted_at"),
            "examples": Design.objects.examples().order_by("title"),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def design_new(request: AuthedRequest) -> HttpResponse:
    """Start empty, from a worked example, or from a file."""
    if request.method == "POST":
        form = NewDesignForm(request.POST, request.FILES)
        if form.is_valid():
            return redirect(create_design(request.user, form.answers(), waivers=form.waivers))
    else:
        form = NewDesignForm(initial={"start": request.GET.get("start", "empty")})
    return render(
        request, "designs/design_new.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_POST
def design_delete(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Move a design to the bin. It can be put back from the list."""
    design = get_object_or_404(Design.objects.owned_by(request.user), pk=pk)
    design.delete_softly()
    messages.success(request, f"“{design}” is in the bin. You can put it back below.")
    return redirect("designs:design_list")


@login_required
@require_POST
def design_put_back(request: AuthedRequest, pk: UUID) -> HttpResponse:
    design = get_object_or_404(Design.objects.deleted_by(request.user), pk=pk)
    design.put_back()
    messages.success(request, f"“{design}” is back.")
    return redirect("designs:design_list")
