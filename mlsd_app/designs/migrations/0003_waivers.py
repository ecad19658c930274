"""Waivers of files name rows as the file did; a stored design names them by what never changes."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django.db import migrations

ROW_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# The column by which a file names the rows of a table, where that is not ``id``.
NAMED_BY = {
    "general.tradeoffs": "decision",
    "general.hints_given": "time",
    "framing.scale": "entity",
    "framing.assumptions": "assumption",
    "framing.failure_modes": "failure",
    "model.cold_start": "entity",
    "model.upstream_models": "name",
    "serving.funnel": "stage",
    "monitoring.rollout": "step",
}


def convert(apps: Any, schema_editor: Any) -> None:
    designs = apps.get_model("designs", "Design").objects
    for design in designs.exclude(waivers=[]).prefetch_related("stage_answers").iterator(100):
        names = dict(_names(design.stage_answers.all()))
        design.waivers = [_converted(waiver, names) for waiver in design.waivers]
        design.save(update_fields=["waivers"])


def _converted(waiver: Mapping[str, str], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": uuid.uuid4().hex,
        "check": waiver["check"],
        "address": _renamed(waiver["address"], names),
        "reason": waiver["reason"],
        "also": None,
        "by": waiver["by"],
        "author": None,
        "on": waiver["on"],
        "seen": {},
        "taken_back": "",
    }


def _renamed(address: str, names: Mapping[str, str]) -> str:
    table, slash, cell = address.partition("/")
    row, dot, column = cell.partition(".")
    return f"{table}{slash}{names.get(f'{table}/{row}', row)}{dot}{column}"


def _names(rows: Any) -> Iterator[tuple[str, str]]:
    """The permanent name of each row, by ``stage.table/ROW`` as a file would call it."""
    for stage in rows:
        for key, value in json.loads(stage.answers_json).items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                table = f"{stage.stage}.{key}"
                ids = [str(row.get(NAMED_BY.get(table, "id")) or "").strip() for row in value]
                for name, row in zip(_called(ids), value, strict=True):
                    yield f"{table}/{name}", row["row"]


def _called(ids: list[str]) -> list[str]:
    """The id of each row where it is unique and fit for an address, else its position."""
    fit = [name if ROW_NAME.fullmatch(name) else "" for name in ids]
    taken = {name for name in fit if name}
    called = []
    for position, name in enumerate(fit, start=1):
        if name and fit.count(name) == 1:
            called.append(name)
            continue
        spare = str(position)
        while spare in taken:
            spare += "-"
        taken.add(spare)
        called.append(spare)
    return called


def revert(apps: Any, schema_editor: Any) -> None:
    """Back to what a file says; addresses keep the permanent names of rows."""
    designs = apps.get_model("designs", "Design").objects
    for design in designs.exclude(waivers=[]).iterator(100):
        design.waivers = [
            {"row": "", **{key: one[key] for key in ("check", "address", "reason", "by", "on")}}
            for one in design.waivers
        ]
        design.save(update_fields=["waivers"])


class Migration(migrations.Migration):
    dependencies = [("designs", "0002_history")]

    operations = [migrations.RunPython(convert, revert)]
