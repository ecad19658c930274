"""The numbers of a design that its texts may cite, by name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.calculators.citing import Citations, Cited
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES
from mlsd_app.stages.fields import Stage


@login_required
@require_GET
def number_list(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """Every number that can be cited, with its name and its value now; to htmx, to choose from."""
    design = get_object_or_404(Design.objects.editable_by(request.user), pk=pk)
    page = StagePage.of(design, STAGES["general"])
    offered = list(Citations(page.state.snapshot).offered())
    if request.htmx:
        response = render(request, "designs/_numbers.html", {"numbers": offered})
    else:
        chapters = _by_stage(offered)
        response = render(request, "designs/number_list.html", {"page": page, "chapters": chapters})
    patch_vary_headers(response, ["HX-Request"])
    return response


def _by_stage(offered: Sequence[Cited]) -> list[tuple[Stage, list[Cited]]]:
    """Each stage that has numbers, in order, with them."""
    found = [
        (stage, [one for one in offered if one.name.startswith(f"{stage.key}.")])
        for stage in (*NUMBERED_STAGES, STAGES["general"])
    ]
    return [(stage, numbers) for stage, numbers in found if numbers]
