"""Settings read from the environment. A value that cannot be read stops the start with its name."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off"}


def env_str(name: str, default: str = "") -> str:
    """Return the value without the space around it; an empty value counts as not set."""
    return os.environ.get(name, "").strip() or default


def env_bool(name: str, *, default: bool = False) -> bool:
    value = env_str(name)
    if not value:
        return default
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Write 1 for yes or 0 for no.")


def env_int(name: str, default: int, *, least: int = 0) -> int:
    value = env_str(name)
    if not value:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number.") from None
    if number < least:
        raise ImproperlyConfigured(f"{name} is {number}. Write {least} or more.")
    return number


def env_list(name: str, default: str = "") -> list[str]:
    """Return the parts between commas."""
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_choice(name: str, choices: tuple[str, ...]) -> str:
    """Return one of ``choices``; the first is the default."""
    value = env_str(name, choices[0])
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write one of: {', '.join(choices)}.")
    return value


def env_secret(name: str, default: str = "") -> str:
    """Return ``name``, or the content of the file named by ``name_FILE``, as secret stores give it.

    Raises ImproperlyConfigured when both are set, or when the file cannot be read.
    """
    value, path = env_str(name), env_str(f"{name}_FILE")
    if value and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    if not path:
        return value or default
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE is {path!r}, not readable: {error}.") from None


def required(name: str, value: str, why: str) -> str:
    """Return ``value``, or stop the start and say why it is needed."""
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {why}")
    return value


def kept_secret(path: Path) -> str:
    """Return the secret in ``path``; the first call makes it, readable by its owner alone.

    Two processes that start together agree: the one that loses the race reads the other's.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def sqlite(path: Path) -> dict[str, Any]:  # Any: Django's own shape of DATABASES
    """Return Django's settings for a file that several processes may write to.

    A transaction takes the write lock at its start, so two savers wait instead of failing.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }


def database(name: str, url: str) -> dict[str, Any]:  # Any: Django's own shape of DATABASES
    """Return Django's settings for ``postgres://user:password@host:port/database?option=value``.

    For a socket leave the host out, or name its folder: ``postgres:///seven?host=/run/postgresql``.
    A file is ``sqlite:////the/whole/path``.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} cannot be read as an address: {error}.") from None
    path = unquote(parts.path.removeprefix("/"))
    if parts.scheme == "sqlite" and path.startswith("/"):
        return sqlite(Path(path))
    if parts.scheme not in {"postgres", "postgresql"} or not path:
        raise ImproperlyConfigured(
            f"{name} does not name a database. "
            "Write it like postgres://user:password@host:5432/seven."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": path,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def origin(name: str, url: str) -> str:
    """Return ``scheme://host[:port]`` of an address, as a Content-Security-Policy names it."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ImproperlyConfigured(f"{name} is {url!r}. Write an address with https:// in front.")
    return f"{parts.scheme}://{parts.netloc}"


def site_url(hosts: list[str]) -> str:
    """Return ``SITE_URL``; without it the first of ``hosts``, or where ``bin/run`` listens.

    Raises ImproperlyConfigured when the first of ``hosts`` is a pattern.
    """
    if url := env_str("SITE_URL"):
        return origin("SITE_URL", url)
    if hosts:
        why = f"ALLOWED_HOSTS begins with {hosts[0]!r}. Write what people open: https://seven.org."
        return f"https://{required('SITE_URL', '' if hosts[0][0] in '.*' else hosts[0], why)}"
    host = env_str("HOST", "127.0.0.1")
    host = "localhost" if host in {"0.0.0.0", "::"} else host  # noqa: S104  compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{env_str('PORT', '8000')}"
