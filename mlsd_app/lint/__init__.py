"""Checks designs in files, where no database and no Django is: ``python -m mlsd_app.lint FILE``.

A file gives remarks: what is wrong with the file itself, then the findings of its checks. A bar
softens or hides some, waivers in the file set some aside, and the rest decides the exit code.
"""

from __future__ import annotations

from mlsd_app.lint.command import add_arguments, run
from mlsd_app.lint.linting import Options, Report, Unread, lint
from mlsd_app.lint.remarks import Remark
from mlsd_app.lint.selecting import UnknownSelectorError

__all__ = [
    "Options",
    "Remark",
    "Report",
    "UnknownSelectorError",
    "Unread",
    "add_arguments",
    "lint",
    "run",
]
