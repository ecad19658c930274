from __future__ import annotations

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "mlsd_app.exports"

    def ready(self) -> None:
        from mlsd_app.exports import signals, worker  # noqa: F401  connects to signals
