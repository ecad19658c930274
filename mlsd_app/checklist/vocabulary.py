"""Sets of choices that conditions compare with; what forms share with checks is in ``stages``."""

from __future__ import annotations

from collections.abc import Mapping

from mlsd_app.stages.words import CLASSIFICATIONS

SIMPLE_FAMILIES = frozenset({"rule", "linear", "tree", "naive_ts", "popularity", "bm25", "prompt"})
COMPLEX_FAMILIES = frozenset({"deep", "two_tower", "llm", "ensemble", "graph"})
NETWORKS = frozenset({"deep", "two_tower", "graph"})  # trained from scratch unless pretrained

LIVE_FEATURES = frozenset({"streaming", "request_time"})  # may be missing when asked for
STORED_FEATURES = frozenset({"batch", "streaming"})  # computed ahead, then joined or fetched

FEEDS_TRAINING = frozenset({"training", "both"})
FEEDS_SERVING = frozenset({"serving", "both"})

PROBABILITY_FAMILIES = frozenset({"log_loss", "calibration", "brier"})
GROUNDING_FAMILIES = frozenset({"groundedness", "faithfulness"})

# Beside ROC-AUC, these do not flatter a rare class: they need no threshold either, or, as the hint
# of the check asks, they count what is found within a budget.
SEE_RARE_CLASSES = PROBABILITY_FAMILIES | {"pr_auc", "map", "ndcg", "mrr", "recall_at_k"}

# Products and algorithms that a blueprint should not need to name.
PRODUCT_WORDS = """
    airflow arima aws azure bentoml bert bigquery bigtable cassandra catboost clickhouse
    cosmosdb couchbase dagster databricks datadog dbt debezium deepar deepfm deepspeed
    distilbert dlrm docker druid dynamodb elasticsearch faiss feast flink gbdt gcp gcs gpt
    grafana graphsage hadoop hbase hdfs hive hnsw hopsworks huggingface kafka keras kinesis
    kmeans knn kserve kubeflow kubernetes langchain lightgbm llama lstm lucene memcached milvus
    mlflow mongodb mysql neo4j nginx node2vec onnx opensearch pgvector pinecone postgres
    postgresql presto prometheus pulsar pytorch qdrant rabbitmq redis redshift resnet roberta
    rocksdb s3 sagemaker scann scylla scylladb sklearn snowflake sns solr spark sqs svm tableau
    tecton tensorflow tensorrt terraform tfx torchserve trino triton vespa vllm weaviate
    word2vec xgboost yolo yolov
"""
PRODUCT_PHRASES = frozenset(
    {
        *("k means", "logistic regression", "random forest", "random forests", "gradient boosting"),
        *("hugging face", "scikit learn", "vertex ai"),
    }
)

# Both sides of a match, as people call them in their own product.
USER_WORDS = frozenset(
    {"user", "viewer", "member", "customer", "visitor", "listener", "reader", "shopper"}
)
QUERY_WORDS = frozenset({"query", "search"})
ITEM_WORDS = frozenset(
    {"item", "ad", "video", "product", "document", "listing", "post", "event", "job", "article"}
)

LABEL_MONITORS = frozenset({"offline_metric", "calibration", "label_drift"})


def _by_task(
    *,
    ranking: str,
    classification: str,
    regression: str,
    forecasting: str,
    retrieval: str,
    generation: str,
) -> Mapping[str, frozenset[str]]:
    """Words by ML task; clustering and anomaly detection are left to the author."""
    return {
        "ranking": frozenset(ranking.split()),
        **dict.fromkeys(CLASSIFICATIONS, frozenset(classification.split())),
        "regression": frozenset(regression.split()),
        "forecasting": frozenset(forecasting.split()),
        "retrieval": frozenset(retrieval.split()),
        "generation": frozenset(generation.split()),
    }


ALLOWED_FAMILIES = _by_task(
    ranking="ndcg map mrr precision_at_k recall_at_k log_loss roc_auc pr_auc calibration",
    classification="accuracy precision recall f1 macro_f1 pr_auc roc_auc log_loss calibration "
    "brier recall_at_k precision_at_k",
    regression="rmse mae mape quantile r2 calibration",
    forecasting="rmse mae wape mape quantile bias crps",
    retrieval="recall_at_k mrr ndcg map precision_at_k groundedness faithfulness",
    generation="groundedness faithfulness exact_match f1 human_rating win_rate recall_at_k",
)
ALLOWED_LOSSES = _by_task(
    ranking="log_loss pairwise listwise softmax multi_task",
    classification="log_loss cross_entropy focal hinge weighted_log_loss",
    regression="squared absolute huber quantile poisson tweedie",
    forecasting="squared absolute huber quantile poisson tweedie",
    retrieval="softmax contrastive triplet pairwise",
    generation="cross_entropy preference",
)
