from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design
from mlsd_app.notices import tasks
from mlsd_app.notices.telling import Kind, tell
from tests.factories import make_design, make_user

Outbox = list[EmailMultiAlternatives]
THREAD = "thread:6a1f4e0c-2f0e-4b3a-9c0d-5d1f7a3b8e21"


class Clock:
    """What ``timezone.now`` says: a moment later each time, and whatever it is moved by."""

    def __init__(self) -> None:
        self.now = datetime(2026, 5, 4, 9, 0, tzinfo=timezone.get_default_timezone())

    def tick(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(timezone, "now", clock.tick)
    return clock


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.SITE_URL = "https://seven.example"


@pytest.fixture(autouse=True)
def _queue_that_works_at_once(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless a test has a worker, whose queue is the real one."""
    if "worker" not in request.fixturenames:
        monkeypatch.setattr(tasks, "send", lambda task, argument: task(argument))


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What was put into the queue, where it waits."""
    waiting: list[tuple[str, object]] = []

    def wait(task: object, argument: object) -> None:
        waiting.append((str(getattr(task, "name", "")).rpartition(".")[2], argument))

    monkeypatch.setattr(tasks, "send", wait)
    return waiting


@pytest.fixture
def alice(db: None) -> User:
    """The owner of ``design``."""
    return make_user("Alice Kowal")


@pytest.fixture
def mira(design: Design) -> User:
    """Who may comment on it."""
    return invited(make_user("Mira Lindgren"), design)


@pytest.fixture
def design(alice: User) -> Design:
    return make_design(alice)


@pytest.fixture
def alice_client(alice: User) -> Client:
    return client_of(alice)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def invited(user: User, design: Design, role: Role = Role.COMMENTER) -> User:
    Grant.objects.create(design=design, user=user, role=role, given_by=design.owner)
    return user


Committing = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def committing(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> Committing:
    """A transaction after which everything queued on commit is queued."""

    @contextmanager
    def commit() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            yield

    return commit


Say = Callable[..., Set[int]]


@pytest.fixture
def say(committing: Committing, design: Design) -> Say:
    """Somebody comments, in a transaction of its own; who hears of it."""

    def comment(
        actor: User, text: str = "Where do the labels come from?", **more: object
    ) -> Set[int]:
        options: dict[str, object] = {
            "words": f"{actor} commented on Serving",
            "path": f"/designs/{design.pk}/read/#t-1",
            "about": THREAD,
        }
        kind = Kind(str(more.pop("kind", Kind.COMMENT)))
        with committing():
            return tell(kind, design, actor=actor, text=text, **(options | more))  # type: ignore[arg-type]

    return comment
