"""The product's settings, with one more address: the view that saves are compared with."""

from __future__ import annotations

from mlsd_app.settings import *  # noqa: F403

ROOT_URLCONF = "mlsd_app.bench.urls"
