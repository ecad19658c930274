"""What the pulse costs: one beat with nothing new, and a save beside many open tabs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.sharedctypes import Synchronized
from signal import SIG_DFL, SIGTERM, signal
from statistics import median
from time import monotonic, perf_counter, sleep
from types import TracebackType
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.test import Client
from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.bench.browsing import Visitor
from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.saving import BARE, PROBLEM, Saver
from mlsd_app.bench.timing import compare, timed
from mlsd_app.designs.models import Design
from mlsd_app.designs.saving import create_design
from mlsd_app.stages.addresses import Address

WARM = 20  # requests before anything is timed
ROUNDS, BATCH = 40, 12

TABS, EACH = 500, 5  # open, and of each person, all on a design of theirs
EVERY, NOTED = 2.0, 10.0  # seconds from beat to beat, and between those that say a tab is there
SAVES = 20  # a second
SAVERS = 4
LASTS = 12.0  # seconds, with and without the tabs
ENOUGH = 0.95  # of the beats and saves that are due have to be answered


def measure(instance: Instance) -> Iterator[Figure]:
    design = instance.new_design()
    visitor = instance.visitor()
    visitor.open(design.get_absolute_url())
    address, beat = reverse("bare_save", args=[design.pk]), beat_of(design)

    def bare() -> None:
        visitor.post(address, {"base": "0", "framing.problem_statement": "The same."})

    def pulse() -> None:
        if (status := visitor.get(beat).status) != 204:
            raise ConnectionError(f"A pulse with nothing new answered {status}.")

    for _ in range(WARM):
        bare()
        pulse()
    found = compare(timed(pulse), timed(bare), rounds=ROUNDS, batch=BATCH)
    yield Figure("pulse, nothing new", found.ratio, 0.5, "x", f"{BARE}, {found.in_ms}")


def measure_beside_tabs(instance: Instance) -> Iterator[Figure]:
    people = [owner_of_a_design(instance, number) for number in range(TABS // EACH)]
    savers = [saver_of(instance) for _ in range(SAVERS)]
    alone = save_steadily(savers)
    with Crowd(people, instance.server.address) as crowd:
        sleep(NOTED + EVERY)  # until each tab has said once that it is there
        beside = save_steadily(savers)
        rate = crowd.beats_a_second()
    saved = min(len(alone), len(beside)) / (SAVES * LASTS)
    told = f"{rate:.0f} beats/s, {SAVES} saves/s"
    ms = f"{median(beside) * 1000:.1f} to {median(alone) * 1000:.1f} ms"
    is_served = rate >= TABS / EVERY * ENOUGH and saved >= ENOUGH
    yield Figure(
        f"save beside {TABS} tabs",
        median(beside) / median(alone) if is_served else None,
        2,
        "x",
        f"without them; {told}, {ms}" if is_served else f"not kept up with: {told}",
    )


def beat_of(design: Design) -> str:
    """Where a page asks that knows everything about ``design``."""
    return f"{reverse('pulse:pulse', args=[design.pk])}?{urlencode(known(design, 'one'))}"


def known(design: Design, tab: str) -> dict[str, str]:
    """What a tab says that knows everything about ``design``."""
    return {"since": str(design.clock), "talk": str(design.talk), "tab": tab}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has a design of theirs open in a few tabs."""

    session: str
    url: str
    known: Mapping[str, str]


def owner_of_a_design(instance: Instance, number: int) -> Person:
    answers = instance.worked_answers()
    user = User.objects.create_user(f"person{number}@example.org", name=f"Person {number}")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    design = create_design(user, answers)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return Person(session, reverse("pulse:pulse", args=[design.pk]), known(design, ""))


class Crowd:
    """People at their tabs, in a process of their own, so that they do not hold up who measures."""

    def __init__(self, people: Sequence[Person], address: tuple[str, int]) -> None:
        context = get_context("fork")
        self._answered = [context.Value("i", 0) for _ in people]
        self._process = context.Process(
            target=let_beat, args=(people, address, self._answered), daemon=True
        )

    def __enter__(self) -> Self:
        self._process.start()
        self._started = monotonic()
        return self

    def beats_a_second(self) -> float:
        """How many beats of all the tabs were answered, on average until now."""
        answered: int = sum(one.value for one in self._answered)
        return answered / (monotonic() - self._started)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.join()


def let_beat(
    people: Sequence[Person], address: tuple[str, int], answered: Sequence[Synchronized[int]]
) -> None:
    """Let everybody's tabs ask when they are due, until this process is ended."""
    signal(SIGTERM, SIG_DFL)
    begin = monotonic()
    with ThreadPoolExecutor(len(people)) as threads:
        for number, person in enumerate(people):
            start = begin + EVERY / EACH * number / len(people)
            threads.submit(beat_at_pace, person, address, start, answered[number])


def beat_at_pace(
    person: Person, address: tuple[str, int], start: float, answered: Synchronized[int]
) -> None:
    with Visitor(address, person.session) as visitor:
        for beat in count():
            sleep(max(0.0, start + beat * EVERY / EACH - monotonic()))
            turn, tab = divmod(beat, EACH)
            said = {**person.known, "tab": f"tab {tab}"}
            if turn % (NOTED / EVERY) == tab % (NOTED / EVERY):
                said |= {"stage": "framing", "doing": "reading"}
            if visitor.get(f"{person.url}?{urlencode(said)}").status == 204:
                answered.value += 1


def saver_of(instance: Instance) -> Saver:
    design = instance.new_design()
    visitor = instance.visitor()
    visitor.open(design.get_absolute_url())
    place = Address("framing", "problem_statement")
    save = Saver(visitor, design, place, lambda number: f"{PROBLEM} For the {number}th time.")
    for _ in range(WARM):
        save()
    return save


def save_steadily(savers: Sequence[Callable[[], object]]) -> list[float]:
    """The seconds of each save, of as many as are due in a while, made at an even pace."""
    started = monotonic()

    def at_its_pace(place: int) -> list[float]:
        took = []
        for turn in range(int(SAVES * LASTS) // len(savers)):
            due = started + (turn * len(savers) + place) / SAVES
            if monotonic() > started + LASTS + EVERY:
                break  # it cannot keep up, which is told by how few there are
            sleep(max(0.0, due - monotonic()))
            before = perf_counter()
            savers[place]()
            took.append(perf_counter() - before)
        return took

    with ThreadPoolExecutor(len(savers)) as threads:
        return [one for some in threads.map(at_its_pace, range(len(savers))) for one in some]
