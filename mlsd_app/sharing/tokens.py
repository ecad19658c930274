"""The secret part of a link: shown once, then known by its hash alone."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Under what a token is stored. It is as random as the token, so it needs no salt."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_same(digest_given: str, digest_stored: str) -> bool:
    """Whether they are the same, found out in the same time whatever they are."""
    return secrets.compare_digest(digest_given, digest_stored)
