from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.files.storage import FileSystemStorage
from django.db import DatabaseError
from pytest_django import Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.exports import render, tasks
from mlsd_app.exports.limits import LimitExceededError
from mlsd_app.exports.models import Export
from mlsd_app.exports.tasks import (
    NEEDED_TOO_MUCH,
    NOT_MADE,
    TOOK_TOO_LONG,
    ClaimLostError,
    Heartbeat,
    render_export,
)
from tests.exports.conftest import PDF, asked, at_once, made
from tests.factories import make_design

pytestmark = pytest.mark.django_db

Renderer = Callable[..., bytes]


def use_renderer(monkeypatch: pytest.MonkeyPatch, renderer: Renderer) -> None:
    monkeypatch.setattr(render, "render_pdf", renderer)


def failing(error: Exception) -> Renderer:
    def render_pdf(html: str, **kwargs: object) -> bytes:
        raise error

    return render_pdf


# -- It works -----------------------------------------------------------------------------------


def test_a_design_becomes_a_pdf(design: Design, alice: User, queue: list[str]) -> None:
    export = made(design, alice)
    assert (export.state, export.error) == ("ready", "")
    with export.file.open() as file:
        content = file.read()
    read = pypdf.PdfReader(BytesIO(content))
    assert len(read.pages) == export.page_count == export.pages_done > 1
    assert export.size == len(content)
    assert "Feed" in read.pages[0].extract_text()


def test_running_twice_renders_once(export: Export, renders: list[str], media: Path) -> None:
    render_export(str(export.pk))
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.attempts, export.page_count) == ("ready", 1, 12)
    assert export.finished_at is not None
    assert len(renders) == 1
    assert [path.read_bytes() for path in media.iterdir()] == [PDF]


def test_the_revision_is_printed_and_not_the_design_as_it_is_now(
    export: Export, design: Design, renders: list[str]
) -> None:
    design.stage_answers.filter(stage="general").update(answers_json='{"title": "Written later"}')
    render_export(str(export.pk))
    assert "Feed" in renders[0]
    assert "Written later" not in renders[0]


def test_progress_is_stored_about_twice_a_second(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 0.0
    written: list[int | None] = []
    beat = Export.beat

    def note(self: Export, pages_done: int | None = None) -> bool:
        written.append(pages_done)
        return beat(self, pages_done)

    def render_pdf(html: str, *, progress: Callable[[str, int], None]) -> bytes:
        nonlocal clock
        for page in range(1, 13):
            clock += 0.125
            progress("layout", page)
        export.refresh_from_db()
        assert (export.state, export.pages_done) == ("rendering", 12)
        return PDF

    monkeypatch.setattr(tasks, "monotonic", lambda: clock)
    monkeypatch.setattr(Export, "beat", note)
    use_renderer(monkeypatch, render_pdf)
    render_export(str(export.pk))
    assert written == [4, 8, 12]


@pytest.mark.django_db(transaction=True)
def test_a_silent_renderer_keeps_its_claim(
    export: Export, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EXPORT_LEASE_SECONDS = 0.3
    beaten = threading.Event()
    beat = Export.beat

    def note(self: Export, pages_done: int | None = None) -> bool:
        held = beat(self, pages_done)
        beaten.set()
        return held

    def render_pdf(html: str, **kwargs: object) -> bytes:
        before = Export.objects.get(pk=export.pk).heartbeat_at
        assert beaten.wait(10)
        after = Export.objects.get(pk=export.pk).heartbeat_at
        assert before is not None
        assert after is not None
        assert after > before
        return PDF

    monkeypatch.setattr(Export, "beat", note)
    use_renderer(monkeypatch, render_pdf)
    render_export(str(export.pk))
    export.refresh_from_db()
    assert export.is_ready


# -- It fails -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("no glyph"), NOT_MADE),
        (SoftTimeLimitExceeded(), TOOK_TOO_LONG),
        (MemoryError(), NEEDED_TOO_MUCH),
        (RecursionError(), NOT_MADE),
    ],
)
def test_a_failure_says_why_and_is_logged(
    export: Export,
    error: Exception,
    reason: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    use_renderer(monkeypatch, failing(error))
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", reason)
    assert export.finished_at is not None
    assert caplog.records[0].exc_info is not None
    assert not export.file


def test_a_limit_that_was_met_is_named(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "The document has 900 pages; 300 is the most. Shorten it, then export again."
    use_renderer(monkeypatch, failing(LimitExceededError(message)))
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", message)


def test_a_store_that_is_full_is_a_failure(
    export: Export, renders: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(self: FileSystemStorage, name: str, content: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "save", save)
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", NOT_MADE)


def test_an_export_that_was_deleted_meanwhile_leaves_no_file(
    export: Export, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def render_pdf(html: str, **kwargs: object) -> bytes:
        Export.objects.all().delete()
        return PDF

    use_renderer(monkeypatch, render_pdf)
    render_export(str(export.pk))
    assert list(media.iterdir()) == []
    render_export(str(export.pk))


def test_a_database_that_stumbles_does_not_stop_the_work(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(self: Export, pages_done: int | None = None) -> bool:
        raise DatabaseError("the connection was closed")

    monkeypatch.setattr(tasks, "PROGRESS_EVERY", 0)
    monkeypatch.setattr(Export, "beat", stumble)
    claimed = Export.claimed(export.pk)
    assert claimed is not None
    with Heartbeat(claimed) as heartbeat:
        heartbeat.progress("layout", 3)
    assert claimed.finish(PDF, heartbeat.pages)


# -- Claims -------------------------------------------------------------------------------------


def test_of_two_claims_one_wins(export: Export) -> None:
    assert Export.claimed(export.pk) is not None
    assert Export.claimed(export.pk) is None


@pytest.mark.django_db(transaction=True)
def test_of_eight_at_the_same_time_one_wins(export: Export) -> None:
    claims = [claim for claim in at_once(8, lambda: Export.claimed(export.pk)) if claim]
    export.refresh_from_db()
    assert [claim.claim for claim in claims] == [export.claim]  # type: ignore[attr-defined]
    assert export.attempts == 1


def test_of_two_that_saw_it_free_one_wins(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    rivals: list[Export | None] = []
    lease_left = Export._lease_left.fget  # type: ignore[attr-defined]  # a property

    def claim_in_between(self: Export) -> timedelta:
        left: timedelta = lease_left(self)
        if not rivals:
            rivals.append(None)
            rivals[0] = Export.claimed(self.pk)
        return left

    monkeypatch.setattr(Export, "_lease_left", property(claim_in_between))
    assert Export.claimed(export.pk) is None
    assert rivals[0] is not None
    assert rivals[0].beat()


def test_a_lost_claim_stops_the_renderer(
    export: Export, monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def render_pdf(html: str, *, progress: Callable[[str, int], None]) -> bytes:
        Export.objects.update(claim="11111111-1111-1111-1111-111111111111")
        progress("layout", 1)
        raise AssertionError("It went on.")

    monkeypatch.setattr(tasks, "PROGRESS_EVERY", 0)
    use_renderer(monkeypatch, render_pdf)
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.error) == ("rendering", "")
    assert not media.exists()


def test_the_thread_that_finds_the_claim_lost_tells_the_renderer(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = Export.claimed(export.pk)
    assert claimed is not None
    monkeypatch.setattr(Export, "beat", lambda self, pages_done=None: False)
    heartbeat = Heartbeat(claimed)
    heartbeat.progress("layout", 1)
    heartbeat._beat()
    with pytest.raises(ClaimLostError):
        heartbeat.progress("layout", 2)


def test_a_message_that_comes_while_another_works_comes_again_later(
    export: Export, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    later: list[tuple[tuple[str], float]] = []
    monkeypatch.setattr(
        render_export, "apply_async", lambda args, countdown, **_: later.append((args, countdown))
    )
    assert Export.claimed(export.pk)
    render_export(str(export.pk))
    ((args, countdown),) = later
    assert args == (str(export.pk),)
    assert settings.EXPORT_LEASE_SECONDS - 5 < countdown <= settings.EXPORT_LEASE_SECONDS + 1


def test_the_web_process_loads_no_renderer() -> None:
    code = (
        "import django, sys; django.setup(); import mlsd_app.urls, mlsd_app.exports.views; "
        "sys.exit('weasyprint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_persons_design_has_its_own_export(alice: User, queue: list[str]) -> None:
    first, second = make_design(alice), make_design(alice)
    assert asked(first, alice) != asked(second, alice)
