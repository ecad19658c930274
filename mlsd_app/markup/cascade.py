"""The little CSS a drawing needs: which presentation property an element ends up with.

A drawing comes with a style sheet; the page's policy allows none. So the cascade is worked out
here, for the few properties that matter, and the result is written on the elements.
"""

from __future__ import annotations

from functools import lru_cache

import tinycss2
from cssselect2 import ElementWrapper, Matcher, SelectorError, compile_selector_list  # type: ignore[import-untyped]

Style = dict[str, str]

_INHERITED = {
    "dominant-baseline",
    "fill",
    "fill-opacity",
    "font-size",
    "font-style",
    "font-weight",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
    "visibility",
}
_OWN = {"alignment-baseline", "display", "opacity", "transform"}
_KNOWN = _INHERITED | _OWN
_ATTRIBUTES = _KNOWN - {"transform"}  # as an attribute it has its own grammar
_KEYWORDS = {"inherit", "initial", "revert", "unset"}

SMALLEST_FONT, LARGEST_FONT = 6.0, 40.0


@lru_cache(maxsize=64)
def style_sheet(css: str) -> Matcher:
    """Rules of a style sheet, without those that say nothing of interest here."""
    matcher = Matcher()
    for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            continue
        declarations = _declarations(rule.content)
        if not declarations:
            continue
        try:
            selectors = compile_selector_list(rule.prelude)
        except SelectorError:
            continue
        for selector in selectors:
            matcher.add_selector(selector, declarations)
    return matcher


def specified(el: ElementWrapper, sheet: Matcher) -> Style:
    """What is said of this element itself: attributes, then rules, then its style attribute."""
    attributes = el.etree_element.attrib
    style = {name: value.strip() for name, value in attributes.items() if name in _ATTRIBUTES}
    layers = [declarations for *_, pseudo, declarations in sheet.match(el) if pseudo is None]
    if "style" in attributes:
        layers.append(_declarations(attributes["style"]))
    for important in (False, True):
        for declarations in layers:
            style.update({n: v for n, v, i in declarations if i is important})
    if "alignment-baseline" in style:
        style.setdefault("dominant-baseline", style["alignment-baseline"])
    return {name: value for name, value in style.items() if value not in _KEYWORDS}


def inherited(outer: Style, own: Style) -> Style:
    """The style an element hands to its children, with its font size in user units."""
    style = outer | {name: value for name, value in own.items() if name in _INHERITED}
    if "font-size" in own:
        style["font-size"] = str(_size(own["font-size"], font_size(outer)))
    return style


def font_size(style: Style) -> float:
    return float(style["font-size"])


def _size(text: str, outer: float) -> float:
    for unit, scale in (("px", 1.0), ("rem", 16.0), ("em", outer), ("%", outer / 100), ("", 1.0)):
        if text.endswith(unit):
            try:
                size = float(text.removesuffix(unit)) * scale
            except ValueError:
                return outer
            return min(max(size, SMALLEST_FONT), LARGEST_FONT)
    return outer


def _declarations(css: str | list[tinycss2.ast.Node]) -> tuple[tuple[str, str, bool], ...]:
    return tuple(
        (node.lower_name, tinycss2.serialize(node.value).strip(), node.important)
        for node in tinycss2.parse_blocks_contents(css, skip_comments=True, skip_whitespace=True)
        if node.type == "declaration" and node.lower_name in _KNOWN
    )
