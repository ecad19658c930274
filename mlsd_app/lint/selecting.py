"""Which checks are asked for: by name, by ref, or by how either begins."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from mlsd_app.checklist import CHECKS
from mlsd_app.lint.remarks import FILE_CHECKS

REFS = {**{name: check.ref for name, check in CHECKS.items()}, **dict.fromkeys(FILE_CHECKS, "")}


class UnknownSelectorError(ValueError):
    """No check has the name, ref or prefix; the message names the option and the word."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The names of the checks whose remarks are wanted."""

    names: frozenset[str]

    @classmethod
    def of(cls, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Self:
        """Everything, or what ``select`` names, without what ``ignore`` names.

        Raises ``UnknownSelectorError``.
        """
        wanted = _named("--select", select) if select else frozenset(REFS)
        return cls(wanted - _named("--ignore", ignore))


def _named(option: str, selectors: Sequence[str]) -> frozenset[str]:
    return frozenset(name for selector in selectors for name in _names(option, selector))


def _names(option: str, selector: str) -> list[str]:
    exact = [name for name, ref in REFS.items() if selector in {name, ref}]
    found = exact or [
        name for name, ref in REFS.items() if name.startswith(selector) or ref.startswith(selector)
    ]
    if not found or not selector:
        known = [*REFS, *filter(None, REFS.values())]
        close = difflib.get_close_matches(selector[:60], known, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise UnknownSelectorError(
            f"{option} {selector!r}: no check has this name, ref or prefix.{hint}"
        )
    return found
