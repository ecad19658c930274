"""Designs as files: YAML and JSON, lossless both ways.

A file is a mapping from stage to field to value, as the forms ask: groups are nested, a table is a
list of mappings. The fields say how a value is read, so ``country: no`` stays a text. Beside the
stages stand the findings that are waived, under ``waivers``.
"""

from __future__ import annotations

from mlsd_app.interchange.parsing import SIZE_LIMIT, Place, UnreadableError
from mlsd_app.interchange.reading import Problem, ProblemKind, Reading, read, row_names
from mlsd_app.interchange.waivers import WAIVERS, Waiver
from mlsd_app.interchange.writing import write_json, write_yaml

__all__ = [
    "SIZE_LIMIT",
    "WAIVERS",
    "Place",
    "Problem",
    "ProblemKind",
    "Reading",
    "UnreadableError",
    "Waiver",
    "read",
    "row_names",
    "write_json",
    "write_yaml",
]
