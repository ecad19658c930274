from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.stages.quantities import WHOLE_LIMIT, QuantityError, also, editable, parse, show
from mlsd_app.stages.units import (
    CURRENCY,
    CURRENCY_PER_MONTH,
    DAYS,
    GB_PER_DAY,
    HOURS,
    MINUTES,
    MS,
    NUMBER,
    PER_DAY,
    PER_SECOND,
    PERCENT,
    SECONDS,
    SHARE,
    Unit,
)

UNITS = [
    NUMBER,
    SHARE,
    MS,
    SECONDS,
    MINUTES,
    HOURS,
    DAYS,
    PER_SECOND,
    PER_DAY,
    PERCENT,
    GB_PER_DAY,
    CURRENCY,
    CURRENCY_PER_MONTH,
]
NUMBERS = st.one_of(
    st.integers(-WHOLE_LIMIT + 1, WHOLE_LIMIT - 1),
    st.integers(-10_000, 10_000).map(lambda n: n * 1_000_000),
    st.floats(allow_nan=False, allow_infinity=False),
)


@pytest.mark.parametrize(
    ("typed", "unit", "value"),
    [
        ("50 ms", MS, 50),
        ("0.05 s", MS, 50),
        ("100us", MS, 0.1),
        ("5 min", SECONDS, 300),
        ("2 weeks", DAYS, 14),
        ("1 h 30 min", MINUTES, 90),
        ("1h30m", MINUTES, 90),
        ("2 years", DAYS, 730),
        ("1.2M/day", PER_DAY, 1_200_000),
        ("600M", PER_DAY, 600_000_000),
        ("20 k/s", PER_SECOND, 20_000),
        ("20 k/s", PER_DAY, 1_728_000_000),
        ("20k requests per second", PER_DAY, 1_728_000_000),
        ("6 bn events a day", PER_DAY, 6_000_000_000),
        ("600M requests daily", PER_DAY, 600_000_000),
        ("120 qps", PER_SECOND, 120),
        ("86400/day", PER_SECOND, 1),
        ("~20k", PER_SECOND, 20_000),
        ("about 20 k", PER_SECOND, 20_000),
        ("1.2 bn", NUMBER, 1_200_000_000),
        ("300M users", NUMBER, 300_000_000),
        ("1.5 thousand", NUMBER, 1500),
        ("10 000 000", NUMBER, 10_000_000),
        ("10\u2009000\u2009000", NUMBER, 10_000_000),
        ("10\u202f000\u202f000", NUMBER, 10_000_000),
        ("10\u00a0000\u00a0000", NUMBER, 10_000_000),
        ("10,000,000", NUMBER, 10_000_000),
        ("10_000_000", NUMBER, 10_000_000),
        ("10\u2019000\u2019000", NUMBER, 10_000_000),
        ("1.234.567,8", NUMBER, 1_234_567.8),
        ("1 234 567,8", NUMBER, 1_234_567.8),
        ("1,234.5", NUMBER, 1234.5),
        ("10,000", NUMBER, 10_000),
        ("0,5", NUMBER, 0.5),
        ("0,500", NUMBER, 0.5),
        ("31,25", NUMBER, 31.25),
        ("1,2345", NUMBER, 1.2345),
        ("1.234", NUMBER, 1.234),
        (".5", NUMBER, 0.5),
        ("5.", NUMBER, 5),
        ("+5", NUMBER, 5),
        ("1e6", NUMBER, 1_000_000),
        ("1E-3 s", MS, 1),
        ("1e308", NUMBER, 1e308),
        ("\u22123", NUMBER, -3),
        ("-3", NUMBER, -3),
        ("450k USD", CURRENCY_PER_MONTH, 450_000),
        ("$450k", CURRENCY_PER_MONTH, 450_000),
        ("USD 450k", CURRENCY_PER_MONTH, 450_000),
        ("450k/month", CURRENCY_PER_MONTH, 450_000),
        ("$5.4M per year", CURRENCY_PER_MONTH, 450_000),
        ("€3", CURRENCY, 3),
        ("-$3", CURRENCY, -3),
        ("0.2 cents", CURRENCY, 0.002),
        ("99.9%", PERCENT, 99.9),
        ("99.9 percent", PERCENT, 99.9),
        ("99.9 per cent", PERCENT, 99.9),
        ("8 bps", PERCENT, 0.08),
        ("50 %", SHARE, 0.5),
        ("0.5", SHARE, 0.5),
        ("1.5 TB/day", GB_PER_DAY, 1500),
        ("300 GB", GB_PER_DAY, 300),
        ("1 MB/s", GB_PER_DAY, 86.4),
    ],
)
def test_what_people_type_is_understood(typed: str, unit: Unit, value: float) -> None:
    assert parse(typed, unit) == value


@pytest.mark.parametrize("typed", ["0.05 s", "50", "50.0", "5e1", "50 ms"])
def test_a_whole_number_is_an_int(typed: str) -> None:
    assert isinstance(parse(typed, MS), int)


@pytest.mark.parametrize(
    ("typed", "unit", "message"),
    [
        ("5 GB", MS, "GB is a size, this is a time: write ms, s, min, h or d."),
        ("$5", MS, "$ is money, this is a time: write ms, s, min, h or d."),
        ("5/s", MS, "/s is a rate, this is a time: write ms, s, min, h or d."),
        ("5 min", PERCENT, "min is a time, this is a percentage: write % or the number alone."),
        (
            "12 GB/s",
            PER_SECOND,
            "GB/s is a volume over time, this is a rate: write /s, /min, /h or /day.",
        ),
        ("31 %", NUMBER, "% is a percentage, this is a plain number: write the number alone."),
        ("fast", MS, "“fast” has no number. Write one, such as 80 ms."),
        ("<100 ms", MS, "“<100 ms” does not start with a number. Write one, such as 80 ms."),
        ("50-100 ms", MS, "“50-100 ms” is a range. Write one number, such as 80 ms."),
        ("5 to 10", NUMBER, "“5 to 10” is a range. Write one number, such as 1200 or 1.2k."),
        (
            "5 lakh",
            NUMBER,
            "“lakh” after the number is not understood."
            " Write the number alone, such as 1200 or 1.2k.",
        ),
        ("5 M", SECONDS, "M could mean several things here: write ms, s, min, h or d."),
        (
            "1.2.3",
            NUMBER,
            "“1.2.3” can be read as more than one number. Write it like 1200 or 1.2k.",
        ),
        ("9" * 101, MS, "This is 101 characters long. Write one number, such as 80 ms."),
    ],
)
def test_a_refusal_says_what_is_accepted(typed: str, unit: Unit, message: str) -> None:
    with pytest.raises(QuantityError) as refused:
        parse(typed, unit)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "-", "nan", "inf", "Infinity", "-inf", "1e999", "1e-999", "1e99999", "0x10", "5e",
        "1,2,3", "10 00", "²", "٣", "1/0", "5 %%", "k",
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(QuantityError):
        parse(typed, NUMBER)


@pytest.mark.parametrize("typed", ["1h 2h", "30 min 1 h", "1 h 5 GB", "1 h 30"])
def test_times_add_up_only_from_long_to_short(typed: str) -> None:
    with pytest.raises(QuantityError):
        parse(typed, HOURS)


@given(st.text(max_size=120), st.sampled_from(UNITS))
def test_any_text_is_a_finite_number_or_refused(typed: str, unit: Unit) -> None:
    value: float = 0
    with suppress(QuantityError):
        value = parse(typed, unit)
    assert abs(value) < float("inf")


@given(NUMBERS, st.sampled_from(UNITS))
def test_what_stands_in_the_input_is_the_same_value(value: float, unit: Unit) -> None:
    assert parse(editable(value, unit), unit) == value


@given(NUMBERS, st.sampled_from(UNITS))
def test_what_is_printed_is_nearly_the_same_value(value: float, unit: Unit) -> None:
    assert parse(show(value, unit), unit) == pytest.approx(value, rel=1e-14, abs=5e-324)


@given(NUMBERS, st.sampled_from(UNITS))
def test_the_other_form_is_close_where_it_is_one_number(value: float, unit: Unit) -> None:
    other = also(value, unit).removeprefix("about ").removesuffix(" on average")
    if other:
        assert parse(other, unit) == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (600_000_000, PER_DAY, "600 M/day"),
        (100, MS, "100 ms"),
        (20_000, PER_SECOND, "20 000/s"),
        (6944, PER_SECOND, "6944/s"),
        (0.2, PERCENT, "0.2 %"),
        (450_000, CURRENCY_PER_MONTH, "450 000 USD"),
        (1_116_000_000, NUMBER, "1.116 bn"),
        (1_281_450, NUMBER, "1 281 450"),
        (0.410, NUMBER, "0.41"),
        (42.0, NUMBER, "42"),
        (0.1 + 0.2, NUMBER, "0.3"),
        (-0.01, NUMBER, "\u22120.01"),
        (3_888_000, SECONDS, "45 d"),
        (123456.75, NUMBER, "123 456.75"),
        (1e308, NUMBER, "1e308"),
        (0, NUMBER, "0"),
    ],
)
def test_printed_form(value: float, unit: Unit, printed: str) -> None:
    assert show(value, unit) == printed.replace(" ", "\u202f")


@pytest.mark.parametrize(
    ("value", "unit", "typed"),
    [
        (600_000_000, PER_DAY, "600M"),
        (20_000, PER_SECOND, "20k"),
        (31.5, NUMBER, "31.5"),
        (1_116_000_000, NUMBER, "1.116bn"),
        (86_400, SECONDS, "86400"),
        (1_281_450, NUMBER, "1281450"),
        (-0.01, NUMBER, "-0.01"),
    ],
)
def test_form_in_the_input(value: float, unit: Unit, typed: str) -> None:
    assert editable(value, unit) == typed


@pytest.mark.parametrize(
    ("value", "unit", "other"),
    [
        (600_000_000, PER_DAY, "6 944/s on average"),
        (6944, PER_SECOND, "600 M/day"),
        (4000, PER_DAY, ""),
        (120, SECONDS, "2 min"),
        (3_888_000, SECONDS, "45 d"),
        (100_000, SECONDS, "about 1.16 d"),
        (100, MS, ""),
        (0.5, SECONDS, "500 ms"),
        (336, HOURS, "14 d"),
        (730, DAYS, "2 y"),
        (10_000_000, NUMBER, "10 000 000"),
        (450_000, CURRENCY_PER_MONTH, "450 000 USD"),
        (20, NUMBER, ""),
        (0.25, SHARE, "25 %"),
        (1500, GB_PER_DAY, "1.5 TB/day"),
        (99.9, PERCENT, ""),
    ],
)
def test_other_form(value: float, unit: Unit, other: str) -> None:
    assert also(value, unit) == other.replace(" ", "\u202f").replace(
        "\u202fon\u202faverage", " on average"
    ).replace("about\u202f", "about ")


@pytest.mark.parametrize(
    ("percent", "lost"),
    [(99, "7.2 h a month"), (99.9, "43 min a month"), (99.999, "26 s a month"), (100, "")],
)
def test_availability_is_said_as_lost_time(percent: float, lost: str) -> None:
    assert also(percent, PERCENT, is_availability=True).replace("\u202f", " ") == lost
