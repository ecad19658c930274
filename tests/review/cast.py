"""Everybody who can stand before a design, and what they do with it over HTTP."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Grant, Role, ShareLink
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import save_edits
from mlsd_app.review.models import Round, Suggestion, Thread
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import NUMBERED_STAGES
from tests.factories import clock, make_design, make_user

ANSWERS: dict[str, dict[str, Any]] = {
    "framing": {
        "decision": "Show ten videos. Never show one twice.",
        "peak_qps": 20_000,
    },
    "serving": {"components": [{"id": "ranking", "p99_ms": 25, "replicas": 180}]},
}


def give(design: Design, user: User, role: Role) -> User:
    Grant.objects.create(design=design, user=user, role=role, given_by=design.owner)
    return user


def guest_of_a_link(design: Design, role: Role, name: str = "Gus") -> User:
    """A visitor who came by a link, without an account."""
    link = ShareLink.objects.create(
        design=design, role=role, token_hash=sha256(uuid4().bytes).hexdigest()
    )
    guest = User.objects.create_guest()
    guest.name = name
    guest.save()
    Grant.objects.create(design=design, user=guest, role=role, link=link)
    return guest


@dataclass
class Cast:
    """A design of Ada's with everybody around it."""

    design: Design
    people: dict[str, User]
    clients: dict[str, Client] = field(default_factory=dict)

    @classmethod
    def around_a_design(cls) -> Cast:
        owner = make_user("Ada")
        design = make_design(owner, **ANSWERS)
        people = {
            "owner": owner,
            "editor": give(design, make_user("Ed"), Role.EDITOR),
            "mentor": give(design, make_user("Mira"), Role.COMMENTER),
            "other": give(design, make_user("Otto"), Role.COMMENTER),
            "reader": give(design, make_user("Rhea"), Role.READER),
            "stranger": make_user("Sven"),
            "guest": guest_of_a_link(design, Role.COMMENTER),
        }
        return cls(design, people)

    def __getitem__(self, name: str) -> User:
        return self.people[name]

    def client(self, name: str) -> Client:
        """The browser of somebody; of ``anonymous``, one that nobody signed in to."""
        if name not in self.clients:
            self.clients[name] = Client()
            if name in self.people:
                self.clients[name].force_login(self.people[name])
        return self.clients[name]

    def url(self, name: str, *args: object) -> str:
        return reverse(f"review:{name}", args=[self.design.pk, *args])

    def page(self, who: str, name: str = "review", *args: object, **query: str) -> str:
        """What a page says, on one line and without its tags."""
        response = self.client(who).get(self.url(name, *args), query)
        assert response.status_code == 200, response
        return said(response.content.decode())

    def post(self, who: str, name: str, *args: object, **data: Any) -> Any:
        """The answer to a form; Any: the response of the test client."""
        return self.client(who).post(self.url(name, *args), data)

    # -- What they do ------------------------------------------------------------------------

    def write(self, address: str, text: str, who: str = "owner") -> None:
        edit = SetValue(Address.parse(address), text, base=clock(self.design))
        assert save_edits(self.design.pk, self[who], [edit]).changed

    def begin(self, who: str = "mentor") -> Round:
        assert self.post(who, "round_begin").status_code == 302
        return Round.objects.drafts_of(self[who]).get(design=self.design)

    def submit(self, who: str = "mentor", verdict: str = "needs-work", **data: Any) -> Any:
        """As the form does it, with what its page shows."""
        page = self.client(who).get(self.url("round_draft")).content.decode()
        given = {"verdict": verdict, "summary": "Say why.", **hidden(page), **data}
        return self.client(who).post(self.url("round_submit"), given)

    def review(self, who: str = "mentor", verdict: str = "needs-work", **data: Any) -> Round:
        """A whole round, submitted."""
        self.begin(who)
        response = self.submit(who, verdict, **data)
        assert response.status_code == 302, said(response.content.decode())
        return Round.objects.submitted().filter(mentor=self[who]).latest("submitted_at")

    def comment(self, who: str, body: str, address: str = "framing.decision") -> Thread:
        """A thread, in the draft if there is one."""
        data = {"about": f"answer:{address}", "body": body, "token": str(uuid4())}
        response = self.post(who, "thread_new", **data)
        assert response.status_code == 302, said(response.content.decode())
        return Thread.objects.latest("created_at")

    def reply(self, who: str, thread: Thread, body: str) -> None:
        response = self.post(who, "thread_reply", thread.pk, body=body, token=str(uuid4()))
        assert response.status_code == 302, said(response.content.decode())

    def suggest(self, who: str, address: str, text: Any, **data: Any) -> Suggestion:
        response = self.post(
            who, "suggestion_new", address=address, proposed=text, token=str(uuid4()), **data
        )
        assert response.status_code == 302, said(response.content.decode())
        return Suggestion.objects.latest("pk")

    def cell(self, column: str) -> str:
        """The address of a cell of the one component."""
        rows = self.design.contents()["serving"].answers["components"]
        return f"serving.components/{rows[0]['row']}.{column}"


def said(page: str) -> str:
    """The words of a page, on one line."""
    body = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", page)
    return " ".join(html.unescape(re.sub(r"(?s)<[^>]*>", " ", body)).split())


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the verdict's form: what its page was made of."""
    names = ["clock", *(f"shown-{stage.key}" for stage in NUMBERED_STAGES)]
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    return {name: found[name] for name in names}


SOME_UUID = UUID("3f1a7a52-5d4c-4d0f-9f0a-1c1f3a6f2f11")
