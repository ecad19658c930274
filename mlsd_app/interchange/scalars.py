"""What a single value of a file says: nothing, a number, a text."""

from __future__ import annotations

import re

from mlsd_app.interchange.parsing import Plain, Tree
from mlsd_app.stages import quantities
from mlsd_app.stages.values import quoted

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def is_null(node: Tree) -> bool:
    """Whether the file says nothing here: nothing is written, or an unquoted null."""
    return node is None or (isinstance(node, Plain) and node in NULLS)


def number_in(text: str) -> int | float | None:
    """The number that a file writes, whole or not as written; ``None`` for other text.

    Raises ``QuantityError`` for one that no float holds.
    """
    if len(text) < 16 and text.isascii() and text.isdigit():
        return int(text)  # most numbers: nothing in them to be looked at twice
    written = _NUMBER.fullmatch(text)
    if written is None:
        return None
    if text.lstrip("+-").isdigit() and len(text) <= 20 and abs(int(text)) < quantities.WHOLE_LIMIT:
        return int(text)
    number = float(text)
    if number in {float("inf"), float("-inf")} or (number == 0 and written[1].strip("0.")):
        raise quantities.QuantityError("the number is too large or too close to zero.")
    return number


def text_of(node: Tree) -> str | None:
    """The text of a scalar, ``None`` for another structure.

    YAML reads an unquoted ``a: b`` in a list as a mapping: it is put back.
    """
    if isinstance(node, bool):
        return "true" if node else "false"
    if isinstance(node, dict) and len(node) == 1:
        (key, value), *_ = node.items()
        return f"{key}: {value}" if isinstance(value, str) else None
    if is_null(node):
        return ""
    return str(node) if isinstance(node, str) else None


def described(node: Tree) -> str:
    """What ``node`` is, for a message that says what was found instead."""
    match node:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case list():
            return "a list"
        case dict():
            return "a mapping"
    return quoted(node)
