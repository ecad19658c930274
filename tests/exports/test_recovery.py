from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from celery.exceptions import TimeLimitExceeded, WorkerLostError
from celery.signals import task_failure
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.exports.models import GIVEN_UP, MOST_ATTEMPTS, Export, lease
from mlsd_app.exports.recovery import requeue_stale, resume_unfinished
from mlsd_app.exports.tasks import TOOK_TOO_LONG, render_export
from tests.exports.conftest import PDF, made

pytestmark = pytest.mark.django_db


def let_time_pass(by: timedelta | None = None) -> None:
    """Set back what the rows say of time, by a little more than a lease."""
    by = by or lease() + timedelta(seconds=1)
    for export in Export.objects.all():
        export.queued_at -= by
        export.asked_at -= by
        if export.heartbeat_at is not None:
            export.heartbeat_at -= by
        export.save()


def claim(export: Export) -> Export:
    claimed = Export.claimed(export.pk)
    assert claimed is not None
    return claimed


# -- Who is taken for dead ----------------------------------------------------------------------


def test_what_nobody_took_is_queued_again_once_a_lease(
    export: Export,
    queue: list[str],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert requeue_stale() == 0
        let_time_pass()
        assert requeue_stale() == 1
        assert requeue_stale() == 0
    assert queue == [str(export.pk)]


def test_what_a_silent_worker_holds_is_queued_again(export: Export, queue: list[str]) -> None:
    claim(export)
    let_time_pass()
    assert requeue_stale() == 1


def test_what_a_living_worker_holds_is_left_alone(export: Export, queue: list[str]) -> None:
    held = claim(export)
    let_time_pass()
    assert held.beat(5)
    assert requeue_stale() == 0
    assert Export.claimed(export.pk) is None


@pytest.mark.parametrize("state", ["ready", "failed"])
def test_what_is_finished_is_left_alone(export: Export, queue: list[str], state: str) -> None:
    Export.objects.update(state=state)
    let_time_pass()
    assert requeue_stale() == 0
    assert Export.claimed(export.pk) is None


def test_a_broker_that_is_still_down_breaks_nothing(
    export: Export,
    broken_queue: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    let_time_pass()
    with django_capture_on_commit_callbacks(execute=True):
        requeue_stale()
    let_time_pass()
    assert requeue_stale() == 1


# -- The next worker finishes it ----------------------------------------------------------------


def test_another_worker_finishes_what_a_dead_one_began(
    export: Export, renders: list[str], media: Path
) -> None:
    dead = claim(export)
    half = media / Path(dead._stored_as).name
    media.mkdir()
    half.write_bytes(PDF[:3])
    let_time_pass()
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.attempts) == ("ready", 2)
    assert len(renders) == 1
    assert [path.read_bytes() for path in media.iterdir()] == [PDF]
    assert not half.exists()


def test_a_worker_that_wakes_up_late_overwrites_nothing(
    export: Export, renders: list[str], media: Path
) -> None:
    late = claim(export)
    let_time_pass()
    second = claim(export)
    assert not late.beat(7)
    assert not late.finish(b"late", 7)
    assert not late.fail("Too late.")
    export.refresh_from_db()
    assert (export.state, export.claim, export.pages_done) == ("rendering", second.claim, 0)

    assert second.finish(PDF, 12)
    assert not late.finish(b"late", 7)
    assert not late.fail("Too late.")
    export.refresh_from_db()
    assert (export.state, export.page_count, export.error) == ("ready", 12, "")
    assert [path.read_bytes() for path in media.iterdir()] == [PDF]


def test_a_worker_that_wakes_up_before_another_came_may_finish(export: Export) -> None:
    late = claim(export)
    let_time_pass()
    assert late.beat(7)
    assert late.finish(PDF, 12)


def test_a_document_over_which_workers_die_is_given_up(export: Export, renders: list[str]) -> None:
    for _ in range(MOST_ATTEMPTS):
        claim(export)
        let_time_pass()
    render_export(str(export.pk))
    export.refresh_from_db()
    assert (export.state, export.error) == ("failed", GIVEN_UP)
    assert renders == []


def test_asking_again_gives_new_attempts(
    export: Export, design: Design, alice: User, renders: list[str]
) -> None:
    Export.objects.update(state="failed", attempts=MOST_ATTEMPTS)
    assert made(design, alice).is_ready


# -- A worker starts ----------------------------------------------------------------------------


def test_a_worker_that_starts_takes_up_what_was_left(
    export: Export, design: Design, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[tuple[str, float]] = []
    monkeypatch.setattr(
        render_export,
        "apply_async",
        lambda args, countdown, **_: queued.append((args[0], round(countdown))),
    )
    Export.objects.update(state="ready")
    resume_unfinished()
    assert queued == []

    Export.objects.update(state="queued")
    resume_unfinished()
    claim(export)
    resume_unfinished()
    let_time_pass()
    resume_unfinished()
    seconds = round(lease().total_seconds())
    pk = str(export.pk)
    assert queued == [(pk, 0), (pk, seconds), (pk, 0)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("error", "state"), [(TimeLimitExceeded(150), "failed"), (WorkerLostError(), "rendering")]
)
def test_an_export_whose_process_hung_and_was_killed_has_failed(
    export: Export, error: Exception, state: str
) -> None:
    held = claim(export)
    task_failure.send(sender=render_export, exception=error, args=[str(export.pk)])
    export.refresh_from_db()
    assert export.state == state
    assert export.error == (TOOK_TOO_LONG if state == "failed" else "")
    assert held.finish(PDF, 12) == (state == "rendering")


def test_it_is_said_when_nobody_works_on_it(export: Export) -> None:
    assert (export.is_waiting, export.is_delayed) == (True, False)
    held = claim(export)
    assert (held.is_waiting, held.is_delayed) == (False, False)
    let_time_pass()
    held.refresh_from_db()
    assert (held.is_waiting, held.is_delayed) == (True, True)
    assert timezone.now() - held.asked_at > lease()
