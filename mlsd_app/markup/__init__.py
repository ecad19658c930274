"""Author text: Markdown and Mermaid to safe HTML, and to plain words.

Pure: no Django, no network, no settings. Everything people type passes through here once before
anybody sees it, on a page or in a PDF.
"""

from __future__ import annotations

from mlsd_app.markup.citations import Citation, Cite
from mlsd_app.markup.rendering import inline, plain, render, word_count
from mlsd_app.markup.theme import Theme

__all__ = ["Citation", "Cite", "Theme", "inline", "plain", "render", "word_count"]
