"""The program that draws Mermaid, run by ``drawing`` as a process of its own.

It holds native code that reads what anybody typed, so it is made to be killed: it limits its own
processor time and memory, knows no settings, and ends when its input does. It imports nothing of
this package, so that it starts quickly.

One JSON object a line: first the engine's options, answered with ``{"ready": true}``; then
``{"source": ...}``, each answered with ``{"svg": ...}`` or ``{"error", "message", "line"}``.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from typing import Any

import merman

try:
    import resource
except ImportError:  # Windows: the caller's own time limit has to do
    resource = None  # type: ignore[assignment]

CPU_SECONDS = 2
MEMORY = 1 << 30
PATIENCE = 4000  # milliseconds after which the engine gives up by itself, where it can


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = merman.MermanEngine(options_json=sys.stdin.readline(), services=None)
    if resource is not None:
        _limit(resource.RLIMIT_AS, MEMORY)
        _limit(resource.RLIMIT_CORE, 0)
    _answer({"ready": True})
    for line in sys.stdin:
        if resource is not None:
            _limit(resource.RLIMIT_CPU, int(time.process_time()) + CPU_SECONDS)
        _answer(_draw(engine, json.loads(line)["source"]))


def _limit(what: int, amount: int) -> None:
    """Lower the soft limit only: the one on time is moved again before every drawing."""
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    resource.setrlimit(what, (amount, hard))


def _draw(engine: merman.MermanEngine, source: str) -> dict[str, Any]:
    request = merman.MermanOperationRequestV4(
        operation_id="svg",
        source=source,
        uri=None,
        options_json=None,
        control=merman.MermanOperationControl(timeout_ms=PATIENCE),
    )
    try:
        return {"svg": bytes(engine.execute(request).data).decode()}
    except merman.MermanError.Binding as error:
        line = _line(engine, source, error)
        return {"error": error.code_name, "message": error.message, "line": line}
    except Exception as error:  # noqa: BLE001  a panic of the engine ends this drawing, not the process
        return {"error": "INTERNAL", "message": type(error).__name__, "line": None}


def _line(
    engine: merman.MermanEngine, source: str, error: merman.MermanError.Binding
) -> int | None:
    """The line a mistake is on, counted from 1, where the parser knows it."""
    if error.diagnostic is None:
        return None
    span = error.diagnostic.span
    if span is not None:
        if span.kind == "fallback":
            return None
        return source.encode()[: span.start].count(b"\n") + 1
    for found in json.loads(engine.analyze_json(source, None))["diagnostics"]:
        where = found["span"]
        if found["severity"] == "error" and where and where["byte_start"] > 0:
            return int(where["line"])
    return None


def _answer(reply: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
