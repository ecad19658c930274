"""How changes are put into words on the page."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from mlsd_app.checklist import CHECKS
from mlsd_app.comparison.designs import Change, Sort, StageChanges
from mlsd_app.designs.waivers import StoredWaiver
from mlsd_app.history.comparing import Compared
from mlsd_app.history.moments import Moment
from mlsd_app.stages.fields import Stage

register = template.Library()

HAPPENED = {Sort.ADDED: "added", Sort.REMOVED: "deleted", Sort.MOVED: "moved"}


@register.filter
def unpacked(stages: Sequence[StageChanges]) -> list[tuple[Stage, Sequence[Change]]]:
    """Each stage with its changes; nothing when there is nothing to compare."""
    return [(one.stage, one.changes) for one in stages or ()]


@register.filter
def what_changed(change: Change) -> str:
    """``Peak load``; ``ranking, Replicas``; ``Component ranking added``."""
    if change.is_row:
        name = change.address.asked.row_name.capitalize()
        return " ".join(filter(None, (name, change.row, HAPPENED[change.sort])))
    if change.address.row:
        return ", ".join(filter(None, (change.row, change.asked.label)))
    question = change.address.definition.question_of(change.address.field)
    return question.label if len(question.fields) == 1 else change.asked.label


@register.filter
def address_for_people(change: Change) -> str:
    """The address with the id that people see in place of the row's permanent name."""
    address = str(change.address)
    return address.replace(f"/{change.address.row}", f"/{change.row or '…'}", 1)


@register.filter
def written_in(change: Change, compared: Compared) -> Moment | None:
    """The state in which what ``change`` shows came to be, where it is known."""
    return compared.writers.get(change.address)


@register.filter
def check_message(waiver: StoredWaiver) -> str:
    """What the check looks for that ``waiver`` sets aside, or its name where there is none."""
    check = CHECKS.get(waiver.check)
    return check.message if check else waiver.check


@register.filter
def ends_field(changes: Sequence[Change], number: int) -> bool:
    """Whether the change with that number is the last of its field."""
    here = changes[number - 1].address.table
    return number == len(changes) or changes[number].address.table != here
