from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from mlsd_app.env import (
    database,
    env_bool,
    env_choice,
    env_int,
    env_list,
    env_secret,
    env_str,
    kept_secret,
    origin,
    required,
)


@pytest.mark.parametrize(
    ("written", "means"),
    [("1", True), ("True", True), (" yes ", True), ("on", True), ("0", False), ("no", False)],
)
def test_a_yes_or_no_is_read(monkeypatch: pytest.MonkeyPatch, written: str, means: bool) -> None:
    monkeypatch.setenv("SEVEN_X", written)
    assert env_bool("SEVEN_X", default=not means) is means


def test_what_is_not_set_or_empty_takes_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SEVEN_X", raising=False)
    assert env_bool("SEVEN_X", default=True) is True
    monkeypatch.setenv("SEVEN_X", "  ")
    assert env_bool("SEVEN_X") is False
    assert env_int("SEVEN_X", 7) == 7
    assert env_str("SEVEN_X", "so") == "so"
    assert env_list("SEVEN_X", "a,b") == ["a", "b"]
    assert env_choice("SEVEN_X", ("first", "second")) == "first"
    assert env_secret("SEVEN_X", "so") == "so"


def test_a_list_ignores_space_and_empty_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVEN_X", " a.org , ,b.org,")
    assert env_list("SEVEN_X") == ["a.org", "b.org"]


def test_a_bad_value_is_loud_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEVEN_X", "maybe")
    with pytest.raises(ImproperlyConfigured, match="SEVEN_X is 'maybe'. Write 1 for yes"):
        env_bool("SEVEN_X")
    with pytest.raises(ImproperlyConfigured, match="SEVEN_X is 'maybe'. Write a whole number."):
        env_int("SEVEN_X", 1)
    with pytest.raises(ImproperlyConfigured, match="SEVEN_X is 'maybe'. Write one of: a, b."):
        env_choice("SEVEN_X", ("a", "b"))
    monkeypatch.setenv("SEVEN_X", "59")
    with pytest.raises(ImproperlyConfigured, match="SEVEN_X is 59. Write 60 or more."):
        env_int("SEVEN_X", 300, least=60)
    with pytest.raises(ImproperlyConfigured, match="SEVEN_Y is not set. It is needed."):
        required("SEVEN_Y", "", "It is needed.")


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    monkeypatch.setenv("SEVEN_X_FILE", str(tmp_path / "secret"))
    assert env_secret("SEVEN_X") == "hush"
    monkeypatch.setenv("SEVEN_X", "loud")
    with pytest.raises(ImproperlyConfigured, match="SEVEN_X and SEVEN_X_FILE are both set"):
        env_secret("SEVEN_X")


def test_a_secret_file_that_cannot_be_read_is_loud(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEVEN_X_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="SEVEN_X_FILE is .*nothing"):
        env_secret("SEVEN_X")


def test_the_kept_secret_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "secret-key"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(kept_secret, [path] * 8))
    assert len(secrets) == 1
    assert len(secrets.pop()) > 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_postgres_address_is_taken_apart() -> None:
    settings = database(
        "DATABASE_URL", "postgres://ann:p%40ss%2F@db.example:6543/seven?sslmode=require"
    )
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["USER"], settings["PASSWORD"]) == ("ann", "p@ss/")
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == (
        "db.example",
        "6543",
        "seven",
    )
    assert settings["OPTIONS"] == {"sslmode": "require"}


def test_a_postgres_address_may_name_a_socket() -> None:
    settings = database("DATABASE_URL", "postgresql:///seven?host=/run/postgresql")
    assert (settings["HOST"], settings["PORT"]) == ("/run/postgresql", "")
    assert settings["OPTIONS"] == {}


def test_a_sqlite_address_names_a_file() -> None:
    assert database("DATABASE_URL", "sqlite:////data/seven.db")["NAME"] == Path("/data/seven.db")


@pytest.mark.parametrize(
    "url",
    ["seven", "mysql://host/seven", "postgres://host", "sqlite://seven.db", "postgres://h:x/seven"],
)
def test_an_address_of_no_database_is_loud(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database("DATABASE_URL", url)


def test_the_origin_leaves_out_the_path() -> None:
    assert origin("X", "https://login.example:8443/realms/a") == "https://login.example:8443"
    with pytest.raises(ImproperlyConfigured, match="X is 'login.example'"):
        origin("X", "login.example")
