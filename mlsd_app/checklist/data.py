"""Checks of stage 3: is the truth known, in time, and kept apart from the test?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.calculators.numbers import SECONDS_A_DAY, finite, is_at_most
from mlsd_app.calculators.training import rows_follow, training_rows
from mlsd_app.checklist.reading import (
    called,
    entries,
    ids,
    is_blank,
    latest_label,
    rarest_label,
)
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import FEEDS_TRAINING
from mlsd_app.checklist.wording import about, listed, number, span
from mlsd_app.stages.conditions import RARE_CLASS_PCT
from mlsd_app.stages.design import Design
from mlsd_app.stages.reading import main_label
from mlsd_app.stages.signals import Signal
from mlsd_app.stages.units import DAYS, PERCENT

SHUFFLED = {"random", "stratified_random"}


@check(
    "data.no-source",
    ref="data.E001",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.sources",
    reads=("data.sources",),
    message="No data source.",
    hint="List what is logged today, then what must be logged.",
    source="Interview practice",
    failing={},
    passing={"data.sources": [{"id": "playback_events"}]},
)
def no_source(design: Design) -> bool:
    """Every label and feature comes from something that is written down somewhere. What nobody logs
    cannot be learned from.
    """
    return not design.data.sources


@check(
    "data.label-from-unknown-source",
    ref="data.E003",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.labels",
    reads=("data.sources", "data.labels"),
    message="A label comes from an unknown source.",
    hint="Add the source or fix the reference.",
    source="chekrizh/ml-design-doc-reviewer, error topology",
    failing={
        "data.sources": [{"id": "playback_events"}],
        "data.labels": [{"id": "long_view", "source": "survey"}],
    },
    passing={
        "data.sources": [{"id": "playback_events"}],
        "data.labels": [{"id": "long_view", "source": "playback_events"}],
    },
)
def label_from_unknown_source(design: Design) -> Iterator[Hit]:
    """A label whose source is not described has no delay, no owner and no retention that anybody
    could check.
    """
    sources = ids(design.data.sources)
    for row in design.data.labels:
        if not row.source:
            yield Hit(row.at("source"), f"{called(row)} names no source.")
        elif row.source not in sources:
            yield Hit(
                row.at("source"),
                f"{called(row)} comes from {row.source}, which is not among the sources.",
            )


@check(
    "data.source-without-owner",
    ref="data.W004",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.sources",
    reads=("data.sources",),
    message="A source has no owner.",
    hint="Someone must answer when the schema changes.",
    source="Rules of Machine Learning 11",
    failing={"data.sources": [{"id": "playback_events"}]},
    passing={"data.sources": [{"id": "playback_events", "owner": "player platform"}]},
)
def source_without_owner(design: Design) -> Iterator[Hit]:
    """Schemas change on somebody else's calendar. An owner is who tells you before, not after."""
    for row in design.data.sources:
        if is_blank(row.owner):
            yield Hit(row.at("owner"), f"{called(row)} has no owner.")


@check(
    "data.source-size-unknown",
    ref="data.W005",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.sources",
    reads=("data.sources",),
    message="Volume or retention is missing.",
    hint="Both bound the training window.",
    source="Interview practice",
    failing={"data.sources": [{"id": "playback_events", "events_per_day": 6_000_000_000}]},
    passing={
        "data.sources": [
            {"id": "playback_events", "events_per_day": 6_000_000_000, "retention_days": 180}
        ]
    },
)
def source_size_unknown(design: Design) -> Iterator[Hit]:
    """How much arrives and how long it stays decide how much history a model can see and what it
    costs to read it.
    """
    for row in design.data.sources:
        if row.events_per_day is None:
            yield Hit(row.at("events_per_day"), f"{called(row)} has no volume.")
        if row.retention_days is None:
            yield Hit(row.at("retention_days"), f"{called(row)} has no retention.")


@check(
    "data.source-not-tested",
    ref="data.W006",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.sources",
    reads=("data.sources",),
    message="No quality checks on a source.",
    hint="Schema, nulls, ranges, duplicates, volume, lateness.",
    source="ML Test Score, data 1 and monitoring 2",
    failing={"data.sources": [{"id": "playback_events"}]},
    passing={"data.sources": [{"id": "playback_events", "quality_checks": ["schema", "volume"]}]},
)
def source_not_tested(design: Design) -> Iterator[Hit]:
    """Most incidents of models begin as silent changes in what they read, long before a metric
    moves.
    """
    for row in design.data.sources:
        if entries(row.quality_checks) == 0:
            yield Hit(row.at("quality_checks"), f"{called(row)} has no quality checks.")


@check(
    "data.label-delay-unknown",
    ref="data.E007",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.labels",
    reads=("data.labels",),
    message="Label delay is unknown.",
    hint="Give the time by which 95 % of labels are final.",
    source="Interview practice",
    failing={"data.labels": [{"id": "long_view"}]},
    passing={"data.labels": [{"id": "long_view", "delay_s": 86_400}]},
)
def label_delay_unknown(design: Design) -> Iterator[Hit]:
    """The delay sets the gap of the split, the earliest read-out of an experiment and the lag of
    every monitor that needs labels.
    """
    for row in design.data.labels:
        if row.delay_s is None:
            yield Hit(row.at("delay_s"), f"{called(row)} does not say when it is final.")


@check(
    "data.label-noise-unknown",
    ref="data.W008",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.labels",
    reads=("data.labels",),
    message="Label noise is unknown.",
    hint="Estimate wrong labels from an audit sample.",
    source="Datasheets for Datasets, composition",
    failing={"data.labels": [{"id": "long_view"}]},
    passing={"data.labels": [{"id": "long_view", "noise_pct": 6}]},
)
def label_noise_unknown(design: Design) -> Iterator[Hit]:
    """Wrong labels put a ceiling on every metric. Without knowing it, people tune against noise."""
    for row in design.data.labels:
        if row.noise_pct is None:
            yield Hit(row.at("noise_pct"), f"How often {called(row)} is wrong is unknown.")


@check(
    "data.window-beyond-retention",
    ref="data.E009",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.training_window_days",
    reads=("data.training_window_days", "data.sources"),
    message="The training window is longer than the data is kept.",
    hint="window [d] <= retention [d] of every source used in training.",
    source="Arithmetic",
    failing={
        "data.training_window_days": 365,
        "data.sources": [{"id": "playback_events", "feeds": "both", "retention_days": 180}],
    },
    passing={
        "data.training_window_days": 30,
        "data.sources": [{"id": "playback_events", "feeds": "both", "retention_days": 180}],
    },
)
def window_beyond_retention(design: Design) -> Iterator[Hit]:
    """The oldest rows of the window are already deleted, so the model trains on less than the
    design says, or on a copy that nobody planned.
    """
    window = design.data.training_window_days
    if window is None:
        return
    short = [
        row
        for row in design.data.sources
        if row.feeds in FEEDS_TRAINING
        and row.retention_days is not None
        and row.retention_days < window
    ]
    if short:
        kept = listed(f"{called(row)} ({number(row.retention_days or 0, DAYS)})" for row in short)
        yield Hit(
            "data.training_window_days",
            f"The training window of {number(window, DAYS)} is longer than it is kept: {kept}.",
        )


@check(
    "data.random-split-over-time",
    ref="data.E010",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.split.kind",
    reads=("data.time_dependent", "data.split"),
    message="A random split of time-dependent data.",
    hint="Train on the past, test on the future.",
    source="Rules of Machine Learning 33",
    failing={"data.time_dependent": True, "data.split.kind": "random"},
    passing={"data.time_dependent": True, "data.split.kind": "time_with_gap"},
)
def random_split_over_time(design: Design) -> bool:
    """Shuffled rows let the model learn from the day it is tested on. The result cannot be repeated
    in production, where tomorrow is not available.
    """
    return design.data.time_dependent is True and design.data.split.kind in SHUFFLED


@check(
    "data.gap-shorter-than-delay",
    ref="data.W011",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.split.gap_days",
    reads=("data.split", "data.labels"),
    message="The gap is shorter than the label delay.",
    hint="gap [d] >= delay [s] / 86400, or late labels leak or count as negatives.",
    source="A fault seen in published designs; arithmetic",
    failing={
        "data.split.kind": "time_with_gap",
        "data.split.gap_days": 3,
        "data.labels": [{"id": "confirmed_fraud", "delay_s": 3_888_000}],
    },
    passing={
        "data.split.kind": "time_with_gap",
        "data.split.gap_days": 45,
        "data.labels": [{"id": "confirmed_fraud", "delay_s": 3_888_000}],
    },
)
def gap_shorter_than_delay(design: Design) -> Iterator[Hit]:
    """Rows just before the cut are not final yet: their late positives count as negatives in
    training, or leak from the test period.
    """
    split, latest = design.data.split, latest_label(design.data)
    # A plain split by time has no gap, so there is nothing to leave unstated.
    stated = 0 if split.gap_days is None and split.kind == "time" else split.gap_days
    gap = finite(stated)
    if "time" not in split.kind or gap is None or latest is None:
        return
    label, delay = latest
    if not is_at_most(delay, gap * SECONDS_A_DAY):
        yield Hit(
            "data.split.gap_days",
            f"The gap of {number(gap, DAYS)} is shorter than the {span(delay)} "
            f"until {called(label)} is final.",
        )


@check(
    "data.entity-on-both-sides",
    ref="data.W012",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.split.group_key",
    reads=("data.repeated_entities", "data.generalise_to_new_entities", "data.split"),
    message="The same entity sits in train and test.",
    hint="Group the split by patient, speaker, card or shop.",
    source="A fault seen in published designs",
    failing={"data.repeated_entities": True, "data.generalise_to_new_entities": True},
    passing={
        "data.repeated_entities": True,
        "data.generalise_to_new_entities": True,
        "data.split.group_key": "patient",
    },
)
def entity_on_both_sides(design: Design) -> bool:
    """A model that has seen the patient recognises the patient. The test then praises memory, and
    the first new patient shows it.
    """
    data = design.data
    returns = data.repeated_entities is True and data.generalise_to_new_entities is True
    return returns and is_blank(data.split.group_key)


@check(
    "data.leakage-not-reviewed",
    ref="data.E013",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.leakage_review",
    reads=("data.leakage_review",),
    message="No leakage review.",
    hint="For each feature ask: was this value known at prediction time?",
    source="Kaufman et al., Leakage in Data Mining (2012)",
    failing={},
    passing={"data.leakage_review": "Every aggregate ends one second before the request."},
)
def leakage_not_reviewed(design: Design) -> bool:
    """Leakage makes the best offline result of the project, and is found after launch by those who
    did not look before.
    """
    return is_blank(design.data.leakage_review)


@check(
    "data.imbalance-not-handled",
    ref="data.W014",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.imbalance_handling",
    reads=("data.labels", "data.imbalance_handling"),
    message="Imbalance is not handled.",
    hint="Weights, sampling with correction, threshold choice; synthetic rows last.",
    source="Interview practice",
    failing={"data.labels": [{"id": "confirmed_fraud", "positive_rate_pct": 0.12}]},
    passing={
        "data.labels": [{"id": "confirmed_fraud", "positive_rate_pct": 0.12}],
        "data.imbalance_handling": ["down-sample negatives", "prior correction"],
    },
)
def imbalance_not_handled(design: Design) -> Iterator[Hit]:
    """With few positives, the cheapest way to a low loss is to answer no."""
    rarest = rarest_label(design.data)
    if rarest is None or entries(design.data.imbalance_handling):
        return
    label, rate = rarest
    if rate < RARE_CLASS_PCT:
        yield Hit(
            "data.imbalance_handling",
            f"Only {number(rate, PERCENT)} of the examples of {called(label)} are positive, "
            "and nothing is done about it.",
        )


@check(
    "data.agreement-unknown",
    ref="data.W018",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="data.annotation.agreement",
    reads=("data.labels", "data.annotation"),
    message="Human labels without agreement.",
    hint="Two raters on a sample and one kappa.",
    source="Datasheets for Datasets, collection",
    failing={"data.labels": [{"id": "verdict", "method": "human"}]},
    passing={
        "data.labels": [{"id": "verdict", "method": "human"}],
        "data.annotation.agreement": 0.81,
    },
)
def agreement_unknown(design: Design) -> bool:
    """Where two people disagree, no model can be right twice. Agreement is the ceiling, and low
    agreement means the guideline is unfinished.
    """
    by_people = any(row.method == "human" for row in design.data.labels)
    return by_people and design.data.annotation.agreement is None


@check(
    "data.rows-do-not-follow",
    ref="data.E019",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="data.rows_train",
    reads=(
        "data.rows_train",
        "data.labels",
        "data.base_sample",
        "data.training_window_days",
        "data.sampling_rate",
    ),
    message="The number of training rows does not follow from the rates.",
    hint="rows = examples/day x window [d] x (pos + (1 - pos) x w).",
    source="Arithmetic",
    failing={
        "data.labels": [{"id": "paid", "examples_per_day": 1_000_000, "positive_rate_pct": 10}],
        "data.base_sample": 1,
        "data.training_window_days": 30,
        "data.sampling_rate": 1,
        "data.rows_train": 300_000_000,
    },
    passing={
        "data.labels": [{"id": "paid", "examples_per_day": 1_000_000, "positive_rate_pct": 10}],
        "data.base_sample": 1,
        "data.training_window_days": 30,
        "data.sampling_rate": 1,
        "data.rows_train": 30_000_000,
    },
)
def rows_do_not_follow(design: Design) -> Iterator[Hit]:
    """Rows, window and sampling rate are one equation. When they disagree by more than a factor of
    two, training time and cost are planned for another data set.
    """
    data = design.data
    label, stated = main_label(data), finite(data.rows_train)
    if label is None or stated is None:
        return
    expected = training_rows(
        examples_per_day=label.examples_per_day,
        base_sample=data.base_sample,
        window_days=data.training_window_days,
        positive_rate_pct=label.positive_rate_pct,
        negatives_kept=data.sampling_rate,
    )
    if expected is None or rows_follow(stated, expected):
        return
    yield Hit(
        "data.rows_train",
        f"{number(stated)} training rows are stated, but the rates give {about(expected)}.",
    )


@check(
    "data.card-incomplete",
    ref="data.H023",
    severity=Severity.HINT,
    signal=Signal.S3,
    at="data.data_card.motivation",
    reads=("data.data_card",),
    message="The data card is incomplete.",
    hint="Four short paragraphs are enough.",
    source="Datasheets for Datasets",
    failing={"data.data_card.motivation": "Train and audit payment screening."},
    passing={
        "data.data_card.motivation": "Train and audit payment screening.",
        "data.data_card.composition": "One year of authorisations with outcomes.",
        "data.data_card.collection": "Switch logs, claims, analyst cases.",
        "data.data_card.maintenance": "Weekly snapshot, owner risk data, two years.",
    },
)
def card_incomplete(design: Design) -> Iterator[Hit]:
    """The next team reuses the data set for something it was not made for, unless somebody wrote
    down what it was made for.
    """
    card = design.data.data_card
    parts = {
        "motivation": card.motivation,
        "composition": card.composition,
        "collection": card.collection,
        "maintenance": card.maintenance,
    }
    absent = [part for part, text in parts.items() if is_blank(text)]
    if absent:
        yield Hit("data.data_card.motivation", f"The data card lacks {listed(absent)}.")
