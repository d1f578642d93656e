"""One factor on the logits (temperature scaling, Guo et al. 2017, "On Calibration of Modern Neural Networks")."""

from __future__ import annotations

import numpy as np

# How firmly the scale holds to 1, against the pairs that speak for another: a few pairs that all happen to be right must
# not make the ranker certain. Counts like so many pairs; with hundreds of pairs it hardly matters.
PRIOR_PAIRS = 50


def best_scale(logits: np.ndarray, labels: np.ndarray) -> float:
    """The factor on the logits of least cross-entropy, drawn towards 1."""
    factors = np.exp(np.linspace(np.log(0.1), np.log(10), 401))
    signs = 2 * labels - 1
    loss = [np.logaddexp(0, -f * logits * signs).sum() + PRIOR_PAIRS * np.log(f) ** 2 / 2 for f in factors]
    return float(factors[int(np.argmin(loss))])


def cross_fitted(logits: np.ndarray, labels: np.ndarray, instructions: list[str]) -> np.ndarray:
    """Probabilities whose scale was fitted on the other half of the instructions."""
    names = {name: index % 2 for index, name in enumerate(sorted(set(instructions)))}
    fold = np.array([names[name] for name in instructions])
    out = np.zeros(len(logits))
    for half in (0, 1):
        other = fold != half
        factor = best_scale(logits[other], labels[other]) if other.any() else 1.0
        out[~other] = 1 / (1 + np.exp(-factor * logits[~other]))
    return out
