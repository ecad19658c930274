"""The design as a whole: read as a document, its findings, its file."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.finding_page import FindingPage
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.reading import Document
from mlsd_app.designs.state import state_of
from mlsd_app.designs.waivers import names_in_file, to_file
from mlsd_app.interchange import write_json, write_yaml
from mlsd_app.stages.design import STAGES

WRITERS = {
    "yaml": (write_yaml, "application/yaml"),
    "json": (write_json, "application/json"),
}


@login_required
@require_GET
def design_read(request: AuthedRequest, pk: UUID) -> HttpResponse:
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    page = StagePage.of(design, STAGES["general"])
    return render(
        request, "designs/design_read.html", {"page": page, "document": Document.of(page.state)}
    )


@login_required
@require_GET
def finding_list(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Every finding of the design, by stage, each with a link to its field."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    page = StagePage.of(design, STAGES["general"])
    return render(
        request,
        "designs/finding_list.html",
        {
            "page": page,
            "list": FindingPage(page),
            "taken_back": page.state.taken_back(request.GET.get("taken-back", "")),
        },
    )


@login_required
@require_GET
def design_download(request: AuthedRequest, pk: UUID, form: str) -> HttpResponse:
    """The design as a file that can be read back without loss."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    if form not in WRITERS:
        raise Http404(f"A design is not written as {form!r}.")
    write, content_type = WRITERS[form]
    contents = design.contents()
    answers = {stage: row.answers for stage, row in contents.items()}
    state = state_of(contents, design.given_waivers())
    waivers = to_file(state.waivers, state.findings, state.snapshot, names_in_file(answers))
    name = slugify(design.title) or "design"
    return HttpResponse(
        write(answers, list(waivers)),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
