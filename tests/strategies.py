"""Hypothesis strategies for the answers of a design, and for files that are almost one."""

from __future__ import annotations

import string
from typing import Any

from hypothesis import strategies as st

from mlsd_app.stages import values
from mlsd_app.stages.design import STAGES, AllAnswers, Value
from mlsd_app.stages.fields import Field, Kind
from mlsd_app.stages.quantities import WHOLE_LIMIT

# What YAML, JSON and Markdown might take for something else than a text.
TRICKY = [
    "yes", "no", "null", "~", "true", "False", "on", "1e3", "0x10", "0o17", "1_000", "3.10",
    "12:30", "2024-01-31", ".inf", "NaN", "-", "--", "---", "...", "?", ":", "#", "&", "*", "!",
    "|", ">", "%", "@", "`", "{}", "[]", "<<", "=", ",", "{{ x }}", "- dash", "a: b", "a #b", "'",
    '"quoted"', "*x", "ends with:",
]  # fmt: skip
CHARACTERS = st.characters(exclude_categories=["Cs", "Cn"])

numbers = st.one_of(
    st.integers(-WHOLE_LIMIT + 1, WHOLE_LIMIT - 1),
    st.integers(-10_000, 10_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 0.0, 42.0, 0.410, 1e308, -1e308, 5e-324, 1e22, 1e-7]),
)
lines = (
    st.one_of(st.sampled_from(TRICKY), st.text(CHARACTERS, min_size=1, max_size=30))
    .map(lambda text: values.as_line(values.CONTROL_CHARACTER.sub("", text)))
    .filter(bool)
)
texts = (
    st.one_of(
        st.sampled_from([*TRICKY, "a\n\n- b\n", "  four\nspaces", "trailing \n x", "\n\nx"]),
        st.text(st.one_of(CHARACTERS, st.sampled_from("\n\t #:-'\"|> ")), max_size=60),
    )
    .map(values.with_plain_line_breaks)
    .map(lambda text: values.CONTROL_CHARACTER.sub("", text))
    .filter(lambda text: bool(text.strip()))
)
row_names = st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=12)


def words(field: Field) -> st.SearchStrategy[str]:
    """A choice, or another word that no label stands for."""
    others = lines.filter(
        lambda word: (
            values.known_choice(field, word) in {None, word} and word not in {"true", "false"}
        )
    )
    known = [*field.choices, *field.ref_words]
    return st.one_of(st.sampled_from(known), others) if known else others


def values_of(field: Field) -> st.SearchStrategy[Any]:  # Any: the type depends on the field
    """What may be stored for ``field``, out of range and other words included."""
    match field.kind:
        case Kind.TEXT:
            return texts
        case Kind.LINE:
            return lines
        case Kind.CHOICE:
            return words(field)
        case Kind.QUANTITY:
            return numbers
        case Kind.FLAG:
            return st.booleans()
        case Kind.LIST:
            return st.lists(lines, min_size=1, max_size=4)
        case Kind.CHOICES:
            return st.lists(words(field), min_size=1, max_size=4, unique=True)
        case Kind.TABLE:
            return st.lists(rows_of(field), min_size=1, max_size=3)


@st.composite
def rows_of(draw: st.DrawFn, table: Field) -> dict[str, Value]:
    """A row of ``table`` with some of its cells, perhaps none."""
    keys = draw(st.lists(st.sampled_from(list(table.columns)), max_size=5, unique=True))
    cells = {key: draw(values_of(table.columns[key])) for key in table.columns if key in keys}
    return {"row": draw(row_names), **cells}


@st.composite
def answers(draw: st.DrawFn) -> AllAnswers:
    """Some answers of any stages; every stage is there."""
    places = [(stage.key, key) for stage in STAGES.values() for key in stage.fields]
    drawn: dict[str, dict[str, Value]] = {key: {} for key in STAGES}
    for stage, key in draw(st.lists(st.sampled_from(places), max_size=12, unique=True)):
        drawn[stage][key] = draw(values_of(STAGES[stage].fields[key]))
    return drawn


def raw_documents() -> st.SearchStrategy[Any]:  # Any: whatever YAML or JSON can hold
    """Structures that look like designs, with wrong keys, types, numbers and depths."""
    known = {part for stage in STAGES.values() for key in stage.fields for part in key.split(".")}
    columns = {
        column
        for stage in STAGES.values()
        for table in stage.tables.values()
        for column in table.columns
    }
    keys = st.one_of(
        st.sampled_from(sorted({*STAGES, *known, *columns})), st.text(max_size=10), lines
    )
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=20),
        st.sampled_from([*TRICKY, "50 ms", "5 GB", "a\0b", "\ud800", "x" * 600]),
    )
    anything = st.recursive(
        scalars,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=4)
        ),
        max_leaves=20,
    )
    stage_like = st.one_of(
        *(
            st.tuples(
                st.just(stage.key),
                st.dictionaries(
                    st.one_of(st.sampled_from(sorted(stage.fields)), keys), anything, max_size=5
                ),
            )
            for stage in STAGES.values()
        )
    )
    return st.one_of(st.lists(stage_like, min_size=1, max_size=4).map(dict), anything)
