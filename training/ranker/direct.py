"""The part of the score that the surface alone gives: a logistic regression on natural pairs.

Made traps teach the network to distrust length and layout, and it distrusts them too much for natural answers, of which
the longer and tidier one is mostly the better. Two experts, each fitted by itself and added (Hinton 2002, products of
experts), keep both: the regression sees natural pairs only, the network all of them.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from .data import Group
from .model import Ranker

# The part of the regression that is added. All of it gains nothing on natural pairs and gives up traps; chosen on the
# development pairs and the made traps together.
SHARE = 0.6

# Pairs drawn of each instruction, and how firmly weights are held to 0.
PAIRS, RIDGE = 100, 1e-4


def fit_direct(model: Ranker, groups: list[Group], surfaces: list[torch.Tensor], softness: float, seed: int) -> None:
    """Set ``model.direct``; ``surfaces[g]`` = ``[answers, surface size]`` of ``groups[g]``,
    ``softness`` as in :class:`ranker.batches.BatchSettings`."""
    differences, gaps = [], []
    for index, (group, rows) in enumerate(zip(groups, surfaces)):
        if len(group.answers) < 2:
            continue
        rng = np.random.default_rng([seed, 4, index])
        standard = model.standard(rows)
        for _ in range(PAIRS):
            i, j = rng.choice(len(group.answers), size=2, replace=False)
            if group.component[i] == group.component[j]:
                differences.append(standard[i] - standard[j])
                gaps.append(group.scores[i] - group.scores[j])
    if not differences:
        return
    x = torch.stack(differences).double()
    target = torch.sigmoid(torch.tensor(gaps, dtype=torch.float64) / softness)
    weight = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight], max_iter=200)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = F.binary_cross_entropy_with_logits(x @ weight, target) + RIDGE * weight.square().sum()
        value.backward()
        return value

    optimizer.step(loss)
    with torch.no_grad():
        model.direct.weight.copy_(SHARE * weight.float())
