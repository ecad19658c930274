"""gunicorn as ``bin/run`` starts it, on the loopback and held to one core."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from types import TracebackType
from typing import Self

STOPS_WITHIN = 15  # seconds


class Server:
    """The instance of this process's settings, served by one worker with eight threads.

    It listens from the start: a request that comes too early waits until the worker is up.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        # What connects before gunicorn is up shall not lack what gunicorn sets.
        self._listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.address: tuple[str, int] = self._listener.getsockname()

    @property
    def origin(self) -> str:
        host, port = self.address
        return f"http://{host}:{port}"

    def __enter__(self) -> Self:
        handle = self._listener.fileno()
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[-1:])  # what is started now inherits it
        try:
            self._process = subprocess.Popen(  # noqa: S603
                [
                    *(sys.executable, "-m", "gunicorn", "mlsd_app.wsgi"),
                    *("--bind", f"fd://{handle}", "--worker-class", "gthread", "--threads", "8"),
                    *("--graceful-timeout", "10", "--log-level", "warning"),
                ],
                pass_fds=[handle],
            )
        finally:
            os.sched_setaffinity(0, cores[:-1] or cores)  # whoever asks does not take its core
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.close()
