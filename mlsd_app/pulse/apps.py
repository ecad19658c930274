from __future__ import annotations

from django.apps import AppConfig


class PulseConfig(AppConfig):
    name = "mlsd_app.pulse"
