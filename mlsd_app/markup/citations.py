"""What ``[[name]]`` in a text stands for: whoever renders the text says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString, code_escape

# Between the brackets: no brackets, no escapes, and none of what the converter puts in place of
# other things.
# "[[1]](address)" is a link.
CITATION = r"\[\[([^\[\]\\\x00-\x1f]{1,200}+)\]\](?!\()"

_CITATION = re.compile(CITATION)


class Citation(Protocol):
    """The words in place of a name, what they are about, and ``missing`` or ``unknown`` if so."""

    @property
    def shown(self) -> str: ...

    @property
    def about(self) -> str: ...

    @property
    def state(self) -> str: ...


Cite = Callable[[str], Citation]


def said_by(cite: Cite | None, text: str) -> tuple[str, ...]:
    """All that ``cite`` can bring into ``text``; what it is the same for looks the same."""
    if cite is None or "[[" not in text:
        return ()
    cited = map(cite, dict.fromkeys(_CITATION.findall(text)))
    return tuple(part for one in cited for part in (one.shown, one.about, one.state))


class CitationProcessor(InlineProcessor):
    """``[[name]]`` as what its converter's ``cite`` makes of it; as typed where it has none."""

    def handleMatch(  # type: ignore[override]  # noqa: N802  the library's own
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        cite: Cite | None = getattr(self.md, "cite", None)
        if cite is None or not m[1].strip():
            return None, None, None
        return _element(m[1], cite(m[1])), m.start(), m.end()


def add_citations(converter: Markdown) -> None:
    """Let ``converter`` know citations, before the links in whose words they may stand."""
    converter.inlinePatterns.register(CitationProcessor(CITATION, converter), "citation", 165)


def _element(name: str, citation: Citation) -> ET.Element:
    classes = f"cite cite--{citation.state}" if citation.state else "cite"
    attributes = {"class": classes, "value": name, "title": citation.about}
    element = ET.Element("data", {key: code_escape(value) for key, value in attributes.items()})
    element.text = AtomicString(code_escape(citation.shown))
    return element
