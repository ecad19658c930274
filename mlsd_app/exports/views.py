"""The exports of a design: ask for one, watch it being made, take it away."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseStopPolling

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import Abilities, abilities
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.pages import StagePage
from mlsd_app.exports.asking import TooManyUnfinishedError, ask
from mlsd_app.exports.content import options_of
from mlsd_app.exports.document import Options
from mlsd_app.exports.forms import ExportForm, ResponseForm
from mlsd_app.exports.models import Export
from mlsd_app.exports.recovery import requeue_stale
from mlsd_app.review.models import Round, Thread
from mlsd_app.stages.design import STAGES


@login_required
@require_http_methods(["GET", "POST"])
def export_list(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Everything that was exported of a design, and the forms that ask for more."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    can = abilities(request.user, design)
    if request.method == "POST":
        form = _form(request, design, can)
        if not form.is_valid():
            return _page(request, design, can, problem=form.problem, status=422)
        return _asked(request, design, can, _revision(request, design, can), form.options())
    requeue_stale()
    return _page(request, design, can)


def _form(request: AuthedRequest, design: Design, can: Abilities) -> ExportForm | ResponseForm:
    """What was asked for; 404 where that is the conversation and not theirs to have."""
    is_response = request.POST.get("kind") == "response"
    if not can.comment and (is_response or request.POST.get("talk", "none") not in {"", "none"}):
        raise Http404("The conversation is for people who take part in it.")
    return (
        ResponseForm(request.POST, rounds=_rounds(design))
        if is_response
        else ExportForm(request.POST)
    )


def _rounds(design: Design) -> Sequence[Round]:
    """The newest first. No query where nothing was ever said."""
    if not design.talk:
        return ()
    return list(Round.objects.submitted().filter(design=design).order_by("-submitted_at", "-pk"))


def _revision(request: AuthedRequest, design: Design, can: Abilities) -> Revision:
    """The revision that was asked for by its number, or else the present state."""
    number = request.POST.get("revision", "")
    if not number:
        return Revision.of(design)
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Http404(f"There is no revision {number[:20]!r}.")
    return get_object_or_404(design.revisions_seen_by(can), number=int(number))


@login_required
@require_POST
def export_retry(request: AuthedRequest, pk: UUID, export: UUID) -> HttpResponse:
    """Make a failed export again, of the same revision and with what is said of it by now."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    can = abilities(request.user, design)
    failed = get_object_or_404(
        Export.objects.seen_with(can, design).select_related("revision"), pk=export
    )
    return _asked(request, design, can, failed.revision, options_of(failed), instead_of=failed)


def _asked(
    request: AuthedRequest,
    design: Design,
    can: Abilities,
    revision: Revision,
    options: Options,
    instead_of: Export | None = None,
) -> HttpResponse:
    try:
        since = 0 if can.past else can.since_clock
        export = ask(revision, request.user, options, since_clock=since)
    except TooManyUnfinishedError as error:
        return _page(request, design, can, problem=str(error), status=409)
    if instead_of is not None and instead_of.pk != export.pk:
        Export.objects.filter(pk=instead_of.pk, state=Export.State.FAILED).delete()
    if request.htmx:
        return _page(request, design, can, news=export.news)
    messages.info(request, export.news)
    return redirect(f"{reverse('exports:export_list', args=[design.pk])}#export-{export.pk}")


def _page(
    request: AuthedRequest,
    design: Design,
    can: Abilities,
    *,
    problem: str = "",
    news: str = "",
    status: int = 200,
) -> HttpResponse:
    exports = list(
        Export.objects.seen_with(can, design)
        .select_related("revision", "requested_by", "round")
        .defer("said")
        .order_by("-asked_at", "-pk")
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
            "exports": exports,
            "problem": problem,
            "news": news,
            **_forms(request, design, can, exports),
        },
        status=status,
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _forms(
    request: AuthedRequest, design: Design, can: Abilities, exports: list[Export]
) -> dict[str, object]:
    """The forms as they were chosen last, but for the conversation, which nobody prints without
    choosing it each time. That of the response where there is anything to answer.

    Two queries, where something was said and the person takes part in it.
    """
    report = next((one for one in exports if not one.is_response), None)
    chosen: dict[str, object] = {"paper": "A4", "findings": True, "talk": "none"}
    if report is not None:
        chosen |= {"paper": report.paper, "findings": report.has_findings}
    if not (can.comment and design.talk):
        return {"form": ExportForm(initial=chosen), "can_print_talk": can.comment}
    threads = Thread.objects.shared().filter(design=design, deleted_at=None)
    counted = threads.aggregate(unresolved=Count("pk", filter=Q(resolved_at=None)), all=Count("pk"))
    rounds = _rounds(design)
    asked = request.GET.get("round", str(rounds[0].pk) if rounds else "")
    return {
        "form": ExportForm(counts=(counted["unresolved"], counted["all"]), initial=chosen),
        "can_print_talk": True,
        "response": ResponseForm(
            rounds=rounds, initial={"paper": chosen["paper"], "round": asked}, auto_id="response_%s"
        )
        if rounds or counted["all"]
        else None,
    }


@login_required
@require_GET
def export_detail(request: AuthedRequest, pk: UUID, export: UUID) -> HttpResponse:
    """How far one export is, for its place in the list; elsewhere the list itself."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    can = abilities(request.user, design)
    shown = get_object_or_404(
        Export.objects.seen_with(can, design)
        .select_related("design", "revision", "requested_by", "round")
        .defer("said"),
        pk=export,
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
    can = abilities(request.user, design)
    made = get_object_or_404(
        Export.objects.seen_with(can, design).select_related("design", "revision").defer("said"),
        pk=export,
        state=Export.State.READY,
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
