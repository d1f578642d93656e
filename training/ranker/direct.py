"""The part of the score that the surface alone gives: a logistic regression on natural pairs, phrases included.

It is fitted first and stays as it is: the network learns what it adds to it. A network that has to find the worth of
length and layout by itself, beside adversarial pairs that punish both, ends below the regression on natural answers.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from .data import Group
from .model import Ranker
from .phrases import drawn_pairs

# Pairs drawn of each instruction, and how firmly weights are held to 0.
PAIRS, RIDGE = 100, 1e-4


def fit_direct(model: Ranker, groups: list[Group], surfaces: list[torch.Tensor], temperature: float, seed: int) -> None:
    """Set ``model.direct``; ``surfaces[g]`` = ``[answers, surface size]`` of ``groups[g]``,
    ``temperature`` as in :class:`ranker.batches.BatchSettings`."""
    left, right, target = drawn_pairs(groups, temperature, seed, PAIRS)
    if not len(left):
        return
    standard = model.standard(torch.cat(surfaces)).double()
    x = standard[left] - standard[right]
    weight = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=200)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits(x @ weight, target.double()) + RIDGE * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    with torch.no_grad():
        model.direct.weight.copy_(weight.float())
