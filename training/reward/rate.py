"""Scores of texts by a language model: how much likelier it calls an answer good than not."""

from __future__ import annotations

import numpy as np
import torch

from .llama import Llama
from .prompt import RewardPrompt


class RewardModel(torch.nn.Module):
    """``score(instruction, answer)`` = logit of "Yes" minus logit of "No"; the log-odds of a pair are a difference of scores."""

    def __init__(self, llama: Llama, prompt: RewardPrompt):
        super().__init__()
        self.llama, self.prompt = llama, prompt

    @property
    def device(self) -> torch.device:
        return self.llama.token_embd.weight.device

    def scores(self, encoded: list[list[int]], max_tokens: int, half: bool = True) -> torch.Tensor:
        """``[texts]``, with a gradient where one is wanted; at most ``max_tokens`` padded tokens at a time. ``half`` =
        bfloat16 inside."""
        chunks = list(padded(encoded, max_tokens))
        order = torch.tensor([index for indices, *_ in chunks for index in indices])
        back = torch.empty_like(order)
        back[order] = torch.arange(len(order))
        batches = ((ids.to(self.device), last.to(self.device)) for _, ids, last in chunks)
        states = torch.cat(self.llama.last_states(batches, torch.bfloat16 if half else torch.float32))
        logits = self.llama.token_logits(states[back.to(self.device)], [self.prompt.yes, self.prompt.no])
        return logits[:, 0] - logits[:, 1]

    def scorer(self, max_tokens: int = 32_768, half: bool = True):
        """A :data:`ranker.metrics.Scorer`."""

        def score(keys: list[tuple[str, str]]) -> np.ndarray:
            with torch.no_grad():
                return self.scores([self.prompt.encode(*key) for key in keys], max_tokens, half).cpu().numpy().astype(np.float64)

        return score


# A chunk ends where the next text is so much longer that padding would cost more than another chunk.
LONGER = 1.9


def padded(encoded: list[list[int]], max_tokens: int):
    """Yield ``(indices, ids, last)``: texts of about one length, padded at the end."""
    order = sorted(range(len(encoded)), key=lambda i: len(encoded[i]))
    start = 0
    while start < len(order):
        end, first = start + 1, len(encoded[order[start]])
        while (
            end < len(order) and (end + 1 - start) * len(encoded[order[end]]) <= max_tokens and (len(encoded[order[end]]) <= LONGER * first or end - start < 8)
        ):
            end += 1
        indices = order[start:end]
        length = len(encoded[indices[-1]])
        ids = torch.zeros(len(indices), length, dtype=torch.long)
        for row, index in enumerate(indices):
            ids[row, : len(encoded[index])] = torch.tensor(encoded[index])
        yield indices, ids, torch.tensor([len(encoded[index]) - 1 for index in indices])
        start = end
