"""The page of a stage, and what it asks for while it is being filled in."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlsd_app import markup
from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.calculators.citing import Citations
from mlsd_app.designs.access import abilities
from mlsd_app.designs.examples import strong_answer
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import Remarks, StagePage
from mlsd_app.designs.posting import UnreadablePostError, read_edits
from mlsd_app.designs.response import SavedFragments
from mlsd_app.designs.saving import Outcome, removed_row, save_edits
from mlsd_app.designs.state import state_of
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Stage


def get_stage_or_404(key: str) -> Stage:
    try:
        return STAGES[key]
    except KeyError:
        raise Http404(f"There is no stage called {key!r}.") from None


@login_required
@require_http_methods(["GET", "POST"])
def stage_edit(request: AuthedRequest, pk: UUID, stage_key: str) -> HttpResponse:
    """One stage: its page, and where its edits are posted, one address or many at a time."""
    stage = get_stage_or_404(stage_key)
    if request.method == "POST":
        return _save(request, pk, stage)
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    if not abilities(request.user, design).edit:
        return redirect(f"{reverse('designs:design_read', args=[pk])}#{stage.key}")
    page = StagePage.of(design, stage, open_row=request.GET.get("row", ""))
    removed = removed_row(pk, request.user, request.GET.get("removed", ""))
    taken_back = page.state.taken_back(request.GET.get("taken-back", ""))
    context = {"page": page, "removed": removed, "taken_back": taken_back}
    return render(request, "designs/stage_edit.html", context)


def _save(request: AuthedRequest, pk: UUID, stage: Stage) -> HttpResponse:
    if request.POST.get("writer", str(request.user.pk)) != str(request.user.pk):
        get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
        message = "Somebody else wrote this, who was signed in here before. Sign in as them."
        return HttpResponse(message, status=403, content_type="text/plain; charset=utf-8")
    try:
        edits = read_edits(request.POST, pk, request.user)
    except UnreadablePostError as error:
        get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    try:
        outcome = save_edits(pk, request.user, edits)
    except Design.DoesNotExist:
        raise Http404("There is no such design.") from None
    open_row = request.POST.get("open", "")
    if request.htmx:
        fragments = SavedFragments(outcome, stage, request.POST, open_row)
        response = render(
            request, "designs/_saved.html", {"saved": fragments, "page": fragments.page}
        )
        response.status_code = status_of(outcome)
        patch_vary_headers(response, ["HX-Request"])
        return response
    if outcome.is_clean:
        return redirect(_after_plain_save(outcome, stage, request.POST.get("question", "")))
    page = StagePage(
        outcome.design,
        outcome.contents,
        stage,
        outcome.after,
        Remarks(outcome.refused, outcome.conflicts, outcome.problems),
        frozenset({open_row, *(address.row for address in outcome.refused)}),
    )
    gone = next((f"{one.table}/{one.row}" for one, _ in page.placeless), "")
    context = {"page": page, "removed": removed_row(pk, request.user, gone)}
    return render(request, "designs/stage_edit.html", context, status=status_of(outcome))


def status_of(outcome: Outcome) -> int:
    """409 when somebody else changed the same address, 422 when a value was refused, else 200."""
    if outcome.conflicts:
        return 409
    return 200 if outcome.is_clean else 422


def _after_plain_save(outcome: Outcome, stage: Stage, question: str) -> str:
    url = reverse("designs:stage_edit", args=[outcome.design.pk, stage.key])
    if outcome.added:
        return f"{url}?row={outcome.added[-1].row}#q-{question}"
    if outcome.removed:
        removed = outcome.removed[-1]
        return f"{url}?removed={removed.table}/{removed.name}#q-{question}"
    return f"{url}#q-{question}" if question else url


@login_required
@require_GET
def row_edit(
    request: AuthedRequest, pk: UUID, stage_key: str, table: str, row: str
) -> HttpResponse:
    """A row of a table with its form open, or closed again; without htmx, the page with it."""
    stage = get_stage_or_404(stage_key)
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    field = stage.tables.get(table)
    if field is None:
        raise Http404(f"Stage {stage_key!r} has no table {table!r}.")
    is_open = "closed" not in request.GET
    if not request.htmx:
        question = stage.question_of(table).key.replace(".", "-")
        url = reverse("designs:stage_edit", args=[pk, stage_key])
        return redirect(f"{url}?row={row if is_open else ''}#q-{stage_key}-{question}")
    page = StagePage.of(design, stage, open_row=row if is_open else "")
    view = page.controls.row_named(field, row)
    if view is None:
        raise Http404("This row was deleted.")
    response = render(request, "designs/_row.html", {"page": page, "row": view})
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_POST
def text_preview(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Author text as it will be read, diagrams drawn. Nothing is stored."""
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    text = request.POST.get("text", "")
    if len(text) > values.TEXT_LIMIT:
        message = (
            f"The text has {len(text)} characters; a preview shows at most {values.TEXT_LIMIT}. "
            "Shorten it, or split it over several answers."
        )
        return render(request, "designs/_preview.html", {"message": message})
    html = markup.render(text, cite=Citations(state_of(design.contents()).snapshot))
    return render(request, "designs/_preview.html", {"html": html})


@login_required
@require_GET
def answer_compare(request: AuthedRequest, pk: UUID, address: str) -> HttpResponse:
    """How a worked example answers the same question, to compare with."""
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    try:
        place = Address.parse(address)
    except UnknownAddressError as error:
        raise Http404(str(error)) from None
    question = place.definition.question_of(place.field)
    answer = strong_answer(design, place.definition, question)
    template = "designs/answer_compare.html"
    response = render(
        request,
        f"{template}#answer" if request.htmx else template,
        {"design": design, "stage": place.definition, "question": question, "answer": answer},
    )
    patch_vary_headers(response, ["HX-Request"])
    return response
