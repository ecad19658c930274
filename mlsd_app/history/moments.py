"""The states of a design, newest first: how it is now, and its revisions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Self

from django.db.models import QuerySet

from mlsd_app.accounts.models import User
from mlsd_app.designs.canonical import canonical
from mlsd_app.designs.models import Design, Revision, StageAnswers, StageContent
from mlsd_app.designs.state import State, state_of
from mlsd_app.stages.design import STAGES, AllAnswers

NOW = "now"
ON_A_PAGE = 50


def is_number(text: str) -> bool:
    """Whether ``text`` can be the number of a revision."""
    return text.isascii() and text.isdecimal() and len(text) < 10


@dataclass(frozen=True)
class Moment:
    """A state of a design: a revision, or how it is now where that is no revision yet.

    ``edits`` counts the saves that led here from the revision before.
    """

    design: Design
    revision: Revision | None
    edits: int = 0

    @property
    def key(self) -> str:
        """What names it in an address of a page."""
        return str(self.revision.number) if self.revision else NOW

    @property
    def is_now(self) -> bool:
        """Whether the design is in this state at present."""
        return self.revision is None or self.revision.clock == self.design.clock

    @property
    def name(self) -> str:
        return self.revision.name if self.revision else ""

    @property
    def origin(self) -> str:
        return self.revision.origin if self.revision else ""

    @property
    def is_first(self) -> bool:
        """Whether the design began like this."""
        return self.revision is not None and self.revision.clock == 0

    @property
    def author(self) -> User | None:
        """Who wrote last before it; ``None`` when that account is gone."""
        if self.revision:
            return self.revision.author
        is_as_begun = self.design.writing_since is None
        return self.design.owner if is_as_begun else self.design.writer

    @property
    def at(self) -> datetime:
        """When the design came into this state."""
        return self.revision.edited_at if self.revision else self.design.updated_at

    @property
    def label(self) -> str:
        """``38 First draft``, ``41, now``, ``now``."""
        number = str(self.revision.number) if self.revision else ""
        named = f"{number} {self.name}".strip()
        return f"{named}, {NOW}" if named and self.is_now else named or NOW.capitalize()

    @cached_property
    def contents(self) -> Mapping[str, StageAnswers]:
        """The answers of every stage, with their hashes. Two queries for a revision."""
        present = self.design.contents()
        if self.revision is None:
            return present
        stored = StageContent.objects.in_bulk(list(self.revision.hashes.values()))
        made = {}
        for stage in STAGES:
            digest = self.revision.hashes[stage]
            row = StageAnswers(design=self.design, stage=stage, content_hash=digest)
            row.answers_json = canonical(stored[digest].answers)
            row.first_edited_at = self._begun(present[stage].first_edited_at)
            made[stage] = row
        return made

    def _begun(self, first_edited: datetime | None) -> datetime | None:
        return first_edited if first_edited and first_edited <= self.at else None

    @property
    def answers(self) -> AllAnswers:
        return {stage: json.loads(row.answers_json) for stage, row in self.contents.items()}

    @cached_property
    def state(self) -> State:
        waivers = self.revision.waivers() if self.revision else self.design.given_waivers()
        return state_of(self.contents, waivers)

    @classmethod
    def at_key(cls, design: Design, key: str, seen: QuerySet[Revision] | None = None) -> Self:
        """The state called ``key``: the number of a revision among those ``seen``, or ``now``.

        Raises ``Revision.DoesNotExist``.
        """
        if key == NOW and design.kept_clock != design.clock:
            return cls(design, None)
        if key != NOW and not is_number(key):
            raise Revision.DoesNotExist(f"There is no revision {key[:20]!r}.")
        number = design.revision_count if key == NOW else int(key)
        revisions = design.revisions.all() if seen is None else seen
        return cls(design, revisions.select_related("author").get(number=number))


@dataclass(frozen=True)
class Timeline:
    """The states of a design, newest first, from some number downwards."""

    moments: Sequence[Moment]
    older: int | None  # where the next page begins
    until: int | None = None  # where this page begins, if not at the newest

    @classmethod
    def of(cls, design: Design, seen: QuerySet[Revision], *, until: int | None = None) -> Self:
        """Up to ``ON_A_PAGE`` of the states ``seen``, from revision ``until`` down. One query."""
        found = seen.select_related("author").order_by("-number")
        if until is not None:
            found = found.filter(number__lte=until)
        revisions = list(found[: ON_A_PAGE + 1])
        shown = revisions[:ON_A_PAGE]
        moments = [
            Moment(design, one, one.clock - (before.clock if before else 0))
            for one, before in zip(shown, [*revisions[1:], None], strict=False)
        ]
        if until is None and design.kept_clock != design.clock:
            moments.insert(0, Moment(design, None, design.clock - max(design.kept_clock, 0)))
        older = revisions[-1].number if len(revisions) > ON_A_PAGE else None
        return cls(moments, older, until)
