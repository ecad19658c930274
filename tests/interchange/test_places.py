"""Where in its file an answer stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from mlsd_app.interchange import Place, UnreadableError, read, write_json, write_yaml
from mlsd_app.stages.design import AllAnswers
from tests import strategies

YAML = """\
# a comment
framing:
  entities: user
  in_scope:
    - home feed
metrics:
  ab:
    unit: user
  ab.alpha: 0.05
data:
  sources:
    - {id: orders, owner: checkout}
    - id: clicks

      owner: web
waivers:
  - check: data.W004
    reason: because
"""
JSON = """\
{
  "framing": {"entities": "user \\" {[", "in_scope": ["a", "b"],
    "feedback_loop": true, "cost_fp": -1.5e3},
  "data": {"sources": [{"id": "orders"},
    {"owner": "web", "id": "clicks"}]}
}
"""


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("framing", (2, 1)),
        ("framing.entities", (3, 3)),
        ("framing.in_scope", (4, 3)),
        ("metrics.ab", (7, 3)),
        ("metrics.ab.unit", (8, 5)),
        ("metrics.ab.alpha", (9, 3)),
        ("data.sources", (11, 3)),
        ("data.sources/orders", (12, 7)),
        ("data.sources/orders.owner", (12, 20)),
        ("data.sources/clicks", (13, 7)),
        ("data.sources/clicks.owner", (15, 7)),
        ("waivers", (16, 1)),
        ("waivers/1", (17, 5)),
        ("waivers/1.reason", (18, 5)),
    ],
)
def test_every_answer_of_yaml_has_a_line_and_a_column(address: str, place: Place) -> None:
    assert read(YAML).places[address] == place


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("framing", (2, 3)),
        ("framing.entities", (2, 15)),
        ("framing.in_scope", (2, 41)),
        ("framing.feedback_loop", (3, 5)),
        ("framing.cost_fp", (3, 28)),
        ("data.sources", (4, 12)),
        ("data.sources/orders.id", (4, 25)),
        ("data.sources/clicks", (5, 5)),
        ("data.sources/clicks.id", (5, 22)),
    ],
)
def test_every_answer_of_json_has_a_line_and_a_column(address: str, place: Place) -> None:
    assert read(JSON).places[address] == place


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("data.sources/orders.kind", (12, 7)),
        ("data.sources/gone.kind", (11, 3)),
        ("metrics.ab.power", (7, 3)),
        ("metrics.rows", (6, 1)),
        ("serving.components", None),
        ("", None),
    ],
)
def test_what_is_not_there_is_looked_for_where_it_would_be(
    address: str, place: Place | None
) -> None:
    assert read(YAML).place_of(address) == place


def test_an_unknown_name_is_reported_where_it_stands() -> None:
    problems = read("framing:\n  cost_fp: x\n  latency: 5\nframmimg: {}\n").problems
    assert [problem.place for problem in problems] == [(4, 1), None, (3, 3)]


def test_an_alias_stands_where_its_anchor_does() -> None:
    reading = read("data:\n  sources:\n    - &a {id: x}\n    - *a\n")
    assert reading.places["data.sources/1"] == (3, 7)
    assert reading.places["data.sources/2"] == (3, 7)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("framing:\n  decision: [a\n  x: b", 3),
        ("framing:\n  entities: a\n  entities: b", 3),
        ("framing:\n  entities: a\0b", 2),
        ('{"framing":\n {"decision": "a\tb"}}', 2),
        ("", None),
    ],
)
def test_a_file_that_cannot_be_read_says_its_line_to_programs(text: str, line: int | None) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(text)
    assert refused.value.line == line


@given(answers=strategies.answers())
def test_a_place_is_where_the_name_is_written(answers: AllAnswers) -> None:
    for text in (
        write_yaml(answers),
        write_json(answers),
        json.dumps(json.loads(write_json(answers))),
    ):
        lines = text.split("\n")
        for address, (line, column) in read(text).places.items():
            key = address.rpartition("/")[2] if "/" in address else address
            row, _, cell = key.partition(".") if "/" in address else ("", "", key)
            name = cell.rpartition(".")[2]
            written = lines[line - 1][column - 1 :]
            assert not name or written.lstrip('"').startswith(name), (address, row)
