"""Stage 5: the simplest that meets the bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from mlsd_app.stages.conditions import IF_EXPLAINED, IF_LATE_LABELS, IF_MATCHING
from mlsd_app.stages.fields import (
    Depth,
    Row,
    Stage,
    ask,
    choice,
    choices,
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
from mlsd_app.stages.units import HOURS, MS

LOSSES = {
    "log_loss": "Log-loss",
    "cross_entropy": "Cross-entropy",
    "weighted_log_loss": "Weighted log-loss",
    "focal": "Focal loss",
    "hinge": "Hinge loss",
    "pairwise": "Pairwise ranking loss",
    "listwise": "Listwise ranking loss",
    "softmax": "Softmax over candidates",
    "multi_task": "Sum over several tasks",
    "contrastive": "Contrastive loss",
    "triplet": "Triplet loss",
    "squared": "Squared error",
    "absolute": "Absolute error",
    "huber": "Huber loss",
    "quantile": "Quantile loss",
    "poisson": "Poisson deviance",
    "tweedie": "Tweedie deviance",
    "preference": "Preference loss",
}

FAMILIES = {
    "rule": "Rule",
    "popularity": "Popularity",
    "linear": "Linear",
    "tree": "Trees",
    "naive_ts": "Naive forecast",
    "bm25": "BM25",
    "prompt": "Prompt",
    "factorisation": "Factorisation",
    "two_tower": "Two towers",
    "deep": "Deep network",
    "graph": "Graph network",
    "ensemble": "Ensemble",
    "llm": "LLM",
}


@dataclass(frozen=True, slots=True)
class Candidate(Row):
    """A model that was considered, with what it scored and what it takes."""

    TABLE: ClassVar[str] = "model.candidates"
    id: str = line(
        "Model", help="A short name that other stages refer to.", example="linear_counts"
    )
    role: str = choice(
        "Role",
        {"baseline": "Baseline", "candidate": "Candidate"},
        help="A baseline is cheap enough to stay as the fallback.",
    )
    family: str = choice("Family", FAMILIES)
    metric: str = reference(
        "Metric", "metrics.rows", depth=Depth.FULL, help="The primary offline metric."
    )
    score: float | None = quantity("Score", help="On the metric; measured or expected.")
    infer_ms: float | None = quantity(
        "p99 a batch",
        MS,
        low=0,
        help="Time to score one batch of the given size, at the 99th percentile.",
        example="5 ms",
    )
    batch_size: float | None = quantity(
        "Batch",
        low=1,
        whole=True,
        depth=Depth.FULL,
        help="Items scored in one call.",
        example="100",
    )
    interpretability: str = choice(
        "Interpretable", {"high": "High", "medium": "Medium", "low": "Low"}, depth=Depth.FULL
    )
    pretrained: bool | None = flag(
        "Pretrained",
        depth=Depth.FULL,
        help="For networks only: it starts from weights learnt elsewhere.",
    )
    why: str = line("Why", example="What it can do that the others cannot")
    cost: str = line(
        "Cost", depth=Depth.FULL, example="Hardware, money a month, and work to keep it alive"
    )


@dataclass(frozen=True, slots=True)
class Training:
    """One training run."""

    duration_h: float | None = quantity(
        "Training takes",
        HOURS,
        low=0,
        required=True,
        help="Less than the time between two trainings.",
        example="4 h",
    )
    hardware: str = line("Training hardware", example="Kind and number of machines")
    mode: str = line(
        "Training mode", example="From scratch or from the last weights, and how often"
    )


@dataclass(frozen=True, slots=True)
class ColdStart(Row):
    """What serves an entity until enough is known about it."""

    TABLE: ClassVar[str] = "model.cold_start"
    entity: str = line("Newcomer", example="user")
    until: str = line("Until", example="How much must be known about it")
    strategy: str = line("What it gets", example="The answer meanwhile, and how it is learnt about")


@dataclass(frozen=True, slots=True)
class UpstreamModel(Row):
    """A model whose output this one reads."""

    TABLE: ClassVar[str] = "model.upstream_models"
    name: str = line("Model", example="What it computes")
    owner: str = line("Owner", example="Who releases it")
    change_notice: str = line(
        "Notice of change", example="How early, and whether both versions run for a while"
    )


@dataclass(frozen=True, slots=True)
class Model:
    """What was compared, what was chosen, and how it is trained and kept honest."""

    candidates: tuple[Candidate, ...] = table(
        "Model candidates", Candidate, required=True, row_name="candidate"
    )
    chosen: str = reference("Chosen", "model.candidates", required=True)
    justification: str = text(
        "Why this one",
        required=True,
        example="What it gains over the baseline, what that costs, and why no simpler one will do",
    )
    loss: str = choice(
        "Loss",
        LOSSES,
        required=True,
        help="Log-loss for a probability, a ranking loss for an order, an error for a quantity.",
    )
    calibration: str = line(
        "Calibration",
        required=True,
        example="The method, for which groups, on which rows; or why none is needed",
    )
    bias_handling: tuple[str, ...] = choices(
        "Biases corrected",
        {
            "position": "Position: what stands higher is clicked more",
            "exposure": "Exposure: only what was shown has a label",
            "selection": "Selection: those who answer are not everybody",
        },
        free=True,
        required=True,
        **IF_MATCHING,
    )
    hyperparameters: str = text(
        "Tuning",
        required=True,
        example="What is searched, how, with how many trials",
    )
    selection_set: str = choice(
        "Selected on",
        {"validation": "Validation", "cv": "Cross-validation", "test": "Test"},
        required=True,
        help="The test set is opened once, at the end.",
    )
    explanation: str = text(
        "Explanation",
        required=True,
        example="The method, the words people get, and who checks that they are true",
        **IF_EXPLAINED,
    )
    reproducibility: tuple[str, ...] = lines(
        "Pinned",
        required=True,
        help="Three at least.",
        example="Code, data snapshot, seed or environment: one a line",
    )
    registry: str = line(
        "Registry", required=True, example="Where a trained model is kept, and with which facts"
    )
    training: Training = group(Training)
    delayed_label_handling: str = text(
        "Late labels",
        required=True,
        help="Labels come later than the next training.",
        example="Which rows are used before their labels are final, and with which weight",
        **IF_LATE_LABELS,
    )
    cold_start: tuple[ColdStart, ...] = table(
        "Cold start", ColdStart, required=True, row_name="newcomer", **IF_MATCHING
    )
    error_analysis: str = text(
        "Error analysis",
        required=True,
        example="Which cases are read, how many, how often, by whom, and in which slices",
    )
    overfitting_plan: str = text(
        "Against overfitting",
        required=True,
        example="What is limited, when training stops, and the curve that would show it",
    )
    upgrade_path: str = text(
        "Upgrade path",
        required=True,
        example="The next more complex model, and the number at which it is worth it",
    )
    fallback_model: str = reference(
        "Fallback model",
        "model.candidates",
        required=True,
        help="Usually the baseline.",
    )
    upstream_models: tuple[UpstreamModel, ...] = table(
        "Upstream models", UpstreamModel, row_name="upstream model"
    )
    downstream_consumers: tuple[str, ...] = lines(
        "Downstream consumers", example="A team or system, and what it does with the score"
    )


MODEL = Stage(
    "model",
    5,
    "Model",
    "The simplest that meets the bar.",
    Model,
    (
        ask(
            "What is the simplest thing that could work, and what else was compared?",
            "candidates",
            help="Fill in the baseline first; two at least, on the same metric.",
        ),
        ask(
            "Which one do you take, and what does the gain cost?",
            "chosen justification fallback_model",
            help="Commit to one.",
        ),
        ask("What does training minimise, and can the score be believed?", "loss calibration"),
        ask(
            "How is it tuned, and kept from learning by heart?",
            "hyperparameters selection_set overfitting_plan",
        ),
        ask(
            "How long does training take, and what happens to late labels?",
            "training.duration_h training.hardware training.mode delayed_label_handling",
        ),
        ask(
            "Which biases of the logged data are corrected?",
            "bias_handling",
            help="A click says as much about where a thing stood as about the thing.",
        ),
        ask(
            "What do newcomers get?",
            "cold_start",
            help="New users and new items, until enough is known about them.",
        ),
        ask("Which evidence would buy more complexity?", "upgrade_path"),
        deeper("Looking closely", "Which mistakes are read by hand?", "error_analysis"),
        deeper("Looking closely", "How is one decision explained?", "explanation"),
        deeper(
            "Doing it again",
            "What is pinned so that training can be repeated?",
            "reproducibility registry",
        ),
        deeper(
            "Neighbouring models",
            "Whose models does it read from?",
            "upstream_models",
            help="A model that changes silently upstream breaks this one.",
        ),
        deeper("Neighbouring models", "Who reads its score?", "downstream_consumers"),
    ),
)
