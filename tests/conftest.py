from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

# Playwright runs an event loop in the thread that also talks to the database, one at a time.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

# No test depends on a time. In CI the inputs are the same each time.
hypothesis_settings.register_profile(
    "seven",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("seven")

on_services = os.environ.get("SEVEN_TEST_SERVICES") == "1"
collect_ignore = [] if on_services else ["services"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys in a browser take the longest and come first: at the end, no core waits for one."""
    journeys = Path(__file__).parent / "browser"
    items.sort(key=lambda item: journeys not in item.path.parents)


@pytest.fixture(autouse=True)
def _no_rate_limit_from_another_test() -> None:
    """Empty this process's part of the cache; on Redis other processes test beside it."""
    if on_services:
        shared = settings.CACHES["default"]
        with redis.Redis.from_url(shared["LOCATION"]) as store:
            for key in store.scan_iter(f"{shared['KEY_PREFIX']}:*"):
                store.delete(key)
    else:
        cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The database of the tests. PostgreSQL drops none that somebody is connected to, as the server
    of the browsers is for as long as one of them is open.
    """
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


def database_url() -> str:
    """The database of the tests, for a process beside them; it sees what is committed."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0] if on_services else "sqlite://"
    return f"{server}/{connection.settings_dict['NAME']}"


@pytest.fixture(scope="session")
def worker(django_db_setup: None) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker, as production runs it, on the database and the queue of the tests.

    It sees what is committed: use it with ``live_server`` or ``transactional_db``.
    """
    command = [sys.executable, "-m", "celery", "-A", "mlsd_app", "worker", "--concurrency=1"]
    process = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"],
        env=os.environ
        | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "mlsd_app.settings"},
    )
    yield process
    process.terminate()
    process.wait(timeout=30)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium, which makes no connections of its own."""
    return {
        **browser_type_launch_args,
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium-headless-shell"),
        "args": [
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-gpu",
            "--disable-quic",
            "--disable-sync",
            "--no-first-run",
        ],
    }
