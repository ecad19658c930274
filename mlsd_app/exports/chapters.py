"""A stage of the design as a part of the report: its sections, their blocks, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mlsd_app import figures, markup
from mlsd_app.exports.arithmetic import (
    of_monitoring,
    of_serving,
    rows_of_training,
    sample_size,
)
from mlsd_app.exports.blocks import (
    NO_MARKS,
    Block,
    Entry,
    Fact,
    Facts,
    FigureBlock,
    Heading,
    Part,
    Prose,
    Strip,
    TableBlock,
    TradeOff,
    Unanswered,
)
from mlsd_app.exports.highlights import strip
from mlsd_app.exports.layout import EVEN, Section, sections
from mlsd_app.exports.markers import Markers
from mlsd_app.exports.tables import TableSetter
from mlsd_app.exports.typesetter import Typesetter, anchor, worded
from mlsd_app.figures import PRINT, PRINT_WIDTH
from mlsd_app.figures.chain import evenly
from mlsd_app.figures.lettering import Face, wrapped
from mlsd_app.stages.design import STAGES, Design, is_empty
from mlsd_app.stages.fields import Depth, Field, Kind, Question, Stage

LONG_LINE = 56  # characters; a longer line is set as prose, a shorter one as a fact
SHORT_LABEL, SHORT_VALUE = 26, 17  # characters of facts that stand in pairs
FEWEST_PAIRED = 6
HEADING_SIZE, HEADING_WIDTH, HEADING_LINES = 8.8, 113.0, 6  # points, of the hanging column

# Title and note of each figure, and what draws it.
_Figure = tuple[Callable[..., str], str, str]
FIGURES: Mapping[str, _Figure] = {
    "blueprint": (figures.blueprint, "The whole loop in roles", ""),
    "metric_chain": (
        figures.metric_chain,
        "From the offline number to the business number",
        "Each link can fail; the text says how.",
    ),
    "split_timeline": (
        figures.split_timeline,
        "Training, validation and test in time",
        "Widths grow with the square root of the days.",
    ),
    "latency_budget": (
        figures.latency_budget,
        "Latency budget",
        "The filled part runs the model; parts above each other run in parallel.",
    ),
    "funnel": (figures.funnel, "Funnel of one request", "Bar length is logarithmic."),
    "rollout": (
        figures.rollout,
        "Share of traffic by step of the rollout",
        "Both axes are square roots, so that short steps and small shares stay visible.",
    ),
}
CALCULATIONS: Mapping[str, Callable[[Design], Block | None]] = {
    "sample_size": sample_size,
    "training_rows": rows_of_training,
    "serving": of_serving,
    "monitoring": of_monitoring,
}


class Chapter:
    """One stage being set. ``places`` maps addresses to the ids of what is printed for them."""

    def __init__(
        self, stage: Stage, design: Design, setter: Typesetter, markers: Markers | None = None
    ) -> None:
        self.stage = stage
        self.design = design
        self.setter = setter
        self.markers = markers or Markers()
        self.places: dict[str, str] = {}
        self._entries: list[Entry] = []
        self._figures: list[Entry] = []
        self._tables = 0

    def part(
        self,
        counts: Sequence[tuple[str, str, str]] = (),
        *,
        title: str = "",
        purpose: str = "",
    ) -> Part:
        """The stage, with the counts of its findings. Without answers only what is missing."""
        stage = self.stage
        self.places[stage.key] = stage.key
        blocks: list[Block] = []
        if cells := strip(stage.key, self.design):
            blocks.append(Strip(cells))
        for section in sections(stage):
            blocks.extend(self._section(section))
        if missing := self._unanswered():
            blocks.append(Unanswered(missing, is_all=not blocks))
        elif not blocks and stage.number:
            blocks.append(Unanswered((), is_all=True))
        return Part(
            slug=stage.key,
            number=f"Stage {stage.number}" if stage.number else "",
            title=title or stage.title,
            purpose=purpose or stage.purpose,
            blocks=blocks,
            entries=self._entries,
            figures=self._figures,
            counts=counts,
            marks=self.markers.left_at(stage.key) if blocks else NO_MARKS,
        )

    # -- sections

    def _section(self, section: Section) -> Sequence[Block]:
        given = {
            key: value
            for key in section.fields
            if not is_empty(value := self.design.value(self.stage.key, key))
        }
        if not given:
            return []
        slug = f"{self.stage.key}-{anchor(section.fields[0])}"
        self.places |= {f"{self.stage.key}.{key}": slug for key in section.fields}
        drawings = [block for name in section.figures if (block := self._figure(name))]
        is_drawn = any(block.is_all_of_it for block in drawings)
        if is_drawn:
            marks = self.markers.left_at(*(f"{self.stage.key}.{key}" for key in given))
            drawings[0] = replace(drawings[0], marks=marks)
        prose = [] if is_drawn else list(self._prose(section, given))
        facts = self._facts(given)
        if len(prose) and len(facts) == 1 and (lone := facts[0].lone):
            is_first = self.stage.fields[next(iter(given))].label == lone.label
            prose.insert(
                0 if is_first else len(prose), Prose(self.setter.said(lone.label, lone.html))
            )
            facts = []
        calculation = self._calculation(section.calculation)
        tables = [self._table(key, rows) for key, rows in given.items() if self._is_table(key)]
        blocks: list[Block] = [*prose, *facts, *calculation, *drawings, *tables]
        if self.stage.fields[next(iter(given))].is_table:
            blocks = [*drawings, *tables, *prose, *facts, *calculation]
        if "tradeoffs" in given:
            blocks = list(self._trade_offs(given["tradeoffs"]))
        self._entries.append(Entry(slug, section.heading))
        return [self._heading(slug, section.heading, blocks[0]), *blocks]

    def _heading(self, slug: str, text: str, first: Block) -> Heading:
        is_wide = isinstance(first, FigureBlock | TradeOff) or (
            isinstance(first, TableBlock) and not first.is_text_wide
        )
        lines = len(wrapped(text, HEADING_SIZE, HEADING_WIDTH, HEADING_LINES, Face.BOLD))
        return Heading(slug, text, is_wide=is_wide, lines=lines)

    def _is_table(self, key: str) -> bool:
        return self.stage.fields[key].is_table and key != "tradeoffs"

    def _prose(self, section: Section, given: Mapping[str, Any]) -> Iterator[Prose]:
        texts = [key for key in given if self._is_prose(self.stage.fields[key], given[key])]
        for key in texts:
            field = self.stage.fields[key]
            head = "" if field.label.casefold() == section.heading.casefold() else field.label
            value = given[key]
            if field.kind is Kind.TEXT:
                html = self.setter.prose(value, head)
            elif field.kind is Kind.LINE:
                html = self.setter.listed((value,), head)
            else:
                words = tuple(worded(field.choices.get(one, one), one) for one in value)
                html = self.setter.listed(words, head)
            yield Prose(self.markers.in_text(f"{self.stage.key}.{key}", html))

    def _is_prose(self, field: Field, value: Any) -> bool:
        if field.kind is Kind.LINE:
            return len(value) > LONG_LINE
        if field.kind is Kind.CHOICES:
            return not field.refs
        return field.kind in {Kind.TEXT, Kind.LIST}

    def _facts(self, given: Mapping[str, Any]) -> Sequence[Facts]:
        """Short answers: in pairs where they are many and short, else under each other."""
        singles: list[Fact] = []
        short: list[Fact] = []
        for key, value in given.items():
            field = self.stage.fields[key]
            if field.is_table or self._is_prose(field, value):
                continue
            fact = Fact(field.label, self._value(key, value))
            words = markup.plain(fact.html)
            is_short = len(field.label) <= SHORT_LABEL and len(words) <= SHORT_VALUE
            (short if is_short else singles).append(fact)
        if len(short) < FEWEST_PAIRED:
            return [Facts((), facts)] if (facts := self._in_order(given, short, singles)) else []
        if len(short) % 2:
            singles.insert(0, short.pop())
        half = len(short) // 2
        pairs = list(zip(short[:half], short[half:], strict=True))
        return [Facts(pairs, singles)]

    def _value(self, key: str, value: Any) -> SafeString:
        return self.markers.after(f"{self.stage.key}.{key}", self._written(key, value))

    def _written(self, key: str, value: Any) -> SafeString:
        even = EVEN.get(self.stage.key, ())
        if key in even:
            given = [v for k in even if (v := self.design.value(self.stage.key, k)) is not None]
            return format_html("{}", evenly(*given)[given.index(value)])
        return self.setter.value(self.stage.fields[key], value)

    def _in_order(
        self, given: Mapping[str, Any], short: Sequence[Fact], singles: Sequence[Fact]
    ) -> Sequence[Fact]:
        labels = [self.stage.fields[key].label for key in given]
        return sorted([*short, *singles], key=lambda fact: labels.index(fact.label))

    def _table(self, key: str, rows: Any) -> TableBlock:
        self._tables += 1
        address = f"{self.stage.key}.{key}"
        self.places |= {row.at(): anchor(row.at()) for row in rows}
        field = self.stage.fields[key]
        number = f"{self.stage.number or 'D'}.{self._tables}"
        setter = TableSetter(address, field, rows, self.setter, self.markers)
        slug = f"{self.stage.key}-table-{self._tables}"
        if address != "model.candidates":
            return setter.block(slug, number)
        model = self.design.model
        return setter.block(slug, number, chosen=model.chosen, fallback=model.fallback_model)

    def _figure(self, name: str) -> FigureBlock | None:
        draw, title, note = FIGURES[name]
        count = len(self._figures) + 1
        slug = f"{self.stage.key}-figure-{count}"
        svg = draw(self.design, PRINT, width=PRINT_WIDTH, prefix=slug)
        if not svg:
            return None
        number = f"{self.stage.number}.{count}"
        self._figures.append(Entry(slug, title, number))
        return FigureBlock(
            slug=slug,
            number=number,
            title=f"{title}.",
            note=note,
            svg=mark_safe(svg),  # noqa: S308  figures escape what they write
            is_all_of_it=name == "blueprint",
        )

    def _calculation(self, name: str) -> Sequence[Block]:
        block = CALCULATIONS[name](self.design) if name else None
        return [block] if block else []

    def _trade_offs(self, rows: Any) -> Iterator[TradeOff]:
        in_text = self.markers.in_text
        for number, row in enumerate(rows, start=1):
            slug = anchor(row.at())
            self.places[row.at()] = slug
            stage = next((s for s in STAGES.values() if str(s.number) == row.stage), None)
            options = (
                ("Option A", row.option_a, "option_a"),
                ("Option B", row.option_b, "option_b"),
            )
            yield TradeOff(
                slug=slug,
                number=number,
                stage_slug=stage.key if stage and stage.number else "",
                stage_name=f"Stage {row.stage}, {stage.title.lower()}" if stage else "",
                options=[
                    (lead, in_text(row.at(key), self.setter.sentence(words)), row.choice == key)
                    for lead, words, key in options
                    if words
                ],
                reason=in_text(row.at("reason"), self.setter.sentence(row.reason)),
                cost=in_text(row.at("cost"), self.setter.sentence(row.cost)),
                # Last: it takes the marks of what is said about all of the row.
                decision=self._decision(row),
            )

    def _decision(self, row: Any) -> SafeString:
        html = self.setter.inline(row.decision or "A decision without a name")
        html = self.markers.in_text(row.at("decision"), html)
        return SafeString(html + self.markers.left_at(row.at()))

    # -- what is missing

    def _unanswered(self) -> Sequence[SafeString]:
        """The labels of core questions that are asked of this design and have no answer."""
        return [
            self._label(question)
            for question in self.stage.questions
            if question.depth is Depth.CORE
            and any(map(self._is_asked, question.fields))
            and all(map(self._is_unanswered, question.fields))
        ]

    def _label(self, question: Question) -> SafeString:
        addresses = (f"{self.stage.key}.{key}" for key in question.fields)
        return format_html("{}{}", question.label, self.markers.left_at(*addresses))

    def _is_asked(self, key: str) -> bool:
        field = self.stage.fields[key]
        return field.when is None or field.when(self.design)

    def _is_unanswered(self, key: str) -> bool:
        return is_empty(self.design.value(self.stage.key, key))
