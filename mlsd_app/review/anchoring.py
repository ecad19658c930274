"""Keeping threads at the words they are about, in the transaction of the save that moves those.

A save looks only at the threads of the answers that it changes, and writes only those that move.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.signals import post_save
from django.dispatch import receiver

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design
from mlsd_app.designs.signals import answers_changed
from mlsd_app.markup.anchors import Anchor, Quote, State, follow
from mlsd_app.review.models import Thread
from mlsd_app.review.places import text_at
from mlsd_app.review.reopening import reopen_answered
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import Design as Snapshot

PLACE = ("start", "end", "anchor", "words", "prefix", "suffix")


@dataclass(frozen=True, slots=True)
class _Standing:
    """A thread at its address. Without quoted words it is about the whole answer."""

    pk: UUID
    address: str
    resolved_in: int | None
    anchor: Anchor
    has_stood: bool  # whether its words ever were where they were looked for

    @property
    def row(self) -> tuple[int | None, int | None, str, str, str, str]:
        """Its values of ``PLACE``."""
        one = self.anchor
        is_known = bool(one.quote.exact) and (self.has_stood or one.is_placed)
        place = (one.start, one.end) if is_known else (None, None)
        return (*place, one.state.value, one.words, one.quote.prefix, one.quote.suffix)


@dataclass
class _Texts:
    """What a page shows at the addresses of a design in some state, each read once."""

    snapshot: Snapshot
    read: dict[str, str | None] = field(default_factory=dict)

    def at(self, address: str) -> str | None:
        """``None`` where the row is not there."""
        if address not in self.read:
            self.read[address] = text_at(address, self.snapshot)
        return self.read[address]


@receiver(post_save, sender=Thread)
def note_threads(instance: Thread, *, created: bool, **kwargs: Any) -> None:  # Any: of signals
    """Let saves of the design look for threads from now on."""
    if created and not instance.design.has_threads:
        Design.objects.filter(pk=instance.design_id).update(has_threads=True)


@receiver(answers_changed)
def keep_places(
    design: Design,
    before: Snapshot,
    after: Snapshot,
    changed: Collection[Address],
    user: User,
    **kwargs: Any,
) -> None:
    """Let the threads of what changed follow, and reopen those whose old text is back."""
    if not design.has_threads:
        return
    was, now = _Texts(before), _Texts(after)
    moved, back = [], []
    for one in _threads_at(design, changed):
        anchor = _followed(one, was, now)
        if anchor != one.anchor:
            moved.append(replace(one, anchor=anchor))
        if one.resolved_in is not None and _may_be_back(one, anchor, was, now):
            back.append(one.pk)
    _store(moved)
    if back:
        reopen_answered(design, back, after, user)


def _threads_at(design: Design, changed: Collection[Address]) -> Iterable[_Standing]:
    wanted = Q(address__in=[str(address) for address in changed])
    for address in changed:
        if not address.row and address.asked.is_table:
            wanted |= Q(address__startswith=f"{address}/")
    found = Thread.objects.filter(wanted, design=design)
    for pk, address, resolved, quote, *place in found.values_list(
        "pk", "address", "resolved_in", "quote", *PLACE
    ):
        start, end, state, words, prefix, suffix = place
        anchor = Anchor(Quote(quote, prefix, suffix), start or 0, end or 0, State(state), words)
        yield _Standing(pk, address, resolved, anchor, has_stood=start is not None)


def _followed(one: _Standing, was: _Texts, now: _Texts) -> Anchor:
    text = now.at(one.address)
    if one.anchor.quote.exact or text is None:
        return follow(one.anchor, was.at(one.address), text)
    return replace(one.anchor, state=State.EXACT) if one.anchor.state is State.STAGE else one.anchor


def _may_be_back(one: _Standing, anchor: Anchor, was: _Texts, now: _Texts) -> bool:
    """Whether these are words, or an answer, that this save wrote."""
    if one.anchor.quote.exact:
        return anchor.state is State.EXACT and one.anchor.state is not State.EXACT
    return was.at(one.address) != now.at(one.address)


def _store(moved: Collection[_Standing]) -> None:
    """Write where threads stand now. Django's own way for many rows takes longer than the save."""
    if not moved:
        return
    names, key = connection.ops.quote_name, Thread._meta.pk
    values = ", ".join(f"{names(name)} = %s" for name in PLACE)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {names(Thread._meta.db_table)} SET {values} WHERE {names('id')} = %s",  # noqa: S608
            [(*one.row, key.get_db_prep_save(one.pk, connection)) for one in moved],
        )
