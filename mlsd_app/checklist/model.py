"""Checks of stage 5: is it the simplest model that meets the bar, and can it be made again?"""

from __future__ import annotations

from collections.abc import Iterator

from mlsd_app.checklist.reading import called, chosen_candidate, entries, ids, is_blank
from mlsd_app.checklist.registry import Hit, Severity, check
from mlsd_app.checklist.vocabulary import COMPLEX_FAMILIES, SIMPLE_FAMILIES
from mlsd_app.checklist.wording import count
from mlsd_app.stages.design import Design
from mlsd_app.stages.signals import Signal

FEWEST_CANDIDATES = 2
FEWEST_PINNED = 3  # of code, data, seed and environment


@check(
    "model.nothing-compared",
    ref="model.E001",
    severity=Severity.ERROR,
    signal=Signal.S6,
    at="model.candidates",
    reads=("model.candidates",),
    message="Fewer than two models compared.",
    hint="Two or more options, one strong recommendation.",
    source="Interview practice",
    failing={"model.candidates": [{"id": "mt_dnn"}]},
    passing={"model.candidates": [{"id": "gbdt_ranker"}, {"id": "mt_dnn"}]},
)
def nothing_compared(design: Design) -> bool:
    """A choice of one is no choice: what the model buys can only be said against another."""
    return len(design.model.candidates) < FEWEST_CANDIDATES


@check(
    "model.none-chosen",
    ref="model.E002",
    severity=Severity.ERROR,
    signal=Signal.S6,
    at="model.chosen",
    reads=("model.candidates", "model.chosen"),
    message="No model is chosen.",
    hint="Commit.",
    source="Interview practice",
    failing={"model.candidates": [{"id": "mt_dnn"}]},
    passing={"model.candidates": [{"id": "mt_dnn"}], "model.chosen": "mt_dnn"},
)
def none_chosen(design: Design) -> Iterator[Hit]:
    """Latency, replicas and cost are computed for the chosen model. A comparison that ends without
    a decision leaves the work to the reader.
    """
    chosen = design.model.chosen
    if chosen not in ids(design.model.candidates):
        detail = f"{chosen} is chosen, but it is not among the candidates." if chosen else ""
        yield Hit("model.chosen", detail)


@check(
    "model.complex-without-baseline",
    ref="model.E003",
    severity=Severity.ERROR,
    signal=Signal.S6,
    at="model.candidates",
    reads=("model.candidates", "model.chosen"),
    message="A complex model without a baseline.",
    hint="Start with trees or a linear model, then show what complexity buys.",
    source="Rules of Machine Learning 4; ML Test Score, model 5",
    failing={
        "model.candidates": [{"id": "mt_dnn", "role": "candidate", "family": "deep"}],
        "model.chosen": "mt_dnn",
    },
    passing={
        "model.candidates": [
            {"id": "gbdt_ranker", "role": "baseline", "family": "tree"},
            {"id": "mt_dnn", "role": "candidate", "family": "deep"},
        ],
        "model.chosen": "mt_dnn",
    },
)
def complex_without_baseline(design: Design) -> Iterator[Hit]:
    """A network costs money every day. Without a simple model beside it, nobody knows what that
    money buys.
    """
    chosen = chosen_candidate(design.model)
    if chosen is None or chosen.family not in COMPLEX_FAMILIES:
        return
    if not any(row.role == "baseline" for row in design.model.candidates):
        yield Hit("model.candidates", f"{called(chosen)} is complex and has no baseline to beat.")


@check(
    "model.baseline-not-simple",
    ref="model.W004",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="model.candidates",
    reads=("model.candidates",),
    message="The baseline is not simple.",
    hint="A baseline should be cheap enough to keep as a fallback.",
    source="Rules of Machine Learning 4 and 14",
    failing={"model.candidates": [{"id": "cnn", "role": "baseline", "family": "deep"}]},
    passing={"model.candidates": [{"id": "gbdt", "role": "baseline", "family": "tree"}]},
)
def baseline_not_simple(design: Design) -> Iterator[Hit]:
    """A baseline that nobody could run tomorrow is a second candidate: it neither shows what
    simplicity reaches nor helps on a bad day.
    """
    for row in design.model.candidates:
        if row.role == "baseline" and row.family not in SIMPLE_FAMILIES:
            yield Hit(
                row.at("family"),
                f"The baseline {called(row)} is not simple."
                if row.family
                else f"The baseline {called(row)} has no family, so nothing shows it is simple.",
            )


@check(
    "model.chosen-on-test-set",
    ref="model.E010",
    severity=Severity.ERROR,
    signal=Signal.S3,
    at="model.selection_set",
    reads=("model.selection_set",),
    message="The test set chose the model.",
    hint="Tune on validation, look at test once.",
    source="The Elements of Statistical Learning, 7.2",
    failing={"model.selection_set": "test"},
    passing={"model.selection_set": "validation"},
)
def chosen_on_test_set(design: Design) -> bool:
    """The best of sixty trials on one set is partly luck, and only another set can say how much.
    A test that chose cannot also judge.
    """
    return design.model.selection_set == "test"


@check(
    "model.cannot-be-repeated",
    ref="model.W013",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="model.reproducibility",
    reads=("model.reproducibility", "model.registry"),
    message="Training cannot be repeated.",
    hint="Pin code, data snapshot, seed, environment; register the artefact.",
    source="ML Test Score, infrastructure 1",
    failing={"model.reproducibility": ["seed"], "model.registry": "model registry"},
    passing={
        "model.reproducibility": ["code version", "data snapshot", "seed", "container"],
        "model.registry": "model registry",
    },
)
def cannot_be_repeated(design: Design) -> Iterator[Hit]:
    """A result that cannot be made again can be neither debugged nor rolled back to."""
    pinned = entries(design.model.reproducibility)
    if pinned < FEWEST_PINNED:
        what = f"only {count(pinned, 'thing')} pinned" if pinned else "nothing pinned"
        yield Hit("model.reproducibility", f"Training cannot be repeated with {what}.")
    if is_blank(design.model.registry):
        yield Hit("model.registry", "Trained models are registered nowhere.")


@check(
    "model.no-error-analysis",
    ref="model.W015",
    severity=Severity.WARNING,
    signal=Signal.S2,
    at="model.error_analysis",
    reads=("model.error_analysis",),
    message="No error analysis planned.",
    hint="Worst slices, residuals, examples to read by hand.",
    source="Rules of Machine Learning 26",
    failing={},
    passing={"model.error_analysis": "100 worst feeds a week are read by hand, by slice."},
)
def no_error_analysis(design: Design) -> bool:
    """A metric says how often the model is wrong; reading its errors says why, and what to build
    next.
    """
    return is_blank(design.model.error_analysis)


@check(
    "model.no-fallback",
    ref="model.W016",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="model.fallback_model",
    reads=("model.fallback_model",),
    message="No fallback model.",
    hint="The baseline is the natural one.",
    source="Interview practice",
    failing={"model.candidates": [{"id": "gbdt_ranker"}]},
    passing={"model.candidates": [{"id": "gbdt_ranker"}], "model.fallback_model": "gbdt_ranker"},
)
def no_fallback(design: Design) -> bool:
    """Some day the model is slow, broken or wrong at scale. What answers then is decided now, or by
    whoever is awake.
    """
    return not design.model.fallback_model


@check(
    "model.upstream-may-change",
    ref="model.W017",
    severity=Severity.WARNING,
    signal=Signal.S4,
    at="model.upstream_models",
    reads=("model.upstream_models",),
    message="An upstream model may change silently.",
    hint="Contract: version pin, notice period, own test.",
    source="Hidden Technical Debt in Machine Learning Systems (2015)",
    failing={"model.upstream_models": [{"name": "embedding", "owner": "content team"}]},
    passing={
        "model.upstream_models": [
            {"name": "embedding", "owner": "content team", "change_notice": "14 days"}
        ]
    },
)
def upstream_may_change(design: Design) -> Iterator[Hit]:
    """An improvement upstream shifts the inputs of everything below it. The model that reads it
    gets worse on a day when nobody changed it.
    """
    for row in design.model.upstream_models:
        if is_blank(row.owner):
            yield Hit(row.at("owner"), f"The upstream model {called(row)} has no owner.")
        if is_blank(row.change_notice):
            yield Hit(
                row.at("change_notice"),
                f"The upstream model {called(row)} may change without notice.",
            )


@check(
    "model.no-upgrade-path",
    ref="model.H018",
    severity=Severity.HINT,
    signal=Signal.S6,
    at="model.upgrade_path",
    reads=("model.upgrade_path",),
    message="No upgrade path.",
    hint="Which evidence would justify the next complexity step?",
    source="Rules of Machine Learning 16",
    failing={},
    passing={"model.upgrade_path": "The sequence model once distilled below 8 ms."},
)
def no_upgrade_path(design: Design) -> bool:
    """Naming the evidence for the next step beforehand keeps it from being taken for fashion."""
    return is_blank(design.model.upgrade_path)


@check(
    "model.overfitting-not-addressed",
    ref="model.W020",
    severity=Severity.WARNING,
    signal=Signal.S6,
    at="model.overfitting_plan",
    reads=("model.overfitting_plan",),
    message="Overfitting is not addressed.",
    hint="Regularise, early stop, learning curves.",
    source="The Elements of Statistical Learning, 7.2",
    failing={},
    passing={"model.overfitting_plan": "Dropout, early stopping, learning curve by rows."},
)
def overfitting_not_addressed(design: Design) -> bool:
    """A model that learned the training set by heart looks best in the very table that should
    choose it.
    """
    return is_blank(design.model.overfitting_plan)
