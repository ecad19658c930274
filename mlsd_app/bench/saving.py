"""What a save costs, from the request to the fragment, and how often it asks the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mlsd_app.bench.browsing import Visitor
from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.timing import compare, timed
from mlsd_app.designs.models import Design
from mlsd_app.stages.addresses import Address

BARE = "a bare view of the same server"
WARM = 10  # requests before anything is timed
ROUNDS, BATCH = 40, 8
VISITORS, EACH = 4, 150  # at once, and requests of each of them

PROBLEM = (
    "The home feed picks 20 videos for each load. Today a tree ranker over popular candidates "
    "serves everybody; new tastes show up a day late and niche creators are rarely seen."
)
CLOCK = re.compile(r'data-clock="(\d+)"')

Values = Callable[[int], str]


def measure(instance: Instance) -> Iterator[Figure]:
    design = instance.new_design()
    visitor = instance.visitor()
    visitor.open(design.get_absolute_url())
    address = reverse("bare_save", args=[design.pk])

    def bare() -> None:
        visitor.post(address, {"base": "0", "framing.problem_statement": "The same."})

    for name, (place, values) in edits_of(design).items():
        save = Saver(visitor, design, place, values)
        for _ in range(WARM):
            save()
            bare()
        found = compare(timed(save), timed(bare), rounds=ROUNDS, batch=BATCH)
        yield Figure(name, found.ratio, 3, "x", f"{BARE}, {found.in_ms}")
    rate = bare_rate(instance, design, address)
    yield Figure(
        "bare view", rate, None, "requests/s", f"no limit; {VISITORS} connections, one core"
    )


def measure_queries(instance: Instance) -> Iterator[Figure]:
    design = instance.new_design()
    client = instance.client()
    counted = []
    for place, values in edits_of(design).values():
        url = reverse("designs:stage_edit", args=[design.pk, place.stage])
        with CaptureQueriesContext(connection) as queries:
            response = client.post(
                url,
                {"base": Design.objects.get(pk=design.pk).clock, str(place): values(1)},
                headers={"HX-Request": "true"},
            )
        if response.status_code != 200:
            raise ConnectionError(f"Saving {place} answered {response.status_code}.")
        counted.append(len(queries) - 1)  # the clock was asked for here
    yield Figure("save queries", max(counted), 10, "queries", "fixed limit; BEGIN and COMMIT count")


def edits_of(design: Design) -> Mapping[str, tuple[Address, Values]]:
    """What is saved, by the name of its figure: an address, and its value at each save."""
    component = design.contents()["serving"].answers["components"][0]["row"]
    return {
        "save": (
            Address("framing", "problem_statement"),
            lambda number: f"{PROBLEM} Written for the {number}th time.",
        ),
        "save of a quantity": (
            Address("framing", "peak_qps"),
            lambda number: str(20_000 - number),
        ),
        "save of a drawn cell": (
            Address("serving", "components", component, "p99_ms"),
            lambda number: str(5 - number / 10_000),
        ),
    }


class Saver:
    """Saves another value at one address each time it is called, as a page does that stays open."""

    def __init__(self, visitor: Visitor, design: Design, place: Address, values: Values) -> None:
        self.visitor = visitor
        self.url = reverse("designs:stage_edit", args=[design.pk, place.stage])
        self.name = str(place)
        self.values = map(values, count(1))
        self.clock = str(Design.objects.get(pk=design.pk).clock)

    def __call__(self) -> None:
        fields = {"base": self.clock, "clock": self.clock, self.name: next(self.values)}
        clock = CLOCK.search(self.visitor.post(self.url, fields).text)
        if clock is None or clock[1] == self.clock:
            raise ConnectionError(f"The save of {self.name} changed nothing.")
        self.clock = clock[1]


def bare_rate(instance: Instance, design: Design, address: str) -> float:
    """Requests a second of the bare view while several people ask without a pause."""
    visitors = [instance.visitor() for _ in range(VISITORS)]
    for visitor in visitors:
        visitor.open(design.get_absolute_url())

    def ask(visitor: Visitor) -> None:
        for _ in range(EACH):
            visitor.post(address, {})

    start = perf_counter()
    with ThreadPoolExecutor(VISITORS) as threads:
        list(threads.map(ask, visitors))
    return VISITORS * EACH / (perf_counter() - start)
