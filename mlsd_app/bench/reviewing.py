"""What the conversation about a design costs those who write in it and those who read it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import cycle

from django.urls import reverse

from mlsd_app.accounts.models import User
from mlsd_app.bench.figures import Figure
from mlsd_app.bench.instance import Instance
from mlsd_app.bench.loading import queries_of
from mlsd_app.bench.saving import BARE, PROBLEM, WARM, Saver
from mlsd_app.bench.timing import compare, timed
from mlsd_app.designs.access import Grant, Role
from mlsd_app.designs.models import Design, Revision
from mlsd_app.markup.anchors import Anchor
from mlsd_app.markup.plain_text import plain_text
from mlsd_app.notices.telling import follow
from mlsd_app.review.models import Comment, Thread
from mlsd_app.stages.addresses import Address
from mlsd_app.stages.design import STAGES
from mlsd_app.stages.fields import Kind

EDITED = Address("framing", "problem_statement")
FEW, MANY = 50, 500  # threads: of one answer, and of a whole design
ROUNDS, BATCH = 40, 8
READINGS = 20

# 2 kB in paragraphs, as a careful author writes them.
TEXT = "\n\n".join(
    f"{PROBLEM} In the *{ordinal}* quarter it cost us **{ordinal} percent** of the sessions."
    for ordinal in ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
)


def measure(instance: Instance) -> Iterator[Figure]:
    silent, discussed = instance.new_design(), instance.new_design()
    visitor = instance.visitor()
    visitor.open(silent.get_absolute_url())
    saves = []
    for design in (discussed, silent):
        saver = Saver(visitor, design, EDITED, moved_on)
        saver()
        saves.append(saver)
    discuss(discussed, str(EDITED), plain_text(moved_on(1)), FEW)
    for _ in range(WARM):
        for saver in saves:
            saver()
    found = compare(*map(timed, saves), rounds=ROUNDS, batch=BATCH)
    yield Figure(
        "save of an answer with threads",
        found.ratio,
        1.5,
        "x",
        f"{FEW} threads that all move; the same save without any, {found.in_ms}",
    )


def measure_posting(instance: Instance) -> Iterator[Figure]:
    design, visitor = instance.new_design(), instance.visitor()
    mentor = User.objects.create_user("mentor@example.org", name="Mira Okafor")
    Grant.objects.create(design=design, user=mentor, role=Role.COMMENTER, given_by=design.owner)
    follow(mentor, design)
    visitor.open(design.get_absolute_url())
    bare_address = reverse("bare_save", args=[design.pk])
    form = reverse("review:thread_new", args=[design.pk])
    comment = {"about": f"text:{EDITED}", "quote": "a tree ranker", "body": "Why is that so?"}

    def post() -> None:
        visitor.post(form, comment)

    def bare() -> None:
        visitor.post(bare_address, {"base": "0", str(EDITED): "The same."})

    for _ in range(WARM):
        post()
        bare()
    found = compare(timed(post), timed(bare), rounds=READINGS, batch=BATCH)
    yield Figure("comment on words", found.ratio, 3, "x", f"{BARE}, {found.in_ms}")


def measure_reading(instance: Instance) -> Iterator[Figure]:
    silent, discussed = instance.new_design(), instance.new_design()
    texts = texts_of(discussed)
    for number, (address, text) in enumerate(texts.items()):
        discuss(discussed, address, text, (MANY + number) // len(texts))
    visitor, client = instance.visitor(), instance.client()
    pages = [reverse("designs:design_read", args=[one.pk]) for one in (discussed, silent)]
    for page in pages:
        visitor.open(page)
    found = compare(*(timed(partial(visitor.get, page)) for page in pages), rounds=READINGS)
    yield Figure(
        "read view with threads",
        found.ratio,
        2,
        "x",
        f"{MANY} threads; the same design without any, {found.in_ms}",
    )
    single = instance.new_design()
    address, text = next(iter(texts_of(single).items()))
    discuss(single, address, text, 1)
    pages.append(reverse("designs:design_read", args=[single.pk]))
    many, none, one = (queries_of(client, page) for page in pages)
    yield Figure(
        "queries for more threads",
        many - one,
        0,
        "queries",
        f"fixed limit; {many} for {MANY} threads, {one} for one, {none} for none",
    )


def moved_on(number: int) -> str:
    """The text with something before it that is longer or shorter than the last time."""
    return f"{'Read this first. ' * (1 + number % 3)}Version {number}.\n\n{TEXT}"


def texts_of(design: Design) -> dict[str, str]:
    """The written answers of ``design`` as they are read, by address."""
    return {
        f"{stage}.{key}": plain_text(row.answers[key])
        for stage, row in design.contents().items()
        for key, asked in STAGES[stage].fields.items()
        if asked.kind is Kind.TEXT and key in row.answers
    }


def discuss(design: Design, address: str, text: str, threads: int) -> None:
    """Let threads stand at words all over ``text``, each with a comment."""
    revision = Revision.of(design)
    words = [at for at in range(len(text)) if at == 0 or text[at - 1] == " "]
    places = cycle(words[: len(words) * 3 // 4])
    made = []
    for number, start in zip(range(threads), places, strict=False):
        anchor = Anchor.at(text, start, min(start + 10 + 7 * (number % 9), len(text)))
        made.append(
            Thread(
                design=design,
                author=design.owner,
                author_name="Mira Sand",
                target=Thread.Target.TEXT,
                address=address,
                revision=revision,
                quote=anchor.quote.exact,
                prefix=anchor.quote.prefix,
                suffix=anchor.quote.suffix,
                start=anchor.start,
                end=anchor.end,
                original_start=anchor.start,
                original_end=anchor.end,
                talk=1,
            )
        )
    Thread.objects.bulk_create(made)
    Comment.objects.bulk_create(
        Comment(thread=one, author=design.owner, author_name="Mira Sand", body="Why is that so?")
        for one in made
    )
    Design.objects.filter(pk=design.pk).update(has_threads=True, talk=1)
