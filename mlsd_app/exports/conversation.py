"""The conversation about a design as it was when somebody asked for an export.

It is kept with the export as plain data, so that the file says what its key promises whatever is
said in the meantime, and without the words of anybody who took them back before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

Data = Mapping[str, Any]  # as stored with an export

SOMEBODY = "Somebody"  # whose name nobody knows any more


@dataclass(frozen=True, slots=True)
class Signed:
    """Who did something, and on which day."""

    by: str
    on: date | None

    @classmethod
    def of(cls, data: Data) -> Self:
        return cls(data["by"] or SOMEBODY, date.fromisoformat(data["on"]) if data["on"] else None)

    @property
    def when(self) -> str:
        return f"{self.on.day} {self.on:%B %Y}" if self.on else ""

    def __str__(self) -> str:
        return ", ".join(part for part in (self.by, self.when) if part)


@dataclass(frozen=True, slots=True)
class Kept:
    """A revision, and the hash of what a stage held in it; empty where no stage is meant."""

    number: int
    content: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was said. ``is_answer`` where one of the authors of the design said it."""

    signed: Signed
    body: str
    is_answer: bool = False
    is_deleted: bool = False
    reactions: Sequence[str] = ()

    @classmethod
    def of(cls, data: Data) -> Self:
        return cls(
            Signed.of(data),
            data["body"],
            data["is_answer"],
            data["is_deleted"],
            tuple(data["reactions"]),
        )


@dataclass(frozen=True, slots=True)
class Suggested:
    """Another answer in place of ``was``, and what the author decided; unsigned while nothing."""

    was: str
    proposed: str
    is_accepted: bool
    decided: Signed | None
    reason: str

    @classmethod
    def of(cls, data: Data) -> Self:
        decided = Signed.of(data["decided"]) if data["decided"] else None
        return cls(data["was"], data["proposed"], data["is_accepted"], decided, data["reason"])


@dataclass(frozen=True, slots=True)
class Thread:
    """What was said about one place, by whom first; ``by_author`` where that was an author of the
    design. ``start`` and ``end`` are positions in the plain text of the
    answer that is printed, or ``None``.
    """

    signed: Signed
    by_author: bool
    target: str
    address: str
    anchor: str
    then: Kept
    remarks: Sequence[Remark]
    about: str = ""  # what the finding or the value said then
    quote: str = ""
    start: int | None = None
    end: int | None = None
    suggested: Suggested | None = None
    review: int | None = None  # which of the rounds it belongs to
    resolved: Signed | None = None
    answered_in: Kept | None = None
    reopened: str = ""

    @classmethod
    def of(cls, data: Data) -> Self:
        start, end = data["range"] or (None, None)
        return cls(
            signed=Signed.of(data),
            by_author=data["is_answer"],
            target=data["target"],
            address=data["address"],
            anchor=data["anchor"],
            then=Kept(**data["then"]),
            remarks=tuple(map(Remark.of, data["remarks"])),
            about=data["about"],
            quote=data["quote"],
            start=start,
            end=end,
            suggested=Suggested.of(data["suggested"]) if data["suggested"] else None,
            review=data["review"],
            resolved=Signed.of(data["resolved"]) if data["resolved"] else None,
            answered_in=Kept(**data["answered_in"]) if data["answered_in"] else None,
            reopened=data["reopened"],
        )

    @property
    def stage(self) -> str:
        return self.address.partition(".")[0]

    @property
    def is_answered(self) -> bool:
        """Whether an author said or decided something, resolved or not."""
        decided = self.suggested is not None and self.suggested.decided is not None
        return decided or any(one.is_answer for one in self.remarks[1:])


@dataclass(frozen=True, slots=True)
class Review:
    """A round as its mentor submitted it, and the author's answer to all of it."""

    signed: Signed
    number: int
    revision: int
    verdict: str  # in words; empty where none was given
    summary: str
    answer: str
    answered: Signed | None

    @classmethod
    def of(cls, data: Data) -> Self:
        return cls(
            Signed.of(data),
            data["number"],
            data["revision"],
            data["verdict"],
            data["summary"],
            data["answer"],
            Signed.of(data["answered"]) if data["answered"] else None,
        )


@dataclass(frozen=True, slots=True)
class Approved:
    """Stages, by their keys, that somebody found ready as they are printed."""

    signed: Signed
    stages: Sequence[str]


@dataclass(frozen=True)
class Conversation:
    """All of it. ``contents`` are the answers of a stage by their hash, as far as needed."""

    threads: Sequence[Thread] = ()
    reviews: Sequence[Review] = ()
    approved: Sequence[Approved] = ()
    contents: Mapping[str, Data] = field(default_factory=dict)

    @classmethod
    def of(cls, said: Data, contents: Mapping[str, Data] | None = None) -> Self:
        return cls(
            tuple(map(Thread.of, said.get("threads", ()))),
            tuple(map(Review.of, said.get("reviews", ()))),
            tuple(Approved(Signed.of(one), one["stages"]) for one in said.get("approved", ())),
            contents or {},
        )

    @property
    def last_day(self) -> date | None:
        """The day of the newest thing that was said or done."""
        days = [signed.on for signed in self._signed() if signed is not None]
        return max((day for day in days if day), default=None)

    def _signed(self) -> list[Signed | None]:
        signed: list[Signed | None] = []
        for review in self.reviews:
            signed += review.signed, review.answered
        for thread in self.threads:
            signed.append(thread.signed)
            signed += [remark.signed for remark in thread.remarks]
            signed += thread.resolved, thread.suggested.decided if thread.suggested else None
        return signed

    def content(self, kept: Kept | None) -> Data | None:
        """What the stage held in that revision; ``None`` where it is not known."""
        return self.contents.get(kept.content) if kept else None


def contents_in(said: Data) -> Sequence[Data]:
    """All contents that the threads of ``said`` name."""
    kept = (one[key] for one in said.get("threads", ()) for key in ("then", "answered_in"))
    return [one for one in kept if one and one["content"]]


def hashes_in(said: Data) -> set[str]:
    """The hashes of all contents that the threads of ``said`` name."""
    return {one["content"] for one in contents_in(said)}
