"""Advice for one background or one kind of company, stage by stage. Empty where there is none."""

from __future__ import annotations

from collections.abc import Mapping

PERSONAS: Mapping[str, Mapping[str, str]] = {
    "backend": {
        "general": "Half of the session belongs to stages 1 to 4. Serving will go well anyway.",
        "framing": "Give the model a task and a target before you think of load and machines.",
        "metrics": "An uptime is no proof that a model works. Link an offline number, an online "
        "one and the KPI.",
        "data": "Ask of the label what you would ask of a queue: how late, how complete, how "
        "often wrong.",
        "features": "The same value in training and in serving is the consistency problem of "
        "this field. Say how it is kept.",
        "model": "Do not leave a black box. A baseline, its score and one reason for more are "
        "enough.",
        "serving": "Your home ground: keep to the plan, and spend a sentence on what the model "
        "loses when a part fails.",
        "monitoring": "Errors and latency are half of it. Add scores, features, label-based checks "
        "and what starts retraining.",
    },
    "scientist": {
        "general": "Keep about a third of the session for stages 6 and 7, before you start.",
        "framing": "Load, latency limit and budget are part of the problem. Write them first; the "
        "model spends from them.",
        "metrics": "You know the metrics; show the experiment: units, days, smallest effect.",
        "data": "Add what papers leave out: owners, lag, how long it is kept.",
        "features": "Say where each value is read while somebody waits, and how old it may be "
        "then.",
        "model": "Lead with your strength, briefly. What it costs to serve counts as much as the "
        "last point of score.",
        "serving": "Split the latency limit, count replicas, name what answers when a part is "
        "down.",
        "monitoring": "A good model is the start. Steps of the rollout, a limit for each monitor, "
        "minutes to roll back.",
    },
}

VARIANTS: Mapping[str, Mapping[str, str]] = {
    "startup": {
        "general": "The question is close to what the company does. Let its mission show in what "
        "you choose.",
        "framing": "Take more time here: say how the product wins if this works.",
        "metrics": "Little traffic makes small effects invisible. Pick a larger one, or another "
        "way to compare.",
        "data": "There may be no labels yet. Say where the first thousand come from.",
        "features": "A few features that one engineer can keep correct beat a store for hundreds.",
        "model": "The method may be part of the mission; otherwise use something pretrained or "
        "simple.",
        "serving": "One service and a cache will do. Say at which load that changes.",
        "monitoring": "One person is on call. Few monitors, each worth waking up for.",
    },
    "large": {
        "general": "Expect a general question and follow-ups about ten times the load.",
        "framing": "Very many users and several teams: write the figures down early.",
        "metrics": "Traffic is plenty, harm hides in slices. Bound the guardrails by group.",
        "data": "Billions of rows a day: say what is sampled, who owns each source and what "
        "deletion reaches.",
        "features": "Other teams read and feed the same store. Owners, versions and ages matter.",
        "model": "Your score will be read by other systems. Name them, and keep it calibrated.",
        "serving": "A lost zone and the fan-out of one request are the usual follow-ups. Have the "
        "numbers.",
        "monitoring": "Many owners: say who is woken, and how their run-books meet.",
    },
}


def persona_advice(persona: str, stage_key: str) -> str:
    """Advice for ``backend`` or ``scientist``; ``""`` for anybody else."""
    return PERSONAS.get(persona, {}).get(stage_key, "")


def variant_advice(variant: str, stage_key: str) -> str:
    """Advice for an interview at a ``startup`` or a ``large`` company; ``""`` otherwise."""
    return VARIANTS.get(variant, {}).get(stage_key, "")
