"""What follows from the numbers of a design, worked out beside the questions it depends on."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlsd_app.calculators.calculations import CALCULATIONS, Calculation, Input, Worked
from mlsd_app.checklist.changes import read_at
from mlsd_app.designs.controls import slug
from mlsd_app.designs.state import State
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.changing import answer_at
from mlsd_app.stages.design import Design, row_id, rows_at
from mlsd_app.stages.fields import Field, Row, Stage
from mlsd_app.stages.units import DAYS

NAMELESS = "without a name"
OFFERED_DIGITS = 3  # significant ones of a result that is copied into a field


def _by_question() -> Mapping[str, Sequence[Calculation]]:
    found = defaultdict(list)
    for calculation in CALCULATIONS.values():
        found[calculation.beside].append(calculation)
    return dict(found)


BESIDE: Mapping[str, Sequence[Calculation]] = _by_question()  # by the address of a question

# What each panel depends on, by the name of its calculation: also on what stands in its place.
_DEPENDS_ON: Mapping[str, frozenset[str]] = {
    one.name: frozenset(map(read_at, filter(None, (*one.reads, one.table or one.into))))
    for one in CALCULATIONS.values()
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A result, rounded as people would, for the field it belongs to; ``now`` stands there."""

    address: str
    asked: Field
    value: float
    now: float | None

    @property
    def typed(self) -> str:
        """The number as it would stand in the control."""
        return str(values.editable(self.asked, self.value))

    @property
    def words(self) -> str:
        """ "Replicas: 12 instead of 9"."""
        instead = "" if self.now is None else f" instead of {values.show(self.asked, self.now)}"
        return f"{self.asked.label}: {values.show(self.asked, self.value)}{instead}"


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a calculation: its only one, or that of the row called ``name``."""

    calculation: Calculation
    worked: Worked
    name: str
    offer: Offer | None

    @property
    def text(self) -> str:
        """The result with its unit; a dash while there is none."""
        value = self.worked.value
        return "\u2013" if value is None else self.calculation.shown(value)

    @property
    def limit(self) -> str:
        """What it is held against: "at most 80 ms, latency limit"; empty while it is not stated."""
        limit = self.worked.limit
        if limit is None or limit.value is None:
            return ""
        return f"{limit.relation} {self.calculation.shown(limit.value)}, {limit.label}"

    @property
    def verdict(self) -> str:
        """``met``, ``missed``, ``needs`` an input, or nothing to say."""
        limit = self.worked.limit
        if limit is not None and limit.is_met is not None:
            return "met" if limit.is_met else "missed"
        return "needs" if self.worked.value is None and self.worked.missing else ""

    @property
    def needs_attention(self) -> bool:
        return self.verdict in {"missed", "needs"} or bool(self.worked.missing)

    @property
    def inputs(self) -> Sequence[Input]:
        """The numbers that went into it and stand somewhere, each address once."""
        return list({one.address: one for one in self.worked.inputs if one.address}.values())

    @property
    def addresses(self) -> Iterator[str]:
        """Where the numbers stand that it depends on, given or not."""
        yield from (one.address for one in self.inputs)
        yield from self.worked.missing
        if self.worked.limit is not None and self.worked.limit.address:
            yield self.worked.limit.address

    @property
    def row_address(self) -> str:
        return f"{self.calculation.table}/{self.worked.row}"


@dataclass(frozen=True, slots=True)
class Panel:
    """A calculation with its result, or with one for each row it applies to."""

    calculation: Calculation
    results: tuple[Result, ...]

    @property
    def slug(self) -> str:
        return slug(self.calculation.name)

    @property
    def sole(self) -> Result | None:
        """The result of a calculation that has just one; ``None`` for one of a table."""
        return None if self.calculation.table else self.results[0]

    @property
    def is_known(self) -> bool:
        """Whether there is a result, or one for some row."""
        return any(result.worked.value is not None for result in self.results)

    @property
    def counts(self) -> Sequence[tuple[str, int]]:
        """How many rows have each verdict, worst first; only those that occur."""
        found = [result.verdict for result in self.results]
        return [(one, found.count(one)) for one in ("missed", "needs", "met") if one in found]

    @property
    def pressing(self) -> Sequence[Result]:
        """The rows to be looked at, which are shown also while the panel is closed."""
        return [one for one in self.results if one.needs_attention]


def panels_beside(question: str, state: State) -> list[Panel]:
    """The panels of the question at the address ``question``."""
    return [_panel(calculation, state) for calculation in BESIDE.get(question, ())]


def worked_out(question: str, design: Design) -> list[Panel]:
    """The panels of the question at ``question`` that have a result, for reading."""
    found = (Panel(one, _results(one, design)) for one in BESIDE.get(question, ()))
    return [panel for panel in found if panel.is_known]


def panels_that_differ(
    stage: Stage, before: State, after: State, changed: Iterable[Address]
) -> list[Panel]:
    """The panels of ``stage`` that say something else after ``changed`` was saved."""
    places = {read_at(str(address)) for address in changed}
    concerned = [
        one
        for one in CALCULATIONS.values()
        if one.beside.startswith(f"{stage.key}.") and not places.isdisjoint(_DEPENDS_ON[one.name])
    ]
    return [_panel(one, after) for one in concerned if _panel(one, before) != _panel(one, after)]


def _panel(calculation: Calculation, state: State) -> Panel:
    """The panel of ``calculation``; kept with the state."""
    if calculation.name not in state.panels:
        results = _results(calculation, state.snapshot)
        state.panels[calculation.name] = Panel(calculation, results)
    return state.panels[calculation.name]


def short_name(address: str, design: Design, here: Stage, row: str = "") -> str:
    """ "Peak load" or "ranker: Mean", where ``here`` and ``row`` go without saying."""
    place = Address.parse(address)
    said = place.asked.label.rstrip("?")
    if place.row and place.row != row:
        names = (row_id(one) for one in rows_at(design, str(place.table)) if one.row == place.row)
        said = f"{next(names, '') or NAMELESS}: {said}"
    return said if place.stage == here.key else f"{place.definition.title}, {said}"


def _results(calculation: Calculation, design: Design) -> tuple[Result, ...]:
    rows: Mapping[str, Row] = {}
    if calculation.table:
        rows = {row.row: row for row in rows_at(design, calculation.table)}
    return tuple(
        _result(calculation, worked, design, rows.get(worked.row))
        for worked in calculation.of(design)
    )


def _result(calculation: Calculation, worked: Worked, design: Design, row: Row | None) -> Result:
    name = "" if row is None else row_id(row) or NAMELESS
    return Result(calculation, worked, name, _offer(calculation, worked.value, design, row))


def _offer(
    calculation: Calculation, value: float | None, design: Design, row: Row | None
) -> Offer | None:
    """What "use this" would store; ``None`` when that stands there already or cannot."""
    into = calculation.into
    if not into or value is None or not math.isfinite(value):
        return None
    stands = answer_at(design, into) if row is None else getattr(row, into)
    address = into if row is None else row.at(into)
    asked = Address.parse(address).asked
    rounded, now = rounded_for(asked, value), _number(stands)
    if values.out_of_range(asked, rounded):
        return None
    if now is not None and rounded_for(asked, now) == rounded:
        return None
    return Offer(address, asked, rounded, now)


def rounded_for(field: Field, value: float) -> int | float:
    """``value`` as people would write it into ``field``.

    What is counted in wholes, and days, is rounded up; other numbers to three significant digits.
    """
    if field.whole or field.unit == DAYS:
        return math.ceil(value)
    brief = float(f"{value:.{OFFERED_DIGITS}g}")
    return int(brief) if brief.is_integer() else brief


def _number(answer: object) -> float | None:
    return answer if isinstance(answer, int | float) and math.isfinite(answer) else None
