"""Constraint pairs: the instruction gets a demand that one of two natural answers meets and the other does not.

The answer that fails is the one that would win otherwise, wherever there is one: what is asked comes before what is
pretty. Every demand is one that code can check.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .hard import sentences

LIST_ITEM = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s", re.MULTILINE)
WORD = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True)
class ConstraintPair:
    kind: str
    demand: str
    better: int
    worse: int


@dataclass(frozen=True)
class Facts:
    words: int
    sentences: int
    items: int
    content: frozenset[str]
    first: str

    @staticmethod
    def of(text: str) -> Facts:
        lower = text.lower()
        return Facts(
            words=len(text.split()),
            sentences=len(sentences(text)),
            items=len(LIST_ITEM.findall(text)),
            content=frozenset(WORD.findall(lower)),
            first=(re.findall(r"[a-z']+", lower) or [""])[0],
        )


def choose(rng, options):
    return options[int(rng.integers(len(options)))]


def at_most_words(rng, good: Facts, bad: Facts):
    if good.words < 3 or bad.words < 1.6 * good.words:
        return None
    limit = int(rng.integers(good.words, int(bad.words / 1.3) + 1))
    limit = max(good.words, round(limit, -1) if limit > 40 else limit)
    return choose(rng, ["Use at most {} words.", "Keep it under {} words.", "No more than {} words."]).format(limit + 1)


def at_least_words(rng, good: Facts, bad: Facts):
    if bad.words < 1 or good.words < 1.6 * bad.words or good.words < 30:
        return None
    limit = int(rng.integers(int(bad.words * 1.3) + 1, good.words + 1))
    return choose(rng, ["Write at least {} words.", "Your answer must have {} words or more."]).format(limit)


def few_sentences(rng, good: Facts, bad: Facts):
    names = {1: "one sentence", 2: "two sentences", 3: "three sentences"}
    if good.sentences not in names or bad.sentences < good.sentences + 2:
        return None
    return choose(rng, ["Answer in {}.", "Reply in {} only.", "Do it in {}."]).format(names[good.sentences])


def as_list(rng, good: Facts, bad: Facts):
    if good.items < 3 or bad.items > 0:
        return None
    return choose(rng, ["Use a list.", "Give your answer as bullet points.", "Format the answer as a list."])


def no_list(rng, good: Facts, bad: Facts):
    if good.items > 0 or bad.items < 3:
        return None
    return choose(rng, ["Do not use a list.", "Write plain prose without bullet points.", "No lists."])


def exact_items(rng, good: Facts, bad: Facts):
    if not 2 <= good.items <= 12 or bad.items in (0, good.items):
        return None
    return choose(rng, ["Give exactly {} items.", "List {} points.", "I want {} of them."]).format(good.items)


def without_word(rng, good: Facts, bad: Facts):
    words = sorted(bad.content - good.content)
    return choose(rng, ['Do not use the word "{}".', 'Avoid the word "{}".']).format(choose(rng, words)) if words else None


def with_word(rng, good: Facts, bad: Facts):
    words = sorted(good.content - bad.content)
    return choose(rng, ['Use the word "{}".', 'Mention "{}".']).format(choose(rng, words)) if words else None


def begins_with(rng, good: Facts, bad: Facts):
    if not good.first or good.first == bad.first:
        return None
    return choose(rng, ['Begin with the word "{}".', 'The first word must be "{}".']).format(good.first)


KINDS = {
    "at-most-words": at_most_words,
    "at-least-words": at_least_words,
    "few-sentences": few_sentences,
    "as-list": as_list,
    "no-list": no_list,
    "exact-items": exact_items,
    "without-word": without_word,
    "with-word": with_word,
    "begins-with": begins_with,
}


def constraint_pair(rng: np.random.Generator, texts: list[str], scores: np.ndarray) -> ConstraintPair | None:
    """One pair of ``texts`` under a demand; None where nothing fits after some tries."""
    if len(texts) < 2:
        return None
    facts = [Facts.of(text) for text in texts]
    for _ in range(12):
        kind = choose(rng, list(KINDS))
        i, j = rng.choice(len(texts), size=2, replace=False)
        # The better of the two is to fail, mostly.
        good, bad = (int(i), int(j)) if (scores[i] < scores[j]) == (rng.random() < 0.8) else (int(j), int(i))
        demand = KINDS[kind](rng, facts[good], facts[bad])
        if demand is not None:
            return ConstraintPair(kind, demand, good, bad)
    return None


def demanded(rng: np.random.Generator, instruction: str, demand: str) -> str:
    """The instruction with a demand, before or after it."""
    return f"{demand} {instruction}" if rng.random() < 0.2 else f"{instruction}{choose(rng, [' ', chr(10), chr(10) * 2])}{demand}"
