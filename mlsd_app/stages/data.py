"""Stage 3: where truth and signals come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import (
    IF_FEEDBACK_LOOP,
    IF_GROUP_SPLIT,
    IF_PEOPLE_LABEL,
    IF_RARE_CLASS,
    IF_SUPERVISED,
    IF_TIME,
    IF_TIME_SPLIT,
)
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    deeper,
    flag,
    group,
    line,
    lines,
    quantity,
    reference,
    table,
    text,
)
from mlsd_app.stages.units import DAYS, GB_PER_DAY, PER_DAY, PERCENT, SECONDS, SHARE


@dataclass(frozen=True, slots=True)
class Source(Row):
    """Where signals are read; lag is from event time to readable."""

    TABLE: ClassVar[str] = "data.sources"
    id: str = line(
        "Source", help="A short name that other stages refer to.", example="order_events"
    )
    kind: str = choice(
        "Kind",
        {
            "batch": "Batch",
            "stream": "Stream",
            "cdc": "Change capture",
            "api": "API",
            "manual": "Manual",
        },
    )
    owner: str = line("Owner", example="Who answers when its schema changes")
    entity: str = line("Entity", depth=Depth.FULL, help="What one record is about.")
    events_per_day: float | None = quantity("Events a day", PER_DAY, low=0, example="30M")
    gb_per_day: float | None = quantity("Volume", GB_PER_DAY, low=0, depth=Depth.FULL, example="12")
    ingestion_lag_s: float | None = quantity(
        "Lag",
        SECONDS,
        low=0,
        help="From the moment it happens until it can be read.",
        example="10 min",
    )
    retention_days: float | None = quantity("Kept", DAYS, low=0, example="90")
    personal: bool | None = flag("Personal data", depth=Depth.FULL)
    feeds: str = choice(
        "Feeds",
        {"training": "Training", "serving": "Serving", "both": "Both"},
        help="A served feature cannot read a source that feeds training only.",
    )
    quality_checks: tuple[str, ...] = lines(
        "Quality checks",
        depth=Depth.FULL,
        example="Schema, nulls, ranges, duplicates, volume or lateness",
    )
    change_notice: str = line(
        "Notice of change", depth=Depth.FULL, example="How early, and through which channel"
    )


@dataclass(frozen=True, slots=True)
class Label(Row):
    """Where truth comes from, how late, and how often it is wrong."""

    TABLE: ClassVar[str] = "data.labels"
    id: str = line("Label", help="A short name that other stages refer to.", example="returned_30d")
    main: bool | None = flag(
        "Main one", depth=Depth.FULL, help="The label of the target; exactly one."
    )
    definition: str = line("Definition", example="The event, its threshold and its time limit")
    source: str = reference("From", "data.sources")
    method: str = choice(
        "Method",
        {
            "implicit": "Implicit",
            "explicit": "Explicit",
            "human": "People",
            "programmatic": "Program",
            "delayed_outcome": "Late outcome",
            "self_supervised": "Self-supervised",
        },
        help="Implicit is what people do, explicit what they say when asked.",
    )
    negative: str = line(
        "A negative is",
        depth=Depth.FULL,
        help="Something not clicked yet is not a negative yet.",
        example="What must have been seen, and how long must have passed",
    )
    delay_s: float | None = quantity(
        "Final after",
        SECONDS,
        low=0,
        help="The time by which 95 % of the labels no longer change.",
        example="7 d",
    )
    noise_pct: float | None = quantity(
        "Wrong", PERCENT, low=0, high=100, help="Estimated from an audited sample.", example="4"
    )
    positive_rate_pct: float | None = quantity("Positive", PERCENT, low=0, high=100, example="3")
    examples_per_day: float | None = quantity(
        "Examples a day", PER_DAY, low=0, depth=Depth.FULL, example="2M"
    )
    bias_note: str = line(
        "Bias", depth=Depth.FULL, example="Who or what gets no label, or gets it too often"
    )


@dataclass(frozen=True, slots=True)
class Split:
    """How training, validation and test are kept apart."""

    kind: str = choice(
        "Split",
        {
            "random": "Random",
            "stratified_random": "Random, stratified",
            "group": "By group",
            "time": "By time",
            "time_with_gap": "By time, with a gap",
            "group_time": "By group and time",
        },
        required=True,
    )
    gap_days: float | None = quantity(
        "Gap",
        DAYS,
        low=0,
        required=True,
        help="At least the label delay, or late labels count as negatives.",
        example="7",
        **IF_TIME_SPLIT,
    )
    val_days: float | None = quantity(
        "Validation period", DAYS, low=0, required=True, example="7", **IF_TIME_SPLIT
    )
    test_days: float | None = quantity(
        "Test period", DAYS, low=0, required=True, example="14", **IF_TIME_SPLIT
    )
    group_key: str = line(
        "Grouped by",
        required=True,
        help="All rows of one such entity fall on the same side.",
        example="patient",
        **IF_GROUP_SPLIT,
    )


@dataclass(frozen=True, slots=True)
class Annotation:
    """How people label, and how far they agree."""

    guideline: str = line(
        "Guideline",
        required=True,
        example="The document raters follow, and its version",
        **IF_PEOPLE_LABEL,
    )
    per_item: float | None = quantity(
        "Raters an item", low=1, high=100, example="2", **IF_PEOPLE_LABEL
    )
    agreement: float | None = quantity(
        "Agreement (kappa)",
        low=-1,
        high=1,
        required=True,
        help="On a sample rated twice; 0 is chance, 1 is perfect.",
        example="0.7",
        **IF_PEOPLE_LABEL,
    )


@dataclass(frozen=True, slots=True)
class DataCard:
    """What somebody should know before using these data; a short paragraph each."""

    motivation: str = text("Motivation", example="What the data were gathered for, and by whom")
    composition: str = text("Composition", example="What one row is, over which time, sampled how")
    collection: str = text("Collection", example="How it was gathered, with which consent")
    maintenance: str = text("Maintenance", example="Who rebuilds it, how often, and who deletes")


@dataclass(frozen=True, slots=True)
class Data:
    """Sources, labels, and how a training set is made of them without fooling oneself."""

    sources: tuple[Source, ...] = table("Data sources", Source, required=True, row_name="source")
    labels: tuple[Label, ...] = table(
        "Labels", Label, required=True, row_name="label", **IF_SUPERVISED
    )
    training_window_days: float | None = quantity(
        "Training window",
        DAYS,
        low=0,
        required=True,
        help="No longer than the shortest-lived source is kept.",
        example="60",
    )
    base_sample: float | None = quantity(
        "Share of all examples",
        SHARE,
        low=0,
        high=1,
        required=True,
        help="1 when every example is used.",
        example="0.1",
    )
    sampling_rate: float | None = quantity(
        "Share of negatives kept",
        SHARE,
        low=0,
        high=1,
        required=True,
        help="1 when negatives are not thinned out.",
        example="0.5",
    )
    sampling_correction: str = choice(
        "Corrected by",
        {
            "none": "Nothing",
            "prior_correction": "Prior correction",
            "weights": "Weights",
            "calibration": "Calibration",
        },
        required=True,
        help="Thinned negatives raise every score; a decision that uses its value needs it back.",
    )
    rows_train: float | None = quantity(
        "Training rows",
        low=0,
        required=True,
        help="Follows from examples a day, the window and the two shares.",
        example="25M",
    )
    positives_train: float | None = quantity("Of them positive", low=0, required=True, example="2M")
    time_dependent: bool | None = flag(
        "The data depend on time",
        required=True,
        help="Yes when tomorrow differs from last month, which is nearly always.",
    )
    longest_season_days: float | None = quantity(
        "Longest season",
        DAYS,
        low=0,
        required=True,
        help="7 for weekdays, 365 for a year; a forecast needs two of them.",
        example="7",
        **IF_TIME,
    )
    repeated_entities: bool | None = flag(
        "The same entities come back",
        required=True,
        help="Several rows of one user, patient, card or shop.",
    )
    generalise_to_new_entities: bool | None = flag(
        "It must work for entities never seen", required=True
    )
    split: Split = group(Split)
    imbalance_handling: tuple[str, ...] = lines(
        "Imbalance",
        required=True,
        example="Class weights, sampling and its correction, or the choice of threshold",
        **IF_RARE_CLASS,
    )
    leakage_review: str = text(
        "Leakage review",
        required=True,
        example="For each doubtful feature: when its value becomes known, and what keeps it out",
    )
    feedback_mitigation: tuple[str, ...] = lines(
        "Against the feedback loop",
        required=True,
        example="Exploration traffic, logged propensities, a correction or a holdback",
        **IF_FEEDBACK_LOOP,
    )
    exploration_pct: float | None = quantity(
        "Exploration",
        PERCENT,
        low=0,
        high=100,
        required=True,
        help="Share of decisions that chance makes, not the model.",
        example="0.5",
        **IF_FEEDBACK_LOOP,
    )
    logs_predictions: bool | None = flag(
        "Predictions are logged",
        required=True,
        help="With id, features, model version, score, action and time.",
    )
    logs_features_at_serving: bool | None = flag(
        "Features are logged as served",
        required=True,
        help="So that training sees the values that serving saw.",
    )
    annotation: Annotation = group(Annotation)
    data_card: DataCard = group(DataCard)


DATA = Stage(
    "data",
    3,
    "Data",
    "Where truth and signals come from.",
    Data,
    (
        ask(
            "Where do the signals come from?",
            "sources",
            help="First what is logged today, then what would have to be logged.",
        ),
        ask(
            "Where does the truth come from, and when is it final?",
            "labels",
            help="Every label is late and sometimes wrong; say how late and how often.",
        ),
        ask(
            "How are training, validation and test kept apart?",
            "time_dependent longest_season_days repeated_entities generalise_to_new_entities "
            "split.kind split.gap_days split.val_days split.test_days split.group_key",
            help="The test should be as hard as the first day in production.",
        ),
        ask(
            "How much is it trained on?",
            "training_window_days base_sample sampling_rate sampling_correction rows_train "
            "positives_train",
            help="Rows are examples a day x window x sample x (positives + kept negatives).",
        ),
        ask(
            "What might the model see that it could not have known?",
            "leakage_review",
            help="Ask of each feature: was this value known when the prediction was made?",
        ),
        ask(
            "What is done about the rare class?",
            "imbalance_handling",
            help="Made-up rows come last.",
        ),
        ask(
            "How does it learn about what it would not have chosen?",
            "feedback_mitigation exploration_pct",
        ),
        ask(
            "What is written down when a prediction is made?",
            "logs_predictions logs_features_at_serving",
            help="What is not logged can be neither monitored nor trained on.",
        ),
        deeper(
            "Labels by people",
            "What do raters follow, and how well do they agree?",
            "annotation.guideline annotation.per_item annotation.agreement",
        ),
        deeper(
            "The data card",
            "What should somebody know before using these data?",
            "data_card.motivation data_card.composition data_card.collection data_card.maintenance",
            help="Four short paragraphs.",
        ),
    ),
)
