from __future__ import annotations

from django.urls import include, path

from mlsd_app.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("accounts/", include("allauth.urls")),
    path("", include("mlsd_app.exports.urls")),  # these before designs, which takes any stage
    path("", include("mlsd_app.history.urls")),
    path("", include("mlsd_app.notices.urls")),
    path("", include("mlsd_app.pulse.urls")),
    path("", include("mlsd_app.review.urls")),
    path("", include("mlsd_app.sharing.urls")),
    path("", include("mlsd_app.designs.urls")),
]
