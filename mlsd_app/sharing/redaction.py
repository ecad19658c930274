"""Keeps the secret part of links out of every log."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(/s/)[^/\s?\"']+")
HIDDEN = r"\1***"


def redacted(text: str) -> str:
    """``text`` with *** where the token of a link stands."""
    return TOKEN.sub(HIDDEN, text)


class WithoutTokens(logging.Filter):
    """Of a handler: what passes it holds no token."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if TOKEN.search(said):
            record.msg, record.args = redacted(said), None
        return True
