"""Bringing an earlier state back: all of it, a stage or a field. What goes stays a revision."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from mlsd_app.accounts.models import User
from mlsd_app.comparison.designs import Sort, compare
from mlsd_app.designs.editing import Draft, RemovedRow
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import save_edits
from mlsd_app.history.moments import Moment
from mlsd_app.stages.addresses import Address, UnknownAddressError
from mlsd_app.stages.design import STAGES, AllAnswers


class UnknownScopeError(ValueError):
    """What was to be brought back is neither a stage nor a field; the message says so."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What to bring back: everything, a ``stage``, or its ``field``."""

    stage: str = ""
    field: str = ""

    @classmethod
    def parse(cls, text: str) -> Scope:
        """Read ``""``, ``stage`` or ``stage.field``. Raises ``UnknownScopeError``."""
        if not text or text in STAGES:
            return cls(text)
        try:
            address = Address.parse(text)
        except UnknownAddressError as error:
            raise UnknownScopeError(f"{error} Name a stage or one of its fields.") from None
        return cls(address.stage, address.field)

    @property
    def title(self) -> str:
        """What it is called in a sentence: all answers, ``Serving``, ``Peak load``."""
        if self.field:
            return STAGES[self.stage].fields[self.field].label
        return STAGES[self.stage].title if self.stage else "all answers"

    def addresses(self) -> Iterator[Address]:
        """Every field within it."""
        for key, stage in STAGES.items():
            for field in stage.fields:
                if self.stage in {"", key} and self.field in {"", field}:
                    yield Address(key, field)


@dataclass(frozen=True, slots=True)
class BringBack:
    """An edit: the answers within ``scope`` become what they were in ``answers``."""

    answers: AllAnswers
    scope: Scope

    def apply(self, draft: Draft) -> None:
        for address in self.scope.addresses():
            now = draft.answers[address.stage].get(address.field)
            then = self.answers[address.stage].get(address.field)
            if (now or None) != (then or None):
                self._bring_back(draft, address, now, then)

    def _bring_back(self, draft: Draft, address: Address, now: Any, then: Any) -> None:
        """Any: a stored answer."""
        stage, key = address.stage, address.field
        before = {} if now is None else {key: copy.deepcopy(now)}
        after = {} if then is None else {key: then}
        for compared in compare({stage: before}, {stage: after}):
            for change in compared.changes:
                draft.touch(change.address)
                if change.is_row and change.sort is Sort.REMOVED:
                    position = now.index(change.before) if change.before in now else len(now)
                    draft.removed.append(RemovedRow(address, change.before, position))
        draft.put(address, copy.deepcopy(then))


@transaction.atomic
def bring_back(design_id: UUID, user: User, key: str, scope: Scope) -> tuple[Moment, Moment] | None:
    """Make the design within ``scope`` what it was at ``key``, as a revision of its own.

    The state that goes is kept as a revision first. Returns both: what it was and what it became;
    ``None`` when nothing had to change. Raises ``Design.DoesNotExist`` unless ``user`` may edit
    the design, and ``Revision.DoesNotExist``.
    """
    design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
    moment = Moment.at_key(design, key)
    kept = Revision.of(design)
    outcome = save_edits(design_id, user, [BringBack(moment.answers, scope)])
    if not outcome.changed:
        return None
    design = outcome.design
    origin = f"Brought back from {moment.label}: {scope.title}"
    made = Revision.keep(design, design.contents(), user.pk, origin=origin[:200])
    design.save(update_fields=["kept_clock", "revision_count"])
    return Moment(design, kept), Moment(design, made)
