"""What the panels of calculations need in templates."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from mlsd_app.designs.pages import QuestionView, StagePage
from mlsd_app.designs.panels import BESIDE, Panel, Result, panels_beside, short_name
from mlsd_app.designs.templatetags.seven import jump
from mlsd_app.stages.wording import number

register = template.Library()


@register.filter
def can_calculate(question: QuestionView) -> bool:
    """Whether something follows from the answers to ``question``, once they are given."""
    return question.address in BESIDE


@register.filter
def panels_of(question: QuestionView, page: StagePage) -> Sequence[Panel]:
    return panels_beside(question.address, page.state)


@register.simple_tag
def named(address: str, page: StagePage, result: Result) -> str:
    """What stands at ``address``, as it is called beside ``result`` on ``page``."""
    return short_name(address, page.state.snapshot, page.stage, result.worked.row)


@register.simple_tag
def inputs(result: Result, page: StagePage) -> SafeString:
    """The numbers that go into ``result``, each with a link to where it stands."""
    design, row = page.state.snapshot, result.worked.row
    return format_html_join(
        "",
        '<li><a href="{}">{}</a> {}{}</li>',
        (
            (
                jump(given.address, page),
                short_name(given.address, design, page.stage, row),
                "\u2013" if given.value is None else number(given.value, given.unit),
                " (assumed)" if given.is_assumed else "",
            )
            for given in result.inputs
        ),
    )
