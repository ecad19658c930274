from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from mlsd_app.accounts.models import User
from mlsd_app.env import sqlite


def test_reading_a_file_goes_on_while_somebody_writes(
    tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    connections = ConnectionHandler({"default": sqlite(tmp_path / "seven.sqlite3")})
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (1,)  # NORMAL
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_savers_wait_for_each_other_and_lose_nothing() -> None:
    """Each adds one to what it has read, in both databases' way of keeping others out."""
    counter = User.objects.create_user("counter@example.org", name="0")

    def count_up(times: int) -> None:
        for _ in range(times):
            with transaction.atomic():
                row = User.objects.select_for_update().get(pk=counter.pk)
                row.name = str(int(row.name) + 1)
                row.save(update_fields=["name"])
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, [25] * 4))
    counter.refresh_from_db()
    assert counter.name == "100"
