"""The chain of a design: from its objective to its monitors, with the links that are missing."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mlsd_app.accounts.requests import AuthedRequest
from mlsd_app.designs.chains import ChainView
from mlsd_app.designs.controls import slug
from mlsd_app.designs.examples import example_called
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import StagePage
from mlsd_app.designs.state import state_of
from mlsd_app.designs.templatetags.seven import jump
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES


@login_required
@require_GET
def chain_read(request: AuthedRequest, pk: UUID) -> HttpResponse:
    """The chain of a design of one's own; every box opens its row in the editor."""
    design = get_object_or_404(Design.objects.visible_to(request.user), pk=pk)
    page = StagePage.of(design, STAGES["general"])
    chain = ChainView.of(page.state, lambda address: jump(address, page))
    return render(
        request,
        "designs/chain_read.html",
        {"page": page, "chain": chain, "snapshot": page.state.snapshot},
    )


@require_GET
def example_chain(request: HttpRequest, name: str) -> HttpResponse:
    """The chain of a worked example, for everybody; every box leads into the document."""
    try:
        example = example_called(name)
    except Design.DoesNotExist:
        raise Http404(f"There is no worked example called {name!r}.") from None
    state = state_of(example.contents())
    document = reverse("designs:example_read", args=[name])
    chain = ChainView.of(state, lambda address: f"{document}#a-{_printed_at(address)}")
    return render(
        request,
        "designs/example_chain.html",
        {"example": example, "chain": chain, "snapshot": state.snapshot},
    )


def _printed_at(text: str) -> str:
    """The slug under which a document shows what stands at an address: its row or question."""
    address = Address.parse(text)
    if address.row:
        return slug(f"{address.table}/{address.row}")
    question = address.definition.question_of(address.field)
    return slug(f"{address.stage}.{question.key}")
