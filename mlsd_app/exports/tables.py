"""Tables of rows: key columns side by side, everything else in a line below each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from mlsd_app.calculators.capacity import in_flight, replicas_after_zone_loss, replicas_needed
from mlsd_app.calculators.numbers import known, ratio, rounded_up
from mlsd_app.exports.blocks import Cell, Head, Record, TableBlock
from mlsd_app.exports.layout import BLOCK, TEXT, Column, Table, table_layout
from mlsd_app.exports.markers import Markers
from mlsd_app.exports.typesetter import NOTHING, Typesetter, anchor, written
from mlsd_app.exports.typography import THIN
from mlsd_app.figures.amounts import brief, number
from mlsd_app.figures.chain import evenly
from mlsd_app.stages.design import Design, id_column, is_empty
from mlsd_app.stages.fields import Field, Kind, Row

COMMON = 3  # rows of which all must agree before the caption says it for them

# Units that the head of a column says once; in the cells they would only repeat.
_IN_HEAD = {"1/d": "", "GB/d": "GB a day", "USD/month": "USD", "USD": "USD"}
_NUMBERS = tuple(
    "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)
_AT_MOST, _AT_LEAST = "\u2264", "\u2265"


class TableSetter:
    """Sets one table of a design."""

    def __init__(
        self,
        address: str,
        field: Field,
        rows: Sequence[Row],
        setter: Typesetter,
        markers: Markers | None = None,
    ) -> None:
        self.address = address
        self.field = field
        self.rows = rows
        self.setter = setter
        self.markers = markers or Markers()
        self.columns = field.columns
        self.computed = {
            key: [compute(setter.design, row) for row in rows]
            for key, compute in COMPUTED.get(address, {}).items()
        }
        self.layout = self._without_empty(table_layout(address, field))
        self.naming = id_column(type(rows[0]))
        shown = {key for column in self.layout.columns for key in (column.key, column.also)}
        below = [column for key, column in self.columns.items() if key not in shown]
        self.common = [column for column in below if self._is_common(column)]
        self.details = [column for column in below if column not in self.common]
        self._joined = {1, len(rows) - 1}  # records that stay with the one before
        self.silent = [column for column in self.details if self._is_silent(column)]

    def block(self, slug: str, label: str, chosen: str = "", fallback: str = "") -> TableBlock:
        """The table, numbered ``label``; ``chosen`` and ``fallback`` are ids of marked rows."""
        width = TEXT if self.layout.width <= TEXT else BLOCK
        stretch = width / self.layout.width
        records = [
            self._record(index, row, chosen, fallback) for index, row in enumerate(self.rows)
        ]
        return TableBlock(
            slug=slug,
            number=label,
            # After the rows: what is said about one that is gone is marked here.
            caption=SafeString(self._caption() + self.markers.left_at(self.address)),
            heads=[
                Head(self._head(column), column.width * stretch, self._is_number(column))
                for column in self.layout.columns
            ],
            records=records,
            is_text_wide=width == TEXT,
        )

    # -- what is said once

    def _caption(self) -> SafeString:
        count = len(self.rows)
        word = self.layout.row_word[count != 1]
        said = [self._common(column) for column in self.common]
        parts = [format_html("{} {}.", in_words(count).capitalize(), word)]
        if said:
            parts.append(format_html("For all of them: {}.", mark_safe("; ".join(said))))  # noqa: S308  escaped above
        if self.silent:
            labels = ", ".join(column.label.lower() for column in self.silent)
            parts.append(format_html("Only where a row says so: {}.", labels))
        if self.computed and any(column.key in self.computed for column in self.layout.columns):
            parts.append(format_html("{}", NOTES[self.address]))
        return mark_safe(" ".join(parts))  # noqa: S308  every part is escaped

    def _is_common(self, column: Field) -> bool:
        """Whether every row gives the same short answer."""
        given = {getattr(row, column.key) for row in self.rows}
        if len(self.rows) < COMMON or len(given) > 1:
            return False
        value = next(iter(given))
        return not is_empty(value) and len(str(value)) < 40

    def _is_silent(self, column: Field) -> bool:
        """Whether a flag is answered in every row, so that the caption can say what no means."""
        given = [getattr(row, column.key) for row in self.rows]
        return column.kind is Kind.FLAG and None not in given and False in given

    def _common(self, column: Field) -> SafeString:
        value = getattr(self.rows[0], column.key)
        label = column.label[:1].lower() + column.label[1:]
        if value is True:
            return format_html("{}", label)
        return format_html("{}: {}", label, self.setter.value(column, value))

    # -- columns

    def _without_empty(self, layout: Table) -> Table:
        """The columns that hold anything; the first is always kept."""
        first, *rest = layout.columns
        kept = [column for column in rest if any(self._holds(column, row) for row in self.rows)]
        return Table((first, *kept), layout.row_word)

    def _holds(self, column: Column, row: Row) -> bool:
        if column.key in self.computed:
            return bool(self.computed[column.key][self.rows.index(row)])
        keys = [key for key in (column.key, column.also) if key]
        return any(not is_empty(getattr(row, key)) for key in keys)

    def _head(self, column: Column) -> str:
        if column.key in self.computed:
            return column.head
        field = self.columns[column.key]
        unit = _IN_HEAD.get(field.unit.key, "")
        label = column.head or field.label
        return f"{label}, {unit}" if unit else label

    def _is_number(self, column: Column) -> bool:
        return column.key in self.computed or self.columns[column.key].kind is Kind.QUANTITY

    def _record(self, index: int, row: Row, chosen: str, fallback: str) -> Record:
        first, *rest = self.layout.columns
        name = str(getattr(row, self.naming))
        is_chosen = bool(name) and name == chosen
        marks = ["chosen"] * is_chosen + ["fallback"] * (bool(name) and name == fallback)
        cells = [Cell(self._cell(column, row), self._is_number(column)) for column in rest]
        details = self._details(row, marks)
        return Record(
            slug=anchor(row.at()),
            # Last: it takes the marks of what is said about all of the row.
            name=SafeString(self._cell(first, row) + self.markers.left_at(row.at())),
            cells=cells,
            details=details,
            opens=index not in self._joined,
            closes=index + 1 not in self._joined,
            is_chosen=is_chosen or getattr(row, "role", "") == "primary",
        )

    def _cell(self, column: Column, row: Row) -> SafeString:
        html = self.markers.in_text(row.at(column.key), self._written(column, row))
        return self.markers.after(row.at(column.also), html) if column.also else html

    def _written(self, column: Column, row: Row) -> SafeString:
        if column.key in self.computed:
            return format_html("{}", self.computed[column.key][self.rows.index(row)] or NOTHING)
        field = self.columns[column.key]
        value = getattr(row, column.key)
        if column.also == "bound":
            return self._goal(row)
        if column.key == "id":
            return self.setter.identifier(value) if value else NOTHING
        if field.kind is Kind.QUANTITY and value is not None:
            return self._number(column, row, value)
        shown = self.setter.value(field, value)
        if column.also and (second := getattr(row, column.also)) and second != value:
            return format_html(
                "{}, {}", shown, self.setter.value(self.columns[column.also], second)
            )
        return shown

    def _number(self, column: Column, row: Row, value: float) -> SafeString:
        field = self.columns[column.key]
        if column.is_even:
            given = [v for r in self.rows if (v := getattr(r, column.key)) is not None]
            return format_html("{}", evenly(*given)[given.index(value)])
        if column.key in {"baseline", "warn", "critical"}:
            return format_html("{}", _pair(row, value))
        if field.unit.key in _IN_HEAD:
            return format_html("{}", number(value))
        return format_html("{}", written(field, value))

    def _goal(self, row: Any) -> SafeString:
        """The goal of a metric, or the bound of a guardrail with its sense."""
        if row.target is not None:
            goal = _pair(row, row.target)
            bound = "" if row.bound is None else f" ({_bound(row)})"
            return format_html("{}{}", goal, bound)
        return NOTHING if row.bound is None else format_html("{}", _bound(row))

    # -- what stands below a row

    def _details(self, row: Row, marks: Sequence[str]) -> SafeString:
        said: list[SafeString | str] = [format_html("<b>{}</b>", mark) for mark in marks]
        flags_first = sorted(self.details, key=lambda column: column.kind is not Kind.FLAG)
        said += [detail for column in flags_first if (detail := self._detail(column, row))]
        return mark_safe("; ".join(said))  # noqa: S308  every part is escaped

    def _detail(self, column: Field, row: Row) -> SafeString | str:
        value = getattr(row, column.key)
        label = column.label[:1].lower() + column.label[1:]
        if is_empty(value) or (value is False and column in self.silent):
            return ""
        if value is True:
            return self.markers.after(row.at(column.key), format_html("<b>{}</b>", label))
        shown = self.markers.in_text(row.at(column.key), self.setter.value(column, value))
        return format_html('<span class="dl">{}</span> {}', label, shown)


def in_words(count: int) -> str:
    """A small number as a word."""
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _pair(row: Any, value: float) -> str:
    """A number with as many decimals as the one it is read beside."""
    keys = ("baseline", "target", "bound") if hasattr(row, "baseline") else ("warn", "critical")
    given = [v for key in keys if (v := getattr(row, key)) is not None]
    return evenly(*given)[given.index(value)]


def _bound(row: Any) -> str:
    sign = {"down": _AT_MOST, "up": _AT_LEAST}.get(row.direction, "")
    return f"{sign}{THIN}{_pair(row, row.bound)}" if sign else _pair(row, row.bound)


def _needed(design: Design, row: Any) -> str:  # a component
    """Replicas that the peak needs, by formula D."""
    needed = replicas_needed(design.framing.peak_qps, row)
    return "" if needed is None else brief(needed)


def _zone_lost(design: Design, row: Any) -> str:  # a component
    """Replicas left without a zone, against those that are busy at peak."""
    left = replicas_after_zone_loss(row.replicas, design.serving.zones)
    busy = known(in_flight(design.framing.peak_qps, row), row.concurrency)
    least = ratio(*busy) if busy else None
    if left is None or least is None:
        return ""
    sign = _AT_LEAST if left >= rounded_up(least) else "<"
    return f"{brief(left)}{THIN}{sign}{THIN}{brief(rounded_up(least))}"


# Columns that follow from others, by table and key.
COMPUTED: Mapping[str, Mapping[str, Callable[[Design, Any], str]]] = {
    "serving.components": {"needed": _needed, "zone_lost": _zone_lost},
}
NOTES = {
    "serving.components": "Needed: peak load times mean time, over what runs in parallel at the "
    "planned use. A zone lost: replicas left, against those that are busy at peak."
}
