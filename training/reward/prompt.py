"""The text that the language model reads of a candidate, exactly as the TypeScript side writes it
(src/rankers/embedded/reward-prompt.ts)."""

from __future__ import annotations

from dataclasses import dataclass

from tokenizers import Tokenizer

from ranker.text import HALF_SURROGATE

# After the conversation the model is asked this; its answer is a word, and the score the difference of two logits.
QUESTION = "Is this a good answer? Reply with Yes or No."
YES, NO = "Yes", "No"
# Longer texts are cut to their first and last half of this many characters before they are tokenized.
MAX_CHARACTERS = 20_000
# What JavaScript trims.
WHITE_SPACE = "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# Texts whose tokens are remembered.
MAX_CACHED = 50_000
START, END = "<|im_start|>", "<|im_end|>"


@dataclass(frozen=True)
class PromptLengths:
    """Most tokens kept of each text: the first ``head`` and the last ``tail`` ones."""

    instruction_head: int = 192
    instruction_tail: int = 64
    answer_head: int = 384
    answer_tail: int = 128


class RewardPrompt:
    """Turns (instruction, answer) into ids. Texts are tokenized by themselves, so that no text can end its turn."""

    def __init__(self, tokenizer: Tokenizer, lengths: PromptLengths | None = None):
        self.tokenizer, self.lengths = tokenizer, lengths or PromptLengths()
        self.start, self.end = (tokenizer.token_to_id(token) for token in (START, END))
        self.yes, self.no = (self.only_token(word) for word in (YES, NO))
        self.newline = self.tokens("\n")
        self.user = [self.start, *self.tokens("user\n")]
        self.assistant = [self.start, *self.tokens("assistant\n")]
        self.close = [self.end, *self.newline]
        self.question = [*self.close, *self.user, *self.tokens(QUESTION), *self.close, *self.assistant]
        # By text and most tokens.
        self.cache: dict[tuple[str, int, int], list[int]] = {}

    def only_token(self, word: str) -> int:
        (token,) = self.tokenizer.encode(word).ids
        return token

    def tokens(self, text: str) -> list[int]:
        return self.tokenizer.encode(text).ids

    def part(self, text: str, head: int, tail: int) -> list[int]:
        found = self.cache.get((text, head, tail))
        if found is None:
            if len(self.cache) >= MAX_CACHED:
                self.cache.clear()
            found = self.cache[text, head, tail] = self.cut(text, head, tail)
        return found

    def cut(self, text: str, head: int, tail: int) -> list[int]:
        if len(text) > MAX_CHARACTERS:
            half = MAX_CHARACTERS // 2
            text = text[:half] + text[-half:]
        found = self.tokens(HALF_SURROGATE.sub("\ufffd", text).replace("\r\n", "\n").strip(WHITE_SPACE))
        return found if len(found) <= head + tail else found[:head] + found[-tail:]

    def encode(self, instruction: str, answer: str, _phrases: object = None) -> list[int]:
        lengths = self.lengths
        asked = self.part(instruction, lengths.instruction_head, lengths.instruction_tail)
        said = self.part(answer, lengths.answer_head, lengths.answer_tail)
        return [*self.user, *asked, *self.close, *self.assistant, *said, *self.question]
