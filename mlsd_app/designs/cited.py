"""Lines that cite numbers, as HTML: the number in place of its name, with what it is about."""

from __future__ import annotations

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from mlsd_app.calculators.citation_syntax import marks
from mlsd_app.calculators.citing import Citations, Cited


def with_citations(line: str, cite: Citations) -> str:
    """``line`` as safe HTML when it cites something; else as it is, a plain text."""
    html, at = "", 0
    for mark in marks(line, is_markdown=False):
        html += conditional_escape(line[at : mark.start]) + _element(cite(mark.name))
        at = mark.end
    return mark_safe(html + conditional_escape(line[at:])) if at else line  # noqa: S308  escaped


def _element(cited: Cited) -> SafeString:
    return format_html(
        '<data class="cite{}" value="{}" title="{}">{}</data>',
        f" cite--{cited.state}" if cited.state else "",
        cited.name,
        cited.about,
        cited.shown,
    )
