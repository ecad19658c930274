from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from mlsd_app.exports import render
from mlsd_app.exports.asking import ask
from mlsd_app.exports.document import Options, Paper
from mlsd_app.exports.models import Export
from mlsd_app.exports.tasks import render_export
from tests.factories import make_design, make_user

HTMX = {"HX-Request": "true"}
PDF = b"%PDF-1.7 stand-in"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """A folder of the test's own for the files."""
    local = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path},
    }
    settings.STORAGES = settings.STORAGES | {"default": local}
    return tmp_path / "exports"


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The exports that were put into the queue, instead of the queue."""
    queued: list[str] = []
    monkeypatch.setattr(
        render_export, "apply_async", lambda args, **options: queued.append(args[0])
    )
    return queued


@pytest.fixture
def broken_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that does not answer."""

    def refuse(args: tuple[str], **options: object) -> None:
        raise ConnectionRefusedError(args)

    monkeypatch.setattr(render_export, "apply_async", refuse)


@pytest.fixture
def renders(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were rendered, with a stand-in for the renderer."""
    rendered: list[str] = []

    def note(html: str, *, progress: Callable[[str, int], None] | None = None) -> bytes:
        rendered.append(html)
        if progress is not None:
            progress("layout", 12)
        return PDF

    monkeypatch.setattr(render, "render_pdf", note)
    return rendered


@pytest.fixture
def alice(db: None) -> User:
    return make_user("Alice Kowal")


@pytest.fixture
def alice_client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def design(alice: User) -> Design:
    return make_design(alice)


@pytest.fixture
def export(design: Design, alice: User, queue: list[str]) -> Export:
    """Alice's first export, waiting for a worker."""
    return asked(design, alice)


def at_once(number: int, call: Callable[[], object]) -> list[object]:
    """What ``number`` threads get that call at the same time, each on its own connection."""
    barrier = threading.Barrier(number)

    def run(_: int) -> object:
        barrier.wait(10)
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def asked(design: Design, user: User, paper: Paper = "A4", *, findings: bool = True) -> Export:
    """What ``user`` gets who asks for the PDF of ``design`` as it is now."""
    return ask(Revision.of(design), user, Options(paper=paper, findings=findings))


def made(design: Design, user: User, paper: Paper = "A4") -> Export:
    """An export that is ready, or whatever else came of it."""
    export = asked(design, user, paper)
    render_export(str(export.pk))
    export.refresh_from_db()
    return export
