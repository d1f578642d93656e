"""The words of an answer: one weight for each token and each pair of neighbouring tokens that many
instructions share.

A linear model of words sees in every answer at once what a network learns slowly: the turns of phrase of a weak model,
of a refusal, of a finished explanation (Wang and Manning 2012, "Baselines and Bigrams"). Its sum is one more number
beside the network; the TypeScript side is ``src/rankers/trained/phrases.ts``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .data import Group

# Instructions whose answers must hold a phrase, so that it speaks of answers and not of a subject.
MIN_INSTRUCTIONS = 15
# How firmly the weights are held to 0, and those of the surface beside them.
RIDGE, SURFACE_RIDGE = 2e-2, 1e-3
# Pairs drawn of each instruction.
PAIRS = 150
# A network must not trust a table that has seen its training answers: each part of the instructions gets the numbers
# of a table fitted on the others.
FOLDS = 4


@dataclass(frozen=True)
class Phrases:
    """``table[key]`` = weight; the key of token ``a`` is ``a``, that of ``a`` before ``b`` is ``base * (a + 1) + b``."""

    base: int
    table: dict[int, float] = field(default_factory=dict)

    def value(self, tokens: list[int]) -> float:
        """Log-odds that the phrases of a text speak for it."""
        table, base, total = self.table, self.base, 0.0
        for key, count in phrase_counts(tokens, base).items():
            weight = table.get(key)
            if weight is not None:
                total += weight * math.log1p(count)
        return total

    def as_json(self) -> dict:
        return {"base": self.base, "keys": list(self.table), "weights": list(self.table.values())}

    @staticmethod
    def from_json(found: dict) -> Phrases:
        keys, weights = found["keys"], found["weights"]
        if len(keys) != len(weights):
            raise ValueError(f"{len(keys)} keys and {len(weights)} weights")
        return Phrases(int(found["base"]), dict(zip(map(int, keys), map(float, weights))))


def phrase_counts(tokens: list[int], base: int) -> Counter[int]:
    found = Counter(tokens)
    found.update(base * (first + 1) + second for first, second in zip(tokens, tokens[1:]))
    return found


def fit_phrases(groups: list[Group], counts: list[list[Counter[int]]], surfaces: list[np.ndarray], base: int, temperature: float, seed: int) -> Phrases:
    """A logistic regression on natural pairs; the surface numbers stand beside the phrases, so that these need not
    say again what length says. ``counts[g][i]`` and ``surfaces[g][i]`` are those of answer i of ``groups[g]``."""
    seen: Counter[int] = Counter()
    for rows in counts:
        seen.update(set().union(*rows))
    keys = sorted(key for key, number in seen.items() if number >= MIN_INSTRUCTIONS)
    if not keys:
        return Phrases(base)
    column = {key: index for index, key in enumerate(keys)}
    index, value, offset = [], [], []
    for rows in counts:
        for row in rows:
            offset.append(len(index))
            for key, count in row.items():
                if key in column:
                    index.append(column[key])
                    value.append(math.log1p(count))
    bag = (torch.tensor(index), torch.tensor(offset), torch.tensor(value, dtype=torch.float32))
    surface = torch.tensor(np.concatenate(surfaces), dtype=torch.float32)
    surface = ((surface - surface.mean(0)) / surface.std(0).clamp_min(1e-3)).clamp(-3, 3)
    left, right, target = drawn_pairs(groups, temperature, seed, PAIRS)
    weight = torch.zeros(len(keys), 1, requires_grad=True)
    beside = torch.zeros(surface.shape[1], requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, beside], max_iter=120, history_size=10, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = F.embedding_bag(bag[0], weight, bag[1], mode="sum", per_sample_weights=bag[2]).squeeze(1) + surface @ beside
        found = F.binary_cross_entropy_with_logits(scores[left] - scores[right], target)
        found = found + 0.5 * (RIDGE * weight.square().sum() + SURFACE_RIDGE * beside.square().sum())
        found.backward()
        return found

    optimizer.step(loss)
    return Phrases(base, {key: round(float(found), 5) for key, found in zip(keys, weight.detach()[:, 0])})


def drawn_pairs(groups: list[Group], temperature: float, seed: int, count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """``count`` comparable pairs of each group: indices into all answers in a row, and the probability that left wins."""
    left, right, gaps, first = [], [], [], 0
    for number, group in enumerate(groups):
        rng = np.random.default_rng([seed, 4, number])
        for _ in range(count if len(group.answers) > 1 else 0):
            i, j = rng.choice(len(group.answers), size=2, replace=False)
            if group.component[i] == group.component[j]:
                left.append(first + i)
                right.append(first + j)
                gaps.append(group.scores[i] - group.scores[j])
        first += len(group.answers)
    target = torch.sigmoid(torch.tensor(gaps, dtype=torch.float64) / temperature).float()
    return torch.tensor(left, dtype=torch.long), torch.tensor(right, dtype=torch.long), target


@dataclass(frozen=True)
class FittedPhrases:
    """``whole`` ships; ``apart[g]`` was fitted without the part of the instructions that group g is in."""

    whole: Phrases
    apart: list[Phrases]


def cross_fit_phrases(
    groups: list[Group], tokens: list[list[list[int]]], surfaces: list[np.ndarray], base: int, temperature: float, seed: int, file: Path, digest: str, say
) -> FittedPhrases:
    """``tokens[g][i]`` = all tokens of an answer. The tables are kept in ``file``, for a run that is resumed."""
    fold = np.random.default_rng([seed, 5]).permutation(len(groups)) % FOLDS
    if file.exists():
        kept = json.loads(file.read_text(encoding="utf-8"))
        if kept["digest"] == digest:
            tables = [Phrases.from_json(table) for table in kept["tables"]]
            return FittedPhrases(tables[0], [tables[1 + number] for number in fold])
    say("Fitting phrases.")
    counts = [[phrase_counts(answer, base) for answer in rows] for rows in tokens]

    def fitted(chosen: list[int]) -> Phrases:
        if not chosen:
            return Phrases(base)
        parts = [[items[g] for g in chosen] for items in (groups, counts, surfaces)]
        return fit_phrases(*parts, base, temperature, seed)

    everything = range(len(groups))
    tables = [fitted(list(everything)), *(fitted([g for g in everything if fold[g] != number]) for number in range(FOLDS))]
    file.write_text(json.dumps({"digest": digest, "tables": [table.as_json() for table in tables]}), encoding="utf-8")
    return FittedPhrases(tables[0], [tables[1 + number] for number in fold])
