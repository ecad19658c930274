"""The history of a design: its revisions, two compared, one read, named or brought back."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.access import abilities
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.reading import Document
from mlsd_app.history.answers import AnswerHistory
from mlsd_app.history.comparing import Compared
from mlsd_app.history.moments import NOW, Moment, Timeline, is_number
from mlsd_app.history.restoring import Scope, UnknownScopeError, bring_back
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES

KEPT_ASIDE = (
    " Only answers come back: findings that are set aside stay so, for as long as the values are "
    "those they were set aside for."
)


def _moment(design: Design, key: str, seen: QuerySet[Revision] | None = None) -> Moment:
    try:
        return Moment.at_key(design, key, seen)
    except Revision.DoesNotExist:
        raise Http404(f"This design has no revision {key[:20]!r}.") from None


@login_required
@require_GET
def history(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The revisions, and what changed between two of them: the last two unless others are asked."""
    design = get_object_or_404(
        Design.objects.visible_to(request.user).select_related("owner", "writer"), pk=pk
    )
    seen = design.revisions_seen_by(abilities(request.user, design))
    until = request.GET.get("until", "")
    timeline = Timeline.of(design, seen, until=int(until) if is_number(until) else None)
    newest = timeline.moments[0].key if timeline.moments else NOW
    to = request.GET.get("to") or newest
    before = next(
        (older.key for newer, older in _pairs(timeline) if newer.key == to), _oldest(timeline, to)
    )
    first, second = request.GET.get("from") or before, to
    compared = (
        Compared(_moment(design, first, seen), _moment(design, second, seen)) if first else None
    )
    return render(
        request,
        "history/history.html",
        {
            "page": StagePage.of(design, STAGES["general"]),
            "timeline": timeline,
            "compared": compared,
        },
    )


def _pairs(timeline: Timeline) -> zip[tuple[Moment, Moment]]:
    return zip(timeline.moments, timeline.moments[1:], strict=False)


def _oldest(timeline: Timeline, key: str) -> str:
    """What to compare the oldest state with: itself; nothing when there is no revision yet."""
    return key if any(moment.revision for moment in timeline.moments) else ""


@login_required
@require_GET
def answer_history(request: AuthedRequest, pk: UUID, address: str) -> HttpResponse:
    """What the answer to one question has been, who wrote that, and when."""
    design = get_object_or_404(
        Design.objects.visible_to(request.user).select_related("owner", "writer"), pk=pk
    )
    try:
        place = Address.parse(address)
    except UnknownAddressError as error:
        raise Http404(str(error)) from None
    stage, question = place.definition, place.definition.question_of(place.field)
    seen = design.revisions_seen_by(abilities(request.user, design))
    until = request.GET.get("until", "")
    found = AnswerHistory.of(
        design, stage, question, seen, until=int(until) if is_number(until) else None
    )
    return render(
        request,
        "history/answer_history.html",
        {
            "page": StagePage.of(design, stage),
            "place": str(place.table),
            "question": question,
            "history": found,
        },
    )


@login_required
@require_GET
def revision_read(request: AuthedRequest, pk: UUID, number: int) -> HttpResponse:
    """The whole design as it was, with its findings."""
    design = get_object_or_404(
        Design.objects.reachable_by(request.user).select_related("owner", "writer"), pk=pk
    )
    can = abilities(request.user, design)
    moment = _moment(design, str(number), design.revisions_seen_by(can))
    if not can.read:
        design.title = moment.state.snapshot.general.title
    then = StagePage(design, moment.contents, STAGES["general"], moment.state)
    return render(
        request,
        "history/revision_read.html",
        {
            # Who was given this state alone sees nothing of the present, also not around it.
            "page": StagePage.of(design, STAGES["general"]) if can.read else then,
            "moment": moment,
            "then": then,
            "document": Document.of(moment.state),
        },
    )


@login_required
@require_POST
def name_version(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Give a revision a name, or the present state, which becomes a revision then."""
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    name = " ".join(values.CONTROL_CHARACTER.sub("", request.POST.get("name", "")).split())
    key = request.POST.get("revision", NOW)
    revision = Revision.of(design) if key == NOW else _moment(design, key).revision
    if len(name) > Revision.NAME_LIMIT:
        messages.error(
            request,
            f"The name has {len(name)} characters; at most {Revision.NAME_LIMIT} fit. "
            "Shorten it and try again.",
        )
    elif revision is not None:
        revision.name = name
        revision.save(update_fields=["name"])
        said = f"is called “{name}” now" if name else "has no name any more"
        messages.success(request, f"Revision {revision.number} {said}.")
    return redirect("history:history", pk)


@login_required
@require_POST
def revision_bring_back(request: AuthedRequest, pk: UUID, number: int) -> HttpResponse:
    """Bring back the design, a stage or a field as it was; the state that goes stays a revision."""
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    moment = _moment(design, str(number))
    try:
        scope = Scope.parse(request.POST.get("scope", ""))
    except UnknownScopeError as error:
        return HttpResponse(str(error), status=400, content_type="text/plain; charset=utf-8")
    made = bring_back(pk, request.user, moment.key, scope)
    if made is None:
        messages.info(request, f"Nothing to bring back: {scope.title} is as in {moment.label}.")
        return redirect("history:history", pk)
    before, after = made
    kept = KEPT_ASIDE if moment.state.waivers or before.state.waivers else ""
    messages.success(
        request,
        f"Brought back from {moment.label}: {scope.title}. What it replaced is revision "
        f"{before.key}; bring that back to undo this.{kept}",
    )
    return redirect(f"{reverse('history:history', args=[pk])}?from={before.key}&to={after.key}")
