"""The exports of a design: ask for one, watch it being made, take it away."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseStopPolling

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.pages import StagePage
from mlsd_app.exports.asking import TooManyUnfinishedError, ask
from mlsd_app.exports.content import options_of
from mlsd_app.exports.document import Options
from mlsd_app.exports.forms import ExportForm
from mlsd_app.exports.models import Export
from mlsd_app.exports.recovery import requeue_stale
from mlsd_app.stages.design import STAGES


@login_required
@require_http_methods(["GET", "POST"])
def export_list(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Everything that was exported of a design, and the form that asks for more."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        form = ExportForm(request.POST)
        if not form.is_valid():
            return _page(request, design, problem=form.UNKNOWN_PAPER, status=422)
        return _asked(request, design, _revision(request, design), form.options())
    requeue_stale()
    return _page(request, design)


def _revision(request: AuthedRequest, design: Design) -> Revision:
    """The revision that was asked for by its number, or else the present state."""
    number = request.POST.get("revision", "")
    if not number:
        return Revision.of(design, request.user)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404(f"There is no revision {number[:20]!r}.")
    return get_object_or_404(design.revisions, number=int(number))


@login_required
@require_POST
def export_retry(request: AuthedRequest, pk: UUID, export: UUID) -> HttpResponse:
    """Make a failed export again, of the same revision."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    failed = get_object_or_404(design.exports.select_related("revision"), pk=export)
    return _asked(request, design, failed.revision, options_of(failed))


def _asked(
    request: AuthedRequest, design: Design, revision: Revision, options: Options
) -> HttpResponse:
    try:
        export = ask(revision, request.user, options)
    except TooManyUnfinishedError as error:
        return _page(request, design, problem=str(error), status=409)
    if request.htmx:
        return _page(request, design, news=export.news)
    messages.info(request, export.news)
    return redirect(f"{reverse('exports:export_list', args=[design.pk])}#export-{export.pk}")


def _page(
    request: AuthedRequest,
    design: Design,
    *,
    problem: str = "",
    news: str = "",
    status: int = 200,
) -> HttpResponse:
    exports = list(
        design.exports.select_related("revision", "requested_by").order_by("-asked_at", "-pk")
    )
    for export in exports:
        export.design = design
    template = "exports/export_list.html"
    response = render(
        request,
        f"{template}#exports" if request.htmx and not request.htmx.boosted else template,
        {
            "design": design,
            "page": StagePage.of(design, STAGES["general"]),
            "form": ExportForm(initial=_last_choice(exports)),
            "exports": exports,
            "problem": problem,
            "news": news,
        },
        status=status,
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _last_choice(exports: list[Export]) -> dict[str, object]:
    if not exports:
        return {"paper": "A4", "findings": True}
    return {"paper": exports[0].paper, "findings": exports[0].has_findings}


@login_required
@require_GET
def export_detail(request: AuthedRequest, pk: UUID, export: UUID) -> HttpResponse:
    """How far one export is, for its place in the list; elsewhere the list itself."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    shown = get_object_or_404(
        design.exports.select_related("design", "revision", "requested_by"), pk=export
    )
    if not request.htmx or request.htmx.boosted:
        return redirect(f"{reverse('exports:export_list', args=[pk])}#export-{export}")
    requeue_stale()
    response = render(request, "exports/export_detail.html", {"export": shown})
    if shown.is_unfinished:
        return response
    return HttpResponseStopPolling(response.content)


@login_required
@require_GET
def export_download(request: AuthedRequest, pk: UUID, export: UUID) -> HttpResponseBase:
    """The file, to save; with ``?inline`` to read in the browser."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    made = get_object_or_404(
        design.exports.select_related("design", "revision"), pk=export, state=Export.State.READY
    )
    try:
        file = made.file.open()
    except FileNotFoundError:
        made.lose_file()
        return redirect(f"{reverse('exports:export_list', args=[pk])}#export-{export}")
    return FileResponse(
        file,
        as_attachment="inline" not in request.GET,
        filename=made.file_name,
        content_type="application/pdf",
    )
