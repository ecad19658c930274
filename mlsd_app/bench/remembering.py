"""What the history of a design costs: to write on, to keep, to compare."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from random import Random

from django.db.models import Sum
from django.db.models.functions import Length

from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.timing import compare, seconds, timed
from mlsd_app.comparison.designs import compare as compare_states
from mlsd_app.designs.canonical import canonical
from mlsd_app.designs.editing import Edit, SetValue
from mlsd_app.designs.models import COALESCED_WITHIN, Design, Revision, StageContent
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages import values
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Field, Kind

FEW, MANY = 10, 2_000  # revisions
EDITS = 4  # of each revision
ROUNDS, BATCH = 30, 4
SENTENCES = (
    "Agreed with the platform team in the last review.",
    "The figure is from the load test of the week before.",
    "To be measured again once the new labels are final.",
    "It was lower until the second region opened.",
)


def measure(instance: Instance) -> Iterator[Figure]:
    short, long = instance.new_design(), instance.new_design()
    work_on(short, FEW)
    work_on(long, MANY)
    found = compare(
        timed(partial(save_once, long)),
        timed(partial(save_once, short)),
        rounds=ROUNDS,
        batch=BATCH,
    )
    yield Figure(
        "save after a year", found.ratio, 1.2, "x", f"after {FEW} revisions, {found.in_ms}"
    )
    kept = stored_bytes(long) / (long.revision_count / 100)
    newest = sum(len(row.answers_json.encode()) for row in long.contents().values())
    yield Figure(
        "100 revisions kept",
        kept / newest,
        10,
        "x",
        f"the newest as JSON, {newest / 1000:.0f} kB; {MANY} revisions of {EDITS} edits",
    )
    revisions = Revision.objects.filter(design=long)
    first, last = revisions.get(number=1).answers(), revisions.latest("number").answers()
    changed = sum(len(stage.changes) for stage in compare_states(first, last))

    def by_word() -> list[object]:
        return [one.words for stage in compare_states(first, last) for one in stage.changes]

    yield Figure(
        "comparison",
        seconds(timed(by_word), 20) * 1000,
        50,
        "ms",
        f"fixed limit; the first revision and the last, {changed} changes by word",
    )


def work_on(design: Design, revisions: int) -> None:
    """Let days of work go into ``design``, each a revision of a few edits in one or two stages."""
    random = Random(revisions)  # noqa: S311  the same work each time
    author = design.owner
    assert author is not None  # noqa: S101  a design of the bench has one
    for _ in range(revisions):
        stages = random.sample(list(STAGES), 2)
        for edit in _edits(design, random, stages):
            design.clock = save_edits(design.pk, author, [edit]).design.clock
        design.refresh_from_db()
        if design.writing_since is not None:
            design.writing_since -= COALESCED_WITHIN + timedelta(seconds=1)
            design.save(update_fields=["writing_since"])


def save_once(design: Design) -> None:
    """Change one answer to something it has not been before."""
    assert design.owner is not None  # noqa: S101  a design of the bench has one
    clock = Design.objects.values_list("clock", flat=True).get(pk=design.pk)
    text = f"Written at clock {clock}."
    save_edits(
        design.pk, design.owner, [SetValue(Address("framing", "problem_statement"), text, clock)]
    )


def stored_bytes(design: Design) -> int:
    """What the revisions of ``design`` take: their rows, and each content once."""
    revisions = list(Revision.objects.filter(design=design))
    digests = {digest for one in revisions for digest in one.hashes.values()}
    contents = StageContent.objects.filter(content_hash__in=list(digests))
    content = contents.aggregate(total=Sum(Length("answers")))["total"] or 0
    return int(content) + sum(len(canonical(one.hashes)) for one in revisions)


def _edits(design: Design, random: Random, stages: Sequence[str]) -> Iterator[Edit]:
    contents = design.contents()
    for number in range(EDITS):
        stage = stages[number % len(stages)]
        answers = json.loads(contents[stage].answers_json)
        places = [
            (Address(stage, key), STAGES[stage].fields[key], value)
            for key, value in answers.items()
            if not STAGES[stage].fields[key].is_table
        ] + [
            (Address(stage, key, row["row"], column), asked.columns[column], row[column])
            for key, asked in STAGES[stage].tables.items()
            for row in answers.get(key, [])
            for column in row.keys() & asked.columns.keys()
        ]
        wanted = [place for place in places if place[1].kind in {Kind.TEXT, Kind.QUANTITY}]
        address, asked, value = random.choice(wanted)
        yield SetValue(address, _changed(asked, value, random), design.clock)


def _changed(asked: Field, value: object, random: Random) -> str:
    if asked.kind is Kind.QUANTITY:
        raw = values.editable(asked, value)
        return str(raw) if random.random() < 0.2 else f"{random.randint(1, 99)}"
    sentences = str(value).split(". ")
    if len(sentences) > 3 and random.random() < 0.5:
        sentences.pop(random.randrange(len(sentences)))
    else:
        sentences.insert(random.randrange(len(sentences) + 1), random.choice(SENTENCES))
    return ". ".join(sentences)
