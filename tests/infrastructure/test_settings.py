"""The settings module, run anew under other environments."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as current
from django.core.exceptions import ImproperlyConfigured

PRODUCTION = {
    "SEVEN_ENV": "production",
    "SECRET_KEY": "a long random text",
    "DATABASE_URL": "postgres://seven:secret@postgres/seven",
    "REDIS_URL": "redis://redis:6379/0",
    "ALLOWED_HOSTS": "seven.example, www.seven.example",
}
SETTINGS = str(current.BASE_DIR / "mlsd_app" / "settings.py")
Run = dict[str, Any]  # Any: the names a module leaves


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (
        *PRODUCTION,
        "DEBUG",
        "EMAIL_HOST",
        "REDIS_CACHE_URL",
        "OIDC_SERVER_URL",
        "OIDC_CLIENT_ID",
        "SITE_URL",
        "HOST",
        "PORT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SEVEN_DATA_DIR", str(tmp_path))


def run(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> Run:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(SETTINGS)


def test_with_nothing_set_one_folder_holds_everything(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = run(monkeypatch, {})
    assert settings["DEBUG"] is False
    assert settings["DATABASES"]["default"]["NAME"] == tmp_path / "seven.sqlite3"
    assert settings["CELERY_BROKER_URL"].startswith("filesystem://")
    assert settings["STORAGES"]["default"]["OPTIONS"]["location"] == tmp_path / "media"
    assert settings["EMAIL_FILE_PATH"] == str(tmp_path / "mail")
    assert settings["SECRET_KEY"] == (tmp_path / "secret-key").read_text()
    assert settings["SECRET_KEY"] == run(monkeypatch, {})["SECRET_KEY"]
    assert settings["SESSION_COOKIE_SECURE"] is False


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "SEVEN_ENV"])
def test_production_refuses_to_start_without(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not set"):
        run(monkeypatch, PRODUCTION | {name: ""})


def test_production_uses_the_engines_it_is_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = run(monkeypatch, PRODUCTION)
    assert settings["ALLOWED_HOSTS"] == ["seven.example", "www.seven.example"]
    assert settings["DATABASES"]["default"]["HOST"] == "postgres"
    assert settings["CELERY_BROKER_URL"] == "redis://redis:6379/0"
    assert settings["CACHES"]["default"]["LOCATION"] == "redis://redis:6379/0"
    assert settings["SESSION_COOKIE_SECURE"] is settings["CSRF_COOKIE_SECURE"] is True
    assert settings["SECURE_SSL_REDIRECT"] is True
    assert settings["SECURE_HSTS_SECONDS"] == 31_536_000
    assert settings["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert not (tmp_path / "secret-key").exists()


def test_a_bucket_takes_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = run(monkeypatch, {"S3_BUCKET": "exports", "S3_ENDPOINT_URL": "https://s3.example"})
    storage = settings["STORAGES"]["default"]
    assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
    assert storage["OPTIONS"]["bucket_name"] == "exports"
    assert storage["OPTIONS"]["endpoint_url"] == "https://s3.example"


def test_a_mail_server_takes_the_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = run(monkeypatch, {"EMAIL_HOST": "smtp.example", "EMAIL_PORT": "465"})
    assert settings["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (settings["EMAIL_HOST"], settings["EMAIL_PORT"]) == ("smtp.example", 465)


def test_other_logins_are_those_that_are_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, {})["SOCIALACCOUNT_PROVIDERS"] == {}
    settings = run(
        monkeypatch,
        {
            "GITHUB_CLIENT_ID": "abc",
            "OIDC_SERVER_URL": "https://login.example/realms/a",
            "OIDC_CLIENT_ID": "seven",
        },
    )
    assert set(settings["SOCIALACCOUNT_PROVIDERS"]) == {"github", "openid_connect"}
    assert "allauth.socialaccount.providers.google" not in settings["INSTALLED_APPS"]
    assert settings["SECURE_CSP"]["form-action"] == [
        "'self'",
        "https://github.com",
        "https://login.example",
    ]


def test_an_oidc_server_without_a_client_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="OIDC_CLIENT_ID is not set"):
        run(monkeypatch, {"OIDC_SERVER_URL": "https://login.example"})


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "8080"}, "http://localhost:8080"),  # noqa: S104  not bound
        ({"HOST": "::1"}, "http://[::1]:8000"),
        ({"SITE_URL": "https://designs.example/"}, "https://designs.example"),
        (PRODUCTION, "https://seven.example"),
        (PRODUCTION | {"SITE_URL": "https://www.seven.example"}, "https://www.seven.example"),
    ],
)
def test_links_in_mails_begin_with_what_people_open(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], address: str
) -> None:
    assert run(monkeypatch, variables)["SITE_URL"] == address


@pytest.mark.parametrize("hosts", ["*", ".seven.example, seven.example"])
def test_a_pattern_of_hosts_is_no_address(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL is not set"):
        run(monkeypatch, PRODUCTION | {"ALLOWED_HOSTS": hosts})


def test_an_address_of_the_site_without_a_scheme_is_loud(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ImproperlyConfigured, match="SITE_URL is 'seven.example'"):
        run(monkeypatch, {"SITE_URL": "seven.example"})
