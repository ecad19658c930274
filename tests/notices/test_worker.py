"""The same with the real queue, a real worker, and the folder that mails land in."""

from __future__ import annotations

import subprocess
import time
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from mlsd_app.celery import app
from mlsd_app.notices import tasks
from mlsd_app.notices.models import Notice
from mlsd_app.notices.tasks import send
from mlsd_app.notices.telling import Kind, tell
from tests.factories import make_design, make_user
from tests.notices.conftest import invited

PATIENCE = 60  # seconds


def landed(address: str) -> list[Message]:
    """The mails to ``address`` in the folder."""
    files = Path(settings.EMAIL_FILE_PATH).glob("*.log")
    # Two mails of one second can be in one file, each with a line below it.
    parts = [part for file in files for part in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")]
    mails = [message_from_bytes(part) for part in parts]
    return [mail for mail in mails if mail["To"] == address]


@pytest.mark.usefixtures("transactional_db")
def test_a_mention_lands_as_one_mail_for_each_person(worker: subprocess.Popen[bytes]) -> None:
    alice = make_user("Alice Kowal")
    design = make_design(alice)
    mira, bo = invited(make_user("Mira Lindgren"), design), invited(make_user("Bo"), design)
    with transaction.atomic():
        tell(
            Kind.MENTION,
            design,
            actor=alice,
            words="Alice Kowal mentions you",
            path="/designs/x/#t-1",
            text="@Mira @Bo",
            to=[mira, bo],
        )
    deadline = time.monotonic() + PATIENCE
    while Notice.objects.filter(mailed_at=None).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for person in (mira, bo):
        (mail,) = landed(str(person.email))
        assert mail["Subject"] == "Alice Kowal mentions you (Feed)"


def test_the_clock_names_tasks_that_workers_know() -> None:
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named == {tasks.look_after_mails.name, tasks.forget_old_notices.name}
    assert named <= app.tasks.keys()


def test_a_queue_that_is_down_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(tasks.mail_person, "apply_async", refuse)
    send(tasks.mail_person, 1)
