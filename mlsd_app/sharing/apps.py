from __future__ import annotations

from django.apps import AppConfig


class SharingConfig(AppConfig):
    name = "mlsd_app.sharing"

    def ready(self) -> None:
        from mlsd_app.sharing import guests  # noqa: F401  connects to guest_merged
