from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "mlsd_app.notices"

    def ready(self) -> None:
        from mlsd_app.notices import handover, worker  # noqa: F401  connects to signals
