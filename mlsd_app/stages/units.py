"""Units of the quantities that people type. One canonical unit a field; others are converted.

Factors are exact fractions, so 0.05 s is exactly 50 ms. A month is 30 days and a year 365, except
for money, where a year is twelve months.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction


@dataclass(frozen=True)
class Unit:
    """A canonical unit: ``key`` names it, ``symbol`` is printed after the number.

    ``accepts`` maps what may be typed after a number to the exact factor into this unit.
    ``measures``, ``write`` and ``example`` are words for messages to people. ``is_scaled`` says
    whether k, M, bn and tn may follow the number; ``is_counted`` whether the thing counted may.
    """

    key: str
    symbol: str
    accepts: Mapping[str, Fraction] = field(default_factory=dict, compare=False)
    measures: str = "a plain number"
    write: str = "the number alone"
    example: str = "1200 or 1.2k"
    is_scaled: bool = True
    is_counted: bool = False


def _same(words: str, factor: Fraction | int) -> dict[str, Fraction]:
    return dict.fromkeys(words.split(), Fraction(factor))


_SECONDS: Mapping[str, Fraction] = {
    **_same("us µs μs microsecond microseconds", Fraction(1, 1_000_000)),
    **_same("ms msec millisecond milliseconds", Fraction(1, 1000)),
    **_same("s sec secs second seconds", 1),
    **_same("m min mins minute minutes", 60),
    **_same("h hr hrs hour hours", 3600),
    **_same("d day days", 86_400),
    **_same("w wk week weeks", 604_800),
    **_same("mo month months", 2_592_000),
    **_same("y yr year years", 31_536_000),
}
_GIGABYTES: Mapping[str, Fraction] = {
    **_same("b byte bytes", Fraction(1, 10**9)),
    **_same("kb", Fraction(1, 10**6)),
    **_same("mb", Fraction(1, 1000)),
    **_same("gb", 1),
    **_same("tb", 1000),
    **_same("pb", 10**6),
    **_same("kib", Fraction(2**10, 10**9)),
    **_same("mib", Fraction(2**20, 10**9)),
    **_same("gib", Fraction(2**30, 10**9)),
    **_same("tib", Fraction(2**40, 10**9)),
}
_MONEY: Mapping[str, Fraction] = {
    **_same("usd us$ $ dollar dollars eur € euro euros gbp £ pound pounds", 1),
    **_same("cent cents", Fraction(1, 100)),
}
_PERCENT: Mapping[str, Fraction] = {
    **_same("% percent pct /cent", 1),
    **_same("‰", Fraction(1, 10)),
    **_same("bp bps", Fraction(1, 100)),
}
_MONTHS: Mapping[str, Fraction] = {
    **_same("/d /day", 30),
    **_same("/mo /month", 1),
    **_same("/y /yr /year", Fraction(1, 12)),
}

# What may be counted between a number and its rate, and left out: 600M requests/day.
COUNTED = frozenset(
    _same(
        "calls clicks events examples hits images impressions items labels loads messages orders"
        " pages payments people predictions queries query records reqs req request requests rows"
        " samples searches sessions tokens transactions units users videos views",
        1,
    )
)


def _time(key: str, symbol: str, example: str) -> Unit:
    factors = {word: seconds / _SECONDS[symbol] for word, seconds in _SECONDS.items()}
    return Unit(key, symbol, factors, "a time", "ms, s, min, h or d", example, is_scaled=False)


def _rate(key: str, symbol: str, example: str, also: Mapping[str, Fraction]) -> Unit:
    second = _SECONDS[symbol.removeprefix("/")]
    factors = {f"/{word}": second / seconds for word, seconds in _SECONDS.items()}
    return Unit(
        key,
        symbol,
        factors | {word: second / seconds for word, seconds in also.items()},
        "a rate",
        "/s, /min, /h or /day",
        example,
        is_counted=True,
    )


def _each(amounts: Mapping[str, Fraction], times: Iterable[str]) -> dict[str, Fraction]:
    """``GB/s`` and the like, in ``GB/day``."""
    day = _SECONDS["day"]
    return {
        f"{amount}/{time}": factor * day / _SECONDS[time]
        for amount, factor in amounts.items()
        for time in times
    }


_SAID_RATES = {
    **_same("qps rps tps hz", 1),
    **_same("qpm rpm tpm", 60),
    **_same("hourly", 3600),
    **_same("daily", 86_400),
}

NUMBER = Unit("number", "", is_counted=True)
SHARE = Unit(
    "share",
    "",
    {word: factor / 100 for word, factor in _PERCENT.items()},
    "a share between 0 and 1",
    "the share alone or in %",
    "0.25 or 25 %",
    is_scaled=False,
)
MS = _time("ms", "ms", "80 ms")
SECONDS = _time("s", "s", "90 s")
MINUTES = _time("min", "min", "45 min")
HOURS = _time("h", "h", "36 h")
DAYS = _time("d", "d", "14 d")
PER_SECOND = _rate("1/s", "/s", "20k/s", _SAID_RATES)
PER_DAY = _rate("1/d", "/day", "600M/day", _SAID_RATES)
PERCENT = Unit(
    "%", "%", _PERCENT, "a percentage", "% or the number alone", "99.9 %", is_scaled=False
)
GB_PER_DAY = Unit(
    "GB/d",
    "GB/day",
    {**_GIGABYTES, **_each(_GIGABYTES, _SECONDS), **_each({"": Fraction(1)}, ("d", "day"))},
    "a volume a day",
    "MB, GB or TB, with /day",
    "1.5 TB/day",
    is_scaled=False,
)
CURRENCY = Unit("USD", "USD", _MONEY, "an amount of money", "USD or the number alone", "0.02 USD")
CURRENCY_PER_MONTH = Unit(
    "USD/month",
    "USD",
    {
        **_MONEY,
        **_MONTHS,
        **{
            money + time: rate * months
            for money, rate in _MONEY.items()
            for time, months in _MONTHS.items()
        },
    },
    "an amount of money a month",
    "USD/month or the number alone",
    "450k USD/month",
)

# What a word measures, for saying why it does not fit; the first that knows a word wins.
MEANINGS: tuple[tuple[str, Mapping[str, Fraction]], ...] = (
    ("a time", _SECONDS),
    ("a size", _GIGABYTES),
    ("money", _MONEY),
    ("a percentage", _PERCENT),
    ("a rate", PER_SECOND.accepts),
    ("a volume over time", GB_PER_DAY.accepts),
    ("money over time", CURRENCY_PER_MONTH.accepts),
)
