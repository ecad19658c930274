from __future__ import annotations

from typing import Any

from gunicorn.glogging import Logger

from mlsd_app.sharing.redaction import redacted


class AccessLog(Logger):
    """Gunicorn's, for its log of requests (``--logger-class``)."""

    def atoms(self, *args: Any) -> dict[str, Any]:  # Any: as Gunicorn calls it
        atoms: dict[str, Any] = super().atoms(*args)
        return {
            key: redacted(value) if isinstance(value, str) else value
            for key, value in atoms.items()
        }
