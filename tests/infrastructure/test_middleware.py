from __future__ import annotations

import pytest
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'{logins}; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


@login_required
def private(request: HttpRequest) -> HttpResponse:
    return HttpResponse("private")


urlpatterns = [
    path("broken/", broken),
    path("private/", private),
    path("", include("mlsd_app.urls")),
]


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/accounts/login/", 200),
        ("/healthz", 200),
        ("/static/img/icons.svg", 200),
        ("/private/", 302),
        ("/nothing-here/", 404),
        ("/accounts/3rdparty/login/error/", 401),
        ("/broken/", 500),
    ],
)
def test_every_answer_carries_the_policies(address: str, status: int) -> None:
    response = Client(raise_request_exception=False).get(address)
    response.close()
    assert response.status_code == status
    policy = response.headers["Content-Security-Policy"]
    assert policy == STRICT.format(logins=" http://127.0.0.1:9")
    assert "unsafe" not in policy
    assert response.headers["Permissions-Policy"].startswith("camera=()")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if not address.startswith("/static/"):
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_fragment_asked_for_after_the_login_ran_out_sends_the_page_to_sign_in() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/designs/3/?tab=all"}
    response = Client(headers=headers).get("/private/")
    assert response.status_code == 200
    assert response.headers["HX-Redirect"] == (
        "/accounts/login/?next=%2Fdesigns%2F3%2F%3Ftab%3Dall"
    )


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_page_on_another_site_is_no_place_to_come_back_to() -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/x"}
    response = Client(headers=headers).get("/private/")
    assert response.headers["HX-Redirect"] == "/accounts/login/?next=%2F"
