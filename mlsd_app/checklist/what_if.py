"""What other numbers would do to a design, and how far one can move before something breaks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlsd_app.calculators.calculations import CALCULATIONS, Calculation, Worked
from mlsd_app.calculators.numbers import LARGEST, finite
from mlsd_app.checklist import run, run_again
from mlsd_app.checklist.changes import read_at
from mlsd_app.checklist.registry import Finding, Severity
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.changing import Answer, answer_at, with_answers
from mlsd_app.stages.design import Design
from mlsd_app.stages.fields import Field, Kind
from mlsd_app.stages.units import PERCENT

REACH = 1000  # the factor up to which a number is moved, either way
FACTORS = (1.1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700)
NEAR = 0.005  # relative; how closely a break is found, before it is rounded away
DIGITS = 3  # significant ones that it is said with
SEVERE = frozenset({Severity.ERROR, Severity.WARNING})


@dataclass(frozen=True, slots=True)
class Moved:
    """A result that would be another one; ``None`` on the side where there is no such row."""

    calculation: Calculation
    row: str
    before: Worked | None
    after: Worked | None


@dataclass(frozen=True, slots=True)
class Consequences:
    """What changes would do: findings ``gained`` and ``lost``, results that ``moved``.

    A finding that stays, though it says another number, is neither gained nor lost; a result whose
    limit alone moved is there only when it is kept no longer, or again.
    """

    design: Design
    gained: tuple[Finding, ...]
    lost: tuple[Finding, ...]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """The first value at which something breaks, and the new findings there, the gravest first.

    ``value`` is in the unit of its field, and rounded away from today's: about 1 % past the edge.
    """

    value: float
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class BreakingPoint:
    """How far one number can move: ``rising`` and ``falling``, ``None`` where nothing breaks up to
    ``REACH`` times as much or as little, or up to the end of what may be answered.
    """

    address: str
    value: float
    rising: Break | None
    falling: Break | None


def what_if(
    design: Design,
    changes: Mapping[str, Answer],
    *,
    findings: Sequence[Finding] | None = None,
) -> Consequences:
    """What ``changes`` (address to value, in the unit of its field) would do to ``design``.

    ``findings`` are those of ``design``, if they are known. Raises ``UnknownAddressError``.
    """
    before = run(design) if findings is None else findings
    changed = with_answers(design, changes)
    after = run_again(before, changed, changes)
    return Consequences(
        design=changed,
        gained=_new(after, before),
        lost=_new(before, after),
        moved=tuple(_moved(design, changed, {read_at(address) for address in changes})),
    )


def breaking_point(
    design: Design,
    address: str,
    *,
    findings: Sequence[Finding] | None = None,
    matters: Callable[[Finding], bool] = lambda finding: finding.severity in SEVERE,
) -> BreakingPoint | None:
    """How far the number at ``address`` can move until a new finding that ``matters`` appears.

    ``None`` for a number that is not stated or zero, which no factor moves. It takes at most 60
    runs of the checks that read the number, and may miss a finding that is there only between two
    of them. Raises ``UnknownAddressError`` for what is no number of the design.
    """
    field = Address.parse(address).asked
    if field.kind is not Kind.QUANTITY:
        raise UnknownAddressError(f"{address[:200]!r} is no number.")
    value = finite(answer_at(design, address))
    if not value:
        return None
    before = run(design) if findings is None else findings

    def broken(number: float) -> tuple[Finding, ...]:
        changed = with_answers(design, {address: number})
        found = _new(run_again(before, changed, (address,)), before)
        return tuple(finding for finding in found if matters(finding))

    scale = _Scale.of(field, value)
    more = _first_break(broken, scale, (*FACTORS, REACH))
    less = _first_break(broken, scale, [1 / factor for factor in (*FACTORS, REACH)])
    rising, falling = (more, less) if scale.is_rising else (less, more)
    return BreakingPoint(address, value, rising, falling)


@dataclass(frozen=True, slots=True)
class _Scale:
    """What a factor makes of today's value. Of an availability it multiplies what lacks to 100 %,
    for nobody considers 10 % instead of 99.9 %.
    """

    field: Field
    amount: float
    top: float

    @classmethod
    def of(cls, field: Field, value: float) -> _Scale:
        is_availability = field.unit == PERCENT and "availability" in field.key
        top = 100.0 if is_availability and value < 100 else 0.0
        return cls(field, top - value if top else value, top)

    @property
    def is_rising(self) -> bool:
        """Whether the value rises with the factor."""
        return not self.top and self.amount > 0

    def at(self, factor: float, digits: int = 17) -> float:
        """The value ``factor`` times away, as far as the field takes it, rounded away from 1."""
        amount = _rounded_away(self.amount * factor, digits, is_up=factor > 1)
        value = round(self.top - amount, 12) if self.top else amount  # no noise of floats
        if not math.isfinite(value):
            value = math.copysign(LARGEST, value)
        if self.field.whole:
            value = round(value)
        low, high = self.field.low, self.field.high
        value = value if low is None else max(value, low)
        return value if high is None else min(value, high)


def _rounded_away(amount: float, digits: int, *, is_up: bool) -> float:
    """``amount`` with so many significant digits, further from zero or nearer to it."""
    near = float(f"{amount:.{digits}g}")
    if not math.isfinite(near) or near == amount or (abs(near) > abs(amount)) == is_up:
        return near
    step = 10.0 ** (math.floor(math.log10(abs(amount))) - digits + 1)
    return float(f"{near + math.copysign(step, amount if is_up else -amount):.{digits}g}")


def _first_break(
    broken: Callable[[float], tuple[Finding, ...]], scale: _Scale, factors: Sequence[float]
) -> Break | None:
    """The nearest of ``factors`` that breaks something, refined to ``NEAR``."""
    sound, tried = 1.0, scale.at(1)
    for factor in factors:
        value = scale.at(factor)
        if value != tried and (found := broken(value)):
            break
        sound, tried = factor, value
    else:
        return None
    while max(factor / sound, sound / factor) > 1 + NEAR:
        middle = math.sqrt(sound * factor)
        value = scale.at(middle)
        if value in (scale.at(sound), scale.at(factor)):
            break
        if now := broken(value):
            factor, found = middle, now
        else:
            sound = middle
    plain = scale.at(factor, DIGITS)
    if now := broken(plain):
        return Break(plain, _gravest_first(now))
    return Break(scale.at(factor), _gravest_first(found))


def _new(findings: Iterable[Finding], before: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of ``findings`` that were not there ``before``, whatever their numbers are."""
    known = {finding.fingerprint for finding in before}
    return tuple(finding for finding in findings if finding.fingerprint not in known)


def _gravest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = list(Severity)
    return tuple(sorted(findings, key=lambda finding: order.index(finding.severity)))


def _moved(before: Design, after: Design, places: set[str]) -> Iterator[Moved]:
    """The results that differ among those that read at ``places``."""
    for calculation in CALCULATIONS.values():
        if places.isdisjoint(calculation.reads):
            continue
        old = {worked.row: worked for worked in calculation.of(before)}
        new = {worked.row: worked for worked in calculation.of(after)}
        for row in dict.fromkeys((*old, *new)):
            if _said(old.get(row)) != _said(new.get(row)):
                yield Moved(calculation, row, old.get(row), new.get(row))


def _said(worked: Worked | None) -> object:
    """What a reader compares: the result, what it lacks, and whether it keeps its limit."""
    if worked is None:
        return None
    return worked.value, worked.missing, worked.limit and worked.limit.is_met
