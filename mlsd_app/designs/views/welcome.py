"""The first minute: a design being checked, and a copy of it to change without an account."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from mlsd_app.accounts.guests import ensure_guest
from mlsd_app.checklist import CHECKS
from mlsd_app.designs.demo import Demo
from mlsd_app.designs.examples import DEFAULT, example_called
from mlsd_app.designs.models import Design
from mlsd_app.designs.reading import Document
from mlsd_app.designs.saving import create_design
from mlsd_app.designs.state import state_of
from mlsd_app.stages.design import NUMBERED_STAGES


@require_GET
def welcome(request: HttpRequest) -> HttpResponse:
    """What the product does, shown by doing it: a worked design with numbers one can change."""
    template = "designs/welcome.html"
    response = render(
        request,
        f"{template}#demo" if request.htmx else template,  # type: ignore[attr-defined]  # middleware
        {
            "demo": Demo.of(request.GET),
            "stages": NUMBERED_STAGES,
            "check_count": len(CHECKS),
            "examples": Design.objects.examples().order_by("title"),
        },
    )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
def example_try(request: HttpRequest) -> HttpResponse:
    """A copy of a worked example, theirs to change at once; visitors become guests."""
    example = _example_or_404(request.POST.get("example", DEFAULT))
    user = ensure_guest(request)
    answers = {stage: row.answers for stage, row in example.contents().items()}
    return redirect(create_design(user, answers))


@require_GET
def example_read(request: HttpRequest, name: str) -> HttpResponse:
    """A worked example as a document, for everybody."""
    example = _example_or_404(name)
    state = state_of(example.contents())
    return render(
        request,
        "designs/example_read.html",
        {"example": example, "state": state, "document": Document.of(state)},
    )


def _example_or_404(name: str) -> Design:
    try:
        return example_called(name)
    except Design.DoesNotExist:
        raise Http404(f"There is no worked example called {name!r}.") from None
