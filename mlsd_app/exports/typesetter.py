"""Answers as the HTML of the report: prose, values, and references that lead to their rows."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from mlsd_app import markup
from mlsd_app.calculators.citing import Citations
from mlsd_app.exports.typography import breakable, capitalised, in_text, is_ended, tidy
from mlsd_app.figures.amounts import duration
from mlsd_app.markup import Theme
from mlsd_app.stages import values
from mlsd_app.stages.design import STAGES, Design, row_id, rows_at
from mlsd_app.stages.fields import Field, Kind, Row

NOTHING = SafeString("\u2013")

_IDENTIFIER = re.compile(r"(?<![\w/.@-])[^\W\d_]\w*_\w+(?![\w@-])")
_SECONDS_OF = {"s": 1, "min": 60, "h": 3600}  # units that are written as people say a time
_LONG_ENTRY = 90  # characters; a list with a longer entry is set as a list, not as a sentence
_LONG_LIST = 8  # entries


def anchor(address: object) -> str:
    """The id of the element at an address of the design; it begins with the stage."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", str(address))


class Typesetter:
    """Sets what is written in one design. Knows its rows, so that their ids become links, unless
    they are not printed beside it.
    """

    def __init__(self, design: Design, *, with_rows: bool = True) -> None:
        self.design = design
        self._cite = Citations(design)
        self._rows: dict[tuple[str, str], str] = {}
        self._anywhere: dict[str, str] = {}
        for stage in STAGES.values() if with_rows else ():
            for key in stage.tables:
                address = f"{stage.key}.{key}"
                for row in rows_at(design, address):
                    self._know(address, row)

    def _know(self, address: str, row: Row) -> None:
        if name := row_id(row).strip():
            self._rows.setdefault((address, name), anchor(row.at()))
            if hasattr(row, "id"):
                self._anywhere.setdefault(name, anchor(row.at()))

    # -- words

    def inline(self, text: str) -> SafeString:
        """One line of what somebody wrote."""
        return self._set(markup.inline(text, self._cite))

    def prose(self, text: str, head: str = "") -> SafeString:
        """A text in Markdown, with ``head`` run in at its start."""
        html = markup.render(text, theme=Theme.PRINT, cite=self._cite).strip()
        if html.startswith("<p>") and html.count("<p>") == 1 and html.endswith("</p>"):
            html = f"<p>{_as_sentence(html[3:-4])}</p>"
        return _run_in(head, self._set(html))

    def typeset(self, html: str) -> SafeString:
        """Safe HTML with the marks of print, and links from ids to their rows."""
        return self._set(html)

    def sentence(self, text: str) -> SafeString:
        """One line as a sentence."""
        return self._set(_as_sentence(markup.inline(text, self._cite)))

    def said(self, head: str, html: SafeString) -> SafeString:
        """A short answer as a sentence with its run-in head."""
        return _run_in(head, mark_safe(f"<p>{_as_sentence(html)}</p>"))  # noqa: S308  safe already

    def listed(self, entries: tuple[str, ...], head: str = "") -> SafeString:
        """Short entries as a sentence with semicolons, long ones as a list."""
        set_entries = [markup.inline(entry, self._cite) for entry in entries]
        longest = max(map(len, entries))
        if len(entries) > _LONG_LIST or (len(entries) > 1 and longest > _LONG_ENTRY):
            items = "".join(f"<li>{entry}</li>" for entry in set_entries)
            return _run_in(head, self._set(f"<ul>{items}</ul>"))
        return _run_in(head, self._set(f"<p>{_as_sentence('; '.join(set_entries))}</p>"))

    def _set(self, html: str) -> SafeString:
        return mark_safe(in_text(html, self._words, self._code))  # noqa: S308  safe markup goes in

    def _words(self, text: str) -> str:
        out, end = [], 0
        for found in _IDENTIFIER.finditer(text):
            out.append(escape(tidy(text[end : found.start()]), quote=False))
            out.append(self._link(found[0], self._anywhere.get(found[0])))
            end = found.end()
        out.append(escape(tidy(text[end:]), quote=False))
        return "".join(out)

    def _code(self, text: str) -> str:
        place = self._anywhere.get(text)
        return f'<a href="#{place}">{breakable(text)}</a>' if place else breakable(text)

    def _link(self, name: str, place: str | None) -> str:
        if place is None:
            return breakable(name)
        return f'<a class="id" href="#{place}">{breakable(name)}</a>'

    # -- values

    def value(self, field: Field, value: Any) -> SafeString:
        """A short answer; a dash when there is none."""
        if value is None or value in ("", ()):
            return NOTHING
        if field.refs:
            names = value if isinstance(value, tuple) else (value,)
            return _joined([self.reference(field, name) for name in names], ", ")
        if field.kind is Kind.QUANTITY:
            return mark_safe(escape(written(field, value)))  # noqa: S308  escaped here
        if field.kind is Kind.FLAG:
            return SafeString("yes" if value else "no")
        if isinstance(value, tuple):
            return _joined([self._word(field, one) for one in value], ", ")
        return self._word(field, value)

    def reference(self, field: Field, name: str) -> SafeString:
        """The id of a row, as a link to where that row is printed."""
        if name in field.ref_words:
            return self.inline(field.ref_words[name])
        places = (self._rows.get((table, name)) for table in field.refs)
        place = next((place for place in places if place), None)
        html = f'<a href="#{place}">{breakable(name)}</a>' if place else breakable(name)
        return mark_safe(f'<span class="id">{html}</span>')  # noqa: S308  escaped by breakable

    def identifier(self, name: str) -> SafeString:
        return mark_safe(f'<span class="id">{breakable(name)}</span>')  # noqa: S308  escaped there

    def _word(self, field: Field, value: str) -> SafeString:
        """A choice by its label, beginning small as it stands in a line; other words as written."""
        label = values.show(field, value)
        return self.inline(worded(label, value))


def written(field: Field, value: float) -> str:
    """A number with its unit, as people say it."""
    unit = values.unit_of(field)
    seconds = _SECONDS_OF.get(unit.key)
    if seconds is not None and value >= 0:
        return duration(value * seconds)
    return values.show(field, value)


def worded(label: str, value: str) -> str:
    """A choice as it stands in a line: our labels begin small, other people's words stay."""
    if label == value:
        return value
    first = label.split(" ", 1)[0]
    is_plain = first[:1].isupper() and first[1:].islower()
    return label[:1].lower() + label[1:] if is_plain else label


def _as_sentence(html: str) -> str:
    """A paragraph's HTML with a capital at its start and a stop at its end."""
    text = unescape(re.sub(r"<[^>]*>", "", html))
    return capitalised(html) if is_ended(text) else f"{capitalised(html)}."


def _run_in(head: str, html: SafeString) -> SafeString:
    if not head:
        return html
    lead = f'<span class="q">{escape(head, quote=False)}.</span>'
    if html.startswith("<p>"):
        return mark_safe(f"<p>{lead} {html[3:]}")  # noqa: S308  both parts are safe
    return mark_safe(f'<p class="q1">{lead}</p>{html}')  # noqa: S308  both parts are safe


def _joined(parts: list[SafeString], between: str) -> SafeString:
    return mark_safe(between.join(parts))  # noqa: S308  the parts are safe
