"""The allow-list: the only tags, attributes and addresses that author text may end as."""

from __future__ import annotations

import nh3

TAGS = {
    "a", "blockquote", "br", "code", "data", "em", "figure", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# "*" replaces what the library would allow everywhere: ``title`` and ``lang``.
CITATION = {"title", "value"}
ATTRIBUTES: dict[str, set[str]] = {
    "*": set(),
    "a": {"href"},
    "data": CITATION,
    "ol": {"start"},
}
VALUES = {"th": {"scope": {"col"}}}
CITED = {"cite", "cite--missing", "cite--unknown"}
CLASSES = {
    "data": CITED,
    "figure": {"diagram"},
    "li": {"task", "task--done", "task--open"},
    "p": {"markup-notice"},
    "td": {"cell--left", "cell--center", "cell--right"},
    "th": {"cell--left", "cell--center", "cell--right"},
}
SCHEMES = {"http", "https", "mailto"}
LINK_REL = "noopener nofollow ugc"

_prose = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    tag_attribute_values=VALUES,
    allowed_classes=CLASSES,
    url_schemes=SCHEMES,
    url_relative="deny",
    link_rel=LINK_REL,
)
_inline = nh3.Cleaner(
    tags={"code", "data", "em", "strong"},
    attributes={"*": set(), "data": CITATION},
    allowed_classes={"data": CITED},
    link_rel=None,
)
_words = nh3.Cleaner(tags=set(), attributes={"*": set()}, link_rel=None)


def prose(html: str) -> str:
    """Keep what the allow-list names; everything else goes, or loses its tags."""
    return _prose.clean(html)


def inline(html: str) -> str:
    return _inline.clean(html)


def words(html: str) -> str:
    """The text between the tags, still escaped."""
    return _words.clean(html)
