"""One way to write JSON, so that equal content has equal bytes, and so one hash."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

from django.db import models


def canonical(value: object) -> str:
    """Sorted keys, no spaces, plain UTF-8. Raises ``ValueError`` on NaN and infinities."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hash_of(canonical(value))


def hash_of(text: str) -> str:
    """SHA-256 of a text that is canonical already."""
    return hashlib.sha256(text.encode()).hexdigest()


class CanonicalJSONField(models.TextField):  # type: ignore[type-arg]  # generic only in the stubs
    """JSON kept as its canonical text: the same bytes, and numbers, in every database."""

    _pyi_private_set_type: Any  # what the stubs take for the type of the attribute
    _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *args: object) -> Any:
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else canonical(value)

    def to_python(self, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value


class CompressedJSONField(models.BinaryField):  # type: ignore[type-arg]  # generic only in the stubs
    """JSON kept as its canonical text, compressed: for what is stored often and seldom read."""

    _pyi_private_set_type: Any  # what the stubs take for the type of the attribute
    _pyi_private_get_type: Any

    def from_db_value(self, value: bytes | memoryview | None, *args: object) -> Any:
        return None if value is None else json.loads(zlib.decompress(value))

    def get_prep_value(self, value: Any) -> bytes | None:
        return None if value is None else zlib.compress(canonical(value).encode(), 9)
