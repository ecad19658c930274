"""Setting findings aside and taking that back: under the design's lock, by its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import CHANGED_BY_A_SAVE, Outcome
from mlsd_app.designs.state import State, state_of
from mlsd_app.designs.verdicts import Verdict
from mlsd_app.designs.waivers import StoredWaiver, Waivers, stored_waivers, waiver_of
from mlsd_app.stages import values

REASON_LIMIT = 2_000  # characters
TAKEN_BACK_ARE_KEPT = timedelta(days=30)


class WaiverRefusedError(ValueError):
    """A finding cannot be set aside; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Who sets aside, and when."""

    user: User
    now: datetime

    @property
    def by(self) -> str:
        """A name for the record; a guest has none."""
        return "" if self.user.is_guest else self.user.get_full_name()

    @property
    def on(self) -> str:
        return self.now.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Shown:
    """The finding that somebody decides about, as it stood before them."""

    fingerprint: str
    message: str = ""  # empty where it is not known

    @classmethod
    def of(cls, posted: Mapping[str, str]) -> Self:
        return cls(posted.get("finding", ""), posted.get("message", ""))


Change = Callable[[State, Signature], Waivers]


def set_aside(design_id: UUID, user: User, shown: Shown, reason: str) -> Outcome:
    """Set one finding aside because of ``reason``; again for the same reason changes nothing.

    Raises ``WaiverRefusedError``, and ``Design.DoesNotExist`` unless ``user`` may edit the design.
    """
    said = values.CONTROL_CHARACTER.sub("", values.with_plain_line_breaks(reason)).strip()

    def change(state: State, signature: Signature) -> Waivers:
        _refuse_reason(said)
        verdict = _verdict(state, shown)
        if verdict.is_set_aside:
            _refuse_another_reason(verdict, said)
            return state.waivers
        finding = verdict.finding
        others = (w for w in state.waivers if w.also is None or not w.covers(finding))
        signed = {"by": signature.by, "author": user.pk, "on": signature.on}
        return (*others, waiver_of(finding, state.snapshot, said, **signed))

    return _changed(design_id, user, change)


def renew(design_id: UUID, user: User, name: str, shown: Shown) -> Outcome:
    """Let a waiver hold for the values that stand at the finding now.

    Raises as ``set_aside`` does.
    """

    def change(state: State, signature: Signature) -> Waivers:
        verdict = _verdict(state, shown)

        def renewed(waiver: StoredWaiver) -> StoredWaiver:
            if waiver.also is not None:
                waiver = replace(waiver, by=signature.by, author=signature.user.pk, on=signature.on)
            return waiver.given_for(verdict.finding, state.snapshot)

        if verdict.is_set_aside:
            return state.waivers
        return _with(state.waivers, name, renewed)

    return _changed(design_id, user, change)


def take_back(design_id: UUID, user: User, name: str) -> Outcome:
    """Let a waiver hold no longer; it can be put back for a while. Raises as ``set_aside`` does."""

    def change(state: State, signature: Signature) -> Waivers:
        oldest = (signature.now - TAKEN_BACK_ARE_KEPT).isoformat()
        kept = tuple(w for w in state.waivers if not w.taken_back or w.taken_back >= oldest)
        return _with(kept, name, lambda waiver: replace(waiver, taken_back=signature.on))

    outcome = _changed(design_id, user, change)
    return replace(outcome, taken_back=_named(outcome.after.waivers, name))


def put_back(design_id: UUID, user: User, name: str) -> Outcome:
    """Let a waiver hold again that was taken back. Raises as ``set_aside`` does."""

    def change(state: State, signature: Signature) -> Waivers:
        return _with(state.waivers, name, lambda waiver: replace(waiver, taken_back=""))

    return _changed(design_id, user, change)


def _changed(design_id: UUID, user: User, change: Change) -> Outcome:
    with transaction.atomic():
        design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
        contents = design.contents()
        clock = design.clock
        before = state_of(contents, design.given_waivers())
        signature = Signature(user, timezone.now())
        after = before.with_waivers(change(before, signature))
        if after is not before:
            writer_id = design.writer_id
            if design.turn_to(user, signature.now):
                Revision.keep(design, contents, writer_id or design.owner_id)
            design.clock += 1
            design.updated_at = signature.now
            design.waivers = stored_waivers(after.waivers)
            design.overview = after.overview()
            design.save(update_fields=CHANGED_BY_A_SAVE)
    return Outcome(design=design, contents=contents, clock=clock, before=before, after=after)


def _refuse_reason(reason: str) -> None:
    if not reason:
        raise WaiverRefusedError(
            "A finding is set aside only with a reason. Say why it does not apply here."
        )
    if len(reason) > REASON_LIMIT:
        raise WaiverRefusedError(
            f"The reason has {len(reason):,} characters; at most {REASON_LIMIT:,} are kept. "
            "Shorten it."
        )


def _refuse_another_reason(verdict: Verdict, reason: str) -> None:
    stored = verdict.waiver.reason if verdict.waiver else ""
    if stored != reason:
        raise WaiverRefusedError(
            f"It was set aside meanwhile because {values.quoted(stored)}. Load the page again, and "
            "take that back first if your reason is the better one."
        )


def _verdict(state: State, shown: Shown) -> Verdict:
    found = (one for one in state.verdicts if one.fingerprint == shown.fingerprint)
    verdict = next(found, None)
    if verdict is None:
        raise WaiverRefusedError(
            "This finding is gone: the answers it was about have changed. Load the page again."
        )
    if shown.message and shown.message.split() != verdict.message.split():
        raise WaiverRefusedError(
            f"The values changed meanwhile. It says now: {verdict.message} Load the page again, "
            "and decide about these."
        )
    return verdict


def _named(waivers: Waivers, name: str) -> StoredWaiver:
    waiver = next((one for one in waivers if one.name == name), None)
    if waiver is None:
        raise WaiverRefusedError(
            "What was set aside is not kept any more. Load the page again to see what is."
        )
    return waiver


def _with(waivers: Waivers, name: str, change: Callable[[StoredWaiver], StoredWaiver]) -> Waivers:
    _named(waivers, name)
    return tuple(change(one) if one.name == name else one for one in waivers)
