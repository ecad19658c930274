"""Waivers of files that were stored as they stood become waivers of stored rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mlsd_app.designs.models import Design
from mlsd_app.designs.state import state_of
from tests.factories import make_design, make_user, rows

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("designs", "0002_history")]


@pytest.fixture
def latest() -> Iterator[None]:
    """Leave the database as all migrations make it."""
    yield
    migrate_to_the_latest()


def migrate_to_the_latest() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def migrate(to: list[tuple[str, str]]) -> Any:  # Any: models of the past
    executor = MigrationExecutor(connection)
    executor.migrate(to)
    return executor.loader.project_state(to).apps.get_model("designs", "Design")


def as_in_a_file(check: str, address: str = "", **more: str) -> dict[str, str]:
    plain = {"row": "1", "check": check, "address": address, "reason": "", "by": "", "on": ""}
    return plain | more


def test_rows_are_found_by_the_names_of_the_file(latest: None) -> None:
    sources = [
        {"id": "clicks", "kind": "stream"},
        {"id": "twice", "kind": "stream"},
        {"id": "twice", "kind": "stream"},
    ]
    scale = [{"entity": "users"}]
    design = make_design(make_user(), data={"sources": sources}, framing={"scale": scale})
    other = make_design(make_user())
    stored = [row["row"] for row in rows(design, "data.sources")]
    (users,) = [row["row"] for row in rows(design, "framing.scale")]

    old = migrate(BEFORE).objects
    given = [
        as_in_a_file("data.W004", "data.sources/clicks", reason="Known.", by="Ana", on="2025-03"),
        as_in_a_file("data.W004", "data.sources/3.owner", reason="Third."),
        as_in_a_file("data.W004", "data.sources/gone", reason="Gone."),
        as_in_a_file("framing.target-not-defined"),
        as_in_a_file("framing.W008", "framing.scale/users.entity", reason="x"),
    ]
    old.filter(pk=design.pk).update(waivers=given)
    migrate_to_the_latest()

    design.refresh_from_db()
    waivers = design.given_waivers()
    assert [one.address for one in waivers] == [
        f"data.sources/{stored[0]}",
        f"data.sources/{stored[2]}.owner",
        "data.sources/gone",
        "",
        f"framing.scale/{users}.entity",
    ]
    assert (waivers[0].by, waivers[0].on, waivers[0].reason) == ("Ana", "2025-03", "Known.")
    state = state_of(design.contents(), waivers)
    aside = [one.address for one in state.verdicts if one.is_set_aside]
    assert f"data.sources/{stored[0]}.owner" in aside
    assert f"data.sources/{stored[2]}.owner" in aside
    assert f"data.sources/{stored[1]}.owner" not in aside
    assert Design.objects.get(pk=other.pk).waivers == []


def test_it_can_be_taken_back(latest: None) -> None:
    design = make_design(make_user())
    given = [as_in_a_file("data.W004", reason="Known.", by="Ana", on="2025-03-01")]
    migrate(BEFORE).objects.filter(pk=design.pk).update(waivers=given)
    migrate_to_the_latest()
    (waiver,) = migrate(BEFORE).objects.get(pk=design.pk).waivers
    assert waiver == given[0] | {"row": ""}
