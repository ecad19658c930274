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
from mlsd_app.designs.models import Revision, StageContent
from mlsd_app.exports.conversation import Conversation, Data, hashes_in
from mlsd_app.exports.document import Kind, Meta, Options, Paper, Talk, document_html
from mlsd_app.exports.models import Export
from mlsd_app.exports.response import response_html
from mlsd_app.stages.design import Design

# Everything that decides how the same answers look in print.
SOURCES = (
    "static/print",
    "templates/print",
    "mlsd_app/calculators",
    "mlsd_app/checklist",
    "mlsd_app/comparison",
    "mlsd_app/designs/verdicts.py",
    "mlsd_app/designs/waivers.py",
    "mlsd_app/exports",
    "mlsd_app/figures",
    "mlsd_app/markup",
    "mlsd_app/review/places.py",
    "mlsd_app/stages",
)
HASH_SHOWN = 8  # digits, enough to tell the contents of one design apart
LIBRARIES = ("weasyprint", "pydyf", "fonttools", "markdown", "nh3", "merman")


def key_of(revision: Revision, options: Options, said: Data) -> str:
    """The hash of everything in the file: equal keys are equal files."""
    return content_hash(
        {
            "stages": revision.hashes,
            "meta": repr(meta_of(revision, title="")),  # the title is an answer
            "options": repr(options),
            "said": said,
            "made_by": made_by(),
        }
    )


def html_of(export: Export) -> str:
    """The document to print, from the revision and never from the design as it is now.

    Raises ``LimitExceededError`` for a design or a conversation that is too large to be laid out.
    """
    stored = StageContent.objects.in_bulk([*hashes_in(export.said)])
    contents = {digest: content.answers for digest, content in stored.items()}
    conversation = Conversation.of(export.said, contents)
    options = options_of(export)
    if options.kind == "response":
        return _response(export, options, conversation)
    snapshot = export.revision.snapshot()
    meta = meta_of(export.revision, snapshot.general.title)
    waivers = export.revision.waivers()
    return document_html(snapshot, meta, options, run(snapshot), waivers, conversation)


def _response(export: Export, options: Options, conversation: Conversation) -> str:
    answers = export.revision.answers()
    snapshot = Design.of(answers)
    meta = meta_of(export.revision, snapshot.general.title)
    return response_html(snapshot, meta, options, conversation, answers)


def options_of(export: Export) -> Options:
    return Options(
        paper=cast("Paper", export.paper),
        findings=export.has_findings,
        talk=cast("Talk", export.talk),
        kind=cast("Kind", export.kind),
        round=str(export.round_id or ""),
    )


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
