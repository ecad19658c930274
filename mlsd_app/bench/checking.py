"""What the checks cost, alone and beside the rendering of the fragment that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from statistics import median
from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory

from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.timing import Comparison, Timed, compare, computed, seconds, timed
from mlsd_app.checklist import CHECKS, changed_between, run, run_again
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.examples import DEFAULT, FOLDER
from mlsd_app.designs.models import Design
from mlsd_app.designs.response import SavedFragments
from mlsd_app.designs.saving import Outcome, save_edits
from mlsd_app.interchange import read
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import NUMBERED_STAGES, STAGES, AllAnswers, Answers, typed
from mlsd_app.stages.design import Design as Snapshot

PROBLEM = Address("framing", "problem_statement")
LATENCY = Address("framing", "latency_slo_ms")

FIRST_EDITED = {stage.key: 600.0 * stage.number for stage in NUMBERED_STAGES}
CALLS, CALLS_OF_AN_EDIT = 200, 7

Values = Callable[[int], str]


def measure(instance: Instance) -> Iterator[Figure]:
    took = seconds(full_run(worked_answers()), CALLS)
    yield Figure(
        "all checks",
        took * 1000,
        5,
        "ms",
        f"fixed limit; {len(CHECKS)} checks of a complete design",
    )


def measure_again(instance: Instance) -> Iterator[Figure]:
    took = seconds_by_edit(worked_answers())
    worst = max(took, key=lambda address: took[address])
    yield Figure(
        "checks after one edit, worst",
        took[worst] * 1000,
        2,
        "ms",
        f"fixed limit of processor time; of {len(took)} fields and cells taken away: {worst}",
    )
    yield Figure(
        "checks after one edit, median",
        median(took.values()) * 1000,
        None,
        "ms",
        "the same edits",
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

    checking = full_run({stage: row.answers for stage, row in design.contents().items()})
    rendering()
    return compare(checking, rendering, rounds=60, batch=4)


def worked_answers() -> AllAnswers:
    """The answers of the worked example, from its file."""
    path = FOLDER / f"{DEFAULT}.yaml"
    return read(path.read_text(encoding="utf-8"), name=path.name).answers


def full_run(answers: AllAnswers) -> Timed:
    """All checks on a snapshot that they have not seen before, whose making does not count."""

    def once() -> float:
        return timed(partial(run, Snapshot.of(answers, FIRST_EDITED)))()

    return once


def seconds_by_edit(answers: AllAnswers) -> Mapping[str, float]:
    """Processor time to check again when one answer is taken away, for each, by its address."""
    before = Snapshot.of(answers, FIRST_EDITED)
    findings = run(before)

    def again(after: Snapshot) -> None:
        run_again(findings, after, changed_between(before, after))

    def edited(stage: str, fields: Answers) -> float:
        after = replace(before, **{stage: typed(STAGES[stage], fields)})
        return computed(partial(again, after))()

    return {
        address: seconds(partial(edited, stage, fields), CALLS_OF_AN_EDIT)
        for address, stage, fields in with_one_answer_less(answers)
    }


def with_one_answer_less(answers: AllAnswers) -> Iterator[tuple[str, str, Answers]]:
    """For each field and each cell: its address, its stage, and what is left of the stage."""
    for stage, fields in answers.items():
        for key, value in fields.items():
            yield f"{stage}.{key}", stage, without(fields, key)
            if not STAGES[stage].fields[key].is_table:
                continue
            rows = cast("list[dict[str, Any]]", value)
            for place, row in enumerate(rows):
                for column in row.keys() - {"row"}:
                    left = [*rows[:place], without(row, column), *rows[place + 1 :]]
                    address = f"{stage}.{key}/{row['row']}.{column}"
                    yield address, stage, {**fields, key: left}


def without(holder: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in holder.items() if name != key}


def render_fragment(
    outcome: Outcome, place: Address, posted: Mapping[str, str], request: HttpRequest
) -> None:
    """What ``stage_edit`` does once a save is stored."""
    saved = SavedFragments(outcome, STAGES[place.stage], posted)
    render_to_string("designs/_saved.html", {"saved": saved, "page": saved.page}, request)
