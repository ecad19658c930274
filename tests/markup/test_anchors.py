from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsd_app.markup.anchors import (
    MOST_CONTEXT,
    Anchor,
    Quote,
    State,
    find,
    follow,
    from_source,
    in_source,
    trace,
)
from mlsd_app.markup.plain_text import Written, plain_text
from tests.markup.test_plain_text import typed

ALPHA = (
    "Team Alpha reported that the new deployment reduced latency by twelve percent across all "
    "regions."
)
BETA = ALPHA.replace("Alpha", "Beta")
RANKER = "The ranker is retrained every night on the clicks of the last fourteen days."
LONG = " ".join(
    f"Sentence {number} says that {number * 7} of them were late." for number in range(9)
)


def at(text: str, words: str) -> Anchor:
    start = text.index(words)
    return Anchor.at(text, start, start + len(words))


def followed(before: str, after: str, words: str) -> tuple[State, str]:
    """The state of an anchor at ``words`` after an edit, and what stands there."""
    anchor = follow(at(before, words), before, after)
    stands = after[anchor.start : anchor.end] if anchor.is_placed else ""
    assert stands == (anchor.shown if anchor.is_placed else "")
    return anchor.state, stands


@pytest.mark.parametrize(
    ("before", "after", "words", "state", "stands"),
    [
        pytest.param(
            "We use PR-AUC here.", "First of all. We use PR-AUC here.", "PR-AUC",
            State.EXACT, "PR-AUC", id="shifted by what is inserted before",
        ),
        pytest.param(
            "We use PR-AUC here.", "We use PR-AUC here, and log loss.", "PR-AUC here",
            State.EXACT, "PR-AUC here", id="left alone by what is inserted behind",
        ),
        pytest.param(
            "We use PR-AUC because classes are rare.",
            "We use PR-AUC (see the note on it below) because classes are rare.",
            "PR-AUC because classes",
            State.TRACED, "PR-AUC (see the note on it below) because classes", id="grown",
        ),
        pytest.param(
            "The quick brown fox jumps over the dog. End.", "The quick brown fox jumps. End.",
            "quick brown fox jumps over the dog.",
            State.TRACED, "quick brown fox jumps.", id="shrunk",
        ),
        pytest.param(
            "The big model runs fast. Good.", "A huge model runs fast. Good.",
            "The big model runs fast.",
            State.TRACED, "A huge model runs fast.", id="begun with other words",
        ),
        pytest.param(
            "At night it runs on two machines. Good.", "At night it runs on two servers. Good.",
            "At night it runs on two machines.",
            State.TRACED, "At night it runs on two servers.", id="ended with other words",
        ),
        pytest.param(
            "We wait 20 ms for it.", "We wait 200 ms for it.", "wait 20 ms",
            State.TRACED, "wait 200 ms", id="by a letter",
        ),
        pytest.param(
            f"{RANKER} It is cheap.", f"It is cheap. {RANKER}", RANKER,
            State.EXACT, RANKER, id="a sentence that moved",
        ),
        pytest.param(
            f"{RANKER} It is cheap.", f"It is cheap. {RANKER}", "every night",
            State.EXACT, "every night", id="words of a sentence that moved",
        ),
        pytest.param(
            f"{RANKER} It is cheap.", "It is cheap.", "every night",
            State.FIELD, "", id="deleted with its sentence",
        ),
        pytest.param(
            f"{RANKER} It is cheap.", "", "every night", State.FIELD, "", id="everything deleted",
        ),
        pytest.param(
            "One two three four five six.", "One six.", "two three four five",
            State.FIELD, "", id="deleted but for nothing",
        ),
        pytest.param(
            LONG, LONG.replace("Sentence 4 says that 28 of them were late. ", ""),
            "Sentence 5 says that 35 of them were late.",
            State.EXACT, "Sentence 5 says that 35 of them were late.", id="after one much like it",
        ),
        pytest.param(
            "Cut. The model is small. End.", "Cut. End.", "The model is small.",
            State.FIELD, "", id="a short sentence that was deleted",
        ),
    ],
)  # fmt: skip
def test_an_anchor_follows_an_edit(
    before: str, after: str, words: str, state: State, stands: str
) -> None:
    assert followed(before, after, words) == (state, stands)


@pytest.mark.parametrize(
    "words", [ALPHA, "reduced latency by twelve percent", "Team Alpha", "Team"]
)
@pytest.mark.parametrize("after", [BETA, f"Nothing was reported. {BETA}", f"{BETA} More of it."])
def test_a_lookalike_does_not_capture_what_was_deleted(words: str, after: str) -> None:
    """As in hypothesis/client#7571, where it did."""
    assert followed(f"{ALPHA} {BETA}", after, words) == (State.FIELD, "")


def test_a_lookalike_written_later_does_not_capture_either() -> None:
    lost = follow(at(f"{ALPHA} {RANKER}", "reduced latency by twelve percent"), ALPHA, RANKER)
    assert lost.state is State.FIELD
    later = follow(lost, RANKER, f"{BETA} {RANKER}")
    assert later.state is State.FIELD
    back = follow(later, f"{BETA} {RANKER}", f"{BETA} {ALPHA} {RANKER}")
    assert (back.state, back.start) == (State.EXACT, len(BETA) + 1 + ALPHA.index("reduced"))


def test_unpunctuated_lookalikes_do_not_capture_either() -> None:
    before = "latency is high in one latency is high in two"
    assert followed(before, "latency is high in two", "latency is high in one") == (State.FIELD, "")


def test_what_was_moved_and_rewritten_is_found() -> None:
    now = RANKER.replace("every night", "each night")
    after = f"{ALPHA} {now}"
    assert followed(f"{RANKER} {ALPHA}", after, RANKER) == (State.FUZZY, now)
    assert followed(f"{RANKER} {ALPHA}", after, "The ranker is") == (State.EXACT, "The ranker is")


def test_of_two_that_are_nearly_as_like_neither_is_taken() -> None:
    before = f"{RANKER} It is cheap."
    one, other = RANKER.replace("fourteen", "ten"), RANKER.replace("fourteen", "nine")
    after = f"Nothing stays as it was. {one} Or else it was the other way round. {other}"
    assert followed(before, after, RANKER)[0] is State.FIELD


def test_what_is_unsure_stays_unsure_until_the_words_are_back() -> None:
    now = RANKER.replace("every night", "nightly")
    unsure = Anchor(Quote(RANKER), 0, len(now), State.FUZZY, now)
    shifted = follow(unsure, now, f"First. {now}")
    assert (shifted.state, shifted.start) == (State.FUZZY, 7)
    back = follow(shifted, f"First. {now}", f"First. {RANKER}")
    assert back == Anchor(Quote(RANKER), 7, 7 + len(RANKER))


def test_undoing_an_edit_brings_the_exact_words_back() -> None:
    before = f"It is new. {RANKER} It is cheap."
    for after in ("It is new. It is cheap.", before.replace(" every night", ""), "", "Else."):
        anchor = follow(at(before, RANKER), before, after)
        assert anchor.state is not State.EXACT
        back = follow(anchor, after, before)
        assert (back.state, back.start, back.end) == (State.EXACT, 11, 11 + len(RANKER))


def test_undoing_a_deletion_brings_back_what_the_words_had_become() -> None:
    first = f"It is new. {RANKER} It is cheap."
    second = first.replace("every night", "each and every night")
    traced = follow(at(first, RANKER), first, second)
    lost = follow(traced, second, "It is new.")
    assert (lost.state, lost.shown) == (State.FIELD, traced.words)
    assert follow(lost, "It is new.", second) == replace(traced, quote=lost.quote)


def test_a_few_words_come_back_only_in_their_sentence() -> None:
    lost = follow(at("We see it. Recall is key here. End.", "Recall"), "x", "We see it. End.")
    assert follow(lost, "We see it. End.", "We see it. Recall is bad. End.").state is State.FIELD
    back = follow(lost, "We see it. End.", "We see it. Recall is key here. End.")
    assert (back.state, back.start) == (State.EXACT, 11)


def test_a_row_that_is_deleted_and_put_back() -> None:
    anchor = at(RANKER, "every night")
    gone = follow(anchor, RANKER, None)
    assert (gone.state, gone.is_placed) == (State.STAGE, False)
    assert follow(gone, None, RANKER) == anchor
    assert follow(gone, None, "Something else.").state is State.FIELD
    assert follow(gone, None, f"First. {RANKER}").start == anchor.start + 7
    traced = follow(anchor, RANKER, RANKER.replace("every night", "every single night"))
    after = RANKER.replace("every night", "every single night")
    assert follow(follow(traced, after, None), None, after) == traced


def test_an_anchor_that_does_not_fit_its_text_is_found_or_let_go() -> None:
    anchor = at(RANKER, "every night")
    text = f"First. {RANKER}"
    assert follow(anchor, text, f"So: {text}").start == anchor.start + 11
    assert follow(replace(anchor, start=900, end=990), "Else.", "Other.").state is State.FIELD


@given(
    before=st.text(max_size=80),
    after=st.text(max_size=80),
    start=st.integers(0, 90),
    size=st.integers(0, 90),
    state=st.sampled_from(State),
    words=st.text(max_size=20),
)
def test_following_never_raises(
    before: str, after: str, start: int, size: int, state: State, words: str
) -> None:
    anchor = replace(Anchor.at(before, start, start + size), state=state, words=words)
    for text in (after, None):
        for was in (before, None):
            now = follow(anchor, was, text)
            if now.is_placed and text is not None and was != text:
                assert text[now.start : now.end] == now.shown


def test_tracing_gives_the_range_or_nothing() -> None:
    assert trace("a b c", "x a b c", 2, 3) == (4, 5)
    assert trace("One. Two. Three.", "One. Three.", 5, 9) is None


def test_a_quote_is_found_by_its_context_then_by_its_place() -> None:
    text = "the loss and the cost and the loss of it"
    assert find(text, Quote("the  loss")) == (0, 8)
    assert find(text, Quote("the loss", near_prefix := "cost and ")) == (26, 34), near_prefix
    assert find(text, Quote("the loss", suffix="\nof it")) == (26, 34)
    assert find(text, Quote("the loss"), near=25) == (26, 34)
    assert find(text, Quote("the gain")) is None
    assert find(text, Quote("")) is None


def test_a_quote_keeps_the_rest_of_its_sentence() -> None:
    assert Quote.at("One. Two. So three. Four. Five six seven eight nine ten.", 13, 18) == Quote(
        "three", "One. Two. So ", ". Four. Five six seven eight nin"
    )
    start = ALPHA.index("deployment")
    assert Quote.at(ALPHA, start, start + 3) == Quote("dep", ALPHA[:start], ALPHA[start + 3 :])
    endless = Quote.at(f"{'a' * 900}word{'b' * 900}", 900, 904)
    assert (len(endless.prefix), len(endless.suffix)) == (MOST_CONTEXT, MOST_CONTEXT)


@pytest.mark.parametrize(
    ("source", "words", "part"),
    [
        ("the **big** model now", "big model", "**big** model"),
        ("the **big** model now", "big", "big"),
        ("see [here it is](https://e.org) ok", "here it is", "here it is"),
        ("- one\n- two `x` three\n", "two x", "two `x`"),
        ("a \\* b", "* b", "\\* b"),
        ("it is [[serving.p99]] now", "[[serving.p99]] now", "[[serving.p99]] now"),
        ("```\ncode here\n```\n\ntext", "code", "code"),
        ("|a|b|\n|-|-|\n|c|d|\n", "d", "d"),
        ("two\nlines of one", "two lines", "two\nlines"),
        ("see [here](https://e.org) ok", "here ok", "[here](https://e.org) ok"),
        ("x &lt; y z", "< y", None),
        ("- one\n- two", "one two", None),
        ("one\n\ntwo", "one two", None),
    ],
)
def test_a_range_is_found_in_what_is_written_where_that_is_certain(
    source: str, words: str, part: str | None
) -> None:
    plain = plain_text(source)
    start = plain.rindex(words)
    place = in_source(source, plain, start, start + len(words))
    assert (place and source[slice(*place)]) == part


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("**big** model", "big model"),
        ("big", "big"),
        ("model is [here](https://e.org)", "model is here"),
        ("the", "the"),
        ("big** model", None),
        ("e.org", None),
        (" ", None),
    ],
)
def test_a_selection_in_what_is_written_is_found_in_the_text(part: str, words: str | None) -> None:
    source = "Now the **big** model is [here](https://e.org)"
    plain, start = plain_text(source), source.index(part)
    place = from_source(source, plain, start, start + len(part))
    assert (place and plain[slice(*place)]) == words


def test_a_list_is_searched_line_by_line() -> None:
    source = "one *two*\nthree"
    plain = plain_text(source, Written.LINES)
    assert in_source(source, plain, 4, 7, Written.LINES) == (5, 8)
    assert from_source(source, plain, 10, 15, Written.LINES) == (8, 13)


@given(source=typed, numbers=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_other_words_change_the_text_there_and_nowhere_else(
    source: str, numbers: tuple[float, float]
) -> None:
    plain = plain_text(source)
    start, end = sorted(round(number * len(plain)) for number in numbers)
    if place := in_source(source, plain, start, end):
        changed = f"{source[: place[0]]}other{source[place[1] :]}"
        assert plain_text(changed) == f"{plain[:start]}other{plain[end:]}"
