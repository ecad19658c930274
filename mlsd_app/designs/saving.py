"""Storing designs and edits: lock the design, apply, write only the stages that changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import (
    Conflict,
    Draft,
    Edit,
    Merged,
    OnDemand,
    Refusal,
    RemovedRow,
)
from mlsd_app.designs.models import DeletedRow, Design, Revision, StageAnswers
from mlsd_app.designs.signals import answers_changed
from mlsd_app.designs.state import State, state_of
from mlsd_app.designs.waivers import (
    StoredWaiver,
    from_file,
    names_in_store,
    noted,
    stored_waivers,
)
from mlsd_app.interchange import Waiver
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES, AllAnswers

DELETED_ROWS_ARE_KEPT = timedelta(days=30)
CHANGED_BY_A_SAVE = (
    "clock",
    "updated_at",
    "title",
    "overview",
    "revision_count",
    "kept_clock",
    "writer",
    "writing_since",
    "waivers",
)
WRITTEN = ("answers_json", "versions_json", "content_hash", "first_edited_at")


def with_row_names(answers: AllAnswers) -> dict[str, dict[str, Any]]:
    """A copy of ``answers`` in which every row of every table has a new UUID as its name."""
    named: dict[str, dict[str, Any]] = {stage: dict(fields) for stage, fields in answers.items()}
    for stage, fields in named.items():
        for key in STAGES[stage].tables.keys() & fields.keys():
            fields[key] = [{**row, "row": str(uuid4())} for row in fields[key]]
    return named


def create_design(
    owner: User | None,
    answers: AllAnswers,
    *,
    example: str = "",
    waivers: Sequence[Waiver] = (),
) -> Design:
    """Store a new design with ``answers``; its rows get permanent names of their own.

    ``waivers`` are those of the file that ``answers`` come from, with its names of rows.
    """
    stored = with_row_names(answers)
    design = Design(owner=owner, example=example)
    contents = {
        stage: StageAnswers.holding(design, stage, stored.get(stage, {})) for stage in STAGES
    }
    given = from_file(waivers, names_in_store(answers, stored))
    plain = state_of(contents)
    state = plain.with_waivers(noted(given, plain.findings, plain.snapshot))
    design.waivers = stored_waivers(state.waivers)
    design.title = state.snapshot.general.title[:500]
    design.overview = state.overview()
    with transaction.atomic():
        design.save()
        StageAnswers.objects.bulk_create(contents.values())
    return design


@dataclass(frozen=True)
class Outcome:
    """What a save did. What was refused or is in conflict was not stored; the rest was.

    ``clock`` is the design's before the save, ``taken_back`` a waiver that holds no longer, and
    ``repeated`` are the tables that a request came to change which had been answered before.
    """

    design: Design
    contents: Mapping[str, StageAnswers]
    clock: int
    before: State
    after: State
    changed: frozenset[Address] = frozenset()
    added: tuple[Address, ...] = ()
    removed: tuple[RemovedRow, ...] = ()
    refused: Mapping[Address, Refusal] = field(default_factory=dict)
    conflicts: Mapping[Address, Conflict] = field(default_factory=dict)
    merged: Mapping[Address, Merged] = field(default_factory=dict)
    problems: Mapping[Address, Sequence[str]] = field(default_factory=dict)
    repeated: frozenset[Address] = frozenset()
    taken_back: StoredWaiver | None = None

    @property
    def is_clean(self) -> bool:
        return not (self.refused or self.conflicts or self.problems)


def save_edits(design_id: UUID, user: User, edits: Sequence[Edit]) -> Outcome:
    """Apply ``edits`` in order and store what came of them.

    Raises ``Design.DoesNotExist`` unless ``user`` may edit the design. Five queries when something
    changed, whatever the size of the design.
    """
    with transaction.atomic():
        design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
        contents = design.contents()
        clock = design.clock
        before = state_of(contents, design.given_waivers())
        draft = Draft(
            OnDemand(lambda stage: contents[stage].answers),
            OnDemand(lambda stage: contents[stage].versions),
            clock + 1,
        )
        for edit in edits:
            edit.apply(draft)
        after = _store(design, contents, draft, before, user) if draft.changed else before
    return Outcome(
        design=design,
        contents=contents,
        clock=clock,
        before=before,
        after=after,
        changed=frozenset(draft.changed),
        added=tuple(draft.added),
        removed=tuple(draft.removed),
        refused=draft.refused,
        conflicts=draft.conflicts,
        merged=draft.merged,
        problems=draft.problems,
        repeated=frozenset(draft.repeated),
    )


def _store(
    design: Design, contents: Mapping[str, StageAnswers], draft: Draft, before: State, user: User
) -> State:
    now = timezone.now()
    writer_id = design.writer_id
    is_turn = design.turn_to(user, now)
    is_lost = draft.taken_out > design.kept_clock  # where no revision holds it
    if is_turn or is_lost or (draft.overwrites and design.kept_clock < design.clock):
        Revision.keep(design, contents, writer_id or design.owner_id)
    for stage in {address.stage for address in draft.changed}:
        row = contents[stage]
        row.hold(draft.result(stage), draft.versions[stage])
        row.first_edited_at = row.first_edited_at or now
        row.save(update_fields=WRITTEN)
    if draft.removed:
        _keep_removed(design, draft.removed)
    state = state_of(
        contents, noted(before.waivers, before.findings, before.snapshot), since=before
    )
    design.waivers = stored_waivers(state.waivers)
    design.clock = draft.clock
    design.updated_at = now
    design.title = state.snapshot.general.title[:500]
    design.overview = state.overview()
    design.save(update_fields=CHANGED_BY_A_SAVE)
    answers_changed.send(
        Design,
        design=design,
        before=before.snapshot,
        after=state.snapshot,
        changed=frozenset(draft.changed),
        user=user,
    )
    return state


def _keep_removed(design: Design, removed: Sequence[RemovedRow]) -> None:
    DeletedRow.objects.filter(
        design=design, deleted_at__lt=timezone.now() - DELETED_ROWS_ARE_KEPT
    ).delete()
    DeletedRow.objects.bulk_create(
        DeletedRow(
            design=design,
            table=str(one.table),
            row=one.cells["row"],
            cells=one.cells,
            position=one.position,
        )
        for one in removed
    )


def removed_row(design_id: UUID, user: User, address: str) -> RemovedRow | None:
    """The deleted row that was at ``address`` (``stage.table/ROW``), if it is kept."""
    try:
        place = Address.parse(address)
    except UnknownAddressError:
        return None
    kept = (
        DeletedRow.objects.filter(
            design__in=Design.objects.editable_by(user),
            design_id=design_id,
            table=str(place.table),
            row=place.row,
        )
        .order_by("-deleted_at")
        .first()
    )
    return RemovedRow(place.table, kept.cells, kept.position) if kept else None
