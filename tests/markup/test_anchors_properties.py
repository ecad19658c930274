"""Ten thousand documents edited at random, with sentences that hardly differ among them.

Each sentence has an identity that survives its edits, so where an anchor ought to be is known; but
for leaps, in which a sentence may go and one much like it come, as when it is edited.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest

from mlsd_app.markup.anchors import Anchor, State, follow
from mlsd_app.markup.edits import TELLING

BATCHES, SEQUENCES, EDITS = 20, 500, 3

SHAPES = (
    "{who} reported that the new {what} reduced {measure} by {number} across all regions.",
    "The {what} ranks candidates by {measure} over {number} days, as {who} asked.",
    "{who} owns the {what}.",
    "We measure {measure} of the {what} on {number} sessions, because {who} decides by it.",
    "If {measure} drops below {number}, the {what} falls back to popularity.",
)
WORDS = {
    "who": ("Team Alpha", "Team Beta", "The platform team", "Search", "Ads"),
    "what": ("deployment", "ranker", "fallback", "feature store", "index"),
    "measure": ("latency", "recall", "PR-AUC", "watch time", "cost"),
    "number": ("twelve percent", "0.7", "7", "50 ms", "400"),
}
FOREIGN = (
    "the", "of", "and", "by", "we", "is", "days", "new", "latency", "owns", "a", "hashing", "keys",
    "spreads", "evenly", "queue", "drains", "before", "midnight", "labels", "arrive", "late",
)  # fmt: skip
TYPED = ("now", "not", "roughly", "it is said", "2", "p99")


@dataclass(frozen=True)
class Sentence:
    identity: int
    text: str


@dataclass
class Document:
    """Sentences, no two of them ever the same, and every state they were in."""

    random: Random
    sentences: list[Sentence] = field(default_factory=list)
    past: list[tuple[Sentence, ...]] = field(default_factory=list)
    texts: set[str] = field(default_factory=set)
    count: int = 0

    @property
    def text(self) -> str:
        return " ".join(one.text for one in self.sentences)

    def place_of(self, identity: int) -> tuple[int, int] | None:
        at = 0
        for one in self.sentences:
            if one.identity == identity:
                return at, at + len(one.text)
            at += len(one.text) + 1
        return None

    def at(self, place: int) -> int:
        """Which sentence stands there."""
        begun = [one for one in self.sentences if self.starts(one) <= place]
        return begun[-1].identity

    def starts(self, sentence: Sentence) -> int:
        return (self.place_of(sentence.identity) or (0, 0))[0]

    def new(self) -> Sentence | None:
        shape = self.random.choice(SHAPES)
        text = shape.format(**{key: self.random.choice(some) for key, some in WORDS.items()})
        self.count += 1
        return self.once(Sentence(self.count, text))

    def like(self, other: Sentence) -> Sentence | None:
        """A sentence in which one word of ``other`` is different."""
        self.count += 1
        return self.once(Sentence(self.count, self.with_another_word(other.text)))

    def with_another_word(self, text: str) -> str:
        kinds = [some for some in WORDS.values() if any(word in text for word in some)]
        if not kinds:
            return text.replace(self.random.choice(text.split(" ")), self.random.choice(FOREIGN), 1)
        some = self.random.choice(kinds)
        old = next(word for word in some if word in text)
        return text.replace(old, self.random.choice(some))

    def once(self, sentence: Sentence) -> Sentence | None:
        """``sentence``, unless it was written before."""
        if sentence.text in self.texts:
            return None
        self.texts.add(sentence.text)
        return sentence

    def insert(self, sentence: Sentence | None) -> None:
        if sentence:
            self.sentences.insert(self.random.randint(0, len(self.sentences)), sentence)

    def some(self) -> int:
        return self.random.randrange(len(self.sentences))


def write(document: Document) -> None:
    document.insert(document.new())


def write_alike(document: Document) -> None:
    document.insert(document.like(document.sentences[document.some()]))


def delete(document: Document) -> None:
    document.sentences.pop(document.some())


def delete_some(document: Document) -> None:
    for _ in range(document.random.randint(1, 3)):
        if document.sentences:
            delete(document)


def move(document: Document) -> None:
    document.insert(document.sentences.pop(document.some()))


def shuffle(document: Document) -> None:
    document.random.shuffle(document.sentences)


def edit_a_word(document: Document) -> None:
    at = document.some()
    words = document.sentences[at].text.split(" ")
    word = document.random.randrange(len(words) - 1)
    choice = document.random.random()
    if choice < 0.4:
        words.insert(word, document.random.choice(TYPED))
    elif choice < 0.7 and len(words) > 4:
        words.pop(word)
    else:
        words[word] = document.random.choice(TYPED)
    edited = document.once(Sentence(document.sentences[at].identity, " ".join(words)))
    document.sentences[at] = edited or document.sentences[at]


def type_letters(document: Document) -> None:
    at = document.some()
    text = document.sentences[at].text
    place = document.random.randrange(len(text) - 3)
    text = (
        text[:place]
        + document.random.choice("aé7 -")
        + text[place + document.random.randint(0, 2) :]
    )
    text = " ".join(text.split())
    edited = document.once(Sentence(document.sentences[at].identity, text))
    document.sentences[at] = edited or document.sentences[at]


def paste_over(document: Document) -> None:
    """Everything is replaced by something else, in which some of the words come again."""
    pasted = (document.once(foreign(document)) for _ in range(document.random.randint(1, 9)))
    document.sentences = [one for one in pasted if one]


def foreign(document: Document) -> Sentence:
    words = [document.random.choice(FOREIGN) for _ in range(document.random.randint(3, 14))]
    document.count += 1
    return Sentence(document.count, f"{' '.join(words).capitalize()}.")


def restore(document: Document) -> None:
    document.sentences = list(document.random.choice(document.past))


EDITING: tuple[Callable[[Document], None], ...] = (
    write, write_alike, write_alike, delete, delete, delete_some, move, shuffle, edit_a_word,
    edit_a_word, type_letters, paste_over, restore, restore,
)  # fmt: skip


def a_document(random: Random) -> Document:
    document = Document(random)
    for _ in range(random.randint(2, 6)):
        write(document)
    while len(document.sentences) < 3:
        write_alike(document)
    write_alike(document)
    return document


def anchored(document: Document, *, whole: bool) -> tuple[int, Anchor]:
    """An anchor at a sentence, or at some words of it, and which sentence that is."""
    sentence = document.random.choice(document.sentences)
    start, end = document.place_of(sentence.identity) or (0, 0)
    if not whole:
        start = document.random.randrange(start, end - 1)
        end = document.random.randint(start + 1, end)
        spaces = len(document.text[start:end]) - len(document.text[start:end].lstrip(" "))
        start = min(start + spaces, end - 1)
    return sentence.identity, Anchor.at(document.text, start, end)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_an_anchor_is_at_its_own_words_or_nowhere(batch: int) -> None:
    for number in range(SEQUENCES):
        random = Random(batch * SEQUENCES + number)  # noqa: S311  the same edits each time
        document = a_document(random)
        anchors = [anchored(document, whole=whole) for whole in (True, False)]
        for _ in range(EDITS):
            before = document.text
            document.past.append(tuple(document.sentences))
            editing = random.choice(EDITING)
            editing(document)
            if not document.sentences:
                editing = restore
                restore(document)
            followed = []
            for identity, anchor in anchors:
                now = follow(anchor, before, document.text)
                check_words(document, identity, now)
                is_leap = editing is restore and anchor.is_placed and now.is_placed
                identity_now = document.at(now.start) if is_leap else identity
                check_place(document, identity_now, now)
                followed.append((identity_now, now))
            anchors = followed


def check_words(document: Document, identity: int, anchor: Anchor) -> None:
    """What is said to stand there does, and a sentence that stands there is found."""
    stands = document.text[anchor.start : anchor.end]
    if anchor.state is State.EXACT:
        assert stands == anchor.quote.exact
    if anchor.is_placed:
        assert stands == anchor.shown != ""
    place = document.place_of(identity)
    words = document.text[slice(*place)] if place else ""
    if words == anchor.quote.exact and len(words) >= TELLING:
        assert anchor.state is State.EXACT, "lost"


def check_place(document: Document, identity: int, anchor: Anchor) -> None:
    """No other sentence has it, unless all that is known of the quote stands there."""
    if not anchor.is_placed or is_the_same_place(anchor, document.text):
        return
    place = document.place_of(identity)
    assert place is not None, "captured by another sentence"
    assert place[0] < anchor.end, "before its sentence"
    assert anchor.start < place[1], "after its sentence"


def is_the_same_place(anchor: Anchor, text: str) -> bool:
    rest = f"{anchor.quote.exact[-1]}{anchor.quote.suffix}".partition(".")[0][1:]
    return (
        anchor.state is State.EXACT
        and text[: anchor.start].endswith(anchor.quote.prefix.rpartition(". ")[2])
        and text[anchor.end :].startswith(rest)
    )
