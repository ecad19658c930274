"""Numbers as people write them: read into a canonical unit, and written back.

``parse`` undoes ``editable`` exactly: what stands in an input can be saved again without change.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from mlsd_app.stages.units import COUNTED, MEANINGS, SHARE, Unit

THIN = "\u202f"  # narrow no-break space, between groups of digits and before a unit
MINUS = "\u2212"
MAX_LENGTH = 100  # characters of a typed quantity
MAX_EXPONENT = 400  # beyond what a float holds, and small enough to compute with
WHOLE_LIMIT = 2**63  # whole numbers beyond it are kept as floats, which every database can hold

_SPACES = re.compile(r"[\s\u2007]+")
_PLAIN_MARKS = str.maketrans(
    {**dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"), "\u2019": "'"}
)
_ABOUT = re.compile(r"(?:~|≈|about|approx\.?|approximately|around|roughly|ca\.?|circa)\s*", re.I)
_SIGN = re.compile(r"(-?)\s*(us\$|[$€£]|usd\b|eur\b|gbp\b)?\s*(-?)\s*", re.I)
_NUMBER = re.compile(r"(\+?[0-9](?:[ _'.,]?[0-9])*\.?|[.,][0-9]+)(?:[eE]([+-]?[0-9]{1,6}))?")
_RANGE = re.compile(r"\s*(?:-|to|\.\.+|…)\s*[0-9]", re.I)
_PER = re.compile(r"\s*(?:/|\bper\b|\ban?\b|\beach\b)\s*", re.I)
_WORD = re.compile(r"([^\W\d_]+)\s*(.*)", re.S)
_PART = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s*([a-zµμ]+)\s*(?:and\b)?\s*", re.I)

# How digits may be grouped; the first form that fits wins. Three digits after a single comma are
# thousands, as in 10,000; any other number of them is a decimal fraction, as in 0,5.
_FORMS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (re.compile(r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"), "", "."),
    (re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]*)?"), ",", "."),
    (re.compile(r"[0-9]*,[0-9]+"), "", ","),
    (re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}(?:,[0-9]+)?|[0-9]{1,3}\.[0-9]{3},[0-9]+"), ".", ","),
    (re.compile(r"[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]*)?"), " ", "."),
    (re.compile(r"[0-9]{1,3}(?: [0-9]{3})+,[0-9]+"), " ", ","),
    (re.compile(r"[0-9]{1,3}(?:_[0-9]{3})+(?:\.[0-9]*)?"), "_", "."),
    (re.compile(r"[0-9]{1,3}(?:'[0-9]{3})+(?:\.[0-9]*)?"), "'", "."),
)

_SCALES: Mapping[str, int] = {
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("m", "mn", "mio", "mil", "million", "millions"), 10**6),
    **dict.fromkeys(("b", "bn", "bil", "billion", "billions"), 10**9),
    **dict.fromkeys(("t", "tn", "trillion", "trillions"), 10**12),
}
_LETTERS: tuple[tuple[int, str], ...] = ((10**12, "tn"), (10**9, "bn"), (10**6, "M"))
_LADDER: tuple[tuple[str, Fraction], ...] = (
    ("µs", Fraction(1, 1_000_000)),
    ("ms", Fraction(1, 1000)),
    ("s", Fraction(1)),
    ("min", Fraction(60)),
    ("h", Fraction(3600)),
    ("d", Fraction(86_400)),
)


class QuantityError(ValueError):
    """What was typed is not a number in the unit; the message says what is accepted."""


def parse(text: str, unit: Unit) -> int | float:
    """The number that ``text`` says, in ``unit``; an ``int`` when it is whole.

    A number without a unit is taken in ``unit``. Amounts of money stay in the one currency of the
    design: their sign is read, never converted. Raises ``QuantityError``.
    """
    if len(text) > MAX_LENGTH:
        raise QuantityError(
            f"This is {len(text):,} characters long. Write one number, such as {unit.example}."
        )
    said = _SPACES.sub(" ", text.translate(_PLAIN_MARKS)).strip()
    if about := _ABOUT.match(said):
        said = said[about.end() :]
    return _as_number(_exactly(said, unit), unit)


def _exactly(said: str, unit: Unit) -> Fraction:
    sign = _SIGN.match(said)
    start = sign.end() if sign else 0
    found = _NUMBER.match(said, start)
    if found is None:
        says = "does not start with a" if re.search("[0-9]", said) else "has no"
        raise QuantityError(f"{_quoted(said)} {says} number. Write one, such as {unit.example}.")
    if _RANGE.match(said, found.end()):
        raise QuantityError(
            f"{_quoted(said)} is a range. Write one number, such as {unit.example}."
        )
    if (money := sign[2] if sign else None) and money.casefold() not in unit.accepts:
        raise _misfit(money, "money", unit)
    if unit.measures == "a time" and (total := _sum_of_parts(said[start:], unit)) is not None:
        value = total
    else:
        value = _digits(found[1], unit) * _power(found[2], unit)
        value *= _factor(_PER.sub("/", said[found.end() :]).strip(), unit)
    return -value if sign and (sign[1] or sign[3]) else value


def _digits(token: str, unit: Unit) -> Fraction:
    token = token.removeprefix("+")
    for form, group, point in _FORMS:
        if form.fullmatch(token):
            token = token.replace(group, "") if group else token
            return Fraction(token.replace(point, ".").rstrip("."))
    raise QuantityError(
        f"{_quoted(token)} can be read as more than one number. Write it like {unit.example}."
    )


def _power(exponent: str | None, unit: Unit) -> Fraction:
    power = int(exponent or 0)
    if abs(power) > MAX_EXPONENT:
        raise _out_of_reach(unit)
    return Fraction(10) ** power


def _factor(words: str, unit: Unit) -> Fraction:
    """What the words after the number multiply it by. Raises ``QuantityError``."""
    known = _factor_of_unit(words, unit)
    if known is not None:
        return known
    scaled = _WORD.match(words)
    if unit.is_scaled and scaled and scaled[1].casefold() in _SCALES:
        known = _factor_of_unit(scaled[2], unit)
        if known is not None:
            return known * _SCALES[scaled[1].casefold()]
        words = scaled[2]
    raise _unknown(words, unit)


def _factor_of_unit(words: str, unit: Unit) -> Fraction | None:
    if not words:
        return Fraction(1)
    if words in unit.accepts:
        return unit.accepts[words]
    if words == "M" and not unit.is_scaled:  # minutes to some, months or millions to others
        raise QuantityError(f"M could mean several things here: write {unit.write}.")
    folded = words.casefold().replace(" /", "/")
    if folded in unit.accepts:
        return unit.accepts[folded]
    counted = _WORD.match(words)
    if unit.is_counted and counted and counted[1].casefold() in COUNTED:
        return _factor_of_unit(counted[2].strip(), unit)
    return None


def _sum_of_parts(said: str, unit: Unit) -> Fraction | None:
    """``1 h 30 min``; ``None`` when ``said`` is not several times in a row."""
    parts = _PART.findall(said)
    if len(parts) < 2 or _PART.sub("", said):
        return None
    factors = [unit.accepts.get(word.casefold()) for _, word in parts]
    numbers = [Fraction(number.replace(",", ".")) for number, _ in parts]
    known = [factor for factor in factors if factor is not None]
    if len(known) < len(parts) or known != sorted(set(known), reverse=True):
        return None
    return sum((n * f for n, f in zip(numbers, known, strict=True)), Fraction(0))


def _unknown(words: str, unit: Unit) -> QuantityError:
    folded = words.casefold()
    for meaning, known in MEANINGS:
        if folded in known:
            return _misfit(words, meaning, unit)
    return QuantityError(
        f"{_quoted(words)} after the number is not understood."
        f" Write {unit.write}, such as {unit.example}."
    )


def _misfit(word: str, meaning: str, unit: Unit) -> QuantityError:
    return QuantityError(f"{word} is {meaning}, this is {unit.measures}: write {unit.write}.")


def _quoted(text: str) -> str:
    text = "".join(character for character in text if character.isprintable())
    return f"“{text[:40]}…”" if len(text) > 40 else f"“{text}”"


def _out_of_reach(unit: Unit) -> QuantityError:
    return QuantityError(
        "This number is too large or too close to zero to compute with."
        f" Write one between 1e-300 and 1e300, such as {unit.example}."
    )


def _as_number(value: Fraction, unit: Unit) -> int | float:
    if value.denominator == 1 and abs(value) < WHOLE_LIMIT:
        return int(value)
    try:
        number = float(value)
    except OverflowError:
        raise _out_of_reach(unit) from None
    if number == 0:
        raise _out_of_reach(unit)
    return number


def show(value: float, unit: Unit) -> str:
    """``value`` as it is printed: ``600 M/day``, ``20 000/s``, ``0.2 %``, with thin spaces.

    Seconds become whole minutes, hours or days where they are: ``6 h``, not ``21 600 s``.
    """
    if unit.symbol == "s" and (whole := _in_whole_time(value)):
        return whole
    short = _shortened(value) if unit.is_scaled else None
    number = THIN.join(short) if short else _grouped(_plain(value, 15))
    return _with_symbol(number.replace("-", MINUS), unit.symbol)


def _in_whole_time(seconds: float) -> str:
    """Two minutes and more, if they are whole minutes, hours or days; ``""`` for all else."""
    for size, symbol in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if 120 <= seconds <= 1e9 and seconds % size == 0:
            return _with_symbol(_grouped(_plain(seconds // size, 15)), symbol)
    return ""


def editable(value: float, unit: Unit) -> str:
    """``value`` as it stands in an input, without its unit; ``parse`` gives the same value back."""
    if unit.is_scaled:
        if short := _shortened(value):
            return "".join(short)
        if abs(value) >= 10_000 and value % 1000 == 0 and abs(value) < 10**6:
            return f"{int(value) // 1000}k"
    return _plain(value, 17)


def also(value: float, unit: Unit, *, is_availability: bool = False) -> str:
    """The same quantity in another form that people understand, or ``""``.

    A percentage says nothing more, unless it ``is_availability``: then the time lost in a month.
    """
    if not 1e-6 <= abs(value) <= 1e15:
        return ""
    exact = _fraction(value)
    if unit.measures == "a time":
        return _in_better_time(exact, unit)
    if unit.symbol == "/day":
        return f"{_about_many(exact / 86_400)}/s on average" if exact >= 86_400 else ""
    if unit.symbol == "/s":
        return f"{_about_many(exact * 86_400)}/day" if exact > 0 else ""
    if unit.key == "%":
        return _lost_in_a_month(exact) if is_availability else ""
    if unit == SHARE:
        return _with_symbol(_about(exact * 100), "%") if 0 < exact <= 1 else ""
    if unit.key == "GB/d":
        return _in_better_size(exact)
    plain = _plain(value, 17)
    if unit.is_scaled and editable(value, unit) != plain:
        return _with_symbol(_grouped(plain).replace("-", MINUS), unit.symbol)
    return ""


def _in_better_time(value: Fraction, unit: Unit) -> str:
    seconds = value * dict(_LADDER)[unit.symbol]
    if seconds <= 0:
        return ""
    if seconds >= 31_536_000 and seconds % 31_536_000 == 0:
        return _with_symbol(_about(seconds / 31_536_000), "y")
    fits = [(symbol, size) for symbol, size in _LADDER if seconds >= size]
    if not fits or fits[-1][0] == unit.symbol:
        return ""
    symbol, factor = fits[-1]
    amount = _about(seconds / factor)
    is_exact = _fraction(amount.replace(THIN, "")) == seconds / factor
    return _with_symbol(amount if is_exact else f"about {amount}", symbol)


def _in_better_size(gigabytes: Fraction) -> str:
    for symbol, size in (("PB", 10**6), ("TB", 1000), ("GB", 1), ("MB", Fraction(1, 1000))):
        if gigabytes >= size:
            return "" if symbol == "GB" else f"{_about(gigabytes / size)}{THIN}{symbol}/day"
    return ""


def _lost_in_a_month(percent: Fraction) -> str:
    minutes = (100 - percent) / 100 * 30 * 24 * 60
    if not 0 < minutes <= 30 * 24 * 60:
        return ""
    for symbol, size in (("d", 1440), ("h", 60), ("min", 1)):
        if minutes >= 2 * size:
            return f"{_about(minutes / size, 2)}{THIN}{symbol} a month"
    return f"{_about(minutes * 60, 2)}{THIN}s a month"


def _about(value: Fraction, figures: int = 3) -> str:
    """``value`` rounded to ``figures`` significant digits, but never within whole numbers."""
    if value >= 10**figures:
        return _grouped(str(round(value)), 4)
    return _plain(float(f"{float(value):.{figures}g}"), 15)


def _about_many(value: Fraction) -> str:
    """As ``_about``, with millions and more said in words."""
    short = _shortened(float(f"{float(value):.3g}"))
    return THIN.join(short) if short else _about(value)


def _fraction(value: float | str) -> Fraction:
    """Exactly what is printed, so that 0.1 is a tenth."""
    return Fraction(str(value))


def _shortened(value: float) -> tuple[str, str] | None:
    """``("1.116", "bn")``: at most four significant digits say the whole value; else ``None``."""
    if not 10**6 <= abs(value) < 10**15 or value % 1 != 0:
        return None
    whole = int(value)
    for size, letter in _LETTERS:
        if abs(whole) >= size:
            mantissa = Decimal(whole) / size
            digits = mantissa.normalize().as_tuple().digits
            return (f"{mantissa.normalize():f}", letter) if len(digits) <= 4 else None
    return None


def _plain(value: float, figures: int) -> str:
    """Digits without grouping, at most ``figures`` of them significant for a float."""
    if isinstance(value, int) and abs(value) < WHOLE_LIMIT:
        return str(value)
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return f"{value:g}".replace("-0", "0")
    if value.is_integer() and abs(value) < WHOLE_LIMIT:
        return str(int(value))
    if 1e-6 <= abs(value) < 1e21:
        shortest = repr(value) if figures >= 17 else f"{value:.{figures}g}"
        return _without_tail(f"{Decimal(shortest):f}")
    mantissa, _, exponent = f"{Decimal(repr(value)):e}".partition("e")
    return f"{_without_tail(mantissa)}e{int(exponent)}"


def _without_tail(digits: str) -> str:
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _grouped(digits: str, least: int = 5) -> str:
    """Thin spaces between groups of three, in whole parts of at least ``least`` digits."""
    sign, digits = ("-", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, point, rest = digits.partition(".")
    if whole.isdigit() and len(whole) >= least:
        whole = f"{int(whole):,}".replace(",", THIN)
    return sign + whole + point + rest


def _with_symbol(number: str, symbol: str) -> str:
    if not symbol:
        return number
    return number + symbol if symbol.startswith("/") else f"{number}{THIN}{symbol}"
