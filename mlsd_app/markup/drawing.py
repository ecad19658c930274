"""Mermaid to raw SVG, at arm's length.

The engine is native code reading what anybody typed, and some input keeps it busy for ever (a
Gantt chart of a million years that leaves out weekends). So it runs in a process of its own,
which is killed when a drawing takes too long and started again for the next one.
"""

from __future__ import annotations

import atexit
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mlsd_app.markup.mermaid_theme import ENGINE_OPTIONS

START_SECONDS = 20.0
DRAW_SECONDS = 10.0  # by the wall clock; the process limits its own processor time to much less

_PROGRAM = Path(__file__).with_name("drawing_process.py")
_KEPT_ENVIRONMENT = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Raw SVG, as the engine wrote it: not yet safe to show."""

    svg: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """The source is not a diagram. ``message`` is the parser's; ``line`` counts from 1."""

    message: str
    line: int | None


@dataclass(frozen=True, slots=True)
class NotDrawn:
    """Why there is no picture. ``lasting`` when trying again would not help."""

    reason: str
    lasting: bool


Outcome = Drawn | Mistake | NotDrawn

MISSING = NotDrawn("Diagrams are not drawn on this machine, so here is the source.", lasting=True)
TOO_LARGE = NotDrawn("This diagram is too large to draw. Split it into smaller ones.", lasting=True)
TOO_SLOW = NotDrawn("This diagram takes too long to draw. Make it simpler.", lasting=True)
FORMULAS = NotDrawn("Formulas in a diagram are not drawn. Write them in words.", lasting=True)
STOPPED = NotDrawn("This diagram could not be drawn just now. Reload the page.", lasting=False)

_REFUSALS = {
    "MERMAN_RESOURCE_LIMIT_EXCEEDED": TOO_LARGE,
    "MERMAN_CANCELLED": TOO_SLOW,
    "MERMAN_UNSUPPORTED_OPERATION": FORMULAS,
}


class _StoppedError(Exception):
    """The process is gone: ``killed`` by us for taking too long, or by its own limits."""

    def __init__(self, *, killed: bool) -> None:
        super().__init__()
        self.killed = killed


class _Engine:
    """A running drawing process. Not safe for threads; raises ``_StoppedError`` when it is gone."""

    def __init__(self) -> None:
        # No shell and nothing anybody typed: the interpreter and a file of this package.
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-I", str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ},
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise OSError("The drawing process has no pipes.")
        self._requests = self._process.stdin
        self._replies = io.TextIOWrapper(self._process.stdout, encoding="ascii")
        self.ask(ENGINE_OPTIONS, START_SECONDS)

    def is_running(self) -> bool:
        return self._process.poll() is None

    def ask(self, message: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        killer = threading.Timer(seconds, self._process.kill)
        killer.daemon = True
        killer.start()
        try:
            unsent = memoryview(json.dumps(message).encode() + b"\n")
            while unsent:
                unsent = unsent[self._requests.write(unsent) :]
            reply: dict[str, Any] = json.loads(self._replies.readline())
        except (OSError, ValueError) as error:
            killed = killer.finished.is_set()
            self.stop()
            raise _StoppedError(killed=killed) from error
        finally:
            killer.cancel()
        return reply

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        self._close_pipes()

    def abandon(self) -> None:
        """In a forked child: let go of the parent's process without ending it."""
        self._process.returncode = 0  # else it is reported as left running
        self._close_pipes()

    def _close_pipes(self) -> None:
        self._requests.close()
        self._replies.close()


_engine: _Engine | None = None
_one_at_a_time = threading.Lock()


def draw(source: str) -> Outcome:
    """Draw one diagram. Takes milliseconds, a few seconds at the very worst, and never raises."""
    if find_spec("merman") is None:
        return MISSING
    with _one_at_a_time:
        try:
            engine = _running_engine()
        except _StoppedError as stopped:
            return STOPPED if stopped.killed else MISSING
        except OSError:
            return STOPPED
        try:
            reply = engine.ask({"source": source}, DRAW_SECONDS)
        except _StoppedError as stopped:
            return STOPPED if stopped.killed else TOO_SLOW
    if "svg" in reply:
        return Drawn(reply["svg"])
    if reply["error"] in _REFUSALS:
        return _REFUSALS[reply["error"]]
    return Mistake(reply["message"], reply["line"])


def _running_engine() -> _Engine:
    global _engine
    if _engine is None or not _engine.is_running():
        _stop()
        _engine = _Engine()
    return _engine


def _stop() -> None:
    global _engine
    if _engine is not None:
        _engine.stop()
    _engine = None


def _after_fork() -> None:
    global _engine, _one_at_a_time
    _one_at_a_time = threading.Lock()
    if _engine is not None:
        _engine.abandon()
    _engine = None


atexit.register(_stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
