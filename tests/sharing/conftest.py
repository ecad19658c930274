from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.designs.access import Role, ShareLink
from mlsd_app.designs.models import Design
from tests.factories import confirmed, make_design, make_user

LIVE_LINK = {"role": "2", "opens": "live", "lasts": "30", "label": "", "password": ""}


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def path(name: str, design: Design | UUID, *args: object) -> str:
    pk = design.pk if isinstance(design, Design) else design
    return reverse(f"sharing:{name}", args=[pk, *args])


def read(client: Client, design: Design) -> int:
    return client.get(reverse("designs:design_read", args=[design.pk])).status_code


def words(content: bytes) -> str:
    """What a page says, without its markup."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", content.decode(), flags=re.DOTALL)
    return " ".join(unescape(text).split()).replace(" .", ".").replace(" ,", ",")


def said(client: Client, where: str, **data: Any) -> str:
    """What the page says that a form posted to ``where`` leads to."""
    return words(client.post(where, data, follow=True).content)


def make_link(owner: Client, design: Design, **asked: str) -> tuple[ShareLink, str]:
    """A link made by its owner on the page, and its address as shown there."""
    name = uuid4()
    response = owner.post(path("link_make", design), {**LIVE_LINK, "name": str(name), **asked})
    assert response.status_code == 200, words(response.content)
    address = re.search(r'value="http://testserver(/s/[^"]+)"', response.content.decode())
    assert address
    return ShareLink.objects.get(pk=name), address[1]


def come(address: str, client: Client | None = None, **data: str) -> Client:
    """Somebody who opens a link and says yes."""
    client = client or Client()
    assert client.get(address).status_code == 302
    page = client.get(reverse("sharing:link_open"))
    offer = re.search(r'name="offer" value="([^"]+)"', page.content.decode())
    assert offer, words(page.content)
    given = {"offer": offer[1], "name": "Priya Raman", **data}
    response = client.post(reverse("sharing:link_open"), given)
    assert response.status_code == 302, words(response.content)
    return client


def roles(design: Design) -> dict[str, Role]:
    """What each person was given, by name."""
    return {str(grant.user): Role(grant.role) for grant in design.grants.standing()}


@pytest.fixture
def ada(db: None) -> User:
    return make_user("Ada Nowak")


@pytest.fixture
def mira(db: None) -> User:
    return confirmed(make_user("Mira Okafor"))


@pytest.fixture
def design(ada: User) -> Design:
    return make_design(ada)


@pytest.fixture
def owner(ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def mentor(mira: User) -> Client:
    return signed_in(mira)
