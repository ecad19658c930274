from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    name = "mlsd_app.review"

    def ready(self) -> None:
        from mlsd_app.review import anchoring, handover  # noqa: F401  connect to signals
