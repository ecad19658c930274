from __future__ import annotations

from django.urls import path

from mlsd_app.exports import views

app_name = "exports"

urlpatterns = [
    path("designs/<uuid:pk>/export/", views.export_list, name="export_list"),
    path("designs/<uuid:pk>/export/<uuid:export>/", views.export_detail, name="export_detail"),
    path(
        "designs/<uuid:pk>/export/<uuid:export>/download/",
        views.export_download,
        name="export_download",
    ),
    path("designs/<uuid:pk>/export/<uuid:export>/retry/", views.export_retry, name="export_retry"),
]
