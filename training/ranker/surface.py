"""The surface of an answer in numbers: length, layout, punctuation, overlap with the instruction, repetition.

Length and layout say much of what a judge's label rewards, and an encoder needs many examples to count
them. Given as numbers beside the encoder, they leave it what only reading shows. All are counted in tokens, so that
both languages count the same (``src/rankers/trained/surface.ts``).
"""

from __future__ import annotations

import math
import re

COUNTED = ("!", "?", ",", ".", ":", '"', "(", "*", "#", "`")
BULLETS = ("-", "*", "•")
AFTER_NUMBER = (".", ")")
ENDS = (".", "!", "?")
CLOSERS = (".", "!", "?", ")", '"', "`", "'", "]", "}")
DIGITS = re.compile(r"(##)?[0-9]+")
LONG_WORD = re.compile(r"[a-z]{4,}")

# Numbers of one answer; the last is the sum of its phrases (`ranker.phrases`).
SIZE = 16 + len(COUNTED)
# Where among them are: the length of the answer, its share of triples that are said once, the length of the instruction.
LENGTH, SAID_ONCE, INSTRUCTION_LENGTH = 0, SIZE - 4, SIZE - 2


class Surface:
    """Measures answers in token ids of one vocabulary."""

    def __init__(self, vocabulary: dict[str, int], newline: int):
        def ids(texts) -> frozenset[int]:
            return frozenset(vocabulary[text] for text in texts if text in vocabulary)

        self.newline = newline
        self.counted = [vocabulary.get(text, -1) for text in COUNTED]
        self.bullets, self.after_number = ids(BULLETS), ids(AFTER_NUMBER)
        self.ends, self.closers = ids(ENDS), ids(CLOSERS)
        self.digits = ids(text for text in vocabulary if DIGITS.fullmatch(text))
        self.pieces = ids(text for text in vocabulary if text.startswith("##"))
        self.words = ids(text for text in vocabulary if LONG_WORD.fullmatch(text))
        self.self_word = vocabulary.get("i", -1)

    def measure(self, instruction: list[int], answer: list[int]) -> list[float]:
        """``[SIZE - 1]`` numbers; ``instruction`` and ``answer`` are all tokens, before any are left out."""
        count = len(answer)
        some = max(1, count)
        kinds = set(answer)
        asked = set(instruction) & self.words
        said = kinds & self.words
        shared = len(asked & said)
        triples = set(zip(answer, answer[1:], answer[2:]))
        return [
            math.log1p(count),
            math.log1p(len(kinds)),
            math.log1p(answer.count(self.newline)),
            math.log1p(sum(a == b == self.newline for a, b in zip(answer, answer[1:]))),
            math.log1p(self.items(answer)),
            *(math.log1p(answer.count(token)) for token in self.counted),
            math.log1p(sum(token in self.digits for token in answer)),
            len(kinds) / some,
            sum(token in self.pieces for token in answer) / some,
            math.log1p(count / (1 + sum(token in self.ends for token in answer))),
            shared / max(1, len(asked)),
            shared / max(1, len(said)),
            float(count > 0 and answer[-1] in self.closers),
            len(triples) / max(1, count - 2),
            answer.count(self.self_word) / some,
            math.log1p(len(instruction)),
        ]

    def items(self, answer: list[int]) -> int:
        """Lines that begin as an item of a list does."""
        found = 0
        for index, token in enumerate(answer):
            if index > 0 and answer[index - 1] != self.newline:
                continue
            numbered = token in self.digits and index + 1 < len(answer) and answer[index + 1] in self.after_number
            found += token in self.bullets or numbered
        return found
