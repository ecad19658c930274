"""What the checks cost, alone and beside the rendering of the fragment that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.timing import Comparison, compare, seconds, timed
from mlsd_app.checklist import CHECKS, run
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.examples import DEFAULT, FOLDER
from mlsd_app.designs.models import Design
from mlsd_app.designs.response import SavedFragments
from mlsd_app.designs.saving import Outcome, save_edits
from mlsd_app.designs.state import state_of
from mlsd_app.interchange import read
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES
from mlsd_app.stages.design import Design as Snapshot

PROBLEM = Address("framing", "problem_statement")
LATENCY = Address("framing", "latency_slo_ms")

Values = Callable[[int], str]


def measure(instance: Instance) -> Iterator[Figure]:
    path = FOLDER / f"{DEFAULT}.yaml"
    answers = read(path.read_text(encoding="utf-8"), name=path.name).answers
    first_edited = {stage.key: 600.0 * stage.number for stage in NUMBERED_STAGES}
    took = seconds(timed(partial(run, Snapshot.of(answers, first_edited))), calls=200)
    yield Figure(
        "all checks",
        took * 1000,
        5,
        "ms",
        f"fixed limit; {len(CHECKS)} checks of a complete design",
    )


def measure_beside_fragment(instance: Instance) -> Iterator[Figure]:
    found = beside_fragment(instance, LATENCY, lambda number: "100 ms" if number % 2 else "")
    yield Figure(
        "checks / fragment rendering",
        found.ratio,
        0.5,
        "x",
        f"the fragment of a save that changes a finding, {found.in_ms}",
    )
    found = beside_fragment(instance, PROBLEM, lambda number: f"Written for the {number}th time.")
    yield Figure(
        "checks / quiet fragment",
        found.ratio,
        None,
        "x",
        f"the fragment of a save that changes no finding, {found.in_ms}",
    )


def beside_fragment(instance: Instance, place: Address, values: Values) -> Comparison:
    """All checks beside the rendering of the fragment that answers the save of ``place``."""
    instance.collect_static()
    design = instance.new_design()
    request = RequestFactory().post("/")
    request.user = instance.author
    texts = map(values, count())

    def rendering() -> float:
        clock = str(Design.objects.get(pk=design.pk).clock)
        edit = SetValue(place, next(texts), int(clock))
        outcome = save_edits(design.pk, instance.author, [edit])
        posted = {"clock": clock, str(place): ""}
        return timed(partial(render_fragment, outcome, place, posted, request))()

    snapshot = state_of(design.contents()).snapshot
    rendering()
    return compare(timed(partial(run, snapshot)), rendering, rounds=60, batch=4)


def render_fragment(
    outcome: Outcome, place: Address, posted: Mapping[str, str], request: HttpRequest
) -> None:
    """What ``stage_edit`` does once a save is stored."""
    saved = SavedFragments(outcome, STAGES[place.stage], posted)
    render_to_string("designs/_saved.html", {"saved": saved, "page": saved.page}, request)
