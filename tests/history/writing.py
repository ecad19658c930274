"""Edits of a design, as its history sees them."""

from __future__ import annotations

from datetime import timedelta

from mlsd_app.accounts.models import User
from mlsd_app.designs.editing import SetValue
from mlsd_app.designs.models import COALESCED_WITHIN, Design
from mlsd_app.designs.saving import save_edits
from mlsd_app.stages.addresses import Address
from tests.factories import clock


def write(design: Design, user: User | None, address: str, text: str) -> None:
    assert user is not None
    edit = SetValue(Address.parse(address), text, base=clock(design))
    assert save_edits(design.pk, user, [edit]).changed


def later(design: Design) -> None:
    """Let so much time pass that the next edit belongs to another revision."""
    design.refresh_from_db()
    assert design.writing_since is not None
    design.writing_since -= COALESCED_WITHIN + timedelta(seconds=1)
    design.save()
