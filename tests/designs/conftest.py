from __future__ import annotations

import pytest
from django.test import Client

from mlsd_app.accounts.models import User
from tests.factories import make_user


@pytest.fixture
def author() -> User:
    return make_user()


@pytest.fixture
def signed_in(client: Client, author: User) -> Client:
    client.force_login(author)
    return client
