"""The only files that a report may contain: its style sheets and faces, by name."""

from __future__ import annotations

import mimetypes
from functools import cache
from pathlib import Path

from weasyprint.urls import URLFetcher, URLFetcherResponse

FOLDER = Path(__file__).resolve().parents[2] / "static" / "print"
BASE_URL = "https://report.invalid/"  # a name that leads nowhere, by its top-level domain
FACE_STYLE = "faces.css"
STYLES = (FACE_STYLE, "report.css", "letter.css", "screen.css")
FACES = (
    "Inter_400Regular.ttf",
    "Inter_600SemiBold.ttf",
    "JetBrainsMono_400Regular.ttf",
    "NotoEmoji_400Regular.ttf",
    "SourceSerif4_400Regular.ttf",
    "SourceSerif4_400Regular_Italic.ttf",
    "SourceSerif4_600SemiBold.ttf",
)
ASSETS = frozenset({*STYLES, *(f"fonts/{face}" for face in FACES)})


class NotAnAssetError(ValueError):
    """Something in a report asked for a file that is not one of ours."""


@cache
def asset(name: str) -> bytes:
    """The bytes of one of ``ASSETS``. Raises ``NotAnAssetError`` for any other name."""
    if name not in ASSETS:
        raise NotAnAssetError(
            f"{name[:200]!r} is not part of a report. List it in mlsd_app/exports/assets.py if it "
            "belongs there; nothing else is ever fetched."
        )
    return (FOLDER / name).read_bytes()


class AssetFetcher(URLFetcher):
    """Serves ``ASSETS`` and refuses everything else: no network, no file, no data URL."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False)

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Raises ``NotAnAssetError`` for what is not ours; no handler is ever asked."""
        del headers  # nothing is negotiated
        body = asset(url.removeprefix(BASE_URL) if url.startswith(BASE_URL) else f"<{url}>")
        kind = mimetypes.guess_type(url)[0] or "application/octet-stream"
        return URLFetcherResponse(url, body, {"Content-Type": kind})
