"""Ways in which good people lose, what always breaks, and how to get back on track."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TrapKind(StrEnum):
    TRAP = "trap"  # a habit that costs the reader's trust
    FAILURE = "failure"  # a way in which the system itself breaks
    RECOVERY = "recovery"  # what to do once it has happened

    @property
    def label(self) -> str:
        return {"trap": "Trap", "failure": "Failure mode", "recovery": "Way back"}[self.value]


@dataclass(frozen=True, slots=True)
class Trap:
    """One of them. It belongs to every stage that ``fields`` names; ``checks`` are the codes of
    the checks that notice it.
    """

    kind: TrapKind
    title: str
    text: str
    fields: tuple[str, ...]
    checks: tuple[str, ...] = ()

    @property
    def stages(self) -> frozenset[str]:
        return frozenset(address.partition(".")[0] for address in self.fields)


def _trap(title: str, text: str, fields: str, checks: str = "") -> Trap:
    return Trap(TrapKind.TRAP, title, text, tuple(fields.split()), tuple(checks.split()))


def _failure(title: str, text: str, fields: str, checks: str = "") -> Trap:
    return Trap(TrapKind.FAILURE, title, text, tuple(fields.split()), tuple(checks.split()))


def _recovery(title: str, text: str, fields: str, checks: str = "") -> Trap:
    return Trap(TrapKind.RECOVERY, title, text, tuple(fields.split()), tuple(checks.split()))


TRAPS: tuple[Trap, ...] = (
    _trap(
        "Architecture before the metric",
        "A network is easy to draw and proves little while nobody knows what it should improve. "
        "Fix the KPI and the target before the first box.",
        "framing.business_kpi framing.target_definition metrics.rows",
        "general.H007 framing.E003",
    ),
    _trap(
        "Solving another problem",
        "A misreading at the start grows with every stage built on it. Say goal and limits back "
        "in your own words before you go on.",
        "framing.problem_statement framing.business_objective",
        "framing.E001",
    ),
    _trap(
        "Questions where an assumption would do",
        "Nobody in the room knows the exact number of users. Say a round one, where it comes "
        "from and how you would check it.",
        "framing.assumptions framing.scale",
        "framing.W009 framing.E005",
    ),
    _trap(
        "Product names in the blueprint",
        "A name invites a debate about that product. Draw roles first (store, model, stream); "
        "names come with the stage they belong to.",
        "framing.blueprint",
        "framing.H017 framing.W018",
    ),
    _recovery(
        "Halfway through, the target serves no KPI",
        "Say it aloud and repair it. The sources, most features and the request path stay; target, "
        "label and metrics change. Note why.",
        "framing.target_definition metrics.rows",
        "metrics.E009",
    ),
    _trap(
        "An offline number tied to nothing",
        "A better curve at the desk earns no money by itself. Name what it stands in for, link by "
        "link up to the KPI, and where a link may tear.",
        "metrics.rows metrics.offline_online_gap",
        "metrics.E009 metrics.W008 metrics.W010",
    ),
    _trap(
        "Precision or recall by habit",
        "No field prefers one of them by nature. The price of a false alarm, the price of a miss "
        "and the room for reviews place the cut.",
        "metrics.operating_point framing.cost_fp framing.cost_fn",
        "metrics.W025 framing.W011",
    ),
    _trap(
        "A flattering score on a rare class",
        "With one positive in a thousand, accuracy rewards silence and ROC-AUC looks fine. Read "
        "precision and recall at the budget you have.",
        "metrics.rows",
        "metrics.E004 metrics.W012",
    ),
    _trap(
        "An experiment that cannot see its effect",
        "Too few units or too short a time end in no result. Size it from the smallest effect "
        "that matters, over whole weeks.",
        "metrics.ab.mde_relative_pct metrics.ab.eligible_units",
        "metrics.E019 metrics.W020",
    ),
    _failure(
        "Leakage",
        "A value that was not known yet lifts every offline number and is gone when serving. Ask "
        "of each feature what was known at that second.",
        "data.leakage_review features.rows",
        "data.E013 features.E002 features.E007 features.E015",
    ),
    _failure(
        "Time travel in the split",
        "Rows drawn at random let a model learn from next week. Train on the past, test on what "
        "follows, and leave a gap until labels are final.",
        "data.split.kind data.split.gap_days",
        "data.E010 data.W011",
    ),
    _failure(
        "Feedback loop",
        "The model picks what people see and then learns from it, so it confirms itself. Explore "
        "a little, log propensities, keep a holdback.",
        "data.feedback_mitigation data.exploration_pct monitoring.holdback_pct",
        "data.W016 monitoring.W034",
    ),
    _trap(
        "Late labels taken for negatives",
        "No claim so far is not the same as no fraud. Know when labels are final, and let "
        "training, experiments and monitors wait that long.",
        "data.labels model.delayed_label_handling",
        "data.E007 model.W009 metrics.E027 monitoring.E012",
    ),
    _trap(
        "Synthetic rows as the first answer to imbalance",
        "Invented positives move the score away from real rates. Try weights, the cut, and "
        "sampling with its correction before them.",
        "data.imbalance_handling data.sampling_correction",
        "data.W014 data.E015",
    ),
    _trap(
        "Features as a list of inputs",
        "A feature is also a delivery: how old it may be, who owns it, how it was joined in time. "
        "Readers listen for that more than for the list.",
        "features.rows",
        "features.E004 features.E006 features.W017",
    ),
    _trap(
        "Every feature discussed",
        "Twenty columns cost the minutes that the model needs. Take about two for each entity and "
        "say why these.",
        "features.rows",
        "features.H018",
    ),
    _failure(
        "Training-serving skew",
        "Two pieces of code compute the same feature and drift apart unseen. Share the transform "
        "or log what was served, and compare both daily.",
        "features.skew_prevention features.parity_test",
        "features.E011 features.W012 monitoring.W027",
    ),
    _trap(
        "A deep model without a baseline",
        "Without a simple score beside it, nobody can say what the complexity bought. Trees or a "
        "linear model first, then the gain and its price.",
        "model.candidates model.justification",
        "model.E003 model.E005",
    ),
    _trap(
        "One solution only",
        "A single idea shows no judgement. Put two that would work next to each other, take one "
        "firmly and say what that costs.",
        "model.candidates general.tradeoffs",
        "model.E001 model.E002 general.W002",
    ),
    _failure(
        "Position bias",
        "What stands on top is clicked because it stands there. Give the position to training "
        "only, or weight by how likely each place is seen.",
        "model.bias_handling data.labels",
        "data.W017",
    ),
    _trap(
        "Newcomers forgotten",
        "New people and new items have no history, and they are the growth. Say what serves them, "
        "and until when.",
        "model.cold_start",
        "model.W011",
    ),
    _trap(
        "One stage for a large catalogue",
        "The ranker cannot score millions in a tenth of a second. Fetch hundreds cheaply, then "
        "spend the budget on those.",
        "serving.funnel serving.components",
        "serving.E020 serving.E013",
    ),
    _trap(
        "Averages instead of tails",
        "The mean hides the slow requests, and a path adds its tails up. Budget each component at "
        "the percentile of the limit.",
        "framing.latency_percentile serving.components",
        "framing.W015 serving.E003 serving.W004",
    ),
    _failure(
        "A part is down and nobody planned for it",
        "Stores stall and streams stop. Each critical part needs something simpler behind it, "
        "in time, and seen by a monitor.",
        "serving.components serving.missing_feature_policy",
        "serving.W009 serving.E010 serving.E016 monitoring.W028",
    ),
    _failure(
        "Somebody else's model changes",
        "A score you read is retrained without a word, or yours feeds another team. Name both "
        "sides and agree on notice.",
        "model.upstream_models model.downstream_consumers",
        "model.W017",
    ),
    _trap(
        "Out of time before monitoring",
        "It comes last, so it is what gets lost. Keep its minutes apart from the start and move "
        "on when they begin.",
        "monitoring.monitors general.stage_minutes.monitoring",
        "general.H005 monitoring.E001",
    ),
    _recovery(
        "Only minutes left for monitoring",
        "Take three monitors: the online metric, the scores, one source. Give each a limit and an "
        "action, then name the way back.",
        "monitoring.monitors monitoring.rollback.minutes",
        "monitoring.E007 monitoring.E009",
    ),
    _failure(
        "The model wears out",
        "Inputs move, or their meaning does, while the service stays up. Watch both kinds of "
        "drift and know what starts the next training.",
        "monitoring.monitors monitoring.retrain.cadence_days",
        "monitoring.W004 monitoring.W005 monitoring.E023",
    ),
    _trap(
        "Retraining without a number",
        "To retrain when it gets worse is a wish. Write the statistic, its limit, the window, and "
        "the gate that the new model has to pass.",
        "monitoring.retrain.triggers monitoring.retrain.validation_gate",
        "monitoring.E009 monitoring.E024 monitoring.E025",
    ),
    _trap(
        "Straight to everybody",
        "A model that won offline may still harm. Shadow it, show it to one percent, read the "
        "experiment, and know at each step what turns it back.",
        "monitoring.rollout",
        "monitoring.E016 monitoring.W017 monitoring.W019",
    ),
    _trap(
        "One stage eats the hour",
        "Depth in one place is paid for with silence in another. At one and a half times its "
        "plan, park the rest in a note.",
        "general.stage_minutes.model",
        "general.H004",
    ),
    _trap(
        "Leaving without a question",
        "The last minutes are yours. Ask one or two things whose answer could change your mind "
        "about the job.",
        "general.questions_for_interviewer",
        "general.H006",
    ),
)


def traps(stage_key: str) -> tuple[Trap, ...]:
    """The traps, failure modes and ways back that concern one stage; none for an unknown one."""
    return tuple(trap for trap in TRAPS if stage_key in trap.stages)
