"""How Mermaid is asked to draw: within limits, and in our own colours from the start.

Every colour Mermaid may pick by itself is set to one of the palette, by its value on paper, so
that ``theme.paint_for`` knows it again. What is left is a colour somebody chose.
"""

from __future__ import annotations

from typing import Any

from mlsd_app.markup.theme import (
    ACCENT,
    CANVAS,
    ERROR,
    ERROR_SOFT,
    HAIR,
    HINT_SOFT,
    INK,
    ON_INK,
    PALE,
    PAPER,
    PASS_SOFT,
    SOFT,
    TINT_1,
    TINT_2,
    TINT_3,
    WARNING_SOFT,
    Paint,
)

DIAGRAM_ID = "d"
MEASURED_FONT_SIZE = 16  # pixels, in which Mermaid lays labels out

# Neighbours in a pie or a bar chart must differ, and all must carry ink.
SERIES = (TINT_1, TINT_3, PALE, HINT_SOFT, TINT_2, WARNING_SOFT, PASS_SOFT, ERROR_SOFT)


def _numbered(prefix: str, count: int, paints: tuple[Paint, ...], start: int = 0) -> dict[str, str]:
    return {f"{prefix}{start + i}": paints[i % len(paints)].print for i in range(count)}


_COLOURS: dict[Paint, str] = {
    INK: """
        primaryTextColor secondaryTextColor tertiaryTextColor textColor nodeTextColor titleColor
        noteTextColor actorTextColor signalTextColor labelTextColor loopTextColor taskTextColor
        taskTextDarkColor taskTextOutsideColor taskTextLightColor taskTextClickableColor
        transitionLabelColor stateLabelColor classText pieTitleTextColor pieSectionTextColor
        pieLegendTextColor quadrant1TextFill quadrant2TextFill quadrant3TextFill quadrant4TextFill
        quadrantPointTextFill quadrantTitleFill quadrantXAxisTextFill quadrantYAxisTextFill
        requirementTextColor relationLabelColor branchLabelColor tagLabelColor commitLabelColor
        scaleLabelColor errorTextColor personTextColor
        """,
    SOFT: """
        lineColor arrowheadColor defaultLinkColor signalColor transitionColor specialStateColor
        relationColor todayLineColor quadrantPointFill
        """,
    HAIR: """
        clusterBorder noteBorderColor actorLineColor labelBoxBorderColor gridColor
        tertiaryBorderColor tagLabelBorder pieStrokeColor pieOuterStrokeColor compositeBorder
        quadrantInternalBorderStrokeFill quadrantExternalBorderStrokeFill requirementBorderColor
        vertLineColor nodeShadow
        """,
    ACCENT: """
        primaryBorderColor secondaryBorderColor nodeBorder actorBorder activationBorderColor
        taskBorderColor activeTaskBorderColor doneTaskBorderColor personBorder stateBorder
        innerEndBackground
        """,
    ERROR: "critBorderColor",
    PALE: """
        primaryColor mainBkg nodeBkg actorBkg stateBkg labelBoxBkgColor taskBkgColor personBkg
        requirementBackground quadrant1Fill
        """,
    TINT_1: "activationBkgColor secondaryColor",
    TINT_2: "activeTaskBkgColor",
    ERROR_SOFT: "critBkgColor errorBkgColor",
    CANVAS: """
        clusterBkg tertiaryColor noteBkgColor compositeTitleBackground altBackground
        sectionBkgColor altSectionBkgColor sectionBkgColor2 excludeBkgColor doneTaskBkgColor
        quadrant2Fill quadrant3Fill quadrant4Fill tagLabelBackground commitLabelBackground
        attributeBackgroundColorEven rowEven
        """,
    PAPER: """
        background edgeLabelBackground labelBackground labelBackgroundColor relationLabelBackground
        compositeBackground attributeBackgroundColorOdd rowOdd
        """,
    ON_INK: "sequenceNumberColor",
}

_THEME_VARIABLES: dict[str, Any] = {
    **{name: paint.print for paint, names in _COLOURS.items() for name in names.split()},
    **_numbered("cScale", 12, SERIES),
    **_numbered("cScaleLabel", 12, (INK,)),
    **_numbered("cScaleInv", 12, (SOFT,)),
    **_numbered("cScalePeer", 12, (HAIR,)),
    **_numbered("surface", 5, (PAPER,)),
    **_numbered("surfacePeer", 5, (HAIR,)),
    **_numbered("fillType", 8, SERIES),
    **_numbered("pie", 12, SERIES, start=1),
    **_numbered("git", 8, SERIES),
    **_numbered("gitInv", 8, (SOFT,)),
    **_numbered("gitBranchLabel", 8, (INK,)),
    **_numbered("venn", 8, SERIES, start=1),
    "pieOpacity": "1",
    "pieStrokeWidth": "1px",
    "pieOuterStrokeWidth": "1px",
    "pieTitleTextSize": "17px",
    "pieSectionTextSize": "15px",
    "pieLegendTextSize": "15px",
    "fontSize": f"{MEASURED_FONT_SIZE}px",
    "dropShadow": "none",
    "useGradient": False,
    "xyChart": {
        "backgroundColor": PAPER.print,
        "plotColorPalette": ",".join(p.print for p in (TINT_3, ACCENT, TINT_1, SOFT)),
        **{
            f"{axis}{part}Color": (INK if part in ("Label", "Title") else SOFT).print
            for axis in ("xAxis", "yAxis")
            for part in ("Label", "Title", "Tick", "Line")
        },
        "titleColor": INK.print,
    },
}

ENGINE_OPTIONS: dict[str, Any] = {
    "svg": {"pipeline": "resvg-safe", "diagram_id": DIAGRAM_ID},
    "resources": {
        "profile": "interactive",
        "limits": {
            "max_source_bytes": 80_000,  # 20 000 characters of four bytes
            "max_model_items": 800,  # nodes and lines together
            "max_model_text_bytes": 100_000,
            "max_model_nesting_depth": 30,
            "max_svg_bytes": 1_500_000,
            "max_svg_elements": 8_000,
        },
    },
    "site_config": {
        "theme": "base",
        "look": "classic",
        "gantt": {"axisFormat": "%d %b", "fontSize": 14, "sectionFontSize": 14},
        "themeVariables": _THEME_VARIABLES,
    },
}
