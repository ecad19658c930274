"""Which checks an edit concerns: from changed addresses to those who read there.

Checks declare whole fields (``metrics.rows``) and groups of them (``metrics.ab``), since an id in
any row may be what another stage refers to. Whatever changed is therefore widened to that.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from mlsd_app.checklist.examples import FIRST_EDITED
from mlsd_app.checklist.registry import Check, RegistrationError
from mlsd_app.stages.addresses import UnknownAddressError
from mlsd_app.stages.design import STAGES, Design

_END_OF_PLACE = re.compile("[./]")


def read_at(address: str) -> str:
    """What a check declares in order to read ``address``: ``serving.components/ROW.p99_ms`` is
    read with ``serving.components``, and ``metrics.ab.alpha`` with ``metrics.ab``.

    Raises ``UnknownAddressError`` where no check could read, such as a stage without a field.
    """
    stage, _, rest = address.partition(".")
    place = f"{stage}.{_END_OF_PLACE.split(rest, maxsplit=1)[0]}" if rest else address
    if place not in _PLACES:
        raise UnknownAddressError(f"No check can read {address[:200]!r}. Name a field of a stage.")
    return place


def readers(checks: Iterable[Check]) -> Mapping[str, frozenset[str]]:
    """The names of the checks that read a place, by place; every place is there.

    Raises ``RegistrationError`` for a check that reads where no answer stands.
    """
    found: dict[str, set[str]] = {place: set() for place in _PLACES}
    for check in checks:
        for place in check.reads:
            if place not in _PLACES:
                raise RegistrationError(
                    f"Check {check.name!r} reads {place!r}, where no answer stands. "
                    "Name a field as 'stage.field', or a group of them as 'stage.group'."
                )
            found[place].add(check.name)
    return {place: frozenset(names) for place, names in found.items()}


def changed_between(old: Design, new: Design) -> frozenset[str]:
    """Every place where two snapshots differ; a stage that both share costs nothing.

    Places are those that checks declare, ``first_edited`` among them.
    """
    return frozenset(_differences(old, new))


def _differences(old: Design, new: Design) -> Iterator[str]:
    if old.first_edited != new.first_edited:
        yield FIRST_EDITED
    for key in STAGES:
        before, after = old.stage(key), new.stage(key)
        if before is after:
            continue
        for name in _NAMES[key]:
            was, now = getattr(before, name), getattr(after, name)
            if was is not now and was != now:  # NaN differs from itself
                yield f"{key}.{name}"


_NAMES: Mapping[str, tuple[str, ...]] = {
    key: tuple(declared.name for declared in dataclasses.fields(stage.answers))
    for key, stage in STAGES.items()
}
_PLACES = frozenset(
    {FIRST_EDITED, *(f"{key}.{name}" for key, names in _NAMES.items() for name in names)}
)
