"""Two changes of one text put together."""

from __future__ import annotations

import string
from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.comparison.merging import merge

texts = st.text(st.sampled_from("ab \n.é𝔸"), max_size=30) | st.text(max_size=60)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("", "", "", ""),
        ("a b c", "a b c d", "x a b c", "x a b c d"),
        ("a b c", "a c", "a b c d", "a c d"),
        ("a b c d e", "a X c d e", "a b c Y e", "a X c Y e"),
        ("a b c d e", "a X c Y e", "a X c d e", "a X c Y e"),
        ("one\ntwo\nthree", "ONE\ntwo\nthree", "one\ntwo\nthree\nfour", "ONE\ntwo\nthree\nfour"),
        ("one\ntwo\nthree", "one\nthree", "zero\none\ntwo\nthree", "zero\none\nthree"),
        ("same end", "new words end", "new words end", "new words end"),
    ],
)
def test_changes_that_do_not_touch_are_put_together(
    base: str, mine: str, theirs: str, merged: str
) -> None:
    assert merge(base, mine, theirs) == merged


@pytest.mark.parametrize(
    ("base", "mine", "theirs"),
    [
        ("", "mine", "theirs"),
        ("a b c", "a X c", "a Y c"),
        ("a b c", "a X c", "a b Y"),  # beside each other
        ("a", "a mine", "a theirs"),
        ("a b", "", "a b c"),
        ("above 0.9", "above 1.9", "above 0.8"),  # a number is one word
        ("a b c d", "a d", "a b X c d"),
    ],
)
def test_changes_that_touch_are_not(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, theirs) is None


@given(texts, texts)
def test_one_change_alone_stands(base: str, text: str) -> None:
    assert merge(base, base, text) == text
    assert merge(base, text, base) == text
    assert merge(base, text, text) == text


@given(texts, texts, texts)
def test_it_does_not_matter_who_is_who(base: str, mine: str, theirs: str) -> None:
    assert merge(base, mine, theirs) == merge(base, theirs, mine)


spaces = st.sampled_from([" ", "\n", "\n\n"])


@st.composite
def edited(draw: st.DrawFn, base: list[str], letter: str) -> list[str]:
    """``base`` with words left out, and others put in that begin with ``letter``."""
    kept: list[str] = []
    for number, word in enumerate(base):
        fate = draw(st.sampled_from(["kept"] * 6 + ["out", "in"]))
        kept += [] if fate == "out" else [word]
        kept += [f"{letter}{number}"] if fate == "in" else []
    return kept


@given(st.data())
def test_what_either_added_is_there_and_what_either_removed_is_gone(data: st.DataObject) -> None:
    base = [f"w{number}" for number in range(data.draw(st.integers(1, 25)))]
    mine, theirs = data.draw(edited(base, "m")), data.draw(edited(base, "t"))
    space = data.draw(spaces)
    merged = merge(*(space.join(one) for one in (base, mine, theirs)))
    if merged is not None:
        kept = {word for word in base if word in mine and word in theirs}
        added = {*mine, *theirs} - set(base)
        assert Counter(merged.split()) == Counter(kept | added)


def long_text(random: Random, line_length: int) -> str:
    vocabulary = ["".join(random.choices(string.ascii_lowercase, k=5)) for _ in range(2000)]
    found = [random.choice(vocabulary) for _ in range(3300)]
    return "".join(
        word + ("\n" if number % line_length == 0 else " ")
        for number, word in enumerate(found, start=1)
    )


def changed(random: Random, text: str, part: str) -> str:
    """``text`` with ten words changed in its first or its second half."""
    found = text.split(" ")
    half = len(found) // 2
    for _ in range(10):
        place = random.randrange(half - 10) + (half + 10 if part == "second" else 0)
        found[place] = f"{part}-{place}"
    return " ".join(found)


@pytest.mark.parametrize("line_length", [1, 20, 100_000])
def test_long_texts_merge(line_length: int) -> None:
    random = Random(1)  # noqa: S311  the same text each time
    text = long_text(random, line_length)
    mine = changed(random, text, "first") if line_length > 1 else f"first {text}"
    theirs = changed(random, text, "second") if line_length > 1 else f"{text} second"
    merged = merge(text, mine, theirs)
    assert merged is not None
    assert Counter(merged.split()) == (
        Counter(text.split())
        + (Counter(mine.split()) - Counter(text.split()))
        + (Counter(theirs.split()) - Counter(text.split()))
        - (Counter(text.split()) - Counter(mine.split()))
        - (Counter(text.split()) - Counter(theirs.split()))
    )


@pytest.mark.parametrize("text", ["a " * 10_000, "\n" * 20_000, "ab" * 10_000])
def test_texts_that_repeat_one_word_end(text: str) -> None:
    middle = len(text) // 2
    mine = f"{text[:middle]}mine{text[middle:]}"
    assert merge(text, mine, text) == mine
    assert merge(text, mine, f"{text} theirs") in {f"{mine} theirs", None}
