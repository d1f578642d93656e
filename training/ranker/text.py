"""From texts to token ids, exactly as the TypeScript side does it (src/rankers/trained/text-encoder.ts)."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from tokenizers import Tokenizer

from .phrases import Phrases
from .surface import Surface

# Longer texts are cut to their first and last half of this many characters before they are tokenized.
MAX_CHARACTERS = 20_000

# Texts whose tokens are remembered; those made for a batch are never met again.
MAX_CACHED = 50_000
# Done beforehand, since tokenizers do it differently in the two languages: Unicode's rule for a sigma at the end
# of a word, and spaces around Chinese characters beyond the 16-bit range. Half surrogates are no characters.
RARE_CHINESE = re.compile("[\U00020000-\U0003ffff]")
HALF_SURROGATE = re.compile("[\ud800-\udfff]")


def normalize(text: str) -> str:
    return RARE_CHINESE.sub(r" \g<0> ", HALF_SURROGATE.sub("\ufffd", text.replace("Σ", "σ")))


@dataclass(frozen=True)
class Lengths:
    """Most tokens kept of each text: the first ``head`` and the last ``tail`` ones."""

    instruction_head: int = 64
    instruction_tail: int = 64
    answer_head: int = 192
    answer_tail: int = 96

    def as_config(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class SpecialTokens:
    """Ids of the tokens that begin a text, end a part, and end a line (the paragraph sign of BERT's vocabulary)."""

    cls: int = 101
    sep: int = 102
    newline: int = 1086

    def as_config(self) -> dict:
        return asdict(self)


def plain_description(description: dict) -> dict:
    """A tokenizer without special tokens, padding and cutting, so that "[SEP]" in a text is just text."""
    return {**description, "added_tokens": [], "truncation": None, "padding": None, "post_processor": None}


@dataclass(frozen=True)
class Encoded:
    """``[CLS] instruction [SEP] answer [SEP]`` of one candidate."""

    ids: list[int]
    # How many of the ids are the instruction's, with both special tokens around it: those of token type 0.
    first: int
    # From this index on, positions are `gap` further: what was left out of a long answer keeps its place, as far as
    # there are positions. So the network sees how long a text is that it cannot see whole.
    tail_start: int
    gap: int
    # Of the whole answer: its surface, and the sum of its phrases.
    surface: list[float]

    def positions(self) -> list[int]:
        return [*range(self.tail_start), *range(self.tail_start + self.gap, len(self.ids) + self.gap)]


class Encoder:
    """Turns (instruction, answer) into ids. Lines are kept: a token of its own stands for the end of one."""

    def __init__(self, tokenizer: Tokenizer, special_tokens: SpecialTokens, lengths: Lengths, max_positions: int = 512, phrases: Phrases | None = None):
        self.tokenizer, self.special_tokens, self.lengths, self.max_positions = tokenizer, special_tokens, lengths, max_positions
        vocabulary = tokenizer.get_vocab(with_added_tokens=False)
        self.surface = Surface(vocabulary, special_tokens.newline)
        self.phrases = phrases or Phrases(len(vocabulary))
        self.cache: dict[str, list[int]] = {}

    def tokens(self, text: str) -> list[int]:
        """All tokens of a text; two ends of lines in a row at most, none at its beginning and end."""
        found = self.cache.get(text)
        if found is None:
            kept = text
            if len(kept) > MAX_CHARACTERS:
                half = MAX_CHARACTERS // 2
                kept = kept[:half] + kept[-half:]
            newline, found = self.special_tokens.newline, []
            for index, line in enumerate(normalize(kept).split("\n")):
                if index and found and found[-2:] != [newline, newline]:
                    found.append(newline)
                found += self.tokenizer.encode(line, add_special_tokens=False).ids
            while found and found[-1] == newline:
                found.pop()
            if len(self.cache) >= MAX_CACHED:
                self.cache.clear()
            self.cache[text] = found
        return found

    def forget(self) -> None:
        self.cache.clear()

    def encode(self, instruction: str, answer: str, phrases: Phrases | None = None) -> Encoded:
        """``phrases`` = a table in place of the encoder's own."""
        lengths, special = self.lengths, self.special_tokens
        first, second = self.tokens(instruction), self.tokens(answer)
        surface = [*self.surface.measure(first, second), (phrases or self.phrases).value(second)]
        if len(first) > lengths.instruction_head + lengths.instruction_tail:
            first = first[: lengths.instruction_head] + first[-lengths.instruction_tail :]
        dropped = max(0, len(second) - lengths.answer_head - lengths.answer_tail)
        if dropped:
            second = second[: lengths.answer_head] + second[-lengths.answer_tail :]
        ids = [special.cls, *first, special.sep, *second, special.sep]
        tail_start = len(first) + 2 + (lengths.answer_head if dropped else 0)
        return Encoded(ids, len(first) + 2, tail_start, min(dropped, self.max_positions - len(ids)), surface)
