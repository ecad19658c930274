"""What the conversation and sharing tell, and take back, through their own pages."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.notices import tasks
from mlsd_app.notices.models import Mail, Notice
from mlsd_app.review.models import Comment, Thread
from tests.notices.conftest import Outbox, client_of

SECRET = "Where do the labels come from?"


def begin(mentor: Client, design: Design) -> Thread:
    """A thread of a mentor about the whole design, as its form sends it."""
    sent = {"target": "design", "address": "", "body": SECRET}
    response = mentor.post(reverse("review:thread_new", args=[design.pk]), sent)
    assert response.status_code == 302
    return Thread.objects.get()


def url(name: str, *args: object) -> str:
    return reverse(name, args=args)


@pytest.fixture
def mentor(mira: User) -> Client:
    return client_of(mira)


def unread(owner: Client) -> bytes:
    return owner.get(reverse("notices:notice_list"), {"new": ""}).content


def test_who_looked_at_the_conversation_has_read_its_notices(
    design: Design, mentor: Client, alice_client: Client
) -> None:
    begin(mentor, design)
    assert SECRET.encode() in unread(alice_client)
    at = timezone.now().isoformat()
    alice_client.post(url("review:looked", design.pk), {"at": at})
    assert SECRET.encode() not in unread(alice_client)


def test_a_deleted_comment_is_in_no_inbox(
    design: Design, mentor: Client, alice_client: Client
) -> None:
    thread = begin(mentor, design)
    mentor.post(url("review:thread_reply", design.pk, thread.pk), {"body": "And who checks them?"})
    assert b"And who checks them?" in unread(alice_client)
    reply = Comment.objects.get(body="And who checks them?")
    mentor.post(url("review:comment_delete", design.pk, reply.pk))
    assert b"And who checks them?" not in unread(alice_client)
    assert SECRET.encode() in unread(alice_client)
    alice_client.post(url("review:thread_delete", design.pk, thread.pk))
    assert SECRET.encode() not in unread(alice_client)


def test_a_mailed_invitation_leaves_no_secret_behind(
    design: Design,
    alice_client: Client,
    queued: list[tuple[str, object]],
    mailoutbox: Outbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        alice_client.post(
            url("sharing:invite", design.pk), {"whom": "new@example.com", "role": "2"}
        )
    path = Notice.objects.get(address="new@example.com").path
    assert path.startswith("/s/")
    ((_, key),) = queued
    tasks.deliver_mail(str(key))
    assert path in mailoutbox[0].body
    assert Notice.objects.get(address="new@example.com").path == "/"


def test_a_withdrawn_invitation_is_never_mailed(
    design: Design,
    alice_client: Client,
    queued: list[tuple[str, object]],
    mailoutbox: Outbox,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        alice_client.post(
            url("sharing:invite", design.pk), {"whom": "new@example.com", "role": "2"}
        )
    invitation = design.invitations.get()
    alice_client.post(url("sharing:invitation_withdraw", design.pk, invitation.pk))
    ((_, key),) = queued
    tasks.deliver_mail(str(key))
    assert not mailoutbox
    assert not Mail.objects.exists()
