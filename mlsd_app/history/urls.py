from __future__ import annotations

from django.urls import path

from mlsd_app.history import views

app_name = "history"

urlpatterns = [
    path("designs/<uuid:pk>/history/", views.history, name="history"),
    path(
        "designs/<uuid:pk>/history/of/<str:address>/", views.answer_history, name="answer_history"
    ),
    path("designs/<uuid:pk>/history/name/", views.name_version, name="name_version"),
    path("designs/<uuid:pk>/history/<int:number>/", views.revision_read, name="revision_read"),
    path(
        "designs/<uuid:pk>/history/<int:number>/bring-back/",
        views.revision_bring_back,
        name="revision_bring_back",
    ),
]
