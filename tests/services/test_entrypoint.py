"""The steps of the image, run as it runs them, on a PostgreSQL and a Redis that answer."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.request import HTTPRedirectHandler, Request, build_opener

import psycopg
import pytest
from django.conf import settings

ENTRYPOINT = settings.BASE_DIR / "docker" / "entrypoint"
Environment = dict[str, str]


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """A new database beside the one of the tests."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    name = f"seven_entrypoint_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def environment(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """What compose sets, with a free port and folders of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("entrypoint")
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SEVEN_ENV": "production",
        "SECRET_KEY": uuid.uuid4().hex * 2,
        "ALLOWED_HOSTS": "seven.example",
        "DATABASE_URL": database_url,
        "REDIS_URL": os.environ["REDIS_URL"],
        "REDIS_CACHE_URL": os.environ["REDIS_CACHE_URL"],
        "REDIS_PREFIX": folder.name + uuid.uuid4().hex,
        "SEVEN_DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "PORT": str(port),
        "WEB_CONCURRENCY": "1",
        "WORKER_CONCURRENCY": "1",
    }


def step(name: str, environment: Environment) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ENTRYPOINT, name],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def healthy(name: str, environment: Environment) -> bool:
    """Ask the image's own health step until it says yes, for at most a minute."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if step(name, environment).returncode == 0:
            return True
        time.sleep(0.5)
    return False


@pytest.fixture(scope="module")
def migrated(environment: Environment) -> None:
    for name in ("migrate", "collectstatic"):
        done = step(name, environment)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def web(environment: Environment, migrated: None) -> Iterator[None]:
    yield from running("web", environment)


@pytest.fixture
def queue(environment: Environment, migrated: None) -> Iterator[None]:
    yield from running("worker", environment)


def running(name: str, environment: Environment) -> Iterator[None]:
    process = subprocess.Popen([ENTRYPOINT, name], env=environment, cwd="/")
    yield
    assert process.poll() is None
    process.terminate()
    assert process.wait(timeout=60) == 0


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        """Answer with the redirect itself."""


@pytest.mark.usefixtures("migrated")
def test_migrating_again_changes_nothing(environment: Environment) -> None:
    done = step("migrate", environment)
    assert "No migrations to apply" in done.stdout


@pytest.mark.usefixtures("web")
def test_the_web_step_serves_pages_to_a_proxy_that_speaks_https(environment: Environment) -> None:
    assert healthy("web-health", environment)
    url = f"http://127.0.0.1:{environment['PORT']}/accounts/login/"
    headers = {"Host": "seven.example", "X-Forwarded-Proto": "https"}
    with build_opener().open(Request(url, headers=headers)) as response:
        page = response.read().decode()
        assert response.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "; Secure" in response.headers["Set-Cookie"]
    assert "<h1>Sign in</h1>" in page

    with pytest.raises(OSError, match="301"):
        build_opener(Stay).open(Request(url, headers={"Host": "seven.example"}))
    with pytest.raises(OSError, match="400"):
        build_opener().open(Request(url, headers=headers | {"Host": "elsewhere.example"}))


@pytest.mark.usefixtures("queue")
def test_the_worker_step_answers_its_health_check(environment: Environment) -> None:
    assert healthy("worker-health", environment)


def test_nobody_is_healthy_where_nothing_runs(environment: Environment) -> None:
    assert step("web-health", environment | {"PORT": "9"}).returncode != 0


def test_anything_else_is_run_as_it_stands(environment: Environment) -> None:
    done = subprocess.run(
        [ENTRYPOINT, "python", "manage.py", "clear_guests", "--days", "0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "--days is 0. Write 1 or more." in done.stderr


def test_production_does_not_start_without_a_secret(environment: Environment) -> None:
    done = step("migrate", environment | {"SECRET_KEY": ""})
    assert done.returncode != 0
    assert "SECRET_KEY is not set." in done.stderr
