"""Browsers that write in one design over a network that loses, repeats and delays.

Each sends what the page would: forms, to be read and stored as the server does it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import QueryDict

from mlsd_app.accounts.models import User
from mlsd_app.calculators.citing import WORDS
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.editing import MARK
from mlsd_app.designs.models import Design, Revision
from mlsd_app.designs.posting import read_edits
from mlsd_app.designs.saving import Outcome, save_edits
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from tests.factories import make_design, make_user

Form = dict[str, Any]  # Any: one text or several
SOURCES = "data.sources"
WORDED = ("framing.decision", "framing.out_of_scope", "framing.business_kpi")
NUMBER = "framing.peak_qps"
BEGAN = "Rank the feed of each reader by what they will watch, twice a day, or ask."
TOKEN = re.compile(r"\bk\d+k\b")


def tokens_in(text: object) -> set[str]:
    return set(TOKEN.findall(str(text)))


@dataclass
class Site:
    """A design, who may write in it, and everything that was ever stored in it."""

    design: Design
    people: list[User]
    ever: set[str] = field(default_factory=set)
    author_of: dict[str, User] = field(default_factory=dict)
    typed_over: set[str] = field(default_factory=set)  # by who had written them
    count: int = 0

    @classmethod
    def with_people(cls, how_many: int) -> Site:
        people = [make_user(f"Writer {number}") for number in range(how_many)]
        design = make_design(
            people[0],
            framing={"decision": BEGAN},
            data={"sources": [{"id": "clicks", "owner": "the web team"}, {"id": "views"}]},
        )
        for one in people[1:]:
            Grant.objects.create(design=design, user=one, role=Role.EDITOR)
        return cls(design, people)

    def new_token(self, author: User) -> str:
        self.count += 1
        token = f"k{self.count}k"
        self.author_of[token] = author
        return token

    def receive(self, user: User, form: Form) -> Outcome:
        """What the server makes of a form."""
        post = QueryDict(urlencode(form, doseq=True))
        outcome = save_edits(self.design.pk, user, read_edits(post, self.design.pk, user))
        self.ever |= tokens_in(self.stored())
        return outcome

    def stored(self) -> dict[str, dict[str, Any]]:
        """The answers now."""
        return {stage: row.answers for stage, row in self.design.contents().items()}

    def since(self, clock: int) -> Iterator[Address]:
        """Where something changed after ``clock``, as pages are told."""
        for row in self.design.contents().values():
            for name, version in row.versions.items():
                if version > clock and not name.startswith(MARK):
                    yield Address.parse(name)

    def kept(self) -> set[str]:
        """The tokens that stand in the design or in a revision of it."""
        found = tokens_in(self.stored())
        for revision in Revision.objects.filter(design=self.design):
            found |= tokens_in(revision.answers())
        return found


@dataclass
class Typed:
    """What stands in a control, what it is written from, and a form that was not answered."""

    raw: str
    was: str
    base: int
    settles: bool = False
    unanswered: Form | None = None


@dataclass
class Browser:
    """A tab: what it knows to be stored, what was typed in it, and what it has sent."""

    site: Site
    user: User
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    clock: int = -1
    typed: dict[str, Typed] = field(default_factory=dict)
    stored_once: list[Form] = field(default_factory=list)  # forms that changed something

    # -- What stands in it ------------------------------------------------------------------------

    def look(self) -> None:
        """Learn what changed, where it changed."""
        stored = self.site.stored()
        for address in [*self.site.since(self.clock)] if self.answers else []:
            self._take_over(address, stored)
        if not self.answers:
            self.answers = copy.deepcopy(stored)
        self.clock = Design.objects.get(pk=self.site.design.pk).clock

    def _take_over(self, address: Address, stored: Mapping[str, Mapping[str, Any]]) -> None:
        here = self.answers[address.stage]
        there = stored[address.stage]
        if not address.row:
            if address.field in there:
                here[address.field] = copy.deepcopy(there[address.field])
            else:
                here.pop(address.field, None)
            return
        for row in here.get(address.field, ()):
            for new in there.get(address.field, ()):
                if row["row"] == new["row"] == address.row and address.column:
                    row.pop(address.column, None)
                    row |= {k: v for k, v in new.items() if k == address.column}

    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.answers["data"].get("sources", [])
        return found

    def shown(self, name: str) -> str:
        """What stands in the control at an address when nobody has typed in it."""
        address = Address.parse(name)
        value: Any = self.answers[address.stage].get(address.field)
        if address.row:
            row = next((one for one in self.rows() if one["row"] == address.row), {})
            value = row.get(address.column)
        return str(values.editable(address.asked, value))

    # -- What is done in it -----------------------------------------------------------------------

    def type(self, name: str, raw: str) -> None:
        """Write ``raw`` where something stood; what was taken out by its own author is noted."""
        old = self.typed.get(name) or Typed(self.shown(name), self.shown(name), self.clock)
        gone = tokens_in(old.raw) - tokens_in(raw)
        mine = {one for one in gone if self.site.author_of[one] == self.user}
        if len(old.raw.split()) < len(raw.split()) + 10:
            self.site.typed_over |= mine
        self.typed[name] = Typed(raw, old.was, old.base, old.settles, old.unanswered)

    def add(self, name: str, place: int) -> None:
        """Put a new word somewhere among those that stand there."""
        words = self._text(name).split(" ")
        words.insert(place % (len(words) + 1), self.site.new_token(self.user))
        self.type(name, " ".join(words).strip())

    def add_line(self, name: str) -> None:
        self.type(name, f"{self._text(name)}\n{self.site.new_token(self.user)}".strip())

    def take_out(self, name: str, place: int) -> None:
        """Take one word out, whoever wrote it."""
        words = self._text(name).split(" ")
        words.pop(place % len(words))
        self.type(name, " ".join(words))

    def write_anew(self, name: str) -> None:
        self.type(name, self.site.new_token(self.user))

    def _text(self, name: str) -> str:
        return self.typed[name].raw if name in self.typed else self.shown(name)

    # -- What it sends ----------------------------------------------------------------------------

    def send(self, name: str, *, is_lost: bool = False, settle: str = "theirs") -> None:
        """Send what was typed at an address; exactly the same again where no answer came."""
        here = self.typed[name]
        form = here.unanswered or self._form(name, here)
        outcome = self.site.receive(self.user, form)
        self._remember(form, outcome)
        if is_lost:
            here.unanswered = form
            return
        self._learn(name, here, form, outcome, settle)

    def _form(self, name: str, here: Typed) -> Form:
        form: Form = {"base": here.base, "token": uuid4().hex, name: here.raw}
        if Address.parse(name).asked.kind in WORDS:
            form[f"was:{name}"] = here.was
        if here.settles:
            form["settles"] = name
        return form

    def _remember(self, form: Form, outcome: Outcome) -> None:
        if outcome.changed:
            self.stored_once.append(form)

    def _learn(self, name: str, here: Typed, form: Form, outcome: Outcome, settle: str) -> None:
        address = Address.parse(name)
        if address in outcome.refused:
            del self.typed[name]  # its row is gone, and says so
            return
        conflict = outcome.conflicts.get(address)
        if conflict is not None:
            theirs = str(values.editable(address.asked, conflict.theirs))
            if settle == "theirs":
                self.typed[name] = Typed(theirs, theirs, conflict.version)
            elif settle == "mine":
                self.typed[name] = Typed(here.raw, theirs, conflict.version, settles=True)
            return
        sent = str(form[name])
        if outcome.changed:
            self._assert_is_stored(address, tokens_in(sent) - tokens_in(here.was))
        merged = outcome.merged.get(address)
        if here.raw != sent:
            self.typed[name] = Typed(here.raw, sent, outcome.design.clock)
        elif merged is None or merged.stored == sent:
            del self.typed[name]
        else:
            self.typed[name] = Typed(merged.stored, merged.stored, outcome.design.clock)

    def _assert_is_stored(self, address: Address, mine: set[str]) -> None:
        stored = tokens_in(self.site.stored()[address.stage])
        assert mine <= stored, (address, mine - stored)

    def press(self, operation: str, row: str = "", **more: str) -> None:
        """A button of the table."""
        form = {"base": self.clock, "op": operation, "table": SOURCES, "row": row, **more}
        form |= {"new_row": str(uuid4()), "token": uuid4().hex}
        self._remember(form, self.site.receive(self.user, form))

    def repeat(self, form: Form) -> Outcome:
        """What becomes of a form that was stored before."""
        return self.site.receive(self.user, form)

    @property
    def waiting(self) -> list[str]:
        return [name for name, one in self.typed.items() if one.unanswered or one.raw != one.was]
