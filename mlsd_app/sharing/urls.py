from __future__ import annotations

from django.urls import path

from mlsd_app.sharing.views import arriving, asking, links, people, sharing

app_name = "sharing"

urlpatterns = [
    path("s/", arriving.link_open, name="link_open"),
    path("s/<str:token>/", arriving.link_take, name="link_take"),
    path("designs/<uuid:pk>/sharing/", sharing.sharing, name="sharing"),
    path("designs/<uuid:pk>/sharing/log/", sharing.access_log, name="access_log"),
    path("designs/<uuid:pk>/sharing/invite/", people.invite, name="invite"),
    path(
        "designs/<uuid:pk>/sharing/invitations/<uuid:invitation>/send/",
        people.invitation_send,
        name="invitation_send",
    ),
    path(
        "designs/<uuid:pk>/sharing/invitations/<uuid:invitation>/withdraw/",
        people.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path(
        "designs/<uuid:pk>/sharing/people/<int:person>/role/",
        people.role_change,
        name="role_change",
    ),
    path(
        "designs/<uuid:pk>/sharing/people/<int:person>/remove/",
        people.person_remove,
        name="person_remove",
    ),
    path("designs/<uuid:pk>/sharing/put-back/", people.person_put_back, name="person_put_back"),
    path("designs/<uuid:pk>/sharing/hand-over/", people.hand_over, name="hand_over"),
    path("designs/<uuid:pk>/sharing/leave/", people.leave, name="leave"),
    path("designs/<uuid:pk>/sharing/links/", links.link_make, name="link_make"),
    path(
        "designs/<uuid:pk>/sharing/links/<uuid:link>/change/", links.link_change, name="link_change"
    ),
    path("designs/<uuid:pk>/sharing/links/<uuid:link>/close/", links.link_close, name="link_close"),
    path(
        "designs/<uuid:pk>/sharing/links/<uuid:link>/reopen/",
        links.link_reopen,
        name="link_reopen",
    ),
    path("designs/<uuid:pk>/sharing/ask/", asking.access_ask, name="access_ask"),
    path(
        "designs/<uuid:pk>/sharing/requests/<int:asked>/grant/",
        asking.request_grant,
        name="request_grant",
    ),
    path(
        "designs/<uuid:pk>/sharing/requests/<int:asked>/decline/",
        asking.request_decline,
        name="request_decline",
    ),
]
