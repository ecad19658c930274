from __future__ import annotations

from django.urls import path

from mlsd_app.review.views import desk, rounds, suggestions, threads

app_name = "review"

urlpatterns = [
    path("designs/<uuid:pk>/people/", threads.people, name="people"),
    path("designs/<uuid:pk>/threads/", threads.thread_list, name="thread_list"),
    path("designs/<uuid:pk>/threads/new/", threads.thread_new, name="thread_new"),
    path("designs/<uuid:pk>/threads/news/", threads.news, name="news"),
    path("designs/<uuid:pk>/threads/looked/", threads.looked, name="looked"),
    path("designs/<uuid:pk>/threads/<uuid:thread>/", threads.thread, name="thread"),
    path(
        "designs/<uuid:pk>/threads/<uuid:thread>/reply/", threads.thread_reply, name="thread_reply"
    ),
    path(
        "designs/<uuid:pk>/threads/<uuid:thread>/resolve/",
        threads.thread_resolve,
        name="thread_resolve",
    ),
    path(
        "designs/<uuid:pk>/threads/<uuid:thread>/reopen/",
        threads.thread_reopen,
        name="thread_reopen",
    ),
    path(
        "designs/<uuid:pk>/threads/<uuid:thread>/change/",
        threads.thread_change,
        name="thread_change",
    ),
    path(
        "designs/<uuid:pk>/threads/<uuid:thread>/delete/",
        threads.thread_delete,
        name="thread_delete",
    ),
    path(
        "designs/<uuid:pk>/threads/<uuid:thread>/put-back/",
        threads.thread_put_back,
        name="thread_put_back",
    ),
    path("designs/<uuid:pk>/comments/<uuid:comment>/", threads.comment_edit, name="comment_edit"),
    path(
        "designs/<uuid:pk>/comments/<uuid:comment>/delete/",
        threads.comment_delete,
        name="comment_delete",
    ),
    path(
        "designs/<uuid:pk>/comments/<uuid:comment>/put-back/",
        threads.comment_put_back,
        name="comment_put_back",
    ),
    path(
        "designs/<uuid:pk>/comments/<uuid:comment>/react/",
        threads.comment_react,
        name="comment_react",
    ),
    path("desk/", desk.desk, name="desk"),
    path("designs/<uuid:pk>/review/", rounds.review, name="review"),
    path("designs/<uuid:pk>/review/ask/", rounds.review_ask, name="review_ask"),
    path(
        "designs/<uuid:pk>/review/asked/<int:number>/withdraw/",
        rounds.review_withdraw,
        name="review_withdraw",
    ),
    path("designs/<uuid:pk>/review/begin/", rounds.round_begin, name="round_begin"),
    path("designs/<uuid:pk>/review/draft/", rounds.round_draft, name="round_draft"),
    path("designs/<uuid:pk>/review/draft/keep/", rounds.round_keep, name="round_keep"),
    path("designs/<uuid:pk>/review/draft/submit/", rounds.round_submit, name="round_submit"),
    path("designs/<uuid:pk>/review/draft/discard/", rounds.round_discard, name="round_discard"),
    path(
        "designs/<uuid:pk>/review/<uuid:round_pk>/put-back/",
        rounds.round_put_back,
        name="round_put_back",
    ),
    path(
        "designs/<uuid:pk>/review/<uuid:round_pk>/answer/",
        rounds.review_answer,
        name="review_answer",
    ),
    path("designs/<uuid:pk>/suggest/", suggestions.suggestion_new, name="suggestion_new"),
    path(
        "designs/<uuid:pk>/suggestions/<uuid:thread_pk>/accept/",
        suggestions.suggestion_accept,
        name="suggestion_accept",
    ),
    path(
        "designs/<uuid:pk>/suggestions/<uuid:thread_pk>/edit/",
        suggestions.suggestion_edit,
        name="suggestion_edit",
    ),
    path(
        "designs/<uuid:pk>/suggestions/<uuid:thread_pk>/decline/",
        suggestions.suggestion_decline,
        name="suggestion_decline",
    ),
    path(
        "designs/<uuid:pk>/suggestions/<uuid:thread_pk>/withdraw/",
        suggestions.suggestion_withdraw,
        name="suggestion_withdraw",
    ),
    path(
        "designs/<uuid:pk>/suggestions/<uuid:thread_pk>/offer/",
        suggestions.suggestion_offer,
        name="suggestion_offer",
    ),
]
