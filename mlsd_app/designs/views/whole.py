"""The design as a whole: read as a document, its findings, its file."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.reading import Document
from mlsd_app.interchange import Waiver, write_json, write_yaml
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
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    page = StagePage.of(design, STAGES["general"])
    return render(request, "designs/finding_list.html", {"page": page})


@login_required
@require_GET
def design_download(request: AuthedRequest, pk: UUID, form: str) -> HttpResponse:
    """The design as a file that can be read back without loss."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    if form not in WRITERS:
        raise Http404(f"A design is not written as {form!r}.")
    write, content_type = WRITERS[form]
    answers = {stage: row.answers for stage, row in design.contents().items()}
    name = slugify(design.title) or "design"
    return HttpResponse(
        write(answers, [Waiver(**waiver) for waiver in design.waivers]),
        content_type=f"{content_type}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
