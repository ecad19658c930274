"""The form in which somebody writes a comment: what it is about, what was typed, what was wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from uuid import uuid4

from django.http import QueryDict

from mlsd_app.review.places import Place


@dataclass(frozen=True)
class Composer:
    """What the template of the form shows.

    ``choices`` are the other places that may be meant, in groups; ``asks_to_reopen`` stands in a
    resolved thread.
    """

    url: str
    title: str
    sends: str  # on the button
    body: str = ""
    error: str = ""
    token: str = ""
    place: Place | None = None
    choices: Sequence[tuple[str, Sequence[Place]]] = ()
    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    start: str = ""
    asks_to_reopen: bool = False
    reopens: bool = False
    is_draft: bool = False

    @cached_property
    def request(self) -> str:
        """The name of the request, the same until it was answered."""
        return self.token or uuid4().hex

    @property
    def selection(self) -> list[tuple[str, str]]:
        """What was selected, as the form hands it back."""
        quoted = (("quote", self.quote), ("prefix", self.prefix), ("suffix", self.suffix))
        return [*quoted, ("start", self.start)]

    @property
    def suggests(self) -> str:
        """Where the same form leads to suggest another answer instead."""
        return self.url.removesuffix("threads/new/") + "suggest/"

    @property
    def is_offered(self) -> bool:
        """Whether its place stands among the choices."""
        return any(self.place == one for _, places in self.choices for one in places)

    def holding(self, given: QueryDict) -> Composer:
        """With what was typed into it and selected, to be shown again."""
        return replace(
            self,
            body=given.get("body", ""),
            token=given.get("token", ""),
            quote=given.get("quote", ""),
            prefix=given.get("prefix", ""),
            suffix=given.get("suffix", ""),
            start=given.get("start", ""),
        )
