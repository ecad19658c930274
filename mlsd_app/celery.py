from __future__ import annotations

import os

import kombu.transport
from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlsd_app.settings")

kombu.transport.TRANSPORT_ALIASES["filesystem"] = "mlsd_app.queue:Transport"

app = Celery("mlsd_app")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Without this only the importing thread knows the app, and a request thread would queue nowhere.
app.set_default()
