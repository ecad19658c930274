"""Checks of stage 4: is each value known in time, and the same in training and in serving?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.checklist.reading import called, entries, is_blank
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import LIVE_FEATURES, STORED_FEATURES
from mlsd_app.checklist.wording import count
from mlsd_app.stages.conditions import is_interview
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal

KNOWS_ITS_TIME = {"as_of_join", "logged_at_serving"}
REBUILDABLE = {"logged_at_serving", "not_needed"}
FEWEST_IN_AN_INTERVIEW, MOST_IN_AN_INTERVIEW = 4, 15


@check(
    "features.none-listed",
    ref="features.E001",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="No features.",
    hint="A few representative ones per entity.",
    source="Interview practice",
    failing={},
    passing={"features.rows": [{"id": "user_recent_watches"}]},
)
def none_listed(design: Design) -> bool:
    """What the model may know decides more than which model it is."""
    return not design.features.rows


@check(
    "features.not-known-in-time",
    ref="features.E002",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="A feature is not known when the prediction is made.",
    hint="Remove it or replace it by its last known value.",
    source="Kaufman et al., Leakage in Data Mining (2012)",
    failing={"features.rows": [{"id": "watch_time_after", "available_at_prediction": "no"}]},
    passing={"features.rows": [{"id": "watch_time_28d", "available_at_prediction": "yes"}]},
)
def not_known_in_time(design: Design) -> Iterator[Hit]:
    """A value from the future is the strongest feature offline and does not exist in production."""
    for row in design.features.rows:
        if row.available_at_prediction == "no":
            yield Hit(
                row.at("available_at_prediction"),
                f"{called(row)} is not known when the prediction is made.",
            )


@check(
    "features.availability-unknown",
    ref="features.W003",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="Availability was not checked.",
    hint="Ask the owner; guessing is how leakage gets in.",
    source="Interview practice",
    failing={"features.rows": [{"id": "account_flags", "available_at_prediction": "unknown"}]},
    passing={"features.rows": [{"id": "account_flags", "available_at_prediction": "yes"}]},
)
def availability_unknown(design: Design) -> Iterator[Hit]:
    """Tables are filled in later than their timestamps say. Only the owner knows when a value could
    first be read.
    """
    for row in design.features.rows:
        if row.available_at_prediction == "unknown":
            yield Hit(
                row.at("available_at_prediction"),
                f"Nobody checked whether {called(row)} is known when the prediction is made.",
            )


@check(
    "features.joined-without-time",
    ref="features.E006",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="A feature is joined without a time.",
    hint="As-of join on event time, or log values when serving.",
    source="Rules of Machine Learning 29 and 31",
    failing={"features.rows": [{"id": "affinity_28d", "kind": "batch", "point_in_time": "none"}]},
    passing={
        "features.rows": [{"id": "affinity_28d", "kind": "batch", "point_in_time": "as_of_join"}]
    },
)
def joined_without_time(design: Design) -> Iterator[Hit]:
    """A join on the key alone brings today's value into last month's row. Training then sees what
    serving never could.
    """
    for row in design.features.rows:
        if row.kind in STORED_FEATURES and row.point_in_time == "none":
            yield Hit(row.at("point_in_time"), f"{called(row)} is joined without a time.")


@check(
    "features.answer-may-be-inside",
    ref="features.E007",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="A label-based aggregate may contain the answer.",
    hint="Only labels that were final before the prediction may count.",
    source="Kaufman et al., Leakage in Data Mining (2012)",
    failing={
        "features.rows": [
            {"id": "long_view_rate_7d", "derives_from_label": True, "point_in_time": "snapshot"}
        ]
    },
    passing={
        "features.rows": [
            {"id": "long_view_rate_7d", "derives_from_label": True, "point_in_time": "as_of_join"}
        ]
    },
)
def answer_may_be_inside(design: Design) -> Iterator[Hit]:
    """A rate over labels that includes the row's own label hands the model the answer; a rate that
    counts unfinished labels hands it noise.
    """
    for row in design.features.rows:
        if row.derives_from_label and row.point_in_time not in KNOWS_ITS_TIME:
            yield Hit(
                row.at("point_in_time"),
                f"{called(row)} is made from labels and may contain the answer.",
            )


@check(
    "features.no-default",
    ref="features.W008",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="features.rows",
    reads=("features.rows",),
    message="No default for a real-time feature.",
    hint="Streams fail: say which value is used and train with it.",
    source="Interview practice",
    failing={"features.rows": [{"id": "recent_watches", "kind": "streaming"}]},
    passing={
        "features.rows": [
            {"id": "recent_watches", "kind": "streaming", "missing_default": "empty sequence"}
        ]
    },
)
def no_default(design: Design) -> Iterator[Hit]:
    """On a bad day the value is missing for everybody at once, and the model answers with whatever
    it was never trained on.
    """
    for row in design.features.rows:
        if row.kind in LIVE_FEATURES and is_blank(row.missing_default):
            yield Hit(row.at("missing_default"), f"{called(row)} is live and has no default.")


@check(
    "features.skew-not-prevented",
    ref="features.E011",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.skew_prevention",
    reads=("features.rows", "features.skew_prevention"),
    message="Nothing prevents training-serving skew.",
    hint="One transform code, logged features, or a parity test with a tolerance.",
    source="Rules of Machine Learning 29, 31 and 32",
    failing={"features.rows": [{"id": "affinity_28d", "kind": "batch"}]},
    passing={
        "features.rows": [{"id": "affinity_28d", "kind": "batch"}],
        "features.skew_prevention": ["shared transform"],
    },
)
def skew_not_prevented(design: Design) -> bool:
    """The same feature computed twice is two features. Skew costs quality every day and raises no
    error.
    """
    stored = any(row.kind in STORED_FEATURES for row in design.features.rows)
    return stored and entries(design.features.skew_prevention) == 0


@check(
    "features.parity-not-tested",
    ref="features.W012",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.parity_test",
    reads=("features.rows", "features.parity_test"),
    message="Two implementations and no parity test.",
    hint="Replay n requests through both paths, compare within epsilon.",
    source="Rules of Machine Learning 37",
    failing={"features.rows": [{"id": "affinity_28d", "transform": "separate"}]},
    passing={
        "features.rows": [{"id": "affinity_28d", "transform": "separate"}],
        "features.parity_test": "10 000 replayed requests a day, above 0.1 % mismatch fails.",
    },
)
def parity_not_tested(design: Design) -> bool:
    """Two implementations agree on the day they are written. Only a test notices the day they
    stop.
    """
    twice = any(row.transform == "separate" for row in design.features.rows)
    return twice and is_blank(design.features.parity_test)


@check(
    "features.normaliser-saw-the-test",
    ref="features.E015",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="features.normaliser_fit_on",
    reads=("features.normaliser_fit_on",),
    message="Normalisation saw the test data.",
    hint="Fit on train, apply elsewhere.",
    source="The Elements of Statistical Learning, 7.10.2",
    failing={"features.normaliser_fit_on": "all"},
    passing={"features.normaliser_fit_on": "train"},
)
def normaliser_saw_the_test(design: Design) -> bool:
    """Means and vocabularies carry the test set into training, so the test no longer measures what
    is new.
    """
    return design.features.normaliser_fit_on == "all"


@check(
    "features.sensitive-without-reason",
    ref="features.W016",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="A sensitive feature without a reason.",
    hint="Say why it is needed and which test shows it does no harm.",
    source="ML Test Score, data 4",
    failing={"features.rows": [{"id": "country", "sensitive": True}]},
    passing={
        "features.rows": [
            {
                "id": "country",
                "sensitive": True,
                "justification": "Shows understandable videos; exposure ratio is a guardrail.",
            }
        ]
    },
)
def sensitive_without_reason(design: Design) -> Iterator[Hit]:
    """Whoever is treated differently because of it will ask why. An auditor will too."""
    for row in design.features.rows:
        if row.sensitive and is_blank(row.justification):
            yield Hit(row.at("justification"), f"{called(row)} is sensitive and has no reason.")


@check(
    "features.feature-without-owner",
    ref="features.W017",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="A feature has no owner.",
    hint="Owner and deletion rule.",
    source="Rules of Machine Learning 11",
    failing={"features.rows": [{"id": "affinity_28d"}]},
    passing={"features.rows": [{"id": "affinity_28d", "owner": "feed features"}]},
)
def feature_without_owner(design: Design) -> Iterator[Hit]:
    """A feature outlives the project that needed it. Without an owner nobody dares to change or to
    delete it.
    """
    for row in design.features.rows:
        if is_blank(row.owner):
            yield Hit(row.at("owner"), f"{called(row)} has no owner.")


@check(
    "features.wrong-number-for-an-interview",
    ref="features.H018",
    severity=Severity.HINT,
    signal=Signal.S3,
    at="features.rows",
    reads=("general.mode", "features.rows"),
    message="Too many or too few features for an interview.",
    hint="Pick about two per entity and say why.",
    source="Interview practice",
    failing={"general.mode": "interview", "features.rows": [{"id": "affinity_28d"}]},
    passing={
        "general.mode": "interview",
        "features.rows": [
            {"id": "affinity_28d"},
            {"id": "recent_watches"},
            {"id": "item_age_hours"},
            {"id": "request_context"},
        ],
    },
)
def wrong_number_for_an_interview(design: Design) -> Iterator[Hit]:
    """A handful, chosen and argued, shows judgement; a list of thirty shows only memory."""
    rows = len(design.features.rows)
    if is_interview(design) and not FEWEST_IN_AN_INTERVIEW <= rows <= MOST_IN_AN_INTERVIEW:
        much = "few" if rows < FEWEST_IN_AN_INTERVIEW else "many"
        yield Hit("features.rows", f"{count(rows, 'feature')}: too {much} for an interview.")


@check(
    "features.cannot-be-rebuilt",
    ref="features.W022",
    severity=Severity.WARNING,
    signal=Signal.S3,
    at="features.rows",
    reads=("features.rows",),
    message="Request-time values cannot be rebuilt by a join.",
    hint="Log them when serving.",
    source="Rules of Machine Learning 29",
    failing={
        "features.rows": [
            {"id": "device", "kind": "request_time", "point_in_time": "as_of_join"},
        ]
    },
    passing={
        "features.rows": [
            {"id": "device", "kind": "request_time", "point_in_time": "logged_at_serving"},
        ]
    },
)
def cannot_be_rebuilt(design: Design) -> Iterator[Hit]:
    """What a request carried exists only while it is answered. Unless it is logged then, training
    reads a guess.
    """
    for row in design.features.rows:
        if row.kind == "request_time" and row.point_in_time not in REBUILDABLE:
            yield Hit(
                row.at("point_in_time"),
                f"{called(row)} is computed at the request and cannot be rebuilt by a join.",
            )
