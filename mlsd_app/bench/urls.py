from __future__ import annotations

from django.urls import include, path

from mlsd_app.bench.views import bare_save

urlpatterns = [
    path("bench/bare/<uuid:pk>/", bare_save, name="bare_save"),
    path("", include("mlsd_app.urls")),
]
