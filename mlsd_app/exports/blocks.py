"""What a page of the report is made of. Each block names the template that sets it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.safestring import SafeString

from mlsd_app.exports.changes import Changes, Rewritten

MANY = 3
NO_MARKS = SafeString("")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a part of the report, set by ``template`` as the variable ``block``."""

    template: ClassVar[str]


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading beside the text, or above it where something wide follows."""

    template: ClassVar[str] = "print/_heading.html"
    slug: str
    text: str
    is_wide: bool = False
    lines: int = 1  # that it takes in the hanging column


@dataclass(frozen=True, slots=True)
class Prose(Block):
    """Paragraphs that are already HTML."""

    template: ClassVar[str] = "print/_prose.html"
    html: SafeString


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and a value."""

    label: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Facts(Block):
    """Labels and values under each other; short ones stand in pairs."""

    template: ClassVar[str] = "print/_facts.html"
    pairs: Sequence[Sequence[Fact]]
    singles: Sequence[Fact]

    @property
    def lone(self) -> Fact | None:
        """The only fact, which needs no table beside prose."""
        return self.singles[0] if len(self.singles) == 1 and not self.pairs else None


@dataclass(frozen=True, slots=True)
class Strip(Block):
    """Up to four key figures of a stage, under its title: value, unit or rest, label."""

    template: ClassVar[str] = "print/_strip.html"
    cells: Sequence[tuple[str, str, str]]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column of a table."""

    text: str
    width: float  # mm
    is_number: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what its column holds is known by the row."""

    html: SafeString
    is_number: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A row of a table, and the line below it for what found no column.

    ``opens`` and ``closes`` a group that no page break parts: the first two records of a table stay
    together, and the last two, so that none stands alone.
    """

    slug: str
    name: SafeString
    cells: Sequence[Cell]
    details: SafeString
    opens: bool
    closes: bool
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class TableBlock(Block):
    """A table with its number and caption."""

    template: ClassVar[str] = "print/_table.html"
    slug: str
    number: str
    caption: SafeString
    heads: Sequence[Head]
    records: Sequence[Record]
    is_text_wide: bool

    @property
    def has_details(self) -> bool:
        return any(record.details for record in self.records)

    @property
    def columns(self) -> int:
        return len(self.heads)


@dataclass(frozen=True, slots=True)
class FigureBlock(Block):
    """A drawing with its number and caption."""

    template: ClassVar[str] = "print/_figure.html"
    slug: str
    number: str
    title: str
    note: str
    svg: SafeString
    is_all_of_it: bool = False  # the text it is drawn from says nothing more
    marks: SafeString = NO_MARKS


@dataclass(frozen=True, slots=True)
class SampleSize(Block):
    """The size of the experiment, with the numbers it follows from. All values are written out."""

    template: ClassVar[str] = "print/_sample_size.html"
    is_mean: bool
    z_alpha: str
    z_beta: str
    spread: str
    shares: tuple[str, str]
    effect: str
    needed: str
    note: str
    is_enough: bool | None


@dataclass(frozen=True, slots=True)
class TrainingRows(Block):
    """The rows that follow from the rates, beside those that are stated."""

    template: ClassVar[str] = "print/_training_rows.html"
    examples: str
    sample: str
    days: str
    positive: str
    negative: str
    kept: str
    rows: str
    note: str
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Result:
    """A result with the numbers it comes from, and what it is ``held`` to, if that is stated."""

    title: str
    row: str
    formula: str
    filled: str
    value: str
    held: str
    is_met: bool | None
    severity: str


@dataclass(frozen=True, slots=True)
class Results(Block):
    """What follows from the numbers of a stage."""

    template: ClassVar[str] = "print/_results.html"
    results: Sequence[Result]


@dataclass(frozen=True, slots=True)
class TradeOff(Block):
    """Two options, the one recommended, and what it costs."""

    template: ClassVar[str] = "print/_trade_off.html"
    slug: str
    number: int
    stage_slug: str
    stage_name: str
    decision: SafeString
    options: Sequence[tuple[str, SafeString, bool]]
    reason: SafeString
    cost: SafeString


@dataclass(frozen=True, slots=True)
class Unanswered(Block):
    """The core questions of a stage that have no answer yet."""

    template: ClassVar[str] = "print/_unanswered.html"
    questions: Sequence[SafeString]
    is_all: bool


@dataclass(frozen=True, slots=True)
class FoundAt:
    """One place where a check found something; ``places`` are names and ids, the first is where.

    ``note`` says why it counts again, where it does.
    """

    message: SafeString
    places: Sequence[tuple[str, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class FindingBlock(Block):
    """What one check found, wherever it did, and what to do about it."""

    template: ClassVar[str] = "print/_finding.html"
    number: int
    severity: str
    mark: str
    check: str
    found: Sequence[FoundAt]
    hint: SafeString

    @property
    def is_long(self) -> bool:
        """Whether the places are listed in a smaller type, for they are many."""
        return len(self.found) > MANY


@dataclass(frozen=True, slots=True)
class AsideBlock(Block):
    """A finding that somebody set aside: the reason, who and when."""

    template: ClassVar[str] = "print/_aside.html"
    severity: str
    mark: str
    check: str
    found: FoundAt
    reason: str
    signed: str


@dataclass(frozen=True, slots=True)
class Said:
    """A remark as it is printed."""

    by: str
    when: str
    html: SafeString
    is_answer: bool
    reactions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Decision:
    """Another text that was suggested, and what became of that."""

    text: Rewritten
    verdict: str
    reason: SafeString


@dataclass(frozen=True, slots=True)
class NoteBlock(Block):
    """What was said about one place. ``mark`` is the id of what leads here, if anything does."""

    template: ClassVar[str] = "print/_note.html"
    number: int
    mark: str
    kind: str
    state: tuple[str, str, str]  # severity, mark, words
    by: str
    when: str
    place: str
    opening: Said | None
    replies: Sequence[Said]
    quote: str
    about: str
    doubt: str  # why the quote may not be found where the mark stands
    decision: Decision | None
    outcome: str
    changes: Changes | None = None  # what changed at the place, written out


@dataclass(frozen=True, slots=True)
class ReviewBlock(Block):
    """What a mentor said of the whole design in a round, and the author's answer."""

    template: ClassVar[str] = "print/_review.html"
    slug: str
    title: str
    when: str
    verdict: tuple[str, str, str] | None  # severity, mark, words
    revision: int
    summary: SafeString
    answer: SafeString
    answered: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents, and the lines under it."""

    slug: str
    text: str
    number: str = ""
    entries: Sequence[Entry] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A stage, an appendix, or the matter around them; each starts a page."""

    slug: str
    number: str
    title: str
    purpose: str
    blocks: Sequence[Block]
    entries: Sequence[Entry]
    figures: Sequence[Entry]
    counts: Sequence[tuple[str, str, str]] = ()  # severity, mark, words
    is_landscape: bool = False
    is_round: bool = False  # of a letter, in which no part starts a page
    marks: SafeString = NO_MARKS  # of what is said about all of it

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is answered."""
        return all(isinstance(block, Unanswered) for block in self.blocks)

    @property
    def label(self) -> str:
        """As in bookmarks and running heads."""
        return f"{self.number}: {self.title}" if self.number else self.title

    @property
    def short_number(self) -> str:
        """As in the contents."""
        return self.number.rpartition(" ")[2]
