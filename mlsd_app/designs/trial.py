"""One number of a design tried out: what else would come out, and what would break first."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlsd_app.calculators.calculations import Worked
from mlsd_app.checklist import Finding, Severity
from mlsd_app.checklist.what_if import Break, Consequences, Moved, breaking_point, what_if
from mlsd_app.designs.controls import Option, slug
from mlsd_app.designs.panels import Result, panels_beside, short_name
from mlsd_app.designs.state import State
from mlsd_app.designs.verdicts import Verdict, verdicts
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.changing import answer_at
from mlsd_app.stages.design import Design, row_id, rows_at
from mlsd_app.stages.fields import Field, Kind

SEVERE = frozenset({Severity.ERROR, Severity.WARNING})
# Results of numbers beyond these are too large for a float, and findings about them would vanish.
SMALLEST_TRIED, LARGEST_TRIED = 1e-100, 1e100


@dataclass(frozen=True)
class Change:
    """A result as it is and as it would be; one of them is empty where there is no such row."""

    title: str
    row: str
    before: Result | None
    after: Result | None


@dataclass(frozen=True)
class Limit:
    """How far a number can move one way: the value at which something breaks, and what does."""

    direction: str  # "up" or "down"
    typed: str
    shown: str
    times: str
    found: Verdict | None
    others: int


@dataclass(frozen=True)
class Trial:
    """A number on which the panels of a question depend, and another value for it, not stored.

    ``value`` is ``None`` while nothing is tried; ``message`` says why what was typed is no number.
    """

    state: State
    beside: str
    known: Sequence[Address]
    place: Address
    typed: str
    value: float | None = None
    message: str = ""

    @property
    def slug(self) -> str:
        return slug(self.beside)

    @property
    def name(self) -> str:
        return str(self.place)

    @property
    def question(self) -> str:
        """The question that asks the number, as an element id."""
        return slug(f"{self.place.stage}.{self.place.definition.question_of(self.place.field).key}")

    @property
    def asked(self) -> Field:
        return self.place.asked

    @property
    def label(self) -> str:
        """What the number is called, wherever it stands."""
        return short_name(str(self.place), self.state.snapshot, self.place.definition)

    @property
    def groups(self) -> Mapping[str, Sequence[Option]]:
        """The numbers to choose from, under the title of their stage or the id of their row."""
        found: dict[str, list[Option]] = {}
        for one in self.known:
            title = one.definition.title
            if one.row:
                title += f", {_row_name(self.state.snapshot, str(one.table), one.row)}"
            option = Option(str(one), one.asked.label, one == self.place)
            found.setdefault(title, []).append(option)
        return found

    @cached_property
    def now(self) -> float | None:
        """The number that stands there."""
        found = answer_at(self.state.snapshot, str(self.place))
        return found if isinstance(found, int | float) and math.isfinite(found) else None

    @property
    def now_shown(self) -> str:
        return values.show(self.asked, self.now)

    @property
    def now_typed(self) -> str:
        return str(values.editable(self.asked, self.now))

    @property
    def plain(self) -> str:
        """The number that stands there as a script reads it."""
        return f"{self.now:.17g}" if self.now else ""

    @property
    def is_new(self) -> bool:
        """Whether another value than the present one is tried."""
        return self.value is not None and self.value != self.now

    @property
    def shown(self) -> str:
        return values.show(self.asked, self.value)

    @property
    def times(self) -> str:
        """How many times as large the tried value is."""
        return _times(self.value, self.now) if self.value is not None else ""

    @cached_property
    def consequences(self) -> Consequences:
        """What the tried value would do."""
        changes = {} if self.value is None else {str(self.place): self.value}
        return what_if(self.state.snapshot, changes, findings=self.state.findings)

    @property
    def changes(self) -> list[Change]:
        """The results that would be other ones, or would keep their limit no longer, or again."""
        changes = map(self._change, self.consequences.moved)
        return [one for one in changes if _said(one.before) != _said(one.after)]

    def _change(self, moved: Moved) -> Change:
        calculation = moved.calculation
        name = ""
        if moved.row:
            name = _row_name(self.consequences.design, calculation.table, moved.row)

        def result(worked: Worked | None) -> Result | None:
            return None if worked is None else Result(calculation, worked, name, None)

        return Change(calculation.title, name, result(moved.before), result(moved.after))

    @property
    def appear(self) -> list[Verdict]:
        """The findings that would count in addition."""
        found = verdicts(self.consequences.gained, self.consequences.design, self.state.waivers)
        return [verdict for verdict in found if verdict.is_open]

    @property
    def disappear(self) -> list[Verdict]:
        """The findings that would not be there any more."""
        found = verdicts(self.consequences.lost, self.state.snapshot, self.state.waivers)
        return [verdict for verdict in found if verdict.is_open]

    @cached_property
    def limits(self) -> Sequence[Limit]:
        """How far the number can move up and down; empty while there is none to move."""
        found = breaking_point(
            self.state.snapshot,
            str(self.place),
            findings=self.state.findings,
            matters=self._is_severe,
        )
        if found is None:
            return ()
        return [self._limit("up", found.rising), self._limit("down", found.falling)]

    def _is_severe(self, finding: Finding) -> bool:
        verdict = self._verdict(finding)
        return verdict.is_open and verdict.severity in SEVERE

    def _verdict(self, finding: Finding) -> Verdict:
        return verdicts((finding,), self.state.snapshot, self.state.waivers)[0]

    def _limit(self, direction: str, at: Break | None) -> Limit:
        if at is None:
            return Limit(direction, "", "", "", None, 0)
        return Limit(
            direction,
            str(values.editable(self.asked, at.value)),
            values.show(self.asked, at.value),
            _times(at.value, self.now),
            self._verdict(at.findings[0]),
            len(at.findings) - 1,
        )


def trial_of(state: State, beside: str, at: str, typed: str) -> Trial | None:
    """A trial of ``typed`` at the address ``at``, or at the first number when ``at`` is none.

    ``None`` while the panels ``beside`` a question depend on no number that can be typed.
    """
    known = inputs_of(beside, state)
    if not known:
        return None
    place = next((one for one in known if str(one) == at), known[0])
    if not typed.strip():
        return Trial(state, beside, known, place, "")
    try:
        value = values.clean(place.asked, typed)
    except values.ValueRefusedError as error:
        return Trial(state, beside, known, place, typed, message=str(error))
    assert isinstance(value, int | float)  # noqa: S101  only quantities are offered
    if value and not SMALLEST_TRIED <= abs(value) <= LARGEST_TRIED:
        message = (
            f"What follows from {typed.strip()[:40]} cannot be worked out: it is too "
            f"{'large' if abs(value) > 1 else 'small'}. Try a number between "
            f"{SMALLEST_TRIED:g} and {LARGEST_TRIED:g}."
        )
        return Trial(state, beside, known, place, typed, message=message)
    return Trial(state, beside, known, place, typed, value)


def inputs_of(beside: str, state: State) -> list[Address]:
    """The quantities on which the panels of a question depend; those of rows come last."""
    found = {
        address: None
        for panel in panels_beside(beside, state)
        for result in panel.results
        for address in map(Address.parse, result.addresses)
        if address.asked.kind is Kind.QUANTITY
    }
    return sorted(found, key=lambda address: bool(address.row))


def _row_name(design: Design, table: str, row: str) -> str:
    return next((row_id(one) for one in rows_at(design, table) if one.row == row), "")


def _said(result: Result | None) -> tuple[str, ...]:
    return () if result is None else (result.text, result.verdict)


def _times(value: float, now: float | None) -> str:
    """ "1.2 ×", "0.04 % more", or nothing where there is nothing to compare with."""
    if not now:
        return ""
    ratio = value / now
    times = f"{float(f'{ratio:.3g}'):g}"
    if times == "1" and ratio != 1:
        return f"{abs(ratio - 1) * 100:.1g}\u202f% {'more' if ratio > 1 else 'less'}"
    return f"{times}\u202f\u00d7"
