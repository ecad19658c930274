"""How statements read the answers of a design."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from mlsd_app.stages.design import is_empty

R = TypeVar("R")


def every(rows: Iterable[R], complete: Callable[[R], bool]) -> bool:
    """Whether there are rows and all of them are complete."""
    found = [complete(row) for row in rows]
    return bool(found) and all(found)


def filled(*values: object) -> bool:
    """Whether all of these are answered."""
    return not any(is_empty(value) for value in values)


def has_number(text: str) -> bool:
    return any(character.isdigit() for character in text)
