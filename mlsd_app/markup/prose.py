"""Markdown to HTML with Python-Markdown, set up to be bounded and to know no raw HTML.

What comes out is not yet safe to show: ``sanitise`` has the last word.
"""

from __future__ import annotations

import re
import threading
from html import escape
from typing import NamedTuple, Self
from xml.etree import ElementTree as ET

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor, ParagraphProcessor, build_block_parser
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableProcessor
from markdown.inlinepatterns import (
    BACKTICK_RE,
    ESCAPE_RE,
    LINE_BREAK_RE,
    BacktickInlineProcessor,
    DelimiterProcessor,
    EscapeInlineProcessor,
    InlineProcessor,
    Pattern,
    SubstituteTagInlineProcessor,
)
from markdown.preprocessors import NormalizeWhitespace
from markdown.treeprocessors import Treeprocessor, build_treeprocessors
from markdown.util import AtomicString, Registry, code_escape

from mlsd_app.markup.blocks import PLACEHOLDER, Fence, read_blocks, reference_key
from mlsd_app.markup.citations import Cite, add_citations

MAX_COLUMNS = 30
MAX_ROWS = 400  # of all tables of a text together, heads included
MAX_ROW_LENGTH = 4_000  # characters; a longer line is no row

DIAGRAM = "mermaid"
FOLLOWED = ("http://", "https://", "mailto:")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
PAGE_LEVELS = 3  # headings the page keeps to itself

# Each looks at a character a fixed number of times, whatever the text is.
_LABEL = r"!?+\[((?:[^\[\]]|\[[^\[\]]*+\])*+)\]"
_TARGET = (
    r"\(\s*+(?:<([^<>\n]*+)>|((?:[^\s()<>]|\([^\s()<>]*+\))*+))"
    r"(?:\s++(?:\"[^\"]*+\"|'[^']*+'|\([^()]*+\)))?+\s*+\)"
)
_REFERENCE = r"(?:\[([^\[\]]*+)\])?+"
_POINTED = r"<((?:https?://|mailto:)[^\s<>]++|[\w.+-]{1,64}+@[\w.-]{1,255}+)>"
_BARE = r"(?<![\w/\"'(=])(https?://[^\s<>\"'`|\x02\x03]*[^\s<>\"'`|\x02\x03.,;:!?()\[\]*_])"
_TASK = re.compile(r"\[([ xX])\] +")

_local = threading.local()


class Prose(NamedTuple):
    """Unsafe HTML, and its diagrams.

    A diagram stands in the HTML as ``<figure class="diagram">N</figure>``. Nobody else can write
    one, because tags that people type are shown as text.
    """

    html: str
    diagrams: list[str]


def to_html(text: str, cite: Cite | None = None) -> Prose:
    """Convert Markdown whose line ends are ``\\n``, with no tabs or other control characters."""
    if not hasattr(_local, "converter"):
        _local.converter = _Converter()
    converter: _Converter = _local.converter
    return converter.prose(text, cite)


def inline_to_html(text: str, cite: Cite | None = None) -> str:
    """Unsafe HTML of one line that may have code and emphasis, and is never a block."""
    if not hasattr(_local, "inline_converter"):
        _local.inline_converter = _InlineConverter()
    converter: _InlineConverter = _local.inline_converter
    converter.cite = cite
    return converter.reset().convert(text)


class _Converter(Markdown):
    """Made once for each thread: making one costs more than most conversions."""

    def __init__(self) -> None:
        self.fences: list[Fence] = []
        self.diagrams: list[str] = []
        self.rows_left = MAX_ROWS
        self.cite: Cite | None = None
        super().__init__(extensions=[SaneListExtension()], output_format="html")

    def build_parser(self) -> Self:
        self.preprocessors = Registry()
        self.preprocessors.register(NormalizeWhitespace(self), "normalize_whitespace", 30)
        self.parser = build_block_parser(self)
        blocks = self.parser.blockprocessors
        blocks.deregister("reference")  # done by read_blocks, in one pass
        blocks.register(_FenceProcessor(self), "fence", 85)
        blocks.register(_BoundedTableProcessor(self), "table", 75)
        self.ESCAPED_CHARS.append("|")
        patterns = self.inlinePatterns = _emphasis_and_code(self)
        add_citations(self)
        patterns.register(_LinkProcessor(_LABEL + _TARGET, self), "link", 160)
        patterns.register(_ReferenceProcessor(_LABEL + _REFERENCE, self), "reference", 150)
        patterns.register(_AddressProcessor(_POINTED, self), "autolink", 120)
        patterns.register(_AddressProcessor(_BARE, self), "bare_link", 110)
        patterns.register(SubstituteTagInlineProcessor(LINE_BREAK_RE, "br"), "linebreak", 100)
        self.treeprocessors = build_treeprocessors(self)
        self.treeprocessors.register(_HouseTreeprocessor(self), "house", 25)
        self.postprocessors = Registry()
        return self

    def prose(self, text: str, cite: Cite | None) -> Prose:
        self.reset()
        self.cite = cite
        blocks = read_blocks(text)
        self.fences, self.diagrams, self.rows_left = blocks.fences, [], MAX_ROWS
        self.references = {key: (url, "") for key, url in blocks.references.items()}
        html = self.convert("\n".join(blocks.lines))
        return Prose(PLACEHOLDER.sub(self._as_code, html), self.diagrams)

    def _as_code(self, placeholder: re.Match[str]) -> str:
        """A fence in a place where no block can stand."""
        fence = self.fences[int(placeholder[1])]
        return f"<code>{escape(fence.text, quote=False)}</code>"


class _InlineConverter(Markdown):
    cite: Cite | None = None

    def build_parser(self) -> Self:
        self.preprocessors = Registry()
        self.parser = BlockParser(self)
        self.parser.blockprocessors.register(ParagraphProcessor(self.parser), "paragraph", 10)
        self.inlinePatterns = _emphasis_and_code(self)
        add_citations(self)
        self.treeprocessors = build_treeprocessors(self)
        self.postprocessors = Registry()
        return self


def _emphasis_and_code(converter: Markdown) -> Registry[Pattern]:
    """What every text may have. No HTML, no entities, no images: those are shown as typed."""
    patterns: Registry[Pattern] = Registry()
    patterns.register(BacktickInlineProcessor(BACKTICK_RE), "backtick", 190)
    patterns.register(EscapeInlineProcessor(ESCAPE_RE, converter), "escape", 180)
    emphasis = DelimiterProcessor("*", "strong,em", converter)
    emphasis.add("_", "strong,em", smart=True)
    patterns.register(emphasis, "em_strong", 60)
    return patterns


class _FenceProcessor(BlockProcessor):
    """Puts the fenced blocks that ``read_blocks`` lifted out back where they were."""

    def __init__(self, converter: _Converter) -> None:
        super().__init__(converter.parser)
        self._converter = converter

    def test(self, parent: ET.Element, block: str) -> bool:
        return PLACEHOLDER.fullmatch(block.strip()) is not None

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        fence = self._converter.fences[int(blocks.pop(0).strip().strip("\x1a"))]
        if fence.language == DIAGRAM:
            figure = ET.SubElement(parent, "figure", {"class": "diagram"})
            figure.text = AtomicString(str(len(self._converter.diagrams)))
            self._converter.diagrams.append(fence.text)
        else:
            _add_code(parent, fence.text)


class _BoundedTableProcessor(TableProcessor):
    """Tables of a size that a page and a PDF can take."""

    def __init__(self, converter: _Converter) -> None:
        super().__init__(converter.parser, {"use_align_attribute": True})
        self._converter = converter

    def test(self, parent: ET.Element, block: str) -> bool:
        if "|" not in block or max(map(len, block.split("\n"))) > MAX_ROW_LENGTH:
            return False
        return super().test(parent, block)

    def run(self, parent: ET.Element, blocks: list[str]) -> None:
        rows = blocks[0].split("\n")
        columns = len(self.separator)
        if columns > MAX_COLUMNS:
            _add_notice(
                parent,
                f"This table has {columns} columns; up to {MAX_COLUMNS} are set as a table. "
                "Split it into narrower ones.",
            )
            _add_code(parent, blocks.pop(0))
            return
        body = len(rows) - 2
        shown = max(min(body, self._converter.rows_left - 1), 0)
        self._converter.rows_left -= shown + 1
        if shown or not body:
            blocks[0] = "\n".join(rows[: shown + 2])
            super().run(parent, blocks)
        else:
            blocks.pop(0)
        if shown < body:
            _add_notice(
                parent,
                f"{body - shown} of the {body} rows of this table are not shown: a text has room "
                f"for {MAX_ROWS}. Keep the rows that matter, and link to the rest.",
            )


class _LinkProcessor(InlineProcessor):
    """``[words](address "title")``. An image becomes a link to it; titles are dropped.

    Where the address is none that may be followed, the link is shown as typed.
    """

    def handleMatch(  # type: ignore[override]  # noqa: N802  the library's own
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        address = self.unescape(m[2] or m[3] or "").replace(" ", "%20")
        if not address.casefold().startswith(FOLLOWED):
            return None, None, None
        return _link(m[1], address), m.start(), m.end()


class _ReferenceProcessor(InlineProcessor):
    """``[words][name]``, and ``[name]`` alone, when the name is defined."""

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        target = self.md.references.get(reference_key(m[2] or m[1]))
        if target is None:
            return None, None, None
        return _link(m[1], target[0]), m.start(), m.end()


class _AddressProcessor(InlineProcessor):
    """An address that stands for itself, in angle brackets or bare."""

    ANCESTOR_EXCLUDES = ("a",)

    def handleMatch(  # type: ignore[override]  # noqa: N802
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element, int, int]:
        address = self.unescape(m[1])
        is_mail = "@" in address and "://" not in address and not address.startswith("mailto:")
        link = _link("", f"mailto:{address}" if is_mail else address)
        link.text = AtomicString(m[1])
        return link, m.start(), m.end()


class _HouseTreeprocessor(Treeprocessor):
    """Headings below the page's own, named columns, alignment and tasks as classes."""

    def run(self, root: ET.Element) -> None:
        level = PAGE_LEVELS
        for element in root.iter():
            if element.tag in HEADINGS:
                # One deeper at most: people who listen to the page go from level to level.
                level = min(int(element.tag[1]) + PAGE_LEVELS, level + 1, len(HEADINGS))
                element.tag = f"h{level}"
            elif element.tag in ("th", "td"):
                align = element.attrib.pop("align", None)
                if align:
                    element.set("class", f"cell--{align}")
                if element.tag == "th":
                    element.set("scope", "col")
            elif element.tag == "li":
                _mark_task(element)


def _mark_task(item: ET.Element) -> None:
    words = item[0] if len(item) and not item.text and item[0].tag == "p" else item
    task = _TASK.match(words.text or "")
    if task and words.text:
        done = task[1] != " "
        item.set("class", "task task--done" if done else "task task--open")
        words.text = ("☑ " if done else "☐ ") + words.text[task.end() :]


def _link(words: str, address: str) -> ET.Element:
    link = ET.Element("a", {"href": address})
    link.text = words
    return link


def _add_code(parent: ET.Element, text: str) -> None:
    code = ET.SubElement(ET.SubElement(parent, "pre"), "code")
    code.text = AtomicString(code_escape(text))


def _add_notice(parent: ET.Element, words: str) -> None:
    notice = ET.SubElement(parent, "p", {"class": "markup-notice"})
    notice.text = AtomicString(words)
