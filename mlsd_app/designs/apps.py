from __future__ import annotations

from django.apps import AppConfig


class DesignsConfig(AppConfig):
    name = "mlsd_app.designs"

    def ready(self) -> None:
        from mlsd_app.designs import handover  # noqa: F401  connects to guest_merged
