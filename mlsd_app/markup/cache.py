"""Remembering what was rendered: the same texts are shown again and again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class RenderedCache:
    """Keeps the HTML asked for last, up to ``capacity`` characters of keys and values together.

    ``functools.lru_cache`` counts entries; these differ in size by a factor of a thousand.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: OrderedDict[tuple[str, ...], str] = OrderedDict()
        self._lock = Lock()

    def get(self, *key: str) -> str | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, html: str, *key: str) -> None:
        with self._lock:
            if key in self._entries:
                return
            self._entries[key] = html
            self._size += _cost(key, html)
            while self._size > self._capacity:
                self._size -= _cost(*self._entries.popitem(last=False))

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
            self._size = 0

    @property
    def size(self) -> int:
        """Characters held."""
        return self._size


def _cost(key: tuple[str, ...], html: str) -> int:
    return len(html) + sum(map(len, key))
