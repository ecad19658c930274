"""Other words for a range, or another value for an answer: made by one, accepted by another.

Accepting is an ordinary edit. The state before it stays a revision, and the one after says who
suggested it. What changed meanwhile is merged where both changes stand apart; nothing that somebody
has not seen replaces anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.saving import Outcome, save_edits
from mlsd_app.designs.state import state_of
from mlsd_app.notices.telling import Kind, tell
from mlsd_app.review.models import Comment, Suggestion, Thread
from mlsd_app.review.proposals import Spot, as_held, cleaned, is_withdrawn, raw, spot_at
from mlsd_app.review.rounds import bump, draft_of
from mlsd_app.review.threads import Selected, anchor, said_before, thread_path
from mlsd_app.review.written import name_of, written
from mlsd_app.stages.addresses import Address, UnknownAddressError

GONE = (
    "The answer that it is about was deleted. Bring it back from the history, then accept, or "
    "decline it with that as the reason."
)


class SuggestionRefusedError(ValueError):
    """What was asked of a suggestion cannot be done; the message says why and what to do."""


class SuggestionConflictError(Exception):
    """The answer changed where the suggestion changes it too; nothing was stored.

    ``current`` is the stored answer as it stands in its control, ``ours`` what was to be stored.
    """

    def __init__(self, current: str, ours: str) -> None:
        super().__init__(current, ours)
        self.current = current
        self.ours = ours


@transaction.atomic
def suggest(
    design_id: UUID,
    user: User,
    address: str,
    text: str,
    *,
    was: str,
    why: str = "",
    selected: Selected | None = None,
    token: str = "",
) -> Thread:
    """Open a thread with ``text`` in place of ``was``, the whole answer at ``address`` then.

    It goes into the round that ``user`` drafts, if there is one. Raises ``Design.DoesNotExist``
    unless ``user`` may comment, ``UnknownAddressError``, ``ValueRefusedError``,
    ``SuggestionRefusedError`` and ``NotStoredError``.
    """
    design = Design.objects.commentable_by(user).select_for_update().get(pk=design_id)
    if same := said_before(user, token, design):
        return same.thread
    contents = design.contents()
    spot = spot_at(contents, address)
    if not spot.is_there:
        raise SuggestionRefusedError("This row was deleted, so nothing in it can be suggested.")
    proposed, said = cleaned(spot.asked, text), written(why, "The reason")
    if proposed == cleaned(spot.asked, was):
        raise SuggestionRefusedError(
            "This is what stands there already. Change it, then suggest it."
        )
    draft = draft_of(user, design)
    thread = Thread(
        design=design,
        round=draft,
        author=user,
        author_name=name_of(user),
        target=Thread.Target.ANSWER,
        address=str(spot.address),
        revision=Revision.of_locked(design),
    )
    if selected is not None:
        anchor(thread, selected, state_of(contents).snapshot)
    thread.save()
    Suggestion.objects.create(thread=thread, was=cleaned(spot.asked, was), proposed=proposed)
    Comment.objects.create(
        thread=thread, author=user, author_name=thread.author_name, body=said, token=token
    )
    if draft is None:
        _changed(thread, design, user, f"{name_of(user)} suggests a change", said)
    return thread


@dataclass(frozen=True)
class Accepted:
    """What accepting did: ``revision`` is the design after it."""

    thread: Thread
    revision: Revision
    is_merged: bool = False  # with what others changed since it was suggested


@transaction.atomic
def accept(
    design_id: UUID, user: User, thread_id: UUID, *, text: str | None = None, seen: str = ""
) -> Accepted:
    """Store what was suggested, or ``text`` that its reader made of it while the answer was
    ``seen``.

    Raises ``Design.DoesNotExist`` unless ``user`` may edit the design, ``Thread.DoesNotExist``,
    ``ValueRefusedError``, ``SuggestionRefusedError`` and ``SuggestionConflictError``; nothing is
    stored then.
    """
    design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
    thread = _shared(design, thread_id)
    suggestion = thread.suggestion
    _refuse_the_decided(thread)
    contents = design.contents()
    try:
        spot = spot_at(contents, thread.address)
    except UnknownAddressError:
        raise SuggestionRefusedError(GONE) from None
    if not spot.is_there:
        raise SuggestionRefusedError(GONE)
    is_edited = text is not None and cleaned(spot.asked, text) != suggestion.proposed
    wanted = suggestion.proposed if text is None else text
    held = suggestion.was if text is None else as_held(spot.asked, seen)
    before = Revision.of_locked(design)
    outcome = save_edits(design_id, user, [_edit(spot, wanted, held, design)])
    _refuse(outcome, spot, wanted)
    by = f"changed and accepted by {name_of(user)}" if is_edited else f"accepted by {name_of(user)}"
    origin = f"Suggested by {thread.author_name}, {by}"[:200]
    revision = _credited(outcome, user, origin) if outcome.changed else before
    _decide(suggestion, user, is_accepted=True)
    _resolve(thread, user, revision)
    # The save may have counted changes of its own.
    _changed(thread, outcome.design, user, f"{name_of(user)} accepted a suggestion")
    return Accepted(thread, revision, bool(outcome.merged))


def _edit(spot: Spot, wanted: str, was: str, design: Design) -> SetValue:
    """Sure of itself where the answer is what the suggestion was made for; else to be merged."""
    if spot.text == was:
        return SetValue(spot.address, raw(spot.asked, wanted), base=design.clock)
    kept = was if spot.has_words else None
    return SetValue(spot.address, raw(spot.asked, wanted), base=-1, was=kept)


def _refuse(outcome: Outcome, spot: Spot, wanted: str) -> None:
    if refusal := outcome.refused.get(spot.address):
        raise SuggestionRefusedError(refusal.message)
    if spot.address in outcome.conflicts:
        raise SuggestionConflictError(spot.text, wanted)


def _credited(outcome: Outcome, user: User, origin: str) -> Revision:
    design = outcome.design
    made = Revision.keep(design, design.contents(), user.pk, origin=origin)
    design.save(update_fields=["kept_clock", "revision_count"])
    return made


@transaction.atomic
def decline(design_id: UUID, user: User, thread_id: UUID, reason: str) -> Thread:
    """Do not take it, and say why. It can still be accepted later.

    Raises ``Design.DoesNotExist`` unless ``user`` may edit the design, ``Thread.DoesNotExist``,
    ``SuggestionRefusedError`` and ``NotStoredError``.
    """
    design = Design.objects.editable_by(user).select_for_update().get(pk=design_id)
    thread = _shared(design, thread_id)
    words = written(reason, "The reason")
    if not words:
        raise SuggestionRefusedError("Say why not, so that they can learn from it or answer.")
    _refuse_the_decided(thread)
    _decide(thread.suggestion, user, is_accepted=False, reason=words)
    _resolve(thread, user, None)
    _changed(thread, design, user, f"{name_of(user)} declined a suggestion", words)
    return thread


@transaction.atomic
def withdraw(design_id: UUID, user: User, thread_id: UUID) -> Thread:
    """Take one's own suggestion back while nothing was decided. ``offer_again`` undoes it.

    Raises ``Design.DoesNotExist``, ``Thread.DoesNotExist`` and ``SuggestionRefusedError``.
    """
    design, thread = _own(design_id, user, thread_id)
    if thread.is_draft:
        thread.deleted_at = thread.deleted_at or timezone.now()
        thread.save(update_fields=["deleted_at"])
        return thread
    if thread.suggestion.decided_at is not None or thread.is_resolved:
        raise SuggestionRefusedError("It was decided meanwhile, so it cannot be withdrawn.")
    _decide(thread.suggestion, user, is_accepted=False)
    _resolve(thread, user, None)
    _changed(thread, design, user, "")
    return thread


@transaction.atomic
def offer_again(design_id: UUID, user: User, thread_id: UUID) -> Thread:
    """Undo ``withdraw``."""
    design, thread = _own(design_id, user, thread_id)
    suggestion = thread.suggestion
    if thread.is_draft:
        thread.deleted_at = None
        thread.save(update_fields=["deleted_at"])
    elif is_withdrawn(thread):
        suggestion.decided_at = suggestion.decided_by = None
        suggestion.decided_by_name = ""
        suggestion.save(update_fields=["decided_at", "decided_by", "decided_by_name"])
        thread.resolved_at = thread.resolved_by = None
        thread.resolved_by_name = ""
        thread.save(update_fields=["resolved_at", "resolved_by", "resolved_by_name"])
        _changed(thread, design, user, "")
    return thread


def _refuse_the_decided(thread: Thread) -> None:
    """What was declined can still be accepted, but not what was accepted or withdrawn."""
    if not thread.is_resolved:
        return
    if thread.suggestion.is_accepted:
        raise SuggestionRefusedError("It was accepted already. History brings the old one back.")
    if is_withdrawn(thread):
        raise SuggestionRefusedError(
            f"{thread.author_name} withdrew it. Ask them to offer it again, or edit the answer."
        )


def _shared(design: Design, thread_id: UUID) -> Thread:
    """The thread of a suggestion that everybody sees."""
    threads = Thread.objects.shared().filter(design=design, deleted_at=None)
    found = threads.select_related("suggestion", "author").filter(suggestion__isnull=False)
    return found.get(pk=thread_id)


def _own(design_id: UUID, user: User, thread_id: UUID) -> tuple[Design, Thread]:
    design = Design.objects.commentable_by(user).select_for_update().get(pk=design_id)
    threads = Thread.objects.seen_by(user).filter(design=design, author=user)
    is_draft = Q(round__isnull=False, round__submitted_at=None)
    found = threads.filter(Q(deleted_at=None) | is_draft, suggestion__isnull=False)
    return design, found.select_related("suggestion", "round").get(pk=thread_id)


def _decide(suggestion: Suggestion, user: User, *, is_accepted: bool, reason: str = "") -> None:
    suggestion.is_accepted, suggestion.reason = is_accepted, reason
    suggestion.decided_at, suggestion.decided_by = timezone.now(), user
    suggestion.decided_by_name = name_of(user)
    suggestion.save()


def _resolve(thread: Thread, user: User, revision: Revision | None) -> None:
    thread.resolved_at, thread.resolved_by = timezone.now(), user
    thread.resolved_by_name, thread.resolved_in = name_of(user), revision
    thread.reopened_because = ""
    thread.save(
        update_fields=[
            "resolved_at",
            "resolved_by",
            "resolved_by_name",
            "resolved_in",
            "reopened_because",
        ]
    )


def _changed(thread: Thread, design: Design, user: User, words: str, text: str = "") -> None:
    """Count it for those who look at the page, and tell who follows, if there are words for it."""
    thread.talk = bump(design)
    thread.save(update_fields=["talk"])
    if words:
        stage = Address.parse(thread.address).definition.title
        tell(
            Kind.SUGGESTION,
            design,
            actor=user,
            words=f"{words} in {stage}",
            path=thread_path(thread),
            about=f"thread:{thread.pk}",
            text=text,
        )
