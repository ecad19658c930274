"""From a submitted form to edits.

A form posts ``base`` (the clock its page was based on) and answers under their addresses. A table's
buttons post ``op`` with ``table`` and ``row``. A button that copies a number to where it belongs
posts ``use``, an address and the number: ``framing.avg_qps=6940``. Beside words stands the text
that their writer started from, as ``was:ADDRESS``, and ``settles`` names an address whose stored
answer the writer was shown and replaces. ``token`` names the request, so that the same one again
changes nothing. Other names are ignored: they are the form's own.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import QueryDict

from mlsd_app.accounts.models import User
from mlsd_app.calculators.citing import WORDS
from mlsd_app.designs.editing import (
    AddRow,
    DeleteRow,
    DuplicateRow,
    Edit,
    MoveRow,
    Once,
    PasteRows,
    PutBackRow,
    RemovedRow,
    SetValue,
)
from mlsd_app.designs.saving import removed_row
from mlsd_app.stages.addresses import Address, UnknownAddressError

OWN_NAMES = {
    "clock",
    "csrfmiddlewaretoken",
    "base",
    "op",
    "table",
    "row",
    "new_row",
    "open",
    "opened",
    "question",
    "paste",
    "use",
    "settles",
    "token",
    "writer",
}
WAS = "was:"
TOKEN_LENGTH = 40  # characters; more are cut off


class UnreadablePostError(ValueError):
    """The form was not one of ours; the message says what was wrong with it."""


def read_edits(post: QueryDict, design_id: UUID, user: User) -> list[Edit]:
    """The edits of a submitted form, in order; the operation on a table comes last.

    Raises ``UnreadablePostError``.
    """
    base = _base(post)
    settled, token = post.getlist("settles"), post.get("token", "")[:TOKEN_LENGTH]
    edits: list[Edit] = []
    for name in post:
        if name in OWN_NAMES or name.startswith(WAS):
            continue
        address = _address(name)
        if address.asked.is_table or (address.row and not address.column):
            raise UnreadablePostError(f"{name} is a table; only its cells can be set.")
        given = post.getlist(name)
        raw = given if address.asked.is_many else given[-1]
        was = post.get(f"{WAS}{name}") if address.asked.kind in WORDS else None
        edits.append(SetValue(address, raw, base, was, name in settled, token))
    if used := post.get("use", ""):
        place, _, number = used.partition("=")
        edits.append(SetValue(_address(place), number, base))
    if operation := post.get("op", ""):
        table = _table(post)
        edit = _operation(operation, table, post, design_id, user)
        edits.append(Once(edit, table, token) if token else edit)
    return edits


def _base(post: QueryDict) -> int:
    try:
        return int(post.get("base", ""))
    except ValueError:
        raise UnreadablePostError(
            "The form did not say which version it was based on. Load the page again; what you "
            "typed stays in the browser."
        ) from None


def _address(name: str) -> Address:
    try:
        return Address.parse(name)
    except UnknownAddressError as error:
        raise UnreadablePostError(f"{error} Load the page again.") from None


def _table(post: QueryDict) -> Address:
    table = _address(post.get("table", ""))
    if not table.asked.is_table or table.row:
        raise UnreadablePostError(f"{table} is not a table.")
    return table


def _operation(
    operation: str, table: Address, post: QueryDict, design_id: UUID, user: User
) -> Edit:
    row = Address(table.stage, table.field, post.get("row", ""))
    new_row = post.get("new_row") or str(uuid4())
    _address(f"{table}/{new_row}")
    match operation:
        case "add":
            return AddRow(table, new_row)
        case "duplicate":
            return DuplicateRow(row, new_row)
        case "delete":
            return DeleteRow(row)
        case "up" | "down":
            return MoveRow(row, -1 if operation == "up" else 1)
        case "put-back":
            return _put_back(removed_row(design_id, user, str(row)))
        case "paste":
            return PasteRows(table, post.get("paste", ""))
    raise UnreadablePostError(f"{operation[:50]!r} is not something a table can do.")


def _put_back(removed: RemovedRow | None) -> PutBackRow:
    if removed is None:
        raise UnreadablePostError("The row is not kept any more, so it cannot be put back.")
    return PutBackRow(removed)
