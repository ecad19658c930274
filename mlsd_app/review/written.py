"""What people write in the conversation, as it is stored."""

from __future__ import annotations

from mlsd_app.accounts.models import User
from mlsd_app.stages import values
from mlsd_app.stages.quantities import THIN

LIMIT = values.TEXT_LIMIT  # characters
NAME_LIMIT = 100


class NotStoredError(ValueError):
    """What was written is not stored; the message says why and what to do."""


def written(text: str, what: str) -> str:
    """``text`` without invisible characters and blank ends. Raises ``NotStoredError``."""
    plain = values.CONTROL_CHARACTER.sub("", values.with_plain_line_breaks(text)).strip()
    if len(plain) > LIMIT:
        length, most = (f"{count:,}".replace(",", THIN) for count in (len(plain), LIMIT))
        raise NotStoredError(
            f"{what} has {length} characters; at most {most} fit. Shorten it and send it again."
        )
    return plain


def name_of(user: User) -> str:
    """What ``user`` is called now, which stays with what they say. A guest may call themselves
    anything, so it says that they are one."""
    mark = " (guest)" if user.is_guest and user.name else ""
    return user.get_full_name()[: NAME_LIMIT - len(mark)] + mark
