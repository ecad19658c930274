"""From the answers of a design to a file that people can read, edit and compare."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import yaml

from mlsd_app.interchange.waivers import WAIVERS, Waiver
from mlsd_app.stages.design import STAGES, AllAnswers, Answers
from mlsd_app.stages.fields import Field, Stage


def write_yaml(answers: AllAnswers, waivers: Sequence[Waiver] = ()) -> str:
    """``answers`` as YAML: stages and fields in their order, a row of a table on one line, then
    the ``waivers``.
    """
    return yaml.dump(
        _document(answers, waivers),
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=math.inf,
    )


def write_json(answers: AllAnswers, waivers: Sequence[Waiver] = ()) -> str:
    """``answers`` as indented JSON: stages and fields in their order, then the ``waivers``."""
    return json.dumps(_document(answers, waivers), ensure_ascii=False, indent=2) + "\n"


def _document(answers: AllAnswers, waivers: Sequence[Waiver]) -> dict[str, Any]:
    document: dict[str, Any] = {
        key: _nested(stage, answers.get(key, {})) for key, stage in STAGES.items()
    }
    if waivers:
        document[WAIVERS.key] = [_said(waiver) for waiver in waivers]
    return document


def _said(waiver: Waiver) -> dict[str, str | list[str]]:
    """What a waiver says, in the order of its columns; a reason takes more than one line at times,
    so it is not set on one like the row of a table.
    """
    said = ((key, getattr(waiver, key)) for key in WAIVERS.columns)
    return {key: list(one) if isinstance(one, tuple) else one for key, one in said if one}


def _nested(stage: Stage, answers: Answers) -> dict[str, Any]:
    """The answers of one stage, the parts of a group under its name; nothing unanswered."""
    nested: dict[str, Any] = {}
    for key, field in stage.fields.items():
        value: Any = answers.get(key)
        if value is None or value in ("", []):
            continue
        group, _, part = key.rpartition(".")
        place = nested.setdefault(group, {}) if group else nested
        if field.is_table:
            value = [_Row(field, row) for row in value]
        place[part] = value
    return nested


class _Row(dict[str, Any]):
    """A row of a table without its name, its columns in order."""

    def __init__(self, table: Field, cells: dict[str, Any]) -> None:
        super().__init__((key, cells[key]) for key in table.columns if key in cells)


class _Dumper(yaml.SafeDumper):
    """Writes in Python, not through the C library, so that every machine writes the same bytes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002
        super().increase_indent(flow, False)  # noqa: FBT003  a list stands deeper than its name


def _represent_row(dumper: yaml.SafeDumper, row: _Row) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", row, flow_style=True)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(_Row, _represent_row)
_Dumper.add_representer(str, _represent_text)
