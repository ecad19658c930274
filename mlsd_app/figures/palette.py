"""Colours and faces of a figure: variables that follow the page, or the inks of the report."""

from __future__ import annotations

from dataclasses import dataclass

from mlsd_app.markup import theme as inks
from mlsd_app.markup.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """Roles of colour and type; every value may stand in a presentation attribute.

    ``millimetres`` is the size of one user unit on paper; on a screen a figure fills its column.
    """

    ink: str
    soft: str
    hair: str
    accent: str
    pale: str
    tint: str
    mid: str
    paper: str
    error: str
    sans: str
    mono: str
    millimetres: float | None

    @classmethod
    def of(cls, theme: Theme, sans: str, mono: str, millimetres: float | None = None) -> Palette:
        """The inks of ``theme``, which diagrams in texts use too."""
        return cls(
            ink=inks.INK.on(theme),
            soft=inks.SOFT.on(theme),
            hair=inks.HAIR.on(theme),
            accent=inks.ACCENT.on(theme),
            pale=inks.PALE.on(theme),
            tint=inks.TINT_1.on(theme),
            mid=inks.TINT_3.on(theme),
            paper=inks.PAPER.on(theme),
            error=inks.ERROR.on(theme),
            sans=sans,
            mono=mono,
            millimetres=millimetres,
        )


SCREEN = Palette.of(Theme.SCREEN, "var(--font-ui)", "var(--font-code)")
PRINT = Palette.of(
    Theme.PRINT, "Inter, sans-serif", "JetBrains Mono, monospace", millimetres=25.4 / 72
)
