"""Choices and sets of them that more than one stage or check uses: stored value to label."""

from __future__ import annotations

CATEGORIES = {
    "recommender": "Recommender",
    "search": "Search",
    "ads": "Ads",
    "fraud": "Fraud",
    "moderation": "Moderation",
    "forecasting": "Forecasting",
    "vision": "Vision",
    "nlp": "Language",
    "llm_rag": "LLM with retrieval",
    "other": "Other",
}

# Two sides meet in these: somebody who looks, and things to choose from.
MATCHING_CATEGORIES = frozenset({"recommender", "search", "ads"})

ML_TASKS = {
    "binary_classification": "Classification, two classes",
    "multiclass_classification": "Classification, one of many",
    "multilabel_classification": "Classification, several at once",
    "ranking": "Ranking",
    "retrieval": "Retrieval",
    "regression": "Regression",
    "forecasting": "Forecasting",
    "anomaly_detection": "Anomaly detection",
    "clustering": "Clustering",
    "generation": "Generation",
}

CLASSIFICATIONS = frozenset(
    {"binary_classification", "multiclass_classification", "multilabel_classification"}
)

UNSUPERVISED = frozenset({"clustering", "anomaly_detection"})

LEVELS = {"L3": "L3", "L4": "L4", "L5": "L5", "L6": "L6+"}

STAGE_CHOICES = {
    "1": "1 Framing",
    "2": "2 Metrics",
    "3": "3 Data",
    "4": "4 Features",
    "5": "5 Model",
    "6": "6 Serving",
    "7": "7 Monitoring",
}

UP_DOWN = {"up": "Up", "down": "Down"}
