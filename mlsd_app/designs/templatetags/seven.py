"""The few tags that the templates need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from uuid import UUID

from django import template
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mlsd_app.designs.access import Abilities, abilities_on_page
from mlsd_app.designs.controls import Control, RowView, row_type_of
from mlsd_app.designs.controls import slug as slug_of
from mlsd_app.designs.controls import summary_columns as columns_in_summary
from mlsd_app.designs.models import Design
from mlsd_app.designs.pages import QuestionView, StagePage, counts
from mlsd_app.designs.pictures import Picture, picture_of
from mlsd_app.designs.state import State
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import NUMBERED_STAGES, id_column
from mlsd_app.stages.fields import Field
from mlsd_app.stages.reading import place_name
from mlsd_app.stages.words import CATEGORIES, LEVELS

register = template.Library()


@register.simple_tag
def icon(name: str, small: str = "") -> SafeString:
    """An icon of the sprite, in the colour and size of the text around it. Always decoration."""
    return _icon(name, " icon--s" if small else "")


@register.simple_tag(takes_context=True)
def abilities(context: Context, design: Design) -> Abilities:
    """What the person who looks at the page may do with ``design``."""
    return abilities_on_page(context["request"], design)


@cache
def _icon(name: str, size: str) -> SafeString:
    sprite = static("img/icons.svg")
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>', size, sprite, name
    )


@register.filter
def trusted(html: str) -> SafeString:
    """Show as HTML what ``mlsd_app.markup`` or ``mlsd_app.figures`` made, and nothing else."""
    return mark_safe(html)  # noqa: S308  both are sanitised where they are made


@register.filter
def counted(number: int, word: str) -> str:
    """``2|counted:"error"`` is "2 errors"; a word in -y becomes -ies."""
    if number == 1:
        return f"1 {word}"
    return f"{number} {word[:-1]}ies" if word.endswith("y") else f"{number} {word}s"


@register.filter
def jump(address: str, page: StagePage) -> str:
    """Where the question about ``address`` stands, with its row open."""
    try:
        place = Address.parse(address)
    except UnknownAddressError:
        return page.design.get_absolute_url()
    url = _url_of_stage(page.design.pk, place.stage)
    question = place.definition.question_of(place.field)
    row = f"?row={place.row}" if place.row else ""
    return f"{url}{row}#q-{slug_of(f'{place.stage}.{question.key}')}"


@lru_cache(maxsize=1024)
def _url_of_stage(design: UUID, stage: str) -> str:
    return reverse("designs:stage_edit", args=[design, stage])


register.filter(place_name)


@register.filter
def rows_of(control: Control, page: StagePage) -> list[RowView]:
    """The rows of the table ``control``."""
    return page.rows(control.asked)


@register.filter
def picture(question: QuestionView, page: StagePage) -> Picture | None:
    """The picture drawn from the answers to ``question``, if there is something to draw."""
    return picture_of(question.address, page.state.snapshot)


@register.filter
def problems_of(control: Control, page: StagePage) -> Sequence[str]:
    """Why the last change to the table ``control`` could not be made."""
    return page.remarks.problems.get(control.address, ())


@register.filter
def sole_of(control: Control, page: StagePage) -> Control | None:
    """``control`` if it is all its question asks, which then labels it."""
    if control.in_row:
        return None
    alone = len(page.stage.question_of(control.asked.key).fields) == 1
    return control if alone else None


@register.filter
def naming_label(table: Field) -> str:
    """The label of the column that names the rows of ``table``."""
    return table.columns[id_column(row_type_of(table))].label


@register.filter
def summary_columns(table: Field) -> list[Field]:
    return columns_in_summary(table)


@register.filter
def column_order(table: Field) -> str:
    """The labels of all columns, in order."""
    return ", ".join(column.label for column in table.columns.values())


@register.filter
def level_name(level: str) -> str:
    """As people say it: L6+ for L6."""
    return LEVELS.get(level, level)


@register.filter
def category_name(category: str) -> str:
    return CATEGORIES.get(category, "")


@register.filter
def all_counts(state: State) -> list[tuple[str, int]]:
    return counts(state)


@register.filter
def seven_bars(percent: Mapping[str, int]) -> SafeString:
    """Seven short bars, each filled as far as its stage has come."""
    width = 100 / 7
    bars = format_html_join(
        "",
        '<rect x="{}%" width="{}%" height="8" rx="1"/><rect class="done" x="{}%" width="{}%" '
        'height="8" rx="1"/>',
        (
            (
                f"{place * width:.2f}",
                f"{width - 1.5:.2f}",
                f"{place * width:.2f}",
                f"{(width - 1.5) * percent.get(stage.key, 0) / 100:.2f}",
            )
            for place, stage in enumerate(NUMBERED_STAGES)
        ),
    )
    total = sum(percent.values()) // max(len(percent), 1)
    return format_html(
        '<svg class="seven" height="8" role="img" aria-label="{} % complete">{}</svg>', total, bars
    )
