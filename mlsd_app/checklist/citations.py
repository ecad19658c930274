"""The check of what texts cite: every name must lead to a number of the design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

from mlsd_app.calculators.citation_syntax import may_cite, names
from mlsd_app.calculators.citing import Citations
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.template import READ_FIELDS, texts_where
from mlsd_app.checklist.wording import count
from mlsd_app.stages.design import STAGES, Design
from mlsd_app.stages.fields import Kind
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.values import quoted

NAMED = 3  # names that a message says; the others are counted


@check(
    "general.unknown-citation",
    ref="general.E008",
    severity=Severity.ERROR,
    signal=Signal.S4,
    at="framing.problem_statement",
    reads=READ_FIELDS,
    message="A text cites a number that this design does not have.",
    hint="Cite a calculation, or a quantity of the form, by its name; what a name stands for is "
    "said below the text.",
    source="Undefined references, as compilers and typesetters report them",
    failing={"serving.mode_reason": "Ranking on request takes [[serving.pth_p99]] at the tail."},
    passing={"serving.mode_reason": "Ranking on request takes [[serving.path_p99]] at the tail."},
)
def unknown_citation(design: Design) -> Iterator[Hit]:
    """A cited number is live, so it cannot go stale. A name that leads nowhere leaves the reader
    without the number, where a typed one would at least have been read.
    """
    cite = Citations(design)
    unknown: dict[str, dict[str, None]] = {}
    for address, text in _citing(design):
        for name in names(text, is_markdown=address in MARKDOWN):
            if not cite.knows(name):
                unknown.setdefault(address, {})[name] = None
    for address, found in unknown.items():
        yield Hit(address, _message(list(found), cite))


def _citing(design: Design) -> Iterator[tuple[str, str]]:
    """The address and the words of each text, line and entry of a list that may cite."""
    yield from texts_where(design, may_cite)
    for table, columns in LISTS:
        for row in attrgetter(table)(design):
            for column in columns:
                for line in getattr(row, column):
                    if may_cite(line):
                        yield row.at(column), line


def _message(found: Sequence[str], cite: Citations) -> str:
    sentences = []
    for name in found[:NAMED]:
        near = cite.nearest(name)
        meant = f"; the nearest is {quoted(near)}" if near else ""
        sentences.append(f"{quoted(name)} is no number of this design{meant}.")
    if len(found) > NAMED:
        sentences.append(f"So are {count(len(found) - NAMED, 'other name')}.")
    return " ".join(sentences)


MARKDOWN = frozenset(
    f"{stage.key}.{key}"
    for stage in STAGES.values()
    for key, field in stage.fields.items()
    if field.kind is Kind.TEXT
)
# Tables with columns that are lists, which is where words stand that no column of words holds.
LISTS = tuple(
    (f"{stage.key}.{table.key}", columns)
    for stage in STAGES.values()
    for table in stage.tables.values()
    if (columns := tuple(k for k, one in table.columns.items() if one.kind is Kind.LIST))
)
