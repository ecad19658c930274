"""A database from before there was a history: its designs and revisions are there afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mlsd_app.designs.canonical import canonical, content_hash
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = [("designs", "0001_initial")]
MADE_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANSWERS: dict[str, dict[str, Any]] = {stage: {} for stage in STAGES} | {
    "general": {"title": "Feed"},
    "framing": {"decision": "Show ten", "peak_qps": 20_000},
}


@pytest.fixture
def old_apps() -> Iterator[Any]:
    """The models as they were; afterwards the database is up to date again."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    yield executor.loader.project_state(BEFORE).apps
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_revisions_made_before_there_was_a_history_are_its_first(old_apps: Any) -> None:
    author = make_user("Jonas")
    old = {
        name: old_apps.get_model("designs", name).objects
        for name in ("Design", "StageAnswers", "Revision", "StageContent")
    }
    made = old["Design"].create(owner_id=author.pk, title="Feed", clock=7)
    for stage, answers in ANSWERS.items():
        old["StageAnswers"].create(
            design=made,
            stage=stage,
            answers_json=canonical(answers),
            content_hash=content_hash(answers),
        )
        old["StageContent"].get_or_create(
            content_hash=content_hash(answers), defaults={"answers": answers}
        )
    hashes = {stage: content_hash(answers) for stage, answers in ANSWERS.items()}
    for number in (1, 2):
        old["Revision"].create(design=made, number=number, hashes=hashes, author_id=author.pk)
    old["Revision"].update(created_at=MADE_AT)

    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    design = Design.objects.get(pk=made.pk)
    assert design.revision_count == 2
    revision = Revision.objects.get(design=design, number=2)
    assert revision.answers() == ANSWERS
    assert revision.edited_at == MADE_AT
    edit = SetValue(Address("framing", "decision"), "Show one", design.clock)
    save_edits(design.pk, author, [edit])
    kept = Revision.objects.filter(design=design).latest("number")
    assert (kept.number, kept.answers()) == (3, ANSWERS)
