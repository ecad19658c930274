"""Text to plain structures, with bounds: size, depth, aliases; no tags and no duplicate keys.

YAML is read from its events, not by a loader: nothing is built but mappings, lists and text. Every
mapping remembers where its keys stand, so that whoever finds fault with a value can point at it.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import yaml

from mlsd_app.stages.values import CONTROL_CHARACTER, quoted

SIZE_LIMIT = 1_000_000  # characters of a file
DEPTH_LIMIT = 12  # a cell of a table is at depth 5
ALIAS_LIMIT = 1000  # values that aliases may add

# An absent C library costs time only: the events are the same.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR = yaml.ScalarEvent
_END_OF_MAPPING = yaml.MappingEndEvent
_END_OF_SEQUENCE = yaml.SequenceEndEvent
_JSON_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]|[^\s"{}\[\],:]+')
_STANDARD_TAG = re.compile(r"(?:tag:yaml\.org,2002:)(?:str|int|float|bool|null|seq|map)")


Place = tuple[int, int]  # line and column, both counted from 1


class UnreadableError(ValueError):
    """The text is not a design at all; the message says why and, where known, in which line."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class Plain(str):
    """Text that was not quoted: the field decides whether it is a number, a flag or a word."""

    __slots__ = ()


class Branch(dict[str, "Tree"]):
    """A mapping, where it stands, and where each of its keys stands, in their order."""

    __slots__ = ("key_places", "place")

    place: Place
    key_places: list[Place]

    def placed(self) -> Iterator[tuple[str, Tree, Place]]:
        """Each key with its value and the place of the key."""
        for (key, node), place in zip(self.items(), self.key_places, strict=True):
            yield key, node, place


Tree = str | bool | None | list["Tree"] | Branch  # Plain is a str


def parse_tree(text: str, name: str) -> Tree:
    """The structure of ``text``: JSON or YAML, by the ending of ``name``, else by its start.

    Raises ``UnreadableError``.
    """
    if len(text) > SIZE_LIMIT:
        raise UnreadableError(
            f"The file has {len(text):,} characters; a design has at most {SIZE_LIMIT:,}."
        )
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise UnreadableError("The file is empty. Write a mapping of stages, such as “framing:”.")
    ending = name.rpartition(".")[2].casefold()
    is_json = ending == "json" or (ending not in {"yaml", "yml"} and text.lstrip()[0] in "{[")
    return _parse_json(text) if is_json else _parse_yaml(text)


def _parse_json(text: str) -> Tree:
    try:
        tree: Tree = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=Plain,
            parse_float=Plain,
            parse_constant=Plain,
        )
    except json.JSONDecodeError as error:
        message = error.msg.removesuffix(" at").replace("Invalid", "Unexpected").lower()
        says = f"Line {error.lineno} is not JSON: {message}."
        raise UnreadableError(says, error.lineno) from None
    except RecursionError:
        raise UnreadableError(_too_deep()) from None
    _check_depth(tree)
    _locate(tree, _json_tokens(text))
    return tree


def _object(pairs: list[tuple[str, Tree]]) -> Branch:
    found = Branch()
    for key, value in pairs:
        if key in found:
            raise UnreadableError(_twice(key))
        found[key] = value
    return found


def _json_tokens(text: str) -> Iterator[Place]:
    """Where each string, number, word and bracket of ``text`` begins; ``text`` is JSON."""
    starts = [0, *(found.end() for found in re.finditer("\n", text))]
    for token in _JSON_TOKEN.finditer(text):
        line = bisect_right(starts, token.start())
        yield line, token.start() - starts[line - 1] + 1


def _locate(node: Tree, tokens: Iterator[Place]) -> None:
    """Tell every mapping in ``node`` where it stands, from the tokens that ``node`` was read of."""
    place = next(tokens)
    if isinstance(node, Branch):
        node.place = place
        node.key_places = []
        for child in node.values():
            node.key_places.append(next(tokens))
            _locate(child, tokens)
    elif isinstance(node, list):
        for child in node:
            _locate(child, tokens)
    if isinstance(node, dict | list):
        next(tokens)  # the closing bracket


def _check_depth(tree: Tree) -> None:
    level: list[Tree] = [tree]
    for _ in range(DEPTH_LIMIT):
        level = [part for node in level for part in _parts(node)]
    if level:
        raise UnreadableError(_too_deep())


def _parts(node: Tree) -> Iterator[Tree]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def _parse_yaml(text: str) -> Tree:
    if found := CONTROL_CHARACTER.search(text):
        before = text.count("\n", 0, found.start())
        says = f"Line {before + 1} holds an invisible control character. Delete it there."
        raise UnreadableError(says, before + 1)
    try:
        return _Builder(text).document()
    except UnreadableError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        where = f"Line {line}" if line else "The file"
        says = f"{where} is not YAML: {error.problem or error.context}."
        raise UnreadableError(says, line) from None
    except (yaml.YAMLError, ValueError):
        raise UnreadableError("The file is not YAML.") from None


class _Builder:
    """Builds the one document of a YAML text from its events."""

    def __init__(self, text: str) -> None:
        self.next: Callable[[], Any] = _LOADER(text).get_event
        self.anchors: dict[str, Tree] = {}
        self.aliased = 0

    def document(self) -> Tree:
        tree: Tree = None
        while not isinstance(event := self.next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                if tree is not None:
                    self._refuse(event, "a second document begins. One file holds one design")
                tree = self._node(self.next(), 0)
        return tree

    def _node(self, event: Any, depth: int) -> Tree:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if event.tag:
            self._check_tag(event)
        node: Tree
        if isinstance(event, yaml.ScalarEvent):
            is_plain = event.implicit[0] and event.tag is None
            node = Plain(event.value) if is_plain else event.value
        elif depth == DEPTH_LIMIT:
            self._refuse(event, f"more than {DEPTH_LIMIT} levels are nested. A design has 5")
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(depth + 1)
        else:
            node = self._mapping(event, depth + 1)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def _sequence(self, depth: int) -> Tree:
        entries: list[Tree] = []
        next_event = self.next
        while (event := next_event()).__class__ is not _END_OF_SEQUENCE:
            entries.append(self._node(event, depth))
        return entries

    def _mapping(self, start: Any, depth: int) -> Branch:
        found = Branch()
        found.place = start.start_mark.line + 1, start.start_mark.column + 1
        found.key_places = places = []
        next_event = self.next
        # Nearly every event is a scalar that nothing is said about: nothing is called for it.
        while (event := next_event()).__class__ is not _END_OF_MAPPING:
            if event.__class__ is _SCALAR and event.tag is None and event.anchor is None:
                key = event.value
            else:
                key = self._key(event, depth)
            if key == "<<":
                self._refuse(event, "“<<” merges mappings, which a design does not need")
            if key in found:
                line = event.start_mark.line + 1
                raise UnreadableError(f"Line {line}: {_twice(key)}", line)
            mark = event.start_mark
            places.append((mark.line + 1, mark.column + 1))
            event = next_event()
            if event.__class__ is _SCALAR and event.tag is None and event.anchor is None:
                found[key] = Plain(event.value) if event.implicit[0] else event.value
            else:
                found[key] = self._node(event, depth)
        return found

    def _key(self, event: Any, depth: int) -> str:
        key = self._node(event, depth)
        if not isinstance(key, str):
            self._refuse(event, "a key is a list or a mapping. Write a name and a colon")
        return str(key)

    def _alias(self, event: Any) -> Tree:
        if event.anchor not in self.anchors:
            self._refuse(event, f"{quoted('*' + event.anchor)} stands for nothing")
        node = self.anchors[event.anchor]
        self.aliased += _size(node)
        if self.aliased > ALIAS_LIMIT:
            self._refuse(event, "aliases repeat too much of the file. Write the values out")
        return node

    def _check_tag(self, event: Any) -> None:
        if event.tag != "!" and not _STANDARD_TAG.fullmatch(event.tag):
            self._refuse(event, f"the tag {quoted(event.tag)} is not read. Take it out")

    def _refuse(self, event: Any, message: str) -> NoReturn:
        line = event.start_mark.line + 1
        raise UnreadableError(f"Line {line}: {message}.", line)


def _size(tree: Tree) -> int:
    """How many values ``tree`` holds, counting no further than aliases may add."""
    waiting, count = [tree], 0
    while waiting and count <= ALIAS_LIMIT:
        waiting.extend(_parts(waiting.pop()))
        count += 1
    return count


def _twice(key: str) -> str:
    return f"{quoted(key)} is written twice in one mapping. Keep one."


def _too_deep() -> str:
    return f"More than {DEPTH_LIMIT} levels are nested. A design has 5."
