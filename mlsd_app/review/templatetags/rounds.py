"""What the pages of designs say of reviews. Before somebody spoke, no query is made for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template import Context

from mlsd_app.accounts.models import User
from mlsd_app.comparison.designs import Change, Sort
from mlsd_app.designs.access import Abilities, abilities
from mlsd_app.designs.controls import slug
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.pages import StagePage
from mlsd_app.review.approvals import StageApproval, approvals_of
from mlsd_app.review.desk import has_shared
from mlsd_app.review.models import Thread
from mlsd_app.review.proposals import Proposal
from mlsd_app.review.turns import Standing, standings, turns_of
from mlsd_app.stages.addresses import Address

register = template.Library()


@register.simple_tag(takes_context=True)
def standing(context: Context, design: Design) -> Standing:
    """Where ``design`` stands for the person who looks at the page."""
    user: User | AnonymousUser = context["request"].user
    if not design.has_reviews or not user.is_authenticated:
        return Standing()
    can: Abilities = context.get("can") or abilities(user, design)
    return Standing(turns_of([design]).get(design.pk, ()), user=user, edits=can.edit)


@register.simple_tag(takes_context=True)
def standings_for(context: Context, designs: Iterable[Design]) -> Mapping[str, Standing]:
    """The same of designs of one's own, by their names, with as many queries as for one."""
    user: User | AnonymousUser = context["request"].user
    talked = [one for one in designs if one.talk]
    if not user.is_authenticated or not talked:
        return {}
    return {str(pk): one for pk, one in standings(talked, user).items()}


@register.filter
def of_design(standings: Mapping[str, Standing], design: Design) -> Standing:
    return standings.get(str(design.pk), Standing())


@register.simple_tag
def approvals(page: StagePage) -> Mapping[str, StageApproval]:
    """Which stages are approved as they are on the page, by key."""
    return approvals_of(page.design, page.contents) if page.design.has_reviews else {}


@register.filter
def of_stage(approvals: Mapping[str, StageApproval], key: str) -> StageApproval | None:
    return approvals.get(key)


@register.filter
def seen_by(revision: Revision, can: Abilities) -> bool:
    """Whether its comparison with now may be looked at."""
    return can.past or (can.read and revision.clock >= can.since_clock)


@register.simple_tag
def proposal(thread: Thread, page: StagePage | None = None) -> Proposal | None:
    """What accepting the suggestion of ``thread`` would do to the design, as the page shows it.

    Two queries without a page.
    """
    return Proposal.of(thread, page.contents if page else thread.design.contents())


@register.simple_tag(takes_context=True)
def has_desk(context: Context) -> bool:
    """Whether somebody shared a design with who looks at the page."""
    user: User | AnonymousUser = context["request"].user
    return user.is_authenticated and has_shared(user)


@register.filter
def reading_place(change: Change) -> str:
    """The element of the read view at which a change can be seen."""
    address: Address = change.address
    if address.row and change.sort is not Sort.REMOVED:
        return f"a-{slug(f'{address.table}/{address.row}')}"
    question = address.definition.question_of(address.field)
    return f"a-{slug(f'{address.stage}.{question.key}')}"
