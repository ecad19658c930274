"""The process that draws: it may be killed, and must not be missed."""

from __future__ import annotations

import os
import subprocess
import threading
from typing import Any

import pytest

from mlsd_app.markup import drawing
from mlsd_app.markup.drawing import STOPPED, TOO_SLOW, Drawn, Mistake, draw

SIMPLE = "flowchart LR\n a --> b"
ENDLESS = """gantt
dateFormat YYYY-MM-DD
excludes weekends
section s
a: 2001-01-01, 900000000d"""


def test_a_drawing_that_never_ends_is_given_up_and_the_next_one_drawn() -> None:
    assert draw(ENDLESS) == TOO_SLOW
    assert isinstance(draw(SIMPLE), Drawn)


def test_a_process_that_does_not_answer_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    draw(SIMPLE)
    monkeypatch.setattr(drawing, "DRAW_SECONDS", 0.05)
    assert draw(ENDLESS) == STOPPED
    monkeypatch.undo()
    assert isinstance(draw(SIMPLE), Drawn)


def test_a_process_that_died_in_between_is_started_again() -> None:
    draw(SIMPLE)
    engine = drawing._engine
    assert engine is not None
    engine._process.kill()
    engine._process.wait()
    assert isinstance(draw(SIMPLE), Drawn)


def test_an_engine_that_cannot_start_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawing._stop()
    monkeypatch.setattr(drawing, "_PROGRAM", drawing._PROGRAM.with_name("not_there.py"))
    assert draw(SIMPLE) == drawing.MISSING
    monkeypatch.undo()
    assert isinstance(draw(SIMPLE), Drawn)


def test_no_process_to_be_had_is_a_passing_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise BlockingIOError

    drawing._stop()
    monkeypatch.setattr("subprocess.Popen", refuse)
    assert draw(SIMPLE) == STOPPED


def test_the_process_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    popen = subprocess.Popen

    def watched(*args: Any, **kwargs: Any) -> Any:  # Any: passed on as it is
        given.update(kwargs["env"])
        return popen(*args, **kwargs)

    drawing._stop()
    monkeypatch.setenv("SECRET_KEY", "very")
    monkeypatch.setattr(subprocess, "Popen", watched)
    assert isinstance(draw(SIMPLE), Drawn)
    assert "PATH" in given
    assert "SECRET_KEY" not in given


@pytest.mark.parametrize(
    "source", ["\ud800", "a\x00b", "{}", '"\\', "flowchart TD\n" + "é日" * 9_000]
)
def test_any_source_has_an_answer(source: str) -> None:
    assert draw(source) is not None
    assert isinstance(draw(SIMPLE), Drawn)


def test_threads_wait_for_each_other() -> None:
    outcomes: list[object] = []

    def one(number: int) -> None:
        outcomes.append(draw(f'pie\n"slice {number}": 1'))

    threads = [threading.Thread(target=one, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    drawn = [outcome.svg for outcome in outcomes if isinstance(outcome, Drawn)]
    assert len(drawn) == 8
    assert all(any(f"slice {number}<" in svg for svg in drawn) for number in range(8))


def test_a_forked_child_draws_with_a_process_of_its_own() -> None:
    draw(SIMPLE)
    child = os.fork()
    if child == 0:
        os._exit(0 if isinstance(draw(SIMPLE), Drawn) else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert isinstance(draw(SIMPLE), Drawn)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("flowchart TD\n a --> [x", 2),
        ("flowchart TD\n é日[ö] --> b\n c --> [x", 3),
        ("timeline\n : x", 2),
        ("flowchart TD\n a[foo (bar)]\n b", None),
        ("gantt\n dateFormat YYYY-MM-DD\n foo: bar", None),
    ],
)
def test_a_mistake_has_its_line_where_it_is_known(source: str, line: int | None) -> None:
    outcome = draw(source)
    assert isinstance(outcome, Mistake)
    assert outcome.line == line
