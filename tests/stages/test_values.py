from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Field, Kind
from mlsd_app.stages.units import PERCENT
from mlsd_app.stages.values import (
    LINE_LIMIT,
    LIST_LIMIT,
    PASTE_LIMIT,
    ROW_LIMIT,
    TEXT_LIMIT,
    PasteError,
    ValueRefusedError,
    also,
    clean,
    clean_row,
    editable,
    read_paste,
    show,
)
from tests import strategies

TEXT = Field("problem", Kind.TEXT, "What hurts today?")
LINE = Field("owner", Kind.LINE, "Owner")
LIST = Field("slices", Kind.LIST, "Slices")
FLAG = Field("personal", Kind.FLAG, "Personal data")
SHARE = Field("rate", Kind.QUANTITY, "Kept", low=0, high=1)
PERCENTAGE = Field("availability_pct", Kind.QUANTITY, "Availability", unit=PERCENT, low=0, high=100)
ARMS = Field("arms", Kind.QUANTITY, "Arms", low=2, whole=True)
CHOICE = Field(
    "timeliness",
    Kind.CHOICE,
    "Timeliness",
    choices={"online": "Online", "batch": "In a batch", "per_day": "Daily"},
)
FREE = Field("bias", Kind.CHOICES, "Bias handling", choices={"position": "By position"}, free=True)
SEVERAL = Field("feeds", Kind.CHOICES, "Feeds", choices={"a": "Training", "b": "Serving"})
REFERENCE = Field(
    "proxy", Kind.CHOICE, "Stands in for", refs=("metrics.rows",), ref_words={"kpi": "the KPI"}
)
REFERENCES = Field("gates", Kind.CHOICES, "Gates", refs=("metrics.rows",))

METRICS = STAGES["metrics"].fields["rows"]
SOURCES = STAGES["data"].fields["sources"]
FEATURES = STAGES["features"].fields["rows"]
EVERY_FIELD = [
    field
    for stage in STAGES.values()
    for asked in stage.fields.values()
    for field in (asked, *asked.columns.values())
    if not field.is_table
]


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (TEXT, "one\r\ntwo\rthree\x0bfour", "one\ntwo\nthree\nfour"),
        (TEXT, "    code\n", "    code\n"),
        (LINE, "  one\n two\t", "one  two"),
        (LIST, "a, b\r\n\r\n c; d \n", ["a, b", "c; d"]),
        (LIST, ["a", " b\nc", ""], ["a", "b", "c"]),
        (FLAG, "on", True),
        (FLAG, "Yes", True),
        (FLAG, "0", False),
        (FLAG, ["", "on"], True),
        (SHARE, "25 %", 0.25),
        (SHARE, "0.25", 0.25),
        (PERCENTAGE, "99.9%", 99.9),
        (PERCENTAGE, "100", 100),
        (ARMS, "2.0", 2),
        (CHOICE, "online", "online"),
        (CHOICE, "IN A BATCH", "batch"),
        (CHOICE, "Daily", "per_day"),
        (FREE, ["By position", "selection, of declined"], ["position", "selection, of declined"]),
        (FREE, "position; exposure", ["position", "exposure"]),
        (SEVERAL, "training, b", ["a", "b"]),
        (SEVERAL, ["a", "a"], ["a"]),
        (REFERENCE, "watch_min", "watch_min"),
        (REFERENCE, "the KPI", "kpi"),
        (REFERENCES, "g_latency, g_reports", ["g_latency", "g_reports"]),
        (REFERENCES, ["g, one"], ["g, one"]),
    ],
)
def test_what_was_submitted_becomes_the_stored_value(field: Field, raw: Any, value: object) -> None:
    assert clean(field, raw) == value


@pytest.mark.parametrize("raw", ["", "  ", "\r\n", [], [""], ["", " "]])
@pytest.mark.parametrize("field", [TEXT, LINE, LIST, FLAG, SHARE, CHOICE, FREE, REFERENCES])
def test_blank_is_unanswered(field: Field, raw: Any) -> None:
    assert clean(field, raw) is None


@pytest.mark.parametrize(
    ("field", "raw", "message"),
    [
        (
            PERCENTAGE,
            "120",
            "Availability: 120 % is out of range. Write a value from 0 % to 100 %.",
        ),
        (ARMS, "1", "Arms: 1 is out of range. Write a value of 2 or more."),
        (ARMS, "2.5", "Arms: 2.5 is not whole. Write a whole number."),
        (
            PERCENTAGE,
            "5 GB",
            "Availability: GB is a size, this is a percentage: write % or the number alone.",
        ),
        (
            CHOICE,
            "sometimes",
            "Timeliness: “sometimes” is not one of the choices."
            " Choose Online, In a batch or Daily.",
        ),
        (SEVERAL, ["a", "c"], "Feeds: “c” is not one of the choices. Choose Training or Serving."),
        (FLAG, "maybe", "Personal data: “maybe” is neither. Write yes or no."),
        (
            TEXT,
            "a" * (TEXT_LIMIT + 1),
            "What hurts today: 20 001 characters are too many; at most 20 000 fit. Take out 1.",
        ),
        (
            LINE,
            "a" * 700,
            "Owner: 700 characters are too many; at most 500 fit. Take out 200.",
        ),
        (LIST, "a\n" * 101, "Slices: 101 entries. At most 100 fit; shorten the list."),
        (
            TEXT,
            "before\0after",
            "What hurts today: there is an invisible control character after “before”."
            " Delete it there.",
        ),
        (
            LIST,
            ["ok", "\x1b[31m"],
            "Slices: there is an invisible control character at its start. Delete it there.",
        ),
        (METRICS, "a", "Metrics: this is a table. Change its rows one by one."),
    ],
)
def test_a_refusal_names_the_field_and_what_is_accepted(
    field: Field, raw: Any, message: str
) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        clean(field, raw)
    assert str(refused.value).replace("\u202f", " ") == message


@pytest.mark.parametrize("raw", ["\ud800", "a\x7f", "a\ufffe"])
def test_what_a_database_cannot_hold_is_refused(raw: str) -> None:
    with pytest.raises(ValueRefusedError):
        clean(LINE, raw)


@pytest.mark.parametrize(
    ("field", "length"), [(TEXT, TEXT_LIMIT), (LINE, LINE_LIMIT), (REFERENCE, LINE_LIMIT)]
)
def test_the_longest_text_fits(field: Field, length: int) -> None:
    assert clean(field, "a" * length) == "a" * length
    with pytest.raises(ValueRefusedError):
        clean(field, "a" * (length + 1))


@given(st.data())
def test_a_stored_value_survives_its_control(data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(EVERY_FIELD))
    raw = data.draw(strategies.values_of(field))
    try:
        value = clean(field, editable(field, raw))
    except ValueRefusedError:  # out of range or not a choice
        assume(False)  # noqa: FBT003
    assert clean(field, editable(field, value)) == value
    assert isinstance(show(field, value), str)


@given(
    st.sampled_from(EVERY_FIELD), st.one_of(st.text(), st.lists(st.text(max_size=20), max_size=5))
)
def test_any_input_is_stored_or_refused_for_people(field: Field, raw: Any) -> None:
    try:
        value = clean(field, raw)
    except ValueRefusedError as refused:
        assert str(refused).startswith(field.label.rstrip("?"))  # noqa: PT017
    else:
        assert value is None or clean(field, editable(field, value)) == value


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        (FLAG, True, "Yes"),
        (FLAG, False, "No"),
        (CHOICE, "batch", "In a batch"),
        (CHOICE, "gone", "gone"),
        (REFERENCE, "kpi", "the KPI"),
        (LIST, ["a", "b, c"], "a; b, c"),
        (SEVERAL, ["a", "b"], "Training; Serving"),
        (PERCENTAGE, 99.9, "99.9\u202f%"),
        (TEXT, "*as* typed", "*as* typed"),
        (METRICS, [{"row": "1"}], "1 row"),
        (TEXT, None, ""),
    ],
)
def test_shown_to_people(field: Field, value: object, shown: str) -> None:
    assert show(field, value) == shown


def test_nothing_stands_in_the_control_of_an_unanswered_field() -> None:
    assert editable(TEXT, None) == ""
    assert editable(SEVERAL, None) == []


def test_availability_is_also_said_as_lost_time() -> None:
    assert also(PERCENTAGE, 99.9).endswith("min\u202fa month".replace("\u202f", " "))
    assert also(SHARE, 0.25) == "25\u202f%"
    assert also(TEXT, "99.9") == ""


def test_a_row_is_cleaned_cell_by_cell() -> None:
    cells = {"id": " ndcg ", "kind": "Offline", "baseline": "", "target": "high", "colour": "red"}
    values, refused = clean_row(METRICS, cells)
    assert values == {"id": "ndcg", "kind": "offline", "baseline": None}
    assert set(refused) == {"target", "colour"}


def test_cells_are_pasted_in_the_order_of_the_columns() -> None:
    pasted = read_paste(SOURCES, "clicks\tstream\tweb team\nusers\tbatch\t\n")
    assert pasted.rows == [
        {"id": "clicks", "kind": "stream", "owner": "web team"},
        {"id": "users", "kind": "batch"},
    ]
    assert pasted.errors == []


def test_a_row_of_names_says_the_order() -> None:
    labels = [SOURCES.columns["kind"].label.upper(), "id", "Colour"]
    pasted = read_paste(SOURCES, "\t".join(labels) + "\r\nStream\tclicks\tred\r\n")
    assert pasted.rows == [{"kind": "stream", "id": "clicks"}]
    assert pasted.errors == [
        PasteError(1, "Colour", f"“Colour” is not a column of {SOURCES.label}; it was left out.")
    ]


def test_quoted_cells_keep_line_breaks_tabs_and_quotation_marks() -> None:
    pasted = read_paste(METRICS, 'id\tname\nndcg\t"two\nlines\tand ""quotes"""\nmrr\tplain')
    assert pasted.rows == [
        {"id": "ndcg", "name": 'two lines and "quotes"'},
        {"id": "mrr", "name": "plain"},
    ]


def test_a_lone_quotation_mark_swallows_no_rows() -> None:
    pasted = read_paste(METRICS, 'id\tname\nndcg\t"unfinished\nmrr\tplain')
    assert [row["id"] for row in pasted.rows] == ["ndcg", "mrr"]


@pytest.mark.parametrize("mark", [",", ";"])
def test_csv_is_read_where_there_are_no_tabs(mark: str) -> None:
    text = 'id,sources,critical,freshness_s\nf1,"a b",yes,5 min\n'.replace(",", mark)
    assert read_paste(FEATURES, text).rows == [
        {"id": "f1", "sources": ["a b"], "critical": True, "freshness_s": 300}
    ]


def test_lists_in_a_cell_are_parted_by_semicolons() -> None:
    pasted = read_paste(SOURCES, "id\tquality_checks\nclicks\tschema, nulls; volume\n")
    assert pasted.rows[0]["quality_checks"] == ["schema, nulls", "volume"]


def test_prose_with_a_comma_is_one_cell() -> None:
    assert read_paste(METRICS, "Plain prose, with a comma.").rows == [
        {"id": "Plain prose, with a comma."}
    ]


def test_a_refused_cell_is_reported_and_the_rest_of_the_row_kept() -> None:
    pasted = read_paste(METRICS, "id\tkind\nndcg\toffline\n\nmrr\tperhaps\n")
    assert pasted.rows == [{"id": "ndcg", "kind": "offline"}, {"id": "mrr"}]
    (error,) = pasted.errors
    assert (error.row, error.column) == (4, METRICS.columns["kind"].label)


def test_cells_beyond_the_last_column_are_reported() -> None:
    pasted = read_paste(METRICS, "\t".join(["ndcg"] + [""] * len(METRICS.columns) + ["extra"]))
    assert pasted.rows == [{"id": "ndcg"}]
    assert "last were left out" in pasted.errors[0].message


def test_a_long_paste_is_cut_and_says_where() -> None:
    pasted = read_paste(METRICS, "a\tb\n" * 2000)
    assert len(pasted.rows) == ROW_LIMIT
    assert pasted.errors[-1].row == ROW_LIMIT + 1


def test_an_endless_paste_is_refused() -> None:
    pasted = read_paste(METRICS, "a" * (PASTE_LIMIT + 1))
    assert pasted.rows == []
    assert pasted.errors[0].row == 0


@given(st.text(st.sampled_from('ab\t\n\r";,\0 1idkind'), max_size=60))
def test_any_paste_is_read(text: str) -> None:
    pasted = read_paste(SOURCES, text)
    assert len(pasted.rows) <= text.count("\n") + text.count("\r") + 1


def test_a_list_may_be_as_long_as_it_says() -> None:
    assert len(clean(LIST, "a\n" * LIST_LIMIT) or ()) == LIST_LIMIT  # type: ignore[arg-type]
