from __future__ import annotations

from django.urls import path

from mlsd_app.pulse import views

app_name = "pulse"

urlpatterns = [
    path("designs/<uuid:pk>/pulse/", views.pulse, name="pulse"),
    path("designs/<uuid:pk>/pulse/<slug:stage_key>/", views.stage_changes, name="stage_changes"),
]
