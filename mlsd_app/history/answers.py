"""One answer through the revisions: what it was, who wrote that, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from mlsd_app.comparison.designs import Change, compare
from mlsd_app.designs.models import Design, Revision, StageContent
from mlsd_app.history.moments import Moment
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.fields import Question, Stage

ON_A_PAGE = 20  # versions of an answer
AT_ONCE = 100  # revisions that are read together
STEPS = 50  # between two revisions, of which each is looked at for who wrote what

Answers = Mapping[str, Any]  # of one stage, as stored


@dataclass(frozen=True)
class Version:
    """The state in which an answer first stood as it does there, and what changed in it then.

    ``different`` are those of its fields that changed then and are not the same now.
    """

    moment: Moment
    changes: Sequence[Change]
    is_now: bool
    different: frozenset[Address]


@dataclass(frozen=True)
class AnswerHistory:
    """The versions of the answer to a question, newest first, from some revision downwards."""

    versions: Sequence[Version]
    older: int | None = None  # where the next page begins

    @classmethod
    def of(
        cls,
        design: Design,
        stage: Stage,
        question: Question,
        seen: QuerySet[Revision],
        *,
        until: int | None = None,
    ) -> AnswerHistory:
        """Up to ``ON_A_PAGE`` versions. Two queries for each hundred revisions ``seen``."""
        now = design.contents()[stage.key].answers
        versions: list[Version] = []
        newer: tuple[Moment, Answers] | None = None
        for moment, answers in _states(design, stage, seen, until):
            part = {key: answers[key] for key in question.fields if key in answers}
            if newer is not None and newer[1] != part:
                if len(versions) == ON_A_PAGE:
                    number = newer[0].revision.number if newer[0].revision else None
                    return cls(versions, number)
                is_now = until is None and not versions
                versions += _version(stage, newer, part, now, is_now=is_now)
            newer = moment, part
        if newer is not None:
            is_now = until is None and not versions
            versions += _version(stage, newer, {}, now, is_now=is_now)
        return cls(versions)


def _version(
    stage: Stage,
    newer: tuple[Moment, Answers],
    before: Answers,
    now: Answers,
    *,
    is_now: bool,
) -> Iterator[Version]:
    moment, after = newer
    for compared in compare({stage.key: before}, {stage.key: after}):
        fields = {change.address.table for change in compared.changes}
        different = {one for one in fields if after.get(one.field) != now.get(one.field)}
        yield Version(moment, compared.changes, is_now, frozenset(different))


def _states(
    design: Design, stage: Stage, seen: QuerySet[Revision], until: int | None
) -> Iterator[tuple[Moment, Answers]]:
    """The answers of ``stage`` in every state, newest first, from revision ``until`` down."""
    if until is None and design.kept_clock != design.clock:
        yield Moment(design, None), design.contents()[stage.key].answers
    found = seen.select_related("author").order_by("-number")
    while True:
        batch = list((found if until is None else found.filter(number__lte=until))[:AT_ONCE])
        stored = StageContent.objects.in_bulk(list({one.hashes[stage.key] for one in batch}))
        for one in batch:
            yield Moment(design, one), stored[one.hashes[stage.key]].answers
        if len(batch) < AT_ONCE:
            return
        until = batch[-1].number - 1


def writers(first: Moment, second: Moment, stage: Stage) -> Mapping[Address, Moment]:
    """The state in which each address of ``stage`` came to be as it is in ``second``.

    Empty where more than ``STEPS`` revisions lie between.
    """
    if first.revision is None or second.at < first.at:
        return {}
    design = first.design
    between = design.revisions.filter(number__gte=first.revision.number)
    until = second.revision.number if second.revision else None
    found: dict[Address, Moment] = {}
    newer: tuple[Moment, Answers] | None = None
    for step, (moment, answers) in enumerate(_states(design, stage, between, until)):
        if step > STEPS:
            return {}
        if newer is not None and newer[1] != answers:
            for compared in compare({stage.key: answers}, {stage.key: newer[1]}):
                for change in compared.changes:
                    found.setdefault(change.address, newer[0])
        newer = moment, answers
    return found
