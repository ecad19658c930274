"""The web process is killed in the middle of a burst of saves, twenty times.

It runs as production runs it, on the database of the tests. What it answered is stored, and what it
did not answer is stored whole or not at all.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.canonical import hash_of
from mlsd_app.designs.models import Design, Revision, StageAnswers, StageContent
from tests.conftest import database_url
from tests.factories import answer, make_design, make_user

KILLS = 20
BURST = 6  # answered saves before a kill
PLACES = ("framing.decision", "metrics.operating_point", "data.leakage_review")
PATIENCE = 30  # seconds
CSRF = "k" * 32

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Web:
    """A master that starts the process which serves, and another one in place of a dead one."""

    master: subprocess.Popen[bytes]
    port: int

    def process(self) -> int:
        """The process that serves now."""
        children = Path(f"/proc/{self.master.pid}/task/{self.master.pid}/children")
        deadline = time.monotonic() + PATIENCE
        while not (found := children.read_text().split()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        return int(found[0])

    def kill(self) -> None:
        killed = self.process()
        os.kill(killed, signal.SIGKILL)
        while self.process() == killed:
            time.sleep(0.01)


@pytest.fixture
def web() -> Iterator[Web]:
    with socket.socket() as listening:
        # Its own, so that requests wait in the queue of the kernel while nobody serves.
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        listening.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "mlsd_app.wsgi", "--preload"]
        command += ["--config", "python:tests.loss.warm"]
        master = subprocess.Popen(
            [*command, "--workers=1", "--threads=8", f"--bind=fd://{listening.fileno()}"],
            cwd=settings.BASE_DIR,
            env=os.environ
            | {"DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "mlsd_app.settings"},
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        yield Web(master, listening.getsockname()[1])
        os.killpg(master.pid, signal.SIGKILL)  # and once all of it at once
        master.wait()


@dataclass
class Writer:
    """A browser that adds a word to one answer with each save, and the words that were stored."""

    url: str
    port: int
    session: str
    place: str
    text: str = ""
    answered: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)

    def write(self, saved: threading.Semaphore) -> None:
        """Save one word after the other until no answer comes."""
        web = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            while True:
                word = uuid4().hex
                self.unanswered.append(word)
                self._save(web, f"{self.text} {word}".strip())
                self.answered.append(self.unanswered.pop())
                self.text = f"{self.text} {word}".strip()
                saved.release()
        except (OSError, HTTPException):
            return
        finally:
            web.close()

    def _save(self, web: HTTPConnection, text: str) -> None:
        form = {"base": 0, "token": uuid4().hex, self.place: text, f"was:{self.place}": self.text}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={self.session}; csrftoken={CSRF}",
            "X-CSRFToken": CSRF,
        }
        web.request("POST", self.url, urlencode(form), headers)
        response = web.getresponse()
        response.read()
        assert response.status == 302, response.status


@pytest.fixture
def author() -> User:
    return make_user()


@pytest.fixture
def design(author: User) -> Design:
    return make_design(author)


@pytest.fixture
def writers(web: Web, author: User, design: Design) -> list[Writer]:
    client = Client()
    client.force_login(author)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    url = reverse("designs:stage_edit", args=[design.pk, "framing"])
    return [Writer(url, web.port, session, place) for place in PLACES]


def test_what_was_answered_is_there_after_every_kill(
    web: Web, design: Design, writers: list[Writer]
) -> None:
    for _ in range(KILLS):
        saved = threading.Semaphore(0)
        threads = [threading.Thread(target=one.write, args=[saved]) for one in writers]
        for thread in threads:
            thread.start()
        for _ in range(BURST):
            assert saved.acquire(timeout=PATIENCE)
        web.kill()
        for thread in threads:
            thread.join()
        for writer in writers:
            assert_nothing_is_lost(design, writer)
            writer.text = str(answer(design, writer.place) or "")
    assert sum(len(writer.answered) for writer in writers) >= KILLS * BURST
    assert_sound()


def assert_nothing_is_lost(design: Design, writer: Writer) -> None:
    """Each word that was answered is stored once, in order; of the others, at most whole ones."""
    stored = str(answer(design, writer.place) or "").split()
    assert [word for word in stored if word in writer.answered] == writer.answered
    assert set(stored) <= {*writer.answered, *writer.unanswered}
    assert len(stored) == len(set(stored))


def assert_sound() -> None:
    """The database says that it is whole, and what is derived in it fits what it is derived of."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA integrity_check")
            assert cursor.fetchall() == [("ok",)]
        else:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
            cursor.execute(
                "SELECT bt_index_check(indexrelid, true) FROM pg_index"
                " JOIN pg_class ON pg_class.oid = indrelid WHERE relname LIKE 'designs_%'"
            )
    for row in StageAnswers.objects.all():
        assert row.content_hash == hash_of(row.answers_json)
    for revision in Revision.objects.all():
        assert StageContent.objects.filter(pk__in=revision.hashes.values()).exists()
        assert revision.answers()
