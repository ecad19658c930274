from __future__ import annotations

import time

import pytest

from mlsd_app.interchange import SIZE_LIMIT, UnreadableError, read

BILLION_LAUGHS = "framing:\n  in_scope: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"  f{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("", "", "The file is empty. Write a mapping of stages, such as “framing:”."),
        (" \n\t\n", "", "The file is empty. Write a mapping of stages, such as “framing:”."),
        (
            "just some words",
            "",
            "The file holds “just some words”, not a design. Write a mapping of stages: general,"
            " framing, metrics, data, features, model, serving, monitoring.",
        ),
        (
            "- a\n- b",
            "",
            "The file holds a list, not a design. Write a mapping of stages: general, framing,"
            " metrics, data, features, model, serving, monitoring.",
        ),
        (
            "name: x\nservices: {}",
            "",
            "The file names no stage of a design. The stages are general, framing, metrics, data,"
            " features, model, serving, monitoring.",
        ),
        ('{"framing": {"decision": }}', "", "Line 1 is not JSON: expecting value."),
        (
            '{"framing":\n {"decision": "a\tb"}}',
            "",
            "Line 2 is not JSON: unexpected control character.",
        ),
        ("framing: {}", "x.json", "Line 1 is not JSON: expecting value."),
        (
            "framing:\n  entities: a\n  entities: b",
            "",
            "Line 3: “entities” is written twice in one mapping. Keep one.",
        ),
        (
            '{"framing": {"entities": "a", "entities": "b"}}',
            "",
            "“entities” is written twice in one mapping. Keep one.",
        ),
        (
            "framing:\n  entities: !!python/object/apply:os.system [id]",
            "",
            "Line 2: the tag “tag:yaml.org,2002:python/object/apply:os.system” is not read."
            " Take it out.",
        ),
        (
            "framing:\n  entities: a\0b",
            "",
            "Line 2 holds an invisible control character. Delete it there.",
        ),
        (
            "framing: {}\n---\nframing: {}",
            "",
            "Line 2: a second document begins. One file holds one design.",
        ),
        (
            "framing:\n  ? [a]\n  : b",
            "",
            "Line 2: a key is a list or a mapping. Write a name and a colon.",
        ),
        ("framing: *x", "", "Line 1: “*x” stands for nothing."),
        (
            "a: &a {b: c}\nframing:\n  <<: *a",
            "",
            "Line 3: “<<” merges mappings, which a design does not need.",
        ),
        (
            "framing: " + "[" * 13 + "]" * 13,
            "",
            "Line 1: more than 12 levels are nested. A design has 5.",
        ),
        (
            '{"framing": ' + "[" * 20 + "]" * 20 + "}",
            "",
            "More than 12 levels are nested. A design has 5.",
        ),
        ('{"framing": ' + "[" * 100_000, "", "More than 12 levels are nested. A design has 5."),
        (
            "framing: " + "[" * 100_000,
            "",
            "Line 1: more than 12 levels are nested. A design has 5.",
        ),
        (
            "a" * (SIZE_LIMIT + 1),
            "",
            "The file has 1,000,001 characters; a design has at most 1,000,000.",
        ),
    ],
)
def test_what_is_no_design_says_why(text: str, name: str, message: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read(text, name=name)
    assert str(refused.value) == message


def test_what_is_no_yaml_says_in_which_line() -> None:
    with pytest.raises(UnreadableError, match=r"^Line 3 is not YAML: "):
        read("framing:\n  decision: [a\n  x: b")


def test_an_alias_bomb_is_refused_at_once() -> None:
    started = time.monotonic()
    with pytest.raises(UnreadableError, match="aliases repeat too much"):
        read(BILLION_LAUGHS)
    assert time.monotonic() - started < 1


def test_an_alias_of_itself_is_refused() -> None:
    with pytest.raises(UnreadableError, match="stands for nothing"):
        read("framing: &a [*a]")


def test_a_few_aliases_are_read() -> None:
    reading = read("framing:\n  in_scope: &x [home feed]\n  out_of_scope: *x\n")
    assert reading.answers["framing"]["out_of_scope"] == ["home feed"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("framing: {entities: user}", ""),
        ("framing: {entities: user}", "design.yml"),
        ('{"framing": {"entities": "user"}}', ""),
        ('{"framing": {"entities": "user"}}', "design.json"),
        ('{"framing": {"entities": "user"}}', "design.yaml"),
        ("{framing: {entities: user}}", "design.yaml"),
        ("\ufeffframing: {entities: user}", ""),
    ],
)
def test_json_and_yaml_are_told_apart(text: str, name: str) -> None:
    assert read(text, name=name).answers["framing"] == {"entities": "user"}


def test_a_large_file_is_read_in_good_time() -> None:
    row = "    - {id: a, name: b, kind: offline, baseline: 1, target: 2}\n"
    text = "metrics:\n  rows:\n" + row * (SIZE_LIMIT // len(row) - 1)
    started = time.monotonic()
    reading = read(text)
    assert len(reading.answers["metrics"]["rows"]) == 500  # type: ignore[arg-type]
    assert time.monotonic() - started < 10
