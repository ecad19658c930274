"""When a field is asked: questions about the whole design, and the words that say so.

Every predicate is total and answers an empty design too. The constants at the end are keyword
arguments of the declaring functions; ``Asked {when_says}.`` reads as a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mlsd_app.stages.words import CLASSIFICATIONS, MATCHING_CATEGORIES, UNSUPERVISED

if TYPE_CHECKING:
    from mlsd_app.stages.design import Design

SECONDS_A_DAY = 86_400
LARGE_CATALOGUE = 10_000  # items; above it one model cannot score everything on each request
RARE_CLASS_PCT = 5  # percent of positives; below it a model may answer "no" and look good


def is_interview(design: Design) -> bool:
    return design.general.mode == "interview"


def is_classification(design: Design) -> bool:
    return design.framing.ml_task in CLASSIFICATIONS


def is_supervised(design: Design) -> bool:
    """Whether the task learns from labels; so it is assumed until a task is chosen."""
    return design.framing.ml_task not in UNSUPERVISED


def answers_online(design: Design) -> bool:
    return design.framing.timeliness == "online"


def answers_in_batch(design: Design) -> bool:
    return design.framing.timeliness == "batch"


def matches_two_sides(design: Design) -> bool:
    """A recommender, a search or ads: newcomers and biased logs come with them."""
    return design.framing.category in MATCHING_CATEGORIES


def chooses_from_a_catalogue(design: Design) -> bool:
    framing = design.framing
    return framing.ml_task in {"ranking", "retrieval"} or framing.category in {
        "recommender",
        "search",
    }


def has_a_large_catalogue(design: Design) -> bool:
    return (design.framing.catalogue_size or 0) > LARGE_CATALOGUE


def uses_personal_data(design: Design) -> bool:
    return design.framing.personal_data is True


def has_a_feedback_loop(design: Design) -> bool:
    return design.framing.feedback_loop is True


def is_high_risk(design: Design) -> bool:
    return design.framing.risk_class == "high"


def explains_each_decision(design: Design) -> bool:
    return design.framing.interpretability_need == "per_decision"


def can_experiment(design: Design) -> bool:
    """Until somebody writes why it is not possible."""
    return not design.metrics.ab.not_possible.strip()


def compares_means(design: Design) -> bool:
    return can_experiment(design) and design.metrics.ab.metric_type == "mean"


def compares_rates(design: Design) -> bool:
    return can_experiment(design) and design.metrics.ab.metric_type == "proportion"


def depends_on_time(design: Design) -> bool:
    return design.data.time_dependent is True or design.framing.ml_task == "forecasting"


def splits_by_time(design: Design) -> bool:
    return "time" in design.data.split.kind


def splits_by_group(design: Design) -> bool:
    """Or ought to: entities that come back must not sit on both sides of the split."""
    data = design.data
    ought_to = bool(data.repeated_entities and data.generalise_to_new_entities)
    return "group" in data.split.kind or ought_to


def has_a_rare_class(design: Design) -> bool:
    rates = [label.positive_rate_pct for label in design.data.labels]
    return any(rate is not None and rate < RARE_CLASS_PCT for rate in rates)


def people_label(design: Design) -> bool:
    return any(label.method == "human" for label in design.data.labels)


def needs_a_parity_test(design: Design) -> bool:
    """A transform has two implementations, or the test was named as what prevents skew."""
    features = design.features
    is_named = "parity test" in features.skew_prevention
    return is_named or any(feature.transform == "separate" for feature in features.rows)


def reads_live_features(design: Design) -> bool:
    return any(feature.kind in {"streaming", "request_time"} for feature in design.features.rows)


def labels_come_late(design: Design) -> bool:
    """A model is trained again before the labels of its last rows are final."""
    cadence = design.monitoring.retrain.cadence_days
    delays = [label.delay_s for label in design.data.labels if label.delay_s is not None]
    return cadence is not None and any(delay > cadence * SECONDS_A_DAY for delay in delays)


def runs_batches(design: Design) -> bool:
    return design.serving.mode in {"batch", "hybrid"}


def has_a_request_path(design: Design) -> bool:
    """Somebody waits for the answer, even where it was computed ahead and is only looked up."""
    return design.serving.mode != "batch" or answers_online(design)


def _asked(when: Callable[[Design], bool], says: str) -> Mapping[str, Any]:
    return {"when": when, "when_says": says}


IN_INTERVIEWS = _asked(is_interview, "in interviews")
OF_CLASSIFIERS = _asked(is_classification, "when the task is a classification")
IF_SUPERVISED = _asked(is_supervised, "when the task learns from labels")
IF_ONLINE = _asked(answers_online, "when the answer must exist online")
IF_BATCH = _asked(answers_in_batch, "when the answer may come from a batch")
IF_MATCHING = _asked(matches_two_sides, "of recommenders, search and ads")
IF_CATALOGUE = _asked(chooses_from_a_catalogue, "when items are chosen from a catalogue")
IF_LARGE_CATALOGUE = _asked(has_a_large_catalogue, "when the catalogue has over 10 000 items")
IF_PERSONAL_DATA = _asked(uses_personal_data, "when personal data are used")
IF_FEEDBACK_LOOP = _asked(has_a_feedback_loop, "when the model shapes its next training data")
IF_HIGH_RISK = _asked(is_high_risk, "when the risk is high")
IF_EXPLAINED = _asked(explains_each_decision, "when each decision must be explained")
IF_EXPERIMENT = _asked(can_experiment, "unless no experiment is possible")
IF_MEANS = _asked(compares_means, "when the metric is a mean")
IF_RATES = _asked(compares_rates, "when the metric is a proportion")
IF_TIME = _asked(depends_on_time, "when the data depend on time")
IF_TIME_SPLIT = _asked(splits_by_time, "when the split is by time")
IF_GROUP_SPLIT = _asked(splits_by_group, "when the split is by group, or ought to be")
IF_RARE_CLASS = _asked(has_a_rare_class, "when fewer than 5 % of the examples are positive")
IF_PEOPLE_LABEL = _asked(people_label, "when people give a label")
IF_PARITY_TEST = _asked(
    needs_a_parity_test, "when a transform has two implementations, or a parity test is named"
)
IF_LIVE_FEATURES = _asked(reads_live_features, "when a feature is computed live")
IF_LATE_LABELS = _asked(labels_come_late, "when labels come later than the next training")
IF_BATCHES = _asked(runs_batches, "when answers are computed in batches")
IF_REQUEST_PATH = _asked(has_a_request_path, "when somebody waits for the answer")
