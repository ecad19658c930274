"""Reading Markdown line by line, before Python-Markdown does.

Three things happen in one pass. Fenced blocks are lifted out, wherever they stand, and leave a
placeholder. What people know from other editors is brought into the form Python-Markdown knows:
lists nested by two spaces, lists and tables straight after a sentence, ``1)``. And whatever would
make it slow or deep is bounded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MAX_DEPTH = 8  # of lists in lists, quotes in quotes, and both mixed

# Control characters never get this far, so nobody can type a placeholder.
PLACEHOLDER = re.compile(r"\x1a(\d+)\x1a")

_QUOTE = re.compile(r"(?: {0,3}+> ?+)*+")
_FENCE = re.compile(
    r"(?P<lead>(?:(?:[-*+]|\d{1,9}[.)]) +)?+ *+)(?P<fence>`{3,}+|~{3,}+)(?P<info>.*)"
)
_ITEM = re.compile(r" *+(?P<marker>[-*+]|\d{1,9}(?P<end>[.)])) ++(?=\S)")
_RULE = re.compile(r" {0,3}(?:(?:- *+){3,}+|(?:_ *+){3,}+|(?:\* *+){3,}+)")
_UNDERLINE = re.compile(r" {0,3}(?:=++|-++) *+")
_HEADING = re.compile(r"#{1,6}+(?: |$)")
_TABLE_RULE = re.compile(r" *+\|?+ *+:?+-++:?+ *+(?:\| *+:?+-++:?+ *+)*+\|?+ *+")
_NESTING = re.compile(r" *+(?:>|[-*+](?= )|\d{1,9}[.)](?= ))")
_LONG_NUMBER = re.compile(r"( *+\d{10,}+)([.)] )")
_DEFINITION = re.compile(
    r" {0,3}\[([^\[\]]{1,200}+)\]: ++<?+((?:https?://|mailto:)[^\s<>]{1,2000}+)>?+"
    r"(?: ++[\"'(].*+)? *+"
)


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block: the first word after the fence, and what stands between."""

    language: str
    text: str


@dataclass(slots=True)
class Blocks:
    """Markdown with placeholders, what they stand for, and where its references lead."""

    lines: list[str]
    fences: list[Fence] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)


def read_blocks(text: str) -> Blocks:
    """Read Markdown whose line ends are ``\\n`` and whose tabs are spaces. Linear in its length."""
    page = _Flow()
    blocks = Blocks(page.lines)
    quote, quotes = _Flow(), 0
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        prefix = _quote_prefix(line)
        depth = min(prefix.count(">"), MAX_DEPTH)
        if depth != quotes:
            page.add_quoted(quote, quotes)
            quote, quotes = _Flow(), depth
        flow = quote if quotes else page
        opened = _FENCE.fullmatch(line, len(prefix))
        if opened and not (opened["fence"][0] == "`" and "`" in opened["info"]):
            flow.add_fence(opened["lead"], f"\x1a{len(blocks.fences)}\x1a")
            info = opened["info"].split()
            inside, at = _inside(lines, at, prefix.count(">"), opened)
            blocks.fences.append(Fence(info[0].lower() if info else "", inside))
        elif not prefix and (defined := _DEFINITION.fullmatch(line)):
            blocks.references[reference_key(defined[1])] = defined[2]
        else:
            after = lines[at] if at < len(lines) else ""
            flow.add(line[len(prefix) :], after[len(_quote_prefix(after)) :])
    page.add_quoted(quote, quotes)
    return blocks


def reference_key(label: str) -> str:
    return " ".join(label.split()).casefold()


class _Flow:
    """Lines on their way to Python-Markdown, of the page or of one quote.

    It knows which lists the current line is in, by the column each list's words start in.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._lists: list[tuple[int, str]] = []  # column of the words, and kind
        self._block_is_list = False

    def add(self, line: str, after: str) -> None:
        words = line.lstrip(" ")
        indent = len(line) - len(words)
        item = self._item(line, indent)
        if not words:
            self._end_block()
        elif item:
            self._add_item(item, line, indent)
        elif self._goes_on and self._lists and words in ("-", "+", "*"):
            self._append(f"\\{words}")  # about to become an item, not the underline of a heading
        else:
            self._add_words(words, indent, after)

    def add_fence(self, lead: str, placeholder: str) -> None:
        if lead.strip():
            self.add(lead + placeholder, "")
        else:
            self._end_block()
            self._leave(len(lead))
            self._append(self._margin + placeholder)
        self._end_block()

    def add_quoted(self, flow: _Flow, depth: int) -> None:
        """Put a finished quote here, with as many signs before each line."""
        if flow.lines:
            self._lists.clear()
            self.lines += [f"{'>' * depth} {line}".rstrip() for line in flow.lines]
            if not flow._goes_on:
                self.lines.append("")  # the quote is over, and what follows is not part of it

    @property
    def _goes_on(self) -> bool:
        return bool(self.lines and self.lines[-1])

    @property
    def _margin(self) -> str:
        """What a line in the current list is indented by: Python-Markdown counts in fours."""
        return " " * 4 * min(len(self._lists), MAX_DEPTH)

    def _append(self, line: str) -> None:
        if not self._goes_on:
            self._block_is_list = False
        self.lines.append(_bounded(line))

    def _end_block(self) -> None:
        if self._goes_on:
            self.lines.append("")

    def _leave(self, indent: int) -> str:
        """Leave the lists a line indented this far is not part of; the kind of the last one."""
        left = ""
        while self._lists and indent < self._lists[-1][0]:
            left = self._lists.pop()[1]
        return left

    def _item(self, line: str, indent: int) -> re.Match[str] | None:
        """The line as a list item, if it is one."""
        item = _ITEM.match(line)
        if item is None or _RULE.fullmatch(line):
            return None
        if self._lists:
            return item
        # Not code, and not a sentence that happens to go on with "1998. So".
        starts = item["end"] is None or item["marker"][:-1] == "1" or not self._goes_on
        return item if starts and indent < 4 else None

    def _add_item(self, item: re.Match[str], line: str, indent: int) -> None:
        kind = item["end"] or "-"
        beside = self._leave(indent)
        if not self._block_is_list or (beside and beside != kind):
            self._end_block()
        margin = self._margin
        self._lists.append((item.end(), kind))
        marker = item["marker"].replace(")", ".")
        self._append(f"{margin}{marker} {_not_heading(line[item.end() :])}")
        self._block_is_list = True

    def _add_words(self, words: str, indent: int, after: str) -> None:
        """A line that starts no list. Headings, rules and tables stand apart: faster as well."""
        words = _not_heading(words)
        is_heading = words.startswith("#")
        is_rule = indent < 4 and _RULE.fullmatch(words) is not None
        is_table = "|" in words and "|" in after and _TABLE_RULE.fullmatch(after) is not None
        if is_heading or is_table or (is_rule and self._lists):
            self._end_block()
        if not self._goes_on:
            self._leave(indent)
        column = self._lists[-1][0] if self._lists else 0
        margin = self._margin + " " * (indent - column) if indent else ""
        if is_rule and " " in words.strip():
            words = "***"  # "- - -" in any spacing
        self._append(margin + _LONG_NUMBER.sub(r"\1\\\2", words, count=1))
        if is_heading or is_rule or _UNDERLINE.fullmatch(words):
            self._end_block()


def _not_heading(words: str) -> str:
    """Words that start with a hash sign but are no heading, like "#1 is latency"."""
    return f"\\{words}" if words.startswith("#") and not _HEADING.match(words) else words


def _quote_prefix(line: str) -> str:
    prefix = _QUOTE.match(line)
    return prefix[0] if prefix else ""


def _inside(lines: list[str], at: int, quotes: int, opened: re.Match[str]) -> tuple[str, int]:
    """What a fence holds, up to its end or that of its quote; and the number of the next line."""
    close = re.compile(rf" *+{re.escape(opened['fence'])}{re.escape(opened['fence'][0])}*+ *+")
    prefix = re.compile(rf"(?: {{0,3}}+> ?+){{{quotes}}}")
    inside = []
    while at < len(lines) and (quoted := prefix.match(lines[at])):
        line = lines[at][quoted.end() :]
        at += 1
        if close.fullmatch(line):
            break
        spaces = len(line) - len(line.lstrip(" "))
        inside.append(line[min(spaces, len(opened["lead"])) :])
    return "\n".join(inside), at


def _bounded(line: str) -> str:
    """A line with at most so many quote and list signs in a row; the next one is shown as typed."""
    at = 0
    for _ in range(MAX_DEPTH):
        nested = _NESTING.match(line, at)
        if nested is None:
            return line
        at = nested.end()
    if _NESTING.match(line, at):
        return f"{line[:at]} \\{line[at:].lstrip(' ')}"
    return line
