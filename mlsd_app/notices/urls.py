from __future__ import annotations

from django.urls import path

from mlsd_app.notices import views

app_name = "notices"

urlpatterns = [
    path("notices/", views.notice_list, name="notice_list"),
    path("notices/read/", views.notice_read, name="notice_read"),
    path("notices/preferences/", views.preferences, name="preferences"),
    path("notices/unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("notices/<uuid:pk>/", views.notice_open, name="notice_open"),
    path("designs/<uuid:pk>/following/", views.following, name="following"),
]
