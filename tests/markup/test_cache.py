from __future__ import annotations

from mlsd_app.markup.cache import RenderedCache


def test_what_was_put_is_found_again() -> None:
    cache = RenderedCache(capacity=100)
    cache.put("html", "text", "screen")
    assert cache.get("text", "screen") == "html"
    assert cache.get("text", "print") is None


def test_the_size_stays_within_the_capacity() -> None:
    cache = RenderedCache(capacity=100)
    for number in range(50):
        cache.put("x" * 20, f"{number:05}")
        assert cache.size <= 100
    assert cache.get("00049") == "x" * 20
    assert cache.get("00000") is None


def test_what_was_asked_for_last_is_kept_longest() -> None:
    cache = RenderedCache(capacity=30)
    cache.put("x" * 9, "a")
    cache.put("x" * 9, "b")
    cache.put("x" * 9, "c")
    assert cache.get("a")
    cache.put("x" * 9, "d")
    assert cache.get("a")
    assert cache.get("b") is None


def test_what_is_larger_than_the_capacity_is_not_kept() -> None:
    cache = RenderedCache(capacity=10)
    cache.put("x" * 11, "a")
    assert cache.get("a") is None
    assert cache.size == 0


def test_the_same_key_counts_once() -> None:
    cache = RenderedCache(capacity=100)
    cache.put("x", "a")
    cache.put("x", "a")
    assert cache.size == 2
    cache.clear()
    assert cache.size == 0
    assert cache.get("a") is None
