"""Threads that come open again: they were settled by an edit, and the old text is back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from mlsd_app.accounts.models import User
from mlsd_app.designs.models import Design, Revision, StageContent
from mlsd_app.markup.anchors import Anchor, Quote, State, follow
from mlsd_app.notices.telling import Kind, tell
from mlsd_app.review.models import Thread
from mlsd_app.review.places import text_at
from mlsd_app.review.rounds import bump
from mlsd_app.review.threads import thread_path
from mlsd_app.review.written import name_of
from mlsd_app.stages.design import Design as Snapshot
from mlsd_app.stages.reading import place_name


def reopen_answered(
    design: Design, resolved: Collection[UUID], snapshot: Snapshot, user: User
) -> None:
    """Reopen those of the ``resolved`` threads whose answer ``user`` undid.

    ``snapshot`` is the design as it is now.
    """
    threads = list(Thread.objects.filter(pk__in=resolved))
    past = _Past.of(threads)
    undone = [one for one in threads if _is_undone(one, text_at(one.address, snapshot), past)]
    if not undone:
        return
    shared = set(Thread.objects.shared().filter(pk__in=[one.pk for one in undone]))
    talk = bump(design) if shared else 0
    because = f"{name_of(user)} brought the old text back"
    for thread in undone:
        thread.reopen(f"Reopened: {because}.")
        thread.talk = talk if thread in shared else thread.talk
    Thread.objects.bulk_update(undone, (*Thread.REOPENED_FIELDS, "talk"))
    for thread in shared:
        where = f"{place_name(thread.address)} of “{design}”"
        tell(
            Kind.RESOLVED,
            design,
            actor=user,
            words=f"{because} on {where}, which reopens a thread",
            path=thread_path(thread),
            about=f"thread:{thread.pk}",
        )


class _Past:
    """What stood at the addresses of threads in the revisions that they name. Two queries."""

    def __init__(self, stages: Mapping[tuple[int, str], Snapshot]) -> None:
        self._stages = stages

    @classmethod
    def of(cls, threads: Sequence[Thread]) -> _Past:
        wanted = {
            (revision, one.address.partition(".")[0])
            for one in threads
            for revision in (one.revision_id, one.resolved_in_id)
            if revision is not None
        }
        revisions = Revision.objects.in_bulk([revision for revision, _ in wanted])
        hashes = {key: revisions[key[0]].hashes[key[1]] for key in wanted}
        contents = StageContent.objects.in_bulk(list(set(hashes.values())))
        return cls(
            {
                (revision, stage): Snapshot.of({stage: contents[digest].answers})
                for (revision, stage), digest in hashes.items()
            }
        )

    def text_at(self, revision: int | None, address: str) -> str | None:
        """``None`` where the row was not there."""
        stage = address.partition(".")[0]
        return None if revision is None else text_at(address, self._stages[revision, stage])


def _is_undone(thread: Thread, text: str | None, past: _Past) -> bool:
    """Whether the old text is back, and was not what stood there when the thread was resolved."""
    answer = past.text_at(thread.resolved_in_id, thread.address)
    if thread.quote:
        quote = Quote(thread.quote, thread.prefix, thread.suffix)
        anchor = Anchor(quote, thread.start or 0, thread.end or 0)
        return follow(anchor, text, answer).state is not State.EXACT
    return text == past.text_at(thread.revision_id, thread.address) != answer
