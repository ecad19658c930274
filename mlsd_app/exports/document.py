"""The report of a design, as one HTML document that a renderer can set without asking anything.

Everything in it comes from the design, ``Meta`` and ``Options``: no clock, no database, no network.
Every stage starts a page, ids begin with the stage, and no counter crosses stages, so a stage is
laid out the same whatever the others say, but for the numbers that it cites.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from mlsd_app.calculators.citing import written_out
from mlsd_app.checklist import Finding
from mlsd_app.designs.verdicts import Verdict, verdicts
from mlsd_app.designs.waivers import Waivers
from mlsd_app.exports.appendix import counts, findings_part, set_aside
from mlsd_app.exports.blocks import Block, Entry, FigureBlock, Part
from mlsd_app.exports.chapters import Chapter
from mlsd_app.exports.conversation import Approved, Conversation
from mlsd_app.exports.highlights import lead
from mlsd_app.exports.limits import check_size, check_talk
from mlsd_app.exports.markers import Markers, numbered, numbers_in
from mlsd_app.exports.notes import notes_part
from mlsd_app.exports.typesetter import Typesetter
from mlsd_app.figures import (
    PRINT,
    PRINT_WIDTH,
    TALLEST_PRINTED,
    pipeline,
    trace,
    traceability,
)
from mlsd_app.figures.lettering import clipped
from mlsd_app.stages import values
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES, Design

Paper = Literal["A4", "Letter"]
Kind = Literal["report", "response"]
Talk = Literal["none", "open", "all"]
PAPERS: tuple[Paper, ...] = ("A4", "Letter")
LONG_TITLE, VERY_LONG_TITLE = 60, 140  # characters; a longer title is set smaller
RUNNING_HEAD = (7.6, 272.0)  # size and room in points of the title at the head of a page
NAMED_AUTHORS = 6  # on the cover; the others are counted
PART_LINE = 1.9  # height of a part in the contents, in lines of its sections

UNTITLED = "Untitled design"


@dataclass(frozen=True, slots=True)
class Options:
    """What a reader may choose. ``findings`` adds what the checks find as an appendix, ``talk``
    what people say of the design. A response to reviewers answers all that they said, or a
    ``round`` by its id.
    """

    paper: Paper = "A4"
    findings: bool = False
    talk: Talk = "none"
    kind: Kind = "report"
    round: str = ""

    @property
    def holds_conversation(self) -> bool:
        """Whether people who may not comment must not see the file."""
        return self.talk != "none" or self.kind == "response"


@dataclass(frozen=True, slots=True)
class Meta:
    """What is known of the design beyond its answers. Empty parts are left out.

    ``revision`` is a label such as ``14``; ``content_hash`` says which content was printed;
    ``created`` is the day of that revision, so that the same content gives the same file.
    """

    title: str
    authors: Sequence[str] = ()
    revision: str = ""
    content_hash: str = ""
    created: date | None = None
    status: str = ""

    @property
    def by(self) -> str:
        return ", ".join(self.authors)

    @property
    def cover_by(self) -> str:
        """The authors as far as the cover has room."""
        if len(self.authors) <= NAMED_AUTHORS:
            return self.by
        others = len(self.authors) - NAMED_AUTHORS + 1
        return f"{', '.join(self.authors[: NAMED_AUTHORS - 1])} and {others} others"

    @property
    def when(self) -> str:
        return f"{self.created.day} {self.created:%B %Y}" if self.created else ""

    @property
    def foot(self) -> str:
        """The line at the foot of every page."""
        revision = f"Revision {self.revision}" if self.revision else ""
        return ", ".join(part for part in (revision, self.content_hash, self.when) if part)


def document_html(
    design: Design,
    meta: Meta,
    options: Options | None = None,
    findings: Sequence[Finding] = (),
    waivers: Waivers = (),
    conversation: Conversation | None = None,
) -> str:
    """The whole report. Refers to nothing but ``report.css`` and ``letter.css`` of the renderer.

    ``findings`` is all that the checks find in ``design``; those that count at its bar are printed
    as open, those that ``waivers`` set aside with their reasons. What is said in a
    ``conversation`` is printed as notes; who approved a stage as it is stands on the cover.

    Raises ``LimitExceededError`` for a design that is too large to be laid out.
    """
    check_size(design)
    conversation = conversation or Conversation()
    check_talk(conversation)
    judged = verdicts(findings, design, waivers)
    markers = Markers(conversation.threads, design)
    design = written_out(design)
    options = options or Options()
    setter = Typesetter(design)
    chapters = [Chapter(stage, design, setter, markers) for stage in NUMBERED_STAGES]
    decisions = Chapter(STAGES["general"], design, setter, markers)
    parts = [
        _overview(design),
        _chain(design, judged if options.findings else ()),
        *(
            chapter.part(counts(judged, chapter.stage.key) if options.findings else ())
            for chapter in chapters
        ),
        decisions.part((), title="Decisions", purpose="What was decided, and what is still open."),
    ]
    parts = [part for part in parts if part.blocks]
    if options.findings:
        places = {
            address: slug
            for chapter in (*chapters, decisions)
            for address, slug in chapter.places.items()
        }
        parts.append(findings_part(design, judged, places))
    # The marks are numbered as a reader meets them, so the notes follow when all else is set.
    overall = markers.left()
    set_parts = [_set(part) for part in parts]
    numbers = numbers_in(overall, *set_parts)
    if numbers:
        letter = "B" if options.findings else "A"
        parts.append(notes_part(conversation, numbers, letter, setter))
        set_parts.append(_set(parts[-1]))
    title = " ".join(meta.title.split()) or UNTITLED
    return render_to_string(
        "print/report.html",
        {
            "meta": meta,
            "by": meta.cover_by,
            "title": title,
            "title_size": title_size(title),
            "running_head": clipped(title, *RUNNING_HEAD),
            "paper": options.paper,
            "lead": lead(design, setter),
            "facts": [
                *_cover_facts(design, meta, options, judged),
                *_cover_talk(conversation, options, numbered(overall, numbers)),
            ],
            "parts": [numbered(part, numbers) for part in set_parts],
            "columns": _contents(parts),
            "figures": [entry for part in parts for entry in part.figures],
        },
    )


def _set(part: Part) -> str:
    return render_to_string("print/_part.html", {"part": part})


def title_size(title: str) -> str:
    """How large a title is set, by its length."""
    if len(title) > VERY_LONG_TITLE:
        return "very-long"
    return "long" if len(title) > LONG_TITLE else "short"


def _contents(parts: Sequence[Part]) -> Sequence[Sequence[Entry]]:
    """The lines of the contents in two columns of about the same height."""
    lines = [Entry(part.slug, part.title, part.short_number, part.entries) for part in parts]
    lines.append(Entry("colophon", "Colophon"))
    heights = [PART_LINE + len(line.entries) for line in lines]
    fits = [sum(heights[: count + 1]) <= sum(heights) / 2 + 1 for count in range(len(lines))]
    left = max(sum(fits), 1)
    return [lines[:left], lines[left:]] if len(lines) > left else [lines]


def _overview(design: Design) -> Part:
    svg = pipeline(design, PRINT, width=PRINT_WIDTH, prefix="overview")
    figure = FigureBlock(
        slug="overview-figure",
        number="0.1",
        title="Pipeline drawn from the rows.",
        note="Dashed: feeds training only, or runs in parallel. The line on the left is the way "
        "back: outcomes become the data of the next training.",
        svg=SafeString(svg),
    )
    blocks: Sequence[Block] = [figure] if svg else []
    return Part(
        slug="overview",
        number="",
        title="The system on one page",
        purpose="Drawn from the rows of stages 3 to 7; nothing here is typed twice.",
        blocks=blocks,
        entries=[],
        figures=[Entry("overview-figure", "Pipeline drawn from the rows", "0.1")] if svg else [],
    )


def _chain(design: Design, findings: Sequence[Verdict]) -> Part:
    """The chain on a page of its own; what is missing is in it if the findings are printed."""
    chain = trace(design, [finding for finding in findings if finding.is_open])
    chain = chain if findings else chain.without_holes()
    svg = traceability(chain, PRINT, tallest=TALLEST_PRINTED, prefix="chain")
    title = "From the objective to the monitors"
    figure = FigureBlock(
        slug="chain-figure",
        number="0.2",
        title=f"{title}.",
        note="A dot: watched by a monitor. A bar: primary, main, critical or chosen. "
        + ("Dashed: a link that is missing." if findings else ""),
        svg=SafeString(svg),
    )
    return Part(
        slug="chain",
        number="",
        title="The chain",
        purpose="What each part is for, followed through the rows of all seven stages.",
        blocks=[figure] if svg else [],
        entries=[],
        figures=[Entry("chain-figure", title, "0.2")],
        is_landscape=True,
    )


def _cover_facts(
    design: Design, meta: Meta, options: Options, findings: Sequence[Verdict]
) -> Sequence[tuple[str, str]]:
    """Label and value, in the order of reading; those without a value are left out."""
    general = STAGES["general"].fields
    shown = {
        key: values.show(general[key], design.value("general", key))
        for key in ("mode", "project_stage", "target_level", "company_variant", "persona")
    }
    category = STAGES["framing"].fields["category"]
    revision = ", ".join(
        part
        for part in (meta.revision, f"content {meta.content_hash}" if meta.content_hash else "")
        if part
    )
    said = (
        ("Revision", revision),
        ("Category", values.show(category, design.framing.category)),
        ("Date", meta.when),
        ("Level", shown["target_level"]),
        ("Status", meta.status),
        ("Occasion", shown["mode"]),
        ("Stage", shown["project_stage"]),
        ("Company", shown["company_variant"]),
        ("Background", shown["persona"]),
        ("Findings", _said(findings) if options.findings else ""),
    )
    return [(label, value) for label, value in said if value]


def _cover_talk(
    conversation: Conversation, options: Options, marks: SafeString
) -> Iterator[tuple[str, str | SafeString]]:
    """What is said of the design, and who found which stages ready as they are printed."""
    if options.talk != "none" and not conversation.threads:
        yield "Conversation", "nothing is open" if options.talk == "open" else "nothing was said"
    elif conversation.threads:
        open_count = sum(thread.resolved is None for thread in conversation.threads)
        counted = [(open_count, "open"), (len(conversation.threads) - open_count, "resolved")]
        said = ", ".join(f"{count} {word}" for count, word in counted if count)
        yield "Conversation", format_html('<a href="#conversation">{}</a>{}', said, marks)
    approved = [_approved(one) for one in conversation.approved]
    if approved:
        yield "Approved", "; ".join(approved)


def _approved(one: Approved) -> str:
    titles = [STAGES[key].title.lower() for key in one.stages]
    named = "all seven stages" if len(titles) == len(NUMBERED_STAGES) else ", ".join(titles)
    return f"{named} ({one.signed})"


def _said(findings: Sequence[Verdict]) -> str:
    words = [words for _, _, words in counts(findings)] or ["none open"]
    aside = len(set_aside(findings))
    return ", ".join([*words, f"{aside} set aside"] if aside else words)
