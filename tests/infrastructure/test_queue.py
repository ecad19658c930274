from __future__ import annotations

import subprocess
import threading
import time
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection
from kombu import Connection

from mlsd_app.celery import app


def waiting() -> int:
    """Return how many tasks no worker has taken yet."""
    with app.connection_for_read() as connection:
        # The stubs know neither the channel's method nor what it answers.
        return int(connection.default_channel.queue_declare("celery").message_count)  # type: ignore[attr-defined]


def test_a_request_thread_queues_where_the_worker_looks() -> None:
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(current_app.main))
    thread.start()
    thread.join()
    assert seen == ["mlsd_app"]


def test_only_json_travels() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"


def test_a_task_outlives_the_worker_that_dies_on_it() -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_what_is_queued(worker: subprocess.Popen[bytes]) -> None:
    app.send_task("celery.accumulate", args=[1, 2])
    deadline = time.monotonic() + 30
    while waiting() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert waiting() == 0
    assert worker.poll() is None


def test_the_worker_opens_the_database_of_the_tests(worker: subprocess.Popen[bytes]) -> None:
    environment = Path(f"/proc/{worker.pid}/environ").read_text().split("\0")
    (url,) = [entry for entry in environment if entry.startswith("DATABASE_URL=")]
    assert url.endswith(f"/{connection.settings_dict['NAME']}")


@pytest.mark.parametrize("name", ["CELERY_BROKER_URL", "CACHES"])
def test_the_engines_are_those_of_the_test_run(name: str) -> None:
    on_redis = "redis" in str(getattr(settings, name))
    assert on_redis == ("postgresql" in settings.DATABASES["default"]["ENGINE"])


def test_a_message_in_the_folder_is_never_half_written(tmp_path: Path) -> None:
    """A reader that polls without pause sees every message whole."""
    name = tmp_path.name  # a process binds a name once
    folders = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path)}
    options = folders | {"control_folder": str(tmp_path / "control")}
    read: list[object] = []
    failed: list[Exception] = []
    done = threading.Event()

    def poll() -> None:
        with Connection("filesystem://", transport_options=options) as reader:
            queue = reader.SimpleQueue(name)
            while True:
                is_last = done.is_set()
                try:
                    message = queue.get_nowait()
                except queue.Empty:
                    if is_last:
                        return
                    continue
                except Exception as error:  # noqa: BLE001  # reported below
                    failed.append(error)
                    return
                read.append(message.payload)
                message.ack()

    thread = threading.Thread(target=poll)
    thread.start()
    with Connection("filesystem://", transport_options=options) as writer:
        queue = writer.SimpleQueue(name)
        for number in range(300):
            queue.put({"number": number, "filling": "x" * 2000})
    done.set()
    thread.join(timeout=30)
    assert failed == []
    assert len(read) == 300
