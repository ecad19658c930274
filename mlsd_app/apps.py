from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class SevenConfig(AppConfig):
    """The wiring as an app: it gives the project its commands and its queue."""

    name = "mlsd_app"

    def ready(self) -> None:
        # Here and not in the package's __init__, so that the pure packages load without Celery.
        import_module("mlsd_app.celery")
