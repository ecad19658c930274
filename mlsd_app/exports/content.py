"""What goes into the file of an export, and the one hash that stands for all of it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils import timezone

from mlsd_app.checklist import run
from mlsd_app.designs.canonical import content_hash
from mlsd_app.designs.models import Revision
from mlsd_app.exports.document import Meta, Options, Paper, document_html
from mlsd_app.exports.models import Export

# Everything that decides how the same answers look in print.
SOURCES = (
    "static/print",
    "templates/print",
    "mlsd_app/calculators",
    "mlsd_app/checklist",
    "mlsd_app/designs/verdicts.py",
    "mlsd_app/designs/waivers.py",
    "mlsd_app/exports",
    "mlsd_app/figures",
    "mlsd_app/markup",
    "mlsd_app/stages",
)
HASH_SHOWN = 8  # digits, enough to tell the contents of one design apart
LIBRARIES = ("weasyprint", "pydyf", "fonttools", "markdown", "nh3", "merman")


def key_of(revision: Revision, options: Options) -> str:
    """The hash of everything in the file: equal keys are equal files."""
    return content_hash(
        {
            "stages": revision.hashes,
            "meta": repr(meta_of(revision, title="")),  # the title is an answer
            "options": repr(options),
            "made_by": made_by(),
        }
    )


def html_of(export: Export) -> str:
    """The document to print, from the revision and never from the design as it is now.

    Raises ``LimitExceededError`` for a design that is too large to be laid out.
    """
    snapshot = export.revision.snapshot()
    meta = meta_of(export.revision, snapshot.general.title)
    waivers = export.revision.waivers()
    return document_html(snapshot, meta, options_of(export), run(snapshot), waivers)


def options_of(export: Export) -> Options:
    return Options(paper=cast("Paper", export.paper), findings=export.has_findings)


def meta_of(revision: Revision, title: str) -> Meta:
    """What the cover says of ``revision``. Its day is the revision's, so that the bytes repeat."""
    owner = revision.design.owner
    return Meta(
        title=title,
        authors=(owner.name,) if owner and owner.name else (),
        revision=str(revision.number),
        content_hash=revision.content_hash[:HASH_SHOWN],
        created=timezone.localdate(revision.created_at),
    )


@cache
def made_by() -> str:
    """A hash of the print style, the fonts, the templates, the code and the libraries behind it."""
    digest = hashlib.sha256()
    for source in SOURCES:
        place = Path(settings.BASE_DIR) / source
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(settings.BASE_DIR)}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    for library in LIBRARIES:
        digest.update(f"{library}={_version(library)}\0".encode())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"
