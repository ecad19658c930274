"""The embedded queue: kombu's folder of messages, in which a file appears whole or not at all.

The transport it builds on opens a file and then writes it. A process that looks in between reads
an empty file and stops: a worker on a message, a sender on the list of an exchange's queues.
"""

from __future__ import annotations

import fcntl
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from kombu.transport import filesystem
from kombu.utils.json import dumps

_binding = threading.Lock()


class Channel(filesystem.Channel):
    """Writes a file under a name that nobody looks for, then gives it its own."""

    # Any: as kombu passes them, which its own base class does not take.
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid.uuid4()}.{queue}.msg"
        _write_whole(Path(self.data_folder_out, name), dumps(payload))

    # Any: as above.
    def queue_bind(self, *args: Any, **kwargs: Any) -> None:
        # The threads of a process share what is bound, and note it before it is written.
        with _binding:
            super().queue_bind(*args, **kwargs)

    # Any: as above.
    def _queue_bind(self, exchange: Any, routing_key: Any, pattern: Any, queue: Any) -> None:
        file = Path(self.control_folder, f"{exchange}.exchange")
        file.parent.mkdir(parents=True, exist_ok=True)
        bound = filesystem.exchange_queue_t(routing_key or "", pattern or "", queue or "")
        with file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            table = self.get_table(exchange)
            if bound not in table:
                _write_whole(file, dumps([bound, *table]))


def _write_whole(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.{uuid.uuid4()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


class Transport(filesystem.Transport):
    Channel = Channel
